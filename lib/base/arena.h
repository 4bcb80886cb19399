/* SPDX-License-Identifier: MIT */
/* An arena: many small pieces, freed together.
 *
 *     head -> [chunk: next | size | used | bytes ......] -> [chunk] -> NULL
 *
 * The head chunk is filled first; a piece that does not fit gets a new head, twice as large unless the
 * limit is near. Reset keeps the head, so that an arena in steady use stops allocating. */
#ifndef CM_BASE_ARENA_H
#define CM_BASE_ARENA_H

#include "certmap/build.h"

struct cm_chunk;

struct cm_arena {
    struct certmap_allocator allocator;
    struct cm_chunk *head;
    size_t total; /* bytes of all chunks */
    size_t limit; /* most that total may become */
    bool over;    /* the last failure was the limit, not the allocator */
};

void cm_arena_init(struct cm_arena *arena, const struct certmap_allocator *allocator, size_t limit);
/* Aligned for any type; NULL when there is no memory or the limit is reached. size may be 0. */
void *cm_arena_alloc(struct cm_arena *arena, size_t size);
/* A copy of view with a NUL after its end. data is NULL on failure only. */
struct certmap_view cm_arena_text(struct cm_arena *arena, struct certmap_view view);
/* Forgets every piece; keeps one chunk for reuse. */
void cm_arena_reset(struct cm_arena *arena);
void cm_arena_free(struct cm_arena *arena);

#endif
