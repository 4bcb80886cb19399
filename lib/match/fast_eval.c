/* SPDX-License-Identifier: MIT */
#include "match/fast_eval.h"
#include "base/assert.h"
#include "base/compiler.h"
#include "field/compare.h"
#include "field/name_pattern.h"
#include "match/leaf.h"
#include "match/value_set.h"
#include "rule/operand_set.h"

/* ---- plain conditions, read as they are stored ---- */

/* A plain condition, and where its values are. */
struct plain {
    const struct cm_stored_condition *stored;
    const struct cm_path *path;
    const struct cm_list *list;
    struct certmap_view wanted; /* set where there are several values, or a long one */
};

/* What it compares with: the operand as it is matched. */
static inline struct certmap_view wanted_by(const struct cm_stored_condition *stored) {
    const uint8_t *at = (const uint8_t *)(stored + 1);
    const uint32_t len = cm_store_number(&at);
    const struct certmap_view shown = cm_store_bytes(&at, len >> 1);
    return (len & 1) != 0 ? cm_store_string(&at) : shown;
}

/* Takes as many steps as the plain evaluator, some of them to get to the value. */
static inline enum certmap_truth compare(struct cm_fast_eval *fast, enum certmap_operator op,
                                         const struct cm_stored_condition *stored, struct certmap_view wanted,
                                         const struct cm_value *value, size_t before) {
    size_t *steps = &fast->eval.steps;
    const enum certmap_truth truth = cm_leaf_compare(op, stored->nocase, wanted, value, before, steps);
    return *steps > 0 ? truth : CERTMAP_UNKNOWN; /* there may be values that were not looked at */
}

static bool is_of_type(const struct plain *plain, const struct cm_value *value) {
    return !plain->path->by_oid || cm_view_equal(value->oid, plain->path->oid);
}

static enum certmap_truth eval_value(struct cm_fast_eval *fast, const struct plain *plain,
                                     const struct cm_value *value) {
    const size_t look = cm_steps_to_look(plain->path, value);
    if (is_of_type(plain, value) && value->unreadable == CERTMAP_CODE_NONE)
        return compare(fast, (enum certmap_operator)plain->stored->op, plain->stored, plain->wanted, value, look);
    if (!cm_steps_take(&fast->eval.steps, look) || fast->eval.steps == 0 || is_of_type(plain, value))
        return CERTMAP_UNKNOWN;
    return CERTMAP_FALSE;
}

/* Whether the value that led here is the one. */
static bool is_hint(struct cm_fast_eval *fast, const struct plain *plain) {
    const struct cm_hint *hint = &fast->hint;
    return hint->at != CM_VALUE_NONE && hint->list == plain->list && hint->row == plain->path->row &&
           eval_value(fast, plain, &plain->list->values[hint->at]) == CERTMAP_TRUE;
}

/* Whether one of many values of several types is what is wanted; false: it is not known. */
static CM_APART bool ask_types(struct cm_fast_eval *fast, const struct plain *plain, enum certmap_truth *truth) {
    const struct cm_path *path = plain->path;
    *truth = cm_value_set_has_typed(plain->list, path->row, path->oid, plain->stored->nocase, plain->wanted,
                                    &fast->eval.steps);
    if (fast->eval.steps == 0)
        *truth = CERTMAP_UNKNOWN;
    return *truth != CERTMAP_UNKNOWN || fast->eval.steps == 0;
}

