/* SPDX-License-Identifier: MIT */
/* Memory of one solver after another, each of which takes many small blocks and is done with all of them at once.
 *
 *     chunk  [ block | block | given back -> next of its size | block |      ... ]
 *                                                                      ^ at
 *     large  block <-> block <-> ...      of the allocator each
 *
 * A block has the room of the next power of two that is larger, and what was given back is taken again for one of the same
 * room. Where one ends none begins. */
#ifndef CM_LINT_ARENA_H
#define CM_LINT_ARENA_H

#include "certmap/build.h"

/* Rooms of 32 bytes to 32 KiB, of which a block leaves one byte free; what is larger is the allocator's. */
#define CM_LINT_ARENA_ROOMS 11
/* What a chunk has at least and at most: the first is enough for most solvers. */
#define CM_LINT_ARENA_MIN_CHUNK 65536
#define CM_LINT_ARENA_MAX_CHUNK 1048576

struct cm_lint_arena_chunk;

struct cm_lint_arena_large {
    struct cm_lint_arena_large *next, *before;
};

/* A block that was given back. */
struct cm_lint_arena_given {
    struct cm_lint_arena_given *next;
};

struct cm_lint_arena {
    struct certmap_allocator allocator;
    struct cm_lint_arena_chunk *chunks;                     /* the newest, from which blocks are taken, first */
    size_t used;                                            /* of it */
    struct cm_lint_arena_given *given[CM_LINT_ARENA_ROOMS]; /* back, of each room */
    struct cm_lint_arena_large *large;
};

/* Takes no memory yet. */
void cm_lint_arena_begin(struct cm_lint_arena *arena, const struct certmap_allocator *allocator);
/* Aligned for anything, not zeroed. NULL: there is no memory. */
void *cm_lint_arena_take(struct cm_lint_arena *arena, size_t size);
/* size: as it was taken. NULL is fine. */
void cm_lint_arena_give(struct cm_lint_arena *arena, void *bytes, size_t size);
/* Takes all blocks back, and keeps one chunk for the next ones. */
void cm_lint_arena_empty(struct cm_lint_arena *arena);
void cm_lint_arena_free(struct cm_lint_arena *arena);

#endif
