/* SPDX-License-Identifier: MIT */
/* Arrays that grow, of the analysis' own types. */
#ifndef CM_LINT_ARRAY_H
#define CM_LINT_ARRAY_H

#include "certmap/build.h"

struct cm_lint_array {
    void *items;
    size_t count, cap;
};

/* Adds an item, zeroed, which moves when another is added; NULL when there is no memory. */
void *cm_lint_array_add(struct cm_lint_array *array, const struct certmap_allocator *allocator, size_t item_size);
void cm_lint_array_free(struct cm_lint_array *array, const struct certmap_allocator *allocator);

#endif
