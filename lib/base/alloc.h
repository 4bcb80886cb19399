/* SPDX-License-Identifier: MIT */
/* Memory through the caller's allocator. */
#ifndef CM_BASE_ALLOC_H
#define CM_BASE_ALLOC_H

#include "certmap/build.h"

/* Copies src to dst, or the default allocator where src is NULL. False if a function is missing. */
bool cm_allocator_init(struct certmap_allocator *dst, const struct certmap_allocator *src);

/* size may be 0. NULL when there is no memory; of more than PTRDIFF_MAX bytes the allocator is not asked, which may add
 * to them. */
void *cm_alloc(const struct certmap_allocator *allocator, size_t size);
/* p may be NULL. On failure, as of cm_alloc, NULL, and p stays. */
void *cm_resize(const struct certmap_allocator *allocator, void *p, size_t size);
/* p may be NULL. */
void cm_release(const struct certmap_allocator *allocator, void *p);

/* Says of a block that it stays as long as a rule set, so that the default allocator asks for large pages at once. Changes
 * nothing of what it holds; block may be NULL. */
void cm_block_stays(const struct certmap_allocator *allocator, void *block, size_t size);

/* Room for `count` items; NULL when there is no memory or the size overflows. */
void *cm_array_alloc(const struct certmap_allocator *allocator, size_t count, size_t item_size);
/* What cm_array_reserve does where there is no room yet. */
void *cm_array_grow(const struct certmap_allocator *allocator, void *items, size_t *cap, size_t need, size_t item_size);

/* Makes room for `need` items in an array that grows by doubling: returns items, moved or not, and
 * updates *cap; NULL when there is no memory or the size overflows, and then items stays. */
static inline void *cm_array_reserve(const struct certmap_allocator *allocator, void *items, size_t *cap, size_t need,
                                     size_t item_size) {
    return items != NULL && need <= *cap ? items : cm_array_grow(allocator, items, cap, need, item_size);
}

/* Gives an array that is complete a block of size bytes, which are fewer than it has. A large one moves, because what
 * grew piece by piece lies in small pages (pages.h); where there is no memory for both it stays. items may be NULL. NULL
 * when there is no memory, and then items stays. */
void *cm_array_shrink(const struct certmap_allocator *allocator, void *items, size_t size);

#endif
