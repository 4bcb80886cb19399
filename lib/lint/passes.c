/* SPDX-License-Identifier: MIT */
#include "passes.h"
#include "advice.h"
#include "implied.h"
#include "late.h"
#include "reach.h"
#include <stddef.h>

cm_lint_pass *const cm_lint_passes[] = {
    cm_lint_pass_reach,
    cm_lint_pass_implied,
    cm_lint_pass_operands,
    cm_lint_pass_late,
    cm_lint_pass_needless,
    cm_lint_pass_pairs,
    cm_lint_pass_advice,
    cm_lint_pass_near_miss,
    cm_lint_pass_same_account,
    cm_lint_pass_corpus,
    NULL,
};
