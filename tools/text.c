/* SPDX-License-Identifier: MIT */
#include "text.h"
#include "certmap/names.h"
#include "platform.h"
#include "tool.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void tool_no_memory(void) {
    fputs("certmap: out of memory\n", stderr);
    exit(TOOL_FAILED);
}

void *tool_alloc(size_t size) {
    void *memory = malloc(size > 0 ? size : 1);
    if (memory == NULL)
        tool_no_memory();
    return memory;
}

void tool_wipe(void *memory, size_t size) {
    volatile unsigned char *bytes = memory;
    for (size_t i = 0; i < size; i++)
        bytes[i] = 0;
}

unsigned tool_sextet(uint8_t c) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);
    return at == NULL ? 64 : (unsigned)(at - alphabet);
}

struct certmap_view tool_view(const char *string) {
    return (struct certmap_view){(const uint8_t *)string, string == NULL ? 0 : strlen(string)};
}

enum certmap_status tool_error(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                               const char *format, ...) {
    va_list arguments;
    memset(err, 0, sizeof *err);
    err->status = status;
    err->code = code;
    va_start(arguments, format);
    (void)vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    return status;
}

/* Whether byte can be the i-th of a sequence with this lead byte (Unicode, table 3-7). */
static bool utf8_follows(uint8_t lead, size_t i, uint8_t byte) {
    uint8_t low = 0x80, high = 0xBF;
    if (i == 1 && (lead == 0xE0 || lead == 0xF0))
        low = lead == 0xE0 ? 0xA0 : 0x90;
    if (i == 1 && (lead == 0xED || lead == 0xF4))
        high = lead == 0xED ? 0x9F : 0x8F;
    return byte >= low && byte <= high;
}

/* How many bytes follow a lead byte; 0 for ASCII and for what leads nothing. */
static size_t utf8_more(uint8_t lead) {
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    return lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
}

size_t tool_utf8_take(struct certmap_view text, uint32_t *cp) {
    uint8_t lead = text.data[0];
    size_t more = utf8_more(lead);
    uint32_t value = more == 0 ? lead : lead & (0x3Fu >> more);
    *cp = 0xFFFD;
    for (size_t i = 1; i <= more; i++) {
        if (i == text.len || !utf8_follows(lead, i, text.data[i]))
            return i;
        value = value << 6 | (text.data[i] & 0x3Fu);
    }
    if (more > 0 || lead < 0x80)
        *cp = value;
    return more + 1;
}

size_t tool_utf8_count(struct certmap_view text) {
    size_t count = 0;
    for (uint32_t cp; text.len > 0; count++) {
        size_t taken = tool_utf8_take(text, &cp);
        text.data += taken;
        text.len -= taken;
    }
    return count;
}

bool tool_is_unsafe(struct certmap_view character) {
    char escaped[16];
    size_t len;
    return certmap_text_escape(escaped, sizeof escaped, &len, character, false, NULL) == CERTMAP_OK &&
           strncmp(escaped, "\\u", 2) == 0;
}

void tool_text_free(struct tool_text *text) {
    free(text->data);
    *text = (struct tool_text){NULL, 0, 0};
}

/* Makes room for more bytes and a NUL. */
static void reserve(struct tool_text *text, size_t more) {
    size_t cap = text->cap > 0 ? text->cap : 256;
    if (more < text->cap - text->len)
        return;
    while (more >= cap - text->len)
        cap *= 2;
    char *grown = realloc(text->data, cap);
    if (grown == NULL)
        tool_no_memory();
    text->data = grown;
    text->cap = cap;
}

void tool_text_add(struct tool_text *text, struct certmap_view view) {
    reserve(text, view.len);
    if (view.len > 0)
        memcpy(text->data + text->len, view.data, view.len);
    text->len += view.len;
    text->data[text->len] = '\0';
}

void tool_text_string(struct tool_text *text, const char *string) {
    tool_text_add(text, tool_view(string));
}

void tool_text_repeat(struct tool_text *text, char c, size_t count) {
    reserve(text, count);
    memset(text->data + text->len, c, count);
    text->len += count;
    text->data[text->len] = '\0';
}

void tool_text_format(struct tool_text *text, const char *format, ...) {
    char piece[TOOL_FORMAT_MAX + 1];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    tool_text_string(text, piece);
}

static void add_escaped(struct tool_text *text, struct certmap_view view, bool quote) {
    size_t len = 0;
    (void)certmap_text_escape(NULL, 0, &len, view, quote, NULL);
    reserve(text, len);
    (void)certmap_text_escape(text->data + text->len, len + 1, &len, view, quote, NULL);
    text->len += len;
}

void tool_text_safe(struct tool_text *text, struct certmap_view view) {
    const uint8_t *backslash;
    while (view.len > 0 && (backslash = memchr(view.data, '\\', view.len)) != NULL) {
        size_t before = (size_t)(backslash - view.data);
        add_escaped(text, (struct certmap_view){view.data, before}, false);
        tool_text_repeat(text, '\\', 1);
        view.data += before + 1;
        view.len -= before + 1;
    }
    add_escaped(text, view, false);
}

void tool_text_quoted(struct tool_text *text, struct certmap_view view) {
    add_escaped(text, view, true);
}

void tool_text_source(struct tool_text *text, struct certmap_view view) {
    tool_text_string(text, "\"");
    tool_text_safe(text, view);
    tool_text_string(text, "\"");
}

void tool_text_literal(struct tool_text *text, struct certmap_view view) {
    struct tool_text quoted = {NULL, 0, 0};
    tool_text_quoted(&quoted, view);
    for (size_t i = 0; i < quoted.len; i++)
        if (quoted.data[i] == '$' && quoted.data[i + 1] == '{')
            tool_text_string(text, "\\u{24}");
        else
            tool_text_repeat(text, quoted.data[i], 1);
    tool_text_free(&quoted);
}

void tool_text_name(struct tool_text *text, struct certmap_view name) {
    size_t len = 0;
    (void)certmap_name_to_text(NULL, 0, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL);
    reserve(text, len);
    (void)certmap_name_to_text(text->data + text->len, len + 1, &len, name, CERTMAP_NAME_RFC4514,
                               CERTMAP_NAME_ROOT_LAST, NULL);
    text->len += len;
}

void tool_text_diagnostic(struct tool_text *text, const struct certmap_diagnostic *diagnostic,
                          struct certmap_view source, enum certmap_diagnostic_style style) {
    size_t len = 0;
    (void)certmap_diagnostic_format(NULL, 0, &len, diagnostic, source, style, NULL);
    reserve(text, len);
    (void)certmap_diagnostic_format(text->data + text->len, len + 1, &len, diagnostic, source, style, NULL);
    text->len += len;
}

struct certmap_view tool_text_view(const struct tool_text *text) {
    return (struct certmap_view){(const uint8_t *)text->data, text->len};
}

void tool_text_flush(struct tool_text *text, FILE *file) {
    if (text->len > 0)
        tool_platform_write(file, text->data, text->len); /* main looks at the file's error at the end */
    text->len = 0;
}
