/* SPDX-License-Identifier: MIT */
/* Memory through an allocator: single blocks, arrays that grow, arenas. */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/id_table.h"
#include "base/meter.h"
#include "base/pages.h"
#include "base/view.h"
#include "support/alloc.h"
#include "support/run.h"
#include <stddef.h>

static struct t_alloc memory;
static struct certmap_allocator allocator;

static void set_up(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    allocator = t_alloc_allocator(&memory);
}

static void tear_down(void) {
    ck_assert_uint_eq(memory.live, 0);
}

/* ---- allocators ---- */

T_TEST(the_default_allocator) {
    struct certmap_allocator own;
    ck_assert(cm_allocator_init(&own, NULL));
    char *p = cm_alloc(&own, 4);
    ck_assert_ptr_nonnull(p);
    memcpy(p, "abc", 4);
    p = cm_resize(&own, p, 100000);
    ck_assert_ptr_nonnull(p);
    ck_assert_str_eq(p, "abc");
    cm_release(&own, p);
}

T_TEST(an_allocator_is_copied) {
    struct certmap_allocator own;
    ck_assert(cm_allocator_init(&own, &allocator));
    ck_assert_ptr_eq(own.ctx, &memory);
    void *p = cm_alloc(&own, 10);
    ck_assert_uint_eq(memory.bytes, 10);
    cm_release(&own, p);
}

T_TEST(an_allocator_needs_every_function) {
    struct certmap_allocator own, lacking = allocator;
    if (_i == 0)
        lacking.alloc = NULL;
    else if (_i == 1)
        lacking.resize = NULL;
    else
        lacking.release = NULL;
    ck_assert(!cm_allocator_init(&own, &lacking));
}

/* No function of an allocator sees a size of 0 or a NULL to release. */
T_TEST(nothing_is_something) {
    void *p = cm_alloc(&allocator, 0);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(memory.bytes, 1);
    p = cm_resize(&allocator, p, 0);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(memory.bytes, 1);
    cm_release(&allocator, p);
    cm_release(&allocator, NULL);
    ck_assert_uint_eq(memory.live, 0);
    p = cm_resize(&allocator, NULL, 0);
    ck_assert_ptr_nonnull(p);
    cm_release(&allocator, p);
}

T_TEST(a_resize_that_fails_leaves_the_block) {
    char *p = cm_alloc(&allocator, 2);
    memcpy(p, "a", 2);
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_resize(&allocator, p, 1000));
    ck_assert_str_eq(p, "a");
    cm_release(&allocator, p);
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_resize(&allocator, NULL, 1000));
}

/* What an allocator adds to a size does not make it small: it is not asked. */
T_TEST(more_than_an_object_can_have) {
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 8, (size_t)PTRDIFF_MAX + 1};
    struct cm_meter *meter = cm_meter_new(&allocator, SIZE_MAX, 0);
    const struct certmap_allocator metered = cm_meter_allocator(meter);
    cm_meter_stop(meter);
    char *p = cm_alloc(&metered, 2);
    memcpy(p, "a", 2);
    t_alloc_fail_at(&memory, SIZE_MAX);
    ck_assert_ptr_null(cm_alloc(&metered, sizes[_i]));
    ck_assert_ptr_null(cm_resize(&metered, p, sizes[_i]));
    ck_assert_ptr_null(cm_resize(&metered, NULL, sizes[_i]));
    ck_assert_uint_eq(memory.requests, 0);
    ck_assert_str_eq(p, "a");
    cm_release(&metered, p);
    cm_meter_free(meter);
}

/* ---- arrays ---- */

static const struct {
    size_t cap, need, wanted; /* wanted: the capacity afterwards */
} growths[] = {
    {0, 0, 8}, {0, 1, 8}, {0, 8, 8}, {0, 9, 16}, {0, 1000, 1024}, {8, 9, 16}, {8, 16, 16}, {8, 17, 32}, {16, 3, 16},
};

