/* SPDX-License-Identifier: MIT */
/* Certificates for people: without what the difference does not need, and with a name. */
#include "diff.h"
#include "polish.h"

/* An effect that a certificate has, with who decides before and after. */
struct showing {
    struct cm_diff *diff;
    enum certmap_diff_effect_kind kind;
    struct cm_diff_answer answers[CM_DIFF_TIMES];
};

static bool is_same(const struct cm_diff_answer *a, const struct cm_diff_answer *b) {
    return a->decision == b->decision && a->reason == b->reason && a->mapping == b->mapping;
}

static bool holds(void *ctx, const struct cm_lint_witness *witness) {
    const struct showing *showing = ctx;
    struct cm_diff_answer answers[CM_DIFF_TIMES];
    enum certmap_diff_effect_kind kind;
    return cm_diff_answers(showing->diff, witness, answers) && cm_diff_is_effect(showing->diff, answers, &kind) &&
           kind == showing->kind && is_same(&answers[CM_DIFF_BEFORE], &showing->answers[CM_DIFF_BEFORE]) &&
           is_same(&answers[CM_DIFF_AFTER], &showing->answers[CM_DIFF_AFTER]);
}

static void polish(struct cm_diff *diff, enum certmap_diff_effect_kind kind) {
    struct cm_lint_witness *witness = &diff->effects[kind].witness;
    struct showing showing = {.diff = diff, .kind = kind};
    cm_lint_forget(diff->lint);
    if (cm_diff_answers(diff, witness, showing.answers))
        cm_lint_polish(&diff->pool, witness, holds, &showing);
}

void cm_diff_polish(struct cm_diff *diff) {
    for (enum certmap_diff_effect_kind kind = CERTMAP_DIFF_GAIN; kind <= CERTMAP_DIFF_LEFT; kind++)
        if (diff->effects[kind].found && !diff->lint->failed)
            polish(diff, kind);
}
