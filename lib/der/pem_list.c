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

static bool is_end(struct certmap_view line) {
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (cm_view_equal(line, labels[i].end))
            return true;
    return false;
}

static bool is_other(struct certmap_view line) {
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (cm_view_equal(line, others[i]))
            return true;
    return false;
}

/* ---- lines that may be of a certificate ---- */

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

static struct certmap_view after(struct certmap_view line, size_t at) {
    return cm_view(line.data + at, line.len - at);
}

/* What is after the word BEGIN, if a dash is before it. */
static struct certmap_view find_begun(struct certmap_view line) {
    const struct certmap_view begin = CM_VIEW("BEGIN");
    const uint8_t *dash = memchr(line.data, '-', line.len);
    const struct certmap_view rest = dash != NULL ? after(line, (size_t)(dash - line.data)) : CM_VIEW("");
    const size_t at = find_word(rest, begin);
    return at < rest.len ? after(rest, at + begin.len) : CM_VIEW_NONE;
}

/* Whether these words, and no more, are in what is after BEGIN: up to a dash, or its end. Linear. */
static bool names(struct certmap_view begun, struct certmap_view words) {
    size_t at = find_word(begun, words);
    while (at < begun.len) {
        begun = after(begun, at + words.len);
        if (begun.len == 0 || begun.data[0] == ' ' || begun.data[0] == '-')
            return true;
        at = find_word(begun, words);
    }
    return false;
}

/* Why a line that begins a block, or was to begin one, may be that of certificates which cannot be read here. */
static const char *doubt_begin(struct certmap_view begun) {
    if (names(begun, CM_VIEW("PKCS7")) || names(begun, CM_VIEW("PKCS #7 SIGNED DATA")) || names(begun, CM_VIEW("CMS")))
        return "a block of PKCS #7 may hold certificates; \"openssl pkcs7 -print_certs\" takes them out";
    if (names(begun, CM_VIEW("CERTIFICATE")))
        return "this line is like -----BEGIN CERTIFICATE-----, and not the same";
    return NULL;
}

/* The shortest first line of base64 that is taken for one: it has 64 characters, or 76. What people write has fewer. */
#define LEAST_BASE64 40

/* Whether a line is how the base64 of a certificate begins: of a SEQUENCE whose length takes several bytes. Linear. */
static bool begins_der(struct certmap_view line) {
    const struct certmap_view digits = CM_VIEW("MI");
    bool base64 = line.len >= LEAST_BASE64 && memcmp(line.data, digits.data, digits.len) == 0;
    for (size_t i = 0; i < line.len && base64; i++)
        base64 = cm_armor_is_base64(line.data[i]);
    return base64;
}

/* The end of a text in files of DOS, which its `copy a.pem+b.pem` still writes. */
#define DOS_END 0x1A

/* Control characters are in all DER of a certificate, and in UTF-16. Linear. */
static bool is_binary(struct certmap_view line) {
    bool binary = false;
    for (size_t i = 0; i < line.len && !binary; i++)
        binary = line.data[i] < ' ' && line.data[i] != DOS_END && (line.data[i] < '\t' || line.data[i] > '\r');
    return binary;
}

/* Whether a line that is in no block of a certificate may be of one, and cannot be read here; inside: it is in another
 * block. */
static const char *doubt(struct certmap_view line, bool inside) {
    const struct certmap_view begun = find_begun(line);
    if (is_other(line))
        return NULL;
    if (is_binary(line))
        return "this is no text; is it DER, or UTF-16?";
    if (is_end(line))
        return "a certificate ends here, and no line -----BEGIN CERTIFICATE----- is before it";
    if (!inside && begins_der(line))
        return "this is base64, and no line -----BEGIN CERTIFICATE----- is before it";
    return begun.data != NULL ? doubt_begin(begun) : NULL;
}

/* ---- the list ---- */

struct list {
    certmap_cert_der_fn *take;
    void *ctx;
    size_t count;
    bool enough; /* take wants no more */
    bool inside; /* between the first line and the last one of a block that holds no certificate */
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

static bool begins_with(struct certmap_view line, struct certmap_view text) {
    return line.len >= text.len && memcmp(line.data, text.data, text.len) == 0;
}

/* Other text and other blocks. What is missing at the end of one hides no line that begins a certificate. */
static enum certmap_status pass_line(struct list *list, size_t number, struct certmap_view line,
                                     struct certmap_diagnostic *err) {
    const char *why = doubt(line, list->inside);
    if (why != NULL)
        return refuse_line(err, number, why);
    list->inside =
        begins_with(line, CM_VIEW("-----BEGIN ")) || (list->inside && !begins_with(line, CM_VIEW("-----END ")));
    return CERTMAP_OK;
}

static enum certmap_status take_line(struct list *list, struct cm_armor *pem, struct certmap_view line,
                                     struct certmap_diagnostic *err) {
    const struct label *label = find_label(line);
    if (label == NULL)
        return pass_line(list, pem->line, line, err);
    list->inside = false;
    return take_block(list, pem, label, err);
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
    struct list list = {take, ctx, 0, false, false};
    if (bytes == NULL || take == NULL)
        return cm_error_argument(err, "certmap_certs_from_pem: bytes or take is NULL");
    if (len == 0)
        return cm_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
                        "there is nothing where certificates should be");
    const struct certmap_view all = cm_view(bytes, len);
    return cm_armor_is_der(all) ? take_one(&list, all, 0, err) : take_blocks(&list, bytes, len, err);
}
