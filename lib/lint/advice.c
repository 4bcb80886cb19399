/* SPDX-License-Identifier: MIT */
#include "advice.h"
#include "sample.h"
#include <string.h>

/* Where a condition is wanted. */
struct wanted {
    const struct cm_lint_model *model;
    size_t condition;
};

static bool has_wanted(void *ctx, size_t term, size_t condition, bool positive) {
    const struct wanted *wanted = ctx;
    const struct certmap_term *made = cm_lint_term_at(wanted->model, term);
    size_t count = 0;
    (void)positive;
    for (unsigned i = 0; i < made->size; i++)
        count += made[i].kind == CERTMAP_TERM_CONDITION;
    return wanted->condition >= condition && wanted->condition < condition + count;
}

static bool is_value(const struct cm_lint_value *value, const struct cm_lint_path *path, struct certmap_view text) {
    return value->field == path->field && value->subfield.len == path->subfield.len &&
           memcmp(value->subfield.data, path->subfield.data, path->subfield.len) == 0 && value->text.len == text.len &&
           (text.len == 0 || memcmp(value->text.data, text.data, text.len) == 0);
}

bool cm_lint_draft_about(struct cm_lint_draft *draft, struct certmap_lint *lint, const struct cm_lint_advised *advised,
                         size_t condition, struct certmap_view text) {
    const struct cm_lint_condition *made = cm_lint_condition_at(&lint->model, condition);
    const struct cm_lint_path *path = cm_lint_path_at(&lint->model, made->path);
    struct wanted wanted = {&lint->model, condition};
    if (made->operand_count == 0 || text.data == NULL || !cm_lint_draft_begin(draft, lint) ||
        !cm_lint_draft_mapping(draft, advised->index, has_wanted, &wanted))
        return false;
    const struct certmap_view sample =
        cm_lint_sample(&lint->scratch, path, made, cm_lint_operand_at(&lint->model, made->operand));
    for (size_t i = 0; i < draft->count; i++)
        if (is_value(&draft->values[i], path, sample)) {
            draft->values[i].text = text;
            return true;
        }
    return cm_lint_draft_replace(draft, path, text);
}
