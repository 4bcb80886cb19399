/* SPDX-License-Identifier: MIT */
/* Which mapping gives the answer: what each policy makes of what the mappings gave (docs/rules.md). */
#ifndef CM_MATCH_POLICY_H
#define CM_MATCH_POLICY_H

#include "certmap/explain.h"
#include "rule/rules.h"

#define CM_NO_MAPPING SIZE_MAX

/* What a search has found so far: indices of mappings, or CM_NO_MAPPING. */
struct cm_found {
    const struct certmap_rules *rules;
    size_t hit;           /* the first that is true; MOST_SPECIFIC: the best that counts */
    size_t second;        /* UNIQUE: the second that is true */
    size_t deny;          /* the first deny that is true */
    size_t unknown_deny;  /* the first deny that is unknown */
    size_t unknown_allow; /* the first allow that is unknown */
};

/* What follows from it. */
struct cm_answer {
    size_t index; /* the mapping that gives the answer, or CM_NO_MAPPING */
    bool unknown; /* it could not be decided */
    size_t other; /* a second one that is true, where there must not be, or CM_NO_MAPPING */
};

struct cm_found cm_found_nothing(const struct certmap_rules *rules);
/* Takes what the next mapping gave, in their order. False: the answer is known, nothing more is asked. */
bool cm_found_take(struct cm_found *found, const struct cm_mapping *mapping, enum certmap_truth truth);
/* The answer, when all mappings were taken or cm_found_take said that it is known. */
struct cm_answer cm_found_answer(const struct cm_found *found);

#endif
