/* SPDX-License-Identifier: MIT */
/* Rules of one mapping with one condition: whether a value satisfies it is asked of the matcher itself. */
#ifndef CM_LINT_ONE_CONDITION_H
#define CM_LINT_ONE_CONDITION_H

#include "certmap/build.h"

/* The caller frees the rules. Errors: as the builder's. */
enum certmap_status cm_lint_one_condition(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                          const struct certmap_condition *condition);

#endif
