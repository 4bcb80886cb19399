/* SPDX-License-Identifier: MIT */
#include "base/numbers.h"
#include "base/alloc.h"
#include "base/hash.h"

/* The slot where a value is or belongs. */
static uint32_t *find(const struct cm_numbers *numbers, uint64_t value) {
    for (uint64_t i = cm_hash_mix(value);; i++) {
        uint32_t *slot = &numbers->slots[i & (numbers->slot_count - 1)];
        if (*slot == 0 || numbers->values[*slot - 1] == value)
            return slot;
    }
}

static bool grow(struct cm_numbers *numbers, const struct certmap_allocator *allocator) {
    struct cm_numbers bigger = *numbers;
    bigger.slot_count = numbers->slot_count > 0 ? 2 * numbers->slot_count : 16;
    bigger.slots = cm_alloc(allocator, bigger.slot_count * sizeof *bigger.slots);
    if (bigger.slots == NULL)
        return false;
    memset(bigger.slots, 0, bigger.slot_count * sizeof *bigger.slots);
    for (uint32_t i = 0; i < bigger.count; i++)
        *find(&bigger, bigger.values[i]) = i + 1;
    cm_release(allocator, numbers->slots);
    *numbers = bigger;
    return true;
}

uint32_t cm_numbers_find(const struct cm_numbers *numbers, uint64_t value) {
    return numbers->slot_count > 0 ? *find(numbers, value) - 1 : CM_NUMBERS_NONE;
}

bool cm_numbers_add(struct cm_numbers *numbers, uint64_t value, uint32_t *number,
                    const struct certmap_allocator *allocator) {
    *number = cm_numbers_find(numbers, value);
    if (*number != CM_NUMBERS_NONE)
        return true;
    if (2 * (numbers->count + 1) > numbers->slot_count && !grow(numbers, allocator))
        return false;
    uint64_t *values =
        cm_array_reserve(allocator, numbers->values, &numbers->value_cap, (size_t)numbers->count + 1, sizeof *values);
    if (values == NULL)
        return false;
    numbers->values = values;
    values[numbers->count] = value;
    *number = numbers->count++;
    *find(numbers, value) = numbers->count;
    return true;
}

void cm_numbers_free(struct cm_numbers *numbers, const struct certmap_allocator *allocator) {
    cm_release(allocator, numbers->values);
    cm_release(allocator, numbers->slots);
    *numbers = (struct cm_numbers){.values = NULL};
}
