/* SPDX-License-Identifier: MIT */
/* The plain evaluator: the definition of what rules mean (docs/matching.md). */
#ifndef CM_MATCH_EVAL_H
#define CM_MATCH_EVAL_H

#include "certmap/explain.h"
#include "field/peer.h"
#include "match/operand_lookup.h"
#include "rule/store.h"

/* What a node, a value or a mapping gave. */
struct cm_verdict {
    enum certmap_truth truth;
    enum certmap_code why; /* for UNKNOWN, the first cause; else NONE */
    bool read;             /* evaluated on the way to a decision */
};

/* One evaluation. */
struct cm_eval {
    const struct certmap_rules *rules;
    const struct certmap_peer *peer;
    size_t steps;                /* left */
    bool thorough;               /* for explanations: look at all members of a group, also when one decides it */
    struct cm_verdict *verdicts; /* of the nodes of the mapping, for explanations; or NULL */
    bool one_by_one;             /* by definition: compares with each operand, also where a set could be asked */
    struct cm_hashed hashed;     /* what was looked for in sets of operands */
};

/* The list of values that a condition is about. */
const struct cm_list *cm_eval_list(const struct cm_eval *eval, const struct cm_condition *condition);
/* Whether one value satisfies a condition that has operands. */
struct cm_verdict cm_eval_value(struct cm_eval *eval, const struct cm_condition *condition,
                                const struct cm_value *value);
struct cm_verdict cm_eval_condition(struct cm_eval *eval, const struct cm_condition *condition);
/* Evaluates a mapping, or one node of it, stopping as early as AND and OR allow unless eval is thorough. */
struct cm_verdict cm_eval_mapping(struct cm_eval *eval, const struct cm_mapping *mapping);
struct cm_verdict cm_eval_node(struct cm_eval *eval, const struct cm_mapping *mapping, const struct cm_node *node);

/* The first value of the condition's path, and the next one after `at`, or CM_VALUE_NONE. Each value looked
 * at is a step; when they run out, CM_VALUE_NONE. */
uint32_t cm_eval_first(struct cm_eval *eval, const struct cm_condition *condition);
uint32_t cm_eval_next(struct cm_eval *eval, const struct cm_condition *condition, uint32_t at);
/* The one value that a condition with another quantifier than any and every is about, or CM_VALUE_NONE. */
uint32_t cm_eval_choose(struct cm_eval *eval, const struct cm_condition *condition);

#endif
