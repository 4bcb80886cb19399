/* SPDX-License-Identifier: MIT */
#include "index/plan.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/glob.h"
#include "base/steps.h"
#include "index/tuning.h"
#include "rule/plain_result.h"

/* A test, before it is in the plan. */
struct test {
    struct certmap_view text;                /* or pattern */
    struct certmap_view front, inside, back; /* of a pattern */
    uint32_t mapping;                        /* its bit */
    uint32_t place;
    bool pattern, negated;
    bool again; /* one before it compares the same */
};

/* A plan that is being made. */
struct planning {
    const struct certmap_rules *rules;
    struct cm_plan_place places[CM_MAX_PLAN_PLACES];
    size_t place_count;
    struct test *tests; /* of all mappings */
    size_t test_count, pattern_count;
    uint16_t rests[CM_MAX_PLANNED]; /* of each mapping */
    size_t untested;                /* mappings without a test */
    size_t steps;
    struct cm_plan *plan; /* and where its next parts go */
    struct cm_plan_mapping *mapping;
    struct cm_plan_choice *choice;
    struct cm_plan_pattern *pattern;
    uint16_t *slot;
};

_Static_assert(CM_MAX_PLANNED < 32, "there is a bit for each mapping, and one more");
_Static_assert(CM_MAX_PLANNED_NODES < UINT16_MAX, "a node and a choice fit into 16 bits");

/* ---- tests ---- */

/* What the evaluator takes for a condition and its one value. */
enum { STEPS_TO_LOOK = 2 };

static bool is_same_place(const struct cm_plan_place *a, const struct cm_plan_place *b) {
    return a->list == b->list && a->row == b->row && a->nocase == b->nocase && a->part == b->part && a->len == b->len;
}

/* The number of a place; CM_MAX_PLAN_PLACES: there is none, and no room for it. */
static uint32_t place_of(struct planning *planning, const struct cm_plan_place *place) {
    uint32_t at = 0;
    while (at < planning->place_count && !is_same_place(&planning->places[at], place))
        at++;
    if (at == planning->place_count && at < CM_MAX_PLAN_PLACES)
        planning->places[planning->place_count++] = *place;
    return at;
}

static bool is_same_test(const struct test *a, const struct test *b) {
    return a->place == b->place && a->pattern == b->pattern && cm_view_equal(a->text, b->text);
}

/* Whether one of the first tests, of so many, compares the same: no more than there are nodes, for each of them. */
static bool is_among(const struct planning *planning, size_t count, const struct test *test) {
    size_t i = 0;
    while (i < count && !is_same_test(&planning->tests[i], test))
        i++;
    return i < count;
}

static size_t literal_length(const uint8_t *at, const uint8_t *end) {
    const uint8_t *from = at;
    while (at < end && *at < CM_GLOB_ONE)
        at++;
    return (size_t)(at - from);
}

static const uint8_t *skip_stars(const uint8_t *at, const uint8_t *end) {
    while (at < end && *at == CM_GLOB_MANY)
        at++;
    return at;
}

/* Finds what is before, between and after the stars of a pattern; false: there are none, or there is more to it. */
static bool split(struct test *test) {
    const uint8_t *at = test->text.data, *end = at + test->text.len;
    test->front = cm_view(at, literal_length(at, end));
    const uint8_t *next = skip_stars(at + test->front.len, end);
    test->inside = cm_view(next, literal_length(next, end));
    const uint8_t *last = skip_stars(next + test->inside.len, end);
    test->back = cm_view(last, literal_length(last, end));
    if (last == next + test->inside.len) { /* no star after it */
        test->back = test->inside;
        test->inside = cm_view(next, 0);
    }
    return next > at + test->front.len && test->back.data + test->back.len == end;
}

/* At most what the evaluator takes to find what is inside: one for 16 bytes of it, and at each place, of which some are
 * looked at twice, two and as many once more. */
static size_t steps_inside(size_t len) {
    return len == 0 ? 0 : 2 * CM_MAX_PLAN_LOOKED * (2 + len / CM_BYTES_A_STEP) + len / CM_BYTES_A_STEP;
}

/* At most what the evaluator takes: of a pattern one for each *, and for the end. */
static size_t steps_of(const struct test *test) {
    const size_t steps = STEPS_TO_LOOK + cm_steps_to_compare(test->text, test->text);
    if (!test->pattern)
        return steps;
    const size_t literals = test->front.len + test->inside.len + test->back.len;
    return steps + test->text.len - literals + 1 + steps_inside(test->inside.len);
}

static bool keep_test(struct planning *planning, struct test *test) {
    test->again = is_among(planning, planning->test_count, test);
    if (test->pattern && !test->again && planning->pattern_count == CM_MAX_PLAN_PATTERNS)
        return false;
    planning->pattern_count += test->pattern && !test->again;
    planning->steps += steps_of(test);
    planning->tests[planning->test_count++] = *test;
    return true;
}

