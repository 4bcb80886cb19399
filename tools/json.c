/* SPDX-License-Identifier: MIT */
#include "json.h"
#include <stdlib.h>

/* jansson returns NULL for want of memory only: what it is given is valid. */
static json_t *made(json_t *value) {
    if (value == NULL)
        tool_no_memory();
    return value;
}

/* Copies text with U+FFFD for what is not UTF-8. */
static void add_clean(struct tool_text *clean, struct certmap_view text) {
    uint32_t cp;
    while (text.len > 0) {
        size_t taken = tool_utf8_take(text, &cp);
        if (cp == 0xFFFD)
            tool_text_string(clean, "\xEF\xBF\xBD");
        else
            tool_text_add(clean, (struct certmap_view){text.data, taken});
        text.data += taken;
        text.len -= taken;
    }
}

json_t *tool_json_text(struct certmap_view text) {
    struct tool_text clean = {NULL, 0, 0};
    if (text.data == NULL)
        return json_null();
    tool_text_string(&clean, "");
    add_clean(&clean, text);
    json_t *value = made(json_stringn(clean.data, clean.len));
    tool_text_free(&clean);
    return value;
}

json_t *tool_json_string(const char *string) {
    return tool_json_text(tool_view(string));
}

json_t *tool_json_position(size_t number) {
    return number == 0 ? json_null() : made(json_integer((json_int_t)number));
}

void tool_json_set(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value) != 0)
        tool_no_memory();
}

void tool_json_append(json_t *array, json_t *value) {
    if (json_array_append_new(array, value) != 0)
        tool_no_memory();
}

json_t *tool_json_object(void) {
    return made(json_object());
}

json_t *tool_json_array(void) {
    return made(json_array());
}

/* One character as JSON's \u escapes: two of them past U+FFFF. */
static void add_escape(struct tool_text *text, uint32_t cp) {
    if (cp < 0x10000)
        tool_text_format(text, "\\u%04X", (unsigned)cp);
    else
        tool_text_format(text, "\\u%04X\\u%04X", (unsigned)(0xD7C0 + (cp >> 10)), (unsigned)(0xDC00 + (cp & 0x3FF)));
}

/* How many characters at the front of a text are printable ASCII. */
static size_t plain_length(struct certmap_view text) {
    size_t len = 0;
    while (len < text.len && text.data[len] >= 0x20 && text.data[len] < 0x7F)
        len++;
    return len;
}

/* Copies what jansson wrote, with escapes for what a terminal must not get. All of that is in strings. */
static void add_escaped(struct tool_text *text, struct certmap_view json) {
    uint32_t cp;
    while (json.len > 0) {
        struct certmap_view piece = {json.data, plain_length(json)};
        if (piece.len == 0)
            piece.len = tool_utf8_take(json, &cp);
        if (json.data[0] >= 0x7F && tool_is_unsafe(piece))
            add_escape(text, cp);
        else
            tool_text_add(text, piece);
        json.data += piece.len;
        json.len -= piece.len;
    }
}

void tool_json_add(struct tool_text *text, json_t *value) {
    char *dump = json_dumps(value, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
    if (dump == NULL)
        tool_no_memory();
    add_escaped(text, tool_view(dump));
    free(dump);
    json_decref(value);
}

void tool_json_print(json_t *value) {
    struct tool_text line = {NULL, 0, 0};
    tool_json_add(&line, value);
    tool_text_repeat(&line, '\n', 1);
    tool_text_flush(&line, stdout);
    tool_text_free(&line);
}
