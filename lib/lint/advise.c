/* SPDX-License-Identifier: MIT */
/* The pass that gives advice, mapping by mapping. */
#include "advice.h"

/* Progress is reported after so many mappings. */
#define STRIDE 1024

static void find_refused(const struct cm_lint_model *model, size_t term, size_t end, bool *refused, size_t *condition,
                         bool negated) {
    while (term < end) {
        const struct certmap_term *made = cm_lint_term_at(model, term);
        if (made->kind == CERTMAP_TERM_CONDITION)
            refused[(*condition)++] = negated;
        else if (made->size > 1)
            find_refused(model, term + 1, term + made->size, refused, condition,
                         negated != (made->kind == CERTMAP_TERM_NOT));
        term += made->size;
    }
}

static void advise(struct certmap_lint *lint, size_t index, cm_lint_advice_fn *const *functions) {
    const struct cm_lint_mapping *mapping = cm_lint_mapping_at(&lint->model, index);
    bool *refused = cm_lint_pool_take(&lint->scratch, mapping->condition_count + 1, sizeof *refused);
    size_t condition = 0;
    if (refused == NULL)
        return;
    find_refused(&lint->model, mapping->term, mapping->term + mapping->term_count, refused, &condition, false);
    const struct cm_lint_advised advised = {index, mapping, cm_lint_needs_of(&lint->model, mapping), refused,
                                            mapping->is.decision == CERTMAP_ALLOW};
    for (; *functions != NULL; functions++)
        (*functions)(lint, &advised);
}

void cm_lint_pass_advice(struct certmap_lint *lint) {
    static cm_lint_advice_fn *const functions[] = {cm_lint_advise_breadth, cm_lint_advise_pattern, cm_lint_advise_text,
                                                   cm_lint_advise_account, NULL};
    const size_t count = lint->model.mappings.count;
    for (size_t i = 0; i < count && !lint->cancelled && !lint->failed; i++) {
        if (!lint->dead[i])
            advise(lint, i, functions);
        cm_lint_forget(lint);
        if (i % STRIDE == STRIDE - 1)
            (void)cm_lint_progress(lint, i + 1, count);
    }
}
