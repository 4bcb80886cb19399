/* SPDX-License-Identifier: MIT */
/* The allocator that other tests rely on does fail, count and move. */
#include "support/alloc.h"
#include "support/run.h"
#include <string.h>

T_TEST(fails_at_the_request_asked_for) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    t_alloc_fail_at(&memory, (size_t)_i);
    for (int request = 0; request < 4; request++) {
        ck_assert_int_eq(t_alloc_failed(&memory), request > _i);
        void *p = allocator.alloc(allocator.ctx, 8);
        ck_assert_int_eq(p == NULL, request == _i);
        if (p != NULL)
            allocator.release(allocator.ctx, p);
    }
    ck_assert_uint_eq(memory.live, 0);
    ck_assert_uint_eq(memory.requests, 4);
}

T_TEST(counts_what_lives) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    void *a = allocator.alloc(allocator.ctx, 10);
    void *b = allocator.alloc(allocator.ctx, 5);
    ck_assert_uint_eq(memory.live, 2);
    ck_assert_uint_eq(memory.bytes, 15);
    allocator.release(allocator.ctx, a);
    ck_assert_uint_eq(memory.live, 1);
    ck_assert_uint_eq(memory.bytes, 5);
    ck_assert_uint_eq(memory.peak, 15);
    allocator.release(allocator.ctx, b);
    ck_assert_uint_eq(memory.live, 0);
}

T_TEST(resize_moves_and_keeps) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    char *p = allocator.resize(allocator.ctx, NULL, 3);
    memcpy(p, "abc", 3);
    char *q = allocator.resize(allocator.ctx, p, 6);
    ck_assert_ptr_ne(p, q);
    ck_assert_mem_eq(q, "abc\xA5\xA5\xA5", 6);
    q = allocator.resize(allocator.ctx, q, 2);
    ck_assert_mem_eq(q, "ab", 2);
    ck_assert_uint_eq(memory.bytes, 2);
    allocator.release(allocator.ctx, q);
    ck_assert_uint_eq(memory.live, 0);
}

T_TEST(a_resize_that_fails_leaves_the_block) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    char *p = allocator.alloc(allocator.ctx, 3);
    memcpy(p, "abc", 3);
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(allocator.resize(allocator.ctx, p, 100));
    ck_assert_mem_eq(p, "abc", 3);
    ck_assert_uint_eq(memory.live, 1);
    allocator.release(allocator.ctx, p);
}

T_TEST(refuses_a_size_that_overflows) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    ck_assert_ptr_null(allocator.alloc(allocator.ctx, SIZE_MAX));
    ck_assert_uint_eq(memory.live, 0);
}

T_TESTS("support", T_CASE("alloc", T_LOOP(fails_at_the_request_asked_for, 4), counts_what_lives, resize_moves_and_keeps,
                          a_resize_that_fails_leaves_the_block, refuses_a_size_that_overflows))
