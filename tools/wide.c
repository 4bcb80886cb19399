/* SPDX-License-Identifier: MIT */
#include "wide.h"
#include "text.h"
#include <windows.h>

wchar_t *tool_wide_from_utf8(const char *string) {
    const int units = MultiByteToWideChar(CP_UTF8, 0, string, -1, NULL, 0);
    wchar_t *wide = tool_alloc(((size_t)units + 1) * sizeof *wide);
    wide[0] = L'\0';
    (void)MultiByteToWideChar(CP_UTF8, 0, string, -1, wide, units);
    return wide;
}

char *tool_wide_to_utf8(const wchar_t *string) {
    const int bytes = WideCharToMultiByte(CP_UTF8, 0, string, -1, NULL, 0, NULL, NULL);
    char *narrow = tool_alloc((size_t)bytes + 1);
    narrow[0] = '\0';
    (void)WideCharToMultiByte(CP_UTF8, 0, string, -1, narrow, bytes, NULL, NULL);
    return narrow;
}
