/* SPDX-License-Identifier: MIT */
/* What a mapping says without need: conditions and operands that make no difference beside the others of it. */
#ifndef CM_LINT_IMPLIED_H
#define CM_LINT_IMPLIED_H

#include "intern.h"
#include "query.h"

cm_lint_pass cm_lint_pass_implied;  /* 620, 622, 623 */
cm_lint_pass cm_lint_pass_operands; /* 621 */

#endif
