/* SPDX-License-Identifier: MIT */
/* Who issued the peer's certificate, in the chain that was verified.
 *
 * OpenSSL builds the chain from the peer's certificate, number 0, up to a certificate that is trusted. Number 1
 * is the issuer, with one exception: under X509_V_FLAG_PARTIAL_CHAIN the peer's certificate may itself be the one
 * that is trusted, and then whatever the peer sent along is above it in the chain. What only the peer says is
 * no issuer. */
#include "openssl_inside.h"
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

X509 *cm_openssl_issuer_of_trusted(X509 *x509) {
    EVP_PKEY *key = X509_get0_pubkey(x509);
    const bool same_name = X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0;
    return same_name && key != NULL && X509_verify(x509, key) == 1 ? x509 : NULL;
}

enum certmap_status certmap_openssl_verified_issuer(X509 **issuer, X509_STORE_CTX *ctx,
                                                    struct certmap_diagnostic *err) {
    if (issuer == NULL || ctx == NULL)
        return cm_openssl_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_openssl_verified_issuer: issuer or ctx is NULL", "");
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
    const int result = X509_STORE_CTX_get_error(ctx);
    if (chain == NULL || result != X509_V_OK)
        return cm_openssl_fail(err, CERTMAP_ERROR_UNVERIFIED, CERTMAP_CODE_NOT_VERIFIED, "the chain is not verified: ",
                               chain == NULL ? "there is none" : X509_verify_cert_error_string(result));
    (void)ERR_set_mark();
    /* How many certificates at its lower end the chain does not have from the store: none, if number 0 is trusted. */
    const bool trusted = X509_STORE_CTX_get_num_untrusted(ctx) == 0;
    *issuer = trusted ? cm_openssl_issuer_of_trusted(sk_X509_value(chain, 0)) : sk_X509_value(chain, 1);
    (void)ERR_pop_to_mark();
    return CERTMAP_OK;
}

/* ---- after the handshake, when OpenSSL has forgotten which of the chain it had from the store ---- */

bool cm_openssl_store_has(X509_STORE_CTX *ctx, const X509 *x509) {
    STACK_OF(X509) *same_name = X509_STORE_CTX_get1_certs(ctx, X509_get_subject_name(x509));
    bool found = false;
    for (int i = 0; i < sk_X509_num(same_name) && !found; i++)
        found = X509_cmp(sk_X509_value(same_name, i), x509) == 0;
    sk_X509_pop_free(same_name, X509_free);
    return found;
}

static bool store_has_above(X509_STORE_CTX *ctx, const STACK_OF(X509) * chain) {
    bool found = false;
    for (int i = 1; i < sk_X509_num(chain) && !found; i++)
        found = cm_openssl_store_has(ctx, sk_X509_value(chain, i));
    return found;
}

/* Of a chain of two or more. */
static bool find_in_store(X509 **issuer, X509_STORE_CTX *ctx, const STACK_OF(X509) * chain) {
    if (store_has_above(ctx, chain)) {
        *issuer = sk_X509_value(chain, 1);
        return true;
    }
    if (!cm_openssl_store_has(ctx, sk_X509_value(chain, 0)))
        return false;
    *issuer = cm_openssl_issuer_of_trusted(sk_X509_value(chain, 0));
    return true;
}

static bool ask_store(X509 **issuer, X509_STORE *store, const STACK_OF(X509) * chain) {
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    const bool known =
        ctx != NULL && X509_STORE_CTX_init(ctx, store, NULL, NULL) == 1 && find_in_store(issuer, ctx, chain);
    X509_STORE_CTX_free(ctx);
    return known;
}

X509_STORE *cm_openssl_store_of(const SSL *ssl) {
    X509_STORE *own = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
#if OPENSSL_VERSION_NUMBER >= 0x30000000L /* before, another one cannot be asked for */
    X509_STORE *other = NULL;
    const union {
        const SSL *given;
        SSL *asked; /* to ask changes nothing, though OpenSSL's declaration has no const */
    } end = {ssl};
    (void)SSL_get0_verify_cert_store(end.asked, &other);
    own = other != NULL ? other : own;
#endif
    return own;
}

const STACK_OF(X509) * cm_openssl_chain_of(const SSL *ssl, const X509 *x509) {
    const STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
    return chain != NULL && X509_cmp(sk_X509_value(chain, 0), x509) == 0 ? chain : NULL;
}

static bool find_issuer(X509 **issuer, const SSL *ssl, X509 *x509) {
    const STACK_OF(X509) *chain = cm_openssl_chain_of(ssl, x509);
    if (chain == NULL)
        return false;
    if (sk_X509_num(chain) > 1)
        return ask_store(issuer, cm_openssl_store_of(ssl), chain);
    *issuer = cm_openssl_issuer_of_trusted(x509);
    return true;
}

enum certmap_status certmap_openssl_handshake_issuer(X509 **issuer, const SSL *ssl, X509 *x509,
                                                     struct certmap_diagnostic *err) {
    if (issuer == NULL || ssl == NULL || x509 == NULL)
        return cm_openssl_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_openssl_handshake_issuer: issuer, ssl or x509 is NULL", "");
    (void)ERR_set_mark();
    const bool known = find_issuer(issuer, ssl, x509);
    (void)ERR_pop_to_mark();
    return known ? CERTMAP_OK
                 : cm_openssl_fail(err, CERTMAP_ERROR_UNVERIFIED, CERTMAP_CODE_NOT_VERIFIED,
                                   "no handshake of this connection tells the issuer", "");
}
