/* SPDX-License-Identifier: MIT */
/* What a loader found, kept and printed. */
#ifndef TOOL_FINDING_H
#define TOOL_FINDING_H

#include "style.h"

/* Findings of one file in the order found. */
struct tool_findings {
    struct certmap_diagnostic *items;
    size_t count;
};

/* Keeps a finding; a certmap_diagnostic_fn whose ctx is a struct tool_findings. */
void tool_findings_add(void *findings, enum certmap_severity severity, const struct certmap_diagnostic *finding);
void tool_findings_free(struct tool_findings *findings);
size_t tool_findings_count(const struct tool_findings *findings, enum certmap_severity severity);
/* Whether there is one with this code. */
bool tool_findings_has(const struct tool_findings *findings, enum certmap_code code);
/* Takes those with this code out. */
void tool_findings_drop(struct tool_findings *findings, enum certmap_code code);
/* The first error, or NULL. */
const struct certmap_diagnostic *tool_findings_error(const struct tool_findings *findings);

/* Adds FILE:LINE:COL, without what is not known. The name is added as it is. */
void tool_position_add(struct tool_text *text, const char *file, const struct certmap_diagnostic *error);

/* Prints a finding under this name of the file, as certmap_diagnostic_format writes it. */
void tool_finding_print(struct tool_stream *stream, const char *file, struct certmap_view source,
                        const struct certmap_diagnostic *finding);

#endif
