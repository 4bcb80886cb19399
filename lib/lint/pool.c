/* SPDX-License-Identifier: MIT */
#include "pool.h"
#include <stdlib.h>
#include <string.h>

/* A block is at least this large, so that small things share one. */
#define MIN_BLOCK_SIZE 16384

union align {
    void *pointer;
    uint64_t number;
};

struct cm_lint_block {
    struct cm_lint_block *next;
    size_t size, used;
    union align bytes[];
};

static void *own_alloc(void *ctx, size_t size) {
    (void)ctx;
    return malloc(size);
}

static void *own_resize(void *ctx, void *p, size_t size) {
    (void)ctx;
    return realloc(p, size);
}

static void own_release(void *ctx, void *p) {
    (void)ctx;
    free(p);
}

bool cm_lint_pool_init(struct cm_lint_pool *pool, const struct certmap_allocator *given) {
    static const struct certmap_allocator own = {own_alloc, own_resize, own_release, NULL, {NULL, NULL}};
    const struct certmap_allocator *allocator = given != NULL ? given : &own;
    *pool = (struct cm_lint_pool){.allocator = *allocator};
    return allocator->alloc != NULL && allocator->resize != NULL && allocator->release != NULL &&
           allocator->reserved[0] == NULL && allocator->reserved[1] == NULL;
}

static bool add_block(struct cm_lint_pool *pool, size_t size) {
    const size_t room = size > MIN_BLOCK_SIZE ? size : MIN_BLOCK_SIZE;
    struct cm_lint_block *block = pool->allocator.alloc(pool->allocator.ctx, sizeof *block + room);
    if (block == NULL)
        return false;
    *block = (struct cm_lint_block){.next = pool->head, .size = room};
    pool->head = block;
    return true;
}

void *cm_lint_pool_take(struct cm_lint_pool *pool, size_t count, size_t size) {
    const size_t most = (SIZE_MAX - sizeof(struct cm_lint_block) - sizeof(union align)) / (size > 0 ? size : 1);
    const size_t unit = sizeof(union align), bytes = count > most ? 0 : (count * size + unit - 1) / unit * unit;
    if (count <= most && (pool->head == NULL || pool->head->size - pool->head->used < bytes) && !add_block(pool, bytes))
        pool->failed = true;
    if (pool->failed || count > most) {
        pool->failed = true;
        return NULL;
    }
    unsigned char *taken = (unsigned char *)pool->head->bytes + pool->head->used;
    pool->head->used += bytes;
    return memset(taken, 0, bytes);
}

struct certmap_view cm_lint_pool_copy(struct cm_lint_pool *pool, struct certmap_view view) {
    uint8_t *bytes = cm_lint_pool_take(pool, view.len + 1, 1);
    if (bytes == NULL)
        return (struct certmap_view){NULL, 0};
    if (view.len > 0)
        memcpy(bytes, view.data, view.len);
    return (struct certmap_view){bytes, view.len};
}

static void release_after(struct cm_lint_pool *pool, struct cm_lint_block *block) {
    while (block != NULL) {
        struct cm_lint_block *next = block->next;
        pool->allocator.release(pool->allocator.ctx, block);
        block = next;
    }
}

void cm_lint_pool_empty(struct cm_lint_pool *pool) {
    pool->failed = false;
    if (pool->head == NULL)
        return;
    release_after(pool, pool->head->next);
    pool->head->next = NULL;
    pool->head->used = 0;
}

void cm_lint_pool_free(struct cm_lint_pool *pool) {
    release_after(pool, pool->head);
    pool->head = NULL;
}
