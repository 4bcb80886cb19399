/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/alloc.h"
#include "base/assert.h"
#include <stddef.h>
#include <string.h>

#define FIRST_CHUNK 4096

struct cm_chunk {
    struct cm_chunk *next;
    size_t size; /* of bytes */
    size_t used;
    max_align_t bytes[];
};

void cm_arena_init(struct cm_arena *arena, const struct certmap_allocator *allocator, size_t limit) {
    *arena = (struct cm_arena){*allocator, NULL, 0, limit, false};
}

/* A new head with room for size: twice the last one, or what is asked for. */
static struct cm_chunk *new_chunk(struct cm_arena *arena, size_t size) {
    size_t wanted = arena->head != NULL ? 2 * arena->head->size : FIRST_CHUNK;
    CM_ASSERT(arena->total <= arena->limit);
    size_t room = arena->limit - arena->total;
    if (wanted > room)
        wanted = room;
    if (wanted < size)
        wanted = size;
    arena->over = wanted > room;
    if (arena->over)
        return NULL;
    struct cm_chunk *chunk = cm_alloc(&arena->allocator, offsetof(struct cm_chunk, bytes) + wanted);
    if (chunk == NULL)
        return NULL;
    *chunk = (struct cm_chunk){arena->head, wanted, 0};
    arena->head = chunk;
    arena->total += wanted;
    return chunk;
}

void *cm_arena_alloc(struct cm_arena *arena, size_t size) {
    const size_t align = _Alignof(max_align_t);
    struct cm_chunk *chunk = arena->head;
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + align - 1) / align * align;
    if (chunk == NULL || chunk->size - chunk->used < size)
        chunk = new_chunk(arena, size);
    if (chunk == NULL)
        return NULL;
    unsigned char *piece = (unsigned char *)chunk->bytes + chunk->used;
    chunk->used += size;
    return piece;
}

struct certmap_view cm_arena_text(struct cm_arena *arena, struct certmap_view view) {
    uint8_t *copy = cm_arena_alloc(arena, view.len + 1);
    if (copy == NULL)
        return (struct certmap_view){NULL, 0};
    if (view.len > 0)
        memcpy(copy, view.data, view.len);
    copy[view.len] = 0;
    return (struct certmap_view){copy, view.len};
}

/* Each chunk is twice as large as the one before: there are as many as CERTMAP_MAX_PEER_MEMORY has bits, in a peer. */
void cm_arena_reset(struct cm_arena *arena) {
    struct cm_chunk *keep = arena->head;
    arena->over = false;
    if (keep == NULL)
        return;
    while (keep->next != NULL) {
        struct cm_chunk *next = keep->next;
        keep->next = next->next;
        cm_release(&arena->allocator, next);
    }
    keep->used = 0;
    arena->total = keep->size;
}

void cm_arena_free(struct cm_arena *arena) {
    cm_arena_reset(arena);
    cm_release(&arena->allocator, arena->head);
    arena->head = NULL;
    arena->total = 0;
}
