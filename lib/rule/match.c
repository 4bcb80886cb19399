/* SPDX-License-Identifier: MIT */
/* certmap_match and its result. */
#include "base/error.h"
#include "base/out.h"
#include "base/view.h"
#include "rule/eval.h"

void cm_result_clear(struct certmap_result *result) {
    const size_t size = result->size;
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    result->size = size;
}

void cm_result_none(struct certmap_result *result, const struct certmap_rules *rules) {
    cm_result_clear(result);
    result->reason = CERTMAP_CODE_NO_MATCH;
    if (rules->mapping_count == 0)
        result->reason = CERTMAP_CODE_EMPTY_RULES;
    if (rules->disabled)
        result->reason = CERTMAP_CODE_DISABLED;
}

/* The first mapping that is not false ends the search: true gives its decision, an unknown deny still
 * denies, an unknown allow grants nothing. */
void cm_result_decide(struct certmap_result *result, const struct certmap_rules *rules, size_t index,
                      enum certmap_truth truth) {
    const struct cm_mapping *mapping = &rules->mappings[index];
    cm_result_clear(result);
    result->kind = mapping->kind;
    result->index = index;
    result->mapping = mapping->name;
    if (truth == CERTMAP_UNKNOWN)
        result->reason = CERTMAP_CODE_UNREADABLE;
    if (mapping->decision == CERTMAP_DENY) {
        result->decision = CERTMAP_DENY;
    } else if (truth == CERTMAP_TRUE) {
        result->decision = CERTMAP_ALLOW;
        result->account = mapping->account;
        result->domain = mapping->domain;
        result->user = mapping->user;
    }
}

static void search(const struct certmap_rules *rules, const struct certmap_peer *peer, struct certmap_result *result) {
    struct cm_eval eval = {rules, peer, CERTMAP_MAX_STEPS, NULL};
    cm_result_none(result, rules);
    for (size_t i = 0; i < rules->mapping_count && !rules->disabled; i++) {
        struct cm_verdict one = cm_eval_mapping(&eval, &rules->mappings[i]);
        if (one.truth != CERTMAP_FALSE) {
            cm_result_decide(result, rules, i, one.truth);
            return;
        }
    }
}

enum certmap_status certmap_match(const struct certmap_rules *rules, struct certmap_peer *peer,
                                  struct certmap_result *result, struct certmap_error *err) {
    if (result == NULL || result->size < sizeof *result)
        return cm_error_argument(err, "certmap_match: result is NULL, or its size is too small");
    cm_result_clear(result);
    if (rules == NULL || peer == NULL || !peer->set)
        return cm_error_argument(err, "certmap_match: rules or peer is NULL, or the peer is not set");
    search(rules, peer, result);
    return CERTMAP_OK;
}

/* A quoted value, or - where there is none. */
static void put_value(struct cm_out *out, const char *key, struct certmap_view value) {
    cm_out_string(out, key);
    if (value.data != NULL)
        cm_out_escaped(out, value, true);
    else
        cm_out_char(out, '-');
}

enum certmap_status certmap_result_format(char *text, size_t cap, size_t *len, const struct certmap_result *result,
                                          struct certmap_error *err) {
    if (len == NULL || (text == NULL && cap > 0) || result == NULL || result->size < sizeof *result ||
        certmap_decision_name(result->decision) == NULL || certmap_code_name(result->reason) == NULL)
        return cm_error_argument(err, "certmap_result_format: text, len or result is NULL, or result is not set");
    struct cm_out out = {text, cap, 0};
    cm_out_string(&out, "decision=");
    cm_out_string(&out, certmap_decision_name(result->decision));
    put_value(&out, " mapping=", result->mapping);
    put_value(&out, " account=", result->account);
    cm_out_string(&out, " reason=");
    cm_out_string(&out, result->reason == CERTMAP_CODE_NONE ? "-" : certmap_code_name(result->reason));
    return cm_out_finish(&out, len, err);
}
