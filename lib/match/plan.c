/* SPDX-License-Identifier: MIT */
#include "match/plan.h"
#include "base/compiler.h"
#include "match/leaf.h"

/* No text has this length: none is wanted where there is none. */
static const struct cm_plan_text absent = {{NULL, SIZE_MAX}, 0};

/* What the certificate has in a place; false where it has several values. */
static inline bool take_place(struct cm_plan_text *found, const struct cm_plan_place *place,
                              const struct certmap_peer *peer) {
    const struct cm_list *list = &peer->lists[place->list];
    const uint32_t at = list->first != NULL ? list->first[place->row] : CM_VALUE_NONE;
    if (at == CM_VALUE_NONE) {
        *found = absent;
        return true;
    }
    const struct cm_value *value = &list->values[at];
    const struct certmap_view text = place->nocase ? value->text.folded : value->text.nfc;
    *found = (struct cm_plan_text){text, cm_plan_end(text)};
    return value->next == CM_VALUE_NONE;
}

/* At most CM_MAX_PLAN_PLACES. */
static inline bool take_places(struct cm_plan_text *found, const struct cm_plan *plan,
                               const struct certmap_peer *peer) {
    bool single = (plan->lists & peer->may_be_unknown) == 0;
    for (size_t i = 0; i < plan->place_count && single; i++)
        single = take_place(&found[i], &plan->places[i], peer);
    return single;
}

static inline bool is_same(const struct cm_plan_text *a, const struct cm_plan_text *b) {
    return a->text.len == b->text.len && a->end == b->end &&
           (a->text.len <= sizeof a->end || same_text(a->text, b->text));
}

/* As many tests as the rule has, of which each compares once. */
static inline bool pass_tests(const struct cm_plan_mapping *mapping, const struct cm_plan_text *places) {
    const struct cm_plan_test *test = mapping->tests, *end = mapping->tests_end;
    while (test < end && is_same(&test->wanted, &places[test->place]) != test->negated)
        test++;
    return test == end;
}

/* The first mapping from this one on whose tests pass, or end. Linear in the tests. */
static inline const struct cm_plan_mapping *first_passing(const struct cm_plan_mapping *mapping,
                                                          const struct cm_plan_mapping *end,
                                                          const struct cm_plan_text *places) {
    while (mapping < end && !pass_tests(mapping, places))
        mapping++;
    return mapping;
}

/* From a mapping on whose tests pass, what no test says. Linear in the mappings, whose conditions take steps. */
static CM_RARELY void search_rest(struct cm_plan_found *found, const struct cm_plan_text *places,
                                  const struct certmap_rules *rules, const struct certmap_peer *peer) {
    const struct cm_plan_mapping *end = rules->plan->mappings + rules->plan->mapping_count;
    struct cm_fast_eval fast;
    cm_fast_eval_begin(&fast, rules, peer);
    (void)cm_steps_take(&fast.eval.steps, rules->plan->steps);
    for (const struct cm_plan_mapping *at = found->mapping; at < end; at = first_passing(at + 1, end, places)) {
        found->mapping = at;
        found->truth = cm_fast_eval_members(&fast, at->rest, at->rest_end);
        if (found->truth != CERTMAP_FALSE)
            return;
    }
    found->mapping = NULL;
}

bool cm_plan_search(struct cm_plan_found *found, const struct certmap_rules *rules, const struct certmap_peer *peer) {
    const struct cm_plan *plan = rules->plan;
    const struct cm_plan_mapping *end = plan->mappings + plan->mapping_count;
    struct cm_plan_text places[CM_MAX_PLAN_PLACES];
    if (!take_places(places, plan, peer))
        return false;
    const struct cm_plan_mapping *mapping = first_passing(plan->mappings, end, places);
    *found = (struct cm_plan_found){mapping < end ? mapping : NULL, CERTMAP_TRUE};
    if (mapping < end && mapping->rest < mapping->rest_end)
        search_rest(found, places, rules, peer);
    return true;
}
