/* SPDX-License-Identifier: MIT */
/* Lists of mappings, and leaving out of them what repeats earlier ones. */
#include "base/alloc.h"
#include "base/hash.h"
#include "index/state.h"
#include "index/tuning.h"

/* ---- expressions that repeat ---- */

static struct certmap_view expression(const struct cm_draft *draft, uint32_t mapping) {
    const struct cm_node *root = cm_draft_root(draft, mapping);
    return (struct certmap_view){(const uint8_t *)root, cm_node_size(root) * sizeof *root};
}

static bool same_expression(const struct cm_draft *draft, uint32_t a, uint32_t b) {
    const struct certmap_view one = expression(draft, a), other = expression(draft, b);
    return one.len == other.len && memcmp(one.data, other.data, one.len) == 0;
}

/* Keeps of those with the same expression the first. */
static void drop_repeated_few(const struct cm_draft *draft, uint32_t *mappings, size_t *count) {
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        bool repeated = false;
        for (size_t k = 0; k < kept && !repeated; k++)
            repeated = same_expression(draft, mappings[k], mappings[i]);
        if (!repeated)
            mappings[kept++] = mappings[i];
    }
    *count = kept;
}

/* The slot in a table of mappings + 1 where an expression is or belongs. */
static uint32_t *find(const struct cm_draft *draft, uint32_t *table, size_t size, uint32_t mapping) {
    const struct certmap_view words = expression(draft, mapping);
    for (uint64_t i = cm_hash_bytes(words.data, words.len, (uint64_t)(uintptr_t)table);; i++) {
        uint32_t *slot = &table[i & (size - 1)];
        if (*slot == 0 || same_expression(draft, *slot - 1, mapping))
            return slot;
    }
}

static bool drop_repeated(const struct cm_draft *draft, uint32_t *mappings, size_t *count) {
    size_t size = 64, kept = 0;
    while (size < 2 * *count)
        size *= 2;
    uint32_t *table = cm_array_alloc(&draft->rules->allocator, size, sizeof *table);
    if (table == NULL)
        return false;
    memset(table, 0, size * sizeof *table);
    for (size_t i = 0; i < *count; i++) {
        uint32_t *slot = find(draft, table, size, mappings[i]);
        if (*slot != 0)
            continue;
        *slot = mappings[i] + 1;
        mappings[kept++] = mappings[i];
    }
    *count = kept;
    cm_release(&draft->rules->allocator, table);
    return true;
}

bool cm_list_may_look(struct cm_build *build, const uint32_t *mappings, size_t count) {
    size_t nodes = 0;
    for (size_t i = 0; i < count; i++)
        nodes += cm_node_size(cm_draft_root(build->draft, mappings[i]));
    if (nodes > build->looks)
        return false;
    build->looks -= nodes;
    return true;
}

bool cm_list_drop_repeated(struct cm_build *build, uint32_t *mappings, size_t *count) {
    if (!build->first || *count == 1 || !cm_list_may_look(build, mappings, *count))
        return true;
    if (*count > CM_MAX_LIST)
        return drop_repeated(build->draft, mappings, count);
    drop_repeated_few(build->draft, mappings, count);
    return true;
}

/* ---- lists ---- */

bool cm_list_add_all(struct cm_build *build, uint32_t *list, const uint32_t *mappings, size_t count) {
    const struct certmap_allocator *allocator = build->allocator;
    *list = (uint32_t)build->lists.count;
    if (build->lists.count + count + CM_MAX_GUARDS >=
        CM_MAX_SLOT_TARGET) /* four gigabytes of lists: as good as no memory */
        return false;
    bool done = cm_words_add(&build->lists, (uint32_t)count, allocator);
    for (size_t i = 0; i < count && done; i++)
        done = cm_words_add(&build->lists, mappings[i], allocator);
    if (!done || count < CM_MIN_GUARDED)
        return done;
    return cm_guards_add(build, mappings, count, build->choices != NULL && cm_list_may_look(build, mappings, count));
}

bool cm_list_add(struct cm_build *build, uint32_t *list, uint32_t *mappings, size_t count) {
    return cm_list_drop_repeated(build, mappings, &count) && cm_list_add_all(build, list, mappings, count);
}
