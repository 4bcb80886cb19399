/* SPDX-License-Identifier: MIT */
/* Plain conditions: one operand, for any value of an attribute. */
#include "base/assert.h"
#include "field/compare.h"
#include "match/fast_condition.h"
#include "match/value_set.h"

/* ---- values ---- */

static bool is_of_type(const struct cm_plain *plain, const struct cm_value *value) {
    return !plain->path->by_oid || cm_view_equal(value->oid, plain->path->oid);
}

static enum certmap_truth eval_value(struct cm_fast_eval *fast, const struct cm_plain *plain,
                                     const struct cm_value *value) {
    const size_t look = cm_steps_to_look(plain->path, value);
    if (is_of_type(plain, value) && value->unreadable == CERTMAP_CODE_NONE)
        return cm_fast_compare(fast, (enum certmap_operator)plain->stored->op, plain->stored, plain->wanted, value,
                               look);
    if (!cm_steps_take(&fast->eval.steps, look) || fast->eval.steps == 0 || is_of_type(plain, value))
        return CERTMAP_UNKNOWN;
    return CERTMAP_FALSE;
}

/* Whether the value that led here is the one. */
static bool is_hint(struct cm_fast_eval *fast, const struct cm_plain *plain) {
    const struct cm_hint *hint = &fast->hint;
    return hint->at != CM_VALUE_NONE && hint->list == plain->list && hint->row == plain->path->row &&
           eval_value(fast, plain, &plain->list->values[hint->at]) == CERTMAP_TRUE;
}

/* Whether one of many values of several types is what is wanted; false: it is not known. */
static CM_APART bool ask_types(struct cm_fast_eval *fast, const struct cm_plain *plain, enum certmap_truth *truth) {
    const struct cm_path *path = plain->path;
    *truth = cm_value_set_has_typed(plain->list, path->row, path->oid, plain->stored->nocase, plain->wanted,
                                    &fast->eval.steps);
    if (fast->eval.steps == 0)
        *truth = CERTMAP_UNKNOWN;
    return *truth != CERTMAP_UNKNOWN || fast->eval.steps == 0;
}

/* Where there are many values, whether one of them is what is wanted; false: they are looked at one by one. */
static bool ask_set(struct cm_fast_eval *fast, const struct cm_plain *plain, enum certmap_truth *truth) {
    const struct cm_stored_condition *stored = plain->stored;
    size_t *steps = &fast->eval.steps;
    if (stored->op != CERTMAP_OP_EQUAL || plain->list->set == NULL)
        return false;
    if (plain->path->by_oid)
        return ask_types(fast, plain, truth);
    *truth = cm_value_set_has(plain->list, plain->path->row, stored->nocase, plain->wanted, steps);
    if (*steps == 0)
        *truth = CERTMAP_UNKNOWN;
    return true;
}

/* Whether a look at all values of the row takes long. At most CM_VALUE_SET_MIN are looked at. */
static bool is_long_row(const struct cm_plain *plain) {
    const struct cm_list *list = plain->list;
    bool is_long = list->count >= CM_VALUE_SET_MIN;
    for (uint32_t at = list->first[plain->path->row]; at != CM_VALUE_NONE && !is_long; at = list->values[at].next)
        is_long = list->values[at].text.nfc.len >= CM_LONG_VALUE;
    return is_long;
}

/* Whether the row has so many values, though short ones. */
static bool has_some(const struct cm_plain *plain) {
    size_t count = 0;
    uint32_t at = plain->list->first[plain->path->row];
    for (; at != CM_VALUE_NONE && count < CM_SOME_VALUES; at = plain->list->values[at].next)
        count++;
    return count == CM_SOME_VALUES;
}

/* The pattern that a text has to fit; data NULL: there is none. */
static struct certmap_view pattern_of(const struct cm_plain *plain) {
    if (plain->stored->op == CERTMAP_OP_LIKE)
        return plain->wanted;
    return plain->stored->op == CERTMAP_OP_MATCHES ? cm_regex_glob(plain->wanted) : CM_VIEW_NONE;
}

/* Those values that may be like the pattern: a step for each, or more. */
static enum certmap_truth eval_places(struct cm_fast_eval *fast, const struct cm_plain *plain,
                                      struct cm_piece_places *places) {
    enum certmap_truth truth = places->row->unreadable ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
    size_t *steps = &fast->eval.steps;
    uint32_t at = cm_piece_places_next(places, steps);
    for (; at != CM_VALUE_NONE && truth != CERTMAP_TRUE && *steps > 0; at = cm_piece_places_next(places, steps))
        if (eval_value(fast, plain, &plain->list->values[at]) == CERTMAP_TRUE)
            truth = CERTMAP_TRUE;
    return fast->eval.steps > 0 || truth == CERTMAP_TRUE ? truth : CERTMAP_UNKNOWN;
}

/* Where there are many values, or long ones, or some that are asked about often, whether one of them is like the pattern,
 * of those that have its pieces; false: they are looked at one by one. Of several types it is known only where all can be
 * read. */
