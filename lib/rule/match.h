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

/* Finds the answer. Allocates nothing; what it builds is in the peer. */
void cm_search(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
               struct certmap_result *result);

/* Makes result NONE, nothing said. */
void cm_result_clear(struct certmap_result *result);

#endif
