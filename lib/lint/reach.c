/* SPDX-License-Identifier: MIT */
#include "reach.h"
#include "draft.h"
#include <stdlib.h>
#include <string.h>

enum cm_lint_verdict cm_lint_escapes(struct certmap_lint *lint, size_t mapping, const uint32_t *others, size_t count,
                                     bool readable, struct cm_lint_witness *witness, bool *needed) {
    struct cm_lint_want *wants = cm_lint_pool_take(&lint->scratch, count + 1, sizeof *wants);
    bool *all = cm_lint_pool_take(&lint->scratch, count + 1, sizeof *all);
    if (wants == NULL || all == NULL)
        return CM_LINT_OPEN;
    wants[0] =
        (struct cm_lint_want){cm_lint_part_of(&lint->model, mapping), readable ? CM_LINT_TRUE : CM_LINT_NOT_FALSE};
    for (size_t i = 0; i < count; i++)
        wants[i + 1] = (struct cm_lint_want){cm_lint_part_of(&lint->model, others[i]), CM_LINT_FALSE};
    const struct cm_lint_query query = {wants, count + 1, readable, false, false};
    const enum cm_lint_verdict verdict = cm_lint_ask(lint->engine, &query, witness, all);
    if (needed != NULL)
        memcpy(needed, all + 1, count * sizeof *needed);
    return verdict;
}

/* ---- the loop ---- */

/* Who answers in the place of the mapping; SIZE_MAX: nobody does, as it seems. */
static size_t who_answers(const struct certmap_lint *lint, const struct certmap_result *result, size_t mapping) {
    if (result->reason == CERTMAP_CODE_AMBIGUOUS && result->index == mapping)
        return certmap_rules_find(lint->model.rules, result->other);
    return result->index == mapping ? SIZE_MAX : result->index;
}

static bool has_suspect(const struct cm_lint_reach *reach, size_t mapping) {
    for (size_t i = 0; i < reach->suspect_count; i++)
        if (reach->suspects[i] == mapping)
            return true;
    return false;
}

bool cm_lint_answers(struct certmap_lint *lint, const struct certmap_result *result, size_t mapping) {
    if (certmap_rules_combining(lint->model.rules) == CERTMAP_COMBINING_ALL &&
        cm_lint_mapping_at(&lint->model, mapping)->is.decision == CERTMAP_ALLOW)
        return result->index == mapping ||
               (result->decision == CERTMAP_ALLOW && cm_lint_truth(lint, mapping) == CERTMAP_TRUE);
    return result->index == mapping && result->reason != CERTMAP_CODE_AMBIGUOUS;
}

/* Whether another one that answered stands in the way of the mapping. A condition that the model does not know may hold in it
 * and not of the certificate: then the mapping is not true, and who answers in its place may come after it. */
static bool is_in_the_way(struct certmap_lint *lint, size_t mapping, size_t other, bool readable) {
    if (other == SIZE_MAX)
        return false;
    if (certmap_rules_combining(lint->model.rules) == CERTMAP_COMBINING_FIRST)
        return other < mapping;
    const enum certmap_truth truth = cm_lint_truth(lint, mapping);
    return readable ? truth == CERTMAP_TRUE : truth != CERTMAP_FALSE;
}

/* ---- those in the way of many ---- */

static bool is_broad(const struct cm_lint_broad *broad, uint32_t mapping) {
    for (size_t i = 0; i < broad->count; i++)
        if (broad->of[i] == mapping)
            return true;
    return false;
}

static void keep_broad(struct cm_lint_broad *broad, uint32_t mapping) {
    if (is_broad(broad, mapping))
        return;
    broad->of[broad->next] = mapping;
    broad->next = (broad->next + 1) % CM_LINT_MAX_BROAD;
    broad->count += broad->count < CM_LINT_MAX_BROAD;
}

static void add_suspect(struct cm_lint_reach *reach, uint32_t mapping) {
    if (mapping < reach->mapping && reach->suspect_count < CM_LINT_MAX_SUSPECTS && !has_suspect(reach, mapping))
        reach->suspects[reach->suspect_count++] = mapping;
}

/* Adds those that were in the way of others, as far as they are not false of the certificate that was matched last. */
static void add_broad(struct certmap_lint *lint, struct cm_lint_reach *reach) {
    for (size_t i = 0; i < reach->broad.count; i++)
        if (reach->broad.of[i] < reach->mapping && cm_lint_truth(lint, reach->broad.of[i]) != CERTMAP_FALSE)
            add_suspect(reach, reach->broad.of[i]);
    for (size_t i = 0; i < reach->suspect_count; i++)
        keep_broad(&reach->broad, reach->suspects[i]);
}

/* Adds the one that answered. Where there are many, and mappings are tried in order, what is likely to be enough comes
 * with it, then what is broad. */
static void suspect(struct certmap_lint *lint, struct cm_lint_reach *reach, size_t answered) {
    reach->suspects[reach->suspect_count++] = (uint32_t)answered;
    if (reach->suspect_count <= CM_LINT_MANY_SUSPECTS ||
        certmap_rules_combining(lint->model.rules) != CERTMAP_COMBINING_FIRST)
        return;
    if (reach->likely_count == 0)
        add_broad(lint, reach);
    while (reach->likely_count > 0)
        add_suspect(reach, reach->likely[--reach->likely_count]);
}

/* What the matcher says of a certificate that the mapping should be about: POSSIBLE, it answers; IMPOSSIBLE, another one
 * does, which is a suspect now; OPEN, the model and the matcher differ. */
