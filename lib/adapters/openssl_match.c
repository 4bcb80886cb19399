/* SPDX-License-Identifier: MIT */
/* The one call for servers. The peer's certificate is taken from the session, because the function that gives it
 * from the connection has another name in each release. */
#include "certmap/versioned.h"
#include "openssl_inside.h"

#define PIECES_OF_ISSUER                                                                                               \
    ((unsigned)(CERTMAP_PIECE_ISSUER_SHA256 | CERTMAP_PIECE_ISSUER_KEY_SHA256 | CERTMAP_PIECE_ISSUER_SHA1))
#define PIECES_OF_CHAIN ((unsigned)(CERTMAP_PIECE_CHAIN_SHA256 | CERTMAP_PIECE_CHAIN_KEY_SHA256))

static enum certmap_status unverified(struct certmap_diagnostic *err, enum certmap_code code, const char *text,
                                      const char *detail) {
    return cm_openssl_fail(err, CERTMAP_ERROR_UNVERIFIED, code, text, detail);
}

enum certmap_status certmap_openssl_peer_certificate(const SSL *ssl, X509 **x509, struct certmap_diagnostic *err) {
    if (ssl == NULL || x509 == NULL)
        return cm_openssl_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_openssl_peer_certificate: ssl or x509 is NULL", "");
    if (!SSL_is_init_finished(ssl))
        return unverified(err, CERTMAP_CODE_HANDSHAKE_UNFINISHED, "the TLS handshake is not finished", "");
    SSL_SESSION *session = SSL_get_session(ssl);
    X509 *certificate = session == NULL ? NULL : SSL_SESSION_get0_peer(session);
    if (certificate == NULL)
        return unverified(err, CERTMAP_CODE_NO_CERTIFICATE, "the peer sent no certificate", "");
    const long result = SSL_get_verify_result(ssl);
    if (result != X509_V_OK)
        return unverified(err, CERTMAP_CODE_NOT_VERIFIED,
                          "OpenSSL did not accept the peer's certificate: ", X509_verify_cert_error_string(result));
    *x509 = certificate;
    return CERTMAP_OK;
}

/* The issuer, if it is needed and known. */
static enum certmap_status add_issuer(struct certmap_cert *cert, struct certmap_openssl_holder *holder, const SSL *ssl,
                                      X509 *x509, unsigned needs, struct certmap_diagnostic *err) {
    X509 *issuer = NULL;
    if ((needs & PIECES_OF_ISSUER) == 0 || certmap_openssl_handshake_issuer(&issuer, ssl, x509, NULL) != CERTMAP_OK)
        return CERTMAP_OK;
    return certmap_openssl_issuer(cert, holder, issuer, needs, err);
}

/* The chain, if it is needed and known. */
static enum certmap_status add_chain(struct certmap_cert *cert, struct certmap_openssl_holder *holder, const SSL *ssl,
                                     X509 *x509, unsigned needs, struct certmap_diagnostic *err) {
    STACK_OF(X509) *cas = NULL;
    if ((needs & PIECES_OF_CHAIN) == 0)
        return CERTMAP_OK;
    if (certmap_openssl_handshake_chain(&cas, ssl, x509, NULL) != CERTMAP_OK)
        return CERTMAP_OK;
    const enum certmap_status status = certmap_openssl_chain(cert, holder, cas, needs, err);
    sk_X509_free(cas);
    return status;
}

/* The certificate, and who is above it. */
static enum certmap_status fill(struct certmap_cert *cert, struct certmap_openssl_holder *holder, const SSL *ssl,
                                X509 *x509, unsigned needs, struct certmap_diagnostic *err) {
    enum certmap_status status = certmap_openssl_cert(cert, holder, x509, needs, err);
    if (status == CERTMAP_OK)
        status = add_issuer(cert, holder, ssl, x509, needs, err);
    if (status == CERTMAP_OK)
        status = add_chain(cert, holder, ssl, x509, needs, err);
    return status;
}

static enum certmap_status match_certificate(const SSL *ssl, X509 *x509, const struct certmap_rules *rules,
                                             struct certmap_peer *peer, struct certmap_result *result,
                                             struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    enum certmap_status status = fill(&cert, &holder, ssl, x509, certmap_rules_needs(rules), err);
    if (status == CERTMAP_OK)
        status = certmap_peer_set(peer, &cert, err);
    if (status == CERTMAP_OK)
        status = certmap_match(rules, peer, result, err);
    certmap_peer_clear(peer);
    certmap_openssl_holder_free(&holder);
    return status;
}

enum certmap_status certmap_openssl_match(SSL *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                                          struct certmap_result *result, struct certmap_diagnostic *err) {
    X509 *x509 = NULL;
    const struct certmap_result none = CERTMAP_RESULT_INIT;
    certmap_peer_clear(peer);
    if (!certmap_struct_fits(result, CERTMAP_FIRST_RESULT, sizeof *result))
        return cm_openssl_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_openssl_match: result is NULL, or its size is not a size of it", "");
    certmap_struct_write(result, &none, sizeof none);
    if (ssl == NULL || rules == NULL || peer == NULL)
        return cm_openssl_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_openssl_match: ssl, rules or peer is NULL", "");
    const enum certmap_status status = certmap_openssl_peer_certificate(ssl, &x509, err);
    return status == CERTMAP_OK ? match_certificate(ssl, x509, rules, peer, result, err) : status;
}
