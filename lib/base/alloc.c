/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/pages.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *default_alloc(void *ctx, size_t size) {
    (void)ctx;
    void *block = malloc(size);
    cm_pages_advise(block, size);
    return block;
}

static void *default_resize(void *ctx, void *p, size_t size) {
    (void)ctx;
    void *block = realloc(p, size);
    cm_pages_advise(block, size);
    return block;
}

static void default_release(void *ctx, void *p) {
    (void)ctx;
    free(p);
}

bool cm_allocator_init(struct certmap_allocator *dst, const struct certmap_allocator *src) {
    static const struct certmap_allocator defaults = {
        .alloc = default_alloc, .resize = default_resize, .release = default_release};
    *dst = src == NULL ? defaults : *src;
    return dst->alloc != NULL && dst->resize != NULL && dst->release != NULL && dst->reserved[0] == NULL &&
           dst->reserved[1] == NULL;
}

void *cm_alloc(const struct certmap_allocator *allocator, size_t size) {
    return size > PTRDIFF_MAX ? NULL : allocator->alloc(allocator->ctx, size > 0 ? size : 1);
}

void *cm_resize(const struct certmap_allocator *allocator, void *p, size_t size) {
    if (p == NULL)
        return cm_alloc(allocator, size);
    return size > PTRDIFF_MAX ? NULL : allocator->resize(allocator->ctx, p, size > 0 ? size : 1);
}

void cm_release(const struct certmap_allocator *allocator, void *p) {
    if (p != NULL)
        allocator->release(allocator->ctx, p);
}

void cm_block_stays(const struct certmap_allocator *allocator, void *block, size_t size) {
    if (allocator->alloc == default_alloc)
        cm_pages_collapse(block, size);
}

void *cm_array_alloc(const struct certmap_allocator *allocator, size_t count, size_t item_size) {
    return count > SIZE_MAX / item_size ? NULL : cm_alloc(allocator, count * item_size);
}

void *cm_array_grow(const struct certmap_allocator *allocator, void *items, size_t *cap, size_t need,
                    size_t item_size) {
    size_t wanted = *cap > 0 ? *cap : 8;
    if (need > SIZE_MAX / 2 / item_size)
        return NULL;
    while (wanted < need)
        wanted *= 2;
    items = cm_resize(allocator, items, wanted * item_size);
    if (items != NULL)
        *cap = wanted;
    return items;
}

void *cm_array_shrink(const struct certmap_allocator *allocator, void *items, size_t size) {
    void *block = items != NULL && size >= CM_MIN_PAGES ? cm_alloc(allocator, size) : NULL;
    if (block == NULL)
        return cm_resize(allocator, items, size);
    memcpy(block, items, size);
    cm_release(allocator, items);
    return block;
}
