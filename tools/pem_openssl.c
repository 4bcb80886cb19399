/* SPDX-License-Identifier: MIT */
#include "pem.h"
#include "text.h"
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN "-----BEGIN "

/* One block, in OpenSSL's memory. */
struct block {
    char *name;
    char *header;
    unsigned char *data;
    long len;
};

static void block_free(struct block *block) {
    OPENSSL_free(block->name);
    OPENSSL_free(block->header);
    OPENSSL_clear_free(block->data, (size_t)block->len); /* it may be a private key */
}

/* What people call a block that is not a certificate, by the end of its name. */
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
static void describe_other(struct certmap_error *err, const char *name) {
    if (err->code != CERTMAP_CODE_NONE)
        return;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (ends_with(name, others[i].end)) {
            tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE, "holds %s, not a certificate",
                       others[i].what);
            return;
        }
    struct tool_text quoted = {NULL, 0, 0};
    struct certmap_view view = tool_view(name);
    view.len = view.len > 64 ? 64 : view.len;
    tool_text_quoted(&quoted, view);
    tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
               "holds a PEM block of type %s, not a certificate", quoted.data);
    tool_text_free(&quoted);
}

/* The length of the first DER element: "openssl x509 -trustout" appends another to the certificate. */
static size_t first_element(const unsigned char *data, size_t len) {
    const unsigned char *contents = data;
    long contents_len;
    int tag, class;
    if (ASN1_get_object(&contents, &contents_len, &tag, &class, (long)len) & 0x80)
        return len;
    return (size_t)(contents - data) + (size_t)contents_len;
}

static void append(struct tool_pem *pem, const unsigned char *data, size_t len) {
    struct tool_input *items = realloc(pem->items, (pem->count + 1) * sizeof *items);
    if (items == NULL)
        tool_no_memory();
    items[pem->count] = (struct tool_input){tool_alloc(len), len, len};
    memcpy(items[pem->count].data, data, len);
    pem->items = items;
    pem->count++;
}

static void take_block(struct tool_pem *pem, const struct block *block, struct certmap_error *other) {
    size_t len = (size_t)block->len;
    if (strcmp(block->name, PEM_STRING_X509) == 0 || strcmp(block->name, PEM_STRING_X509_OLD) == 0)
        append(pem, block->data, len);
    else if (strcmp(block->name, PEM_STRING_X509_TRUSTED) == 0)
        append(pem, block->data, first_element(block->data, len));
    else
        describe_other(other, block->name);
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

/* Takes blocks to the end of the text or to one that cannot be read; how many there were. */
static size_t take_blocks(struct tool_pem *pem, BIO *bio, struct certmap_error *other) {
    struct block block;
    size_t count = 0;
    for (; PEM_read_bio(bio, &block.name, &block.header, &block.data, &block.len) == 1; count++) {
        take_block(pem, &block, other);
        block_free(&block);
    }
    return count;
}

enum certmap_status tool_pem_read(struct tool_pem *pem, struct certmap_view text, struct certmap_error *err) {
    struct certmap_error other = {.code = CERTMAP_CODE_NONE};
    *pem = (struct tool_pem){NULL, 0};
    BIO *bio = BIO_new_mem_buf(text.data, text.len > INT_MAX ? INT_MAX : (int)text.len);
    if (bio == NULL)
        tool_no_memory();
    size_t broken = begin_line(text, take_blocks(pem, bio, &other));
    BIO_free(bio);
    ERR_clear_error();
    if (broken == 0 && pem->count > 0)
        return CERTMAP_OK;
    if (broken > 0)
        tool_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
                   "the PEM block that begins in line %zu is cut short or damaged", broken);
    else
        *err = other;
    tool_pem_free(pem);
    return CERTMAP_ERROR_CERTIFICATE;
}

void tool_pem_free(struct tool_pem *pem) {
    for (size_t i = 0; i < pem->count; i++)
        tool_input_free(&pem->items[i]);
    free(pem->items);
    *pem = (struct tool_pem){NULL, 0};
}
