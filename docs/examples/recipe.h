/* SPDX-License-Identifier: MIT */
/* What the recipes of docs/tls-libraries.md share: gnutls.c, mbedtls.c, nss.c and wolfssl.c, one for each library. */
#ifndef RECIPE_H
#define RECIPE_H

#include <certmap/certmap.h>
#include <stdio.h>
#include <time.h>

/* The libraries' own names for them: gnutls_session_t is a struct gnutls_session_int *, and so on. */
struct gnutls_session_int;
struct mbedtls_ssl_context;
struct PRFileDesc;
struct WOLFSSL;

/* The account of the client at the other end, for servers, when the handshake is finished. Refuses with
 * CERTMAP_ERROR_UNVERIFIED, and decision NONE, what docs/tls-libraries.md says. err may be NULL, nothing else may.
 * Views of the result live as long as rules and until the next use of peer. */
enum certmap_status match_gnutls(struct gnutls_session_int *session, const struct certmap_rules *rules,
                                 struct certmap_peer *peer, struct certmap_result *result,
                                 struct certmap_diagnostic *err);
enum certmap_status match_mbedtls(const struct mbedtls_ssl_context *ssl, const struct certmap_rules *rules,
                                  struct certmap_peer *peer, struct certmap_result *result,
                                  struct certmap_diagnostic *err);
enum certmap_status match_nss(struct PRFileDesc *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                              struct certmap_result *result, struct certmap_diagnostic *err);
enum certmap_status match_wolfssl(struct WOLFSSL *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                                  struct certmap_result *result, struct certmap_diagnostic *err);

static inline enum certmap_status refuse(struct certmap_diagnostic *err, enum certmap_code code, const char *text) {
    if (err != NULL) {
        *err = (struct certmap_diagnostic){.status = CERTMAP_ERROR_UNVERIFIED, .code = code};
        (void)snprintf(err->text, sizeof err->text, "%s", text);
    }
    return CERTMAP_ERROR_UNVERIFIED;
}

/* The answer for a certificate that was verified. The issuer is not supplied, so that `issuer is` is unknown. */
static inline enum certmap_status match_der(struct certmap_view der, certmap_hash_fn *hash,
                                            const struct certmap_rules *rules, struct certmap_peer *peer,
                                            struct certmap_result *result, struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    enum certmap_status status = certmap_cert_from_der(&cert, der, err);
    const time_t now = time(NULL);
    cert.hash = hash;
    cert.time = now == (time_t)-1 ? 0 : (int64_t)now;
    certmap_cert_restrict(&cert, certmap_rules_needs(rules));
    if (status == CERTMAP_OK)
        status = certmap_peer_set(peer, &cert, err);
    if (status == CERTMAP_OK)
        status = certmap_match(rules, peer, result, err);
    certmap_peer_clear(peer);
    return status;
}

#endif
