/* SPDX-License-Identifier: MIT */
#include "memory.h"
#include <stdlib.h>

/* Is before each block, so that a release knows the size. */
union header {
    size_t size;
    max_align_t align;
};

static void count(struct b_memory *memory, size_t size) {
    memory->bytes += size;
    if (memory->bytes > memory->peak)
        memory->peak = memory->bytes;
}

static void *take(void *ctx, size_t size) {
    union header *block = size <= SIZE_MAX - sizeof *block ? malloc(sizeof *block + size) : NULL;
    if (block == NULL)
        return NULL;
    block->size = size;
    count(ctx, size);
    return block + 1;
}

static void give(void *ctx, void *p) {
    struct b_memory *memory = ctx;
    union header *block = (union header *)p - 1;
    memory->bytes -= block->size;
    free(block);
}

static void *resize(void *ctx, void *p, size_t size) {
    struct b_memory *memory = ctx;
    if (p == NULL)
        return take(ctx, size);
    union header *old = (union header *)p - 1;
    const size_t before = old->size;
    union header *block = size <= SIZE_MAX - sizeof *block ? realloc(old, sizeof *block + size) : NULL;
    if (block == NULL)
        return NULL;
    block->size = size;
    count(memory, size);
    memory->bytes -= before;
    return block + 1;
}

struct certmap_allocator b_memory_allocator(struct b_memory *memory) {
    return (struct certmap_allocator){.alloc = take, .resize = resize, .release = give, .ctx = memory};
}
