/* SPDX-License-Identifier: MIT */
/* Rules that say `issuer is`, also on resumed sessions, in two ways. docs/servers.md explains them. */
#ifndef RESUME_H
#define RESUME_H

#include <certmap/openssl.h>

/* The first way: the digests of the issuer stay with the session, in a ticket as well as in a cache. For
 * SSL_CTX_set_cert_verify_callback; verifies as OpenSSL does without it. */
int keep_issuer(X509_STORE_CTX *ctx, void *unused);
/* As certmap_openssl_match, on a connection of an SSL_CTX that has keep_issuer. */
enum certmap_status match_kept(SSL *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                               struct certmap_result *result, struct certmap_diagnostic *err);

/* The second way: the certificate is verified again, by today's store and today's date. trusted is the store for
 * clients, with the CAs between as well, because a ticket does not hold what the client sent with its certificate. */
enum certmap_status match_again(SSL *ssl, X509_STORE *trusted, const struct certmap_rules *rules,
                                struct certmap_peer *peer, struct certmap_result *result,
                                struct certmap_diagnostic *err);

#endif