T_TEST(growth) {
    size_t cap = growths[_i].cap;
    uint32_t *items = cap > 0 ? cm_alloc(&allocator, cap * sizeof *items) : NULL;
    for (size_t i = 0; i < cap; i++)
        items[i] = (uint32_t)i;
    uint32_t *grown = cm_array_reserve(&allocator, items, &cap, growths[_i].need, sizeof *items);
    ck_assert_ptr_nonnull(grown);
    ck_assert_uint_eq(cap, growths[_i].wanted);
    ck_assert_uint_eq(memory.bytes, cap * sizeof *items);
    for (size_t i = 0; i < growths[_i].cap; i++)
        ck_assert_uint_eq(grown[i], i);
    if (items != NULL && growths[_i].need <= growths[_i].cap)
        ck_assert_ptr_eq(grown, items);
    cm_release(&allocator, grown);
}

static const struct {
    size_t need, item_size;
} overflows[] = {
    {SIZE_MAX, 1},         {SIZE_MAX / 2 + 2, 1}, {SIZE_MAX / 2 + 1, 2}, {SIZE_MAX / 8, 8}, {SIZE_MAX / 16, 16},
    {SIZE_MAX / 100, 100}, {SIZE_MAX - 7, 8},     {SIZE_MAX / 4 + 1, 4}, {9, SIZE_MAX / 9}, {SIZE_MAX, SIZE_MAX},
};

T_TEST(growth_that_overflows) {
    size_t cap = 8;
    uint8_t *items = cm_alloc(&allocator, cap);
    t_alloc_fail_at(&memory, SIZE_MAX);
    ck_assert_ptr_null(cm_array_reserve(&allocator, items, &cap, overflows[_i].need, overflows[_i].item_size));
    ck_assert_uint_eq(cap, 8);
    ck_assert_uint_eq(memory.requests, 0);
    cm_release(&allocator, items);
}

/* The product would be small, or nothing. */
T_TEST(an_array_that_overflows) {
    static const struct {
        size_t count, item_size;
    } arrays[] = {{SIZE_MAX / 8 + 1, 8}, {SIZE_MAX / 8 + 2, 8}, {SIZE_MAX, 2}, {SIZE_MAX / 2 + 2, 2}, {3, SIZE_MAX}};
    t_alloc_fail_at(&memory, SIZE_MAX);
    ck_assert_ptr_null(cm_array_alloc(&allocator, arrays[_i].count, arrays[_i].item_size));
    ck_assert_uint_eq(memory.requests, 0);
    uint32_t *items = cm_array_alloc(&allocator, 3, sizeof *items);
    ck_assert_uint_eq(memory.bytes, 12);
    cm_release(&allocator, items);
}

/* A table whose slots have more bytes than can be counted has no memory. */
T_TEST(a_table_that_overflows) {
    const size_t most = SIZE_MAX / sizeof(struct cm_id_table_slot) / 2 + 1;
    struct cm_id_table table = {.slots = NULL, .slot_count = most, .count = most};
    t_alloc_fail_at(&memory, SIZE_MAX);
    ck_assert(!cm_id_table_add(&table, 1, 1, &allocator));
    ck_assert_uint_eq(memory.requests, 0);
    ck_assert_uint_eq(table.slot_count, most);
}

T_TEST(growth_that_fails) {
    size_t cap = 0;
    char *items = cm_array_reserve(&allocator, NULL, &cap, 1, 1);
    memcpy(items, "seven..", 8);
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_array_reserve(&allocator, items, &cap, 9, 1));
    ck_assert_uint_eq(cap, 8);
    ck_assert_str_eq(items, "seven..");
    cm_release(&allocator, items);
}

/* ---- arrays that are complete ---- */

/* Bytes that tell where they are, in an array that has more room. */
static uint8_t *half_full(size_t size) {
    uint8_t *items = cm_alloc(&allocator, 2 * size);
    for (size_t i = 0; i < size; i++)
        items[i] = (uint8_t)(i * 31 >> 3);
    return items;
}

static const struct {
    size_t size;
    size_t fail_at;  /* the request that fails */
    size_t requests; /* what it takes: a large array moves, if it can */
} settlings[] = {
    {1000, SIZE_MAX, 1},  {CM_MIN_PAGES - 1, SIZE_MAX, 1},    {CM_MIN_PAGES, SIZE_MAX, 1},
    {CM_MIN_PAGES, 0, 2}, {CM_MIN_PAGES + 4097, SIZE_MAX, 1},
};

