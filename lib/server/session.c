/* SPDX-License-Identifier: MIT */
#include "session.h"
#include <certmap/server.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <string.h>

enum {
    VERSION = 3,
    WHOLE_AT = 1,
    CERTIFICATE_AT = 2,
    REALM_AT = CERTIFICATE_AT + CERTMAP_SHA256_SIZE,
    SHA1_AT = REALM_AT + CERTMAP_SHA256_SIZE,
    CAS_AT = SHA1_AT + CERTMAP_SHA1_SIZE,
    CA_SIZE = 2 * CERTMAP_SHA256_SIZE,
    MAX_SIZE = CAS_AT + CERTMAP_MAX_CHAIN * CA_SIZE
};

#define PIECES ((unsigned)(CERTMAP_PIECE_CHAIN_SHA256 | CERTMAP_PIECE_CHAIN_KEY_SHA256 | CERTMAP_PIECE_ISSUER_SHA1))

struct kept {
    uint8_t bytes[MAX_SIZE];
    size_t len; /* 0: nothing is kept */
};

static bool put_realm(uint8_t *sha256, const char *realm) {
    const struct certmap_view text = certmap_view_of(realm);
    return EVP_Digest(text.data, text.len, sha256, NULL, EVP_sha256(), NULL) == 1;
}

/* The digests of the CAs, of which there is one at least; false where one of them cannot be computed. */
static bool put_cas(struct kept *kept, const STACK_OF(X509) * cas) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    const size_t size = (size_t)sk_X509_num(cas) * CERTMAP_SHA256_SIZE;
    if (certmap_openssl_chain(&cert, &holder, cas, PIECES, NULL) != CERTMAP_OK ||
        certmap_openssl_issuer(&cert, &holder, sk_X509_value(cas, 0), PIECES, NULL) != CERTMAP_OK ||
        cert.chain_sha256.len != size || cert.chain_key_sha256.len != size || cert.issuer_sha1.len != CERTMAP_SHA1_SIZE)
        return false;
    memcpy(kept->bytes + SHA1_AT, cert.issuer_sha1.data, CERTMAP_SHA1_SIZE);
    memcpy(kept->bytes + CAS_AT, cert.chain_sha256.data, size);
    memcpy(kept->bytes + CAS_AT + size, cert.chain_key_sha256.data, size);
    kept->len = CAS_AT + 2 * size;
    return true;
}

/* All of them; or of those that are too many, or that cannot be read, the issuer alone. */
static void put_chain(struct kept *kept, STACK_OF(X509) * cas) {
    kept->bytes[WHOLE_AT] = 1;
    if (sk_X509_num(cas) == 0)
        kept->len = SHA1_AT;
    else if (!put_cas(kept, cas)) {
        kept->bytes[WHOLE_AT] = 0;
        while (sk_X509_num(cas) > 1)
            (void)sk_X509_pop(cas);
        (void)put_cas(kept, cas);
    }
}

/* What is known of the certificate that ctx was asked about. */
static void fill(struct kept *kept, X509_STORE_CTX *ctx, const char *realm) {
    STACK_OF(X509) *cas = NULL;
    unsigned len = 0;
    kept->bytes[0] = VERSION;
    if (certmap_openssl_verified_chain(&cas, ctx, NULL) == CERTMAP_OK &&
        X509_digest(X509_STORE_CTX_get0_cert(ctx), EVP_sha256(), kept->bytes + CERTIFICATE_AT, &len) == 1 &&
        put_realm(kept->bytes + REALM_AT, realm))
        put_chain(kept, cas);
    sk_X509_free(cas);
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
    const bool has_cas = *len > CAS_AT && *len <= MAX_SIZE && (*len - CAS_AT) % CA_SIZE == 0;
    return (*len == SHA1_AT || has_cas) && bytes[0] == VERSION ? bytes : NULL;
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

/* The verified chain has no CA. */
static void set_none(struct certmap_cert *cert, const uint8_t *bytes) {
    const struct certmap_view none = {bytes, 0};
    cert->issuer_certificate = cert->issuer_sha256 = cert->issuer_key_sha256 = cert->issuer_sha1 = none;
    cert->chain = cert->chain_sha256 = cert->chain_key_sha256 = none;
}

bool cm_server_session_cas(struct certmap_cert *cert, const SSL *ssl, const uint8_t sha256[CERTMAP_SHA256_SIZE]) {
    size_t len = 0;
    const uint8_t *bytes = bytes_of(&len, SSL_get_session(ssl));
    if (bytes == NULL || memcmp(bytes + CERTIFICATE_AT, sha256, CERTMAP_SHA256_SIZE) != 0)
        return false;
    if (len == SHA1_AT) {
        set_none(cert, bytes);
        return true;
    }
    const struct certmap_view certificates = {bytes + CAS_AT, (len - CAS_AT) / 2};
    const struct certmap_view keys = {certificates.data + certificates.len, certificates.len};
    cert->issuer_sha1 = (struct certmap_view){bytes + SHA1_AT, CERTMAP_SHA1_SIZE};
    cert->issuer_sha256 = (struct certmap_view){certificates.data, CERTMAP_SHA256_SIZE};
    cert->issuer_key_sha256 = (struct certmap_view){keys.data, CERTMAP_SHA256_SIZE};
    if (bytes[WHOLE_AT] == 1) {
        cert->chain_sha256 = certificates;
        cert->chain_key_sha256 = keys;
    }
    return true;
}
