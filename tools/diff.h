/* SPDX-License-Identifier: MIT */
/* certmap diff: what its parts share. */
#ifndef TOOL_DIFF_H
#define TOOL_DIFF_H

#include "certmap/diff.h"
#include "json.h"
#include "rules.h"
#include "tool.h"

struct tool_diff {
    const struct tool_options *options;
    struct tool_rules before, after;
    struct tool_stream out, err;
    size_t effects[CERTMAP_DIFF_LEFT + 1]; /* how many of each kind there are */
    size_t undecided;
    enum tool_exit status; /* FAILED: something went wrong, whatever differs */
};

/* Compares the rules themselves, and prints what differs. */
void tool_diff_rules(struct tool_diff *diff);
/* Compares what both say of the certificates of the command line, and prints what differs. */
void tool_diff_corpus(struct tool_diff *diff);

/* Whether --fail-on is about this kind. */
bool tool_diff_fails_on(const struct tool_options *options, enum certmap_diff_effect_kind kind);

#endif