/* Where there are many values, whether one of them is what is wanted; false: they are looked at one by one. */
static bool ask_set(struct cm_fast_eval *fast, const struct plain *plain, enum certmap_truth *truth) {
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
static bool is_long_row(const struct plain *plain) {
    const struct cm_list *list = plain->list;
    bool is_long = list->count >= CM_VALUE_SET_MIN;
    for (uint32_t at = list->first[plain->path->row]; at != CM_VALUE_NONE && !is_long; at = list->values[at].next)
        is_long = list->values[at].text.nfc.len >= CM_LONG_VALUE;
    return is_long;
}

/* Whether the row has so many values, though short ones. */
static bool has_some(const struct plain *plain) {
    size_t count = 0;
    uint32_t at = plain->list->first[plain->path->row];
    for (; at != CM_VALUE_NONE && count < CM_SOME_VALUES; at = plain->list->values[at].next)
        count++;
    return count == CM_SOME_VALUES;
}

/* The pattern that a text has to fit; data NULL: there is none. */
static struct certmap_view pattern_of(const struct plain *plain) {
    if (plain->stored->op == CERTMAP_OP_LIKE)
        return plain->wanted;
    return plain->stored->op == CERTMAP_OP_MATCHES ? cm_regex_glob(plain->wanted) : CM_VIEW_NONE;
}

/* Those values that may be like the pattern: a step for each, or more. */
static enum certmap_truth eval_places(struct cm_fast_eval *fast, const struct plain *plain,
                                      struct cm_piece_places *places) {
    enum certmap_truth truth = places->row->unreadable ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
    size_t *steps = &fast->eval.steps;
    uint32_t at = cm_piece_places_next(places, steps);
    for (; at != CM_VALUE_NONE && truth != CERTMAP_TRUE && *steps > 0; at = cm_piece_places_next(places, steps))
        if (eval_value(fast, plain, &plain->list->values[at]) == CERTMAP_TRUE)
            truth = CERTMAP_TRUE;
    return fast->eval.steps > 0 || truth == CERTMAP_TRUE ? truth : CERTMAP_UNKNOWN;
}

/* Counts patterns that are about short values. */
static bool is_asked_often(struct cm_fast_eval *fast) {
    const bool often = fast->asked == CM_SOME_ASKED;
    fast->asked += !often;
    return often;
}

/* Where there are many values, or long ones, or some that are asked about often, whether one of them is like the pattern,
 * of those that have its pieces; false: they are looked at one by one. Of several types it is known only where all can be
 * read. */
static bool ask_filter(struct cm_fast_eval *fast, const struct plain *plain, enum certmap_truth *truth) {
    const struct cm_stored_condition *stored = plain->stored;
    const struct certmap_view pattern = pattern_of(plain);
    struct cm_piece_places places;
    if (pattern.data == NULL || (!is_long_row(plain) && (!is_asked_often(fast) || !has_some(plain))))
        return false;
    if (!cm_piece_filter_find(&fast->filter, plain->list, plain->path->row, stored->nocase, pattern, &fast->eval.steps,
                              &places))
        return false;
    if (plain->path->by_oid && places.row->unreadable)
        return false;
    *truth = eval_places(fast, plain, &places);
    return true;
}

/* The values one by one, or those of the type: a step for each, or more. */
static enum certmap_truth eval_each(struct cm_fast_eval *fast, const struct plain *plain) {
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
static enum certmap_truth eval_unfiltered(struct cm_fast_eval *fast, const struct plain *plain) {
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
    cm_piece_filter_hurry(&fast->filter, plain->list, plain->path->row, plain->stored->nocase);
    return ask_filter(fast, plain, &truth) ? truth : eval_each(fast, plain);
}

/* Of several values, the one that led here is tried first: it is mostly the one that is wanted. */
static CM_APART enum certmap_truth eval_values(struct cm_fast_eval *fast, const struct plain *plain) {
    enum certmap_truth truth = CERTMAP_FALSE;
    if (!cm_steps_take(&fast->eval.steps, 1) || fast->eval.steps == 0)
        return CERTMAP_UNKNOWN;
    if (is_hint(fast, plain))
        return CERTMAP_TRUE;
    if (ask_set(fast, plain, &truth) || ask_filter(fast, plain, &truth))
        return truth;
    return eval_unfiltered(fast, plain);
}

/* ---- what was found out before ---- */

/* Most matches need neither memo nor filter. */
static void have_help(struct cm_fast_eval *fast) {
    if (fast->helped)
        return;
    fast->helped = true;
    fast->asked = 0;
    cm_memo_begin(&fast->memo);
    cm_piece_filter_begin(&fast->filter);
    fast->counted.any = false;
    cm_addresses_begin(&fast->addresses);
}

/* Whether several mappings have the condition: those are before all mappings. */
static bool is_shared(const struct cm_fast_eval *fast, uint32_t offset) {
    return offset < fast->eval.rules->shared_end;
}

static bool recall(struct cm_fast_eval *fast, uint32_t offset, enum certmap_truth *truth) {
    if (!cm_memo_recall(&fast->memo, offset, truth))
        return false;
    if (!cm_steps_take(&fast->eval.steps, 1) || fast->eval.steps == 0)
        *truth = CERTMAP_UNKNOWN;
    return true;
}

/* What is unknown for want of steps is not kept. */
static void keep(struct cm_fast_eval *fast, uint32_t offset, enum certmap_truth truth) {
    if (fast->eval.steps > 0)
        cm_memo_keep(&fast->memo, offset, fast->eval.rules->shared_end, truth);
}

/* A condition that took so long counts as many mappings. */
static void note_dear(struct cm_fast_eval *fast, size_t steps) {
    if (steps - fast->eval.steps > CM_MANY_STEPS)
        fast->tried += CM_MANY_TRIED;
}

/* A plain condition that may take long, of which many mappings have few. */
static CM_APART enum certmap_truth eval_once(struct cm_fast_eval *fast, const struct plain *plain, uint32_t offset) {
    const size_t steps = fast->eval.steps;
    const bool shared = is_shared(fast, offset);
    enum certmap_truth truth;
    struct plain read = *plain;
    have_help(fast);
    read.wanted = wanted_by(plain->stored);
    if (shared && recall(fast, offset, &truth))
        return truth;
    truth = eval_values(fast, &read);
    note_dear(fast, steps);
    if (shared)
        keep(fast, offset, truth);
    return truth;
}

/* What is not compared at once (eval_condition). */
static enum certmap_truth eval_plain(struct cm_fast_eval *fast, const struct plain *plain, uint32_t offset) {
    const struct cm_list *list = plain->list;
    if (list->first == NULL || list->first[plain->path->row] == CM_VALUE_NONE)
        return cm_steps_take(&fast->eval.steps, 1) && fast->eval.steps > 0 ? CERTMAP_FALSE : CERTMAP_UNKNOWN;
    return eval_once(fast, plain, offset);
}

/* ---- other conditions ---- */

/* Whether any value is compared with texts, which a value set can answer. */
static bool is_about_texts(const struct cm_condition *condition) {
    const struct cm_path *path = condition->path;
    return condition->op == CERTMAP_OP_EQUAL && condition->quantifier == CERTMAP_ANY_VALUE && !path->by_oid &&
           path->kind != CM_TEXT_NAME && path->kind != CM_TEXT_IP && path->field != CERTMAP_FIELD_CERTIFICATE;
}

static enum certmap_truth eval_operand(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                       const struct cm_list *list, struct certmap_view text) {
    const uint32_t row = condition->path->row;
    size_t *steps = &fast->eval.steps;
    if (row == CM_ROW_ANY)
        return cm_value_set_any_has(list, condition->nocase, text, steps);
    if (cm_value_set_lacks(list, row, condition->nocase, text))
        return cm_steps_take(steps, 1 + text.len / CM_BYTES_A_STEP) ? CERTMAP_FALSE : CERTMAP_UNKNOWN;
    return cm_value_set_has(list, row, condition->nocase, text, steps);
}

/* Whether one of many values is one of the operands. A step for each operand, or more. */
static enum certmap_truth eval_operands(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                        const struct cm_list *list) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    enum certmap_truth truth = CERTMAP_FALSE;
    (void)cm_steps_take(&fast->eval.steps, 1);
    while (truth != CERTMAP_TRUE && fast->eval.steps > 0 && cm_operands_next(&operands, &operand))
        truth = eval_operand(fast, condition, list, operand.matched);
    return fast->eval.steps > 0 ? truth : CERTMAP_UNKNOWN;
}

/* Whether any value is compared with patterns, whose pieces a filter can look for. */
static bool is_about_patterns(const struct cm_condition *condition) {
    const struct cm_path *path = condition->path;
    return (condition->op == CERTMAP_OP_LIKE || condition->op == CERTMAP_OP_MATCHES) &&
           condition->quantifier == CERTMAP_ANY_VALUE && path->kind != CM_TEXT_NAME;
}

/* Whether a look at all values takes long: there are many, or a long one. At most CM_VALUE_SET_MIN are looked at. */
static bool is_long_list(const struct cm_list *list) {
    bool is_long = list->count >= CM_VALUE_SET_MIN;
    for (size_t i = 0; i < list->count && !is_long; i++)
        is_long = list->values[i].text.nfc.len >= CM_LONG_VALUE;
    return is_long;
}

/* Whether one of the values that may be like an operand is: a step for each, or more. */
static enum certmap_truth eval_pattern(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                       struct certmap_view operand, struct cm_piece_places *places) {
    const struct cm_list *list = places->row->list;
    size_t *steps = &fast->eval.steps;
    enum certmap_truth truth = places->row->unreadable ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
    uint32_t at = cm_piece_places_next(places, steps);
    for (; at != CM_VALUE_NONE && truth != CERTMAP_TRUE && *steps > 0; at = cm_piece_places_next(places, steps)) {
        const struct cm_value *value = &list->values[at];
        const size_t look = cm_steps_to_look(condition->path, value);
        if (value->unreadable != CERTMAP_CODE_NONE ||
            (condition->path->by_oid && !cm_view_equal(value->oid, condition->path->oid)))
            (void)cm_steps_take(steps, look);
        else if (cm_leaf_compare(condition->op, condition->nocase, operand, value, look, steps) == CERTMAP_TRUE)
            truth = CERTMAP_TRUE;
    }
    return truth;
}

/* Whether any of many values, or long ones, is like one of the patterns; false: the filter does not say. Of several types that is
 * known only where all can be read. What asking takes for each of the patterns. */
static bool ask_filter_each(struct cm_fast_eval *fast, const struct cm_condition *condition, const struct cm_list *list,
                            enum certmap_truth *truth) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    *truth = CERTMAP_FALSE;
    have_help(fast);
    while (*truth != CERTMAP_TRUE && fast->eval.steps > 0 && cm_operands_next(&operands, &operand)) {
        const bool like = condition->op == CERTMAP_OP_LIKE;
        const struct certmap_view pattern = like ? operand.matched : cm_regex_glob(operand.matched);
        struct cm_piece_places places;
        if (!cm_piece_filter_find(&fast->filter, list, condition->path->row, condition->nocase, pattern,
                                  &fast->eval.steps, &places) ||
            (condition->path->by_oid && places.row->unreadable))
            return false;
        const enum certmap_truth one = eval_pattern(fast, condition, operand.matched, &places);
        *truth = one != CERTMAP_FALSE ? one : *truth;
    }
    return true;
}

