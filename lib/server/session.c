/* SPDX-License-Identifier: MIT */
#include "session.h"
#include <certmap/server.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <string.h>

enum {
    VERSION = 2,
    CERTIFICATE_AT = 1,
    REALM_AT = CERTIFICATE_AT + CERTMAP_SHA256_SIZE,
    ISSUER_AT = REALM_AT + CERTMAP_SHA256_SIZE,
    KEY_AT = ISSUER_AT + CERTMAP_SHA256_SIZE,
    SHA1_AT = KEY_AT + CERTMAP_SHA256_SIZE,
    WHOLE = SHA1_AT + CERTMAP_SHA1_SIZE,
    PIECES = CERTMAP_PIECE_ISSUER_SHA256 | CERTMAP_PIECE_ISSUER_KEY_SHA256 | CERTMAP_PIECE_ISSUER_SHA1
};

struct kept {
    uint8_t bytes[WHOLE];
    size_t len; /* 0: nothing is kept */
};

static bool put_realm(uint8_t *sha256, const char *realm) {
    const struct certmap_view text = certmap_view_of(realm);
    return EVP_Digest(text.data, text.len, sha256, NULL, EVP_sha256(), NULL) == 1;
}

static bool put_issuer(struct kept *kept, const X509 *issuer) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    if (certmap_openssl_issuer(&cert, &holder, issuer, PIECES, NULL) != CERTMAP_OK ||
        cert.issuer_sha256.len != CERTMAP_SHA256_SIZE || cert.issuer_key_sha256.len != CERTMAP_SHA256_SIZE ||
        cert.issuer_sha1.len != CERTMAP_SHA1_SIZE)
        return false;
    memcpy(kept->bytes + ISSUER_AT, cert.issuer_sha256.data, CERTMAP_SHA256_SIZE);
    memcpy(kept->bytes + KEY_AT, cert.issuer_key_sha256.data, CERTMAP_SHA256_SIZE);
    memcpy(kept->bytes + SHA1_AT, cert.issuer_sha1.data, CERTMAP_SHA1_SIZE);
    kept->len = WHOLE;
    return true;
}

/* What is known of the certificate that ctx was asked about. */
static void fill(struct kept *kept, X509_STORE_CTX *ctx, const char *realm) {
    X509 *issuer = NULL;
    unsigned len = 0;
    kept->bytes[0] = VERSION;
    if (certmap_openssl_verified_issuer(&issuer, ctx, NULL) != CERTMAP_OK ||
        X509_digest(X509_STORE_CTX_get0_cert(ctx), EVP_sha256(), kept->bytes + CERTIFICATE_AT, &len) != 1 ||
        !put_realm(kept->bytes + REALM_AT, realm))
        return;
    if (issuer == NULL)
        kept->len = ISSUER_AT;
    else if (!put_issuer(kept, issuer))
        kept->len = 0;
}

int certmap_service_keep_issuer(X509_STORE_CTX *ctx, void *realm) {
    const int verified = X509_verify_cert(ctx);
    const SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    SSL_SESSION *session = ssl == NULL ? NULL : SSL_get_session(ssl);
    struct kept kept = {.len = 0};
    uint8_t unread = 0;
    /* After the first handshake of a connection - in a renegotiation, or when a certificate is asked for later - other
     * connections may be using the session at this moment: it is left alone. */
    if (session == NULL || SSL_get_peer_finished(ssl, &unread, 0) > 0)
        return verified;
    (void)ERR_set_mark();
    if (verified == 1)
        fill(&kept, ctx, realm);
    (void)SSL_SESSION_set1_ticket_appdata(session, kept.bytes, kept.len);
    (void)ERR_pop_to_mark();
    return verified;
}

/* What certmap_service_keep_issuer has put there; NULL: nothing. */
static const uint8_t *bytes_of(size_t *len, SSL_SESSION *session) {
    void *data = NULL;
    if (session == NULL || SSL_SESSION_get0_ticket_appdata(session, &data, len) != 1)
        return NULL;
    const uint8_t *bytes = data;
    return (*len == ISSUER_AT || *len == WHOLE) && bytes[0] == VERSION ? bytes : NULL;
}

bool cm_server_session_verified_here(const SSL *ssl, const X509 *x509) {
    const STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
    return chain != NULL && sk_X509_num(chain) > 0 && X509_cmp(sk_X509_value(chain, 0), x509) == 0;
}

bool certmap_service_session_is_of(const SSL *ssl, const char *realm) {
    uint8_t sha256[CERTMAP_SHA256_SIZE];
    size_t len = 0;
    unsigned digest_len = 0;
    SSL_SESSION *session = ssl == NULL ? NULL : SSL_get_session(ssl);
    if (session == NULL)
        return false;
    const X509 *peer = SSL_SESSION_get0_peer(session);
    if (!SSL_session_reused(ssl) || peer == NULL || cm_server_session_verified_here(ssl, peer))
        return true;
    const uint8_t *bytes = bytes_of(&len, session);
    return bytes != NULL && X509_digest(peer, EVP_sha256(), sha256, &digest_len) == 1 &&
           memcmp(bytes + CERTIFICATE_AT, sha256, sizeof sha256) == 0 && put_realm(sha256, realm) &&
           memcmp(bytes + REALM_AT, sha256, sizeof sha256) == 0;
}

bool cm_server_session_issuer(struct certmap_cert *cert, const SSL *ssl, const uint8_t sha256[CERTMAP_SHA256_SIZE]) {
    size_t len = 0;
    const uint8_t *bytes = bytes_of(&len, SSL_get_session(ssl));
    if (bytes == NULL || memcmp(bytes + CERTIFICATE_AT, sha256, CERTMAP_SHA256_SIZE) != 0)
        return false;
    const size_t digest = len == WHOLE ? CERTMAP_SHA256_SIZE : 0;
    cert->issuer_sha256 = (struct certmap_view){digest > 0 ? bytes + ISSUER_AT : bytes, digest};
    cert->issuer_key_sha256 = (struct certmap_view){digest > 0 ? bytes + KEY_AT : bytes, digest};
    cert->issuer_certificate = (struct certmap_view){digest > 0 ? NULL : bytes, 0};
    return true;
}
