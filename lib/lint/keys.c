/* SPDX-License-Identifier: MIT */
#include "keys.h"
#include "question.h"
#include "sample.h"

bool cm_lint_is_mostly_single(const struct cm_lint_path *path) {
    return path->field == CERTMAP_FIELD_SUBJECT || path->field == CERTMAP_FIELD_ISSUER
               ? !cm_lint_is_named(path->subfield, "OU") && !cm_lint_is_named(path->subfield, "DC")
               : cm_lint_is_single(path);
}

static void add_key(struct cm_lint_keys *keys, uint32_t key) {
    for (size_t i = 0; i < keys->count; i++)
        if (keys->of[i] == key)
            return;
    keys->of[keys->count++] = key;
}

struct cm_lint_keys cm_lint_keys_of(const struct certmap_lint *lint, size_t mapping) {
    const struct cm_lint_model *model = &lint->model;
    struct cm_lint_part part = cm_lint_part_of(model, mapping);
    struct cm_lint_keys keys = {.count = 0};
    while (part.term < part.end && keys.count < CM_LINT_MAX_KEYS) {
        const struct cm_lint_part first = cm_lint_first_of(model, &part);
        if (cm_lint_term_at(model, first.term)->kind == CERTMAP_TERM_CONDITION &&
            cm_lint_condition_at(model, first.condition)->operand_count > 0)
            add_key(&keys, lint->engine->intern.conditions[first.condition]);
        part = cm_lint_after(model, &part, &first);
    }
    return keys;
}

static bool has_one(const struct cm_lint_path *path, bool one) {
    return cm_lint_is_mostly_single(path) ||
           (one && (path->field == CERTMAP_FIELD_SUBJECT || path->field == CERTMAP_FIELD_ISSUER ||
                    path->field == CERTMAP_FIELD_SAN || path->field == CERTMAP_FIELD_SAN_DIRNAME));
}

/* Whether two conditions ask for different values of a path that has one. */
static bool exclude(const struct cm_lint_model *model, uint32_t a, uint32_t b, bool one) {
    const struct cm_lint_condition *left = cm_lint_condition_at(model, a), *right = cm_lint_condition_at(model, b);
    const struct cm_lint_path *path = cm_lint_path_at(model, left->path);
    return left->path == right->path && a != b && left->op == CERTMAP_OP_EQUAL && right->op == CERTMAP_OP_EQUAL &&
           left->operand_count == 1 && right->operand_count == 1 && left->nocase == right->nocase &&
           left->quantifier == right->quantifier && cm_lint_domain_of(path) <= CM_LINT_DOMAIN_SID && has_one(path, one);
}

bool cm_lint_keys_may_meet(const struct cm_lint_model *model, const struct cm_lint_keys *a,
                           const struct cm_lint_keys *b, bool one) {
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++)
            if (exclude(model, a->of[i], b->of[k], one))
                return false;
    return true;
}

bool cm_lint_keys_share(const struct cm_lint_keys *a, const struct cm_lint_keys *b) {
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++)
            if (a->of[i] == b->of[k])
                return true;
    return false;
}
