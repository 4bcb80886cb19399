/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include <string.h>

union align {
    void *pointer;
    uint64_t number;
    double real;
};

struct cm_lint_arena_chunk {
    struct cm_lint_arena_chunk *next;
    size_t size;
    union align bytes[];
};

/* A large block, and what is before it. */
struct large {
    struct cm_lint_arena_large links; /* its first member */
    union align bytes[];
};

#define LEAST 32

void cm_lint_arena_begin(struct cm_lint_arena *arena, const struct certmap_allocator *allocator) {
    *arena = (struct cm_lint_arena){.allocator = *allocator};
}

/* Which room a block has; CM_LINT_ARENA_ROOMS: none is large enough. A byte of it stays free: PicoSAT takes the end of one
 * array for that of a walk through two, and where the other one begins there, it would end before it has begun. */
static size_t room_of(size_t size) {
    size_t room = 0;
    while (room < CM_LINT_ARENA_ROOMS && (size_t)LEAST << room <= size)
        room++;
    return room;
}

/* ---- large blocks ---- */

static void *take_large(struct cm_lint_arena *arena, size_t size) {
    struct large *block = size >= SIZE_MAX - sizeof *block
                              ? NULL
                              : arena->allocator.alloc(arena->allocator.ctx, sizeof *block + size + 1);
    if (block == NULL)
        return NULL;
    block->links = (struct cm_lint_arena_large){arena->large, NULL};
    if (arena->large != NULL)
        arena->large->before = &block->links;
    arena->large = &block->links;
    return block->bytes;
}

static void release_large(struct cm_lint_arena *arena, struct cm_lint_arena_large *links) {
    if (links->next != NULL)
        links->next->before = links->before;
    if (links->before != NULL)
        links->before->next = links->next;
    else
        arena->large = links->next;
    arena->allocator.release(arena->allocator.ctx, links);
}

/* ---- chunks ---- */

/* Each is twice as large as the one before. */
static bool add_chunk(struct cm_lint_arena *arena) {
    size_t size = arena->chunks == NULL ? CM_LINT_ARENA_MIN_CHUNK : 2 * arena->chunks->size;
    size = size > CM_LINT_ARENA_MAX_CHUNK ? CM_LINT_ARENA_MAX_CHUNK : size;
    struct cm_lint_arena_chunk *chunk = arena->allocator.alloc(arena->allocator.ctx, sizeof *chunk + size);
    if (chunk == NULL)
        return false;
    *chunk = (struct cm_lint_arena_chunk){.next = arena->chunks, .size = size};
    arena->chunks = chunk;
    arena->used = 0;
    return true;
}

void *cm_lint_arena_take(struct cm_lint_arena *arena, size_t size) {
    const size_t room = room_of(size), bytes = (size_t)LEAST << room;
    if (room == CM_LINT_ARENA_ROOMS)
        return take_large(arena, size);
    if (arena->given[room] != NULL) {
        void *given = arena->given[room];
        arena->given[room] = arena->given[room]->next;
        return given;
    }
    if ((arena->chunks == NULL || arena->chunks->size - arena->used < bytes) && !add_chunk(arena))
        return NULL;
    void *taken = (unsigned char *)arena->chunks->bytes + arena->used;
    arena->used += bytes;
    return taken;
}

void cm_lint_arena_give(struct cm_lint_arena *arena, void *bytes, size_t size) {
    const size_t room = room_of(size);
    if (bytes == NULL)
        return;
    if (room == CM_LINT_ARENA_ROOMS) {
        unsigned char *block = (unsigned char *)bytes - offsetof(struct large, bytes);
        release_large(arena, &((struct large *)(void *)block)->links);
        return;
    }
    struct cm_lint_arena_given *given = bytes;
    given->next = arena->given[room];
    arena->given[room] = given;
}

static void release_after(struct cm_lint_arena *arena, struct cm_lint_arena_chunk *chunk) {
    while (chunk != NULL) {
        struct cm_lint_arena_chunk *next = chunk->next;
        arena->allocator.release(arena->allocator.ctx, chunk);
        chunk = next;
    }
}

void cm_lint_arena_empty(struct cm_lint_arena *arena) {
    while (arena->large != NULL)
        release_large(arena, arena->large);
    memset(arena->given, 0, sizeof arena->given);
    arena->used = 0;
    if (arena->chunks == NULL)
        return;
    release_after(arena, arena->chunks->next);
    arena->chunks->next = NULL;
}

void cm_lint_arena_free(struct cm_lint_arena *arena) {
    cm_lint_arena_empty(arena);
    release_after(arena, arena->chunks);
    arena->chunks = NULL;
}
