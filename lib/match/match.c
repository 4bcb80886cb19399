/* SPDX-License-Identifier: MIT */
/* certmap_match: the search for the answer. */
#include "match/match.h"
#include "base/assert.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/view.h"
#include "certmap/versioned.h"
#include "match/output.h"
#include "match/plan.h"
#include "match/search.h"
#include "rule/store.h"

/* Member by member: compilers clear a whole struct by an instruction that takes longer. */
void cm_result_clear(struct certmap_result *result) {
    result->decision = CERTMAP_NONE;
    result->reason = CERTMAP_CODE_NONE;
    result->kind = CERTMAP_KIND_NATIVE;
    result->index = SIZE_MAX;
    result->mapping = result->account = result->domain = result->user = result->other = CM_VIEW_NONE;
    result->account_count = result->group_count = result->attribute_count = 0;
    result->accounts = result->groups = NULL;
    result->attributes = NULL;
    result->principals = 0;
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
                                             struct certmap_peer *peer) {
    struct cm_index_search through;
    cm_index_search_begin(&through, rules, peer);
    const struct cm_mapping *mapping = cm_index_search_next(&through, 0);
    search->looked = mapping != NULL ? (size_t)mapping->index + 1 : rules->mapping_count;
    search->answer.index = mapping != NULL ? (size_t)mapping->index : CM_NO_MAPPING;
    search->answer.unknown = mapping != NULL && through.truth == CERTMAP_UNKNOWN;
    return mapping;
}

/* ---- the search by a plan ---- */

/* Whether the other search finds the same, where neither of them runs out of steps. */
static bool is_what_search_says(const struct cm_plan_found *found, const struct certmap_rules *rules,
                                struct certmap_peer *peer) {
    struct cm_search search = {.answer = {.index = CM_NO_MAPPING, .other = CM_NO_MAPPING}};
    const struct cm_mapping *mapping = search_first(&search, rules, peer);
    return search.answer.unknown || found->truth == CERTMAP_UNKNOWN || mapping == found->mapping->mapping;
}

/* Nothing is known where there is no plan. */
static inline struct cm_plan_found find_planned(const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct cm_plan_found found = {NULL, CERTMAP_UNKNOWN};
    if (rules->plan != NULL)
        found = cm_plan_search(rules, peer);
    CM_ASSERT(found.mapping == NULL || is_what_search_says(&found, rules, peer));
    return found;
}

/* Whether the result is there, and has only to be given. */
static inline bool is_made(const struct cm_plan_found *found) {
    return found->truth == CERTMAP_TRUE && found->mapping->made;
}

/* Fills in every member but size, once, and reads none of them again. */
static inline void give(struct certmap_result *result, const struct cm_plan_mapping *found, struct cm_built *built) {
    const bool none = found->mapping == NULL;
    const struct certmap_view account = {found->account, found->account_len};
    built->len = 0;
    built->accounts[0] = account;
    result->decision = (enum certmap_decision)found->decision;
    result->reason = none ? CERTMAP_CODE_NO_MATCH : CERTMAP_CODE_NONE;
    result->kind = (enum certmap_kind)found->kind;
    result->index = none ? SIZE_MAX : found->index;
    result->mapping = cm_view(found->name, found->name_len);
    result->account = account;
    result->domain = cm_view(found->domain, found->domain_len);
    result->user = cm_view(found->user, found->user_len);
    result->other = CM_VIEW_NONE;
    result->account_count = found->account_count;
    result->group_count = result->attribute_count = 0;
    result->accounts = found->account_count > 0 ? built->accounts : NULL;
    result->groups = NULL;
    result->attributes = NULL;
    result->principals = 0;
}

/* What an explanation wants to know. */
static void note_planned(struct cm_search *search, const struct certmap_rules *rules,
                         const struct cm_plan_found *found) {
    const struct cm_mapping *mapping = found->mapping->mapping;
    search->looked = mapping != NULL ? (size_t)mapping->index + 1 : rules->mapping_count;
    search->answer.index = mapping != NULL ? (size_t)mapping->index : CM_NO_MAPPING;
    search->answer.unknown = found->truth == CERTMAP_UNKNOWN;
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

/* Where the plan did not find a result that is there. */
static CM_APART void search_on(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
                               struct certmap_result *result, struct cm_plan_found found) {
    const struct cm_mapping *mapping = NULL;
    cm_search_begin(search, result);
    if (found.mapping != NULL) {
        note_planned(search, rules, &found);
        mapping = found.mapping->mapping;
    } else if (!rules->disabled)
        mapping = rules->policy == CERTMAP_COMBINING_FIRST ? search_first(search, rules, peer)
                                                           : search_all(search, rules, peer, result);
    cm_search_end(search, rules, peer, result, mapping);
}

void cm_search(struct cm_search *search, const struct certmap_rules *rules, struct certmap_peer *peer,
               struct certmap_result *result) {
    CM_ASSERT(peer->set);
    const struct cm_plan_found found = find_planned(rules, peer);
    if (!is_made(&found)) {
        search_on(search, rules, peer, result, found);
        return;
    }
    cm_search_begin(search, result);
    note_planned(search, rules, &found);
    give(result, found.mapping, &peer->built);
}

/* ---- the call ---- */

static CM_RARELY enum certmap_status refuse_arguments(struct certmap_result *result, struct certmap_diagnostic *err) {
    const struct certmap_result none = CERTMAP_RESULT_INIT;
    certmap_struct_write(result, &none, sizeof none);
    return cm_error_argument(err, "certmap_match: rules or peer is NULL, or the peer is not set");
}

/* For callers whose result is smaller. */
static CM_RARELY void match_smaller(const struct certmap_rules *rules, struct certmap_peer *peer,
                                    struct certmap_result *result) {
    struct certmap_result room = CERTMAP_RESULT_INIT;
    struct cm_search search;
    cm_search(&search, rules, peer, &room);
    certmap_struct_write(result, &room, sizeof room);
}

static inline void match(const struct certmap_rules *rules, struct certmap_peer *peer, struct certmap_result *result) {
    struct cm_search search;
    const struct cm_plan_found found = find_planned(rules, peer);
    if (is_made(&found))
        give(result, found.mapping, &peer->built);
    else
        search_on(&search, rules, peer, result, found);
}

enum certmap_status certmap_match(const struct certmap_rules *rules, struct certmap_peer *peer,
                                  struct certmap_result *result, struct certmap_diagnostic *err) {
    if (!certmap_struct_fits(result, CERTMAP_FIRST_RESULT, sizeof *result))
        return cm_error_argument(err, "certmap_match: result is NULL, or its size is not a size of it");
    if (rules == NULL || peer == NULL || !peer->set)
        return refuse_arguments(result, err);
    if (result->size < sizeof *result)
        match_smaller(rules, peer, result);
    else
        match(rules, peer, result);
    return CERTMAP_OK;
}
