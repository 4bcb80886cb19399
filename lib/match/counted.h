/* SPDX-License-Identifier: MIT */
/* How many values there are of a path, which is the last, and where some of those between are: for `count`, `last`, `only` and
 * `at` of many values, which thousands of mappings may ask for. All of them are gone through once for a path and match.
 *
 *     values of OU   [0] [2] [3] [5] [8] [9] ...     as in the list
 *     marks           0       3       8  ...         each one of stride, here 2
 *
 * Paths take the place of others whose numbers end alike. */
#ifndef CM_MATCH_COUNTED_H
#define CM_MATCH_COUNTED_H

#include "index/tuning.h"
#include "match/eval.h"

struct cm_counted_path {
    const struct cm_path *path; /* NULL: none */
    uint32_t count;
    uint32_t last;   /* CM_VALUE_NONE: there are no values */
    uint32_t stride; /* a power of two */
    uint32_t marks[CM_COUNTED_MARKS];
};

struct cm_counted {
    bool any; /* else paths are not set */
    struct cm_counted_path paths[CM_COUNTED_PATHS];
};

/* Whether a condition is one that this can answer: about how many values there are, or one of them. */
bool cm_counted_knows(const struct cm_condition *condition);
/* What the condition gives, as cm_eval_condition says; but that a list is unknown, the caller has seen. Takes a step, and where
 * the values are counted or passed the steps of looking at each. */
enum certmap_truth cm_counted_eval(struct cm_counted *counted, struct cm_eval *eval,
                                   const struct cm_condition *condition);

#endif
