/* SPDX-License-Identifier: MIT */
#include "match/eval.h"
#include "base/assert.h"
#include "field/compare.h"
#include "field/name_pattern.h"
#include "field/type_set.h"
#include "match/leaf.h"

static struct cm_verdict verdict(enum certmap_truth truth, enum certmap_code why) {
    return (struct cm_verdict){truth, truth == CERTMAP_UNKNOWN ? why : CERTMAP_CODE_NONE, true};
}

/* ---- values ---- */

/* Whether an address has the first bits of the operand's. An IPv4 and an IPv6 address have nothing in common.
 * The octets are in the GeneralName after a tag and a length of one octet each. */
static enum certmap_truth in_network(struct cm_eval *eval, const struct cm_operand *operand,
                                     const struct cm_value *value) {
    const size_t len = operand->matched.len;
    if (!cm_steps_take(&eval->steps, 1))
        return CERTMAP_UNKNOWN;
    if (value->der.len != len + 2)
        return CERTMAP_FALSE;
    const struct certmap_view octets = {value->der.data + 2, len};
    return cm_leaf_in_network(octets, operand->matched, operand->bits) ? CERTMAP_TRUE : CERTMAP_FALSE;
}

static enum certmap_truth compare_operand(struct cm_eval *eval, const struct cm_condition *condition,
                                          const struct cm_operand *operand, const struct cm_value *value) {
    if (condition->op == CERTMAP_OP_UNDER)
        return cm_name_under(value->avas, operand->name, &eval->steps);
    if (condition->path->kind == CM_TEXT_NAME && condition->op == CERTMAP_OP_LIKE)
        return cm_name_pattern_match(operand->matched, condition->nocase, value->avas, &eval->steps);
    if (condition->path->kind == CM_TEXT_NAME)
        return cm_name_equal(value->avas, operand->name, condition->exact, &eval->steps);
    if (condition->path->kind == CM_TEXT_IP)
        return in_network(eval, operand, value);
    return cm_leaf_compare(condition->op, condition->nocase, operand->matched, value, 0, &eval->steps);
}

/* Why Names could not be told apart: an AVA of one of them that cannot be read, in the RDNs that were compared. Each
 * AVA of these has taken a step when it was. A pattern may have been about any of the Name. */
static enum certmap_code why_unknown(const struct cm_eval *eval, const struct cm_operand *operand,
                                     const struct cm_value *value) {
    const struct cm_list *const lists[] = {value->avas, operand->name};
    const size_t rdns = operand->name != NULL ? operand->name->rdn_count : SIZE_MAX;
    for (size_t i = 0; i < 2 && lists[i] != NULL && eval->steps > 0; i++)
        for (size_t k = 0; k < lists[i]->count && lists[i]->values[k].rdn < rdns; k++)
            if (lists[i]->values[k].unreadable != CERTMAP_CODE_NONE)
                return lists[i]->values[k].unreadable;
    return CERTMAP_CODE_STEPS;
}

/* Any of the operands, in Kleene's logic. A step for each, or more. */
static struct cm_verdict compare_operands(struct cm_eval *eval, const struct cm_condition *condition,
                                          const struct cm_value *value) {
    struct cm_verdict result = verdict(CERTMAP_FALSE, CERTMAP_CODE_NONE);
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    for (bool more = true; more && cm_operands_next(&operands, &operand); more = eval->steps > 0) {
        const enum certmap_truth truth = compare_operand(eval, condition, &operand, value);
        if (truth == CERTMAP_TRUE)
            return verdict(truth, CERTMAP_CODE_NONE);
        if (truth == CERTMAP_UNKNOWN && result.truth == CERTMAP_FALSE)
            result = verdict(truth, why_unknown(eval, &operand, value));
    }
    return result;
}

/* Of many operands the set of them is asked; the definition compares with one after the other. */
struct cm_verdict cm_eval_value(struct cm_eval *eval, const struct cm_condition *condition,
                                const struct cm_value *value) {
    if (value->unreadable != CERTMAP_CODE_NONE)
        return verdict(CERTMAP_UNKNOWN, value->unreadable);
    if (!eval->one_by_one && condition->set != NULL && cm_operand_set_knows(condition, value, &eval->steps))
        return verdict(cm_operand_set_has(condition, value, &eval->hashed, &eval->steps), CERTMAP_CODE_STEPS);
    return compare_operands(eval, condition, value);
}

