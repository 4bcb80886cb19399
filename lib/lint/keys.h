/* SPDX-License-Identifier: MIT */
/* What two mappings have in common, and whether one certificate can be about both: a quick look at conditions that have
 * to hold, before the solver is asked. */
#ifndef CM_LINT_KEYS_H
#define CM_LINT_KEYS_H

#include "query.h"

/* Most top-level conditions of a mapping that are looked at. */
#define CM_LINT_MAX_KEYS 8

/* Conditions with operands that have to hold, each by itself: their representatives, each once. */
struct cm_lint_keys {
    uint32_t of[CM_LINT_MAX_KEYS];
    size_t count;
};

struct cm_lint_keys cm_lint_keys_of(const struct certmap_lint *lint, size_t mapping);
/* False: they ask for different values of a path of which most certificates have one; or, if one, of which there are one
 * in a query of that kind. */
bool cm_lint_keys_may_meet(const struct cm_lint_model *model, const struct cm_lint_keys *a,
                           const struct cm_lint_keys *b, bool one);
/* Whether they have a condition in common. */
bool cm_lint_keys_share(const struct cm_lint_keys *a, const struct cm_lint_keys *b);
/* Whether most certificates have one value of the path. */
bool cm_lint_is_mostly_single(const struct cm_lint_path *path);

#endif
