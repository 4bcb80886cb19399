/* SPDX-License-Identifier: MIT */
/* How specific a mapping is, for CERTMAP_COMBINING_MOST_SPECIFIC. docs/rules.md has the table. */
#ifndef CM_RULE_SCORE_H
#define CM_RULE_SCORE_H

#include "rule/rules.h"

/* The score of a mapping, which depends on its conditions and on nothing else. */
size_t cm_score_mapping(const struct certmap_rules *rules, const struct cm_mapping *mapping);

#endif
