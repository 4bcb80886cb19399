/* SPDX-License-Identifier: MIT */
/* Accounts that nobody hands out lightly. */
#ifndef CM_LINT_PRIVILEGED_H
#define CM_LINT_PRIVILEGED_H

#include "lint.h"

/* Whether an account, or a group, is one of them, without case; its domain does not count unless the caller has named it
 * with one. */
bool cm_lint_is_privileged(const struct certmap_lint *lint, struct certmap_view account);

#endif
