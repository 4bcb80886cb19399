/* SPDX-License-Identifier: MIT */
/* Which mappings an explanation shows in full. */
#ifndef TOOL_CHOICE_H
#define TOOL_CHOICE_H

#include "certmap/explain.h"
#include "rules.h"
#include "style.h"

/* A rule set of no more mappings is shown whole: about what a person who wrote it reads from end to end. */
#define TOOL_CHOICE_WHOLE 20
/* Of a larger one, so many of the nearest mappings are beside what decided. */
#define TOOL_CHOICE_NEAREST 3

/* A mapping that would allow, and what it misses. */
struct tool_candidate {
    size_t mapping, digests, missing, held;
};

/* Begin with tool_choice_start, end with tool_choice_free. */
struct tool_choice {
    bool all;
    size_t *named; /* --mapping: their indexes */
    size_t named_count;
    struct tool_candidate nearest[TOOL_CHOICE_NEAREST]; /* to the current certificate, the nearest first */
    size_t nearest_count;
    size_t shown; /* mappings in full, of the current certificate */
};

/* Whether a run of the command shows all, those that --mapping names, or few. False, after a message: the rules have no
 * mapping of such a name. */
bool tool_choice_start(struct tool_choice *choice, const struct tool_options *options, const struct tool_rules *rules,
                       struct tool_stream *err);
void tool_choice_free(struct tool_choice *choice);
/* Adds that there is no mapping of a name, and the one that is likely meant. */
void tool_choice_add_unknown(struct tool_text *message, const struct certmap_rules *rules, struct certmap_view word);
/* Before each certificate: finds what is nearest to it. */
void tool_choice_look(struct tool_choice *choice, const struct certmap_rules *rules, struct certmap_peer *peer);
/* Whether the mapping of an item CERTMAP_EXPLAIN_MAPPING is shown in full. */
bool tool_choice_has(const struct tool_choice *choice, const struct certmap_explain_item *item);
/* Whether it is told of the others how many they are. */
bool tool_choice_counts(const struct tool_choice *choice);

/* Mappings in a row that are not shown. */
struct tool_run {
    size_t first, count;
    size_t truths[3]; /* by enum certmap_truth */
    bool read;
};

/* Adds a mapping; those before it are written out if they are not of its kind. */
void tool_run_add(struct tool_run *run, struct tool_stream *out, const struct certmap_explain_item *item);
/* "mappings 1 to 16: false", and empties the run. */
void tool_run_end(struct tool_run *run, struct tool_stream *out);

#endif
