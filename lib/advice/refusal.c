/* SPDX-License-Identifier: MIT */
/* 606, a refusal by the digest of a certificate. The digest is also about the signature, which whoever has the certificate
 * can change without any key: an ECDSA signature (r, s) is as good as (r, n - s). The certificates of the issuer, and of the CAs
 * above it, are sent by the client, too, which chooses among all that verify. So the refusal is slipped past.
 *
 * A digest that lets in is right: the altered certificate is only let in nowhere. `certificate` compares what was signed,
 * and so does tbs.sha256: nobody slips past these. */
#include "advice/advice.h"
#include "base/view.h"
#include "compile/builder.h"

static bool is_of_issuer(enum certmap_field field) {
    return field == CERTMAP_FIELD_ISSUER_SHA256 || field == CERTMAP_FIELD_ISSUER_SHA1;
}

bool cm_is_certificate_digest(enum certmap_field field) {
    return field == CERTMAP_FIELD_SHA256 || field == CERTMAP_FIELD_SHA1 || field == CERTMAP_FIELD_SHA512 ||
           field == CERTMAP_FIELD_CHAIN_SHA256 || is_of_issuer(field);
}

static void say(struct cm_advice *advice, enum certmap_field field, size_t condition) {
    struct cm_advice_note *note = cm_advice_add(advice, condition);
    if (note == NULL)
        return;
    if (is_of_issuer(field))
        cm_error(
            &note->diagnostic, CERTMAP_OK, CERTMAP_CODE_REFUSAL_BY_DIGEST,
            "this refusal can be slipped past: the client sends the certificate of its issuer, and can send another "
            "one for the same key; write issuer is spki.sha256");
    else if (field == CERTMAP_FIELD_CHAIN_SHA256)
        cm_error(
            &note->diagnostic, CERTMAP_OK, CERTMAP_CODE_REFUSAL_BY_DIGEST,
            "this refusal can be slipped past: the client sends the certificates of the CAs, and can send others for "
            "the same keys; write chain has spki.sha256");
    else
        cm_error(&note->diagnostic, CERTMAP_OK, CERTMAP_CODE_REFUSAL_BY_DIGEST,
                 "this refusal can be slipped past: whoever holds a certificate can change its signature, and so its "
                 "digest, without any key; write serial and issuer, spki.sha256 or tbs.sha256, which are signed");
    cm_error_place(&note->diagnostic, advice->conditions[condition].position);
}

void cm_advise_refusals(struct cm_advice *advice) {
    size_t size, condition = 0;
    const struct cm_node *root = cm_advice_root(advice, &size);
    for (const struct cm_node *node = root + 1; node < root + size && condition < advice->condition_count; node++) {
        if (node->kind != CM_NODE_CONDITION)
            continue;
        const struct cm_condition made = cm_draft_condition_at(&advice->builder->draft, node->value);
        if (cm_is_certificate_digest(made.path->field) && cm_op_has_operands(made.op) &&
            cm_advice_refuses(advice, condition))
            say(advice, made.path->field, condition);
        condition++;
    }
}
