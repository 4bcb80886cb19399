/* SPDX-License-Identifier: MIT */
/* The difference of two texts as patch(1) takes it. */
#ifndef TOOL_UNIFIED_H
#define TOOL_UNIFIED_H

#include "text.h"

/* Adds a unified diff with three lines around each change; nothing where the texts are the same. */
void tool_unified_diff(struct tool_text *out, const char *path, struct certmap_view old, struct certmap_view new);

#endif
