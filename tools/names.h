/* SPDX-License-Identifier: MIT */
/* The Names in the output of a program. */
#ifndef TOOL_NAMES_H
#define TOOL_NAMES_H

#include "certmap/certmap.h"

/* Gives each Name of a text to `each`, its label included. A Name begins with a line that has a label (subject=), after
 * an empty line, and with every line where lines hold whole Names; else lines that follow each other are one Name with
 * an attribute in each. A text without a Name is given as it is. */
void tool_names_each(struct certmap_view text, void (*each)(void *ctx, struct certmap_view name), void *ctx);

#endif
