/* SPDX-License-Identifier: MIT */
/* The CAs above the peer's certificate, in the chain that was verified: all of it but the certificate itself, number 0.
 * Where that is trusted by itself, whatever is above it in OpenSSL's chain is what the peer sent along, and no CA of it:
 * openssl_issuer.c. */
#include "certmap/versioned.h"
#include "chain_digests.h"
#include "openssl_inside.h"
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <string.h>

static enum certmap_status no_memory(struct certmap_diagnostic *err) {
    return cm_openssl_fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory", "");
}

static enum certmap_status bad_argument(struct certmap_diagnostic *err, const char *text) {
    return cm_openssl_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, text, "");
}

/* ---- which they are ---- */

/* All above number 0; or, where that is trusted by itself, itself if it signed itself. */
static enum certmap_status take(STACK_OF(X509) * *cas, const STACK_OF(X509) * chain, bool trusted_itself,
                                struct certmap_diagnostic *err) {
    STACK_OF(X509) *made = sk_X509_new_null();
    X509 *own = trusted_itself ? cm_openssl_issuer_of_trusted(sk_X509_value(chain, 0)) : NULL;
    bool done = made != NULL && (own == NULL || sk_X509_push(made, own) > 0);
    for (int i = 1; done && !trusted_itself && i < sk_X509_num(chain); i++)
        done = sk_X509_push(made, sk_X509_value(chain, i)) > 0;
    if (!done) {
        sk_X509_free(made);
        return no_memory(err);
    }
    *cas = made;
    return CERTMAP_OK;
}

enum certmap_status certmap_openssl_verified_chain(STACK_OF(X509) * *cas, X509_STORE_CTX *ctx,
                                                   struct certmap_diagnostic *err) {
    if (cas == NULL || ctx == NULL)
        return bad_argument(err, "certmap_openssl_verified_chain: cas or ctx is NULL");
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
    const int result = X509_STORE_CTX_get_error(ctx);
    if (chain == NULL || result != X509_V_OK)
        return cm_openssl_fail(err, CERTMAP_ERROR_UNVERIFIED, CERTMAP_CODE_NOT_VERIFIED, "the chain is not verified: ",
                               chain == NULL ? "there is none" : X509_verify_cert_error_string(result));
    (void)ERR_set_mark();
    const enum certmap_status status = take(cas, chain, X509_STORE_CTX_get_num_untrusted(ctx) == 0, err);
    (void)ERR_pop_to_mark();
    return status;
}

/* ---- after the handshake ---- */

enum trusted { TRUSTED_ABOVE, TRUSTED_ITSELF, NOT_TOLD };

/* Of a chain of two or more. OpenSSL takes CAs from the store from some point on up to its end, and has checked the
 * signatures of all below. So if the store has the end, all of it counts. If it has one of the others and not the end,
 * another store was used, or this one was changed. */
static enum trusted find_in_store(X509_STORE_CTX *ctx, const STACK_OF(X509) * chain) {
    const int last = sk_X509_num(chain) - 1;
    if (cm_openssl_store_has(ctx, sk_X509_value(chain, last)))
        return TRUSTED_ABOVE;
    for (int i = 1; i < last; i++)
        if (cm_openssl_store_has(ctx, sk_X509_value(chain, i)))
            return NOT_TOLD;
    return cm_openssl_store_has(ctx, sk_X509_value(chain, 0)) ? TRUSTED_ITSELF : NOT_TOLD;
}

static enum certmap_status ask_store(enum trusted *trusted, X509_STORE *store, const STACK_OF(X509) * chain,
                                     struct certmap_diagnostic *err) {
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    const bool ready = ctx != NULL && X509_STORE_CTX_init(ctx, store, NULL, NULL) == 1;
    if (ready)
        *trusted = find_in_store(ctx, chain);
    X509_STORE_CTX_free(ctx);
    return ready ? CERTMAP_OK : no_memory(err);
}

