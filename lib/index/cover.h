/* SPDX-License-Identifier: MIT */
/* What a mapping is filed under: conditions of which at least one has to hold if its expression is to be true. Of an
 * AND that is one of its members' covers, the cheapest; of an OR all of them; a NOT has none but through what it
 * negates.
 *
 * A mapping has several covers: the next one has none of the conditions of those before. */
#ifndef CM_INDEX_COVER_H
#define CM_INDEX_COVER_H

#include "index/tuning.h"
#include "rule/draft.h"

/* What nothing can be filed under. */
#define CM_COST_NONE UINT32_MAX

/* Finds covers, with room for the conditions of the last one. */
struct cm_covers {
    const struct cm_draft *draft;
    const uint32_t *costs; /* of each condition, or CM_COST_NONE */
    uint32_t *conditions;  /* of the cover */
    size_t count, cap;
    uint32_t used[CM_MAX_COVER * 8]; /* conditions of the covers before */
    size_t used_count;
};

/* Finds the cover of a mapping at a level, the first one at level 0: covers->conditions, none if it has no such cover.
 * False: no memory. */
bool cm_cover_find(struct cm_covers *covers, uint32_t mapping, unsigned level);
void cm_cover_free(struct cm_covers *covers);

#endif
