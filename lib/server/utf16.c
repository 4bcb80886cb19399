/* SPDX-License-Identifier: MIT */
#include "utf16.h"
#include "memory.h"
#include <string.h>

static bool is_marked(struct certmap_view text) {
    return text.len >= 2 && (memcmp(text.data, "\xFF\xFE", 2) == 0 || memcmp(text.data, "\xFE\xFF", 2) == 0);
}

bool cm_server_utf16_detect(struct certmap_view text) {
    return is_marked(text) || (text.len >= 2 && (text.data[0] == 0) != (text.data[1] == 0));
}

/* What is read, and where. */
struct reader {
    struct certmap_view rest;
    bool big; /* the high byte first */
    size_t line, column;
};

static uint32_t take_unit(struct reader *reader) {
    const uint8_t *p = reader->rest.data;
    reader->rest.data += 2;
    reader->rest.len -= 2;
    return reader->big ? p[0] * 256u + p[1] : p[1] * 256u + p[0];
}

static bool is_half(uint32_t unit, uint32_t first) {
    return unit >= first && unit <= first + 0x3FF;
}

/* Takes one character; false where there is none: half a code unit, or half a surrogate pair. */
static bool take_character(struct reader *reader, uint32_t *cp) {
    if (reader->rest.len < 2)
        return false;
    *cp = take_unit(reader);
    if (is_half(*cp, 0xDC00))
        return false;
    if (is_half(*cp, 0xD800)) {
        const uint32_t low = reader->rest.len < 2 ? 0 : take_unit(reader);
        if (!is_half(low, 0xDC00))
            return false;
        *cp = 0x10000 + ((*cp - 0xD800) << 10) + (low - 0xDC00);
    }
    return true;
}

/* Writes a character in UTF-8; there is room. */
static size_t put_character(uint8_t *to, uint32_t cp) {
    static const uint8_t leads[] = {0, 0xC0, 0xE0, 0xF0};
    const size_t more = cp < 0x80 ? 0 : cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;
    to[0] = (uint8_t)(leads[more] | cp >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        to[i] = (uint8_t)(0x80 | (cp >> (6 * (more - i)) & 0x3F));
    return more + 1;
}

static enum certmap_status refuse(struct certmap_diagnostic *err, const struct reader *reader) {
    (void)cm_server_fail(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_ENCODING,
                         "the file is in UTF-16, and this is half of a character");
    if (err != NULL) {
        err->line = reader->line;
        err->column = reader->column;
    }
    return CERTMAP_ERROR_SYNTAX;
}

static enum certmap_status decode(struct cm_server_bytes *to, struct reader *reader, struct certmap_diagnostic *err) {
    uint32_t cp = 0;
    while (reader->rest.len > 0) {
        if (!take_character(reader, &cp))
            return refuse(err, reader);
        to->len += put_character(to->data + to->len, cp);
        reader->column = cp == '\n' ? 1 : reader->column + 1;
        reader->line += cp == '\n';
    }
    return CERTMAP_OK;
}

enum certmap_status cm_server_utf16_decode(struct cm_server_bytes *bytes, struct certmap_diagnostic *err) {
    struct certmap_view text = cm_server_bytes_view(bytes);
    const bool marked = is_marked(text);
    const bool big = marked ? text.data[0] == 0xFE : text.data[0] == 0;
    text.data += marked ? 2 : 0;
    text.len -= marked ? 2 : 0;
    struct reader reader = {text, big, 1, 1};
    struct cm_server_bytes out = {.allocator = bytes->allocator, .cap = text.len / 2 * 3 + 1};
    out.data = cm_server_new(out.allocator, out.cap, 1); /* a unit of two bytes is at most three of UTF-8 */
    if (out.data == NULL)
        return cm_server_no_memory(err);
    const enum certmap_status status = decode(&out, &reader, err);
    cm_server_bytes_free(bytes);
    *bytes = out;
    return status;
}
