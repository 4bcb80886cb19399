/* SPDX-License-Identifier: MIT */
/* Numbers for distinct values, 0, 1, 2 in the order in which they come. */
#ifndef CM_BASE_INTERN_H
#define CM_BASE_INTERN_H

#include "base/id_table.h"

struct cm_intern {
    uint64_t *values; /* by number */
    size_t value_cap;
    uint32_t count;
    struct cm_id_table table;
};

#define CM_INTERN_NONE CM_ID_TABLE_NONE

/* The number of a value, or CM_INTERN_NONE. */
uint32_t cm_intern_find(const struct cm_intern *numbers, uint64_t value);
/* The same of a value that gets one if it has none. False: no memory. */
bool cm_intern_add(struct cm_intern *numbers, uint64_t value, uint32_t *number,
                   const struct certmap_allocator *allocator);
void cm_intern_free(struct cm_intern *numbers, const struct certmap_allocator *allocator);

#endif
