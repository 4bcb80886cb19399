/* SPDX-License-Identifier: MIT */
/* What the files of the OpenSSL adapter share. Every function of OpenSSL that they call exists in 1.1.1 and in
 * all later releases, also where deprecated ones are left out. */
#ifndef CM_OPENSSL_INSIDE_H
#define CM_OPENSSL_INSIDE_H

#include "certmap/openssl.h"

/* Writes an error whose text is both texts in a row, the second up to 200 bytes, and returns its status. */
enum certmap_status cm_openssl_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                    const char *text, const char *detail);

/* A certificate that is trusted itself: its issuer is itself if it is signed with its own key, else there is
 * none. */
X509 *cm_openssl_issuer_of_trusted(X509 *x509);
/* Whether a store, which a context was set up with, has the certificate. */
bool cm_openssl_store_has(X509_STORE_CTX *ctx, const X509 *x509);
/* The store that OpenSSL verified by in the handshake. */
X509_STORE *cm_openssl_store_of(const SSL *ssl);
/* The chain that a handshake of this connection verified, if it is that of this certificate: it belongs to the
 * connection, the certificate to a session, and a renegotiation may resume another one. Else NULL. */
const STACK_OF(X509) * cm_openssl_chain_of(const SSL *ssl, const X509 *x509);

/* Whether both can be written; what cert holds beyond what is known here stays as it is. */
bool cm_openssl_fit(const struct certmap_cert *cert, const struct certmap_openssl_holder *holder);

#endif
