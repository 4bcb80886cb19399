/* SPDX-License-Identifier: MIT */
/* Certificates of a PEM text that are in no block of one, because the lines around them are damaged or misspelt. */
#ifndef TOOL_STRAY_H
#define TOOL_STRAY_H

#include "certmap/certmap.h"

/* Whether the base64 of a certificate begins in a line, whatever is before and after it there. Linear. */
bool tool_stray_begins(struct certmap_view line);

#endif
