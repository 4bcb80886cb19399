/* SPDX-License-Identifier: MIT */
/* An allocator that counts, and that fails where a test wants it to.
 *
 *     struct t_alloc memory = T_ALLOC_INIT;
 *     struct certmap_allocator allocator = t_alloc_allocator(&memory);
 *
 *     for (size_t n = 0; ; n++) {
 *         t_alloc_fail_at(&memory, n);                 the n-th request from here returns NULL
 *         status = something(&allocator, ...);
 *         ck_assert_uint_eq(memory.live, 0);           nothing leaked
 *         if (!t_alloc_failed(&memory)) break;         it needed fewer than n requests
 *         ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
 *     }
 *
 * Knows nothing of Check: fuzz targets use it too. */
#ifndef T_ALLOC_H
#define T_ALLOC_H

#include "certmap/build.h"

struct t_alloc {
    size_t live;     /* blocks that were handed out and not released */
    size_t bytes;    /* in those blocks */
    size_t peak;     /* the most that bytes has been */
    size_t requests; /* alloc and resize calls since t_alloc_fail_at */
    size_t fail_at;  /* the request that fails, from 0; SIZE_MAX: none */
};
#define T_ALLOC_INIT                                                                                                   \
    { 0, 0, 0, 0, SIZE_MAX }

/* An allocator whose ctx is memory, which must outlive every block. */
struct certmap_allocator t_alloc_allocator(struct t_alloc *memory);
/* Lets the n-th request from now, counted from 0, fail, and only that one. SIZE_MAX: none. */
void t_alloc_fail_at(struct t_alloc *memory, size_t n);
/* Whether the request that was to fail has come. */
bool t_alloc_failed(const struct t_alloc *memory);

#endif