static enum certmap_status find_chain(STACK_OF(X509) * *cas, const SSL *ssl, const X509 *x509,
                                      struct certmap_diagnostic *err) {
    const STACK_OF(X509) *chain = cm_openssl_chain_of(ssl, x509);
    enum trusted trusted = chain == NULL ? NOT_TOLD : TRUSTED_ITSELF;
    if (chain != NULL && sk_X509_num(chain) > 1) {
        const enum certmap_status status = ask_store(&trusted, cm_openssl_store_of(ssl), chain, err);
        if (status != CERTMAP_OK)
            return status;
    }
    if (trusted == NOT_TOLD)
        return cm_openssl_fail(err, CERTMAP_ERROR_UNVERIFIED, CERTMAP_CODE_NOT_VERIFIED,
                               "no handshake of this connection tells the chain", "");
    return take(cas, chain, trusted == TRUSTED_ITSELF, err);
}

enum certmap_status certmap_openssl_handshake_chain(STACK_OF(X509) * *cas, const SSL *ssl, X509 *x509,
                                                    struct certmap_diagnostic *err) {
    if (cas == NULL || ssl == NULL || x509 == NULL)
        return bad_argument(err, "certmap_openssl_handshake_chain: cas, ssl or x509 is NULL");
    (void)ERR_set_mark();
    const enum certmap_status status = find_chain(cas, ssl, x509, err);
    (void)ERR_pop_to_mark();
    return status;
}

/* ---- their digests ---- */

/* By way of a cert and a holder of its own. */
static enum certmap_status digest_ca(struct cm_chain_digests *found, size_t index, const X509 *ca,
                                     struct certmap_diagnostic *err) {
    struct certmap_cert own = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder own_holder = CERTMAP_OPENSSL_HOLDER_INIT;
    struct certmap_diagnostic own_err = {.status = CERTMAP_OK};
    if (certmap_openssl_cert(&own, &own_holder, ca, cm_chain_digests_needs(found), &own_err) != CERTMAP_OK)
        return cm_openssl_fail(err, own_err.status, own_err.code, "chain: ", own_err.text);
    cm_chain_digests_take(found, index, &own);
    certmap_openssl_holder_free(&own_holder);
    return CERTMAP_OK;
}

static enum certmap_status digest_chain(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                                        const STACK_OF(X509) * cas, unsigned needs, struct certmap_diagnostic *err) {
    const int count = sk_X509_num(cas);
    struct cm_chain_digests found = cm_chain_digests_into(holder->chain_sha256, holder->chain_key_sha256, needs);
    if (!cm_chain_digests_wanted(&found, (size_t)count))
        return CERTMAP_OK;
    for (int i = 0; i < count; i++) {
        const enum certmap_status status = digest_ca(&found, (size_t)i, sk_X509_value(cas, i), err);
        if (status != CERTMAP_OK)
            return status;
    }
    cm_chain_digests_set(cert, &found, (size_t)count);
    return CERTMAP_OK;
}

enum certmap_status certmap_openssl_chain(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                                          const STACK_OF(X509) * cas, unsigned needs, struct certmap_diagnostic *err) {
    struct certmap_cert room, filled = CERTMAP_CERT_INIT;
    const struct certmap_cert *given = certmap_struct_read(&room, cert, CERTMAP_FIRST_CERT, sizeof room);
    const struct certmap_view none = CERTMAP_NO_VIEW;
    if (given == NULL || !cm_openssl_fit(cert, holder) || cas == NULL)
        return bad_argument(err, "certmap_openssl_chain: cert, holder or cas is NULL, or a size is not a size of it");
    memcpy(&filled, given, sizeof filled);
    filled.size = sizeof filled;
    filled.chain = filled.chain_sha256 = filled.chain_key_sha256 = none;
    const enum certmap_status status = digest_chain(&filled, holder, cas, needs, err);
    if (status == CERTMAP_OK)
        certmap_struct_write(cert, &filled, sizeof filled);
    return status;
}
