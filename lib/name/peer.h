/* SPDX-License-Identifier: MIT */
/* The prepared certificate, as the evaluator reads it.
 *
 *     name.avas:   [CN=Alice] [OU=Sales] [OU=Staff] [O=Contoso]     encoded order
 *     name.first:  CN -> 0, OU -> 1, O -> 3, others -> CM_AVA_NONE
 *     avas[i].next: the next AVA of the same type: 1 -> 2                                     */
#ifndef CM_NAME_PEER_H
#define CM_NAME_PEER_H

#include "base/arena.h"
#include "base/unicode.h"
#include "name/attr.h"

#define CM_AVA_NONE UINT32_MAX

struct cm_ava_label;

struct cm_ava {
    struct certmap_view oid; /* contents octets */
    struct certmap_view der; /* the value, tag and length included */
    struct cm_text text;     /* both NULL when unreadable */
    uint32_t tag;
    uint32_t rdn;
    uint32_t row;  /* of the attribute table, or CM_ATTR_OTHER */
    uint32_t next; /* of the same row; all types without a row are one chain */
    enum certmap_code unreadable;
    struct cm_ava_label *label; /* for certmap_peer_value; NULL until asked for */
};

struct cm_prepared_name {
    struct cm_ava *avas;
    size_t count;
    uint32_t first[CM_ATTR_COUNT + 1];
};

struct certmap_peer {
    struct cm_arena arena;   /* what lives until the next set */
    struct cm_arena scratch; /* what lives during a call */
    bool set;
    struct cm_prepared_name names[2]; /* by enum certmap_field: subject, issuer */
    struct certmap_view certificate;  /* borrowed; data NULL: not supplied */
};

#endif
