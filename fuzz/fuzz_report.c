/* SPDX-License-Identifier: MIT */
/* Texts of strangers in a page. Whatever the bytes are, what is written is UTF-8 without control characters, has no markup
 * but the elements of tool_html_text, each of them closed, and no more code points than the limit allows. */
#include "report_html.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition) {
    if (!condition)
        abort();
}

static bool takes(const char **at, const char *word) {
    const size_t len = strlen(word);
    if (strncmp(*at, word, len) != 0)
        return false;
    *at += len;
    return true;
}

static bool takes_entity(const char **at) {
    return takes(at, "&amp;") || takes(at, "&lt;") || takes(at, "&gt;") || takes(at, "&quot;") || takes(at, "&#39;");
}

/* A character that is written as it is. */
static void take_character(const char **at) {
    uint32_t cp;
    const size_t taken = tool_utf8_take(tool_view(*at), &cp);
    hold(strchr("<>&\"'", **at) == NULL);
    hold(!tool_html_is_hidden(cp) && (cp != 0xFFFD || taken == 3));
    *at += taken;
}

/* Returns how many code points are shown; an ellipsis, which may be a text's own, is one. */
static size_t check_texts(const char **at, const char *end) {
    size_t shown = 0;
    for (; **at != '\0' && (end == NULL || strcmp(*at, end) != 0); shown++) {
        if (end != NULL && takes(at, "<b class=x>")) {
            while (!takes(at, "</b>"))
                take_character(at);
        } else if (!takes_entity(at)) {
            take_character(at);
        }
    }
    return shown;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tool_text out = {NULL, 0, 0};
    const size_t limit = size > 0 ? data[0] : 0;
    const struct certmap_view text = {data + (size > 0), size > 0 ? size - 1 : 0};
    tool_html_text(&out, text, limit);
    tool_text_repeat(&out, '\0', 1);
    const char *at = out.data;
    hold(strlen(out.data) == out.len - 1 && takes(&at, "<bdi>"));
    hold(check_texts(&at, "</bdi>") <= limit + 1);
    hold(strcmp(at, "</bdi>") == 0);
    out.len = 0;
    tool_html_title(&out, text, limit);
    tool_text_repeat(&out, '\0', 1);
    at = out.data;
    (void)check_texts(&at, NULL);
    hold(at == out.data + out.len - 1);
    tool_text_free(&out);
    return 0;
}
