/* SPDX-License-Identifier: MIT */
#include "past.h"
#include "sample.h"
#include <string.h>

void cm_lint_past_begin(struct cm_lint_past *past, struct certmap_lint *lint) {
    *past = (struct cm_lint_past){.lint = lint};
    for (size_t i = 0; i < CM_LINT_MAX_PAST; i++)
        (void)cm_lint_pool_init(&past->pools[i], &lint->allocator);
}

void cm_lint_past_free(struct cm_lint_past *past) {
    for (size_t i = 0; i < CM_LINT_MAX_PAST; i++)
        cm_lint_pool_free(&past->pools[i]);
}

/* ---- keeping ---- */

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool asks_for(const struct cm_lint_model *model, size_t mapping, const struct cm_lint_value *value) {
    const struct cm_lint_mapping *made = cm_lint_mapping_at(model, mapping);
    for (uint32_t i = 0; i < made->condition_count; i++) {
        const struct cm_lint_path *path =
            cm_lint_path_at(model, cm_lint_condition_at(model, made->condition + i)->path);
        if (path->field == value->field && same(path->subfield, value->subfield))
            return true;
    }
    return false;
}

/* Whether the value gets the certificate of the mapping past others. */
static bool is_kept(const struct cm_lint_past *past, size_t mapping, const struct cm_lint_value *value) {
    return value->state == CERTMAP_LINT_READABLE && !asks_for(&past->lint->model, mapping, value);
}

/* Of a value the subfield is the rules' own. */
void cm_lint_past_keep(struct cm_lint_past *past, size_t mapping, const struct cm_lint_witness *witness) {
    struct cm_lint_pool *pool = &past->pools[past->next];
    size_t count = 0;
    for (size_t i = 0; i < witness->count; i++)
        count += is_kept(past, mapping, &witness->values[i]);
    if (count == 0 || count > CM_LINT_MAX_PAST_VALUES)
        return;
    cm_lint_pool_empty(pool);
    struct cm_lint_value *values = cm_lint_pool_take(pool, count, sizeof *values);
    size_t kept = 0;
    for (size_t i = 0; values != NULL && i < witness->count; i++) {
        if (!is_kept(past, mapping, &witness->values[i]))
            continue;
        values[kept] = witness->values[i];
        values[kept++].text = cm_lint_pool_copy(pool, witness->values[i].text);
    }
    past->lint->failed = past->lint->failed || pool->failed;
    past->values[past->next] = (struct cm_lint_witness){values, pool->failed ? 0 : kept};
    past->next = (past->next + 1) % CM_LINT_MAX_PAST;
    past->count += past->count < CM_LINT_MAX_PAST;
}

/* ---- using ---- */

/* Whether a value that is kept is to be added to what the draft has of its path. */
static bool is_added(const struct cm_lint_draft *draft, const struct cm_lint_path *path, bool beside) {
    return cm_lint_draft_find(draft, path) == draft->count || (beside && !cm_lint_is_single(path));
}

bool cm_lint_past_add(const struct cm_lint_past *past, size_t index, struct cm_lint_draft *to,
                      const struct cm_lint_draft *draft, bool beside) {
    const struct cm_lint_witness *kept = &past->values[index];
    bool added = true;
    for (size_t i = 0; added && i < draft->count; i++) {
        const struct cm_lint_path path = {draft->values[i].field, draft->values[i].subfield};
        added = cm_lint_draft_add(to, &path, draft->values[i].text);
    }
    for (size_t i = 0; added && i < kept->count; i++) {
        const struct cm_lint_path path = {kept->values[i].field, kept->values[i].subfield};
        added = !is_added(draft, &path, beside) || cm_lint_draft_add(to, &path, kept->values[i].text);
    }
    return added;
}
