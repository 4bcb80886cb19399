/* SPDX-License-Identifier: MIT */
/* expat's buffers hold the whole file in turn, passwords too, so every block is wiped before it goes back. A header
 * before each block says how long it is, and whose:
 *
 *     [ allocator | size | padding ][ what expat sees ... ]
 *
 * Where a block is released, the header is enough. Where one is made, expat says nothing but a size: its functions have
 * no context. So the allocator is kept in a variable of the thread, the only one of the project, and only while expat
 * runs: from cm_iis_heap_enter to cm_iis_heap_leave nothing of the caller runs but his allocator. It grants nothing to
 * anybody else: without an allocator there expat has no memory. */
#include "heap.h"
#include "../kit/memory.h"
#include <stddef.h>
#include <string.h>

static _Thread_local const struct certmap_allocator *current;

struct header {
    _Alignas(max_align_t) const struct certmap_allocator *allocator;
    size_t size;
};

static struct header *header_of(void *p) {
    return (struct header *)p - 1;
}

static void *make(const struct certmap_allocator *allocator, size_t size) {
    struct header *header;
    if (allocator == NULL || size > SIZE_MAX - sizeof *header)
        return NULL;
    header = allocator->alloc(allocator->ctx, sizeof *header + size);
    if (header == NULL)
        return NULL;
    header->allocator = allocator;
    header->size = size;
    return header + 1;
}

static void *heap_alloc(size_t size) {
    return make(current, size);
}

static void heap_release(void *p) {
    if (p == NULL)
        return;
    struct header *header = header_of(p);
    const struct certmap_allocator *allocator = header->allocator;
    cm_kit_wipe(p, header->size);
    allocator->release(allocator->ctx, header);
}

/* The allocator's own function might leave a copy behind. */
static void *heap_resize(void *p, size_t size) {
    if (p == NULL)
        return heap_alloc(size);
    const struct header *header = header_of(p);
    void *moved = make(header->allocator, size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, p, header->size < size ? header->size : size);
    heap_release(p);
    return moved;
}

const XML_Memory_Handling_Suite cm_iis_heap_suite = {heap_alloc, heap_resize, heap_release};

const struct certmap_allocator *cm_iis_heap_enter(const struct certmap_allocator *allocator) {
    const struct certmap_allocator *before = current;
    current = allocator;
    return before;
}

void cm_iis_heap_leave(const struct certmap_allocator *before) {
    current = before;
}
