/* SPDX-License-Identifier: MIT */
/* How far a mapping is from being true, for the nearest miss of an explanation. */
#ifndef CM_RULE_NEAREST_H
#define CM_RULE_NEAREST_H

#include "rule/eval.h"

/* The least number of conditions that would have to give something else until the mapping is true, SIZE_MAX
 * if it never is. verdicts are of all of its nodes. 0 if, and only if, the mapping is true. */
size_t cm_missing(const struct cm_mapping *mapping, const struct cm_verdict *verdicts);

#endif
