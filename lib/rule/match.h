/* SPDX-License-Identifier: MIT */
/* The search that certmap_match and certmap_explain have in common. */
#ifndef CM_RULE_MATCH_H
#define CM_RULE_MATCH_H

#include "rule/eval.h"
#include "rule/policy.h"

/* One search, as it went. */
struct cm_search {
    struct cm_answer answer;
    size_t looked; /* at how many mappings, from the first on */
    bool together; /* all that are true gave the answer */
};

/* Rule sets with fewer mappings have no index: to look at all of them is quicker. */
#define CM_INDEX_LEAST 6

/* Finds the answer. Allocates nothing; what it builds is in the peer. With plain, by the plain evaluator (eval.h), one
 * mapping after the other: what the answer is by definition. Else through the index, with the same answer; where the
 * plain evaluator runs out of steps and says unknown, the index may still know. */
void cm_search(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
               struct certmap_result *result, bool plain);

/* Makes result NONE, nothing said. */
void cm_result_clear(struct certmap_result *result);

#endif
