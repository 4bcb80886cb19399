/* SPDX-License-Identifier: MIT */
#include "field/type_set.h"
#include "base/hash.h"
#include "base/view.h"
#include "field/value_set.h"

static uint32_t hash_of(const struct cm_type_set *set, struct certmap_view oid) {
    return (uint32_t)cm_hash_bytes(oid.data, oid.len, cm_hash_mix(set->seed));
}

/* The slot of a type, or a free one for it; mask + 1: too many others have its place. */
static uint32_t slot_of(const struct cm_type_set *set, const struct cm_list *list, struct certmap_view oid,
                        uint32_t *probes) {
    uint32_t at = hash_of(set, oid) & set->mask;
    for (uint32_t probe = 1; probe <= CM_TYPE_SET_PROBES; at = (at + probe++) & set->mask) {
        *probes = probe;
        if (set->slots[at] == 0 || cm_view_equal(list->values[set->slots[at] - 1].oid, oid))
            return at;
    }
    return set->mask + 1;
}

/* From the last value to the first, so that each type begins with its first one. False: types collide. Linear in the list: each
 * value looks at CM_TYPE_SET_PROBES slots at most. */
static bool file_values(const struct cm_type_set *set, const struct cm_list *list, uint32_t *slots, uint32_t *next) {
    for (size_t i = list->count; i-- > 0;) {
        uint32_t probes;
        next[i] = CM_VALUE_NONE;
        if (list->values[i].row != set->row)
            continue;
        const uint32_t slot = slot_of(set, list, list->values[i].oid, &probes);
        if (slot > set->mask)
            return false;
        if (slots[slot] != 0)
            next[i] = slots[slot] - 1;
        slots[slot] = (uint32_t)i + 1;
    }
    return true;
}

bool cm_type_set_make(const struct cm_type_set **made, const struct cm_list *list, uint32_t row, uint64_t seed,
                      struct cm_arena *arena) {
    size_t count = 2 * CM_VALUE_SET_MIN;
    *made = NULL;
    while (count < 2 * list->count)
        count *= 2;
    struct cm_type_set *set = cm_arena_alloc(arena, sizeof *set + (count + list->count) * sizeof(uint32_t));
    if (set == NULL)
        return false;
    uint32_t *slots = (uint32_t *)(void *)(set + 1), *next = slots + count;
    memset(slots, 0, count * sizeof *slots);
    *set = (struct cm_type_set){seed, row, (uint32_t)(count - 1), slots, next};
    if (file_values(set, list, slots, next))
        *made = set;
    return true;
}

const struct cm_type_set *cm_type_set_of(const struct cm_list *list, const struct cm_path *path) {
    const struct cm_type_set *types = path->by_oid && list->set != NULL ? list->set->types : NULL;
    return types != NULL && types->row == path->row ? types : NULL;
}

uint32_t cm_type_set_first(const struct cm_type_set *set, const struct cm_list *list, struct certmap_view oid,
                           size_t *steps) {
    uint32_t probes;
    const uint32_t slot = slot_of(set, list, oid, &probes);
    if (!cm_steps_take(steps, probes * (1 + oid.len / CM_BYTES_A_STEP)) || slot > set->mask || set->slots[slot] == 0)
        return CM_VALUE_NONE;
    return set->slots[slot] - 1;
}
