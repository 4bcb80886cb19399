/* SPDX-License-Identifier: MIT */
/* The certificates of a file, none of which may be lost: a CA that is left out of a list of issuers lets in whom `not issuer
 * is` was to keep out. So whatever may hold a certificate, and is not one that can be read, is an error. */
#include "base/error.h"
#include "der/armor.h"
#include "der/der.h"
#include "der/pem_doubt.h"
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

static const struct label *find_label(struct certmap_view line) {
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (cm_view_equal(line, labels[i].begin))
            return &labels[i];
    return NULL;
}

/* ---- the list ---- */

struct list {
    certmap_cert_der_fn *take;
    void *ctx;
    size_t count;
    bool enough; /* take wants no more */
    struct cm_pem_place place;
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

/* Other text and other blocks. */
static enum certmap_status pass_line(struct list *list, size_t number, struct certmap_view line,
                                     struct certmap_diagnostic *err) {
    const char *why = cm_pem_doubt(&list->place, line);
    return why == NULL ? CERTMAP_OK : refuse_line(err, number, why);
}

static enum certmap_status take_line(struct list *list, struct cm_armor *pem, struct certmap_view line,
                                     struct certmap_diagnostic *err) {
    const struct label *label = find_label(line);
    if (label == NULL)
        return pass_line(list, pem->line, line, err);
    list->place = (struct cm_pem_place){false, false, false};
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
    struct list list = {take, ctx, 0, false, {false, false, false}};
    if (bytes == NULL || take == NULL)
        return cm_error_argument(err, "certmap_certs_from_pem: bytes or take is NULL");
    if (len == 0)
        return cm_error(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_A_CERTIFICATE,
                        "there is nothing where certificates should be");
    const struct certmap_view all = cm_view(bytes, len);
    return cm_armor_is_der(all) ? take_one(&list, all, 0, err) : take_blocks(&list, bytes, len, err);
}
