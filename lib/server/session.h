/* SPDX-License-Identifier: MIT */
/* What is kept with a TLS session, in a ticket as well as in a cache:
 *
 *     version | whole | SHA-256 of the client's certificate | of what accepted it |
 *        1        1                   32                              32
 *     SHA-1 of the issuer | SHA-256 of each CA of the chain | of the key of each
 *             20                      32 each                    32 each
 *
 * from the issuer to the root, and without the second line where the chain that was verified has no CA. whole is 0 where
 * the issuer alone is there, because the others are more than CERTMAP_MAX_CHAIN or cannot be read. The client's
 * certificate is there because a session may get another one, by post-handshake authentication, and keep its application
 * data. */
#ifndef CM_SERVER_SESSION_H
#define CM_SERVER_SESSION_H

#include <certmap/openssl.h>

/* Adds the issuer and the chain that the session keeps for this certificate, whose digest is given; false: it keeps
 * none. The views live as long as the session. */
bool cm_server_session_cas(struct certmap_cert *cert, const SSL *ssl, const uint8_t sha256[CERTMAP_SHA256_SIZE]);
/* Whether the certificate was verified in a handshake of this connection, and not in one long ago. */
bool cm_server_session_verified_here(const SSL *ssl, const X509 *x509);

#endif
