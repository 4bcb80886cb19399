/* SPDX-License-Identifier: MIT */
/* The line of a source that a diagnostic is about. */
#ifndef CM_BASE_EXCERPT_H
#define CM_BASE_EXCERPT_H

#include "base/out.h"

/* What is put around the caret: "", or what a terminal takes for a colour. */
struct cm_excerpt_style {
    const char *begin, *end;
};

/* Adds LF, the line that holds an offset, LF, and a caret under the token of so many bytes there; nothing where the
 * line is empty. What must not reach a terminal is U+FFFD in it. */
void cm_excerpt_write(struct cm_out *out, struct certmap_view source, size_t offset, size_t length,
                      struct cm_excerpt_style style);

#endif
