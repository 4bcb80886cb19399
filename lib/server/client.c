/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "session.h"
#include <certmap/explain.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#define PIECES_OF_ISSUER                                                                                               \
    ((unsigned)(CERTMAP_PIECE_ISSUER_SHA256 | CERTMAP_PIECE_ISSUER_KEY_SHA256 | CERTMAP_PIECE_ISSUER_SHA1))
#define PIECES_OF_CHAIN ((unsigned)(CERTMAP_PIECE_CHAIN_SHA256 | CERTMAP_PIECE_CHAIN_KEY_SHA256))
/* What an answer says of every certificate. */
#define PIECES_TOLD                                                                                                    \
    ((unsigned)(CERTMAP_PIECE_CERTIFICATE | CERTMAP_PIECE_SERIAL | CERTMAP_PIECE_VALIDITY | CERTMAP_PIECE_SHA256))

static void refuse_unverified(struct cm_server_client *client, enum certmap_code code, const char *text) {
    cm_server_client_refuse(client, CERTMAP_ERROR_UNVERIFIED, code, text, "");
}

/* ---- who it is ---- */

/* The contents of a positive INTEGER that is not longer than a serial number should be. */
static struct certmap_view serial_of(struct certmap_view der) {
    const struct certmap_view none = CERTMAP_NO_VIEW;
    if (der.len < 3 || der.data[1] != der.len - 2 || der.data[1] > CM_SERVER_MAX_SERIAL || der.data[2] >= 0x80)
        return none;
    return (struct certmap_view){der.data + 2, der.len - 2};
}

static bool digest(uint8_t sha256[CERTMAP_SHA256_SIZE], struct certmap_view bytes) {
    return EVP_Digest(bytes.data, bytes.len, sha256, NULL, EVP_sha256(), NULL) == 1;
}

/* From cert, where it could be filled. */
static void identify(struct cm_server_client *client) {
    client->has_certificate = true;
    client->size = client->cert.certificate.len;
    client->serial = serial_of(client->cert.serial);
    if (certmap_cert_validity(&client->not_before, &client->not_after, &client->cert, NULL) != CERTMAP_OK)
        client->not_before = 1;
}

/* ---- whether it may be asked about ---- */

static void check_dates(struct cm_server_client *client) {
    if (client->not_before > client->not_after)
        refuse_unverified(client, CERTMAP_CODE_NOT_VERIFIED, "the dates of the certificate cannot be read");
    else if (client->now == 0)
        refuse_unverified(client, CERTMAP_CODE_NOT_VERIFIED, "the clock does not tell the time");
    else if (client->now < client->not_before)
        refuse_unverified(client, CERTMAP_CODE_NOT_VERIFIED, "the certificate is not yet valid");
    else if (client->now > client->not_after)
        refuse_unverified(client, CERTMAP_CODE_NOT_VERIFIED, "the certificate has expired");
}

/* What no rule reads is left out, and what is computed by the way is there. */
static void finish(struct cm_server_client *client) {
    client->cert.time = client->now;
    certmap_cert_restrict(&client->cert, client->needs);
}

/* ---- from a connection ---- */

static bool is_old(const struct cm_server_client *client, const SSL *ssl, unsigned seconds) {
    const int64_t begun = (int64_t)SSL_SESSION_get_time(SSL_get_session(ssl));
    return begun > client->now || client->now - begun > (int64_t)seconds;
}

/* The one that OpenSSL verified by in the handshake. */
static X509_STORE *store_of(SSL *ssl) {
    X509_STORE *own = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
#if OPENSSL_VERSION_NUMBER >= 0x30000000L /* before, another one cannot be asked for */
    X509_STORE *other = NULL;
    (void)SSL_get0_verify_cert_store(ssl, &other);
    own = other != NULL ? other : own;
#endif
    return own;
}

/* Adds the issuer and the chain that this handshake has verified, as far as they are needed and known. */
static void add_verified(struct cm_server_client *client, const SSL *ssl, X509 *x509) {
    X509 *issuer = NULL;
    STACK_OF(X509) *cas = NULL;
    if ((client->needs & PIECES_OF_ISSUER) != 0 &&
        certmap_openssl_handshake_issuer(&issuer, ssl, x509, NULL) == CERTMAP_OK)
        client->status = certmap_openssl_issuer(&client->cert, &client->holder, issuer, client->needs, &client->err);
    if (client->status == CERTMAP_OK && (client->needs & PIECES_OF_CHAIN) != 0 &&
        certmap_openssl_handshake_chain(&cas, ssl, x509, NULL) == CERTMAP_OK)
        client->status = certmap_openssl_chain(&client->cert, &client->holder, cas, client->needs, &client->err);
    sk_X509_free(cas);
}

/* Adds who is above the certificate, where it is known; verifies again, where that is the policy. */
static void judge_issuer(struct cm_server_client *client, SSL *ssl, X509 *x509, const struct cm_server_manner *manner) {
    const bool here = cm_server_session_verified_here(ssl, x509);
    if (manner->resumed == CERTMAP_RESUMED_VERIFY && (!here || is_old(client, ssl, manner->hold_seconds))) {
        (void)cm_server_verify(client, x509, store_of(ssl), SSL_get_peer_cert_chain(ssl), ssl);
        return;
    }
    if ((client->needs & (PIECES_OF_ISSUER | PIECES_OF_CHAIN)) == 0 ||
        (manner->resumed == CERTMAP_RESUMED_KEEP && cm_server_session_cas(&client->cert, ssl, client->sha256)))
        return;
    if (here)
        add_verified(client, ssl, x509);
}