/* Whether any whole Name is compared with others. */
static bool is_about_equal_names(const struct cm_condition *condition) {
    return condition->op == CERTMAP_OP_EQUAL && condition->quantifier == CERTMAP_ANY_VALUE &&
           condition->path->kind == CM_TEXT_NAME;
}

/* Whether one of many Names is that of an operand: what the set does not know is found out of each. A step for each. */
static enum certmap_truth eval_equal_name(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                          const struct cm_list *list, const struct cm_operand *operand) {
    const uint32_t row = condition->path->row;
    size_t *steps = &fast->eval.steps;
    const enum certmap_truth known = cm_value_set_has_name(list, row, condition->exact, operand, steps);
    enum certmap_truth truth = known == CERTMAP_TRUE ? CERTMAP_TRUE : CERTMAP_FALSE;
    uint32_t at = known == CERTMAP_UNKNOWN ? list->first[row] : CM_VALUE_NONE;
    for (; at != CM_VALUE_NONE && truth != CERTMAP_TRUE && cm_steps_take(steps, 1); at = list->values[at].next) {
        const struct cm_value *name = &list->values[at];
        const bool readable = name->unreadable == CERTMAP_CODE_NONE;
        const enum certmap_truth one =
            readable ? cm_name_equal(name->avas, operand->name, condition->exact, steps) : CERTMAP_UNKNOWN;
        truth = one != CERTMAP_FALSE ? one : truth;
    }
    return truth;
}

/* The same of any of the operands. */
static enum certmap_truth eval_equal_names(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                           const struct cm_list *list) {
    struct cm_operands operands = cm_operands_of(condition);
    const struct cm_operand *operand;
    enum certmap_truth truth = CERTMAP_FALSE;
    while (truth != CERTMAP_TRUE && cm_steps_take(&fast->eval.steps, 1) &&
           (operand = cm_operands_next_name(&operands)) != NULL) {
        if (cm_value_set_lacks_name(list, condition->path->row, operand))
            continue;
        const enum certmap_truth one = eval_equal_name(fast, condition, list, operand);
        truth = one != CERTMAP_FALSE ? one : truth;
    }
    return fast->eval.steps > 0 ? truth : CERTMAP_UNKNOWN;
}

