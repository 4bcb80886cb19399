/* SPDX-License-Identifier: MIT */
/* Whole certificates. What certmap_cert_from_der accepts gives views inside the input; where OpenSSL takes all
 * of it too, the adapter's views are the same bytes, and preparing them ends the same way. What only OpenSSL
 * accepts is prepared all the same: the Names of such a certificate may be anything. */
#include "certmap/openssl.h"
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition) {
    if (!condition)
        abort();
}

static bool equal(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* A Name that lies inside the certificate, and is more than nothing. */
static bool inside(struct certmap_view name, struct certmap_view der) {
    return name.data != NULL && name.len >= 2 && name.data > der.data && name.data + name.len < der.data + der.len;
}

/* Prepares a certificate and reads every value of it. */
static enum certmap_status prepare(const struct certmap_cert *cert) {
    struct certmap_peer *peer = NULL;
    struct certmap_value value = CERTMAP_VALUE_INIT;
    enum certmap_status status = certmap_peer_new(&peer, NULL, NULL);
    hold(status == CERTMAP_OK);
    status = certmap_peer_set(peer, cert, NULL);
    hold(status == CERTMAP_OK || status == CERTMAP_ERROR_CERTIFICATE || status == CERTMAP_ERROR_LIMIT);
    for (enum certmap_field field = CERTMAP_FIELD_SUBJECT; field <= CERTMAP_FIELD_ISSUER; field++) {
        const size_t count = certmap_peer_value_count(peer, field);
        hold(status == CERTMAP_OK || count == 0);
        for (size_t i = 0; i < count; i++)
            hold(certmap_peer_value(peer, &value, field, i, NULL) == CERTMAP_OK);
    }
    certmap_peer_free(peer);
    return status;
}

/* What OpenSSL makes of it, if it takes all of it. */
static X509 *decode(struct certmap_view der) {
    const unsigned char *at = der.data;
    X509 *x509 = der.len <= LONG_MAX ? d2i_X509(NULL, &at, (long)der.len) : NULL;
    if (x509 != NULL && at != der.data + der.len) {
        X509_free(x509);
        x509 = NULL;
    }
    ERR_clear_error();
    return x509;
}

static bool walk(struct certmap_cert *cert, struct certmap_view der) {
    struct certmap_error err = {.code = CERTMAP_CODE_NONE};
    const enum certmap_status status = certmap_cert_from_der(cert, der, &err);
    hold(status == CERTMAP_OK || status == CERTMAP_ERROR_CERTIFICATE);
    if (status == CERTMAP_OK)
        hold(inside(cert->subject, der) && inside(cert->issuer, der) && cert->certificate.data == der.data &&
             cert->certificate.len == der.len);
    else
        hold(err.status == status && err.code != CERTMAP_CODE_NONE && err.offset <= der.len &&
             cert->subject.data == NULL);
    return status == CERTMAP_OK;
}

/* The Names of whatever OpenSSL decodes. */
static void check_names(const X509 *x509) {
    struct certmap_cert given = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    hold(certmap_openssl_cert(&given, &holder, x509, 0, NULL) == CERTMAP_OK);
    hold(holder.certificate == NULL && given.certificate.data == NULL);
    (void)prepare(&given);
}

/* All pieces, which both give. Not the whole: OpenSSL mends what is around the signed part. */
static void check_pieces(const X509 *x509, const struct certmap_cert *walked) {
    struct certmap_cert given = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    hold(certmap_openssl_cert(&given, &holder, x509, 2u * CERTMAP_PIECE_TIME - 1, NULL) == CERTMAP_OK);
    hold(equal(given.subject, walked->subject) && equal(given.issuer, walked->issuer));
    hold(equal(given.version, walked->version) && equal(given.serial, walked->serial));
    hold(equal(given.validity, walked->validity) && equal(given.key, walked->key));
    hold(equal(given.extensions, walked->extensions));
    hold(given.sha256.len == CERTMAP_SHA256_SIZE && given.key_sha256.len == CERTMAP_SHA256_SIZE);
    hold(prepare(&given) == prepare(walked));
    certmap_openssl_holder_free(&holder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct certmap_view der = {size > 0 ? data : (const uint8_t *)"", size};
    struct certmap_cert walked = CERTMAP_CERT_INIT;
    const bool accepted = walk(&walked, der);
    X509 *x509 = decode(der);
    if (x509 != NULL)
        check_names(x509);
    if (x509 != NULL && accepted)
        check_pieces(x509, &walked);
    else if (accepted)
        (void)prepare(&walked);
    hold(ERR_peek_error() == 0);
    X509_free(x509);
    return 0;
}
