/* SPDX-License-Identifier: MIT */
/* What the files of the OpenSSL adapter share. Every function of OpenSSL that they call exists in 1.1.1 and in
 * all later releases, also where deprecated ones are left out. */
#ifndef CM_OPENSSL_INSIDE_H
#define CM_OPENSSL_INSIDE_H

#include "certmap/openssl.h"

/* Writes an error whose text is both texts in a row, the second up to 200 bytes, and returns its status. */
enum certmap_status cm_openssl_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                    const char *text, const char *detail);

/* The issuer of x509, the peer's certificate, as the handshake on this connection verified it. False: it did
 * not, or it cannot be told whether the issuer was trusted. True: *issuer is it, or NULL where there is none. */
bool cm_openssl_handshake_issuer(X509 **issuer, const SSL *ssl, X509 *x509);

#endif
