/* SPDX-License-Identifier: MIT */
/* A hash table of numbers, each of which stands for something that its owner knows: a name, a condition.
 * Loaders have them; no match looks at one. */
#ifndef CM_BASE_ID_TABLE_H
#define CM_BASE_ID_TABLE_H

#include "base/compiler.h"
#include "certmap/certmap.h"

/* Open addressing over a power of two of slots, at most three quarters of them taken. */
struct cm_id_table {
    struct cm_id_table_slot {
        uint32_t hash;
        uint32_t number; /* + 1; 0: free */
    } * slots;
    size_t slot_count;
    size_t count;
};

#define CM_ID_TABLE_NONE UINT32_MAX

/* Whether what a number stands for is what is looked for, which ctx knows. */
typedef bool cm_id_table_same_fn(const void *ctx, uint32_t number);

/* A hash of 64 bits as one of the table. */
static inline uint32_t cm_id_table_hash(uint64_t hash) {
    return (uint32_t)(hash ^ hash >> 32);
}

/* Says that a hash will be looked for soon: in a large table that takes as long as much other work. */
static inline void cm_id_table_prefetch(const struct cm_id_table *table, uint32_t hash) {
    if (table->slot_count > 0)
        CM_PREFETCH(&table->slots[hash & (table->slot_count - 1)]);
}

/* The number, or CM_ID_TABLE_NONE. */
uint32_t cm_id_table_find(const struct cm_id_table *table, uint32_t hash, cm_id_table_same_fn *same, const void *ctx);
/* Adds a number that is not in the table; it is below CM_ID_TABLE_NONE - 1. False: no memory. */
bool cm_id_table_add(struct cm_id_table *table, uint32_t hash, uint32_t number,
                     const struct certmap_allocator *allocator);
void cm_id_table_free(struct cm_id_table *table, const struct certmap_allocator *allocator);

#endif
