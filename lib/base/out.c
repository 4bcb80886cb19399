/* SPDX-License-Identifier: MIT */
#include "base/out.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/unicode.h"
#include <string.h>

/* Every loop here is linear in what is written, or wanted. */

void cm_out_bytes(struct cm_out *out, const void *bytes, size_t len) {
    if (out->len < out->cap && len > 0) {
        size_t room = out->cap - out->len;
        memcpy(out->text + out->len, bytes, len < room ? len : room);
    }
    out->len += len;
}

void cm_out_view(struct cm_out *out, struct certmap_view view) {
    cm_out_bytes(out, view.data, view.len);
}

void cm_out_string(struct cm_out *out, const char *string) {
    cm_out_bytes(out, string, strlen(string));
}

void cm_out_char(struct cm_out *out, char c) {
    cm_out_bytes(out, &c, 1);
}

/* The digits of a number in a base up to 16, without leading zeros. */
static void put_digits(struct cm_out *out, size_t number, size_t base) {
    char digits[24];
    size_t n = sizeof digits;
    do {
        digits[--n] = "0123456789ABCDEF"[number % base];
        number /= base;
    } while (number > 0);
    cm_out_bytes(out, digits + n, sizeof digits - n);
}

static void write_hex(char *text, const uint8_t *octets, size_t len, const char *digits) {
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[octets[i] >> 4];
        text[2 * i + 1] = digits[octets[i] & 15];
    }
}

/* Two digits an octet, in one go for what fits: extensions of certificates are long. */
static void put_hex(struct cm_out *out, struct certmap_view view, const char *digits) {
    const size_t room = out->len < out->cap ? (out->cap - out->len) / 2 : 0;
    size_t whole = view.len;
    if (whole > room)
        whole = room;
    if (whole > 0)
        write_hex(out->text + out->len, view.data, whole, digits);
    out->len += 2 * whole;
    if (whole < view.len) {
        cm_out_char(out, digits[view.data[whole] >> 4]); /* the one digit that may still fit */
        out->len += 2 * (view.len - whole) - 1;
    }
}

void cm_out_hex(struct cm_out *out, struct certmap_view view) {
    put_hex(out, view, "0123456789ABCDEF");
}

void cm_out_hex_lower(struct cm_out *out, struct certmap_view view) {
    put_hex(out, view, "0123456789abcdef");
}

void cm_out_number(struct cm_out *out, size_t number) {
    put_digits(out, number, 10);
}

static void put_code_point(struct cm_out *out, const uint8_t *bytes, size_t len, uint32_t cp, bool quote) {
    if (cm_is_unsafe(cp)) {
        cm_out_string(out, "\\u{");
        put_digits(out, cp, 16);
        cm_out_char(out, '}');
        return;
    }
    if (cp == '\\' || (quote && cp == '"'))
        cm_out_char(out, '\\');
    cm_out_bytes(out, bytes, len);
}

/* How many of these bytes are ASCII that stays as it is. */
static size_t count_plain(const uint8_t *bytes, size_t len, bool quote) {
    size_t i = 0;
    while (i < len && bytes[i] >= ' ' && bytes[i] < 0x7F && bytes[i] != '\\' && !(quote && bytes[i] == '"'))
        i++;
    return i;
}

void cm_out_escaped(struct cm_out *out, struct certmap_view view, bool quote) {
    if (quote)
        cm_out_char(out, '"');
    for (size_t i = 0; i < view.len;) {
        uint32_t cp;
        const size_t plain = count_plain(view.data + i, view.len - i, quote);
        cm_out_bytes(out, view.data + i, plain);
        i += plain;
        if (i == view.len)
            break;
        size_t len = cm_utf8_decode(view.data + i, view.len - i, &cp);
        if (len > 0) {
            put_code_point(out, view.data + i, len, cp, quote);
        } else {
            len = 1;
            cm_out_string(out, "\\x");
            cm_out_hex(out, (struct certmap_view){view.data + i, 1});
        }
        i += len;
    }
    if (quote)
        cm_out_char(out, '"');
}

void cm_out_readable(struct cm_out *out, struct certmap_view view) {
    const uint8_t *backslash;
    while (view.len > 0 && (backslash = memchr(view.data, '\\', view.len)) != NULL) {
        const size_t before = (size_t)(backslash - view.data);
        cm_out_escaped(out, (struct certmap_view){view.data, before}, false);
        cm_out_char(out, '\\');
        view.data += before + 1;
        view.len -= before + 1;
    }
    cm_out_escaped(out, view, false);
}

enum certmap_status cm_out_finish(struct cm_out *out, size_t *len, struct certmap_diagnostic *err) {
    CM_ASSERT(out->text != NULL || out->cap == 0);
    *len = out->len;
    if (out->len < out->cap) {
        out->text[out->len] = 0;
        return CERTMAP_OK;
    }
    if (out->cap > 0)
        out->text[0] = 0;
    return cm_error(err, CERTMAP_ERROR_BUFFER, CERTMAP_CODE_BUFFER_TOO_SMALL,
                    "the buffer has %zu bytes, %zu are needed", out->cap, out->len + 1);
}
