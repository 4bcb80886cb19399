/* SPDX-License-Identifier: MIT */
/* Where the mappings of a rule set are in its source. No match asks for it, so that it is not in the store:
 *
 *     starts   [ where group 0 begins | where group 1 begins | ... ]           in bytes, 4 bytes each
 *     bytes    [ line, column | line, column | ... | line, column | ... ]     CM_POSITIONS_A_GROUP in a group
 *
 * Numbers are as in store.h. A line is how far it is from the line before, that of the mapping before it in the group, or 0;
 * its sign is the lowest bit. Two bytes are mostly enough for both. */
#ifndef CM_RULE_POSITIONS_H
#define CM_RULE_POSITIONS_H

#include "rule/store.h"

struct cm_draft;

/* So many are read to find one, at most. */
#define CM_POSITIONS_A_GROUP 32

struct cm_positions {
    size_t group_count;
    uint32_t starts[]; /* and the bytes */
};

/* Counted from 1; 0: not known. */
struct cm_position {
    uint32_t line, column;
};

/* Keeps the positions of all mappings of the draft, in their last order, in its rules, if any is known. Errors: MEMORY. */
enum certmap_status cm_positions_make(const struct cm_draft *draft, struct certmap_diagnostic *err);
/* That of the mapping with this index. Reads CM_POSITIONS_A_GROUP at most. */
struct cm_position cm_position_at(const struct certmap_rules *rules, size_t index);

#endif