T_TEST(settling) {
    const size_t size = settlings[_i].size;
    uint8_t *items = half_full(size);
    t_alloc_fail_at(&memory, settlings[_i].fail_at);
    uint8_t *settled = cm_array_shrink(&allocator, items, size);
    ck_assert_ptr_nonnull(settled);
    ck_assert_uint_eq(memory.requests, settlings[_i].requests);
    ck_assert_uint_eq(memory.bytes, size);
    ck_assert_uint_eq(memory.live, 1);
    for (size_t i = 0; i < size; i++)
        if (settled[i] != (uint8_t)(i * 31 >> 3))
            ck_abort_msg("byte %zu", i);
    cm_release(&allocator, settled);
}

T_TEST(settling_that_fails) {
    uint8_t *items = half_full(1000);
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_array_shrink(&allocator, items, 1000));
    ck_assert_uint_eq(items[999], (uint8_t)(999 * 31 >> 3));
    cm_release(&allocator, items);
}

/* Advice changes nothing of what a block holds, wherever it begins and ends. */
T_TEST(advice) {
    const size_t size = CM_MIN_PAGES + 12345 * (size_t)_i;
    uint8_t *block = malloc(size);
    ck_assert_ptr_nonnull(block);
    memset(block, 0x5A, size);
    cm_pages_advise(block, size);
    cm_pages_advise(NULL, size);
    cm_pages_collapse(block, size);
    cm_pages_collapse(NULL, size);
    for (size_t i = 0; i < size; i++)
        if (block[i] != 0x5A)
            ck_abort_msg("byte %zu", i);
    free(block);
}

/* ---- arenas ---- */

T_TEST(pieces_are_aligned_and_apart) {
    struct cm_arena arena;
    uint8_t *pieces[100];
    cm_arena_init(&arena, &allocator, SIZE_MAX);
    for (size_t i = 0; i < 100; i++) {
        pieces[i] = cm_arena_alloc(&arena, i * i);
        ck_assert_ptr_nonnull(pieces[i]);
        ck_assert_uint_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)i, i * i);
    }
    for (size_t i = 0; i < 100; i++)
        for (size_t k = 0; k < i * i; k++)
            if (pieces[i][k] != i)
                ck_abort_msg("byte %zu of piece %zu", k, i);
    ck_assert_uint_lt(memory.live, 12);
    cm_arena_free(&arena);
}

T_TEST(text_gets_a_nul) {
    struct cm_arena arena;
    cm_arena_init(&arena, &allocator, SIZE_MAX);
    const struct certmap_view empty = cm_arena_text(&arena, CM_VIEW_NONE);
    ck_assert_ptr_nonnull(empty.data);
    ck_assert_uint_eq(empty.len, 0);
    ck_assert_uint_eq(empty.data[0], 0);
    const struct certmap_view copy = cm_arena_text(&arena, CM_VIEW("a\0b"));
    ck_assert_uint_eq(copy.len, 3);
    ck_assert_mem_eq(copy.data, "a\0b", 4);
    cm_arena_free(&arena);
}

T_TEST(reset_keeps_the_head) {
    struct cm_arena arena;
    cm_arena_init(&arena, &allocator, SIZE_MAX);
    cm_arena_reset(&arena); /* nothing there yet */
    for (size_t i = 0; i < 20; i++)
        ck_assert_ptr_nonnull(cm_arena_alloc(&arena, 3000));
    ck_assert_uint_gt(memory.live, 1);
    cm_arena_reset(&arena);
    ck_assert_uint_eq(memory.live, 1);
    t_alloc_fail_at(&memory, SIZE_MAX);
    for (size_t i = 0; i < 10; i++)
        ck_assert_ptr_nonnull(cm_arena_alloc(&arena, 3000));
    ck_assert_uint_eq(memory.requests, 0);
    cm_arena_free(&arena);
    ck_assert_uint_eq(memory.live, 0);
    ck_assert_ptr_nonnull(cm_arena_alloc(&arena, 1)); /* usable again */
    cm_arena_free(&arena);
    cm_arena_free(&arena);
}

/* The arena grows up to its limit and not beyond, in small pieces or in one. */
static const struct {
    const char *what;
    size_t limit, piece, pieces; /* how many pieces fit */
} limits[] = {
    {"nothing", 0, 16, 0},
    {"less than a first chunk", 160, 16, 10},
    {"one piece of all of it", 160, 160, 1},
    {"one piece of more", 160, 161, 0},
    {"a first chunk", 4096, 4096, 1},
    {"more than a first chunk", 10000, 16, 625},
    {"one large piece, then nothing", 100000, 99984, 1},
    {"many chunks", 1u << 20, 1024, 1024},
};

