/* SPDX-License-Identifier: MIT */
#include "text.h"
#include "certmap/diagnostic.h"
#include "certmap/names.h"
#include "memory.h"
#include <string.h>

/* Room for one answer with an account and a line for the log. */
#define FIRST_ROOM 1024

void cm_server_text_free(struct cm_server_text *text) {
    cm_server_release(text->allocator, text->data);
    text->data = NULL;
    text->len = text->cap = 0;
}

/* Room for so many more bytes. */
static bool reserve(struct cm_server_text *text, size_t more) {
    if (more <= text->cap - text->len)
        return !text->failed;
    size_t cap = text->cap < FIRST_ROOM ? FIRST_ROOM : text->cap * 2;
    if (cap - text->len < more)
        cap = text->len + more;
    const struct certmap_allocator *a = text->allocator;
    char *data = text->failed || cap < text->len ? NULL
                 : text->data == NULL            ? a->alloc(a->ctx, cap)
                                                 : a->resize(a->ctx, text->data, cap);
    text->failed = data == NULL;
    if (text->failed)
        return false;
    text->data = data;
    text->cap = cap;
    return true;
}

void cm_server_text_add(struct cm_server_text *text, struct certmap_view bytes) {
    if (bytes.len == 0 || !reserve(text, bytes.len))
        return;
    memcpy(text->data + text->len, bytes.data, bytes.len);
    text->len += bytes.len;
}

void cm_server_text_string(struct cm_server_text *text, const char *string) {
    cm_server_text_add(text, certmap_view_of(string));
}

void cm_server_text_char(struct cm_server_text *text, char c) {
    if (reserve(text, 1))
        text->data[text->len++] = c;
}

void cm_server_text_number(struct cm_server_text *text, uint64_t number) {
    uint8_t digits[20]; /* of 2^64 - 1 */
    size_t n = sizeof digits;
    do
        digits[--n] = (uint8_t)('0' + number % 10);
    while ((number /= 10) > 0);
    cm_server_text_add(text, (struct certmap_view){digits + n, sizeof digits - n});
}

void cm_server_hex(char *to, struct certmap_view bytes) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        to[2 * i] = digits[bytes.data[i] >> 4];
        to[2 * i + 1] = digits[bytes.data[i] & 15];
    }
}

void cm_server_text_hex(struct cm_server_text *text, struct certmap_view bytes) {
    char *room = cm_server_text_room(text, 2 * bytes.len);
    if (room == NULL)
        return;
    cm_server_hex(room, bytes);
    text->len += 2 * bytes.len;
}

void cm_server_text_serial(struct cm_server_text *text, struct certmap_view bytes) {
    while (bytes.len > 1 && *bytes.data == 0) {
        bytes.data++;
        bytes.len--;
    }
    const size_t begin = text->len;
    cm_server_text_hex(text, bytes);
    if (!text->failed && text->data[begin] == '0') {
        memmove(text->data + begin, text->data + begin + 1, text->len - begin - 1);
        text->len--;
    }
}

char *cm_server_text_room(struct cm_server_text *text, size_t size) {
    return reserve(text, size) ? text->data + text->len : NULL;
}

void cm_server_text_escaped(struct cm_server_text *text, struct certmap_view bytes, bool quote) {
    size_t len = 0;
    (void)certmap_text_escape(NULL, 0, &len, bytes, quote, NULL);
    char *room = cm_server_text_room(text, len + 1);
    if (room != NULL && certmap_text_escape(room, len + 1, &len, bytes, quote, NULL) == CERTMAP_OK)
        text->len += len;
}

void cm_server_text_diagnostic(struct cm_server_text *text, const struct certmap_diagnostic *diagnostic) {
    const struct certmap_view none = CERTMAP_NO_VIEW;
    size_t len = 0;
    (void)certmap_diagnostic_format(NULL, 0, &len, diagnostic, none, CERTMAP_DIAGNOSTIC_PLAIN, NULL);
    char *room = cm_server_text_room(text, len + 1);
    if (room != NULL &&
        certmap_diagnostic_format(room, len + 1, &len, diagnostic, none, CERTMAP_DIAGNOSTIC_PLAIN, NULL) == CERTMAP_OK)
        text->len += len;
}

static bool is_safe(struct certmap_view bytes, size_t i, unsigned safe) {
    const uint8_t c = bytes.data[i];
    if (c >= 0x80)
        return (safe & CM_SERVER_SAFE_UTF8) != 0;
    if (c == ',')
        return (safe & CM_SERVER_SAFE_COMMA) != 0;
    if (c == ' ')
        return i > 0 && i + 1 < bytes.len;
    return c > ' ' && c != 0x7F && c != '%';
}

/* C1 control characters are two bytes of UTF-8: C2 80 to C2 9F. */
static bool is_c1(struct certmap_view bytes, size_t i) {
    const uint8_t *p = bytes.data;
    return (p[i] == 0xC2 && i + 1 < bytes.len && p[i + 1] >= 0x80 && p[i + 1] <= 0x9F) ||
           (p[i] >= 0x80 && p[i] <= 0x9F && i > 0 && p[i - 1] == 0xC2);
}

void cm_server_text_percent(struct cm_server_text *text, struct certmap_view bytes, unsigned safe) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t c = bytes.data[i];
        if (is_safe(bytes, i, safe) && !is_c1(bytes, i)) {
            cm_server_text_char(text, (char)c);
        } else {
            cm_server_text_char(text, '%');
            cm_server_text_char(text, digits[c >> 4]);
            cm_server_text_char(text, digits[c & 15]);
        }
    }
}
