/* SPDX-License-Identifier: MIT */
/* A recipe of docs/tls-libraries.md: certmap in a server that uses wolfSSL. */
#include "recipe.h"
#include <limits.h>
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
/* After the others. */
#include <wolfssl/openssl/x509v3.h>
#include <wolfssl/wolfcrypt/hash.h>

static bool digest_of(void *unused, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    static const struct {
        enum wc_HashType type;
        word32 size;
    } hashes[] = {{WC_HASH_TYPE_SHA256, CERTMAP_SHA256_SIZE},
                  {WC_HASH_TYPE_SHA, CERTMAP_SHA1_SIZE},
                  {WC_HASH_TYPE_SHA512, CERTMAP_SHA512_SIZE}};
    (void)unused;
    return (size_t)hash < sizeof hashes / sizeof *hashes && data.len <= INT_MAX &&
           wc_Hash(hashes[hash].type, data.data, (word32)data.len, digest, hashes[hash].size) == 0;
}

/* A verify callback that lets everything pass does not leave this one in the result. */
static bool is_for_clients(WOLFSSL_X509 *x509) {
    const unsigned allowed = XKU_SSL_CLIENT | XKU_ANYEKU;
    return (wolfSSL_X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) == 0 ||
           (wolfSSL_X509_get_extended_key_usage(x509) & allowed) != 0;
}

/* The whole certificate as it was sent. wolfSSL writes Names anew where it is asked for one: never use those. */
static enum certmap_status match_x509(WOLFSSL_X509 *x509, const struct certmap_rules *rules, struct certmap_peer *peer,
                                      struct certmap_result *result, struct certmap_diagnostic *err) {
    int len = 0;
    const unsigned char *der = wolfSSL_X509_get_der(x509, &len);
    if (der == NULL || len <= 0)
        return refuse(err, CERTMAP_CODE_NO_CERTIFICATE, "wolfSSL has not kept the peer's certificate");
    return match_der((struct certmap_view){der, (size_t)len}, digest_of, rules, peer, result, err);
}

enum certmap_status match_wolfssl(WOLFSSL *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                                  struct certmap_result *result, struct certmap_diagnostic *err) {
    enum certmap_status status;
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    certmap_peer_clear(peer);
    if (wolfSSL_is_init_finished(ssl) != 1)
        return refuse(err, CERTMAP_CODE_HANDSHAKE_UNFINISHED, "the TLS handshake is not finished");
    if (wolfSSL_session_reused(ssl) != 0)
        return refuse(err, CERTMAP_CODE_NOT_VERIFIED, "a resumed session: wolfSSL keeps no result of verification");
    WOLFSSL_X509 *x509 = wolfSSL_get_peer_certificate(ssl);
    if (x509 == NULL)
        return refuse(err, CERTMAP_CODE_NO_CERTIFICATE, "the peer sent no certificate");
    if (wolfSSL_get_verify_result(ssl) == 0 && is_for_clients(x509))
        status = match_x509(x509, rules, peer, result, err);
    else
        status = refuse(err, CERTMAP_CODE_NOT_VERIFIED, "wolfSSL did not accept the peer's certificate");
    wolfSSL_X509_free(x509);
    return status;
}
