/* SPDX-License-Identifier: MIT */
/* certmap_match: the search for the answer. */
#include "match/match.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/view.h"
#include "certmap/versioned.h"
#include "match/output.h"
#include "match/plan.h"
#include "match/search.h"
#include "rule/store.h"

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

/* The answer of a mapping without the texts of an allow. A deny holds whatever the reason. */
static void decide(struct certmap_result *result, const struct certmap_rules *rules, const struct cm_answer *answer,
                   const struct cm_mapping *mapping) {
    result->kind = (enum certmap_kind)mapping->kind;
    result->index = answer->index;
    result->mapping = cm_mapping_name(mapping);
    result->reason = why_decided(answer);
    if (answer->other != CM_NO_MAPPING)
        result->other = cm_mapping_name(cm_mapping_at(rules, answer->other));
    if (!mapping->allow)
        result->decision = CERTMAP_DENY;
}

/* ---- the search ---- */

/* Where the first mapping that is not false decides, nothing has to be kept on the way. */
static const struct cm_mapping *search_first(struct cm_search *search, const struct certmap_rules *rules,
                                             const struct certmap_peer *peer) {
    struct cm_index_search through;
    cm_index_search_begin(&through, rules, peer);
    const struct cm_mapping *mapping = cm_index_search_next(&through, 0);
    search->looked = mapping != NULL ? mapping->index + 1 : rules->mapping_count;
    search->answer.index = mapping != NULL ? mapping->index : CM_NO_MAPPING;
    search->answer.unknown = mapping != NULL && through.truth == CERTMAP_UNKNOWN;
    return mapping;
}

/* ---- the search by a plan ---- */

/* Whether the other search finds the same, where neither of them runs out of steps. */
static bool is_what_search_says(const struct cm_plan_found *found, const struct certmap_rules *rules,
                                const struct certmap_peer *peer) {
    struct cm_search search = {.answer = {.index = CM_NO_MAPPING, .other = CM_NO_MAPPING}};
    const struct cm_mapping *mapping = search_first(&search, rules, peer);
    const bool unknown = search.answer.unknown || found->truth == CERTMAP_UNKNOWN;
    const bool same = found->mapping != NULL ? mapping == found->mapping->mapping : mapping == NULL;
    return unknown || same;
}

/* A result that was made before, but for where its accounts are. */
static void give(struct certmap_result *result, const struct certmap_result *made, struct cm_built *built) {
    const size_t size = result->size;
    built->len = 0;
    built->accounts[0] = made->account;
    *result = *made;
    result->size = size;
    result->accounts = made->account_count > 0 ? built->accounts : NULL;
}

/* False: the plan says nothing of the certificate. */
static bool search_planned(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
                           struct certmap_result *result) {
    struct cm_plan_found found;
    if (!cm_plan_search(&found, rules, peer))
        return false;
    CM_ASSERT(is_what_search_says(&found, rules, peer));
    const struct cm_mapping *mapping = found.mapping != NULL ? found.mapping->mapping : NULL;
    search->looked = mapping != NULL ? mapping->index + 1 : rules->mapping_count;
    search->answer.index = mapping != NULL ? mapping->index : CM_NO_MAPPING;
    search->answer.unknown = mapping != NULL && found.truth == CERTMAP_UNKNOWN;
    if (mapping != NULL && found.truth == CERTMAP_TRUE && found.mapping->result != NULL)
        give(result, found.mapping->result, &peer->built);
    else
        cm_search_end(search, rules, peer, result, mapping);
    return true;
}

/* ---- the search under other policies ---- */

/* Under `all`, texts are built on the way: nothing keeps which mappings were true. Once one of them cannot be
 * built, result is a deny and stays so. */
static void build_together(struct cm_searching *state, const struct cm_mapping *mapping) {
    const struct certmap_rules *rules = state->found.rules;
    struct certmap_result *result = state->result;
    if (state->found.hit == mapping->index)
        cm_output_build(result, rules, mapping, state->peer, &state->steps);
    else if (result->decision == CERTMAP_ALLOW)
        (void)cm_output_append(result, rules, mapping, state->peer, &state->steps);
}

bool cm_search_take(struct cm_searching *state, const struct cm_mapping *mapping, enum certmap_truth truth) {
    const bool more = cm_found_take(&state->found, mapping, truth);
    if (state->found.rules->policy == CERTMAP_COMBINING_ALL && truth == CERTMAP_TRUE && mapping->allow)
        build_together(state, mapping);
    return more;
}

