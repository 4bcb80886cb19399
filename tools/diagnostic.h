/* SPDX-License-Identifier: MIT */
/* What a loader found, kept and printed. */
#ifndef TOOL_DIAGNOSTIC_H
#define TOOL_DIAGNOSTIC_H

#include "style.h"

/* Diagnostics of one file in the order found. */
struct tool_diagnostics {
    struct certmap_diagnostic *items;
    size_t count;
};

/* Keeps a diagnostic; a certmap_diagnostic_fn whose ctx is a struct tool_diagnostics. */
void tool_diagnostics_add(void *diagnostics, enum certmap_severity severity,
                          const struct certmap_diagnostic *diagnostic);
void tool_diagnostics_free(struct tool_diagnostics *diagnostics);
size_t tool_diagnostics_count(const struct tool_diagnostics *diagnostics, enum certmap_severity severity);
/* Whether there is one with this code. */
bool tool_diagnostics_has(const struct tool_diagnostics *diagnostics, enum certmap_code code);
/* Takes those with this code out. */
void tool_diagnostics_drop(struct tool_diagnostics *diagnostics, enum certmap_code code);
/* The first error, or NULL. */
const struct certmap_diagnostic *tool_diagnostics_error(const struct tool_diagnostics *diagnostics);

/* Adds FILE:LINE:COL, without what is not known. The name is added as it is. */
void tool_position_add(struct tool_text *text, const char *file, const struct certmap_diagnostic *error);

/* Prints a diagnostic under this name of the file, as certmap_diagnostic_format writes it. */
void tool_diagnostic_print(struct tool_stream *stream, const char *file, struct certmap_view source,
                           const struct certmap_diagnostic *diagnostic);

#endif
