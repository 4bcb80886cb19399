/* SPDX-License-Identifier: MIT */
/* Blocks of an arena: each of its own, aligned, of any size, taken again when they were given back, and all released. */
#define _POSIX_C_SOURCE 200809L

#include "lint/arena.h"
#include "rules.h"
#include "support/alloc.h"

static struct t_alloc memory;
static struct cm_lint_arena arena;

static void begin(void) {
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    memory = (struct t_alloc)T_ALLOC_INIT;
    cm_lint_arena_begin(&arena, &allocator);
}

static void end(void) {
    cm_lint_arena_free(&arena);
    ck_assert_uint_eq(memory.live, 0);
}

/* The largest size that is no block of the allocator's own. */
#define LARGEST_ROOM (((size_t)32 << (CM_LINT_ARENA_ROOMS - 1)) - 1)

static const size_t sizes[] = {0, 1, 31, 32, 33, 63, 64, 1000, 16383, 16384, LARGEST_ROOM, LARGEST_ROOM + 1, 100000};
#define SIZES (sizeof sizes / sizeof *sizes)

/* Each is filled with a byte of its own, and still has it when all are taken. */
T_TEST(blocks_are_apart) {
    begin();
    unsigned char *blocks[20][SIZES];
    for (size_t i = 0; i < 20; i++)
        for (size_t k = 0; k < SIZES; k++) {
            blocks[i][k] = cm_lint_arena_take(&arena, sizes[k]);
            ck_assert_ptr_nonnull(blocks[i][k]);
            ck_assert_uint_eq((uintptr_t)blocks[i][k] % sizeof(double), 0);
            memset(blocks[i][k], (int)(i * SIZES + k), sizes[k]);
        }
    for (size_t i = 0; i < 20; i++)
        for (size_t k = 0; k < SIZES; k++) {
            for (size_t at = 0; at < sizes[k]; at++)
                ck_assert_uint_eq(blocks[i][k][at], (unsigned char)(i * SIZES + k));
            cm_lint_arena_give(&arena, blocks[i][k], sizes[k]);
        }
    end();
}

/* PicoSAT tells two arrays apart by where one ends and the other begins. */
T_TEST(no_block_begins_where_another_ends) {
    begin();
    const unsigned char *blocks[8][SIZES];
    for (size_t i = 0; i < 8; i++)
        for (size_t k = 0; k < SIZES; k++)
            blocks[i][k] = cm_lint_arena_take(&arena, sizes[k]);
    for (size_t i = 0; i < 8 * SIZES; i++)
        for (size_t k = 0; k < 8 * SIZES; k++)
            ck_assert(i == k || blocks[i / SIZES][i % SIZES] + sizes[i % SIZES] != blocks[k / SIZES][k % SIZES]);
    end();
}

T_TEST(what_is_given_back_is_taken_again) {
    begin();
    for (size_t k = 0; k < SIZES; k++) {
        void *block = cm_lint_arena_take(&arena, sizes[k]), *other = cm_lint_arena_take(&arena, sizes[k]);
        ck_assert_ptr_ne(block, other);
        cm_lint_arena_give(&arena, block, sizes[k]);
        cm_lint_arena_give(&arena, other, sizes[k]);
        if (sizes[k] > LARGEST_ROOM)
            continue;
        ck_assert_ptr_eq(cm_lint_arena_take(&arena, sizes[k]), other);
        ck_assert_ptr_eq(cm_lint_arena_take(&arena, sizes[k]), block);
    }
    cm_lint_arena_give(&arena, NULL, 32);
    end();
}

/* What is larger than a room is the allocator's, in any order. */
T_TEST(large_blocks_are_released) {
    begin();
    void *blocks[4];
    for (size_t i = 0; i < 4; i++)
        blocks[i] = cm_lint_arena_take(&arena, LARGEST_ROOM + 1 + i);
    ck_assert_uint_eq(memory.live, 4);
    static const size_t order[] = {1, 3, 0};
    for (size_t i = 0; i < 3; i++)
        cm_lint_arena_give(&arena, blocks[order[i]], LARGEST_ROOM + 1 + order[i]);
    ck_assert_uint_eq(memory.live, 1);
    cm_lint_arena_empty(&arena);
    ck_assert_uint_eq(memory.live, 0);
    end();
}

/* One chunk stays, which is no larger than the most that a chunk has; a block that was given back before is gone. */
T_TEST(one_chunk_stays) {
    begin();
    for (size_t i = 0; i < 200; i++)
        cm_lint_arena_give(&arena, cm_lint_arena_take(&arena, 32), 32);
    ck_assert_uint_eq(memory.live, 1);
    for (size_t i = 0; i < 200; i++)
        ck_assert_ptr_nonnull(cm_lint_arena_take(&arena, LARGEST_ROOM));
    ck_assert_uint_gt(memory.live, 5);
    cm_lint_arena_empty(&arena);
    ck_assert_uint_eq(memory.live, 1);
    ck_assert_uint_le(memory.bytes, CM_LINT_ARENA_MAX_CHUNK + 64);
    void *block = cm_lint_arena_take(&arena, 32);
    ck_assert_ptr_ne(block, cm_lint_arena_take(&arena, 32));
    ck_assert_uint_eq(memory.live, 1);
    end();
}

T_TEST(without_memory) {
    begin();
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_lint_arena_take(&arena, 32));
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_lint_arena_take(&arena, LARGEST_ROOM + 1));
    ck_assert_ptr_null(cm_lint_arena_take(&arena, SIZE_MAX));
    ck_assert_ptr_nonnull(cm_lint_arena_take(&arena, 32));
    end();
}

T_TESTS("lint_arena",
        T_CASE("blocks", blocks_are_apart, no_block_begins_where_another_ends, what_is_given_back_is_taken_again,
               large_blocks_are_released, one_chunk_stays, without_memory))