/* Whether any whole Name is compared with patterns. */
static bool is_about_names(const struct cm_condition *condition) {
    return condition->op == CERTMAP_OP_LIKE && condition->quantifier == CERTMAP_ANY_VALUE &&
           condition->path->kind == CM_TEXT_NAME;
}

/* Whether a Name is like a pattern. */
static enum certmap_truth eval_name(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                    const struct cm_value *name, struct certmap_view pattern) {
    if (!cm_steps_take(&fast->eval.steps, 1) || name->unreadable != CERTMAP_CODE_NONE)
        return CERTMAP_UNKNOWN;
    return cm_name_pattern_match(pattern, condition->nocase, name->avas, &fast->eval.steps);
}

/* Whether one of those Names that may be is like a pattern, or one of all of them. A step for each, and more. */
static enum certmap_truth eval_names(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                     const struct cm_list *list, struct certmap_view pattern) {
    const uint32_t row = condition->path->row;
    size_t *steps = &fast->eval.steps;
    struct cm_piece_places places;
    const bool found = cm_piece_filter_find_names(&fast->filter, list, row, condition->nocase, pattern, steps, &places);
    enum certmap_truth truth = found && places.row->unreadable ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
    uint32_t at = found ? cm_piece_places_next(&places, steps) : list->first[row];
    while (at != CM_VALUE_NONE && truth != CERTMAP_TRUE && *steps > 0) {
        const enum certmap_truth one = eval_name(fast, condition, &list->values[at], pattern);
        truth = one != CERTMAP_FALSE ? one : truth;
        at = found ? cm_piece_places_next(&places, steps) : list->values[at].next;
    }
    return truth;
}

/* The same of any of the patterns. */
static enum certmap_truth eval_name_patterns(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                             const struct cm_list *list) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    enum certmap_truth truth = CERTMAP_FALSE;
    while (truth != CERTMAP_TRUE && fast->eval.steps > 0 && cm_operands_next(&operands, &operand)) {
        const enum certmap_truth one = eval_names(fast, condition, list, operand.matched);
        truth = one != CERTMAP_FALSE ? one : truth;
    }
    return fast->eval.steps > 0 || truth == CERTMAP_TRUE ? truth : CERTMAP_UNKNOWN;
}

/* The same where so many patterns were asked about that it is worth to note the pieces of Names. */
static enum certmap_truth eval_often(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                     const struct cm_list *list) {
    have_help(fast);
    if (!is_asked_often(fast))
        return cm_eval_condition(&fast->eval, condition).truth;
    return eval_name_patterns(fast, condition, list);
}

/* Whether a set of operands has no networks but single addresses. */
static bool has_only_addresses(const struct cm_condition *condition) {
    const size_t four = cm_network_length(4, 32), sixteen = cm_network_length(CM_MAX_ADDRESS, 128);
    bool only = true;
    for (size_t at = 0; at < CM_NETWORK_LENGTHS && only; at++) {
        at = cm_operand_set_length(condition, at, CM_NETWORK_LENGTHS);
        only = at == four || at == sixteen || at == CM_NETWORK_LENGTHS;
    }
    return only;
}

/* Whether any value is compared with networks or addresses. */
static bool is_about_networks(const struct cm_condition *condition) {
    return condition->path->kind == CM_TEXT_IP && condition->op == CERTMAP_OP_EQUAL &&
           condition->quantifier == CERTMAP_ANY_VALUE;
}

/* Whether any address is in a network. The octets of an address come after a tag and a length of one octet each. A step for
 * each address. */
static enum certmap_truth eval_network(const struct cm_list *list, uint32_t row, const struct cm_operand *operand,
                                       size_t *steps) {
    const size_t len = operand->matched.len;
    enum certmap_truth truth = CERTMAP_FALSE;
    uint32_t at = list->first[row];
    for (; at != CM_VALUE_NONE && truth != CERTMAP_TRUE && cm_steps_take(steps, 1); at = list->values[at].next) {
        const struct cm_value *value = &list->values[at];
        if (value->unreadable != CERTMAP_CODE_NONE)
            truth = CERTMAP_UNKNOWN;
        else if (value->der.len == len + 2 &&
                 cm_leaf_in_network(cm_view(value->der.data + 2, len), operand->matched, operand->bits))
            truth = CERTMAP_TRUE;
    }
    return truth;
}

/* The same, or by halves where they are sorted. A single address is looked for by its text, which is that of the value. */
static enum certmap_truth eval_operand_of_addresses(struct cm_fast_eval *fast, const struct cm_list *list, uint32_t row,
                                                    const struct cm_operand *operand) {
    size_t *steps = &fast->eval.steps;
    if (operand->bits == 8 * operand->matched.len)
        return cm_value_set_has(list, row, false, operand->shown, steps);
    if (cm_addresses_sort(&fast->addresses, list, row, steps))
        return cm_addresses_in(&fast->addresses, operand, steps);
    return eval_network(list, row, operand, steps);
}

/* Whether any of many addresses is in one of the networks. */
static enum certmap_truth eval_networks(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                        const struct cm_list *list) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    enum certmap_truth truth = CERTMAP_FALSE;
    while (truth != CERTMAP_TRUE && fast->eval.steps > 0 && cm_operands_next(&operands, &operand)) {
        const enum certmap_truth one = eval_operand_of_addresses(fast, list, condition->path->row, &operand);
        truth = one != CERTMAP_FALSE ? one : truth;
    }
    return fast->eval.steps > 0 ? truth : CERTMAP_UNKNOWN;
}

