/* SPDX-License-Identifier: MIT */
#include "report.h"
#include <string.h>

char *tool_report_copy(struct certmap_view text) {
    size_t len = text.len < TOOL_REPORT_TEXT ? text.len : TOOL_REPORT_TEXT;
    while (len > 0 && len < text.len && (text.data[len] & 0xC0) == 0x80)
        len--;
    char *copy = tool_alloc(len + 1);
    if (len > 0)
        memcpy(copy, text.data, len);
    copy[len] = '\0';
    return copy;
}

char *tool_report_copy_name(struct certmap_view name) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_name(&text, name);
    char *copy = tool_report_copy(tool_text_view(&text));
    tool_text_free(&text);
    return copy;
}