static bool ask_filter(struct cm_fast_eval *fast, const struct cm_plain *plain, enum certmap_truth *truth) {
    const struct cm_stored_condition *stored = plain->stored;
    const struct certmap_view pattern = pattern_of(plain);
    struct cm_piece_places places;
    if (pattern.data == NULL || (!is_long_row(plain) && (!cm_fast_is_asked_often(fast) || !has_some(plain))))
        return false;
    if (!cm_piece_filter_find(&fast->help->filter, plain->list, plain->path->row, stored->nocase, pattern,
                              &fast->eval.steps, &places))
        return false;
    if (plain->path->by_oid && places.row->unreadable)
        return false;
    *truth = eval_places(fast, plain, &places);
    return true;
}

/* The values one by one, or those of the type: a step for each, or more. */
static enum certmap_truth eval_each(struct cm_fast_eval *fast, const struct cm_plain *plain) {
    const struct cm_list *list = plain->list;
    const struct cm_type_set *types = cm_type_set_of(list, plain->path);
    enum certmap_truth truth = CERTMAP_FALSE;
    uint32_t at = types != NULL ? cm_type_set_first(types, list, plain->path->oid, &fast->eval.steps)
                                : list->first[plain->path->row];
    for (; at != CM_VALUE_NONE; at = types != NULL ? types->next[at] : list->values[at].next) {
        const enum certmap_truth one = eval_value(fast, plain, &list->values[at]);
        if (one == CERTMAP_TRUE)
            return CERTMAP_TRUE;
        truth = one == CERTMAP_UNKNOWN ? CERTMAP_UNKNOWN : truth;
        if (fast->eval.steps == 0)
            break;
    }
    return fast->eval.steps > 0 ? truth : CERTMAP_UNKNOWN;
}

/* The same of a row that has no filter yet: a pattern that takes long is worth one. */
static enum certmap_truth eval_unfiltered(struct cm_fast_eval *fast, const struct cm_plain *plain) {
    const size_t steps = fast->eval.steps;
    enum certmap_truth truth;
    if (plain->stored->op == CERTMAP_OP_EQUAL || steps <= CM_TRIAL_STEPS)
        return eval_each(fast, plain);
    fast->eval.steps = CM_TRIAL_STEPS;
    truth = eval_each(fast, plain);
    const size_t left = fast->eval.steps;
    fast->eval.steps = steps - (CM_TRIAL_STEPS - left);
    if (left > 0)
        return truth;
    cm_piece_filter_hurry(&fast->help->filter, plain->list, plain->path->row, plain->stored->nocase);
    return ask_filter(fast, plain, &truth) ? truth : eval_each(fast, plain);
}

/* Of several values, the one that led here is tried first: it is mostly the one that is wanted. */
static CM_APART enum certmap_truth eval_values(struct cm_fast_eval *fast, const struct cm_plain *plain) {
    enum certmap_truth truth = CERTMAP_FALSE;
    if (!cm_steps_take(&fast->eval.steps, 1) || fast->eval.steps == 0)
        return CERTMAP_UNKNOWN;
    if (is_hint(fast, plain))
        return CERTMAP_TRUE;
    if (ask_set(fast, plain, &truth) || ask_filter(fast, plain, &truth))
        return truth;
    return eval_unfiltered(fast, plain);
}

/* ---- conditions ---- */

/* A plain condition that may take long, of which many mappings have few. */
static CM_APART enum certmap_truth eval_once(struct cm_fast_eval *fast, const struct cm_plain *plain, uint32_t offset) {
    const size_t steps = fast->eval.steps;
    const bool shared = cm_fast_is_shared(fast, offset);
    enum certmap_truth truth;
    struct cm_plain read = *plain;
    cm_fast_have_help(fast);
    read.wanted = cm_wanted_by(plain->stored);
    if (shared && cm_fast_recall(fast, offset, &truth))
        return truth;
    truth = eval_values(fast, &read);
    cm_fast_note_dear(fast, steps);
    if (shared)
        cm_fast_keep(fast, offset, truth);
    return truth;
}

/* What is not compared at once (eval_condition). */
static enum certmap_truth eval_plain(struct cm_fast_eval *fast, const struct cm_plain *plain, uint32_t offset) {
    const struct cm_list *list = plain->list;
    if (list->first == NULL || list->first[plain->path->row] == CM_VALUE_NONE)
        return cm_steps_take(&fast->eval.steps, 1) && fast->eval.steps > 0 ? CERTMAP_FALSE : CERTMAP_UNKNOWN;
    return eval_once(fast, plain, offset);
}

enum certmap_truth cm_fast_unusual(struct cm_fast_eval *fast, uint32_t offset) {
    const struct certmap_rules *rules = fast->eval.rules;
    const struct cm_stored_condition *stored = cm_stored_at(rules, offset);
    const struct cm_path *path = &rules->paths[stored->path];
    const struct cm_plain plain = {.stored = stored, .path = path, .list = &fast->eval.peer->lists[path->list]};
    if (stored->plain && plain.list->unknown == CERTMAP_CODE_NONE)
        return eval_plain(fast, &plain, offset);
    return cm_fast_other(fast, offset);
}

enum certmap_truth cm_fast_pattern(struct cm_fast_eval *fast, uint32_t offset, const struct cm_stored_condition *stored,
                                   const struct cm_value *value) {
    if (value->text.nfc.len >= CM_LONG_VALUE)
        return cm_fast_unusual(fast, offset);
    return cm_fast_compare(fast, (enum certmap_operator)stored->op, stored, cm_wanted_by(stored), value, 2);
}
