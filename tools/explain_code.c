/* SPDX-License-Identifier: MIT */
#include "explain_code.h"
#include "certmap/lint.h"
#include "code_text.h"
#include "text.h"
#include <string.h>

static bool is_named(enum certmap_code code, const char *word) {
    const char *name = certmap_code_name(code);
    char number[16];
    (void)snprintf(number, sizeof number, "%d", (int)code);
    return (name != NULL && strcmp(name, word) == 0) || strcmp(number, word) == 0;
}

enum certmap_code tool_explained_code(const char *word) {
    for (size_t i = 0; i < tool_code_text_count; i++)
        if (is_named((enum certmap_code)tool_code_texts[i].code, word))
            return (enum certmap_code)tool_code_texts[i].code;
    return CERTMAP_CODE_NONE;
}

const char *tool_explained_word(size_t i) {
    return i < tool_code_text_count ? certmap_code_name((enum certmap_code)tool_code_texts[i].code) : NULL;
}

const char *tool_explained_text(enum certmap_code code) {
    for (size_t i = 0; i < tool_code_text_count; i++)
        if (tool_code_texts[i].code == (int)code)
            return tool_code_texts[i].text;
    return NULL;
}

void tool_explain_code(enum certmap_code code) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_format(&text, "%s (%d)\n\n", certmap_code_name(code), (int)code);
    tool_text_string(&text, tool_explained_text(code));
    tool_text_flush(&text, stdout);
    tool_text_free(&text);
}
