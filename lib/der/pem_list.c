/* SPDX-License-Identifier: MIT */
/* The certificates of a file, none of which may be lost: a CA that is left out of a list of issuers lets in whom `not issuer
 * is` was to keep out. So whatever may hold a certificate, and is not one that can be read, is an error. */
#include "base/error.h"
#include "der/armor.h"
#include "der/der.h"
#include <stdio.h>

/* ---- labels ---- */

struct label {
    struct certmap_view begin, end;
    bool more; /* OpenSSL's X509_AUX is behind the certificate */
};
#define LABEL(text, more)                                                                                              \
    { CM_VIEW_OF("-----BEGIN " text "-----"), CM_VIEW_OF("-----END " text "-----"), more }

static const struct label labels[] = {
    LABEL("CERTIFICATE", false),
    LABEL("X509 CERTIFICATE", false), /* as old programs write */
    LABEL("TRUSTED CERTIFICATE", true),
};

/* Blocks that are called after certificates, and hold none that issued any. */
static const struct certmap_view others[] = {
    CM_VIEW_OF("-----BEGIN CERTIFICATE REQUEST-----"),
    CM_VIEW_OF("-----BEGIN NEW CERTIFICATE REQUEST-----"),
    CM_VIEW_OF("-----BEGIN ATTRIBUTE CERTIFICATE-----"),
};

static const struct label *find_label(struct certmap_view line) {
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (cm_view_equal(line, labels[i].begin))
            return &labels[i];
    return NULL;
}

static bool is_other(struct certmap_view line) {
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cm_view_equal(line, others[i]))
            return true;
    return false;
}

/* ---- lines that may begin a block ---- */

static uint8_t upper(uint8_t c) {
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

/* Where the word, in capitals, begins in a line that may write it small; line.len: nowhere. */
static size_t find_word(struct certmap_view line, struct certmap_view word) {
    for (size_t at = 0; at + word.len <= line.len; at++) {
        size_t same = 0;
        while (same < word.len && upper(line.data[at + same]) == word.data[same])
            same++;
        if (same == word.len)
            return at;
    }
    return line.len;
}

/* What is after the word BEGIN, if a dash is before it. */
static struct certmap_view find_begun(struct certmap_view line) {
    const struct certmap_view begin = CM_VIEW("BEGIN");
    const size_t at = find_word(line, begin);
    if (at == line.len || memchr(line.data, '-', at) == NULL)
        return CM_VIEW_NONE;
    return cm_view(line.data + at + begin.len, line.len - at - begin.len);
}

/* Whether these words, and no more, are in the line after BEGIN: up to a dash, or its end. */
static bool names(struct certmap_view begun, struct certmap_view words) {
    const size_t at = find_word(begun, words), end = at + words.len;
    if (at == begun.len)
        return false;
    return end == begun.len || begun.data[end] == ' ' || begun.data[end] == '-';
}

/* Whether a line begins, or was to begin, a block that has certificates, and that cannot be read here. */
static const char *doubt(struct certmap_view line) {
    const struct certmap_view begun = find_begun(line);
    if (begun.data == NULL || is_other(line))
        return NULL;
    if (names(begun, CM_VIEW("PKCS7")) || names(begun, CM_VIEW("PKCS #7 SIGNED DATA")) || names(begun, CM_VIEW("CMS")))
        return "a block of PKCS #7 may hold certificates; \"openssl pkcs7 -print_certs\" takes them out";
    if (names(begun, CM_VIEW("CERTIFICATE")))
        return "this line is like -----BEGIN CERTIFICATE-----, and not the same";
    return NULL;
}

/* ---- the list ---- */

struct list {
    certmap_cert_der_fn *take;
    void *ctx;
    size_t count;
    bool enough; /* take wants no more */
};

/* The first element of DER, or all of it: then decoding says what is wrong. */
static struct certmap_view first_element(struct certmap_view bytes) {
    struct cm_der der = cm_der_open(bytes);
    struct cm_tlv element;
    return cm_der_any(&der, &element) ? element.whole : bytes;
}

/* Says which certificate an error is about, and in which line of PEM it begins; 0: this is DER. */
static enum certmap_status say_which(struct certmap_diagnostic *err, const struct certmap_diagnostic *why,
                                     size_t number, size_t line) {
    char place[48] = "";
    if (line > 0)
        (void)snprintf(place, sizeof place, ", in line %zu", line);
    (void)cm_error(err, why->status, why->code, "certificate %zu%s: %.150s", number, place, why->text);
    if (err != NULL)
        err->line = line;
    return why->status;
}

static enum certmap_status take_one(struct list *list, struct certmap_view der, size_t line,
                                    struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic why;
    list->count++;
    if (certmap_cert_from_der(&cert, der, &why) != CERTMAP_OK)
        return say_which(err, &why, list->count, line);
    list->enough = !list->take(list->ctx, der);
    return CERTMAP_OK;
}

static enum certmap_status take_block(struct list *list, struct cm_armor *pem, const struct label *label,
                                      struct certmap_diagnostic *err) {
    const size_t line = pem->line;
    struct certmap_diagnostic why;
    size_t len = 0;
    if (cm_armor_decode(pem, label->end, &len, &why) != CERTMAP_OK)
        return say_which(err, &why, list->count + 1, line);
    const struct certmap_view der = cm_view(pem->bytes, len);
    return take_one(list, label->more ? first_element(der) : der, line, err);
}

static enum certmap_status refuse_line(struct certmap_diagnostic *err, size_t line, const char *why) {
    (void)cm_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE, "line %zu: %s", line, why);
    if (err != NULL)
        err->line = line;
    return CERTMAP_ERROR_CERTIFICATE;
}

static enum certmap_status take_line(struct list *list, struct cm_armor *pem, struct certmap_view line,
                                     struct certmap_diagnostic *err) {
    const struct label *label = find_label(line);
    const char *why = label != NULL ? NULL : doubt(line);
    if (why != NULL)
        return refuse_line(err, pem->line, why);
    return label != NULL ? take_block(list, pem, label, err) : CERTMAP_OK;
}

static enum certmap_status take_blocks(struct list *list, uint8_t *bytes, size_t len, struct certmap_diagnostic *err) {
    struct cm_armor pem = cm_armor_begin(bytes, len);
    enum certmap_status status = CERTMAP_OK;
    struct certmap_view line;
    while (status == CERTMAP_OK && !list->enough && cm_armor_line(&pem, &line))
        status = take_line(list, &pem, line, err);
    if (status != CERTMAP_OK || list->count > 0)
        return status;
    return cm_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
                    "this is neither DER nor has a line -----BEGIN CERTIFICATE-----");
}

enum certmap_status certmap_certs_from_pem(uint8_t *bytes, size_t len, certmap_cert_der_fn *take, void *ctx,
                                           struct certmap_diagnostic *err) {
    struct list list = {take, ctx, 0, false};
    if (bytes == NULL || take == NULL)
        return cm_error_argument(err, "certmap_certs_from_pem: bytes or take is NULL");
    if (len == 0)
        return cm_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
                        "there is nothing where certificates should be");
    const struct certmap_view all = cm_view(bytes, len);
    return cm_armor_is_der(all) ? take_one(&list, all, 0, err) : take_blocks(&list, bytes, len, err);
}
