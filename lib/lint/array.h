/* SPDX-License-Identifier: MIT */
/* Arrays that grow, of the analysis' own types. */
#ifndef CM_LINT_ARRAY_H
#define CM_LINT_ARRAY_H

#include "certmap/build.h"

/* What the format and the arguments of a function like printf are: their numbers. */
#if defined(__MINGW32__)
#define CM_LINT_PRINTF(text, first) __attribute__((format(gnu_printf, text, first)))
#elif defined(__GNUC__)
#define CM_LINT_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define CM_LINT_PRINTF(text, first)
#endif

struct cm_lint_array {
    void *items;
    size_t count, cap;
};

/* Adds an item, zeroed, which moves when another is added; NULL when there is no memory. */
void *cm_lint_array_add(struct cm_lint_array *array, const struct certmap_allocator *allocator, size_t item_size);
/* Gets memory for the first items, so that the array of none has an address, too. False: there is none. */
bool cm_lint_array_begin(struct cm_lint_array *array, const struct certmap_allocator *allocator, size_t item_size);
/* Gives back the room for items that never came. False: there is no memory for that, and it stays as it is. */
bool cm_lint_array_trim(struct cm_lint_array *array, const struct certmap_allocator *allocator, size_t item_size);
void cm_lint_array_free(struct cm_lint_array *array, const struct certmap_allocator *allocator);

#endif
