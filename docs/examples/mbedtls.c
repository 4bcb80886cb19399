/* SPDX-License-Identifier: MIT */
/* A recipe of docs/tls-libraries.md: certmap in a server that uses mbedTLS 2.28. */
#include "recipe.h"
#include <mbedtls/md.h>
#include <mbedtls/ssl.h>

static bool digest_of(void *unused, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    static const mbedtls_md_type_t types[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA1, MBEDTLS_MD_SHA512};
    (void)unused;
    if ((size_t)hash >= sizeof types / sizeof *types)
        return false;
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(types[hash]);
    return info != NULL && mbedtls_md(info, data.data, data.len, digest) == 0;
}

enum certmap_status match_mbedtls(const mbedtls_ssl_context *ssl, const struct certmap_rules *rules,
                                  struct certmap_peer *peer, struct certmap_result *result,
                                  struct certmap_diagnostic *err) {
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    certmap_peer_clear(peer);
    if (ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER)
        return refuse(err, CERTMAP_CODE_HANDSHAKE_UNFINISHED, "the TLS handshake is not finished");
    const mbedtls_x509_crt *x509 = mbedtls_ssl_get_peer_cert(ssl);
    if (x509 == NULL)
        return refuse(err, CERTMAP_CODE_NO_CERTIFICATE, "the peer sent no certificate");
    if (mbedtls_ssl_get_verify_result(ssl) != 0)
        return refuse(err, CERTMAP_CODE_NOT_VERIFIED, "mbedTLS did not accept the peer's certificate");
    return match_der((struct certmap_view){x509->raw.p, x509->raw.len}, digest_of, rules, peer, result, err);
}
