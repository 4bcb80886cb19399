/* SPDX-License-Identifier: MIT */
/* Making the plan of few mappings (rule/plan.h). */
#ifndef CM_INDEX_PLAN_H
#define CM_INDEX_PLAN_H

#include "rule/plan.h"

/* Makes the plan of rules that are complete, where they are few, and of the kind that it is for: it is one block from the
 * rules' allocator; else rules->plan stays NULL. Linear in the nodes. Errors: MEMORY. */
enum certmap_status cm_plan_make(struct certmap_rules *rules, struct certmap_diagnostic *err);

#endif
