/* SPDX-License-Identifier: MIT */
#include "base/id_table.h"
#include "base/alloc.h"
#include <string.h>

uint32_t cm_id_table_find(const struct cm_id_table *table, uint32_t hash, cm_id_table_same_fn *same, const void *ctx) {
    for (size_t i = hash; table->slot_count > 0; i++) {
        const struct cm_id_table_slot *slot = &table->slots[i & (table->slot_count - 1)];
        if (slot->number == 0)
            break;
        if (slot->hash == hash && same(ctx, slot->number - 1))
            return slot->number - 1;
    }
    return CM_ID_TABLE_NONE;
}

static void put(struct cm_id_table *table, struct cm_id_table_slot slot) {
    size_t i = slot.hash;
    while (table->slots[i & (table->slot_count - 1)].number != 0)
        i++;
    table->slots[i & (table->slot_count - 1)] = slot;
}

static bool grow(struct cm_id_table *table, const struct certmap_allocator *allocator) {
    struct cm_id_table bigger = {.slot_count = table->slot_count > 0 ? 2 * table->slot_count : 32,
                                 .count = table->count};
    bigger.slots = cm_array_alloc(allocator, bigger.slot_count, sizeof *bigger.slots);
    if (bigger.slots == NULL)
        return false;
    memset(bigger.slots, 0, bigger.slot_count * sizeof *bigger.slots);
    for (size_t i = 0; i < table->slot_count; i++)
        if (table->slots[i].number != 0)
            put(&bigger, table->slots[i]);
    cm_release(allocator, table->slots);
    *table = bigger;
    return true;
}

bool cm_id_table_add(struct cm_id_table *table, uint32_t hash, uint32_t number,
                     const struct certmap_allocator *allocator) {
    if (4 * (table->count + 1) > 3 * table->slot_count && !grow(table, allocator))
        return false;
    put(table, (struct cm_id_table_slot){hash, number + 1});
    table->count++;
    return true;
}

void cm_id_table_free(struct cm_id_table *table, const struct certmap_allocator *allocator) {
    cm_release(allocator, table->slots);
    *table = (struct cm_id_table){.slots = NULL};
}