/* Makes a test of a condition, if it can be one. */
static bool add_test(struct planning *planning, uint32_t offset, uint32_t mapping, bool negated) {
    const struct cm_stored_condition *stored = cm_stored_at(planning->rules, offset);
    const struct cm_path *path = &planning->rules->paths[stored->path];
    if (!stored->plain || (stored->op != CERTMAP_OP_EQUAL && stored->op != CERTMAP_OP_LIKE) || path->by_oid)
        return false;
    const struct cm_condition condition = cm_condition_at(planning->rules, offset);
    struct test test = {.text = cm_operand_first(&condition).matched,
                        .mapping = mapping,
                        .pattern = stored->op == CERTMAP_OP_LIKE,
                        .negated = negated};
    if (test.text.len > CM_MAX_PLAN_TEXT || (test.pattern && !split(&test)))
        return false;
    const struct cm_plan_place place = {
        .list = (uint8_t)path->list, .row = (uint8_t)path->row, .nocase = stored->nocase};
    test.place = place_of(planning, &place);
    return test.place < CM_MAX_PLAN_PLACES && keep_test(planning, &test);
}

static bool add_member(struct planning *planning, const struct cm_node *member, uint32_t mapping) {
    if (member->kind == CM_NODE_NOT && member[1].kind == CM_NODE_CONDITION)
        return add_test(planning, member[1].value, mapping, true);
    return member->kind == CM_NODE_CONDITION && add_test(planning, member->value, mapping, false);
}

/* The members of its root are tests up to the first one that cannot be one: what comes after that is evaluated in the order
 * of the rule, so that steps run out where they do for the evaluator. One that is always true is neither. */
static void add_tests(struct planning *planning, size_t index) {
    const struct cm_mapping *mapping = cm_mapping_at(planning->rules, index);
    const struct cm_node *member = mapping->nodes + 1, *end = mapping->nodes + mapping->nodes->value;
    const size_t before = planning->test_count;
    while (member < end && (member->kind == CM_NODE_ALWAYS || add_member(planning, member, UINT32_C(1) << index)))
        member += cm_node_size(member);
    planning->rests[index] = member < end ? (uint16_t)(member - mapping->nodes) : 0;
    planning->untested += before == planning->test_count && member < end;
}

/* ---- parts ---- */

/* FRONT* or *BACK */
static bool has_one_end(const struct test *test) {
    return test->pattern && test->inside.len == 0 && (test->front.len == 0) != (test->back.len == 0);
}

/* Whether both compare with as many bytes at the same end of a value. */
static bool is_same_part(const struct test *a, const struct test *b) {
    return has_one_end(a) && has_one_end(b) && a->place == b->place && a->front.len == b->front.len &&
           a->back.len == b->back.len;
}

static size_t count_of_part(const struct planning *planning, const struct test *part) {
    size_t count = 0;
    for (size_t i = 0; i < planning->test_count; i++)
        count += !planning->tests[i].again && is_same_part(&planning->tests[i], part);
    return count;
}

/* Makes a place of a part, if there is room, and texts of the patterns that are about it. */
static void move_part(struct planning *planning, const struct test part) {
    struct cm_plan_place place = planning->places[part.place];
    place.part = part.front.len > 0 ? CM_PLAN_FRONT : CM_PLAN_BACK;
    place.len = (uint16_t)(part.front.len + part.back.len);
    const uint32_t at = place_of(planning, &place);
    for (size_t i = 0; i < planning->test_count && at < CM_MAX_PLAN_PLACES; i++) {
        struct test *test = &planning->tests[i];
        if (!is_same_part(test, &part))
            continue;
        test->text = test->front.len > 0 ? test->front : test->back;
        test->pattern = false;
        test->place = at;
        planning->pattern_count -= !test->again;
    }
}

/* No more than there are nodes, twice: those that are moved are not looked at again. */
static void move_parts(struct planning *planning) {
    for (size_t i = 0; i < planning->test_count; i++)
        if (has_one_end(&planning->tests[i]) && !planning->tests[i].again &&
            count_of_part(planning, &planning->tests[i]) >= CM_MIN_PLAN_PART)
            move_part(planning, planning->tests[i]);
}

/* ---- places ---- */

/* Which mappings pass in a place with this text, of those that compare with texts; NULL: with any other. */
static uint32_t pass_with(const struct planning *planning, size_t place, const struct certmap_view *text) {
    uint32_t pass = UINT32_MAX;
    for (size_t i = 0; i < planning->test_count; i++) {
        const struct test *test = &planning->tests[i];
        const bool same = text != NULL && cm_view_equal(*text, test->text);
        if (test->place == place && !test->pattern && same == test->negated)
            pass &= ~test->mapping;
    }
    return pass;
}

