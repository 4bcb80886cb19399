/* SPDX-License-Identifier: MIT */
/* Where mappings and their parts are: what was kept of a file of many is what the loader said of each. */
#define _POSIX_C_SOURCE 200809L

#include "lint/places.h"
#include "rules.h"
#include "support/alloc.h"

static struct t_alloc memory;
static struct certmap_allocator allocator;
static struct cm_lint_places places;
static struct cm_lint_open_place opened;

static void begin(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    allocator = t_alloc_allocator(&memory);
    places = (struct cm_lint_places){.failed = false};
    opened = (struct cm_lint_open_place){.allocator = allocator};
}

static void end(void) {
    cm_lint_place_close(&opened);
    cm_lint_places_free(&places, &allocator);
    ck_assert_uint_eq(memory.live, 0);
}

static bool are_equal(const struct certmap_position *a, const struct certmap_position *b) {
    return a->line == b->line && a->column == b->column && a->offset == b->offset && a->length == b->length;
}

/* ---- one mapping ---- */

/* Small and large, forward and back, on one line and on others, and nowhere. */
static const struct certmap_position positions[] = {
    {1, 9, 8, 3},
    {1, 20, 24, 1},
    {0, 0, 0, 0},
    {70, 1, 4000, 127},
    {70, 200, 4255, 128},
    {2, 5, 40, 0},
    {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX},
    {1, SIZE_MAX, 0, 1},
    {SIZE_MAX / 2 + 1, 1, SIZE_MAX / 2 + 1, 1},
    {0, 7, 3, 9},
};
#define POSITIONS (sizeof positions / sizeof *positions)

/* A mapping with two conditions, of two operands and of none, an output and three terms, whose positions are these from
 * the number-th one on. */
static void add(size_t number, enum certmap_kind kind, bool bare) {
    struct certmap_position at[POSITIONS];
    struct certmap_condition conditions[] = {CERTMAP_CONDITION_INIT, CERTMAP_CONDITION_INIT};
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    for (size_t i = 0; i < POSITIONS; i++)
        at[i] = positions[(number + i) % POSITIONS];
    const struct certmap_condition_position condition_positions[] = {{.field = at[3], .op = at[4], .operands = &at[5]},
                                                                     {.field = at[7], .op = at[8], .operands = NULL}};
    const struct certmap_output_position output_positions[] = {{.value = at[9]}};
    const struct certmap_term terms[] = {
        {CERTMAP_TERM_ALL, 4}, {CERTMAP_TERM_CONDITION, 1}, {CERTMAP_TERM_NOT, 2}, {CERTMAP_TERM_CONDITION, 1}};
    struct certmap_description description = CERTMAP_DESCRIPTION_INIT;
    mapping.kind = kind;
    conditions[0].operand_count = 2;
    conditions[1].operand_count = 7; /* whose positions are not known */
    description.mapping = &mapping;
    description.position = at[0];
    description.account = at[1];
    description.extent = at[2];
    if (!bare) {
        description.conditions = conditions;
        description.condition_count = 2;
        description.condition_positions = condition_positions;
        description.output_count = 1;
        description.output_positions = output_positions;
        description.terms = terms;
        description.term_count = 4;
        description.term_extents = at;
    }
    cm_lint_places_add(&places, &allocator, &description);
}

static void assert_at(const struct certmap_position *is, size_t number, size_t i) {
    ck_assert_msg(are_equal(is, &positions[(number + i) % POSITIONS]), "%zu of %zu", i, number);
}

static void assert_open(size_t number) {
    const struct cm_lint_condition_place *conditions = opened.conditions.items;
    const struct certmap_position *terms = opened.terms.items, *operands = opened.operands.items;
    assert_at(&opened.is.name, number, 0);
    assert_at(&opened.is.account, number, 1);
    assert_at(&opened.is.extent, number, 2);
    ck_assert_uint_eq(opened.is.condition_count, 2);
    assert_at(&conditions[0].field, number, 3);
    assert_at(&conditions[0].op, number, 4);
    ck_assert_uint_eq(conditions[0].operand_count, 2);
    assert_at(&operands[conditions[0].operand], number, 5);
    assert_at(&operands[conditions[0].operand + 1], number, 6);
    assert_at(&conditions[1].field, number, 7);
    assert_at(&conditions[1].op, number, 8);
    ck_assert_uint_eq(conditions[1].operand_count, 0);
    ck_assert_uint_eq(opened.is.output_count, 1);
    assert_at(opened.outputs.items, number, 9);
    ck_assert_uint_eq(opened.is.term_count, 3); /* but for the group of all */
    for (size_t i = 0; i < 3; i++)
        assert_at(&terms[i], number, i + 1);
}

