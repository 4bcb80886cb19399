/* SPDX-License-Identifier: MIT */
#include "der/armor.h"
#include "base/error.h"

/* Editors on Windows put it before UTF-8. */
#define BYTE_ORDER_MARK CM_VIEW("\xEF\xBB\xBF")
/* How DER of more than 127 bytes begins. */
#define DER_FIRST 0x30
#define DER_LONG 0x80

/* ---- lines ---- */

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool cm_armor_line(struct cm_armor *pem, struct certmap_view *line) {
    size_t begin = pem->at, end = begin;
    while (end < pem->len && pem->bytes[end] != '\n')
        end++;
    if (begin == pem->len)
        return false;
    pem->at = end < pem->len ? end + 1 : end;
    pem->line++;
    while (begin < end && is_blank(pem->bytes[begin]))
        begin++;
    while (begin < end && is_blank(pem->bytes[end - 1]))
        end--;
    *line = (struct certmap_view){pem->bytes + begin, end - begin};
    return true;
}

bool cm_armor_is_der(struct certmap_view bytes) {
    return bytes.len >= 2 && bytes.data[0] == DER_FIRST && bytes.data[1] >= DER_LONG;
}

struct cm_armor cm_armor_begin(uint8_t *bytes, size_t len) {
    const struct certmap_view mark = BYTE_ORDER_MARK;
    const bool has_mark = len >= mark.len && memcmp(bytes, mark.data, mark.len) == 0;
    return (struct cm_armor){bytes, len, has_mark ? mark.len : 0, 0};
}

/* ---- base64 (RFC 4648 4) ---- */

struct base64 {
    uint8_t *bytes; /* what it says */
    size_t len;
    uint32_t bits; /* those of the last digits; older ones are shifted out */
    size_t digits;
    size_t pads;
};

enum { NO_DIGIT = 64 };

static unsigned digit_value(uint8_t c) {
    if (c >= 'A' && c <= 'Z')
        return c - (unsigned)'A';
    if (c >= 'a' && c <= 'z')
        return c - (unsigned)'a' + 26;
    if (c >= '0' && c <= '9')
        return c - (unsigned)'0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : NO_DIGIT;
}

bool cm_armor_is_base64(uint8_t c) {
    return digit_value(c) != NO_DIGIT || c == '=';
}

static void add_digit(struct base64 *text, unsigned value) {
    text->bits = text->bits << 6 | value;
    text->digits++;
    const size_t place = text->digits % 4; /* the first of four completes no byte */
    if (place != 1)
        text->bytes[text->len++] = (uint8_t)(text->bits >> (place == 0 ? 0 : 8 - 2 * place));
}

/* Returns the byte that cannot be there, or NULL. */
static const uint8_t *decode_line(struct base64 *text, struct certmap_view line) {
    for (size_t i = 0; i < line.len; i++) {
        const unsigned value = digit_value(line.data[i]);
        if (line.data[i] == '=')
            text->pads++;
        else if (value != NO_DIGIT && text->pads == 0)
            add_digit(text, value);
        else if (!is_blank(line.data[i]))
            return line.data + i;
    }
    return NULL;
}

size_t cm_armor_peek(uint8_t *bytes, size_t most, struct certmap_view text) {
    struct base64 front = {.bytes = bytes};
    for (size_t i = 0; i < text.len && front.len < most && digit_value(text.data[i]) != NO_DIGIT; i++)
        add_digit(&front, digit_value(text.data[i]));
    return front.len;
}

static bool is_whole(const struct base64 *text) {
    return text->digits > 0 && text->pads <= 2 && (text->digits + text->pads) % 4 == 0;
}

/* ---- a block ---- */

static enum certmap_status refuse(struct certmap_diagnostic *err, size_t offset, const char *why) {
    return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE, offset, "%s", why);
}

enum certmap_status cm_armor_decode(struct cm_armor *pem, struct certmap_view end, size_t *len,
                                    struct certmap_diagnostic *err) {
    struct base64 text = {.bytes = pem->bytes};
    struct certmap_view line;
    while (cm_armor_line(pem, &line)) {
        if (cm_view_equal(line, end)) {
            *len = text.len;
            return is_whole(&text)
                       ? CERTMAP_OK
                       : refuse(err, (size_t)(line.data - pem->bytes), "the base64 of the PEM block is not whole");
        }
        const uint8_t *fault = decode_line(&text, line);
        if (fault != NULL)
            return refuse(err, (size_t)(fault - pem->bytes), "the PEM block has a character that is not base64");
    }
    return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE, pem->len,
                       "the PEM block has no line %.*s", (int)end.len, (const char *)end.data);
}
