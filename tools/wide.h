/* SPDX-License-Identifier: MIT */
/* Windows' wide strings. */
#ifndef TOOL_WIDE_H
#define TOOL_WIDE_H

#include <stddef.h>
#include <wchar.h>

/* Strings for free(). What is not Unicode becomes U+FFFD. */
wchar_t *tool_wide_from_utf8(const char *string);
char *tool_wide_to_utf8(const wchar_t *string);

#endif
