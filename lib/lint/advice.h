/* SPDX-License-Identifier: MIT */
/* What the passes of advice share. Each looks at one mapping at a time, and at none that is dead. */
#ifndef CM_LINT_ADVICE_H
#define CM_LINT_ADVICE_H

#include "draft.h"
#include "need.h"

/* A mapping that advice is asked for. */
struct cm_lint_advised {
    size_t index;
    const struct cm_lint_mapping *mapping;
    struct cm_lint_needs needs;
    const bool *refused; /* of each condition: it is below an odd number of "not" */
    bool allows;         /* it has a decision to let in */
};

typedef void cm_lint_advice_fn(struct certmap_lint *lint, const struct cm_lint_advised *advised);

/* A draft of the mapping in which the value of this condition, by its index in the model, is the text. False: there is
 * none. */
bool cm_lint_draft_about(struct cm_lint_draft *draft, struct certmap_lint *lint, const struct cm_lint_advised *advised,
                         size_t condition, struct certmap_view text);

/* ---- the passes ---- */

cm_lint_pass cm_lint_pass_advice;
cm_lint_pass cm_lint_pass_near_miss;
cm_lint_pass cm_lint_pass_same_account;
cm_lint_pass cm_lint_pass_corpus; /* 680 to 683 */

/* ---- what they are made of ---- */

cm_lint_advice_fn cm_lint_advise_breadth; /* 624, 630 to 635 */
cm_lint_advice_fn cm_lint_advise_pattern; /* 640 to 643 */
cm_lint_advice_fn cm_lint_advise_text;    /* 650 to 652 */
cm_lint_advice_fn cm_lint_advise_account; /* 140, 660, 661, 663 */

#endif
