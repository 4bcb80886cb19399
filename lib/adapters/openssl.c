/* SPDX-License-Identifier: MIT */
/* Hands over what OpenSSL holds and decodes nothing. Every function called here exists in OpenSSL 1.1.1
 * and in all later releases, also where deprecated ones are left out; the peer certificate is taken
 * from the session for that reason. */
#include "certmap/openssl.h"
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdio.h>

/* The text of the error is both texts in a row. */
static enum certmap_status fail(struct certmap_error *err, enum certmap_status status, enum certmap_code code,
                                const char *text, const char *detail) {
    if (err != NULL) {
        *err = (struct certmap_error){.status = status, .code = code};
        (void)snprintf(err->text, sizeof err->text, "%s%s", text, detail);
    }
    return status;
}

/* Both Names as they were decoded, in the memory of x509. */
static bool view_names(struct certmap_cert *cert, const X509 *x509) {
    return X509_NAME_get0_der(X509_get_subject_name(x509), &cert->subject.data, &cert->subject.len) == 1 &&
           X509_NAME_get0_der(X509_get_issuer_name(x509), &cert->issuer.data, &cert->issuer.len) == 1;
}

static enum certmap_status copy_whole(uint8_t **copy, size_t *len, const X509 *x509, struct certmap_error *err) {
    X509 *source = (X509 *)(uintptr_t)x509; /* OpenSSL 1.1.1 has no const here, and writes nothing either */
    const int size = i2d_X509(source, NULL);
    if (size <= 0)
        return fail(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED,
                    "OpenSSL cannot encode the certificate", "");
    *copy = OPENSSL_malloc((size_t)size);
    if (*copy == NULL)
        return fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory", "");
    uint8_t *end = *copy;
    *len = (size_t)size;
    if (i2d_X509(source, &end) == size)
        return CERTMAP_OK;
    OPENSSL_free(*copy);
    *copy = NULL;
    return fail(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED, "OpenSSL cannot encode the certificate",
                "");
}

static enum certmap_status fill(struct certmap_cert *cert, uint8_t **copy, const X509 *x509, unsigned needs,
                                struct certmap_error *err) {
    if (!view_names(cert, x509))
        return fail(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED,
                    "OpenSSL cannot give the Names of the certificate", "");
    if ((needs & CERTMAP_PIECE_CERTIFICATE) == 0)
        return CERTMAP_OK;
    const enum certmap_status status = copy_whole(copy, &cert->certificate.len, x509, err);
    cert->certificate.data = *copy;
    return status;
}

enum certmap_status certmap_openssl_cert(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                                         const X509 *x509, unsigned needs, struct certmap_error *err) {
    if (cert == NULL || cert->size < sizeof *cert || holder == NULL || holder->size < sizeof *holder || x509 == NULL)
        return fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                    "certmap_openssl_cert: cert, holder or x509 is NULL, or a size is too small", "");
    struct certmap_cert filled = {.size = cert->size};
    uint8_t *copy = NULL;
    (void)ERR_set_mark();
    const enum certmap_status status = fill(&filled, &copy, x509, needs, err);
    (void)ERR_pop_to_mark();
    if (status != CERTMAP_OK)
        return status;
    certmap_openssl_holder_free(holder);
    holder->certificate = copy;
    *cert = filled;
    return CERTMAP_OK;
}

void certmap_openssl_holder_free(struct certmap_openssl_holder *holder) {
    if (holder == NULL)
        return;
    OPENSSL_free(holder->certificate);
    holder->certificate = NULL;
}

static enum certmap_status unverified(struct certmap_error *err, enum certmap_code code, const char *text,
                                      const char *detail) {
    return fail(err, CERTMAP_ERROR_UNVERIFIED, code, text, detail);
}

/* The peer's certificate, but only if its key and its chain are proven. */
static enum certmap_status proven_certificate(const X509 **x509, const SSL *ssl, struct certmap_error *err) {
    if (!SSL_is_init_finished(ssl))
        return unverified(err, CERTMAP_CODE_HANDSHAKE_UNFINISHED, "the TLS handshake is not finished", "");
    SSL_SESSION *session = SSL_get_session(ssl);
    *x509 = session == NULL ? NULL : SSL_SESSION_get0_peer(session);
    if (*x509 == NULL)
        return unverified(err, CERTMAP_CODE_NO_CERTIFICATE, "the peer sent no certificate", "");
    const long result = SSL_get_verify_result(ssl);
    if (result != X509_V_OK)
        return unverified(err, CERTMAP_CODE_NOT_VERIFIED,
                          "OpenSSL did not accept the peer's certificate: ", X509_verify_cert_error_string(result));
    return CERTMAP_OK;
}

static enum certmap_status match_certificate(const X509 *x509, const struct certmap_rules *rules,
                                             struct certmap_peer *peer, struct certmap_result *result,
                                             struct certmap_error *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    enum certmap_status status = certmap_openssl_cert(&cert, &holder, x509, certmap_rules_needs(rules), err);
    if (status == CERTMAP_OK)
        status = certmap_peer_set(peer, &cert, err);
    if (status == CERTMAP_OK)
        status = certmap_match(rules, peer, result, err);
    certmap_peer_clear(peer);
    certmap_openssl_holder_free(&holder);
    return status;
}

enum certmap_status certmap_openssl_match(SSL *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                                          struct certmap_result *result, struct certmap_error *err) {
    const X509 *x509 = NULL;
    struct certmap_result none = CERTMAP_RESULT_INIT;
    certmap_peer_clear(peer);
    if (result == NULL || result->size < sizeof *result)
        return fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                    "certmap_openssl_match: result is NULL, or its size is too small", "");
    none.size = result->size;
    *result = none;
    if (ssl == NULL || rules == NULL || peer == NULL)
        return fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                    "certmap_openssl_match: ssl, rules or peer is NULL", "");
    const enum certmap_status status = proven_certificate(&x509, ssl, err);
    return status == CERTMAP_OK ? match_certificate(x509, rules, peer, result, err) : status;
}
