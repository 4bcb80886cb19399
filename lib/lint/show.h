/* SPDX-License-Identifier: MIT */
/* From a certificate that proves something to one that people can read: without what it does not need, and with an
 * issuer and a subject. */
#ifndef CM_LINT_SHOW_H
#define CM_LINT_SHOW_H

#include "certmap/explain.h"
#include "lint.h"

/* What a witness has to show: a mapping of which it is true, and which one answers it, and how. */
struct cm_lint_claim {
    size_t mapping;  /* SIZE_MAX: of none */
    size_t also;     /* another one that is true of it; SIZE_MAX: none */
    size_t answered; /* by which mapping; SIZE_MAX: by none */
    enum certmap_decision decision;
    enum certmap_code reason;
    enum certmap_truth truth; /* of mapping, and of the other one */
};

/* What a mapping gives of the witness that was matched last. UNKNOWN also when there is no memory. */
enum certmap_truth cm_lint_truth(struct certmap_lint *lint, size_t mapping);
/* The same of a mapping of other rules. */
enum certmap_truth cm_lint_truth_in(struct certmap_lint *lint, const struct certmap_rules *rules, size_t index);
/* Whether the real matcher says so of the witness. */
bool cm_lint_claim_holds(struct certmap_lint *lint, const struct cm_lint_claim *claim,
                         const struct cm_lint_witness *witness);
/* Matches a witness: what it shows of two mappings, either of which may be SIZE_MAX. False: it shows nothing, since it
 * cannot be matched, or since one of them has another truth. */
bool cm_lint_claim_of(struct certmap_lint *lint, struct cm_lint_claim *claim, const struct cm_lint_witness *witness,
                      size_t mapping, size_t also, enum certmap_truth truth);
/* Adds the witness to the report, smaller and dressed as far as the claim holds. */
void cm_lint_show(struct certmap_lint *lint, struct certmap_lint_report *report, const struct cm_lint_claim *claim,
                  const struct cm_lint_witness *witness);

#endif