/* The same of those that have this pattern, whose value fits or does not. */
static uint32_t pass_fitting(const struct planning *planning, const struct test *pattern, bool fits) {
    uint32_t pass = UINT32_MAX;
    for (size_t i = 0; i < planning->test_count; i++)
        if (is_same_test(&planning->tests[i], pattern) && fits == planning->tests[i].negated)
            pass &= ~planning->tests[i].mapping;
    return pass;
}

static struct cm_plan_pattern make_pattern(const struct planning *planning, const struct test *test) {
    const uint32_t unfit = pass_fitting(planning, test, false), fit = pass_fitting(planning, test, true);
    return (struct cm_plan_pattern){.front = cm_plan_text_of(test->front),
                                    .back = cm_plan_text_of(test->back),
                                    .pass = {unfit, fit},
                                    .asking = ~(unfit & fit),
                                    .inside = cm_plan_text_of(test->inside)};
}

static struct cm_plan_choice make_choice(const struct planning *planning, const struct test *test) {
    const struct cm_plan_text text = cm_plan_text_of(test->text);
    return (struct cm_plan_choice){.data = text.text.data,
                                   .first = text.first,
                                   .last = text.last,
                                   .pass = pass_with(planning, test->place, &test->text),
                                   .len = (uint16_t)text.text.len};
}

/* Files choices, of which the first is none, under their hash: in twice as many slots, or more. */
static void make_slots(struct planning *planning, struct cm_plan_place *place) {
    const size_t count = (size_t)(planning->choice - place->choices);
    struct cm_plan_choice *choices = planning->choice - count;
    unsigned bits = 1;
    place->only = (uint16_t)(count - 1);
    if (count <= 2)
        return;
    while ((size_t)1 << bits < 2 * count)
        bits++;
    place->shift = (uint8_t)(64 - bits);
    place->slots = planning->slot;
    memset(planning->slot, 0, sizeof *planning->slot << bits);
    for (size_t at = 1; at < count; at++) {
        uint16_t *slot = &planning->slot[cm_plan_hash(choices[at].last, choices[at].len) >> place->shift];
        choices[at].next = *slot;
        *slot = (uint16_t)at;
    }
    planning->slot += (size_t)1 << bits;
}

/* What it takes to look at a place; nothing where all that was about it was moved to parts. */
enum cost { NOTHING, TEXTS, PATTERNS, LOOKS, COSTS };

static enum cost cost_of(const struct planning *planning, size_t at) {
    enum cost cost = NOTHING;
    for (size_t i = 0; i < planning->test_count; i++) {
        const struct test *test = &planning->tests[i];
        const enum cost own = test->inside.len > 0 ? LOOKS : test->pattern ? PATTERNS : TEXTS;
        if (test->place == at && own > cost)
            cost = own;
    }
    return cost;
}

/* Linear in the tests, each time for all of them. */
static void make_place(struct planning *planning, size_t at, bool looks) {
    struct cm_plan_place *place = &planning->plan->places[planning->plan->place_count++];
    *place = planning->places[at];
    place->looks = looks;
    place->choices = planning->choice;
    place->patterns = planning->pattern;
    *planning->choice++ = (struct cm_plan_choice){.pass = pass_with(planning, at, NULL)};
    place->absent = place->choices->pass;
    for (size_t i = 0; i < planning->test_count; i++) {
        const struct test *test = &planning->tests[i];
        if (test->place != at || test->again)
            continue;
        if (test->pattern)
            *planning->pattern++ = make_pattern(planning, test);
        else
            *planning->choice++ = make_choice(planning, test);
        place->absent &= test->pattern ? planning->pattern[-1].pass[false] : UINT32_MAX;
    }
    place->patterns_end = planning->pattern;
    make_slots(planning, place);
    planning->plan->lists |= (uint64_t)1 << place->list;
}

/* Those first that take least: for the others fewer mappings are left. */
static void make_places(struct planning *planning) {
    for (enum cost cost = TEXTS; cost < COSTS; cost++)
        for (size_t i = 0; i < planning->place_count; i++)
            if (cost_of(planning, i) == cost)
                make_place(planning, i, cost == LOOKS);
}

/* ---- mappings ---- */

/* What the mapping gives when it is true; false: that has to be built then. */
static bool make_result(struct certmap_result *result, const struct certmap_rules *rules,
                        const struct cm_mapping *mapping) {
    *result = (struct certmap_result)CERTMAP_RESULT_INIT;
    if (mapping->allow && (!mapping->plain || !cm_plain_result(result, rules, mapping, NULL)))
        return false;
    result->mapping = cm_mapping_name(mapping);
    return result->mapping.len <= UINT32_MAX && result->account.len <= UINT32_MAX;
}

