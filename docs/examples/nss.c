/* SPDX-License-Identifier: MIT */
/* A recipe of docs/tls-libraries.md: certmap in a server that uses NSS. */
#include "recipe.h"
#include <cert.h>
#include <limits.h>
#include <pk11pub.h>
#include <ssl.h>

static bool digest_of(void *unused, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    static const SECOidTag algorithms[] = {SEC_OID_SHA256, SEC_OID_SHA1, SEC_OID_SHA512};
    (void)unused;
    return (size_t)hash < sizeof algorithms / sizeof *algorithms && data.len <= INT_MAX &&
           PK11_HashBuf(algorithms[hash], digest, data.data, (PRInt32)data.len) == SECSuccess;
}

/* NSS has no version to tell before the handshake is finished. */
static bool is_finished(PRFileDesc *ssl) {
    SSLChannelInfo info;
    return SSL_GetChannelInfo(ssl, &info, sizeof info) == SECSuccess && info.protocolVersion != 0;
}

/* Builds and checks the chain each time, by the trust of the database and today's date. */
static bool is_verified(PRFileDesc *ssl, CERTCertificate *x509) {
    return CERT_VerifyCertificateNow(CERT_GetDefaultCertDB(), x509, PR_TRUE, certificateUsageSSLClient,
                                     SSL_RevealPinArg(ssl), NULL) == SECSuccess;
}

enum certmap_status match_nss(PRFileDesc *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                              struct certmap_result *result, struct certmap_diagnostic *err) {
    enum certmap_status status;
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    certmap_peer_clear(peer);
    if (!is_finished(ssl))
        return refuse(err, CERTMAP_CODE_HANDSHAKE_UNFINISHED, "the TLS handshake is not finished");
    CERTCertificate *x509 = SSL_PeerCertificate(ssl);
    if (x509 == NULL)
        return refuse(err, CERTMAP_CODE_NO_CERTIFICATE, "the peer sent no certificate");
    if (is_verified(ssl, x509))
        status = match_der((struct certmap_view){x509->derCert.data, x509->derCert.len}, digest_of, rules, peer, result,
                           err);
    else
        status = refuse(err, CERTMAP_CODE_NOT_VERIFIED, "NSS does not accept the peer's certificate");
    CERT_DestroyCertificate(x509);
    return status;
}
