/* SPDX-License-Identifier: MIT */
/* Memory of an importer, all of it through the caller's allocator: growing arrays, and wiping what was secret. */
#ifndef CM_FORMATS_KIT_MEMORY_H
#define CM_FORMATS_KIT_MEMORY_H

#include "certmap/build.h"

/* Copies src to dst, or malloc, realloc and free where src is NULL. False if a function is missing. */
bool cm_kit_allocator_init(struct certmap_allocator *dst, const struct certmap_allocator *src);
/* p may be NULL. */
void cm_kit_release(const struct certmap_allocator *allocator, void *p);
/* Makes room for `need` items in an array that grows by doubling: returns items, moved or not, and
 * updates *cap; NULL when there is no memory or the size overflows, and then items stays. */
void *cm_kit_grow(const struct certmap_allocator *allocator, void *items, size_t *cap, size_t need, size_t item_size);

/* Overwrites memory so that the compiler cannot leave it out. */
void cm_kit_wipe(void *p, size_t len);
/* The same with the part of the stack that is free, where functions that returned left their variables. */
void cm_kit_wipe_stack(void);

#endif