/* ---- conditions ---- */

/* Every loop over values takes the steps of find_value. */

const struct cm_list *cm_eval_list(const struct cm_eval *eval, const struct cm_condition *condition) {
    return &eval->peer->lists[condition->path->list];
}

/* From `at` on: rows have a chain of their own, all other types share one. Each value takes steps. */
static uint32_t find_value(struct cm_eval *eval, const struct cm_condition *condition, uint32_t at) {
    const struct cm_list *list = cm_eval_list(eval, condition);
    const struct cm_value *values = list->values;
    const struct cm_path *path = condition->path;
    while (at != CM_VALUE_NONE && cm_steps_take(&eval->steps, cm_steps_to_look(path, &values[at]))) {
        if (!path->by_oid || cm_view_equal(values[at].oid, path->oid))
            return at;
        at = cm_list_next(list, path->row, at);
    }
    return CM_VALUE_NONE;
}

/* The values by their types, where there are many; the definition looks at each. */
static const struct cm_type_set *types_of(const struct cm_eval *eval, const struct cm_condition *condition) {
    return eval->one_by_one ? NULL : cm_type_set_of(cm_eval_list(eval, condition), condition->path);
}

uint32_t cm_eval_first(struct cm_eval *eval, const struct cm_condition *condition) {
    const struct cm_type_set *types = types_of(eval, condition);
    if (types != NULL)
        return cm_type_set_first(types, cm_eval_list(eval, condition), condition->path->oid, &eval->steps);
    return find_value(eval, condition, cm_list_first(cm_eval_list(eval, condition), condition->path->row));
}

uint32_t cm_eval_next(struct cm_eval *eval, const struct cm_condition *condition, uint32_t at) {
    const struct cm_type_set *types = types_of(eval, condition);
    if (types != NULL && types->next[at] == CM_VALUE_NONE)
        return CM_VALUE_NONE;
    if (types != NULL)
        return cm_steps_take(&eval->steps, 1) ? types->next[at] : CM_VALUE_NONE;
    return find_value(eval, condition, cm_list_next(cm_eval_list(eval, condition), condition->path->row, at));
}

/* Holds if any value does; unknown if none does but one is. */
static struct cm_verdict any_value(struct cm_eval *eval, const struct cm_condition *condition) {
    struct cm_verdict result = verdict(CERTMAP_FALSE, CERTMAP_CODE_NONE);
    uint32_t at = cm_eval_first(eval, condition);
    for (; at != CM_VALUE_NONE; at = cm_eval_next(eval, condition, at)) {
        struct cm_verdict one = cm_eval_value(eval, condition, &cm_eval_list(eval, condition)->values[at]);
        if (one.truth == CERTMAP_TRUE)
            return one;
        if (result.truth == CERTMAP_FALSE)
            result = one;
    }
    return result;
}

/* Fails if a readable value does; unknown if none does but one is unreadable. Every of nothing is false. */
static struct cm_verdict every_value(struct cm_eval *eval, const struct cm_condition *condition) {
    uint32_t at = cm_eval_first(eval, condition);
    struct cm_verdict result = verdict(at == CM_VALUE_NONE ? CERTMAP_FALSE : CERTMAP_TRUE, CERTMAP_CODE_NONE);
    for (; at != CM_VALUE_NONE; at = cm_eval_next(eval, condition, at)) {
        struct cm_verdict one = cm_eval_value(eval, condition, &cm_eval_list(eval, condition)->values[at]);
        if (one.truth == CERTMAP_FALSE)
            return one;
        if (result.truth == CERTMAP_TRUE)
            result = one;
    }
    return result;
}

/* The one at a position, from 1, or CM_VALUE_NONE. */
static uint32_t value_at(struct cm_eval *eval, const struct cm_condition *condition) {
    uint32_t at = cm_eval_first(eval, condition);
    for (size_t i = 1; i < condition->count && at != CM_VALUE_NONE; i++)
        at = cm_eval_next(eval, condition, at);
    return at;
}

