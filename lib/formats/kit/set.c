/* SPDX-License-Identifier: MIT */
#include "set.h"
#include "memory.h"
#include <string.h>

bool cm_kit_set_begin(struct cm_kit_set *set, const struct certmap_allocator *allocator, size_t count) {
    size_t want = 16;
    while (want < 2 * count)
        want *= 2;
    struct cm_kit_set_slot *slots = cm_kit_grow(allocator, set->slots, &set->cap, want, sizeof *slots);
    if (slots == NULL)
        return false;
    memset(slots, 0, want * sizeof *slots);
    set->slots = slots;
    set->mask = want - 1;
    return true;
}

size_t cm_kit_set_add(struct cm_kit_set *set, uint64_t hash, size_t index,
                      bool (*same)(const void *things, size_t a, size_t b), const void *things) {
    for (size_t i = (size_t)(hash ^ hash >> 32);; i++) {
        struct cm_kit_set_slot *slot = &set->slots[i & set->mask];
        if (slot->index == 0) {
            *slot = (struct cm_kit_set_slot){hash, index + 1};
            return SIZE_MAX;
        }
        if (slot->hash == hash && same(things, slot->index - 1, index))
            return slot->index - 1;
    }
}

/* ---- hashes ---- */

static uint64_t mix(uint64_t hash, uint32_t value) {
    hash = (hash ^ value) * 0x9FB21C651E98DF25u;
    return hash ^ hash >> 32;
}

uint64_t cm_kit_hash_seed(const struct cm_kit_set *set, uint32_t generation) {
    return mix((uint64_t)(uintptr_t)set->slots, generation);
}

uint64_t cm_kit_hash(uint64_t hash, struct certmap_view bytes) {
    for (size_t i = 0; i < bytes.len; i++)
        hash = mix(hash, bytes.data[i]);
    return mix(hash, 0x100); /* an end, so that "ab" "c" is not "a" "bc" */
}
