/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648, section 4). */
#ifndef TOOL_BASE64_H
#define TOOL_BASE64_H

#include "certmap/certmap.h"

/* Writes what whole groups of four characters stand for, three bytes of room for each. Of the last group one or two can
 * be `=`, and then ended is set: nothing may follow. Returns how many bytes there are; SIZE_MAX: it is no base64. Where
 * strict, bits of the last group that stand for nothing must be zero. */
size_t tool_base64(uint8_t *bytes, struct certmap_view text, bool strict, bool *ended);

#endif