/* The one value that first, last, only or a position is about, or CM_VALUE_NONE. */
uint32_t cm_eval_choose(struct cm_eval *eval, const struct cm_condition *condition) {
    if (condition->quantifier == CERTMAP_AT_VALUE)
        return value_at(eval, condition);
    uint32_t chosen = cm_eval_first(eval, condition), next = chosen;
    if (condition->quantifier == CERTMAP_FIRST_VALUE || chosen == CM_VALUE_NONE)
        return chosen;
    while ((next = cm_eval_next(eval, condition, next)) != CM_VALUE_NONE) {
        if (condition->quantifier == CERTMAP_ONLY_VALUE)
            return CM_VALUE_NONE;
        chosen = next;
    }
    return chosen;
}

static struct cm_verdict one_value(struct cm_eval *eval, const struct cm_condition *condition) {
    uint32_t at = cm_eval_choose(eval, condition);
    if (at == CM_VALUE_NONE)
        return verdict(CERTMAP_FALSE, CERTMAP_CODE_NONE);
    return cm_eval_value(eval, condition, &cm_eval_list(eval, condition)->values[at]);
}

static struct cm_verdict compare_values(struct cm_eval *eval, const struct cm_condition *condition) {
    if (condition->quantifier == CERTMAP_ANY_VALUE)
        return any_value(eval, condition);
    if (condition->quantifier == CERTMAP_EVERY_VALUE)
        return every_value(eval, condition);
    return one_value(eval, condition);
}

/* Of a whole Name that is not one of several: its RDNs. */
static struct cm_verdict count_rdns(struct cm_eval *eval, const struct cm_condition *condition) {
    const uint32_t at = cm_eval_first(eval, condition);
    const size_t rdns = at != CM_VALUE_NONE ? cm_eval_list(eval, condition)->values[at].avas->rdn_count : SIZE_MAX;
    return verdict(rdns == condition->count ? CERTMAP_TRUE : CERTMAP_FALSE, CERTMAP_CODE_NONE);
}

static bool counts_rdns(const struct cm_condition *condition) {
    const uint32_t list = condition->path->list;
    return condition->op == CERTMAP_OP_COUNT && (list == CM_LIST_SUBJECT_NAME || list == CM_LIST_ISSUER_NAME);
}

/* present, absent and count look at AVAs, not at what is in them. */
static struct cm_verdict count_values(struct cm_eval *eval, const struct cm_condition *condition) {
    const size_t enough = condition->op == CERTMAP_OP_COUNT ? condition->count + 1 : 1;
    size_t count = 0;
    uint32_t at = cm_eval_first(eval, condition);
    while (at != CM_VALUE_NONE && ++count < enough)
        at = cm_eval_next(eval, condition, at);
    bool holds = condition->op == CERTMAP_OP_PRESENT ? count > 0 : count == condition->count;
    return verdict(holds ? CERTMAP_TRUE : CERTMAP_FALSE, CERTMAP_CODE_NONE);
}

static enum certmap_truth equals(struct cm_eval *eval, struct certmap_view a, struct certmap_view b) {
    if (!cm_steps_take(&eval->steps, cm_steps_to_compare(a, b)))
        return CERTMAP_UNKNOWN;
    return cm_view_equal(a, b) ? CERTMAP_TRUE : CERTMAP_FALSE;
}

/* A step for each operand of the kind that the certificate is of; how many there are of the other, the rules say. */
static struct cm_verdict whole_certificate(struct cm_eval *eval, const struct cm_condition *condition) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    if (!eval->one_by_one && cm_operand_set_slots(condition) > 0)
        return verdict(cm_operand_set_has_certificate(condition, eval->peer, &eval->steps), CERTMAP_CODE_STEPS);
    while (cm_operands_next(&operands, &operand)) {
        /* Bytes that are no certificate equal no part of one. */
        if (cm_operand_has_tbs(&operand) != eval->peer->has_tbs)
            continue;
        enum certmap_truth truth = equals(eval, operand.matched, eval->peer->certificate);
        if (truth != CERTMAP_FALSE)
            return verdict(truth, CERTMAP_CODE_STEPS);
    }
    return verdict(CERTMAP_FALSE, CERTMAP_CODE_NONE);
}

