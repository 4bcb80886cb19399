/* SPDX-License-Identifier: MIT */
/* Object identifiers (X.690 8.19) as contents octets, with arcs of any size. */
#ifndef CM_DER_OID_H
#define CM_DER_OID_H

#include "certmap/certmap.h"
#include "certmap/limits.h"
#include <string.h>

struct cm_out;

/* Whether contents are an OID: not empty, no padded arc, the last arc complete. */
bool cm_oid_valid(struct certmap_view contents);
/* Whether two are the same, of which neither is empty: the last octet tells most of them apart. */
static inline bool cm_oid_same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && a.data[a.len - 1] == b.data[a.len - 1] && memcmp(a.data, b.data, a.len) == 0;
}
/* Writes an OID that is valid and at most CERTMAP_MAX_OID_SIZE as dotted decimal. */
void cm_oid_print(struct cm_out *out, struct certmap_view contents);
/* Parses dotted decimal ("1.2.3"; no "OID." prefix, no leading zeros, first arc 0 to 2, second
 * below 40 under 0 and 1) into at most CERTMAP_MAX_OID_SIZE bytes; returns how many, or 0. */
size_t cm_oid_parse(uint8_t contents[CERTMAP_MAX_OID_SIZE], struct certmap_view text);

#endif
