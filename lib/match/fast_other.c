/* SPDX-License-Identifier: MIT */
/* Conditions that are not plain: several operands, quantifiers, Names, addresses, values of any type. */
#include "base/assert.h"
#include "field/compare.h"
#include "field/name_pattern.h"
#include "match/fast_condition.h"
#include "match/value_set.h"
#include "rule/operand_set.h"

_Static_assert(CM_FEW_OPERANDS == CM_MIN_OPERAND_SET - 1, "more operands are a set");

/* ---- texts ---- */

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
    cm_fast_have_help(fast);
    while (*truth != CERTMAP_TRUE && fast->eval.steps > 0 && cm_operands_next(&operands, &operand)) {
        const bool like = condition->op == CERTMAP_OP_LIKE;
        const struct certmap_view pattern = like ? operand.matched : cm_regex_glob(operand.matched);
        struct cm_piece_places places;
        if (!cm_piece_filter_find(&fast->help->filter, list, condition->path->row, condition->nocase, pattern,
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
    const bool found =
        cm_piece_filter_find_names(&fast->help->filter, list, row, condition->nocase, pattern, steps, &places);
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
    cm_fast_have_help(fast);
    if (!cm_fast_is_asked_often(fast))
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
    if (cm_addresses_sort(&fast->help->addresses, list, row, steps))
        return cm_addresses_in(&fast->help->addresses, operand, steps);
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
    cm_fast_have_help(fast);
    if (cm_operand_set_slots(condition) > 0 && !has_only_addresses(condition) &&
        !cm_addresses_sort(&fast->help->addresses, list, condition->path->row, &fast->eval.steps))
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
    cm_fast_have_help(fast);
    return cm_counted_eval(&fast->help->counted, &fast->eval, condition);
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

enum certmap_truth cm_fast_other(struct cm_fast_eval *fast, uint32_t offset) {
    const size_t steps = fast->eval.steps;
    const bool shared = cm_fast_is_shared(fast, offset);
    enum certmap_truth truth;
    if (shared)
        cm_fast_have_help(fast);
    if (shared && cm_fast_recall(fast, offset, &truth))
        return truth;
    truth = eval_any(fast, offset);
    cm_fast_note_dear(fast, steps);
    if (shared)
        cm_fast_keep(fast, offset, truth);
    return truth;
}
