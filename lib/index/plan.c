/* SPDX-License-Identifier: MIT */
#include "index/plan.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/steps.h"
#include "index/tuning.h"
#include "rule/plain_result.h"

/* A plan that is being made; where its next parts go. */
struct planning {
    const struct certmap_rules *rules;
    struct cm_plan *plan;
    struct cm_plan_mapping *mapping;
    struct cm_plan_test *test;
    struct cm_node *rest;
    struct certmap_result *result;
    size_t untested; /* mappings without a test */
};

/* ---- tests ---- */

/* What the evaluator takes for a condition and its one value. */
enum { STEPS_TO_LOOK = 2 };

/* The place of a condition that can be a test, as a number; CM_MAX_PLAN_PLACES: there is none, and no room for it. */
static uint32_t place_of(struct cm_plan *plan, const struct cm_stored_condition *stored, const struct cm_path *path) {
    const struct cm_plan_place place = {(uint8_t)path->list, (uint8_t)path->row, stored->nocase};
    uint32_t at = 0;
    for (; at < plan->place_count; at++)
        if (plan->places[at].list == place.list && plan->places[at].row == place.row &&
            plan->places[at].nocase == place.nocase)
            return at;
    if (at == CM_MAX_PLAN_PLACES)
        return at;
    plan->places[plan->place_count++] = place;
    plan->lists |= (uint64_t)1 << path->list;
    return at;
}

/* Makes a test of a condition, if it can be one. */
static bool add_test(struct planning *planning, uint32_t offset, bool negated) {
    const struct cm_stored_condition *stored = cm_stored_at(planning->rules, offset);
    const struct cm_path *path = &planning->rules->paths[stored->path];
    if (!stored->plain || stored->op != CERTMAP_OP_EQUAL || path->by_oid)
        return false;
    const uint32_t place = place_of(planning->plan, stored, path);
    if (place == CM_MAX_PLAN_PLACES)
        return false;
    const struct cm_condition condition = cm_condition_at(planning->rules, offset);
    const struct certmap_view text = cm_operand_first(&condition).matched;
    *planning->test++ = (struct cm_plan_test){{text, cm_plan_end(text)}, (uint16_t)place, 0, negated};
    planning->plan->steps += STEPS_TO_LOOK + cm_steps_to_compare(text, text);
    return true;
}

static bool add_member_as_test(struct planning *planning, const struct cm_node *member) {
    if (member->kind == CM_NODE_NOT && member[1].kind == CM_NODE_CONDITION)
        return add_test(planning, member[1].value, true);
    return member->kind == CM_NODE_CONDITION && add_test(planning, member->value, false);
}

/* ---- mappings ---- */

static const struct certmap_result *prepare(struct planning *planning, const struct cm_mapping *mapping) {
    struct certmap_result *result = planning->result;
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    if (mapping->allow && (!mapping->plain || !cm_plain_result(result, planning->rules, mapping, NULL)))
        return NULL;
    result->decision = cm_mapping_decision(mapping);
    result->kind = (enum certmap_kind)mapping->kind;
    result->index = mapping->index;
    result->mapping = cm_mapping_name(mapping);
    return planning->result++;
}

static void add_rest(struct planning *planning, const struct cm_node *member, const struct cm_node *end) {
    memcpy(planning->rest, member, (size_t)(end - member) * sizeof *member);
    planning->rest += end - member;
}

/* The members of its root are tests up to the first one that cannot be one: what comes after that is evaluated in the order
 * of the rule, so that steps run out where they do for the evaluator. One that is always true is neither. */
static void add_mapping(struct planning *planning, const struct cm_mapping *mapping) {
    const struct cm_node *member = mapping->nodes + 1, *end = mapping->nodes + mapping->nodes->value;
    struct cm_plan_mapping made = {.mapping = mapping, .tests = planning->test, .rest = planning->rest};
    while (member < end && (member->kind == CM_NODE_ALWAYS || add_member_as_test(planning, member)))
        member += cm_node_size(member);
    add_rest(planning, member, end);
    made.tests_end = planning->test;
    made.rest_end = planning->rest;
    made.result = prepare(planning, mapping);
    planning->untested += made.tests == made.tests_end && made.rest < made.rest_end;
    *planning->mapping++ = made;
}

/* ---- the order of tests ---- */