/* The same, where it is worth to go through the networks: there are few, or the addresses are sorted. */
static bool ask_networks(struct cm_fast_eval *fast, const struct cm_condition *condition, const struct cm_list *list,
                         enum certmap_truth *truth) {
    have_help(fast);
    if (cm_operand_set_slots(condition) > 0 && !has_only_addresses(condition) &&
        !cm_addresses_sort(&fast->addresses, list, condition->path->row, &fast->eval.steps))
        return false;
    *truth = eval_networks(fast, condition, list);
    return true;
}

/* Whether any value or every one is to be one of few texts, or like one of few patterns. */
static bool is_about_few_texts(const struct cm_condition *condition) {
    const struct cm_path *path = condition->path;
    return (condition->quantifier == CERTMAP_EVERY_VALUE || condition->quantifier == CERTMAP_ANY_VALUE) &&
           condition->operand_count <= CM_FEW_OPERANDS && condition->op != CERTMAP_OP_UNDER &&
           cm_op_has_operands(condition->op) && !path->by_oid && path->kind != CM_TEXT_NAME &&
           path->kind != CM_TEXT_IP && path->field != CERTMAP_FIELD_CERTIFICATE;
}

/* Whether a value is any of the operands, which are few. */
static bool is_any_of(struct cm_fast_eval *fast, const struct cm_condition *condition,
                      const struct certmap_view *operands, const struct cm_value *value) {
    bool any = false;
    for (size_t i = 0; i < condition->operand_count && !any && fast->eval.steps > 0; i++)
        any =
            cm_leaf_compare(condition->op, condition->nocase, operands[i], value, 0, &fast->eval.steps) == CERTMAP_TRUE;
    return any;
}

/* The values one by one, with operands that are read once: a step for each, or more. One that decides ends it. Every of nothing is
 * false. */
static enum certmap_truth eval_few_texts(struct cm_fast_eval *fast, const struct cm_condition *condition,
                                         const struct cm_list *list) {
    const bool every = condition->quantifier == CERTMAP_EVERY_VALUE;
    const enum certmap_truth decisive = every ? CERTMAP_FALSE : CERTMAP_TRUE;
    struct certmap_view texts[CM_FEW_OPERANDS] = {{NULL, 0}};
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    const uint32_t row = condition->path->row;
    uint32_t at = cm_list_first(list, row);
    enum certmap_truth truth = every && at != CM_VALUE_NONE ? CERTMAP_TRUE : CERTMAP_FALSE;
    for (size_t i = 0; cm_operands_next(&operands, &operand); i++)
        texts[i] = operand.matched;
    bool more = cm_steps_take(&fast->eval.steps, 1);
    for (; more && at != CM_VALUE_NONE && cm_steps_take(&fast->eval.steps, 1); at = cm_list_next(list, row, at)) {
        const struct cm_value *value = &list->values[at];
        if (value->unreadable != CERTMAP_CODE_NONE)
            truth = CERTMAP_UNKNOWN;
        else if (is_any_of(fast, condition, texts, value) != every) {
            truth = decisive;
            more = false;
        }
    }
    return fast->eval.steps > 0 ? truth : CERTMAP_UNKNOWN;
}

static enum certmap_truth eval_counted(struct cm_fast_eval *fast, const struct cm_condition *condition) {
    have_help(fast);
    return cm_counted_eval(&fast->counted, &fast->eval, condition);
}

/* Where there are many values, whether one of them is one of the operands; false: they are looked at one by one, or there are
 * fewer values than operands. */
static bool ask_set_each(struct cm_fast_eval *fast, const struct cm_condition *condition, const struct cm_list *list,
                         enum certmap_truth *truth) {
    if (list->set == NULL || (cm_operand_set_slots(condition) > 0 && list->count <= condition->operand_count))
        return false;
    if (is_about_networks(condition))
        return ask_networks(fast, condition, list, truth);
    if (!is_about_texts(condition) && !is_about_equal_names(condition))
        return false;
    *truth = is_about_texts(condition) ? eval_operands(fast, condition, list) : eval_equal_names(fast, condition, list);
    return true;
}

static enum certmap_truth eval_any(struct cm_fast_eval *fast, uint32_t offset) {
    struct cm_condition condition;
    cm_condition_read(&condition, fast->eval.rules, offset);
    const struct cm_list *list = cm_eval_list(&fast->eval, &condition);
    enum certmap_truth truth;
    if (list->unknown != CERTMAP_CODE_NONE)
        return cm_eval_condition(&fast->eval, &condition).truth;
    if (ask_set_each(fast, &condition, list, &truth))
        return truth;
    if (list->first != NULL && is_about_names(&condition))
        return eval_often(fast, &condition, list);
    if (is_about_patterns(&condition) && is_long_list(list) && ask_filter_each(fast, &condition, list, &truth))
        return fast->eval.steps > 0 ? truth : CERTMAP_UNKNOWN;
    if (list->count >= CM_VALUE_SET_MIN && cm_counted_knows(&condition))
        return eval_counted(fast, &condition);
    if (is_about_few_texts(&condition))
        return eval_few_texts(fast, &condition, list);
    return cm_eval_condition(&fast->eval, &condition).truth;
}

static CM_APART enum certmap_truth eval_other(struct cm_fast_eval *fast, uint32_t offset) {
    const size_t steps = fast->eval.steps;
    const bool shared = is_shared(fast, offset);
    enum certmap_truth truth;
    if (shared)
        have_help(fast);
    if (shared && recall(fast, offset, &truth))
        return truth;
    truth = eval_any(fast, offset);
    note_dear(fast, steps);
    if (shared)
        keep(fast, offset, truth);
    return truth;
}

