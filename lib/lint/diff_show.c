/* SPDX-License-Identifier: MIT */
/* Certificates for people: without what the difference does not need, and with a name. */
#include "diff.h"
#include <string.h>

/* Most values of a certificate of which each is tried to be left out. */
#define MAX_MINIMISED 64

/* A certificate that is changed as long as its effect, and who decides, stay. */
struct showing {
    struct cm_diff *diff;
    enum certmap_diff_effect_kind kind;
    struct cm_diff_answer answers[CM_DIFF_TIMES];
    struct cm_lint_value *values;
    size_t count;
};

static bool is_same(const struct cm_diff_answer *a, const struct cm_diff_answer *b) {
    return a->decision == b->decision && a->reason == b->reason && a->mapping == b->mapping;
}

static bool holds(const struct showing *showing) {
    const struct cm_lint_witness witness = {showing->values, showing->count};
    struct cm_diff_answer answers[CM_DIFF_TIMES];
    enum certmap_diff_effect_kind kind;
    return cm_diff_answers(showing->diff, &witness, answers) && cm_diff_is_effect(showing->diff, answers, &kind) &&
           kind == showing->kind && is_same(&answers[CM_DIFF_BEFORE], &showing->answers[CM_DIFF_BEFORE]) &&
           is_same(&answers[CM_DIFF_AFTER], &showing->answers[CM_DIFF_AFTER]);
}

static void minimise(struct showing *showing) {
    for (size_t i = showing->count; i > 0 && showing->count <= MAX_MINIMISED; i--) {
        const struct cm_lint_value value = showing->values[i - 1];
        const size_t after = showing->count - i;
        memmove(&showing->values[i - 1], &showing->values[i], after * sizeof value);
        showing->count--;
        if (holds(showing))
            continue;
        memmove(&showing->values[i], &showing->values[i - 1], after * sizeof value);
        showing->values[i - 1] = value;
        showing->count++;
    }
}

static void dress(struct showing *showing, enum certmap_field field, const char *name) {
    for (size_t i = 0; i < showing->count; i++)
        if (showing->values[i].field == field)
            return;
    showing->values[showing->count++] =
        (struct cm_lint_value){field, certmap_view_of("CN"), certmap_view_of(name), CERTMAP_LINT_READABLE};
    if (!holds(showing))
        showing->count--;
}

/* In the order of the fields, and of the values as they were. */
static void sort(struct showing *showing) {
    for (size_t i = 1; i < showing->count; i++) {
        const struct cm_lint_value value = showing->values[i];
        size_t at = i;
        for (; at > 0 && showing->values[at - 1].field > value.field; at--)
            showing->values[at] = showing->values[at - 1];
        showing->values[at] = value;
    }
}

static void polish(struct cm_diff *diff, enum certmap_diff_effect_kind kind) {
    struct cm_lint_witness *witness = &diff->effects[kind].witness;
    struct showing showing = {.diff = diff, .kind = kind, .count = witness->count};
    cm_lint_forget(diff->lint);
    showing.values = cm_lint_pool_take(&diff->pool, witness->count + 2, sizeof *showing.values);
    if (showing.values == NULL || !cm_diff_answers(diff, witness, showing.answers))
        return;
    if (witness->count > 0)
        memcpy(showing.values, witness->values, witness->count * sizeof *showing.values);
    minimise(&showing);
    dress(&showing, CERTMAP_FIELD_ISSUER, "Any CA");
    dress(&showing, CERTMAP_FIELD_SUBJECT, "Mallory");
    sort(&showing);
    if (holds(&showing))
        *witness = (struct cm_lint_witness){showing.values, showing.count};
}

void cm_diff_polish(struct cm_diff *diff) {
    for (enum certmap_diff_effect_kind kind = CERTMAP_DIFF_GAIN; kind <= CERTMAP_DIFF_LEFT; kind++)
        if (diff->effects[kind].found && !diff->lint->failed)
            polish(diff, kind);
}
