/* SPDX-License-Identifier: MIT */
/* The search that certmap_match and certmap_explain have in common. */
#ifndef CM_MATCH_MATCH_H
#define CM_MATCH_MATCH_H

#include "match/eval.h"
#include "match/policy.h"

/* One search, as it went. */
struct cm_search {
    struct cm_answer answer;
    size_t looked; /* at how many mappings, from the first on */
    bool together; /* all that are true gave the answer */
};

/* Finds the answer, through the index. Allocates nothing; what it builds is in the peer. */
void cm_search(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
               struct certmap_result *result);

/* ---- what it is made of: whoever looks at mappings in another way gets the same answer from the same truths ---- */

/* One search while it goes on. */
struct cm_searching {
    struct cm_found found;
    struct certmap_result *result;
    struct certmap_peer *peer;
    size_t steps; /* left for texts */
};

void cm_search_begin(struct cm_search *search, struct certmap_result *result);
/* Takes what the next mapping gave; false when the answer is known. */
bool cm_search_take(struct cm_searching *state, const struct cm_mapping *mapping, enum certmap_truth truth);
/* Fills in the result. search has the answer; mapping is the one that gives it, or NULL. */
void cm_search_end(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
                   struct certmap_result *result, const struct cm_mapping *mapping);

/* Makes result NONE, nothing said. */
void cm_result_clear(struct certmap_result *result);

#endif