/* Through the index, which knows of most mappings that they are false. Each time around, the index takes work
 * for what led to a mapping, or has been left. */
static size_t search_index(struct cm_searching *state) {
    const struct certmap_rules *rules = state->found.rules;
    struct cm_index_search through;
    cm_index_search_begin_all(&through, rules, state->peer);
    const struct cm_mapping *mapping = cm_index_search_next(&through, 0);
    while (mapping != NULL && cm_search_take(state, mapping, through.truth))
        mapping = cm_index_search_next(&through, (size_t)mapping->index + 1);
    return mapping != NULL ? (size_t)mapping->index + 1 : rules->mapping_count;
}

static const struct cm_mapping *search_all(struct cm_search *search, const struct certmap_rules *rules,
                                           struct certmap_peer *peer, struct certmap_result *result) {
    struct cm_searching state = {cm_found_nothing(rules), result, peer, rules->steps};
    search->looked = search_index(&state);
    search->answer = cm_found_answer(&state.found);
    return search->answer.index != CM_NO_MAPPING ? cm_mapping_at(rules, search->answer.index) : NULL;
}

/* ---- what comes of it ---- */

/* Whether the answer is that a mapping allows, or would if its texts could be built. Under `all`, one whose texts
 * cannot be built has denied already, which an allow that is unknown does not undo. */
static bool is_allow(const struct cm_answer *answer, const struct cm_mapping *mapping,
                     const struct certmap_result *result) {
    if (mapping == NULL || !mapping->allow)
        return false;
    return why_decided(answer) == CERTMAP_CODE_NONE || result->decision == CERTMAP_DENY;
}

/* Fills in the result of an answer by which no mapping allows; mapping is the one that gives it, or NULL. */
static void refuse(struct certmap_result *result, const struct certmap_rules *rules, const struct cm_answer *answer,
                   const struct cm_mapping *mapping) {
    cm_result_clear(result);
    if (mapping == NULL)
        result->reason = why_none(rules);
    else
        decide(result, rules, answer, mapping);
}

void cm_search_begin(struct cm_search *search, struct certmap_result *result) {
    *search = (struct cm_search){.answer = {.index = CM_NO_MAPPING, .other = CM_NO_MAPPING}};
    result->decision = CERTMAP_NONE;
    result->index = SIZE_MAX;
    result->other = CM_VIEW_NONE;
}

void cm_search_end(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
                   struct certmap_result *result, const struct cm_mapping *mapping) {
    const bool all = rules->policy == CERTMAP_COMBINING_ALL;
    size_t steps = rules->steps;
    if (!is_allow(&search->answer, mapping, result))
        refuse(result, rules, &search->answer, mapping);
    else if (!all)
        cm_output_build(result, rules, mapping, peer, &steps);
    else
        search->answer.index = result->index; /* of one that could not be built */
    search->together = all && result->decision == CERTMAP_ALLOW;
}

void cm_search(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
               struct certmap_result *result) {
    const struct cm_mapping *mapping = NULL;
    CM_ASSERT(peer->set);
    cm_search_begin(search, result);
    if (rules->plan != NULL && search_planned(search, rules, peer, result))
        return;
    if (!rules->disabled)
        mapping = rules->policy == CERTMAP_COMBINING_FIRST ? search_first(search, rules, peer)
                                                           : search_all(search, rules, peer, result);
    cm_search_end(search, rules, peer, result, mapping);
}

enum certmap_status certmap_match(const struct certmap_rules *rules, struct certmap_peer *peer,
                                  struct certmap_result *result, struct certmap_diagnostic *err) {
    struct cm_search search;
    struct certmap_result room, *answer = result; /* room: of callers whose result is smaller */
    if (!certmap_struct_fits(result, CERTMAP_FIRST_RESULT, sizeof *result))
        return cm_error_argument(err, "certmap_match: result is NULL, or its size is not a size of it");
    if (result->size < sizeof room) {
        room = (struct certmap_result)CERTMAP_RESULT_INIT;
        answer = &room;
    }
    enum certmap_status status = CERTMAP_OK;
    if (rules == NULL || peer == NULL || !peer->set) {
        cm_result_clear(answer);
        status = cm_error_argument(err, "certmap_match: rules or peer is NULL, or the peer is not set");
    } else
        cm_search(&search, rules, peer, answer);
    certmap_struct_write(result, answer, sizeof room);
    return status;
}
