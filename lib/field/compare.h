/* SPDX-License-Identifier: MIT */
/* Whole Names, compared as RFC 5280 7.1 says: RDN by RDN in order, the AVAs of an RDN as a set, without
 * regard to case and insignificant space (RFC 4518 2.6.1), in NFC and simple case folding. An AVA that
 * cannot be read equals only identical bytes; compared with anything else of its type it is unknown. */
#ifndef CM_FIELD_COMPARE_H
#define CM_FIELD_COMPARE_H

#include "base/steps.h"
#include "certmap/explain.h"
#include "field/field.h"
#include "field/list.h"

/* What a look at a value of a path takes: a step, and more where its type is compared, which may be long. */
static inline size_t cm_steps_to_look(const struct cm_path *path, const struct cm_value *value) {
    return path->by_oid ? cm_steps_to_compare(value->oid, path->oid) : 1;
}

/* Exact: with regard to case and space. Both take steps, one for each Name, each RDN, every 4 AVAs of it, each pair of AVAs looked at, and for every 4 bytes of
 * their texts; UNKNOWN when they run out, and then there are none left. */
enum certmap_truth cm_name_equal(const struct cm_list *a, const struct cm_list *b, bool exact, size_t *steps);
/* Whether the Name begins, root first, with all RDNs of base. */
enum certmap_truth cm_name_under(const struct cm_list *name, const struct cm_list *base, size_t *steps);

/* A number that is the same for Names that are equal. */
uint64_t cm_name_number(const struct cm_list *name);
/* A number that is the same for the first RDNs of Names that are equal so far, if all of their AVAs can be read. */
uint64_t cm_name_hash(const struct cm_list *name, size_t rdns, uint64_t seed);

#endif
