/* SPDX-License-Identifier: MIT */
/* Comments of a rule file that speak to lint:
 *
 *     # certmap: profile strict                 at the top
 *     # certmap: level no-issuer error          at the top
 *     # certmap: allow late-deny -- why         on the line before, or at the end of the line
 *
 * One that cannot be understood suppresses nothing, and is a finding. */
#ifndef TOOL_DIRECTIVE_H
#define TOOL_DIRECTIVE_H

#include "finding.h"

/* One code of one comment. */
struct tool_allow {
    enum certmap_code code;
    struct certmap_position position; /* of the code */
    size_t about;                     /* the line that it is about; 0: none */
    bool alone;                       /* the comment is alone on its line, and may be about a whole mapping */
    bool used;
    struct certmap_view reason; /* in the source */
};

struct tool_level {
    enum certmap_code code;
    enum certmap_severity severity;
};

struct tool_directives {
    struct tool_allow *allows;
    size_t allow_count;
    struct tool_level *levels;
    size_t level_count;
    bool has_profile;
    enum certmap_lint_profile profile;
    struct tool_diagnostics wrong; /* comments that are not understood, or have no reason */
};

/* Reads the comments of a rule file in UTF-8, which outlives the directives. */
void tool_directives_read(struct tool_directives *directives, struct certmap_view source);
/* Marks what the comments suppress. */
void tool_directives_suppress(struct tool_directives *directives, struct tool_findings *findings);
/* Adds a finding for each comment that suppressed nothing, of the codes that were looked for. */
void tool_directives_unused(const struct tool_directives *directives, struct tool_findings *findings,
                            const struct tool_lint_options *options);
/* Gives codes the severity that the comments ask for. */
void tool_directives_level(const struct tool_directives *directives, struct tool_findings *findings);
void tool_directives_free(struct tool_directives *directives);

#endif
