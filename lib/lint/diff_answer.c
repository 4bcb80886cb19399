/* SPDX-License-Identifier: MIT */
/* Answers of two rule sets to one certificate, and how they differ. */
#include "certmap/explain.h"
#include "diff.h"
#include "placeholder_paths.h"
#include <string.h>

/* ---- results ---- */

static bool same(struct certmap_view a, struct certmap_view b) {
    if (a.data == NULL || b.data == NULL)
        return a.data == b.data;
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static bool has_view(const struct certmap_view *views, size_t count, struct certmap_view view) {
    for (size_t i = 0; i < count; i++)
        if (same(views[i], view))
            return true;
    return false;
}

static bool has_attribute(const struct certmap_result *result, const struct certmap_attribute *attribute) {
    for (size_t i = 0; i < result->attribute_count; i++)
        if (same(result->attributes[i].name, attribute->name) && same(result->attributes[i].value, attribute->value))
            return true;
    return false;
}

static bool are_same_accounts(const struct certmap_result *a, const struct certmap_result *b) {
    bool is_same = a->account_count == b->account_count && a->principals == b->principals &&
                   same(a->account, b->account) && same(a->domain, b->domain) && same(a->user, b->user);
    for (size_t i = 0; is_same && i < a->account_count; i++)
        is_same = same(a->accounts[i], b->accounts[i]);
    return is_same;
}

/* Whether all groups and attributes of the one are those of the other; each is there once, or as often. */
static bool has_outputs(const struct certmap_result *a, const struct certmap_result *of) {
    bool has = a->group_count == of->group_count && a->attribute_count == of->attribute_count;
    for (size_t i = 0; has && i < of->group_count; i++)
        has = has_view(a->groups, a->group_count, of->groups[i]);
    for (size_t i = 0; has && i < of->attribute_count; i++)
        has = has_attribute(a, &of->attributes[i]);
    return has;
}

bool cm_diff_kind_of(enum certmap_decision before, enum certmap_decision after, bool same_given,
                     enum certmap_diff_effect_kind *kind) {
    const bool had = before == CERTMAP_ALLOW, has = after == CERTMAP_ALLOW;
    if (had && has) {
        *kind = CERTMAP_DIFF_OTHER;
        return !same_given;
    }
    *kind = has                     ? CERTMAP_DIFF_GAIN
            : had                   ? CERTMAP_DIFF_LOSE
            : after == CERTMAP_DENY ? CERTMAP_DIFF_REFUSED
                                    : CERTMAP_DIFF_LEFT;
    return before != after;
}

bool certmap_diff_results(const struct certmap_result *before, const struct certmap_result *after,
                          enum certmap_diff_effect_kind *kind) {
    static const struct certmap_result none = CERTMAP_RESULT_INIT;
    enum certmap_diff_effect_kind found;
    const struct certmap_result *old = before != NULL ? before : &none, *new = after != NULL ? after : &none;
    const bool both = old->decision == CERTMAP_ALLOW && new->decision == CERTMAP_ALLOW;
    const bool same_given = both && are_same_accounts(old, new) && has_outputs(old, new) && has_outputs(new, old);
    const bool differ = cm_diff_kind_of(old->decision, new->decision, same_given, &found);
    if (differ && kind != NULL)
        *kind = found;
    return differ;
}

/* ---- both ---- */

/* A mapping of a side, by its number in the model. */
static uint32_t mapping_of(const struct cm_diff_side *side, size_t index) {
    return index < side->count ? side->mappings[index] : CM_DIFF_NOBODY;
}

static struct cm_diff_answer answer_of(const struct cm_diff_side *side, const struct certmap_result *result) {
    struct cm_diff_answer answer = {result->decision, result->reason, mapping_of(side, result->index), CM_DIFF_NOBODY};
    if (result->other.data != NULL)
        answer.other = mapping_of(side, certmap_rules_find(side->rules, result->other));
    return answer;
}

bool cm_diff_answers(struct cm_diff *diff, const struct cm_lint_witness *witness,
                     struct cm_diff_answer answers[CM_DIFF_TIMES]) {
    struct certmap_lint *lint = diff->lint;
    struct certmap_result before, after = CERTMAP_RESULT_INIT;
    struct certmap_view der;
    if (!cm_lint_answer(lint, diff->sides[CM_DIFF_BEFORE].rules, witness, &before, &der) ||
        !cm_lint_witness_set_for(diff->second, &lint->scratch, witness, der, lint->model.needs))
        return false;
    const enum certmap_status status = certmap_match(diff->sides[CM_DIFF_AFTER].rules, diff->second, &after, NULL);
    lint->failed = lint->failed || status == CERTMAP_ERROR_MEMORY;
    if (status != CERTMAP_OK)
        return false;
    answers[CM_DIFF_BEFORE] = answer_of(&diff->sides[CM_DIFF_BEFORE], &before);
    answers[CM_DIFF_AFTER] = answer_of(&diff->sides[CM_DIFF_AFTER], &after);
    diff->differ = certmap_diff_results(&before, &after, &diff->kind);
    return true;
}

enum certmap_truth cm_diff_truth(struct cm_diff *diff, enum cm_diff_time time, uint32_t mapping) {
    return cm_lint_truth_in(diff->lint, diff->sides[time].rules, diff->sides[time].indices[mapping]);
}

/* Where mappings decide together, each that is not false has its part. */
static bool is_concerned(struct cm_diff *diff, enum cm_diff_time time, const struct cm_diff_answer *answer) {
    const uint32_t mapping = diff->edit->mappings[time];
    if (mapping == CM_DIFF_NOBODY)
        return diff->edit->kind == CERTMAP_DIFF_POLICY;
    return diff->first ? answer->mapping == mapping : cm_diff_truth(diff, time, mapping) != CERTMAP_FALSE;
}

bool cm_diff_is_effect(struct cm_diff *diff, const struct cm_diff_answer answers[CM_DIFF_TIMES],
                       enum certmap_diff_effect_kind *kind) {
    *kind = diff->kind;
    return diff->differ && (is_concerned(diff, CM_DIFF_BEFORE, &answers[CM_DIFF_BEFORE]) ||
                            is_concerned(diff, CM_DIFF_AFTER, &answers[CM_DIFF_AFTER]));
}

/* ---- what mappings give ---- */

/* A template of which it is known what it takes: nothing that a condition named. */
static bool is_plain(struct cm_diff *diff, struct certmap_view text, bool is_template) {
    return !is_template || !cm_lint_placeholders_of(diff->lint, text).unknown;
}

bool cm_diff_gives_the_same(struct cm_diff *diff, uint32_t a, uint32_t b) {
    const struct cm_lint_model *model = &diff->lint->model;
    const struct cm_lint_mapping *mapping = cm_lint_mapping_at(model, a);
    if (a == b)
        return true;
    if (!cm_lint_gives_the_same(model, a, b) || !is_plain(diff, mapping->is.account, mapping->is.is_template))
        return false;
    for (size_t i = 0; i < mapping->output_count; i++) {
        const struct certmap_output *output = cm_lint_output_at(model, mapping->output + i);
        if (!is_plain(diff, output->value, output->is_template))
            return false;
    }
    return true;
}

bool cm_diff_may_fail(const struct cm_diff *diff, uint32_t mapping) {
    const struct cm_lint_mapping *is = cm_lint_mapping_at(&diff->lint->model, mapping);
    bool may_fail = is->is.is_template;
    for (size_t i = 0; i < is->output_count; i++)
        may_fail = may_fail || cm_lint_output_at(&diff->lint->model, is->output + i)->is_template;
    return may_fail;
}
