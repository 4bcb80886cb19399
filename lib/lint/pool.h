/* SPDX-License-Identifier: MIT */
/* Memory of an analysis, all of it through the caller's allocator: blocks that never move, given back together. A pool
 * that has once had no memory says so until it is emptied, so that work can go on to a place where that is looked at. */
#ifndef CM_LINT_POOL_H
#define CM_LINT_POOL_H

#include "certmap/build.h"

/* head -> [next | size | used | bytes ......] -> [next | size | used | bytes ...] -> NULL */
struct cm_lint_pool {
    struct certmap_allocator allocator;
    struct cm_lint_block *head;
    bool failed; /* there was no memory */
};

/* False: the allocator cannot be used. NULL stands for malloc, realloc and free. */
bool cm_lint_pool_init(struct cm_lint_pool *pool, const struct certmap_allocator *given);
/* Zeroed and aligned; NULL when there is no memory, or the size overflows. */
void *cm_lint_pool_take(struct cm_lint_pool *pool, size_t count, size_t size);
/* A copy; data is NULL on failure only. */
struct certmap_view cm_lint_pool_copy(struct cm_lint_pool *pool, struct certmap_view view);
/* Gives back all but the newest block, which is used again. */
void cm_lint_pool_empty(struct cm_lint_pool *pool);
void cm_lint_pool_free(struct cm_lint_pool *pool);

#endif
