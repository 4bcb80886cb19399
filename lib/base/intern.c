/* SPDX-License-Identifier: MIT */
#include "base/intern.h"
#include "base/alloc.h"
#include "base/hash.h"

static uint32_t hash_of(uint64_t value) {
    return cm_id_table_hash(cm_hash_mix(value));
}

struct wanted {
    const struct cm_intern *numbers;
    uint64_t value;
};

static bool is_wanted(const void *ctx, uint32_t number) {
    const struct wanted *wanted = ctx;
    return wanted->numbers->values[number] == wanted->value;
}

uint32_t cm_intern_find(const struct cm_intern *numbers, uint64_t value) {
    const struct wanted wanted = {numbers, value};
    return cm_id_table_find(&numbers->table, hash_of(value), is_wanted, &wanted);
}

bool cm_intern_add(struct cm_intern *numbers, uint64_t value, uint32_t *number,
                   const struct certmap_allocator *allocator) {
    *number = cm_intern_find(numbers, value);
    if (*number != CM_INTERN_NONE)
        return true;
    uint64_t *values =
        cm_array_reserve(allocator, numbers->values, &numbers->value_cap, (size_t)numbers->count + 1, sizeof *values);
    if (values == NULL)
        return false;
    numbers->values = values;
    values[numbers->count] = value;
    if (!cm_id_table_add(&numbers->table, hash_of(value), numbers->count, allocator))
        return false;
    *number = numbers->count++;
    return true;
}

void cm_intern_free(struct cm_intern *numbers, const struct certmap_allocator *allocator) {
    cm_release(allocator, numbers->values);
    cm_id_table_free(&numbers->table, allocator);
    *numbers = (struct cm_intern){.values = NULL};
}
