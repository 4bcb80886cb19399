/* SPDX-License-Identifier: MIT */
#include "show.h"
#include "polish.h"

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

/* What is to be shown, to whom. */
struct showing {
    struct certmap_lint *lint;
    const struct cm_lint_claim *claim;
};

static bool holds(void *ctx, const struct cm_lint_witness *witness) {
    const struct showing *showing = ctx;
    return cm_lint_claim_holds(showing->lint, showing->claim, witness);
}

void cm_lint_show(struct certmap_lint *lint, struct certmap_lint_report *report, const struct cm_lint_claim *claim,
                  const struct cm_lint_witness *witness) {
    struct showing showing = {lint, claim};
    struct cm_lint_witness shown = *witness;
    if (report == NULL)
        return;
    cm_lint_polish(&lint->scratch, &shown, holds, &showing);
    cm_lint_report_witness(lint, report, &shown);
}
