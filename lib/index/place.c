/* SPDX-License-Identifier: MIT */
/* Where mappings lie in the store: how the index wants it, and what it knows of it. */
#include "base/alloc.h"
#include "base/error.h"
#include "index/key.h"
#include "index/tuning.h"

/* ---- the order ---- */

/* Whether so much is worth waiting for once, a mapping lies in few lines of the cache, and mostly one slot leads to it: it
 * has one home. */
static bool has_homes(const struct cm_index *index, const struct cm_draft *draft) {
    const size_t count = draft->rules->mapping_count;
    if (index == NULL || count < CM_MIN_HOMES || draft->text.len / CM_MAX_HOME > count)
        return false;
    size_t slots = 0;
    for (size_t i = 0; i < index->slot_count; i++)
        slots += index->slots[i].kind == CM_TARGET_MAPPING;
    return slots <= count + count / CM_SLOTS_A_SECOND;
}

/* Mappings that a slot leads to, each where the first one does, with its key. marks has room for all
 * mappings. */
static void order_homes(struct cm_layout_order *order, uint8_t *marks, const struct cm_index *index) {
    for (size_t i = 0; i < index->slot_count; i++) {
        const struct cm_slot *slot = &index->slots[i];
        if (slot->kind != CM_TARGET_MAPPING || marks[slot->at] != 0)
            continue;
        marks[slot->at] = 1;
        order->mappings[order->home_count] = slot->at;
        order->keys[order->home_count++] = slot->key;
    }
}

static void order_all(struct cm_layout_order *order, uint8_t *marks, const struct cm_index *index, size_t count) {
    memset(marks, 0, count);
    order_homes(order, marks, index);
    size_t added = order->home_count;
    for (uint32_t i = 0; i < count; i++)
        if (marks[i] == 0)
            order->mappings[added++] = i;
}

enum certmap_status cm_index_order(struct cm_layout_order *order, const struct cm_index *index,
                                   const struct cm_draft *draft, struct certmap_diagnostic *err) {
    const struct certmap_allocator *allocator = &draft->rules->allocator;
    const size_t count = draft->rules->mapping_count;
    *order = (struct cm_layout_order){.home_count = 0};
    if (!has_homes(index, draft))
        return CERTMAP_OK;
    order->mappings = cm_array_alloc(allocator, count, sizeof *order->mappings);
    order->keys = cm_array_alloc(allocator, count, sizeof *order->keys);
    uint8_t *marks = cm_alloc(allocator, count);
    const bool done = order->mappings != NULL && order->keys != NULL && marks != NULL;
    if (done)
        order_all(order, marks, index, count);
    cm_release(allocator, marks);
    if (!done)
        return cm_error_memory(err);
    return CERTMAP_OK;
}

void cm_index_order_free(struct cm_layout_order *order, const struct certmap_allocator *allocator) {
    cm_release(allocator, order->mappings);
    cm_release(allocator, order->keys);
}

/* ---- the places ---- */

void cm_index_place(struct cm_index *index, uint32_t home_size, const uint32_t *offsets, uint32_t home_begin) {
    index->home_begin = home_begin;
    index->home_size = home_size;
    for (size_t i = 0; i < index->slot_count; i++)
        if (index->slots[i].kind == CM_TARGET_MAPPING)
            index->slots[i].at = offsets[index->slots[i].at] & CM_MAX_SLOT_TARGET;
}
