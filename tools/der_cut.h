/* SPDX-License-Identifier: MIT */
/* Where certificates begin and end in DER, one after the other, and in PKCS #7 (RFC 2315, RFC 5652). */
#ifndef TOOL_DER_CUT_H
#define TOOL_DER_CUT_H

#include "certmap/certmap.h"

enum tool_der_step {
    TOOL_DER_MORE,        /* it takes more bytes to tell */
    TOOL_DER_CERTIFICATE, /* of this length; at the end of the file what there is of it */
    TOOL_DER_OTHER,       /* bytes that are not a certificate */
    TOOL_DER_PASSED_OVER, /* an element of PKCS #7 that is another kind of certificate */
    TOOL_DER_END          /* of the certificates in PKCS #7 */
};

/* What is at the front of these bytes, which are not empty, and how long it is. ended: no more bytes come. A certificate
 * whose length says more than is there, so that another begins in it, is OTHER up to that. */
enum tool_der_step tool_der_step(struct certmap_view bytes, bool ended, size_t *len);

/* Where the certificates are in PKCS #7. */
struct tool_pkcs7 {
    size_t begin; /* of the first one */
    size_t len;   /* of all of them */
    size_t whole; /* of PKCS #7; 0: it is not said */
    bool unknown; /* the length is not said: two zero bytes end them */
    bool none;    /* there are none */
};

/* Whether these bytes begin PKCS #7: enough of them to tell, or all there are. */
bool tool_pkcs7_begins(struct certmap_view bytes);
/* MORE, CERTIFICATE where it was found, or OTHER: it is damaged. Linear in what is before the certificates. */
enum tool_der_step tool_pkcs7_open(struct tool_pkcs7 *pkcs7, struct certmap_view bytes);
/* As tool_der_step, in PKCS #7. */
enum tool_der_step tool_pkcs7_step(struct certmap_view bytes, bool ended, size_t *len);

#endif
