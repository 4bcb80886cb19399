/* SPDX-License-Identifier: MIT */
#include "pem.h"
#include "pem_block.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

#define BEGIN "-----BEGIN "

/* What the blocks of a text come to. */
struct reading {
    struct tool_pem *pem;
    struct certmap_error other; /* the first block that is not a certificate */
};

/* What people call a block that is not a certificate, by the end of its label. */
static const struct {
    const char *end;
    const char *what;
} others[] = {
    {"PRIVATE KEY", "a private key"},
    {"PUBLIC KEY", "a public key"},
    {"CERTIFICATE REQUEST", "a certificate request"},
    {"X509 CRL", "a certificate revocation list"},
    {"PKCS7", "a PKCS #7 bundle"},
    {"CMS", "a CMS message"},
    {"PARAMETERS", "parameters"},
};

static bool ends_with(const char *string, const char *end) {
    size_t len = strlen(string), end_len = strlen(end);
    return len >= end_len && strcmp(string + len - end_len, end) == 0;
}

/* Remembers what the first block that is not a certificate is. */
static void describe_other(struct certmap_error *err, const char *label) {
    if (err->code != CERTMAP_CODE_NONE)
        return;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (ends_with(label, others[i].end)) {
            tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE, "holds %s, not a certificate",
                       others[i].what);
            return;
        }
    struct tool_text quoted = {NULL, 0, 0};
    struct certmap_view view = tool_view(label);
    view.len = view.len > 64 ? 64 : view.len;
    tool_text_quoted(&quoted, view);
    tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
               "holds a PEM block of type %s, not a certificate", quoted.data);
    tool_text_free(&quoted);
}

/* The length of the first DER element: "openssl x509 -trustout" appends another to the certificate. All of it where
 * that has no length that can be read, which decoding complains about. */
static size_t first_element(struct certmap_view der) {
    const size_t more = der.len >= 2 && der.data[1] > 0x80 ? der.data[1] & 0x7Fu : 0;
    size_t len = der.len >= 2 ? der.data[1] : 0;
    if (der.len < 2 || (der.data[0] & 0x1F) == 0x1F || len == 0x80 || more > 4 || der.len < 2 + more)
        return der.len;
    if (more > 0)
        len = 0;
    for (size_t i = 0; i < more; i++)
        len = len << 8 | der.data[2 + i];
    return len > der.len - 2 - more ? der.len : 2 + more + len;
}

static void append(struct tool_pem *pem, struct certmap_view der) {
    struct tool_input *items = realloc(pem->items, (pem->count + 1) * sizeof *items);
    if (items == NULL)
        tool_no_memory();
    items[pem->count] = (struct tool_input){tool_alloc(der.len), der.len, der.len};
    memcpy(items[pem->count].data, der.data, der.len);
    pem->items = items;
    pem->count++;
}

static void take_block(void *ctx, const char *label, struct certmap_view der) {
    struct reading *reading = ctx;
    if (strcmp(label, "CERTIFICATE") == 0 || strcmp(label, "X509 CERTIFICATE") == 0)
        append(reading->pem, der);
    else if (strcmp(label, "TRUSTED CERTIFICATE") == 0)
        append(reading->pem, (struct certmap_view){der.data, first_element(der)});
    else
        describe_other(&reading->other, label);
}

/* The line of the n-th line that begins a block, from 0; 0 when there are not as many. */
static size_t begin_line(struct certmap_view text, size_t n) {
    size_t line = 1, begin = strlen(BEGIN);
    for (const uint8_t *p = text.data, *end = p + text.len, *next; p < end; p = next, line++) {
        const uint8_t *newline = memchr(p, '\n', (size_t)(end - p));
        next = newline == NULL ? end : newline + 1;
        if ((size_t)(end - p) >= begin && memcmp(p, BEGIN, begin) == 0 && n-- == 0)
            return line;
    }
    return 0;
}

bool tool_pem_detect(struct certmap_view text) {
    return begin_line(text, 0) > 0;
}

enum certmap_status tool_pem_read(struct tool_pem *pem, struct certmap_view text, struct certmap_error *err) {
    struct reading reading = {pem, {.code = CERTMAP_CODE_NONE}};
    *pem = (struct tool_pem){NULL, 0};
    const size_t broken = begin_line(text, tool_pem_blocks(text, take_block, &reading));
    if (broken == 0 && pem->count > 0)
        return CERTMAP_OK;
    if (broken > 0)
        tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
                   "the PEM block that begins in line %zu is cut short or damaged", broken);
    else
        *err = reading.other;
    tool_pem_free(pem);
    return CERTMAP_ERROR_CERTIFICATE;
}

void tool_pem_free(struct tool_pem *pem) {
    for (size_t i = 0; i < pem->count; i++)
        tool_input_free(&pem->items[i]);
    free(pem->items);
    *pem = (struct tool_pem){NULL, 0};
}
