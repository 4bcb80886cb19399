/* SPDX-License-Identifier: MIT */
/* What the files of the OpenSSL adapter share. Every function of OpenSSL that they call exists in 1.1.1 and in
 * all later releases, also where deprecated ones are left out. */
#ifndef CM_OPENSSL_INSIDE_H
#define CM_OPENSSL_INSIDE_H

#include "certmap/openssl.h"

/* Writes an error whose text is both texts in a row, the second up to 200 bytes, and returns its status. */
enum certmap_status cm_openssl_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                    const char *text, const char *detail);

#endif