T_TEST(limit) {
    struct cm_arena arena;
    cm_arena_init(&arena, &allocator, limits[_i].limit);
    for (size_t i = 0; i < limits[_i].pieces; i++)
        ck_assert_msg(cm_arena_alloc(&arena, limits[_i].piece) != NULL, "%s: piece %zu", limits[_i].what, i);
    ck_assert_msg(!arena.over, "%s", limits[_i].what);
    ck_assert_msg(cm_arena_alloc(&arena, limits[_i].piece) == NULL, "%s: one more", limits[_i].what);
    ck_assert_msg(arena.over, "%s", limits[_i].what);
    ck_assert_uint_le(arena.total, limits[_i].limit);
    cm_arena_free(&arena);
}

T_TEST(an_arena_can_be_used_after_its_limit) {
    struct cm_arena arena;
    cm_arena_init(&arena, &allocator, 6000);
    ck_assert_ptr_nonnull(cm_arena_alloc(&arena, 4096));
    ck_assert_ptr_null(cm_arena_alloc(&arena, 4096));
    ck_assert_ptr_nonnull(cm_arena_alloc(&arena, 1000));
    ck_assert(!arena.over);
    cm_arena_reset(&arena);
    ck_assert_ptr_nonnull(cm_arena_alloc(&arena, 1000));
    ck_assert_uint_le(arena.total, 6000);
    ck_assert_ptr_null(cm_arena_alloc(&arena, 6000)); /* what the reset kept counts */
    ck_assert(arena.over);
    cm_arena_free(&arena);
    ck_assert_ptr_nonnull(cm_arena_alloc(&arena, 6000));
    cm_arena_free(&arena);
}

T_TEST(no_memory_is_not_the_limit) {
    struct cm_arena arena;
    cm_arena_init(&arena, &allocator, 100);
    ck_assert_ptr_null(cm_arena_alloc(&arena, 200));
    ck_assert(arena.over);
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_arena_alloc(&arena, 50));
    ck_assert(!arena.over);
    ck_assert_ptr_nonnull(cm_arena_alloc(&arena, 50));
    cm_arena_free(&arena);
}

T_TEST(a_text_without_memory) {
    struct cm_arena arena;
    cm_arena_init(&arena, &allocator, SIZE_MAX);
    t_alloc_fail_at(&memory, 0);
    const struct certmap_view copy = cm_arena_text(&arena, CM_VIEW("a"));
    ck_assert_ptr_null(copy.data);
    ck_assert_uint_eq(copy.len, 0);
    cm_arena_free(&arena);
}

T_TEST(a_size_that_overflows) {
    struct cm_arena arena;
    cm_arena_init(&arena, &allocator, SIZE_MAX);
    ck_assert_ptr_null(cm_arena_alloc(&arena, SIZE_MAX - (size_t)_i));
    ck_assert_ptr_null(cm_arena_alloc(&arena, SIZE_MAX / 2 + 1));
    ck_assert_uint_eq(memory.requests, 0);
    cm_arena_free(&arena);
}

T_TESTS("memory",
        T_CASE("blocks", T_EACH(set_up, tear_down), the_default_allocator, an_allocator_is_copied,
               T_LOOP(an_allocator_needs_every_function, 3), nothing_is_something, a_resize_that_fails_leaves_the_block,
               T_LOOP(more_than_an_object_can_have, 3)),
        T_CASE("arrays", T_EACH(set_up, tear_down), T_LOOP(growth, COUNT(growths)),
               T_LOOP(growth_that_overflows, COUNT(overflows)), T_LOOP(an_array_that_overflows, 5),
               a_table_that_overflows, growth_that_fails, T_LOOP(settling, COUNT(settlings)), settling_that_fails,
               T_LOOP(advice, 4)),
        T_CASE("arenas", T_EACH(set_up, tear_down), pieces_are_aligned_and_apart, text_gets_a_nul, reset_keeps_the_head,
               T_LOOP(limit, COUNT(limits)), an_arena_can_be_used_after_its_limit, no_memory_is_not_the_limit,
               a_text_without_memory, T_LOOP(a_size_that_overflows, 17)))