/* ---- conditions ---- */

static CM_APART enum certmap_truth eval_unusual(struct cm_fast_eval *fast, uint32_t offset) {
    const struct certmap_rules *rules = fast->eval.rules;
    const struct cm_stored_condition *stored = cm_stored_at(rules, offset);
    const struct cm_path *path = &rules->paths[stored->path];
    const struct plain plain = {.stored = stored, .path = path, .list = &fast->eval.peer->lists[path->list]};
    if (stored->plain && plain.list->unknown == CERTMAP_CODE_NONE)
        return eval_plain(fast, &plain, offset);
    return eval_other(fast, offset);
}

static CM_APART enum certmap_truth compare_pattern(struct cm_fast_eval *fast, uint32_t offset,
                                                   const struct cm_stored_condition *stored,
                                                   const struct cm_value *value) {
    if (value->text.nfc.len >= CM_LONG_VALUE)
        return eval_unusual(fast, offset);
    return compare(fast, (enum certmap_operator)stored->op, stored, wanted_by(stored), value, 2);
}

/* The only value of a path, if it can be read; else NULL. */
static inline const struct cm_value *only_value(const struct cm_list *list, const struct cm_path *path) {
    if (list->unknown != CERTMAP_CODE_NONE || list->first == NULL || path->by_oid)
        return NULL;
    const uint32_t at = list->first[path->row];
    if (at == CM_VALUE_NONE)
        return NULL;
    const struct cm_value *value = &list->values[at];
    return value->next == CM_VALUE_NONE && value->unreadable == CERTMAP_CODE_NONE ? value : NULL;
}

/* Mostly there is one value, which is compared here. */
static inline enum certmap_truth eval_condition(struct cm_fast_eval *fast, uint32_t offset) {
    const struct certmap_rules *rules = fast->eval.rules;
    const struct cm_stored_condition *stored = cm_stored_at(rules, offset);
    const struct cm_path *path = &rules->paths[stored->path];
    const struct cm_value *value = stored->plain ? only_value(&fast->eval.peer->lists[path->list], path) : NULL;
    if (value == NULL)
        return eval_unusual(fast, offset);
    if (stored->op != CERTMAP_OP_EQUAL)
        return compare_pattern(fast, offset, stored, value);
    return compare(fast, CERTMAP_OP_EQUAL, stored, wanted_by(stored), value, 2);
}

/* ---- expressions ---- */

/* A group whose members are being evaluated. */
struct frame {
    const struct cm_node *end;   /* after its last member */
    bool negate;                 /* a NOT, of one member */
    enum certmap_truth decisive; /* of a member: ends the group */
    enum certmap_truth result;   /* without such a member */
};

/* Every level that is nested (CERTMAP_MAX_NESTING) is a group or two, and the root is one. */
enum { FRAMES = 2 * CERTMAP_MAX_NESTING + 4 };

static struct frame open_group(const struct cm_node *group) {
    const bool any = group->kind == CM_NODE_ANY;
    return (struct frame){.end = group + cm_node_size(group),
                          .negate = group->kind == CM_NODE_NOT,
                          .decisive = any ? CERTMAP_TRUE : CERTMAP_FALSE,
                          .result = any ? CERTMAP_FALSE : CERTMAP_TRUE};
}

/* Gives a group what its last member was. True: with that the group is known, and *truth is what it gives. */
static bool close_group(struct frame *frame, enum certmap_truth *truth, const struct cm_node **at) {
    if (frame->negate) {
        if (*truth != CERTMAP_UNKNOWN)
            *truth = *truth == CERTMAP_TRUE ? CERTMAP_FALSE : CERTMAP_TRUE;
        return true;
    }
    if (*truth == frame->decisive) {
        *at = frame->end;
        return true;
    }
    if (*truth == CERTMAP_UNKNOWN)
        frame->result = CERTMAP_UNKNOWN;
    if (*at < frame->end)
        return false;
    *truth = frame->result;
    return true;
}

static enum certmap_truth eval_leaf(struct cm_fast_eval *fast, const struct cm_node *leaf) {
    if (leaf->kind == CM_NODE_ALWAYS)
        return CERTMAP_TRUE;
    return eval_condition(fast, leaf->value);
}

/* Any expression. Goes through its nodes once, at most FRAMES deep. */
static enum certmap_truth eval_tree(struct cm_fast_eval *fast, const struct cm_node *at) {
    struct frame frames[FRAMES];
    size_t depth = 0;
    enum certmap_truth truth;
    do {
        while (at->kind != CM_NODE_CONDITION && at->kind != CM_NODE_ALWAYS) {
            CM_ASSERT(depth < FRAMES);
            frames[depth++] = open_group(at++);
        }
        truth = eval_leaf(fast, at++);
        while (depth > 0 && close_group(&frames[depth - 1], &truth, &at))
            depth--;
    } while (depth > 0);
    return truth;
}

/* A member of a root, which is an AND, mostly of conditions. */
static inline enum certmap_truth eval_member(struct cm_fast_eval *fast, const struct cm_node *member) {
    return member->kind == CM_NODE_CONDITION ? eval_condition(fast, member->value) : eval_tree(fast, member);
}

/* The first member that is false, or the end; *truth is what the others give. Linear in the members, whose conditions take
 * steps. */
static inline const struct cm_node *find_false(struct cm_fast_eval *fast, const struct cm_node *member,
                                               const struct cm_node *end, enum certmap_truth *truth) {
    for (; member < end; member += cm_node_size(member)) {
        const enum certmap_truth one = eval_member(fast, member);
        if (one == CERTMAP_FALSE)
            break;
        *truth = one == CERTMAP_UNKNOWN ? CERTMAP_UNKNOWN : *truth;
    }
    return member;
}

