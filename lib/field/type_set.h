/* SPDX-License-Identifier: MIT */
/* The values of the last chain of a list by their types, where there are many of them: extensions, and AVAs and other names of
 * types that have no row. Without it a rule about one type would look at all of them.
 *
 *     slots    [ value 0 + 1 | 0 | value 2 + 1 ... ]     the first value of each type, by the hash of its OID
 *     next     [ 3 | none | none | none ]                of each value the next one of its type
 *
 * Made once, when the peer is set: that is linear in the certificate. As with value sets (value_set.h), types that are made to
 * collide have none. */
#ifndef CM_FIELD_TYPE_SET_H
#define CM_FIELD_TYPE_SET_H

#include "base/steps.h"
#include "field/list.h"

/* Most slots that are looked at for one type, of which at most half are taken. */
#define CM_TYPE_SET_PROBES 64

struct cm_type_set {
    uint64_t seed;
    uint32_t row;          /* the last chain */
    uint32_t mask;         /* one less than the number of slots, a power of two */
    const uint32_t *slots; /* a value + 1, or 0 */
    const uint32_t *next;  /* or CM_VALUE_NONE */
};

/* Makes the set of the values of a row, which all have a type; NULL in *made where they collide. False: no memory. */
bool cm_type_set_make(const struct cm_type_set **made, const struct cm_list *list, uint32_t row, uint64_t seed,
                      struct cm_arena *arena);

/* The set of the values that a path by OID is about; NULL: there is none. */
const struct cm_type_set *cm_type_set_of(const struct cm_list *list, const struct cm_path *path);
/* The first value of a type, or CM_VALUE_NONE, also where the steps run out. A step for each slot that is looked at, and as
 * many more as the OID has 16 bytes. */
uint32_t cm_type_set_first(const struct cm_type_set *set, const struct cm_list *list, struct certmap_view oid,
                           size_t *steps);

#endif
