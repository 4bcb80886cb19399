/* SPDX-License-Identifier: MIT */
/* Evaluating one mapping during a match: what cm_eval_mapping gives (eval.h), without recursion and quicker. */
#ifndef CM_RULE_VERIFY_H
#define CM_RULE_VERIFY_H

#include "rule/eval.h"

struct cm_verify {
    struct cm_eval eval; /* its steps are those of the match */
    /* A value that has a key of the mapping, which a condition about it is likely to want. */
    const struct cm_list *hint_list;
    uint32_t hint_row;
    uint32_t hint; /* or CM_VALUE_NONE */
};

enum certmap_truth cm_verify(struct cm_verify *verify, const struct cm_mapping *mapping);

#endif