static inline enum certmap_truth eval_members(struct cm_fast_eval *fast, const struct cm_node *member,
                                              const struct cm_node *end) {
    enum certmap_truth truth = CERTMAP_TRUE;
    return find_false(fast, member, end, &truth) < end ? CERTMAP_FALSE : truth;
}

enum certmap_truth cm_fast_eval_members(struct cm_fast_eval *fast, const struct cm_node *member,
                                        const struct cm_node *end) {
    return eval_members(fast, member, end);
}

/* ---- many mappings ---- */

/* A root while it is evaluated. Steps of what is known are counted, and taken before anything else is. */
struct flat {
    struct cm_fast_eval *fast;
    const struct cm_node *end;
    uint32_t known_end;
    size_t known; /* conditions since steps were taken */
};

/* Whether none of many values has the text of a condition: so are most NOTs. Takes steps. */
static bool is_missing(struct cm_fast_eval *fast, uint32_t offset) {
    const struct cm_stored_condition *stored = cm_stored_at(fast->eval.rules, offset);
    const struct cm_path *path = &fast->eval.rules->paths[stored->path];
    const struct cm_list *list = &fast->eval.peer->lists[path->list];
    if (!stored->plain || stored->op != CERTMAP_OP_EQUAL || path->by_oid || list->set == NULL)
        return false;
    const struct certmap_view text = wanted_by(stored);
    return cm_steps_take(&fast->eval.steps, 1 + text.len / CM_BYTES_A_STEP) &&
           cm_value_set_lacks(list, path->row, stored->nocase, text) && fast->eval.steps > 0;
}

/* All that several mappings have is worth to be kept, where there are so many. */
static enum certmap_truth eval_among_many(struct cm_fast_eval *fast, uint32_t offset) {
    const enum certmap_truth truth = is_missing(fast, offset) ? CERTMAP_FALSE : eval_condition(fast, offset);
    if (is_shared(fast, offset)) {
        have_help(fast);
        keep(fast, offset, truth);
    }
    return truth;
}

static CM_APART enum certmap_truth eval_unknown(struct flat *flat, uint32_t offset) {
    struct cm_fast_eval *fast = flat->fast;
    (void)cm_steps_take(&fast->eval.steps, flat->known);
    flat->known = 0;
    const enum certmap_truth truth = eval_among_many(fast, offset);
    flat->known_end = fast->helped ? fast->memo.known_end : 0;
    return truth;
}

/* What a condition gives, which may be known. */
static inline enum certmap_truth eval_or_recall(struct flat *flat, uint32_t offset) {
    const unsigned known = offset < flat->known_end ? cm_memo_known(&flat->fast->memo, offset) : 0;
    if (known == 0)
        return eval_unknown(flat, offset);
    flat->known++;
    return (enum certmap_truth)(known - 1);
}

/* The same as find_false of a root of conditions and NOTs of one. */
static const struct cm_node *find_false_flat(struct flat *flat, const struct cm_node *member,
                                             enum certmap_truth *truth) {
    for (uint32_t size; member < flat->end; member += size) {
        enum certmap_truth one, decisive;
        if (member->kind == CM_NODE_NOT) {
            one = eval_or_recall(flat, member[1].value);
            decisive = CERTMAP_TRUE;
            size = 2;
        } else {
            one = eval_or_recall(flat, member->value);
            decisive = CERTMAP_FALSE;
            size = 1;
        }
        if (one == decisive)
            break;
        if (one == CERTMAP_UNKNOWN)
            *truth = CERTMAP_UNKNOWN;
    }
    return member;
}

/* ---- what made others false ---- */

/* The member that begins so many nodes before the end of a root, or NULL. Linear in the members, at most. */
static const struct cm_node *member_at(const struct cm_mapping *mapping, uint32_t from_end) {
    const struct cm_node *root = mapping->nodes, *member = root + 1;
    if (from_end >= root->value)
        return NULL;
    const struct cm_node *wanted = root + (root->value - from_end);
    if (mapping->flat)
        return wanted[-1].kind != CM_NODE_NOT ? wanted : NULL;
    while (member < wanted)
        member += cm_node_size(member);
    return member == wanted ? wanted : NULL;
}

/* Whether a condition, or one that is negated, is known to be false. */
static bool is_known_false(struct cm_fast_eval *fast, const struct cm_node *member) {
    const struct cm_node *leaf = member + (member->kind == CM_NODE_NOT);
    enum certmap_truth truth;
    return leaf->kind == CM_NODE_CONDITION && is_shared(fast, leaf->value) && fast->helped &&
           recall(fast, leaf->value, &truth) && truth == (leaf == member ? CERTMAP_FALSE : CERTMAP_TRUE);
}

/* Whether a member is false of which that is not known. */
static bool is_found_false(struct cm_fast_eval *fast, const struct cm_node *member) {
    const struct cm_node *leaf = member + (member->kind == CM_NODE_NOT);
    if (leaf->kind != CM_NODE_CONDITION)
        return eval_tree(fast, member) == CERTMAP_FALSE;
    return eval_among_many(fast, leaf->value) == (leaf == member ? CERTMAP_FALSE : CERTMAP_TRUE);
}

