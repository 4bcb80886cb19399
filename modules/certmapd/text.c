/* SPDX-License-Identifier: MIT */
#include "text.h"
#include <string.h>

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool text_unescape(struct text *text) {
    size_t to = 0;
    for (size_t from = 0; from < text->len; from++) {
        uint8_t c = text->data[from];
        if (c == '%') {
            const int high = from + 2 < text->len ? hex_digit(text->data[from + 1]) : -1;
            const int low = from + 2 < text->len ? hex_digit(text->data[from + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (uint8_t)(high * 16 + low);
            from += 2;
        }
        text->data[to++] = c;
    }
    text->len = to;
    return true;
}

static int base64_digit(uint8_t c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

/* The bytes of a group of four, of which the last ones may be padding; 0: it is no such group. */
static size_t decode_group(uint8_t to[3], const uint8_t from[4], bool last) {
    uint32_t bits = 0;
    size_t digits = 4;
    while (last && digits > 2 && from[digits - 1] == '=')
        digits--;
    for (size_t i = 0; i < 4; i++) {
        const int digit = i < digits ? base64_digit(from[i]) : 0;
        if (digit < 0)
            return 0;
        bits = bits << 6 | (uint32_t)digit;
    }
    /* What padding cuts off is zero: one text for one value. */
    if ((digits == 3 && (bits & 0xFFU) != 0) || (digits == 2 && (bits & 0xFFFFU) != 0))
        return 0;
    to[0] = (uint8_t)(bits >> 16);
    to[1] = (uint8_t)(bits >> 8);
    to[2] = (uint8_t)bits;
    return digits - 1;
}

bool text_base64(struct text *text) {
    size_t to = 0;
    if (text->len == 0 || text->len % 4 != 0)
        return false;
    for (size_t from = 0; from < text->len; from += 4) {
        uint8_t bytes[3];
        const size_t count = decode_group(bytes, text->data + from, from + 4 == text->len);
        if (count == 0)
            return false;
        memcpy(text->data + to, bytes, count);
        to += count;
    }
    text->len = to;
    return true;
}

struct text text_take_until(struct text *text, uint8_t separator) {
    const uint8_t *end = text->len > 0 ? memchr(text->data, separator, text->len) : NULL;
    const size_t len = end != NULL ? (size_t)(end - text->data) : text->len;
    const struct text piece = {text->data, len};
    const size_t taken = end != NULL ? len + 1 : len;
    text->data += taken;
    text->len -= taken;
    return piece;
}

bool text_take(struct text *text, const char *characters) {
    const size_t len = strlen(characters);
    if (text->len < len || memcmp(text->data, characters, len) != 0)
        return false;
    text->data += len;
    text->len -= len;
    return true;
}

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t';
}

struct text text_trim(struct text text) {
    while (text.len > 0 && is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}
