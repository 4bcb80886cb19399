/* SPDX-License-Identifier: MIT */
/* The search among few mappings, by their plan (rule/plan.h). */
#ifndef CM_MATCH_PLAN_H
#define CM_MATCH_PLAN_H

#include "field/peer.h"
#include "match/fast_eval.h"
#include "rule/plan.h"

/* What it found. */
struct cm_plan_found {
    const struct cm_plan_mapping
        *mapping;             /* the first that is not false, or what there is for none; NULL: nothing is known */
    enum certmap_truth truth; /* what it gave */
};

/* Finds the first mapping that is not false; nothing is known of a certificate that the plan says nothing of. Takes a look at
 * each place and at each pattern; what is left of the mappings takes steps. Allocates nothing. */
struct cm_plan_found cm_plan_search(const struct certmap_rules *rules, struct certmap_peer *peer);

#endif
