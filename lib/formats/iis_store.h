/* SPDX-License-Identifier: MIT */
/* Memory of the IIS importer, all of it through the caller's allocator: texts, growing arrays, and a
 * set that finds what is there twice. */
#ifndef CM_FORMATS_IIS_STORE_H
#define CM_FORMATS_IIS_STORE_H

#include "certmap/certmap.h"

/* Copies src to dst, or malloc, realloc and free where src is NULL. False if a function is missing. */
bool cm_iis_allocator_init(struct certmap_allocator *dst, const struct certmap_allocator *src);
/* p may be NULL. */
void cm_iis_release(const struct certmap_allocator *allocator, void *p);
/* Makes room for `need` items in an array that grows by doubling: returns items, moved or not, and
 * updates *cap; NULL when there is no memory or the size overflows, and then items stands. */
void *cm_iis_grow(const struct certmap_allocator *allocator, void *items, size_t *cap, size_t need, size_t item_size);

/* Overwrites memory so that the compiler cannot leave it out. */
void cm_iis_wipe(void *p, size_t len);
/* The same with the part of the stack that is free, where functions that returned left their variables. */
void cm_iis_wipe_stack(void);

/* Bytes in chunks that never move. Every chunk is wiped before it is released.
 *
 *     head -> [next | size | used | bytes ......] -> [next | size | used | bytes ...] -> NULL */
struct cm_iis_store {
    struct certmap_allocator allocator;
    struct cm_iis_chunk *head;
};

/* Room for bytes, of no alignment; NULL when there is no memory. */
uint8_t *cm_iis_store_bytes(struct cm_iis_store *store, size_t size);
/* A copy of text with a NUL after its end. data is NULL on failure only. */
struct certmap_view cm_iis_store_text(struct cm_iis_store *store, struct certmap_view text);
void cm_iis_store_free(struct cm_iis_store *store);

/* A set of the indices of things that differ. Open addressing, at most half full. */
struct cm_iis_set {
    struct cm_iis_set_slot {
        uint64_t hash;
        size_t index; /* plus one; 0: free */
    } * slots;
    size_t cap;  /* slots there are */
    size_t mask; /* slots in use, a power of two, minus one */
};

/* Empties the set and makes room for count things. False when there is no memory. */
bool cm_iis_set_begin(struct cm_iis_set *set, const struct certmap_allocator *allocator, size_t count);
/* Adds the thing at index, unless an equal one is there: returns the index of that, or SIZE_MAX. */
size_t cm_iis_set_add(struct cm_iis_set *set, uint64_t hash, size_t index,
                      bool (*same)(const void *things, size_t a, size_t b), const void *things);

/* Where a hash begins: known to nobody who writes files, and another one for each generation of a list,
 * because things of different generations are never the same. */
uint64_t cm_iis_hash_seed(const struct cm_iis_set *set, uint32_t generation);
/* Goes on with a hash over bytes. */
uint64_t cm_iis_hash(uint64_t hash, struct certmap_view bytes);

#endif