/* Whether one of those that made other mappings false is false here: first those that are known. At most CM_REFUTERS. */
static bool is_refuted(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    const struct cm_node *members[CM_REFUTERS];
    const size_t there = cm_refuters_there(&fast->refuters);
    bool refuted = false;
    for (size_t i = 0; i < there && !refuted; i++) {
        members[i] = member_at(mapping, fast->refuters.kept[i].from_end);
        refuted = members[i] != NULL && is_known_false(fast, members[i]);
    }
    for (size_t i = 0; i < there && !refuted; i++) {
        struct cm_refuter *refuter = &fast->refuters.kept[i];
        if (members[i] == NULL || !cm_refuter_is_likely(refuter))
            continue;
        refuted = is_found_false(fast, members[i]);
        cm_refuters_tried(&fast->refuters, refuter, refuted);
    }
    return refuted;
}

/* The first member that is false of a root, where many mappings are evaluated, or its end. */
static const struct cm_node *find_false_of(struct cm_fast_eval *fast, const struct cm_mapping *mapping,
                                           enum certmap_truth *truth) {
    const struct cm_node *root = mapping->nodes, *end = root + root->value, *found;
    struct flat flat = {fast, end, fast->helped ? fast->memo.known_end : 0, 0};
    if (!mapping->flat)
        return find_false(fast, root + 1, end, truth);
    found = find_false_flat(&flat, root + 1, truth);
    (void)cm_steps_take(&fast->eval.steps, flat.known);
    return found;
}

/* Whether any member is known to be false, of a root of conditions and NOTs of one. Linear in its members. */
static bool has_known_false(const struct cm_fast_eval *fast, const struct cm_node *root) {
    const struct cm_node *end = root + root->value;
    bool known = false;
    for (const struct cm_node *leaf = root + 1; leaf < end && !known; leaf++) {
        enum certmap_truth truth;
        leaf += leaf->kind == CM_NODE_NOT;
        known = is_shared(fast, leaf->value) && cm_memo_recall(&fast->memo, leaf->value, &truth) &&
                truth == (leaf[-1].kind == CM_NODE_NOT ? CERTMAP_TRUE : CERTMAP_FALSE);
    }
    return known;
}

/* The same of any mapping, while that finds any, and now and then. Takes steps. */
static bool is_known_refuted(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    struct cm_refuters *refuters = &fast->refuters;
    if (!mapping->flat || !fast->helped || (refuters->scans >= CM_VAIN_SCANS && fast->tried % CM_VAIN_SCANS != 0))
        return false;
    const bool known = has_known_false(fast, mapping->nodes);
    refuters->scans = known ? 0 : refuters->scans + 1;
    return cm_steps_take(&fast->eval.steps, 1 + mapping->nodes->value / CM_NODES_A_STEP) && fast->eval.steps > 0 &&
           known;
}

/* Whether a member is a condition that several mappings have, or a NOT of one. */
static bool is_of_several(const struct cm_fast_eval *fast, const struct cm_node *member) {
    const struct cm_node *leaf = member + (member->kind == CM_NODE_NOT);
    return leaf->kind == CM_NODE_CONDITION && is_shared(fast, leaf->value);
}

/* Looks for a member that makes a mapping false, and is kept in mind: where finding out that it is false took long. Linear in
 * the members, whose conditions take steps. */
static CM_APART void look_for_quicker(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    const struct cm_node *root = mapping->nodes, *end = root + root->value, *member = root + 1;
    while (member < end && !(is_of_several(fast, member) && is_found_false(fast, member)))
        member += cm_node_size(member);
    if (member < end)
        cm_refuters_prefer(&fast->refuters, (uint32_t)(end - member));
    else
        fast->refuters.vain++;
}

/* The same as eval_members of a root, where many mappings are evaluated. Linear in its members, whose conditions take steps. */
static CM_APART enum certmap_truth eval_root(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    const struct cm_node *end = mapping->nodes + mapping->nodes->value;
    const size_t steps = fast->eval.steps;
    enum certmap_truth truth = CERTMAP_TRUE;
    if (!is_refuted(fast, mapping) && !is_known_refuted(fast, mapping)) {
        const struct cm_node *found = find_false_of(fast, mapping, &truth);
        if (fast->eval.steps == 0)
            return CERTMAP_UNKNOWN;
        if (found == end)
            return truth;
        cm_refuters_note(&fast->refuters, (uint32_t)(end - found));
    }
    if (steps - fast->eval.steps > CM_DEAR_STEPS && fast->refuters.vain < CM_VAIN_LOOKS)
        look_for_quicker(fast, mapping);
    return CERTMAP_FALSE;
}

/* ---- against the definition ---- */

/* So many steps that the plain evaluator gets through most mappings. */
enum { CHECKED_STEPS = 4096 };

/* Whether the plain evaluator says the same of a mapping with so many steps; where either of them runs out, the other may
 * know more. */
static bool is_what_eval_says(const struct cm_fast_eval *fast, const struct cm_mapping *mapping, size_t steps,
                              enum certmap_truth truth) {
    struct cm_eval eval = fast->eval;
    eval.steps = steps < CHECKED_STEPS ? steps : CHECKED_STEPS;
    eval.one_by_one = true;
    const enum certmap_truth plain = cm_eval_mapping(&eval, mapping).truth;
    return plain == truth || eval.steps == 0 || fast->eval.steps == 0;
}

enum certmap_truth cm_fast_eval(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    const size_t steps = fast->eval.steps;
    CM_ASSERT(mapping->nodes->kind == CM_NODE_ALL);
    const struct cm_node *root = mapping->nodes, *end = root + root->value;
    const bool many = ++fast->tried > CM_MANY_TRIED;
    const enum certmap_truth truth = many ? eval_root(fast, mapping) : eval_members(fast, root + 1, end);
    (void)steps; /* which only assertions ask */
    CM_ASSERT(is_what_eval_says(fast, mapping, steps, truth));
    return truth;
}
