/* SPDX-License-Identifier: MIT */
#include "lint.h"

bool cm_lint_answer(struct certmap_lint *lint, const struct certmap_rules *rules, const struct cm_lint_witness *witness,
                    struct certmap_result *result, struct certmap_view *der) {
    static const struct certmap_result none = CERTMAP_RESULT_INIT;
    const struct certmap_view made = cm_lint_witness_der(&lint->scratch, witness);
    *result = none;
    if (der != NULL)
        *der = made;
    if (made.data == NULL || !cm_lint_witness_set_for(lint->peer, &lint->scratch, witness, made, lint->model.needs))
        return false;
    const enum certmap_status status = certmap_match(rules, lint->peer, result, NULL);
    lint->failed = lint->failed || status == CERTMAP_ERROR_MEMORY;
    return status == CERTMAP_OK;
}