T_TEST(positions_are_read_back) {
    begin();
    for (size_t i = 0; i < POSITIONS; i++)
        add(i, i == 3 ? CERTMAP_KIND_ONE_TO_ONE : CERTMAP_KIND_NATIVE, false);
    cm_lint_places_trim(&places, &allocator);
    ck_assert(!places.failed);
    for (size_t i = POSITIONS; i-- > 0;) {
        ck_assert_int_eq(cm_lint_places_is_one_to_one(&places, i), i == 3);
        ck_assert(cm_lint_place_open(&opened, &places, i));
        assert_open(i);
        ck_assert(cm_lint_place_open(&opened, &places, i)); /* it is open */
        assert_open(i);
    }
    end();
}

/* A mapping after one that has more of everything. */
T_TEST(parts_that_are_not_known) {
    begin();
    add(0, CERTMAP_KIND_NATIVE, false);
    add(1, CERTMAP_KIND_NATIVE, true);
    ck_assert(cm_lint_place_open(&opened, &places, 0));
    ck_assert(cm_lint_place_open(&opened, &places, 1));
    assert_at(&opened.is.extent, 1, 2);
    ck_assert_uint_eq(opened.is.condition_count + opened.is.output_count + opened.is.term_count, 0);
    end();
}

/* What people write takes a few octets for each position. */
T_TEST(positions_are_short) {
    begin();
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_description description = CERTMAP_DESCRIPTION_INIT;
    description.mapping = &mapping;
    for (size_t i = 0; i < 1000; i++) {
        description.position = (struct certmap_position){i + 2, 9, i * 130 + 20, 8};
        description.account = (struct certmap_position){i + 2, 100, i * 130 + 111, 12};
        description.extent = (struct certmap_position){i + 2, 1, i * 130 + 12, 129};
        cm_lint_places_add(&places, &allocator, &description);
    }
    ck_assert_uint_le(places.bytes.count, 1000 * 24);
    end();
}

/* ---- no memory ---- */

T_TEST(no_memory_to_keep_it) {
    for (size_t n = 0;; n++) {
        begin();
        t_alloc_fail_at(&memory, n);
        for (size_t i = 0; i < 20; i++)
            add(i, CERTMAP_KIND_NATIVE, false);
        const bool failed = t_alloc_failed(&memory);
        ck_assert_int_eq(places.failed, failed);
        end();
        if (!failed)
            break;
    }
}

T_TEST(no_memory_to_open_it) {
    for (size_t n = 0;; n++) {
        begin();
        add(0, CERTMAP_KIND_NATIVE, false);
        t_alloc_fail_at(&memory, n);
        const bool open = cm_lint_place_open(&opened, &places, 0);
        const bool failed = t_alloc_failed(&memory);
        ck_assert_int_eq(open, !failed);
        ck_assert_int_eq(opened.failed, failed);
        end();
        if (!failed)
            break;
    }
}

/* It is said, and what there is stays. */
T_TEST(no_memory_to_trim) {
    begin();
    add(0, CERTMAP_KIND_NATIVE, false);
    t_alloc_fail_at(&memory, 0);
    cm_lint_places_trim(&places, &allocator);
    ck_assert(places.failed);
    ck_assert(cm_lint_place_open(&opened, &places, 0));
    assert_open(0);
    end();
}

T_TESTS("lint_places", T_CASE("places", positions_are_read_back, parts_that_are_not_known, positions_are_short),
        T_CASE("no memory", no_memory_to_keep_it, no_memory_to_open_it, no_memory_to_trim))
