/* SPDX-License-Identifier: MIT */
/* What is kept with a TLS session, in a ticket as well as in a cache:
 *
 *     version | SHA-256 of the client's certificate | of what accepted it | of its issuer | of the issuer's key
 *        1                   32                               32                 32                32
 *
 * without the last two where the chain that was verified has no issuer. The client's certificate is there because a
 * session may get another one, by post-handshake authentication, and keep its application data. */
#ifndef CM_SERVER_SESSION_H
#define CM_SERVER_SESSION_H

#include <certmap/openssl.h>

/* Adds the issuer that the session keeps for this certificate, whose digest is given; false: it keeps none. The views
 * live as long as the session. */
bool cm_server_session_issuer(struct certmap_cert *cert, const SSL *ssl, const uint8_t sha256[CERTMAP_SHA256_SIZE]);
/* Whether the certificate was verified in a handshake of this connection, and not in one long ago. */
bool cm_server_session_verified_here(const SSL *ssl, const X509 *x509);

#endif
