/* SPDX-License-Identifier: MIT */
#include "utf16.h"
#include "text.h"
#include <string.h>

/* U+0000 as the first character or right after the mark: UTF-32, or no text at all. */
static bool begins_with_zero(struct certmap_view text) {
    static const uint8_t zeros[2] = {0, 0};
    return (text.len >= 2 && memcmp(text.data, zeros, 2) == 0) ||
           (text.len >= 4 && memcmp(text.data + 2, zeros, 2) == 0);
}

bool tool_utf16_is_marked(struct certmap_view text) {
    return text.len >= 2 && !begins_with_zero(text) &&
           (memcmp(text.data, "\xFF\xFE", 2) == 0 || memcmp(text.data, "\xFE\xFF", 2) == 0);
}

bool tool_utf16_detect(struct certmap_view text) {
    return tool_utf16_is_marked(text) ||
           (text.len >= 2 && !begins_with_zero(text) && (text.data[0] == 0 || text.data[1] == 0));
}

/* ---- Decoding ---- */

struct units {
    struct certmap_view rest;
    bool big; /* the high byte first */
};

static uint32_t unit_at(const struct units *units, size_t i) {
    const uint8_t *p = units->rest.data + i;
    return units->big ? p[0] * 256u + p[1] : p[1] * 256u + p[0];
}

static bool is_half(uint32_t unit, uint32_t first) {
    return unit >= first && unit <= first + 0x3FF;
}

/* Takes one character; false for a half of one, which counts as U+FFFD. */
static bool take(struct units *units, uint32_t *cp) {
    const size_t len = units->rest.len;
    const bool whole = len >= 2;
    *cp = whole ? unit_at(units, 0) : 0xFFFD;
    bool good = whole && !is_half(*cp, 0xD800) && !is_half(*cp, 0xDC00);
    size_t taken = whole ? 2 : 1;
    if (whole && is_half(*cp, 0xD800) && len >= 4 && is_half(unit_at(units, 2), 0xDC00)) {
        *cp = 0x10000 + ((*cp - 0xD800) << 10) + (unit_at(units, 2) - 0xDC00);
        good = true;
        taken = 4;
    }
    if (!good)
        *cp = 0xFFFD;
    units->rest.data += taken;
    units->rest.len -= taken;
    return good;
}

/* Appends a code point; there is room. */
static void add(struct tool_input *out, uint32_t cp) {
    uint8_t *p = out->data + out->len;
    size_t more = cp < 0x80 ? 0 : cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;
    static const uint8_t leads[] = {0, 0xC0, 0xE0, 0xF0};
    p[0] = (uint8_t)(leads[more] | cp >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        p[i] = (uint8_t)(0x80 | (cp >> (6 * (more - i)) & 0x3F));
    out->len += more + 1;
}

/* ---- What is wrong ---- */

static enum certmap_status fail(struct certmap_diagnostic *err, const struct tool_input *text, size_t offset,
                                bool half) {
    struct certmap_view before = {text->data, offset};
    size_t line = 1, begin = 0;
    for (size_t i = 0; i < offset; i++)
        if (text->data[i] == '\n') {
            line++;
            begin = i + 1;
        }
    before.data += begin;
    before.len -= begin;
    tool_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_ENCODING,
               half ? "the file is in UTF-16, and this is half of a surrogate pair"
                    : "the file is in UTF-16, and ends with half a code unit");
    err->line = line;
    err->column = tool_utf8_count(before) + 1;
    err->offset = offset;
    err->length = 3; /* of U+FFFD */
    return err->status;
}

enum certmap_status tool_utf16_decode(struct tool_input *input, struct certmap_diagnostic *err) {
    struct units units = {tool_input_view(input), false};
    struct tool_input out = {NULL, 0, input->len / 2 * 3 + 3}; /* two bytes are at most three of UTF-8 */
    enum certmap_status status = CERTMAP_OK;
    const bool marked = tool_utf16_is_marked(units.rest);
    units.big = marked ? units.rest.data[0] == 0xFE : units.rest.data[0] == 0;
    units.rest.data += marked ? 2 : 0;
    units.rest.len -= marked ? 2 : 0;
    out.data = tool_alloc(out.cap);
    for (uint32_t cp; units.rest.len > 0; add(&out, cp)) {
        const bool half = units.rest.len > 1;
        if (!take(&units, &cp) && status == CERTMAP_OK)
            status = fail(err, &out, out.len, half);
    }
    tool_input_free(input);
    *input = out;
    return status;
}
