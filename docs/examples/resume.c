/* SPDX-License-Identifier: MIT */
#include "resume.h"
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

enum { ISSUER_PIECES = CERTMAP_PIECE_ISSUER_SHA256 | CERTMAP_PIECE_ISSUER_KEY_SHA256 };

/* ---- what both ways share ---- */

/* The certificate of a connection, without its issuer. The caller frees the holder. */
static enum certmap_status take_certificate(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                                            X509 **x509, const SSL *ssl, const struct certmap_rules *rules,
                                            struct certmap_diagnostic *err) {
    const enum certmap_status status = certmap_openssl_peer_certificate(ssl, x509, err);
    return status == CERTMAP_OK ? certmap_openssl_cert(cert, holder, *x509, certmap_rules_needs(rules), err) : status;
}

/* The peer must not be used with the certificate once that is gone. */
static enum certmap_status ask(const struct certmap_cert *cert, const struct certmap_rules *rules,
                               struct certmap_peer *peer, struct certmap_result *result,
                               struct certmap_diagnostic *err) {
    enum certmap_status status = certmap_peer_set(peer, cert, err);
    if (status == CERTMAP_OK)
        status = certmap_match(rules, peer, result, err);
    certmap_peer_clear(peer);
    return status;
}

/* ---- the first way ---- */

/* What is kept: both digests, or one byte where the verified chain has no issuer. */
struct kept {
    uint8_t digests[2 * CERTMAP_SHA256_SIZE];
    size_t len;
};

static bool digest_issuer(struct kept *kept, const X509 *issuer) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    if (certmap_openssl_issuer(&cert, &holder, issuer, ISSUER_PIECES, NULL) != CERTMAP_OK ||
        cert.issuer_sha256.len != CERTMAP_SHA256_SIZE || cert.issuer_key_sha256.len != CERTMAP_SHA256_SIZE)
        return false;
    memcpy(kept->digests, cert.issuer_sha256.data, CERTMAP_SHA256_SIZE);
    memcpy(kept->digests + CERTMAP_SHA256_SIZE, cert.issuer_key_sha256.data, CERTMAP_SHA256_SIZE);
    kept->len = sizeof kept->digests;
    return true;
}

int keep_issuer(X509_STORE_CTX *ctx, void *unused) {
    const int verified = X509_verify_cert(ctx);
    const SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    SSL_SESSION *session = SSL_get_session(ssl);
    struct kept kept = {.len = 1};
    X509 *issuer = NULL;
    (void)unused;
    SSL_SESSION_set1_ticket_appdata(session, NULL, 0);
    if (verified == 1 && certmap_openssl_verified_issuer(&issuer, ctx, NULL) == CERTMAP_OK &&
        (issuer == NULL || digest_issuer(&kept, issuer)))
        SSL_SESSION_set1_ticket_appdata(session, kept.digests, kept.len);
    return verified;
}

/* With nothing kept, cert stays without an issuer, and `issuer is` unknown. */
static void add_kept(struct certmap_cert *cert, SSL_SESSION *session) {
    void *data = NULL;
    size_t len = 0;
    SSL_SESSION_get0_ticket_appdata(session, &data, &len);
    const uint8_t *digests = data;
    if (len == 1) {
        cert->issuer_sha256 = cert->issuer_key_sha256 = (struct certmap_view){digests, 0};
    } else if (len == 2 * CERTMAP_SHA256_SIZE) {
        cert->issuer_sha256 = (struct certmap_view){digests, CERTMAP_SHA256_SIZE};
        cert->issuer_key_sha256 = (struct certmap_view){digests + CERTMAP_SHA256_SIZE, CERTMAP_SHA256_SIZE};
    }
}

enum certmap_status match_kept(SSL *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                               struct certmap_result *result, struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    X509 *x509 = NULL;
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    enum certmap_status status = take_certificate(&cert, &holder, &x509, ssl, rules, err);
    if (status == CERTMAP_OK) {
        add_kept(&cert, SSL_get_session(ssl));
        status = ask(&cert, rules, peer, result, err);
    }
    certmap_openssl_holder_free(&holder);
    return status;
}

/* ---- the second way ---- */

/* As OpenSSL verifies the certificate of a client in a handshake. */
static bool verify_client(X509_STORE_CTX *ctx, X509_STORE *trusted, SSL *ssl, X509 *x509) {
    if (X509_STORE_CTX_init(ctx, trusted, x509, SSL_get_peer_cert_chain(ssl)) != 1 ||
        X509_STORE_CTX_set_default(ctx, "ssl_client") != 1)
        return false;
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_auth_level(param, SSL_get_security_level(ssl));
    return X509_VERIFY_PARAM_set1(param, SSL_get0_param(ssl)) == 1 && X509_verify_cert(ctx) == 1;
}

static enum certmap_status not_verified(struct certmap_diagnostic *err, X509_STORE_CTX *ctx) {
    const char *why = ctx == NULL ? "out of memory" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
    if (err != NULL) {
        *err = (struct certmap_diagnostic){.status = CERTMAP_ERROR_UNVERIFIED, .code = CERTMAP_CODE_NOT_VERIFIED};
        snprintf(err->text, sizeof err->text, "the certificate is no longer accepted: %s", why);
    }
    return CERTMAP_ERROR_UNVERIFIED;
}

static enum certmap_status add_issuer_again(struct certmap_cert *cert, struct certmap_openssl_holder *holder, SSL *ssl,
                                            X509 *x509, X509_STORE *trusted, struct certmap_diagnostic *err) {
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    X509 *issuer = NULL;
    enum certmap_status status = CERTMAP_ERROR_UNVERIFIED;
    ERR_set_mark();
    if (ctx == NULL || !verify_client(ctx, trusted, ssl, x509))
        status = not_verified(err, ctx);
    else if ((status = certmap_openssl_verified_issuer(&issuer, ctx, err)) == CERTMAP_OK)
        status = certmap_openssl_issuer(cert, holder, issuer, ISSUER_PIECES, err);
    ERR_pop_to_mark();
    X509_STORE_CTX_free(ctx);
    return status;
}

enum certmap_status match_again(SSL *ssl, X509_STORE *trusted, const struct certmap_rules *rules,
                                struct certmap_peer *peer, struct certmap_result *result,
                                struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    X509 *x509 = NULL;
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    enum certmap_status status = take_certificate(&cert, &holder, &x509, ssl, rules, err);
    if (status == CERTMAP_OK)
        status = add_issuer_again(&cert, &holder, ssl, x509, trusted, err);
    if (status == CERTMAP_OK)
        status = ask(&cert, rules, peer, result, err);
    certmap_openssl_holder_free(&holder);
    return status;
}
