/* SPDX-License-Identifier: MIT */
#include "memory.h"
#include <stdlib.h>

/* ---- the allocator ---- */

static void *plain_alloc(void *ctx, size_t size) {
    (void)ctx;
    return malloc(size);
}

static void *plain_resize(void *ctx, void *p, size_t size) {
    (void)ctx;
    return realloc(p, size);
}

static void plain_release(void *ctx, void *p) {
    (void)ctx;
    free(p);
}

bool cm_kit_allocator_init(struct certmap_allocator *dst, const struct certmap_allocator *src) {
    static const struct certmap_allocator plain = {
        .alloc = plain_alloc, .resize = plain_resize, .release = plain_release};
    *dst = src != NULL ? *src : plain;
    return dst->alloc != NULL && dst->resize != NULL && dst->release != NULL && dst->reserved[0] == NULL &&
           dst->reserved[1] == NULL;
}

void cm_kit_release(const struct certmap_allocator *allocator, void *p) {
    if (p != NULL)
        allocator->release(allocator->ctx, p);
}

void *cm_kit_grow(const struct certmap_allocator *allocator, void *items, size_t *cap, size_t need, size_t item_size) {
    if (need <= *cap)
        return items;
    size_t room = need < 8 ? 8 : need;
    if (room < 2 * *cap)
        room = 2 * *cap;
    if (room > SIZE_MAX / 2 / item_size)
        return NULL;
    void *moved = items == NULL ? allocator->alloc(allocator->ctx, room * item_size)
                                : allocator->resize(allocator->ctx, items, room * item_size);
    if (moved != NULL)
        *cap = room;
    return moved;
}

/* ---- wiping ---- */

void cm_kit_wipe(void *p, size_t len) {
    volatile uint8_t *bytes = p;
    while (len > 0)
        bytes[--len] = 0;
}

#if defined(__GNUC__)
#define CM_KIT_NOT_INLINE __attribute__((noinline))
#else
#define CM_KIT_NOT_INLINE
#endif

/* More than the importer and expat use below certmap_iis_load: about four KiB were measured. */
enum { STACK_SIZE = 16384 };

CM_KIT_NOT_INLINE void cm_kit_wipe_stack(void) {
    uint8_t room[STACK_SIZE];
    cm_kit_wipe(room, sizeof room);
}