struct cm_verdict cm_eval_condition(struct cm_eval *eval, const struct cm_condition *condition) {
    struct cm_verdict result;
    if (!cm_steps_take(&eval->steps, 1))
        return verdict(CERTMAP_UNKNOWN, CERTMAP_CODE_STEPS);
    if (cm_eval_list(eval, condition)->unknown != CERTMAP_CODE_NONE)
        return verdict(CERTMAP_UNKNOWN, cm_eval_list(eval, condition)->unknown);
    if (condition->path->field == CERTMAP_FIELD_CERTIFICATE)
        result = whole_certificate(eval, condition);
    else if (cm_op_has_operands(condition->op))
        result = compare_values(eval, condition);
    else if (counts_rdns(condition))
        result = count_rdns(eval, condition);
    else
        result = count_values(eval, condition);
    /* Without a step left, values may not have been looked at: the answer would be a guess. */
    if (result.truth != CERTMAP_UNKNOWN && eval->steps == 0)
        return verdict(CERTMAP_UNKNOWN, CERTMAP_CODE_STEPS);
    return result;
}

/* ---- expressions, in Kleene's three-valued logic ---- */

/* AND looks for a FALSE, OR for a TRUE; failing that, one UNKNOWN makes all unknown. Linear in the mapping, whose
 * conditions take steps; it calls itself as deep as rules are nested (CERTMAP_MAX_NESTING). */
static struct cm_verdict eval_members(struct cm_eval *eval, const struct cm_mapping *mapping,
                                      const struct cm_node *node, enum certmap_truth decisive) {
    struct cm_verdict result = verdict(decisive == CERTMAP_TRUE ? CERTMAP_FALSE : CERTMAP_TRUE, CERTMAP_CODE_NONE);
    for (const struct cm_node *member = node + 1; member < node + cm_node_size(node); member += cm_node_size(member)) {
        struct cm_verdict one = cm_eval_node(eval, mapping, member);
        if (one.truth == decisive && !eval->thorough)
            return one;
        if (result.truth != decisive &&
            (one.truth == decisive || (one.truth == CERTMAP_UNKNOWN && result.truth != CERTMAP_UNKNOWN)))
            result = one;
    }
    return result;
}

static struct cm_verdict negate(struct cm_verdict one) {
    if (one.truth != CERTMAP_UNKNOWN)
        one.truth = one.truth == CERTMAP_TRUE ? CERTMAP_FALSE : CERTMAP_TRUE;
    return one;
}

static struct cm_verdict eval_numbered(struct cm_eval *eval, uint32_t number) {
    const struct cm_condition condition = cm_condition_at(eval->rules, number);
    return cm_eval_condition(eval, &condition);
}

static struct cm_verdict eval_kind(struct cm_eval *eval, const struct cm_mapping *mapping, const struct cm_node *node) {
    switch ((enum cm_node_kind)node->kind) {
    case CM_NODE_ALL:
        return eval_members(eval, mapping, node, CERTMAP_FALSE);
    case CM_NODE_ANY:
        return eval_members(eval, mapping, node, CERTMAP_TRUE);
    case CM_NODE_NOT:
        return negate(cm_eval_node(eval, mapping, node + 1));
    case CM_NODE_CONDITION:
        return eval_numbered(eval, node->value);
    case CM_NODE_ALWAYS:
        break;
    }
    return verdict(CERTMAP_TRUE, CERTMAP_CODE_NONE);
}

struct cm_verdict cm_eval_node(struct cm_eval *eval, const struct cm_mapping *mapping, const struct cm_node *node) {
    struct cm_verdict result = eval_kind(eval, mapping, node);
    if (eval->verdicts != NULL)
        eval->verdicts[node - mapping->nodes] = result;
    return result;
}

struct cm_verdict cm_eval_mapping(struct cm_eval *eval, const struct cm_mapping *mapping) {
    return cm_eval_node(eval, mapping, mapping->nodes);
}
