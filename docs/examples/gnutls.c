/* SPDX-License-Identifier: MIT */
/* A recipe of docs/tls-libraries.md: certmap in a server that uses GnuTLS. */
#include "recipe.h"
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

static bool digest_of(void *unused, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    static const gnutls_digest_algorithm_t algorithms[] = {GNUTLS_DIG_SHA256, GNUTLS_DIG_SHA1, GNUTLS_DIG_SHA512};
    (void)unused;
    return (size_t)hash < sizeof algorithms / sizeof *algorithms &&
           gnutls_hash_fast(algorithms[hash], data.data, data.len, digest) == 0;
}

/* GnuTLS describes a session only when its handshake is finished. */
static bool is_finished(gnutls_session_t session) {
    char *description = gnutls_session_get_desc(session);
    gnutls_free(description);
    return description != NULL;
}

/* Builds and checks the chain each time, by the trust list of the credentials and today's date. */
static bool is_verified(gnutls_session_t session) {
    unsigned char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st client = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = purpose};
    unsigned status = ~0U;
    return gnutls_certificate_verify_peers(session, &client, 1, &status) == 0 && status == 0;
}

enum certmap_status match_gnutls(gnutls_session_t session, const struct certmap_rules *rules, struct certmap_peer *peer,
                                 struct certmap_result *result, struct certmap_diagnostic *err) {
    unsigned count = 0;
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    certmap_peer_clear(peer);
    if (!is_finished(session))
        return refuse(err, CERTMAP_CODE_HANDSHAKE_UNFINISHED, "the TLS handshake is not finished");
    if (gnutls_certificate_type_get2(session, GNUTLS_CTYPE_PEERS) != GNUTLS_CRT_X509)
        return refuse(err, CERTMAP_CODE_NO_CERTIFICATE, "the peer has no X.509 certificate");
    const gnutls_datum_t *sent = gnutls_certificate_get_peers(session, &count);
    if (sent == NULL || count == 0)
        return refuse(err, CERTMAP_CODE_NO_CERTIFICATE, "the peer sent no certificate");
    if (!is_verified(session))
        return refuse(err, CERTMAP_CODE_NOT_VERIFIED, "GnuTLS does not accept the peer's certificate");
    return match_der((struct certmap_view){sent[0].data, sent[0].size}, digest_of, rules, peer, result, err);
}
