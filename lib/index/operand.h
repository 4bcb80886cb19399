/* SPDX-License-Identifier: MIT */
/* The keys that an operand of a condition could be filed under: each has to be there in a certificate for which it
 * holds. Patterns have several: their ends, and pieces of the literals between. */
#ifndef CM_INDEX_OPERAND_H
#define CM_INDEX_OPERAND_H

#include "base/intern.h"
#include "index/index.h"
#include "index/tuning.h"

/* Most keys of one operand: of both ends, and three of each literal inside. */
#define CM_MAX_KEYS (2 + 3 * CM_MAX_INNER)

struct cm_key {
    struct cm_probe probe;
    uint64_t hash;
    const uint8_t *bytes; /* of GRAM, in the operand */
    uint32_t weight;      /* what a look-up costs: a pattern's pieces are tried at each place of a value */
};

/* How long the ends in one row are. */
struct cm_ends {
    uint32_t counts[CM_MAX_END + 1];
    uint8_t chosen[CM_MAX_END_LENGTHS]; /* the lengths that are looked up, ascending */
    uint8_t chosen_count;
};

/* Makes keys. */
struct cm_keys {
    const struct certmap_allocator *allocator;
    uint64_t seed; /* of the index */
    struct cm_intern rows;
    struct cm_ends *ends; /* by row and direction */
    size_t end_count, end_cap;
    size_t count; /* of the keys made last */
    struct cm_key made[CM_MAX_KEYS];
};

/* Whether an operand of the condition has one key and no other: itself. */
bool cm_keys_exact(const struct cm_condition *condition);
/* First counts the ends of an operand; false: no memory. */
bool cm_keys_count(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_operand *operand);
/* Then, when all were counted, chooses the lengths. */
void cm_keys_choose(struct cm_keys *keys);
/* Then makes the keys of an operand: keys->made. */
void cm_keys_make(struct cm_keys *keys, const struct cm_condition *condition, const struct cm_operand *operand);
void cm_keys_free(struct cm_keys *keys);

#endif
