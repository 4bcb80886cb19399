/* SPDX-License-Identifier: MIT */
/* Mappings that answer, and not as they were meant to: a refusal below what it was to precede, and what could as well not
 * be there. Under the policy `first`. */
#ifndef CM_LINT_LATE_H
#define CM_LINT_LATE_H

#include "intern.h"
#include "lint.h"

cm_lint_pass cm_lint_pass_late;     /* 616 */
cm_lint_pass cm_lint_pass_needless; /* 617 */

/* Under the others: mappings of which one certificate is. */
cm_lint_pass cm_lint_pass_pairs; /* 670, 672 */

#endif
