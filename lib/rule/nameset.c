/* SPDX-License-Identifier: MIT */
#include "rule/nameset.h"
#include "base/alloc.h"
#include <string.h>

/* The slot where the name is or belongs. */
static struct cm_nameset_slot *find(const struct cm_nameset *set, struct certmap_view name, uint64_t hash) {
    for (size_t i = (size_t)hash;; i++) {
        struct cm_nameset_slot *slot = &set->slots[i & (set->slot_count - 1)];
        if (slot->name.data == NULL || (slot->hash == hash && certmap_text_same(slot->name, name)))
            return slot;
    }
}

static bool grow(struct cm_nameset *set, const struct certmap_allocator *allocator) {
    struct cm_nameset bigger = {.slot_count = set->slot_count > 0 ? 2 * set->slot_count : 64, .count = set->count};
    bigger.slots = cm_alloc(allocator, bigger.slot_count * sizeof *bigger.slots);
    if (bigger.slots == NULL)
        return false;
    memset(bigger.slots, 0, bigger.slot_count * sizeof *bigger.slots);
    /* Where memory lies is not known to whoever writes rules. */
    bigger.seed = set->slots != NULL ? set->seed : (uint64_t)(uintptr_t)bigger.slots;
    for (size_t i = 0; i < set->slot_count; i++)
        if (set->slots[i].name.data != NULL)
            *find(&bigger, set->slots[i].name, set->slots[i].hash) = set->slots[i];
    cm_nameset_free(set, allocator);
    *set = bigger;
    return true;
}

bool cm_nameset_add(struct cm_nameset *set, struct certmap_view name, size_t index, size_t *there,
                    const struct certmap_allocator *allocator) {
    if (2 * (set->count + 1) > set->slot_count && !grow(set, allocator))
        return false;
    const uint64_t hash = certmap_text_hash(set->seed, name);
    struct cm_nameset_slot *slot = find(set, name, hash);
    *there = slot->name.data != NULL ? slot->index : SIZE_MAX;
    if (*there != SIZE_MAX)
        return true;
    *slot = (struct cm_nameset_slot){name, hash, index};
    set->count++;
    return true;
}

size_t cm_nameset_find(const struct cm_nameset *set, struct certmap_view name) {
    if (set->slots == NULL)
        return SIZE_MAX;
    const struct cm_nameset_slot *slot = find(set, name, certmap_text_hash(set->seed, name));
    return slot->name.data != NULL ? slot->index : SIZE_MAX;
}

void cm_nameset_free(struct cm_nameset *set, const struct certmap_allocator *allocator) {
    cm_release(allocator, set->slots);
    *set = (struct cm_nameset){.slots = NULL};
}
