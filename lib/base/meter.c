/* SPDX-License-Identifier: MIT */
#include "base/meter.h"
#include "base/alloc.h"

/* Before each block, which stays aligned for any type. */
struct header {
    _Alignas(max_align_t) size_t size; /* of the block, this included */
};

/* Whether size bytes more may be asked for. */
static bool may_take(struct cm_meter *meter, size_t size) {
    if (!meter->counting)
        return true;
    meter->over = meter->taken > meter->limit || size > meter->limit - meter->taken;
    return !meter->over;
}

/* Begins a block that was `old` bytes long before. */
static void *begin(struct cm_meter *meter, struct header *block, size_t size, size_t old) {
    if (block == NULL)
        return NULL;
    block->size = size;
    if (meter->counting)
        meter->taken += size - old;
    return block + 1;
}

static void *meter_alloc(void *ctx, size_t size) {
    struct cm_meter *meter = ctx;
    size += sizeof(struct header);
    return may_take(meter, size) ? begin(meter, cm_alloc(&meter->inner, size), size, 0) : NULL;
}

static void *meter_resize(void *ctx, void *p, size_t size) {
    struct cm_meter *meter = ctx;
    struct header *block = (struct header *)p - 1;
    const size_t old = block->size;
    size += sizeof *block;
    return may_take(meter, size) ? begin(meter, cm_resize(&meter->inner, block, size), size, old) : NULL;
}

static void meter_release(void *ctx, void *p) {
    struct cm_meter *meter = ctx;
    struct header *block = (struct header *)p - 1;
    if (meter->counting)
        meter->taken -= block->size;
    cm_release(&meter->inner, block);
}

struct cm_meter *cm_meter_new(const struct certmap_allocator *inner, size_t limit, size_t taken) {
    struct cm_meter *meter = cm_alloc(inner, sizeof *meter);
    if (meter != NULL)
        *meter = (struct cm_meter){*inner, limit, taken + sizeof *meter, false, true};
    return meter;
}

struct certmap_allocator cm_meter_allocator(struct cm_meter *meter) {
    return (struct certmap_allocator){
        .alloc = meter_alloc, .resize = meter_resize, .release = meter_release, .ctx = meter};
}

void cm_meter_stop(struct cm_meter *meter) {
    if (meter != NULL)
        meter->counting = false;
}

void cm_meter_free(struct cm_meter *meter) {
    if (meter == NULL)
        return;
    const struct certmap_allocator inner = meter->inner;
    cm_release(&inner, meter);
}
