/* SPDX-License-Identifier: MIT */
/* What gets certificates past mappings that are in the way of nearly all others, as `not subject.L like "*x*"` is: it
 * takes whoever has no L. To find out what a certificate needs so that many of these leave it alone takes many questions,
 * and the answer is mostly the same for the next mapping. So it is kept, and tried before the questions are asked. */
#ifndef CM_LINT_PAST_H
#define CM_LINT_PAST_H

#include "draft.h"

/* Most answers that are kept, the newest ones, each tried at the price of a match; and most values of one. */
#define CM_LINT_MAX_PAST 4
#define CM_LINT_MAX_PAST_VALUES 128

struct cm_lint_past {
    struct certmap_lint *lint;
    struct cm_lint_pool pools[CM_LINT_MAX_PAST]; /* of one each */
    struct cm_lint_witness values[CM_LINT_MAX_PAST];
    size_t count, next;
};

/* Free it. */
void cm_lint_past_begin(struct cm_lint_past *past, struct certmap_lint *lint);
/* Keeps, of a certificate that the mapping answers, what the mapping does not ask for. */
void cm_lint_past_keep(struct cm_lint_past *past, size_t mapping, const struct cm_lint_witness *witness);
/* Makes a draft of another one and what is kept at the index: of paths of which that one has nothing, or, if beside, also
 * of those that can have several values. False: there is no room, or no memory. */
bool cm_lint_past_add(const struct cm_lint_past *past, size_t index, struct cm_lint_draft *to,
                      const struct cm_lint_draft *draft, bool beside);
void cm_lint_past_free(struct cm_lint_past *past);

#endif
