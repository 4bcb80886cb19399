/* SPDX-License-Identifier: MIT */
/* The index leads a certificate to the mappings of its root that have no key, whatever it holds, and to those that share
 * a key of its values. Ordinary certificates have few values of a kind, and they are short; what such a one takes for a
 * mapping at most is the sum of its conditions. */
#include "index/cost.h"
#include "index/index.h"
#include "rule/store.h"

/* As many values of a type, and as long ones, as certificates for people and machines seldom exceed. */
enum { ORDINARY_VALUES = 4, ORDINARY_STEPS_OF_TEXT = 64 / 16 };
/* A pattern that goes through such a value, a regular expression, and a Name of some RDNs. */
/* Slots of a set of operands that are looked at. */
enum { ORDINARY_SET = 2 };
enum { ORDINARY_PATTERN = 12, ORDINARY_REGEX = 64, ORDINARY_NAME = 16 };

static size_t plus(size_t a, size_t b) {
    return b > SIZE_MAX - a ? SIZE_MAX : a + b;
}

static size_t times(size_t a, size_t b) {
    return b > 0 && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

/* Of a list of texts hardly one is as long as the value. */
static size_t cost_of_operands(const struct cm_condition *condition) {
    const size_t count = condition->set != NULL ? ORDINARY_SET : condition->operand_count;
    if (condition->path->kind == CM_TEXT_NAME)
        return times(count, ORDINARY_NAME);
    if (condition->op == CERTMAP_OP_MATCHES)
        return times(count, ORDINARY_REGEX);
    return condition->op == CERTMAP_OP_LIKE ? times(count, ORDINARY_PATTERN) : plus(count, ORDINARY_STEPS_OF_TEXT);
}

static size_t cost_of_condition(const struct certmap_rules *rules, uint32_t offset) {
    const struct cm_condition condition = cm_condition_at(rules, offset);
    return plus(1, times(ORDINARY_VALUES, plus(1, cost_of_operands(&condition))));
}

static size_t cost_of_mapping(const struct certmap_rules *rules, const struct cm_mapping *mapping) {
    size_t cost = 1;
    for (uint32_t i = 0; i < mapping->nodes->value; i++)
        if (mapping->nodes[i].kind == CM_NODE_CONDITION)
            cost = plus(cost, cost_of_condition(rules, mapping->nodes[i].value));
    return cost;
}

/* What its mappings cost together; *first gets the index of the first one. */
static size_t cost_of_list(const struct certmap_rules *rules, uint32_t number, size_t *first) {
    const uint32_t *list = rules->index->lists + number;
    size_t cost = 0;
    for (uint32_t i = 1; i <= list[0]; i++)
        cost = plus(cost, cost_of_mapping(rules, cm_mapping_at(rules, list[i])));
    if (list[0] > 0)
        *first = list[1];
    return cost;
}

/* Keeps a list that costs more than what was kept. */
static void keep_costlier(const struct certmap_rules *rules, uint32_t number, size_t *cost, size_t *first) {
    size_t own = 0;
    const size_t one = cost_of_list(rules, number, &own);
    if (one <= *cost)
        return;
    *cost = one;
    *first = own;
}

/* The costliest list that a key leads to, or that is in a node below the root. */
static size_t cost_of_keys(const struct certmap_rules *rules, size_t *first) {
    const struct cm_index *index = rules->index;
    size_t cost = 0;
    for (uint32_t i = 0; i < index->slot_count; i++)
        if (index->slots[i].kind == CM_TARGET_LIST)
            keep_costlier(rules, index->slots[i].at, &cost, first);
    for (uint32_t i = 1; i < index->node_count; i++)
        if (index->nodes[i].rest != CM_INDEX_NONE)
            keep_costlier(rules, index->nodes[i].rest, &cost, first);
    return cost;
}

static size_t cost_of_all(const struct certmap_rules *rules) {
    size_t cost = 0;
    for (size_t i = 0; i < rules->mapping_count; i++)
        cost = plus(cost, cost_of_mapping(rules, cm_mapping_at(rules, i)));
    return cost;
}

void cm_cost_rules(struct certmap_rules *rules) {
    size_t rest = 0, first = 0, first_of_rest = 0;
    if (rules->index == NULL) {
        rules->cost = cost_of_all(rules);
        return;
    }
    if (rules->index->nodes[0].rest != CM_INDEX_NONE)
        rest = cost_of_list(rules, rules->index->nodes[0].rest, &first_of_rest);
    const size_t keys = cost_of_keys(rules, &first);
    rules->cost = plus(rest, keys);
    rules->costly = rest >= keys ? first_of_rest : first;
}
