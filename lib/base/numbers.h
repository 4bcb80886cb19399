/* SPDX-License-Identifier: MIT */
/* Numbers for distinct values, 0, 1, 2 in the order in which they come. */
#ifndef CM_BASE_NUMBERS_H
#define CM_BASE_NUMBERS_H

#include "base/table.h"

struct cm_numbers {
    uint64_t *values; /* by number */
    size_t value_cap;
    uint32_t count;
    struct cm_table table;
};

#define CM_NUMBERS_NONE CM_TABLE_NONE

/* The number of a value, or CM_NUMBERS_NONE. */
uint32_t cm_numbers_find(const struct cm_numbers *numbers, uint64_t value);
/* The same of a value that gets one if it has none. False: no memory. */
bool cm_numbers_add(struct cm_numbers *numbers, uint64_t value, uint32_t *number,
                    const struct certmap_allocator *allocator);
void cm_numbers_free(struct cm_numbers *numbers, const struct certmap_allocator *allocator);

#endif