static enum cm_lint_verdict show(struct certmap_lint *lint, struct cm_lint_reach *reach,
                                 const struct cm_lint_witness *witness, bool readable) {
    struct certmap_result result;
    if (!cm_lint_answer(lint, lint->model.rules, witness, &result, NULL))
        return CM_LINT_OPEN;
    if (cm_lint_answers(lint, &result, reach->mapping) && (!readable || result.reason != CERTMAP_CODE_UNREADABLE)) {
        reach->witness = *witness;
        return CM_LINT_POSSIBLE;
    }
    const size_t other = who_answers(lint, &result, reach->mapping);
    if (!is_in_the_way(lint, reach->mapping, other, readable) || has_suspect(reach, other) ||
        reach->suspect_count == CM_LINT_MAX_SUSPECTS)
        return CM_LINT_OPEN;
    suspect(lint, reach, other);
    return CM_LINT_IMPOSSIBLE;
}

static int compare(const void *a, const void *b) {
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static void keep_needed(struct cm_lint_reach *reach, const bool *needed) {
    size_t kept = 0;
    for (size_t i = 0; i < reach->suspect_count; i++)
        if (needed[i])
            reach->suspects[kept++] = reach->suspects[i];
    reach->suspect_count = kept;
}

/* Where some of the suspects answered no certificate in the place of the mapping, the first one in the file that is enough
 * alone is the one that does; else those that the proof needs. */
static void keep_first(struct certmap_lint *lint, struct cm_lint_reach *reach, const bool *needed, bool readable) {
    uint32_t sorted[CM_LINT_MAX_SUSPECTS];
    struct cm_lint_witness witness;
    memcpy(sorted, reach->suspects, reach->suspect_count * sizeof *sorted);
    qsort(sorted, reach->suspect_count, sizeof *sorted, compare);
    for (size_t i = 0; i < reach->suspect_count && !cm_lint_enough(lint); i++)
        if (cm_lint_escapes(lint, reach->mapping, &sorted[i], 1, readable, &witness, NULL) == CM_LINT_IMPOSSIBLE) {
            reach->suspects[0] = sorted[i];
            reach->suspect_count = 1;
            return;
        }
    keep_needed(reach, needed);
}

enum cm_lint_verdict cm_lint_reach(struct certmap_lint *lint, struct cm_lint_reach *reach, bool readable) {
    bool needed[CM_LINT_MAX_SUSPECTS];
    for (;;) {
        struct cm_lint_witness witness;
        enum cm_lint_verdict verdict = cm_lint_enough(lint)
                                           ? CM_LINT_OPEN
                                           : cm_lint_escapes(lint, reach->mapping, reach->suspects,
                                                             reach->suspect_count, readable, &witness, needed);
        if (verdict == CM_LINT_IMPOSSIBLE && reach->suspect_count <= CM_LINT_MANY_SUSPECTS)
            keep_needed(reach, needed);
        else if (verdict == CM_LINT_IMPOSSIBLE)
            keep_first(lint, reach, needed, readable);
        if (verdict != CM_LINT_POSSIBLE)
            return verdict;
        verdict = show(lint, reach, &witness, readable);
        if (verdict != CM_LINT_IMPOSSIBLE)
            return verdict;
    }
}

void cm_lint_reduce(struct certmap_lint *lint, struct cm_lint_reach *reach) {
    struct cm_lint_witness witness;
    for (size_t i = 0; i < reach->suspect_count && reach->suspect_count > 1; i++)
        if (cm_lint_escapes(lint, reach->mapping, &reach->suspects[i], 1, true, &witness, NULL) == CM_LINT_IMPOSSIBLE) {
            reach->suspects[0] = reach->suspects[i];
            reach->suspect_count = 1;
        }
    for (size_t i = 0; i < reach->suspect_count && reach->suspect_count > 1;) {
        const uint32_t last = reach->suspects[reach->suspect_count - 1], tried = reach->suspects[i];
        reach->suspects[i] = last;
        reach->suspect_count--;
        if (cm_lint_escapes(lint, reach->mapping, reach->suspects, reach->suspect_count, true, &witness, NULL) ==
            CM_LINT_IMPOSSIBLE)
            continue;
        reach->suspects[reach->suspect_count++] = last;
        reach->suspects[i++] = tried;
    }
    qsort(reach->suspects, reach->suspect_count, sizeof *reach->suspects, compare);
}

/* ---- what mappings give ---- */

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool is_same_output(const struct certmap_output *a, const struct certmap_output *b) {
    return a->kind == b->kind && same(a->name, b->name) && same(a->value, b->value) &&
           a->is_template == b->is_template && a->language == b->language && a->each == b->each;
}

bool cm_lint_gives_the_same(const struct cm_lint_model *model, size_t a, size_t b) {
    const struct cm_lint_mapping *left = cm_lint_mapping_at(model, a), *right = cm_lint_mapping_at(model, b);
    if (left->is.decision != right->is.decision)
        return false;
    if (left->is.decision != CERTMAP_ALLOW)
        return true;
    bool is_same = same(left->is.account, right->is.account) && left->is.is_template == right->is.is_template &&
                   left->is.language == right->is.language && left->output_count == right->output_count;
    for (size_t i = 0; is_same && i < left->output_count; i++)
        is_same =
            is_same_output(cm_lint_output_at(model, left->output + i), cm_lint_output_at(model, right->output + i));
    return is_same;
}
