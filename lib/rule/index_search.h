/* SPDX-License-Identifier: MIT */
/* The search in an index for the first mapping that is not false. */
#ifndef CM_RULE_INDEX_SEARCH_H
#define CM_RULE_INDEX_SEARCH_H

#include "rule/index.h"
#include "rule/verify.h"

/* One search for one certificate. */
struct cm_hunt {
    struct cm_verify verify;
    size_t work; /* keys and candidates left; when they run out, mappings are looked at one by one */
    size_t from; /* mappings before it are not asked about */
    size_t best; /* the first one found; before, how many there are */
    enum certmap_truth truth;
};

/* Work that an index may do before that is more than to look at all mappings. */
struct cm_hunt cm_hunt_begin(const struct certmap_rules *rules, const struct certmap_peer *peer, size_t steps);
/* Finds the first mapping from `from` on that is not false: its index, with what it gave in *truth, or the number of
 * mappings. Allocates nothing, does not recurse. Once steps have run out every mapping is unknown. */
size_t cm_hunt_next(struct cm_hunt *hunt, size_t from, enum certmap_truth *truth);

#endif
