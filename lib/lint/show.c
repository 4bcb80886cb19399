/* SPDX-License-Identifier: MIT */
#include "show.h"
#include <string.h>

static bool on_item(void *ctx, const struct certmap_explain_item *item) {
    *(enum certmap_truth *)ctx = item->truth;
    return false; /* the first one is the mapping */
}

enum certmap_truth cm_lint_truth_in(struct certmap_lint *lint, const struct certmap_rules *rules, size_t index) {
    enum certmap_truth truth = CERTMAP_UNKNOWN;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    const enum certmap_status status =
        certmap_explain_mapping(rules, lint->peer, &result, index, on_item, &truth, NULL);
    lint->failed = lint->failed || status == CERTMAP_ERROR_MEMORY;
    return status == CERTMAP_OK ? truth : CERTMAP_UNKNOWN;
}

enum certmap_truth cm_lint_truth(struct certmap_lint *lint, size_t mapping) {
    return cm_lint_truth_in(lint, lint->model.rules, mapping);
}

bool cm_lint_claim_of(struct certmap_lint *lint, struct cm_lint_claim *claim, const struct cm_lint_witness *witness,
                      size_t mapping, size_t also, enum certmap_truth truth) {
    struct certmap_result result;
    if (!cm_lint_answer(lint, lint->model.rules, witness, &result, NULL))
        return false;
    *claim = (struct cm_lint_claim){mapping, also, result.index, result.decision, result.reason, truth};
    return (mapping == SIZE_MAX || cm_lint_truth(lint, mapping) == truth) &&
           (also == SIZE_MAX || cm_lint_truth(lint, also) == truth);
}

bool cm_lint_claim_holds(struct certmap_lint *lint, const struct cm_lint_claim *claim,
                         const struct cm_lint_witness *witness) {
    struct cm_lint_claim now;
    return cm_lint_claim_of(lint, &now, witness, claim->mapping, claim->also, claim->truth) &&
           now.answered == claim->answered && now.decision == claim->decision && now.reason == claim->reason;
}

/* A witness that is changed. */
struct showing {
    struct certmap_lint *lint;
    const struct cm_lint_claim *claim;
    struct cm_lint_value *values;
    size_t count;
};

static bool holds(const struct showing *showing) {
    const struct cm_lint_witness witness = {showing->values, showing->count};
    return cm_lint_claim_holds(showing->lint, showing->claim, &witness);
}

/* Most values of a witness of which each is tried to be left out. */
#define MAX_MINIMISED 64

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

void cm_lint_show(struct certmap_lint *lint, struct certmap_lint_report *report, const struct cm_lint_claim *claim,
                  const struct cm_lint_witness *witness) {
    struct cm_lint_value *values = cm_lint_pool_take(&lint->scratch, witness->count + 2, sizeof *values);
    struct showing showing = {lint, claim, values, witness->count};
    if (report == NULL || values == NULL)
        return;
    if (witness->count > 0)
        memcpy(values, witness->values, witness->count * sizeof *values);
    minimise(&showing);
    dress(&showing, CERTMAP_FIELD_ISSUER, "Any CA");
    dress(&showing, CERTMAP_FIELD_SUBJECT, "Mallory");
    sort(&showing);
    const struct cm_lint_witness shown = {showing.values, showing.count};
    cm_lint_report_witness(lint, report, &shown);
}
