/* SPDX-License-Identifier: MIT */
/* Envoy's header x-forwarded-client-cert: elements separated by commas, one for each proxy that the request came
 * through, of pairs Key=value separated by semicolons. A value is in quotes where it has a separator in it. */
#ifndef CERTMAPD_XFCC_H
#define CERTMAPD_XFCC_H

#include "text.h"

struct xfcc {
    struct text certificate; /* of the key Cert, without its quotes; data NULL: it has none */
    struct text chain;       /* of the key Chain */
};

/* Exactly one element, because nothing in the header says which of several this Envoy has written and which the client:
 * Envoy set to SANITIZE_SET writes one. The values are unquoted where they are. NULL, or what is wrong. */
const char *xfcc_parse(struct xfcc *element, struct text value);

#endif
