/* SPDX-License-Identifier: MIT */
/* What docs/rules.md and docs/lint.md say of each code; the table is made of these pages (scripts/code-texts). */
#ifndef TOOL_CODE_TEXT_H
#define TOOL_CODE_TEXT_H

#include <stddef.h>

struct tool_code_text {
    int code;
    const char *text; /* lines */
};

extern const struct tool_code_text tool_code_texts[]; /* by their numbers */
extern const size_t tool_code_text_count;

#endif
