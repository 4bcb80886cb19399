/* SPDX-License-Identifier: MIT */
/* From the draft of a rule set to its store (rules.h): first where everything will be, which the index needs to know;
 * then the store itself. */
#ifndef CM_RULE_LAYOUT_H
#define CM_RULE_LAYOUT_H

#include "rule/draft.h"

/* In which order mappings are to lie in the store. */
struct cm_layout_order {
    uint32_t *mappings; /* each of them; NULL: in order of trial */
    uint32_t *keys; /* of the first home_count of them, rising: how far into all of these each is to begin, in parts of
                           2^32 */
    size_t home_count;
};

/* How far a key is into so many offsets. */
static inline uint32_t cm_layout_home(uint32_t key, uint32_t home_size) {
    return (uint32_t)((uint64_t)key * home_size >> 32);
}

struct cm_layout {
    struct cm_draft *draft;
    const struct cm_layout_order *order;
    uint32_t *conditions;               /* the offset of each condition of the draft */
    uint32_t end;                       /* the first offset after the store */
    uint32_t home_size;                 /* offsets that keys are spread over; 0: no mapping has a home */
    uint32_t block_ends[CM_MAX_BLOCKS]; /* the first offset after what begins in a block, or an earlier one */
};

/* Finds an offset for everything in the draft; that of each mapping in rules->offsets. order is that in which mappings lie,
 * and stays as long as the layout. Errors: MEMORY, LIMIT (there are not so many). */
enum certmap_status cm_layout_plan(struct cm_layout *layout, struct cm_draft *draft,
                                   const struct cm_layout_order *order, struct certmap_diagnostic *err);
/* Makes the store, and releases texts of the draft as it goes; nothing else may read them after. Errors: MEMORY. */
enum certmap_status cm_layout_write(const struct cm_layout *layout, struct certmap_diagnostic *err);
void cm_layout_free(struct cm_layout *layout);

#endif
