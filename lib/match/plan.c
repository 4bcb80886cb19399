/* SPDX-License-Identifier: MIT */
#include "match/plan.h"
#include "base/compiler.h"
#include "match/leaf.h"

/* Whether two texts of the same length are the same between their first and last eight bytes. */
static inline bool is_same_inside(const uint8_t *a, const uint8_t *b, size_t len) {
    return len <= 2 * sizeof(uint64_t) ||
           memcmp(a + sizeof(uint64_t), b + sizeof(uint64_t), len - 2 * sizeof(uint64_t)) == 0;
}

/* As far as the first and last eight bytes say. */
static inline bool may_be_chosen(const struct cm_plan_choice *choice, const struct cm_plan_text *text) {
    return choice->last == text->last && choice->len == text->text.len && choice->first == text->first;
}

/* The first choice that may be the text. */
static inline size_t choose_first(const struct cm_plan_place *place, const struct cm_plan_text *text) {
    return place->slots == NULL ? place->only : place->slots[cm_plan_hash(text->last, text->text.len) >> place->shift];
}

/* A text that is longer than both. */
static CM_APART uint32_t choose_long(const struct cm_plan_place *place, const struct cm_plan_text *text) {
    size_t at = choose_first(place, text);
    while (at != 0 && !(may_be_chosen(&place->choices[at], text) &&
                        is_same_inside(place->choices[at].data, text->text.data, text->text.len)))
        at = place->choices[at].next;
    return place->choices[at].pass;
}

/* Which mappings pass with this text, of those that compare with texts. As many looks as choices share a slot. */
static inline uint32_t choose(const struct cm_plan_place *place, const struct cm_plan_text *text) {
    if (place->only == 0)
        return place->choices->pass;
    if (text->text.len > 2 * sizeof(uint64_t))
        return choose_long(place, text);
    size_t at = choose_first(place, text);
    while (at != 0 && !may_be_chosen(&place->choices[at], text))
        at = place->choices[at].next;
    return place->choices[at].pass;
}

/* Whether a piece is here; there are as many bytes. */
static inline bool is_here(const struct cm_plan_text *piece, const uint8_t *at) {
    const size_t len = piece->text.len;
    if (len < sizeof(uint64_t))
        return len == 0 || cm_hash_few(at, len) == piece->last;
    const uint64_t differ =
        (cm_hash_load(at + len - sizeof(uint64_t)) ^ piece->last) | (cm_hash_load(at) ^ piece->first);
    return len <= 2 * sizeof(uint64_t) ? differ == 0 : differ == 0 && is_same_inside(at, piece->text.data, len);
}

/* Whether a literal is among so many bytes: at most CM_MAX_PLAN_LOOKED places. */
static bool is_inside(const struct cm_plan_text *literal, const uint8_t *at, size_t len) {
    size_t places = len >= literal->text.len ? len - literal->text.len + 1 : 0;
    for (; places > 0 && !is_here(literal, at); places--)
        at++;
    return places > 0;
}

static inline bool does_fit(const struct cm_plan_pattern *pattern, struct certmap_view text) {
    const size_t front = pattern->front.text.len, back = pattern->back.text.len;
    if (text.len < front + back)
        return false;
    bool fits = is_here(&pattern->front, text.data);
    if (back > 0)
        fits = is_here(&pattern->back, text.data + text.len - back) && fits;
    if (pattern->inside.text.len > 0)
        fits = fits && is_inside(&pattern->inside, text.data + front, text.len - front - back);
    return fits;
}

/* Which of these mappings pass with this text. At most CM_MAX_PLAN_PATTERNS. */
static CM_APART uint32_t compare(const struct cm_plan_place *place, struct certmap_view text, uint32_t pass) {
    for (const struct cm_plan_pattern *pattern = place->patterns; pattern < place->patterns_end; pattern++)
        if ((pass & pattern->asking) != 0)
            pass &= pattern->pass[does_fit(pattern, text)];
    return pass;
}

/* Whether the plan says something of a value: it is the only one, and not too long to be looked through. */
static inline bool is_for_plan(const struct cm_plan_place *place, const struct cm_value *value, size_t len) {
    return value->next == CM_VALUE_NONE && (!place->looks || len <= CM_MAX_PLAN_LOOKED);
}

/* Which of these mappings pass with a value. */
static inline uint32_t pass_value(const struct cm_plan_place *place, struct certmap_view value, uint32_t pass) {
    if (place->part != CM_PLAN_WHOLE) {
        if (value.len < place->len)
            return pass & place->absent;
        value = cm_view(value.data + (place->part == CM_PLAN_BACK ? value.len - place->len : 0), place->len);
    }
    const struct cm_plan_text text = cm_plan_text_of(value);
    pass &= choose(place, &text);
    return place->patterns < place->patterns_end ? compare(place, value, pass) : pass;
}

/* Which of these mappings pass with what there is in a place. */
static inline uint32_t pass_place(const struct cm_plan_place *place, const struct certmap_peer *peer, uint32_t pass,
                                  bool *known) {
    const struct cm_list *list = &peer->lists[place->list];
    const uint32_t at = list->first != NULL ? list->first[place->row] : CM_VALUE_NONE;
    if (at == CM_VALUE_NONE)
        return pass & place->absent;
    const struct cm_value *value = &list->values[at];
    const struct certmap_view text = place->nocase ? value->text.folded : value->text.nfc;
    *known = is_for_plan(place, value, text.len);
    return *known ? pass_value(place, text, pass) : 0;
}

/* A bit for each mapping whose tests pass, and the one after them. At most CM_MAX_PLAN_PLACES. */
static inline uint32_t pass_places(const struct cm_plan *plan, const struct certmap_peer *peer, bool *known) {
    uint32_t pass = UINT32_MAX;
    *known = (plan->lists & peer->may_be_unknown) == 0;
    for (size_t i = 0; i < plan->place_count && *known; i++)
        pass = pass_place(&plan->places[i], peer, pass, known);
    return pass;
}

/* Of none nothing is left: it is true. */
static enum certmap_truth eval_rest(struct cm_fast_eval *fast, const struct cm_plan_mapping *mapping) {
    if (mapping->rest == 0)
        return CERTMAP_TRUE;
    const struct cm_node *nodes = mapping->mapping->nodes;
    return cm_fast_eval_members(fast, nodes + mapping->rest, nodes + nodes->value);
}

/* Of the mappings whose tests pass, what no test says. As many as there are, whose conditions take steps. */
static CM_APART struct cm_plan_found search_rest(uint32_t pass, const struct certmap_rules *rules,
                                                 struct certmap_peer *peer) {
    struct cm_plan_found found;
    struct cm_fast_eval fast;
    cm_fast_eval_begin(&fast, rules, peer);
    (void)cm_steps_take(&fast.eval.steps, rules->plan->steps);
    do {
        found.mapping = &rules->plan->mappings[cm_lowest_bit(pass)];
        found.truth = eval_rest(&fast, found.mapping);
        pass &= pass - 1;
    } while (found.truth == CERTMAP_FALSE);
    return found;
}

struct cm_plan_found cm_plan_search(const struct certmap_rules *rules, struct certmap_peer *peer) {
    bool known;
    const uint32_t pass = pass_places(rules->plan, peer, &known);
    if (!known)
        return (struct cm_plan_found){NULL, CERTMAP_UNKNOWN};
    const struct cm_plan_mapping *mapping = &rules->plan->mappings[cm_lowest_bit(pass)];
    return mapping->rest == 0 ? (struct cm_plan_found){mapping, CERTMAP_TRUE} : search_rest(pass, rules, peer);
}
