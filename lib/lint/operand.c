/* SPDX-License-Identifier: MIT */
#include "operand.h"

#define FIRST_SIZE 64

/* ---- one ---- */

static bool same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static void put(uint8_t *to, struct certmap_view text) {
    if (text.len > 0)
        memcpy(to, text.data, text.len);
}

/* Zeroed memory ends each text. */
static const struct cm_lint_operand *make(struct cm_lint_pool *pool, const struct certmap_walk_item *item) {
    const bool apart = !same(item->shown, item->compared);
    const size_t size = sizeof(struct cm_lint_operand) + item->shown.len + 1 + (apart ? item->compared.len + 1 : 0);
    struct cm_lint_operand *made = item->shown.len < UINT32_MAX && item->compared.len < UINT32_MAX - item->shown.len
                                       ? cm_lint_pool_take(pool, 1, size)
                                       : NULL;
    if (made == NULL)
        return NULL;
    made->shown_len = (uint32_t)item->shown.len;
    made->compared_len = (uint32_t)item->compared.len;
    made->bits = (uint8_t)item->bits;
    made->apart = apart;
    put(made->text, item->shown);
    if (apart)
        put(made->text + item->shown.len + 1, item->compared);
    return made;
}

/* ---- the table ---- */

static uint64_t mix(uint64_t hash, struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ text.data[i]) * UINT64_C(0x100000001B3);
    return (hash ^ text.len) * UINT64_C(0x100000001B3);
}

static size_t hash_of(struct certmap_view shown, struct certmap_view compared, size_t bits) {
    const uint64_t hash = mix(mix(bits + 1, shown), compared);
    return (size_t)(hash ^ hash >> 29);
}

static size_t slot_of(const struct cm_lint_operand_table *table, struct certmap_view shown,
                      struct certmap_view compared, size_t bits) {
    size_t slot = hash_of(shown, compared, bits) & (table->size - 1);
    for (; table->slots[slot] != NULL; slot = (slot + 1) & (table->size - 1)) {
        const struct cm_lint_operand *known = table->slots[slot];
        if (known->bits == bits && same(cm_lint_shown(known), shown) && same(cm_lint_compared(known), compared))
            break;
    }
    return slot;
}

static bool make_slots(struct cm_lint_operand_table *table, const struct certmap_allocator *allocator, size_t size) {
    if (size > SIZE_MAX / sizeof(struct cm_lint_operand *))
        return false;
    table->slots = allocator->alloc(allocator->ctx, size * sizeof(struct cm_lint_operand *));
    for (size_t i = 0; table->slots != NULL && i < size; i++)
        table->slots[i] = NULL;
    table->size = size;
    return table->slots != NULL;
}

static bool grow(struct cm_lint_operand_table *table, const struct certmap_allocator *allocator) {
    struct cm_lint_operand_table old = *table;
    if (!make_slots(table, allocator, 2 * old.size)) {
        *table = old;
        return false;
    }
    for (size_t i = 0; i < old.size; i++) {
        const struct cm_lint_operand *known = old.slots[i];
        if (known != NULL)
            table->slots[slot_of(table, cm_lint_shown(known), cm_lint_compared(known), known->bits)] = known;
    }
    cm_lint_operand_table_free(&old, allocator);
    return true;
}

/* ---- the calls ---- */

const struct cm_lint_operand *cm_lint_operand_keep(struct cm_lint_operand_table *table, struct cm_lint_pool *pool,
                                                   const struct certmap_walk_item *item) {
    if (table->slots == NULL)
        return make(pool, item);
    if (2 * table->count >= table->size && !grow(table, &pool->allocator))
        return NULL;
    const struct cm_lint_operand **slot = &table->slots[slot_of(table, item->shown, item->compared, item->bits)];
    if (*slot == NULL) {
        *slot = make(pool, item);
        table->count += *slot != NULL;
    }
    return *slot;
}

bool cm_lint_operand_table_begin(struct cm_lint_operand_table *table, const struct certmap_allocator *allocator) {
    table->count = 0;
    return make_slots(table, allocator, FIRST_SIZE);
}

void cm_lint_operand_table_free(struct cm_lint_operand_table *table, const struct certmap_allocator *allocator) {
    if (table->slots != NULL)
        allocator->release(allocator->ctx, table->slots);
    *table = (struct cm_lint_operand_table){NULL, 0, 0};
}
