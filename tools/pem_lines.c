/* SPDX-License-Identifier: MIT */
#include "pem_lines.h"
#include <string.h>

#define BEGIN "-----BEGIN "
#define END "-----END "
#define TAIL "-----"
/* OpenSSL reads this much of a line at once, and takes the rest for another line. */
#define PIECE 254
/* The longest line of base64 after header fields. */
#define WIDTH 64

/* ---- Lines ---- */

/* One line, or a piece of one. */
struct line {
    struct certmap_view whole;
    struct certmap_view text; /* without blanks and control characters at its end */
    bool continued;           /* the rest of the line comes next */
};

/* Bytes over 0x7F too: for OpenSSL, where a char has a sign, they are less than a blank. */
static bool is_blank(uint8_t byte) {
    return byte <= ' ' || byte >= 0x80;
}

static bool take_line(struct line *line, struct certmap_view *text) {
    size_t len = 0;
    bool ended = false;
    while (len < text->len && len < PIECE && !ended)
        ended = text->data[len++] == '\n';
    line->whole = line->text = (struct certmap_view){text->data, len};
    line->continued = !ended && len == PIECE;
    while (line->text.len > 0 && is_blank(line->text.data[line->text.len - 1]))
        line->text.len--;
    text->data += len;
    text->len -= len;
    return len > 0;
}

/* Editors on Windows put a byte order mark before UTF-8. */
static void skip_mark(struct certmap_view *line) {
    const bool marked = line->len > 3 && memcmp(line->data, "\xEF\xBB\xBF", 3) == 0;
    line->data += marked ? 3 : 0;
    line->len -= marked ? 3 : 0;
}

static bool begins_with(struct certmap_view text, const char *string) {
    const size_t len = strlen(string);
    return text.len >= len && memcmp(text.data, string, len) == 0;
}

static bool is_begin(struct certmap_view line) {
    const size_t tail = strlen(TAIL);
    return begins_with(line, BEGIN) && line.len >= strlen(BEGIN) + tail &&
           memcmp(line.data + line.len - tail, TAIL, tail) == 0;
}

static bool is_end_of(struct certmap_view line, const char *label) {
    const size_t before = strlen(END), len = strlen(label), tail = strlen(TAIL);
    return line.len == before + len + tail && memcmp(line.data + before, label, len) == 0 &&
           memcmp(line.data + before + len, TAIL, tail) == 0;
}

/* ---- Base64 ---- */

/* Appends a line without its white space. A NUL ends a line for OpenSSL. */
static void add_base64(struct tool_input *base64, struct certmap_view line) {
    for (size_t i = 0; i < line.len && line.data[i] != '\0'; i++) {
        if (memchr(" \t\r\n", line.data[i], 4) != NULL)
            continue;
        if (base64->len == base64->cap)
            tool_input_grow(base64, SIZE_MAX / 4);
        base64->data[base64->len++] = line.data[i];
    }
}

/* Clears the bits of the last character that belong to no byte. */
static void clear_rest(struct tool_input *base64, size_t padding) {
    static const char zeros_2[] = "AEIMQUYcgkosw048", zeros_4[] = "AQgw";
    uint8_t *last = base64->data + base64->len - padding - 1;
    if (padding == 1)
        *last = (uint8_t)zeros_2[tool_sextet(*last) >> 2];
    else if (padding == 2)
        *last = (uint8_t)zeros_4[tool_sextet(*last) >> 4];
}

/* Whether this is base64 of at least one byte; a hyphen ends it. */
static bool check_base64(struct tool_input *base64) {
    const uint8_t *hyphen = base64->len > 0 ? memchr(base64->data, '-', base64->len) : NULL;
    size_t padding = 0;
    if (hyphen != NULL)
        base64->len = (size_t)(hyphen - base64->data);
    for (size_t i = 0; i < base64->len; i++) {
        const bool pads = base64->data[i] == '=';
        if (pads ? ++padding > 2 : padding > 0 || tool_sextet(base64->data[i]) == 64)
            return false;
    }
    if (base64->len == 0 || base64->len % 4 != 0)
        return false;
    clear_rest(base64, padding);
    return true;
}

/* ---- Blocks ---- */

/* What the lines of a block are. Until a colon or a blank line comes they can be either. */
enum part { PART_EITHER, PART_HEADER, PART_BODY };

struct reader {
    struct tool_pem_lines *lines;
    enum part part;
    bool continued; /* the line is the rest of another */
    bool last;      /* a short line after header fields: only the end can follow */
};

static bool take_blank(struct reader *reader) {
    if (reader->continued)
        return true;
    if (reader->part == PART_BODY)
        return false;
    reader->part = PART_BODY;
    reader->lines->base64.len = 0;
    return true;
}

static bool take_text(struct reader *reader, struct certmap_view line) {
    if (reader->last)
        return false;
    if (reader->part != PART_HEADER)
        add_base64(&reader->lines->base64, line);
    reader->last = reader->part == PART_BODY && line.len < WIDTH;
    return reader->part != PART_BODY || line.len <= WIDTH;
}

/* A line with a colon is a header field, and so are those before it. */
static void look_for_header(struct reader *reader, struct certmap_view line) {
    if (reader->part != PART_EITHER || memchr(line.data, ':', line.len) == NULL)
        return;
    reader->part = PART_HEADER;
    reader->lines->base64.len = 0;
}

/* Reads up to the line that ends the block. */
static bool take_block(struct tool_pem_lines *lines, struct certmap_view *text) {
    struct reader reader = {lines, PART_EITHER, false, false};
    struct line line;
    for (; take_line(&line, text); reader.continued = line.continued) {
        look_for_header(&reader, line.whole);
        if (begins_with(line.text, END))
            return is_end_of(line.text, lines->label.data) && check_base64(&lines->base64);
        if (!(line.text.len == 0 ? take_blank(&reader) : take_text(&reader, line.text)))
            return false;
    }
    return false;
}

bool tool_pem_lines_take(struct tool_pem_lines *lines, struct certmap_view *text) {
    const size_t label = strlen(BEGIN), around = label + strlen(TAIL);
    struct line line;
    *lines = (struct tool_pem_lines){{NULL, 0, 0}, {NULL, 0, 0}};
    if (!take_line(&line, text))
        return false;
    skip_mark(&line.text);
    while (!is_begin(line.text))
        if (!take_line(&line, text))
            return false;
    tool_text_add(&lines->label, (struct certmap_view){line.text.data + label, line.text.len - around});
    return take_block(lines, text);
}

void tool_pem_lines_free(struct tool_pem_lines *lines) {
    tool_text_free(&lines->label);
    tool_input_free(&lines->base64);
}
