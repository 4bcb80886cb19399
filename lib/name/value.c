/* SPDX-License-Identifier: MIT */
#include "name/value.h"
#include "base/arena.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/limits.h"
#include "der/der.h"

/* Every loop here goes through the contents once, or through the eight string types. */

/* How the contents of a string type become code points. */
enum encoding { NOT_TEXT, ASCII, UTF8, TELETEX, BMP, UNIVERSAL };

static const struct string_type {
    uint32_t tag;
    enum encoding encoding;
    const char *name;
} string_types[] = {
    {CM_DER_UTF8_STRING, UTF8, "UTF8String"},        {CM_DER_PRINTABLE_STRING, ASCII, "PrintableString"},
    {CM_DER_IA5_STRING, ASCII, "IA5String"},         {CM_DER_VISIBLE_STRING, ASCII, "VisibleString"},
    {CM_DER_NUMERIC_STRING, ASCII, "NumericString"}, {CM_DER_TELETEX_STRING, TELETEX, "TeletexString"},
    {CM_DER_BMP_STRING, BMP, "BMPString"},           {CM_DER_UNIVERSAL_STRING, UNIVERSAL, "UniversalString"},
};

static const struct string_type *find_type(uint32_t tag) {
    static const struct string_type none = {0, NOT_TEXT, NULL};
    for (size_t i = 0; i < sizeof string_types / sizeof *string_types; i++)
        if (string_types[i].tag == tag)
            return &string_types[i];
    return &none;
}

const char *cm_value_type_name(uint32_t tag) {
    return find_type(tag)->name;
}

/* ---- one code point of each encoding; 0: not valid here ---- */

static size_t take_byte(struct certmap_view at, uint32_t *cp) {
    *cp = at.data[0];
    return 1;
}

/* UTF-16BE (X.690 8.23.9 says UCS-2; certificates do hold surrogate pairs). */
static size_t take_bmp(struct certmap_view at, uint32_t *cp) {
    if (at.len < 2)
        return 0;
    uint32_t high = (uint32_t)at.data[0] << 8 | at.data[1];
    *cp = high;
    if (high < 0xD800 || high > 0xDFFF)
        return 2;
    if (high > 0xDBFF || at.len < 4)
        return 0;
    uint32_t low = (uint32_t)at.data[2] << 8 | at.data[3];
    if (low < 0xDC00 || low > 0xDFFF)
        return 0;
    *cp = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return 4;
}

static size_t take_universal(struct certmap_view at, uint32_t *cp) {
    if (at.len < 4)
        return 0;
    *cp = (uint32_t)at.data[0] << 24 | (uint32_t)at.data[1] << 16 | (uint32_t)at.data[2] << 8 | at.data[3];
    return *cp > 0x10FFFF || (*cp >= 0xD800 && *cp <= 0xDFFF) ? 0 : 4;
}

static size_t take(enum encoding encoding, struct certmap_view at, uint32_t *cp) {
    switch (encoding) {
    case ASCII:
        return at.data[0] < 0x80 ? take_byte(at, cp) : 0;
    case UTF8:
        return cm_utf8_decode(at.data, at.len, cp);
    case TELETEX:
        return take_byte(at, cp);
    case BMP:
        return take_bmp(at, cp);
    case UNIVERSAL:
        return take_universal(at, cp);
    case NOT_TEXT:
        break;
    }
    return 0;
}

/* ---- */

static bool next(enum encoding encoding, struct certmap_view *contents, uint32_t *cp) {
    size_t len = contents->len > 0 ? take(encoding, *contents, cp) : 0;
    if (len == 0)
        return false;
    contents->data += len;
    contents->len -= len;
    return true;
}

bool cm_value_next(uint32_t tag, struct certmap_view *contents, uint32_t *cp) {
    return next(find_type(tag)->encoding, contents, cp);
}

/* Whether contents without a byte over 0x7F are ASCII. */
static bool extends_ascii(enum encoding encoding) {
    return encoding == ASCII || encoding == UTF8 || encoding == TELETEX;
}

static enum certmap_code check(enum encoding encoding, struct certmap_view contents) {
    uint32_t cp;
    if (encoding == NOT_TEXT)
        return CERTMAP_CODE_VALUE_TYPE;
    if (contents.len > CERTMAP_MAX_VALUE_SIZE)
        return CERTMAP_CODE_VALUE_TOO_LONG;
    if (extends_ascii(encoding) && cm_is_ascii_text(contents))
        return CERTMAP_CODE_NONE;
    if (encoding == TELETEX && !cm_is_ascii(contents) && cm_utf8_check(contents) == contents.len)
        return CERTMAP_CODE_VALUE_AMBIGUOUS;
    bool nul = false;
    while (next(encoding, &contents, &cp))
        nul = nul || cp == 0;
    if (contents.len > 0)
        return CERTMAP_CODE_VALUE_ENCODING;
    return nul ? CERTMAP_CODE_VALUE_NUL : CERTMAP_CODE_NONE;
}

enum certmap_code cm_value_check(uint32_t tag, struct certmap_view contents) {
    return check(find_type(tag)->encoding, contents);
}

/* Most bytes of UTF-8 that one byte of contents becomes: Latin-1 and UCS-2 make 2 and 1.5. */
#define MAX_GROWTH 2

enum certmap_code cm_value_read(struct certmap_view *utf8, uint32_t tag, struct certmap_view contents,
                                struct cm_arena *arena) {
    const enum encoding encoding = find_type(tag)->encoding;
    enum certmap_code code = check(encoding, contents);
    uint32_t cp;
    if (code != CERTMAP_CODE_NONE)
        return code;
    if (encoding == ASCII || encoding == UTF8) {
        *utf8 = contents;
        return CERTMAP_CODE_NONE;
    }
    uint8_t *text = cm_arena_alloc(arena, contents.len * MAX_GROWTH);
    if (text == NULL)
        return CERTMAP_CODE_MEMORY;
    *utf8 = (struct certmap_view){text, 0};
    while (next(encoding, &contents, &cp))
        utf8->len += cm_utf8_encode(text + utf8->len, cp);
    return CERTMAP_CODE_NONE;
}
