/* SPDX-License-Identifier: MIT */
/* The allocator that counts. */
#include "base/alloc.h"
#include "base/meter.h"
#include "support/alloc.h"
#include "support/run.h"
#include <stddef.h>
#include <string.h>

static struct t_alloc memory;
static struct certmap_allocator inner, metered;
static struct cm_meter *meter;

/* What a block takes besides. */
enum { HEADER = _Alignof(max_align_t) };

static void set_up(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    inner = t_alloc_allocator(&memory);
    meter = cm_meter_new(&inner, sizeof *meter + 1000, 0);
    ck_assert_ptr_nonnull(meter);
    metered = cm_meter_allocator(meter);
}

static void tear_down(void) {
    cm_meter_free(meter);
    ck_assert_uint_eq(memory.live, 0);
}

T_TEST(blocks_are_those_of_the_inner_allocator) {
    char *p = cm_alloc(&metered, 4);
    ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
    memcpy(p, "abc", 4);
    ck_assert_uint_eq(memory.bytes, sizeof *meter + HEADER + 4);
    ck_assert_uint_eq(meter->taken, memory.bytes);
    p = cm_resize(&metered, p, 100);
    ck_assert_str_eq(p, "abc");
    ck_assert_uint_eq(memory.bytes, sizeof *meter + HEADER + 100);
    ck_assert_uint_eq(meter->taken, memory.bytes);
    p = cm_resize(&metered, p, 4);
    ck_assert_uint_eq(meter->taken, sizeof *meter + HEADER + 4);
    cm_release(&metered, p);
    ck_assert_uint_eq(meter->taken, sizeof *meter);
}

T_TEST(the_limit_is_reached_and_not_passed) {
    ck_assert_ptr_null(cm_alloc(&metered, 1001 - HEADER));
    ck_assert(meter->over);
    void *p = cm_alloc(&metered, 1000 - HEADER);
    ck_assert_ptr_nonnull(p);
    ck_assert(!meter->over);
    ck_assert_uint_eq(memory.peak, meter->limit);
    ck_assert_ptr_null(cm_alloc(&metered, 1));
    ck_assert(meter->over);
    cm_release(&metered, p);
}

/* Both blocks may be held while one becomes the other. */
T_TEST(a_resize_counts_twice) {
    char *p = cm_alloc(&metered, 400 - HEADER), *larger;
    memcpy(p, "abc", 4);
    ck_assert_ptr_null(cm_resize(&metered, p, 601 - HEADER));
    ck_assert(meter->over);
    ck_assert_str_eq(p, "abc");
    larger = cm_resize(&metered, p, 600 - HEADER);
    ck_assert_str_eq(larger, "abc");
    ck_assert_uint_eq(memory.peak, meter->limit);
    ck_assert_uint_eq(meter->taken, sizeof *meter + 600);
    cm_release(&metered, larger);
}

T_TEST(no_memory_is_not_the_limit) {
    void *p = cm_alloc(&metered, 8);
    meter->over = true;
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_alloc(&metered, 8));
    ck_assert(!meter->over);
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_resize(&metered, p, 80));
    ck_assert(!meter->over);
    ck_assert_uint_eq(meter->taken, sizeof *meter + HEADER + 8);
    cm_release(&metered, p);
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_meter_new(&inner, SIZE_MAX, 0));
}

T_TEST(what_was_taken_before_counts) {
    struct cm_meter *full = cm_meter_new(&inner, 100, 101);
    struct certmap_allocator none = cm_meter_allocator(full);
    ck_assert_ptr_null(cm_alloc(&none, 1));
    ck_assert(full->over);
    cm_meter_free(full);
}

/* Threads may share it then: nothing in it changes any more. */
T_TEST(a_stopped_meter_counts_nothing) {
    void *p = cm_alloc(&metered, 8), *q;
    cm_meter_stop(meter);
    const struct cm_meter before = *meter;
    q = cm_alloc(&metered, 100000);
    ck_assert_ptr_nonnull(q);
    q = cm_resize(&metered, q, 200000);
    ck_assert_ptr_nonnull(q);
    t_alloc_fail_at(&memory, 0);
    ck_assert_ptr_null(cm_alloc(&metered, 1));
    cm_release(&metered, p);
    cm_release(&metered, q);
    ck_assert_int_eq(memcmp(&before, meter, sizeof before), 0);
}

T_TEST(no_meter_is_no_mistake) {
    cm_meter_stop(NULL);
    cm_meter_free(NULL);
}

T_TESTS("meter", T_CASE("meter", T_EACH(set_up, tear_down), blocks_are_those_of_the_inner_allocator,
                        the_limit_is_reached_and_not_passed, a_resize_counts_twice, no_memory_is_not_the_limit,
                        what_was_taken_before_counts, a_stopped_meter_counts_nothing, no_meter_is_no_mistake))
