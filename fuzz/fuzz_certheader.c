/* SPDX-License-Identifier: MIT */
/* Certificates in headers, in each form. The first byte says which; a newline separates the header from that of the
 * chain. What is decoded lies in the room, in as many bytes as it had characters or fewer; and bytes that are written
 * in a form come out as they went in. */
#include "certheader.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition) {
    if (!condition)
        abort();
}

static void check_view(const struct certheader *header, struct certmap_view view, size_t size) {
    hold(view.len == 0 || (view.data >= header->room && view.data + view.len <= header->room + size));
}

/* In room of just their size. */
static struct certmap_view copy(const uint8_t *data, size_t len) {
    uint8_t *room = malloc(len > 0 ? len : 1);
    if (room != NULL && len > 0)
        memcpy(room, data, len);
    return (struct certmap_view){room, room != NULL ? len : 0};
}

static void check_bytes(enum certheader_form form, const uint8_t *data, size_t size) {
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    const size_t len = end != NULL ? (size_t)(end - data) : size;
    const struct certmap_view value = copy(data, len);
    const struct certmap_view chain = copy(data + len + (end != NULL), size - len - (end != NULL));
    struct certheader header;
    const enum certheader_status status = certheader_decode(&header, form, value, chain);
    hold((status == CERTHEADER_UNREADABLE) == (header.problem != NULL));
    hold(value.len > 0 || chain.len > 0 || status == CERTHEADER_NONE);
    hold(status != CERTHEADER_NONE || header.certificate.len == 0);
    if (status == CERTHEADER_DECODED) {
        hold(header.certificate.len > 0 && header.certificate.len + header.chain.len < value.len + chain.len);
        check_view(&header, header.certificate, value.len + chain.len);
        check_view(&header, header.chain, value.len + chain.len);
        hold(header.certificate.data + header.certificate.len <= header.chain.data || header.chain.len == 0);
    }
    certheader_free(&header);
    free((void *)(uintptr_t)value.data);
    free((void *)(uintptr_t)chain.data);
}

static size_t write_base64(char *to, const uint8_t *data, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = 0;
    for (size_t i = 0; i < size; i += 3) {
        const size_t count = size - i < 3 ? size - i : 3;
        const uint32_t bits = (uint32_t)data[i] << 16 | (count > 1 ? (uint32_t)data[i + 1] << 8 : 0) |
                              (count > 2 ? (uint32_t)data[i + 2] : 0);
        to[len++] = digits[bits >> 18];
        to[len++] = digits[bits >> 12 & 63];
        to[len++] = count > 1 ? digits[bits >> 6 & 63] : '=';
        to[len++] = count > 2 ? digits[bits & 63] : '=';
    }
    return len;
}

/* How each form writes a certificate: what comes before and after its base64. */
static const char *const before[] = {"-----BEGIN%20CERTIFICATE-----%0A", "", ":",
                                     "Hash=00;Cert=\"-----BEGIN%20CERTIFICATE-----%0A", ""};
static const char *const after[] = {"%0A-----END%20CERTIFICATE-----%0A", "", ":",
                                    "%0A-----END%20CERTIFICATE-----%0A\";Subject=\"CN=a,O=\\\"b\\\"\"", ""};

static void check_round_trip(enum certheader_form form, const uint8_t *data, size_t size) {
    const size_t room = size * 2 + 256;
    char *text = malloc(room);
    if (text == NULL)
        return;
    size_t len = strlen(before[form]);
    memcpy(text, before[form], len);
    len += write_base64(text + len, data, size);
    memcpy(text + len, after[form], strlen(after[form]));
    len += strlen(after[form]);
    struct certheader header;
    hold(certheader_decode(&header, form, (struct certmap_view){(const uint8_t *)text, len},
                           (struct certmap_view){NULL, 0}) == CERTHEADER_DECODED);
    hold(header.certificate.len == size && memcmp(header.certificate.data, data, size) == 0 && header.chain.len == 0);
    certheader_free(&header);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    const enum certheader_form form = (enum certheader_form)(data[0] % CERTHEADER_FORMS);
    check_bytes(form, data + 1, size - 1);
    if (size > 1)
        check_round_trip(form, data + 1, size - 1);
    return 0;
}
