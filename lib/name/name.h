/* SPDX-License-Identifier: MIT */
/* Walking a Name (RFC 5280 4.1.2.4), strictly, AVA by AVA in encoded order.
 *
 *     Name ::= SEQUENCE OF RelativeDistinguishedName
 *     RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue
 *     AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY } */
#ifndef CM_NAME_NAME_H
#define CM_NAME_NAME_H

#include "der/der.h"

struct cm_rdn_ava {
    size_t rdn; /* which RDN, from 0 */
    bool last_of_rdn;
    struct certmap_view oid;   /* contents octets */
    uint32_t tag;              /* of the value, as der.h numbers them */
    struct certmap_view value; /* tag and length included */
    struct certmap_view contents;
};

struct cm_name_cursor {
    struct cm_der rdns; /* what is left of the SEQUENCE */
    struct cm_der avas; /* what is left of the SET */
    size_t rdn_count;
    size_t ava_count; /* in this RDN */
};

/* Begins at a Name, tag and length included. Errors: LIMIT, CERTIFICATE. */
enum certmap_status cm_name_open(struct cm_name_cursor *cursor, struct certmap_view name,
                                 struct certmap_diagnostic *err);
/* Takes the next AVA; *more is false, and ava untouched, at the end. Errors: LIMIT, CERTIFICATE. */
enum certmap_status cm_name_next(struct cm_name_cursor *cursor, struct cm_rdn_ava *ava, bool *more,
                                 struct certmap_diagnostic *err);

#endif
