/* SPDX-License-Identifier: MIT */
/* The dates of a certificate. */
#ifndef CM_SERVER_VALIDITY_H
#define CM_SERVER_VALIDITY_H

#include "certmap/certmap.h"

/* Both ends are within. Seconds since 1970. */
struct cm_server_validity {
    int64_t first;
    int64_t last;
};

/* Reads Validity, RFC 5280 4.1.2.5: GMT, with seconds, without fractions. False: it is anything else. */
bool cm_server_validity_read(struct cm_server_validity *validity, struct certmap_view der);

#endif