static bool is_same_test(const struct cm_plan_test *a, const struct cm_plan_test *b) {
    return a->place == b->place && a->negated == b->negated && cm_view_equal(a->wanted.text, b->wanted.text);
}

/* Counts, for each test, how many of all are the same. No more than there are nodes, twice. */
static void count_same(struct cm_plan_test *tests, const struct cm_plan_test *end) {
    for (struct cm_plan_test *test = tests; test < end; test++)
        for (const struct cm_plan_test *other = tests; other < end; other++)
            test->same = (uint16_t)(test->same + is_same_test(test, other));
}

/* Those first that fewest mappings have: the others pass more often. By insertion. */
static void order_tests(struct cm_plan_test *tests, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const struct cm_plan_test test = tests[i];
        size_t at = i;
        for (; at > 0 && tests[at - 1].same > test.same; at--)
            tests[at] = tests[at - 1];
        tests[at] = test;
    }
}

/* tests are those of all mappings. */
static void order_all(const struct cm_plan *plan, struct cm_plan_test *tests, const struct cm_plan_test *end) {
    count_same(tests, end);
    for (size_t i = 0; i < plan->mapping_count; i++) {
        const size_t count = (size_t)(plan->mappings[i].tests_end - plan->mappings[i].tests);
        order_tests(tests, count);
        tests += count;
    }
}

/* ---- the block ---- */

static size_t count_nodes(const struct certmap_rules *rules) {
    size_t count = 0;
    for (size_t i = 0; i < rules->mapping_count; i++)
        count += cm_mapping_at(rules, i)->nodes->value;
    return count;
}

/* Room for a plan, one part after the other, those first whose members are aligned most. No more tests than nodes. */
static struct cm_plan *make_room(struct planning *planning, const struct certmap_rules *rules, size_t nodes) {
    const size_t count = rules->mapping_count;
    struct cm_plan *plan = cm_alloc(&rules->allocator, sizeof *plan + count * sizeof *planning->mapping +
                                                           count * sizeof *planning->result +
                                                           nodes * (sizeof *planning->test + sizeof *planning->rest));
    if (plan == NULL)
        return NULL;
    *plan = (struct cm_plan){.mapping_count = count};
    planning->plan = plan;
    planning->result = (struct certmap_result *)(void *)(plan + 1);
    planning->test = (struct cm_plan_test *)(void *)(planning->result + count);
    planning->mapping = (struct cm_plan_mapping *)(void *)(planning->test + nodes);
    planning->rest = (struct cm_node *)(void *)(planning->mapping + count);
    plan->mappings = planning->mapping;
    return plan;
}

_Static_assert(_Alignof(struct cm_plan) >= _Alignof(struct certmap_result) &&
                   _Alignof(struct certmap_result) >= _Alignof(struct cm_plan_test) &&
                   _Alignof(struct cm_plan_test) >= _Alignof(struct cm_plan_mapping) &&
                   _Alignof(struct cm_plan_mapping) >= _Alignof(struct cm_node),
               "each part of the block may follow the one before it");

/* Only where the first mapping that is not false decides. */
static bool is_small(const struct certmap_rules *rules) {
    return rules->policy == CERTMAP_COMBINING_FIRST && !rules->disabled && rules->mapping_count > 0 &&
           rules->mapping_count <= CM_MAX_PLANNED;
}

/* What an index could rule out is not evaluated one by one, and tests leave most of the steps. */
static bool is_worth_it(const struct planning *planning) {
    return planning->untested < CM_MIN_INDEXED &&
           planning->plan->steps <= planning->rules->steps / CM_PLAN_PART_OF_STEPS;
}

enum certmap_status cm_plan_make(struct certmap_rules *rules, struct certmap_diagnostic *err) {
    struct planning planning = {.rules = rules};
    const size_t nodes = is_small(rules) ? count_nodes(rules) : SIZE_MAX;
    if (nodes > CM_MAX_PLANNED_NODES)
        return CERTMAP_OK;
    struct cm_plan *plan = make_room(&planning, rules, nodes);
    struct cm_plan_test *tests = planning.test;
    if (plan == NULL)
        return cm_error_memory(err);
    for (size_t i = 0; i < rules->mapping_count; i++)
        add_mapping(&planning, cm_mapping_at(rules, i));
    order_all(plan, tests, planning.test);
    if (is_worth_it(&planning))
        rules->plan = plan;
    else
        cm_release(&rules->allocator, plan);
    return CERTMAP_OK;
}
