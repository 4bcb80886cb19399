/* SPDX-License-Identifier: MIT */
/* certmap_match: the search for the answer. */
#include "rule/match.h"
#include "base/error.h"
#include "base/view.h"

void cm_result_clear(struct certmap_result *result) {
    const size_t size = result->size;
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    result->size = size;
}

/* ---- the answer ---- */

/* No mapping gives one. */
static enum certmap_code why_none(const struct certmap_rules *rules) {
    if (rules->disabled)
        return CERTMAP_CODE_DISABLED;
    return rules->mapping_count == 0 ? CERTMAP_CODE_EMPTY_RULES : CERTMAP_CODE_NO_MATCH;
}

/* A mapping gives one: plainly; as one of two, where there must not be; or it could not be decided. */
static enum certmap_code why_decided(const struct cm_answer *answer) {
    if (answer->unknown)
        return CERTMAP_CODE_UNREADABLE;
    return answer->other != CM_NO_MAPPING ? CERTMAP_CODE_AMBIGUOUS : CERTMAP_CODE_NONE;
}

/* Fills in what does not have to be built. A deny stands whatever the reason; an allow needs that there is none. */
static void decide(struct certmap_result *result, const struct certmap_rules *rules, const struct cm_answer *answer) {
    const struct cm_mapping *mapping = &rules->mappings[answer->index];
    result->kind = mapping->kind;
    result->index = answer->index;
    result->mapping = mapping->name;
    result->reason = why_decided(answer);
    if (answer->other != CM_NO_MAPPING)
        result->other = rules->mappings[answer->other].name;
    if (mapping->decision == CERTMAP_DENY || result->reason == CERTMAP_CODE_NONE)
        result->decision = mapping->decision;
}

static void build(struct certmap_result *result, const struct cm_mapping *mapping) {
    result->account = mapping->account;
    result->domain = mapping->domain;
    result->user = mapping->user;
}

/* ---- the search ---- */

void cm_search(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
               struct certmap_result *result) {
    struct cm_eval eval = {rules, peer, CERTMAP_MAX_STEPS, false, NULL};
    struct cm_found found = cm_found_nothing(rules);
    bool searching = !rules->disabled;
    cm_result_clear(result);
    search->looked = 0;
    while (searching && search->looked < rules->mapping_count) {
        const size_t index = search->looked++;
        searching = cm_found_take(&found, index, cm_eval_mapping(&eval, &rules->mappings[index]).truth);
    }
    search->answer = cm_found_answer(&found);
    if (search->answer.index == CM_NO_MAPPING)
        result->reason = why_none(rules);
    else
        decide(result, rules, &search->answer);
    if (result->decision == CERTMAP_ALLOW)
        build(result, &rules->mappings[search->answer.index]);
    search->together = rules->policy == CERTMAP_POLICY_ALL && result->decision == CERTMAP_ALLOW;
}

enum certmap_status certmap_match(const struct certmap_rules *rules, struct certmap_peer *peer,
                                  struct certmap_result *result, struct certmap_error *err) {
    struct cm_search search;
    if (result == NULL || result->size < sizeof *result)
        return cm_error_argument(err, "certmap_match: result is NULL, or its size is too small");
    cm_result_clear(result);
    if (rules == NULL || peer == NULL || !peer->set)
        return cm_error_argument(err, "certmap_match: rules or peer is NULL, or the peer is not set");
    cm_search(&search, rules, peer, result);
    return CERTMAP_OK;
}
