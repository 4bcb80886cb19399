/* SPDX-License-Identifier: MIT */
/* A set that finds what is there twice, whoever wrote the file: its hashes cannot be foreseen. */
#ifndef CM_FORMATS_KIT_SET_H
#define CM_FORMATS_KIT_SET_H

#include "certmap/certmap.h"

/* A set of the indices of things that differ. Open addressing, at most half full. */
struct cm_kit_set {
    struct cm_kit_set_slot {
        uint64_t hash;
        size_t index; /* plus one; 0: free */
    } * slots;
    size_t cap;  /* slots there are */
    size_t mask; /* slots in use, a power of two, minus one */
};

/* Empties the set and makes room for count things. False when there is no memory. */
bool cm_kit_set_begin(struct cm_kit_set *set, const struct certmap_allocator *allocator, size_t count);
/* Adds the thing at index, unless an equal one is there: returns the index of that, or SIZE_MAX. */
size_t cm_kit_set_add(struct cm_kit_set *set, uint64_t hash, size_t index,
                      bool (*same)(const void *things, size_t a, size_t b), const void *things);

/* Where a hash begins: known to nobody who writes files, and another one for each generation of a list,
 * because things of different generations are never the same. */
uint64_t cm_kit_hash_seed(const struct cm_kit_set *set, uint32_t generation);
/* Goes on with a hash over bytes. */
uint64_t cm_kit_hash(uint64_t hash, struct certmap_view bytes);

#endif
