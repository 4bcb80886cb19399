/* SPDX-License-Identifier: MIT */
/* How far a mapping is from being true, for the nearest miss of an explanation. */
#ifndef CM_EXPLAIN_NEAREST_H
#define CM_EXPLAIN_NEAREST_H

#include "match/eval.h"

/* How far a mapping is from being true. */
struct cm_miss {
    size_t digests; /* of what is missing, conditions on digests, or on the certificate itself */
    size_t missing; /* conditions that would have to give something else; SIZE_MAX, as digests: it is never true */
    size_t held;    /* conditions that give what they have to */
};

/* The least of what would have to change until the mapping is true: fewest digests first, then fewest conditions.
 * verdicts are of all of its nodes. missing is 0 if, and only if, the mapping is true. */
struct cm_miss cm_miss_of(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                          const struct cm_verdict *verdicts);

/* Whether a is nearer: fewer digests, then fewer conditions, then more that hold. */
bool cm_miss_is_nearer(const struct cm_miss *a, const struct cm_miss *b);

#endif