static void make_mapping(struct planning *planning, size_t index) {
    const struct cm_mapping *mapping = cm_mapping_at(planning->rules, index);
    struct certmap_result result;
    const bool made = make_result(&result, planning->rules, mapping);
    *planning->mapping++ = (struct cm_plan_mapping){.name = result.mapping.data,
                                                    .account = result.account.data,
                                                    .domain = result.domain.data,
                                                    .user = result.user.data,
                                                    .name_len = (uint32_t)result.mapping.len,
                                                    .account_len = (uint32_t)result.account.len,
                                                    .domain_len = (uint32_t)result.domain.len,
                                                    .user_len = (uint32_t)result.user.len,
                                                    .mapping = mapping,
                                                    .index = (uint16_t)index,
                                                    .rest = planning->rests[index],
                                                    .decision = (uint8_t)cm_mapping_decision(mapping),
                                                    .kind = (uint8_t)mapping->kind,
                                                    .account_count = (uint8_t)result.account_count,
                                                    .made = made};
}

/* ---- the block ---- */

/* Room for a plan, one part after the other, those first whose members are aligned most. A place has a choice for none, and less
 * than four slots for each choice. */
static bool make_room(struct planning *planning) {
    const size_t places = planning->place_count, mappings = planning->rules->mapping_count + 1,
                 choices = planning->test_count + places;
    struct cm_plan *plan =
        cm_alloc(&planning->rules->allocator,
                 sizeof *plan + places * sizeof *plan->places + mappings * sizeof *planning->mapping +
                     choices * sizeof *planning->choice + planning->pattern_count * sizeof *planning->pattern +
                     4 * choices * sizeof *planning->slot);
    if (plan == NULL)
        return false;
    planning->plan = plan;
    planning->mapping = (struct cm_plan_mapping *)(void *)(plan->places + places);
    planning->choice = (struct cm_plan_choice *)(void *)(planning->mapping + mappings);
    planning->pattern = (struct cm_plan_pattern *)(void *)(planning->choice + choices);
    planning->slot = (uint16_t *)(void *)(planning->pattern + planning->pattern_count);
    *plan = (struct cm_plan){.mapping_count = mappings - 1, .steps = planning->steps, .mappings = planning->mapping};
    return true;
}

_Static_assert(_Alignof(struct cm_plan) >= _Alignof(struct cm_plan_mapping) &&
                   _Alignof(struct cm_plan_mapping) >= _Alignof(struct cm_plan_choice) &&
                   _Alignof(struct cm_plan_choice) >= _Alignof(struct cm_plan_pattern) &&
                   _Alignof(struct cm_plan_pattern) >= _Alignof(uint16_t),
               "each part of the block may follow the one before it");

/* ---- whether there is one ---- */

/* Only where the first mapping that is not false decides. */
static bool is_small(const struct certmap_rules *rules) {
    return rules->policy == CERTMAP_COMBINING_FIRST && !rules->disabled && rules->mapping_count > 0 &&
           rules->mapping_count <= CM_MAX_PLANNED;
}

static size_t count_nodes(const struct certmap_rules *rules) {
    size_t count = 0;
    for (size_t i = 0; i < rules->mapping_count; i++)
        count += cm_mapping_at(rules, i)->nodes->value;
    return count;
}

/* What an index could rule out is not evaluated one by one, and tests leave most of the steps. */
static bool is_worth_it(const struct planning *planning) {
    return planning->untested < CM_MIN_INDEXED && planning->steps <= planning->rules->steps / CM_PLAN_PART_OF_STEPS;
}

/* False: no memory. */
static bool make_plan(struct planning *planning) {
    for (size_t i = 0; i < planning->rules->mapping_count; i++)
        add_tests(planning, i);
    if (!is_worth_it(planning))
        return true;
    move_parts(planning);
    if (!make_room(planning))
        return false;
    make_places(planning);
    for (size_t i = 0; i < planning->rules->mapping_count; i++)
        make_mapping(planning, i);
    *planning->mapping = (struct cm_plan_mapping){.decision = CERTMAP_NONE, .made = true};
    return true;
}

enum certmap_status cm_plan_make(struct certmap_rules *rules, struct certmap_diagnostic *err) {
    struct planning planning = {.rules = rules};
    const size_t nodes = is_small(rules) ? count_nodes(rules) : SIZE_MAX;
    if (nodes > CM_MAX_PLANNED_NODES)
        return CERTMAP_OK;
    planning.tests = cm_array_alloc(&rules->allocator, nodes, sizeof *planning.tests);
    const bool made = planning.tests != NULL && make_plan(&planning);
    cm_release(&rules->allocator, planning.tests);
    rules->plan = planning.plan;
    return made ? CERTMAP_OK : cm_error_memory(err);
}
