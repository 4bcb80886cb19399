/* SPDX-License-Identifier: MIT */
/* Files in UTF-16, which Windows PowerShell 5 writes unless told otherwise. */
#ifndef TOOL_UTF16_H
#define TOOL_UTF16_H

#include "input.h"

/* Whether a text begins with the byte order mark of UTF-16. */
bool tool_utf16_is_marked(struct certmap_view text);
/* The same, or a text whose first character is ASCII, as that of a rule file is, in UTF-16 without a mark. */
bool tool_utf16_detect(struct certmap_view text);

/* Makes UTF-8 of what tool_utf16_detect found, without the mark. Half of a surrogate pair and half a code unit become
 * U+FFFD; err has the place of the first, and the result is SYNTAX. */
enum certmap_status tool_utf16_decode(struct tool_input *input, struct certmap_diagnostic *err);

#endif
