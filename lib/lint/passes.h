/* SPDX-License-Identifier: MIT */
/* The passes, in the order in which they run: what is dead is known before advice is given. */
#ifndef CM_LINT_PASSES_H
#define CM_LINT_PASSES_H

#include "lint.h"

extern cm_lint_pass *const cm_lint_passes[]; /* ends with NULL */

#endif
