/* SPDX-License-Identifier: MIT */
/* A certificate as PEM (RFC 7468): base64 between a line that begins it and a line that ends it. It is decoded where
 * it is: four digits become three bytes, so that what is written never reaches what is still to be read. Every
 * byte is looked at once. */
#include "base/error.h"
#include "base/view.h"

#define BEGIN CM_VIEW("-----BEGIN CERTIFICATE-----")
#define END CM_VIEW("-----END CERTIFICATE-----")
/* Editors on Windows put it before UTF-8. */
#define BYTE_ORDER_MARK CM_VIEW("\xEF\xBB\xBF")
/* The first byte of every certificate in DER: a SEQUENCE. */
#define DER_FIRST 0x30

/* ---- lines ---- */

struct reader {
    uint8_t *bytes;
    size_t len;
    size_t at; /* of the next line */
};

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes a line without the blanks at both its ends. */
static bool take_line(struct reader *pem, struct certmap_view *line) {
    size_t begin = pem->at, end = begin;
    while (end < pem->len && pem->bytes[end] != '\n')
        end++;
    if (begin == pem->len)
        return false;
    pem->at = end < pem->len ? end + 1 : end;
    while (begin < end && is_blank(pem->bytes[begin]))
        begin++;
    while (begin < end && is_blank(pem->bytes[end - 1]))
        end--;
    *line = (struct certmap_view){pem->bytes + begin, end - begin};
    return true;
}

static bool begins_with(struct certmap_view text, struct certmap_view start) {
    return text.len >= start.len && memcmp(text.data, start.data, start.len) == 0;
}

/* Leaves the reader after the line that begins a certificate. */
static bool find_begin(struct reader *pem) {
    struct certmap_view line;
    if (begins_with(cm_view(pem->bytes, pem->len), BYTE_ORDER_MARK))
        pem->at = BYTE_ORDER_MARK.len;
    while (take_line(pem, &line))
        if (cm_view_equal(line, BEGIN))
            return true;
    return false;
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

static bool is_whole(const struct base64 *text) {
    return text->digits > 0 && text->pads <= 2 && (text->digits + text->pads) % 4 == 0;
}

/* ---- the certificate ---- */

static enum certmap_status refuse(struct certmap_diagnostic *err, size_t offset, const char *why) {
    return cm_error_at(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE, offset, "%s", why);
}

/* Decodes what follows up to the line that ends it; *len is that of the DER. */
static enum certmap_status decode_block(struct reader *pem, size_t *len, struct certmap_diagnostic *err) {
    struct base64 text = {.bytes = pem->bytes};
    struct certmap_view line;
    while (take_line(pem, &line)) {
        if (cm_view_equal(line, END)) {
            *len = text.len;
            return is_whole(&text)
                       ? CERTMAP_OK
                       : refuse(err, (size_t)(line.data - pem->bytes), "the base64 of the PEM block is not whole");
        }
        const uint8_t *fault = decode_line(&text, line);
        if (fault != NULL)
            return refuse(err, (size_t)(fault - pem->bytes), "the PEM block has a character that is not base64");
    }
    return refuse(err, pem->len, "the PEM block has no line -----END CERTIFICATE-----");
}

enum certmap_status certmap_cert_from_pem(struct certmap_cert *cert, uint8_t *bytes, size_t len,
                                          struct certmap_diagnostic *err) {
    struct reader pem = {bytes, len, 0};
    if (cert == NULL || cert->size < sizeof *cert || bytes == NULL)
        return cm_error_argument(err, "certmap_cert_from_pem: cert or bytes is NULL, or cert->size is too small");
    if (len == 0)
        return refuse(err, 0, "there is nothing where a certificate should be");
    if (bytes[0] != DER_FIRST) {
        if (!find_begin(&pem))
            return refuse(err, 0, "this is neither DER nor has a line -----BEGIN CERTIFICATE-----");
        const enum certmap_status status = decode_block(&pem, &len, err);
        if (status != CERTMAP_OK)
            return status;
    }
    return certmap_cert_from_der(cert, cm_view(bytes, len), err);
}
