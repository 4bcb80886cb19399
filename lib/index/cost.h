/* SPDX-License-Identifier: MIT */
/* What an ordinary certificate may cost, so that a rule set that needs more steps than a match has is reported when it is
 * loaded, and not when it refuses people. */
#ifndef CM_INDEX_COST_H
#define CM_INDEX_COST_H

#include "rule/rules.h"

/* Sets rules->cost and rules->costly, when the index and the store are there. Linear in the mappings that the index leads to
 * in lists, or by no key. */
void cm_cost_rules(struct certmap_rules *rules);

#endif
