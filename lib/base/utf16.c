/* SPDX-License-Identifier: MIT */
/* Files in UTF-16 become UTF-8. Linear in their length. */
#include "base/error.h"
#include "base/out.h"
#include "base/unicode.h"
#include "certmap/names.h"
#include <string.h>

static bool begins(struct certmap_view bytes, const char *with, size_t len) {
    return bytes.len >= len && memcmp(bytes.data, with, len) == 0;
}

static bool is_marked(struct certmap_view bytes) {
    return begins(bytes, "\xFF\xFE", 2) || begins(bytes, "\xFE\xFF", 2);
}

/* U+0000 as the first character or right after the mark is UTF-32, or no text at all. */
bool certmap_text_is_utf16(struct certmap_view bytes) {
    if (bytes.data == NULL || bytes.len < 2 || begins(bytes, "\0\0", 2))
        return false;
    if (bytes.len >= 4 && memcmp(bytes.data + 2, "\0\0", 2) == 0)
        return false;
    return is_marked(bytes) || bytes.data[0] == 0 || bytes.data[1] == 0;
}

struct reader {
    struct certmap_view rest;
    bool big; /* the high byte first */
};

static struct reader begin(struct certmap_view bytes) {
    const bool marked = is_marked(bytes);
    const size_t mark = marked ? 2 : 0;
    const bool big = bytes.len > 0 && bytes.data[0] == (marked ? 0xFE : 0);
    return (struct reader){{bytes.data + mark, bytes.len - mark}, big};
}

static uint32_t unit_at(const struct reader *reader, size_t offset) {
    const uint8_t *p = reader->rest.data + offset;
    return reader->big ? p[0] * 256u + p[1] : p[1] * 256u + p[0];
}

static bool is_half(uint32_t unit, uint32_t first) {
    return unit >= first && unit <= first + 0x3FF;
}

/* Takes one character. False for half of one, which is CM_REPLACEMENT. */
static bool take(struct reader *reader, uint32_t *cp) {
    const size_t len = reader->rest.len;
    const uint32_t unit = len >= 2 ? unit_at(reader, 0) : CM_REPLACEMENT;
    const bool pair = is_half(unit, 0xD800) && len >= 4 && is_half(unit_at(reader, 2), 0xDC00);
    const bool good = len >= 2 && (pair || !is_half(unit, 0xD800)) && !is_half(unit, 0xDC00);
    const size_t taken = pair ? 4 : len >= 2 ? 2 : 1;
    *cp = pair ? 0x10000 + ((unit - 0xD800) << 10) + (unit_at(reader, 2) - 0xDC00) : good ? unit : CM_REPLACEMENT;
    reader->rest.data += taken;
    reader->rest.len -= taken;
    return good;
}

/* Writes all of it; err gets the first half of a character, and where it is in what is written. */
static enum certmap_status write(struct cm_out *out, struct reader *reader, struct certmap_diagnostic *err) {
    struct certmap_position at = {1, 1, 0, 3}; /* as long as CM_REPLACEMENT */
    enum certmap_status status = CERTMAP_OK;
    for (uint32_t cp; reader->rest.len > 0; at.column = cp == '\n' ? 1 : at.column + 1, at.line += cp == '\n') {
        uint8_t utf8[4];
        const bool whole = reader->rest.len > 1;
        at.offset = out->len;
        if (!take(reader, &cp) && status == CERTMAP_OK) {
            status = cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_ENCODING, "the file is in UTF-16, and %s",
                              whole ? "this is half of a surrogate pair" : "ends with half a code unit");
            cm_error_place(err, at);
        }
        cm_out_bytes(out, utf8, cm_utf8_encode(utf8, cp));
    }
    return status;
}

enum certmap_status certmap_text_from_utf16(char *text, size_t cap, size_t *len, struct certmap_view bytes,
                                            struct certmap_diagnostic *err) {
    if (len == NULL || (text == NULL && cap > 0) || (bytes.data == NULL && bytes.len > 0))
        return cm_error_argument(err, "certmap_text_from_utf16: text, len or bytes is NULL");
    struct cm_out out = {text, cap, 0};
    struct reader reader = begin(bytes);
    struct certmap_diagnostic half = {.status = CERTMAP_OK};
    const enum certmap_status status = write(&out, &reader, &half);
    const enum certmap_status finished = cm_out_finish(&out, len, err);
    if (finished == CERTMAP_OK && status != CERTMAP_OK && err != NULL)
        *err = half;
    return finished == CERTMAP_OK ? status : finished;
}
