/* SPDX-License-Identifier: MIT */
/* Certificates for people: without what the difference does not need, and with a name. */
#include "diff.h"
#include "draft.h"
#include "polish.h"
#include "query.h"

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

/* ---- certificates of which all can be read ---- */

/* Most other mappings of a side with which the edit is drafted: those around it. */
#define MAX_DRAFTED 64

static bool is_readable(const struct cm_lint_witness *witness) {
    for (size_t i = 0; i < witness->count; i++)
        if (witness->values[i].state != CERTMAP_LINT_READABLE)
            return false;
    return true;
}

/* Whether a certificate has the effect; then it is kept. */
static bool try_witness(struct cm_diff *diff, enum certmap_diff_effect_kind wanted,
                        const struct cm_lint_witness *witness) {
    struct cm_diff_answer answers[CM_DIFF_TIMES];
    enum certmap_diff_effect_kind kind;
    if (!cm_diff_answers(diff, witness, answers) || !cm_diff_is_effect(diff, answers, &kind) || kind != wanted)
        return false;
    cm_diff_keep(diff, kind, witness);
    return true;
}

/* Asks the solver for one of which the edit is true, and the first that is true of the others on a side is this one. */
static bool ask(struct cm_diff *diff, enum certmap_diff_effect_kind wanted, uint32_t mapping,
                const struct cm_diff_side *side, size_t begin, size_t other) {
    const struct cm_lint_model *model = &diff->lint->model;
    struct cm_lint_want wants[MAX_DRAFTED + 1];
    struct cm_lint_witness witness;
    size_t count = 0;
    cm_lint_forget(diff->lint);
    wants[count++] = (struct cm_lint_want){cm_lint_part_of(model, mapping), CM_LINT_TRUE};
    for (size_t i = begin; i <= other; i++)
        if (side->mappings[i] != mapping)
            wants[count++] = (struct cm_lint_want){cm_lint_part_of(model, side->mappings[i]),
                                                   i == other ? CM_LINT_TRUE : CM_LINT_FALSE};
    const struct cm_lint_query query = {wants, count, true, false, false};
    diff->questions++;
    return cm_lint_ask(diff->lint->engine, &query, &witness, NULL) == CM_LINT_POSSIBLE &&
           try_witness(diff, wanted, &witness);
}

/* Looks at a certificate that two mappings are probably about; other CM_DIFF_NOBODY: one. True: it has the effect, and is
 * kept. */
static bool try_draft(struct cm_diff *diff, enum certmap_diff_effect_kind wanted, uint32_t mapping, uint32_t other) {
    struct cm_lint_draft draft;
    cm_lint_forget(diff->lint);
    if (!cm_lint_draft_begin(&draft, diff->lint) || !cm_lint_draft_mapping(&draft, mapping, NULL, NULL) ||
        (other != CM_DIFF_NOBODY && !cm_lint_draft_mapping(&draft, other, NULL, NULL)))
        return false;
    cm_diff_fill(diff, &draft, mapping);
    if (other != CM_DIFF_NOBODY)
        cm_diff_fill(diff, &draft, other);
    const struct cm_lint_witness witness = cm_lint_draft_witness(&draft);
    return try_witness(diff, wanted, &witness);
}

/* The mapping with each of those around it on a side. */
static bool try_with_others(struct cm_diff *diff, enum certmap_diff_effect_kind wanted, uint32_t mapping,
                            const struct cm_diff_side *side) {
    const uint32_t own = side->indices[mapping] != CM_DIFF_NOBODY ? side->indices[mapping] : 0;
    const size_t begin = own > MAX_DRAFTED / 4 ? own - MAX_DRAFTED / 4 : 0;
    for (size_t i = begin; i < side->count && i < begin + MAX_DRAFTED && !diff->lint->failed; i++)
        if (side->mappings[i] != mapping && try_draft(diff, wanted, mapping, side->mappings[i]))
            return true;
    for (size_t i = begin; i < side->count && i < begin + MAX_DRAFTED && cm_diff_goes_on(diff, 0); i++)
        if (side->mappings[i] != mapping && ask(diff, wanted, mapping, side, begin, i))
            return true;
    return false;
}

/* Where the solver has shown a certificate with a value that cannot be read: one that can, by drafts, or by the solver. */
static void find_readable(struct cm_diff *diff, enum certmap_diff_effect_kind kind) {
    for (size_t t = 0; t < CM_DIFF_TIMES; t++) {
        const uint32_t mapping = diff->edit->mappings[t];
        if (mapping == CM_DIFF_NOBODY)
            continue;
        if (try_draft(diff, kind, mapping, CM_DIFF_NOBODY))
            return;
        for (size_t s = 0; s < CM_DIFF_TIMES; s++)
            if (try_with_others(diff, kind, mapping, &diff->sides[s]))
                return;
    }
}

void cm_diff_polish(struct cm_diff *diff) {
    for (enum certmap_diff_effect_kind kind = CERTMAP_DIFF_GAIN; kind <= CERTMAP_DIFF_LEFT; kind++) {
        const struct cm_diff_effect *effect = &diff->effects[kind];
        if (effect->found && !diff->lint->failed && !is_readable(&effect->witness))
            find_readable(diff, kind);
        if (effect->found && !diff->lint->failed)
            polish(diff, kind);
    }
}