/* The certificate of the session, whether it was accepted or not. */
static X509 *session_certificate(const SSL *ssl) {
    SSL_SESSION *session = SSL_get_session(ssl);
    return session == NULL ? NULL : SSL_SESSION_get0_peer(session);
}

/* The pieces, and who it is. A certificate that cannot be taken apart has a digest, too. */
static void take_apart(struct cm_server_client *client, const X509 *x509) {
    unsigned len = 0;
    client->status =
        certmap_openssl_cert(&client->cert, &client->holder, x509, client->needs | PIECES_TOLD, &client->err);
    if (client->status == CERTMAP_OK && client->cert.sha256.len == CERTMAP_SHA256_SIZE) {
        memcpy(client->sha256, client->cert.sha256.data, CERTMAP_SHA256_SIZE);
        identify(client);
    } else if (X509_digest(x509, EVP_sha256(), client->sha256, &len) == 1) {
        client->has_certificate = true;
    }
}

void cm_server_client_from_ssl(struct cm_server_client *client, SSL *ssl, const struct cm_server_manner *manner,
                               unsigned needs, int64_t now) {
    struct certmap_diagnostic refusal = {.status = CERTMAP_OK};
    X509 *accepted = NULL, *x509 = session_certificate(ssl);
    *client = (struct cm_server_client){
        .cert = CERTMAP_CERT_INIT, .holder = CERTMAP_OPENSSL_HOLDER_INIT, .now = now, .needs = needs};
    (void)ERR_set_mark();
    const enum certmap_status status = certmap_openssl_peer_certificate(ssl, &accepted, &refusal);
    if (x509 != NULL)
        take_apart(client, x509);
    if (status != CERTMAP_OK) {
        client->status = status;
        client->err = refusal;
    }
    if (client->status == CERTMAP_OK)
        check_dates(client);
    if (client->status == CERTMAP_OK)
        judge_issuer(client, ssl, accepted, manner);
    if (client->status == CERTMAP_OK)
        finish(client);
    (void)ERR_pop_to_mark();
}

/* ---- from bytes ---- */

static bool hash(void *ctx, uint8_t *room, enum certmap_hash kind, struct certmap_view data) {
    const EVP_MD *type = kind == CERTMAP_HASH_SHA256   ? EVP_sha256()
                         : kind == CERTMAP_HASH_SHA1   ? EVP_sha1()
                         : kind == CERTMAP_HASH_SHA512 ? EVP_sha512()
                                                       : NULL;
    (void)ctx;
    return type != NULL && EVP_Digest(data.data, data.len, room, NULL, type, NULL) == 1;
}

/* Certificates in a row that may help to verify another one; what is no certificate ends them. */
static STACK_OF(X509) * decode_chain(struct certmap_view bytes) {
    STACK_OF(X509) *chain = sk_X509_new_null();
    while (chain != NULL && bytes.len > 0 && sk_X509_num(chain) < CERTMAP_SERVICE_MAX_CHAIN) {
        const uint8_t *p = bytes.data;
        X509 *x509 = d2i_X509(NULL, &p, (long)bytes.len);
        if (x509 == NULL || sk_X509_push(chain, x509) == 0) {
            X509_free(x509);
            break;
        }
        bytes.len -= (size_t)(p - bytes.data);
        bytes.data = p;
    }
    return chain;
}

static void verify_presented(struct cm_server_client *client, const struct certmap_presented *presented) {
    const uint8_t *p = presented->certificate.data;
    client->decoded = d2i_X509(NULL, &p, (long)presented->certificate.len);
    if (client->decoded == NULL) {
        cm_server_client_refuse(client, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_LIBRARY_REFUSED,
                                "OpenSSL cannot decode the certificate", "");
        return;
    }
    STACK_OF(X509) *chain = decode_chain(presented->chain);
    (void)cm_server_verify(client, client->decoded, presented->store, chain, NULL);
    sk_X509_pop_free(chain, X509_free);
}

static void take_bytes(struct cm_server_client *client, struct certmap_view der) {
    client->has_certificate = digest(client->sha256, der);
    client->status = certmap_cert_from_der(&client->cert, der, &client->err);
    if (client->status != CERTMAP_OK)
        return;
    identify(client);
    client->cert.hash = hash;
    if (client->has_certificate)
        client->cert.sha256 = (struct certmap_view){client->sha256, CERTMAP_SHA256_SIZE};
}

void cm_server_client_from_der(struct cm_server_client *client, const struct certmap_presented *presented,
                               unsigned needs, int64_t now) {
    *client = (struct cm_server_client){
        .cert = CERTMAP_CERT_INIT, .holder = CERTMAP_OPENSSL_HOLDER_INIT, .now = now, .needs = needs};
    if (!presented->present) {
        refuse_unverified(client, CERTMAP_CODE_NO_CERTIFICATE, "the client sent no certificate");
        return;
    }
    if (presented->certificate.len == 0) {
        cm_server_client_refuse(client, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_CERTIFICATE_WITHHELD,
                                "the client sent a certificate, and the server does not hand it on", "");
        return;
    }
    (void)ERR_set_mark();
    take_bytes(client, presented->certificate);
    if (client->status == CERTMAP_OK && presented->store == NULL && !presented->verified)
        refuse_unverified(client, CERTMAP_CODE_NOT_VERIFIED, "the server did not accept the certificate");
    if (client->status == CERTMAP_OK)
        check_dates(client);
    if (client->status == CERTMAP_OK && presented->store != NULL)
        verify_presented(client, presented);
    if (client->status == CERTMAP_OK)
        finish(client);
    (void)ERR_pop_to_mark();
}

void cm_server_client_free(struct cm_server_client *client) {
    certmap_openssl_holder_free(&client->holder);
    X509_free(client->decoded);
}
