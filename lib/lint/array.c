/* SPDX-License-Identifier: MIT */
#include "array.h"
#include <string.h>

static bool grow(struct cm_lint_array *array, const struct certmap_allocator *allocator, size_t item_size) {
    const size_t cap = array->cap < 16 ? 16 : array->cap + array->cap / 2;
    if (cap < array->cap || cap > SIZE_MAX / item_size)
        return false;
    void *items = array->items == NULL ? allocator->alloc(allocator->ctx, cap * item_size)
                                       : allocator->resize(allocator->ctx, array->items, cap * item_size);
    if (items == NULL)
        return false;
    array->items = items;
    array->cap = cap;
    return true;
}

void *cm_lint_array_add(struct cm_lint_array *array, const struct certmap_allocator *allocator, size_t item_size) {
    if (array->count == array->cap && !grow(array, allocator, item_size))
        return NULL;
    return memset((unsigned char *)array->items + array->count++ * item_size, 0, item_size);
}

bool cm_lint_array_begin(struct cm_lint_array *array, const struct certmap_allocator *allocator, size_t item_size) {
    return array->cap > 0 || grow(array, allocator, item_size);
}

bool cm_lint_array_trim(struct cm_lint_array *array, const struct certmap_allocator *allocator, size_t item_size) {
    void *items = array->count > 0 && array->count < array->cap
                      ? allocator->resize(allocator->ctx, array->items, array->count * item_size)
                      : array->items;
    if (items == NULL)
        return array->items == NULL;
    array->items = items;
    array->cap = array->count > 0 ? array->count : array->cap;
    return true;
}

void cm_lint_array_free(struct cm_lint_array *array, const struct certmap_allocator *allocator) {
    if (array->items != NULL)
        allocator->release(allocator->ctx, array->items);
    *array = (struct cm_lint_array){NULL, 0, 0};
}
