/* SPDX-License-Identifier: MIT */
#include "alloc.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Is before each block, so that a release knows the size. */
union header {
    size_t size;
    max_align_t align;
};

/* New memory holds this, so that a read of what was never written shows. */
enum { FRESH = 0xA5 };

static bool fails(struct t_alloc *memory) {
    return memory->requests++ == memory->fail_at;
}

static void count(struct t_alloc *memory, size_t size) {
    memory->live++;
    memory->bytes += size;
    if (memory->bytes > memory->peak)
        memory->peak = memory->bytes;
}

static void *take(void *ctx, size_t size) {
    struct t_alloc *memory = ctx;
    if (fails(memory) || size > SIZE_MAX - sizeof(union header))
        return NULL;
    union header *block = malloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    block->size = size;
    count(memory, size);
    return memset(block + 1, FRESH, size);
}

static void give(void *ctx, void *p) {
    struct t_alloc *memory = ctx;
    union header *block = (union header *)p - 1;
    memory->live--;
    memory->bytes -= block->size;
    free(block);
}

/* Always moves, so that a pointer kept across a resize shows. */
static void *move(void *ctx, void *p, size_t size) {
    void *to = take(ctx, size);
    if (to == NULL || p == NULL)
        return to;
    size_t old = ((union header *)p - 1)->size;
    memcpy(to, p, old < size ? old : size);
    give(ctx, p);
    return to;
}

struct certmap_allocator t_alloc_allocator(struct t_alloc *memory) {
    return (struct certmap_allocator){.alloc = take, .resize = move, .release = give, .ctx = memory};
}

void t_alloc_fail_at(struct t_alloc *memory, size_t n) {
    memory->requests = 0;
    memory->fail_at = n;
}

bool t_alloc_failed(const struct t_alloc *memory) {
    return memory->requests > memory->fail_at;
}
