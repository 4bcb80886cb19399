/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/hash.h"
#include "rule/index_build.h"

/* Mappings under one key that are looked at one by one; more become a node, if they have further keys. */
#define LIST_MOST 8

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

/* The place in a table of mappings + 1 where an expression is or belongs. */
static uint32_t *find(const struct cm_draft *draft, uint32_t *table, size_t size, uint32_t mapping) {
    const struct certmap_view words = expression(draft, mapping);
    for (uint64_t i = cm_hash_bytes(words.data, words.len, (uint64_t)(uintptr_t)table);; i++) {
        uint32_t *place = &table[i & (size - 1)];
        if (*place == 0 || same_expression(draft, *place - 1, mapping))
            return place;
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
        uint32_t *place = find(draft, table, size, mappings[i]);
        if (*place != 0)
            continue;
        *place = mappings[i] + 1;
        mappings[kept++] = mappings[i];
    }
    *count = kept;
    cm_release(&draft->rules->allocator, table);
    return true;
}

/* Whether the expressions of mappings may be looked at once more. */
static bool may_look(struct cm_build *build, const uint32_t *mappings, size_t count) {
    size_t nodes = 0;
    for (size_t i = 0; i < count; i++)
        nodes += cm_node_size(cm_draft_root(build->draft, mappings[i]));
    if (nodes > build->looks)
        return false;
    build->looks -= nodes;
    return true;
}

/* Leaves out what can never decide, because an earlier mapping with the same expression does. */
static bool drop(struct cm_build *build, uint32_t *mappings, size_t *count) {
    if (!build->first || *count == 1 || !may_look(build, mappings, *count))
        return true;
    if (*count > LIST_MOST)
        return drop_repeated(build->draft, mappings, count);
    drop_repeated_few(build->draft, mappings, count);
    return true;
}

/* ---- what a key leads to ---- */

bool cm_list_words(struct cm_build *build, uint32_t *list, const uint32_t *mappings, size_t count) {
    const struct certmap_allocator *allocator = build->allocator;
    *list = (uint32_t)build->lists.count;
    if (build->lists.count + count >= CM_MOST_PLACES) /* four gigabytes of lists: as good as no memory */
        return false;
    bool done = cm_words_add(&build->lists, (uint32_t)count, allocator);
    for (size_t i = 0; i < count && done; i++)
        done = cm_words_add(&build->lists, cm_build_place(build, mappings[i]), allocator);
    return done;
}

bool cm_group_list(struct cm_build *build, uint32_t *list, uint32_t *mappings, size_t count) {
    return drop(build, mappings, &count) && cm_list_words(build, list, mappings, count);
}

/* The next level at which mappings have covers that tell them apart, or CM_INDEX_DEPTH. */
static bool next_level(struct cm_build *build, unsigned *level, const uint32_t *mappings, size_t count) {
    while (++*level < CM_INDEX_DEPTH) {
        bool same = true;
        uint32_t first = CM_INDEX_NONE;
        for (size_t i = 0; i < count && same; i++) {
            if (!cm_cover_find(&build->covers, mappings[i], *level))
                return false;
            const uint32_t only = build->covers.count == 1 ? build->covers.conditions[0] : CM_INDEX_NONE;
            same = build->covers.count <= 1 && (i == 0 || only == first);
            first = only;
        }
        if (!same)
            return true;
        if (first == CM_INDEX_NONE) /* no cover at all, and then none at any further level */
            *level = CM_INDEX_DEPTH;
    }
    return true;
}

static bool add_target(struct cm_build *build, struct cm_slot *slot, unsigned level, uint32_t *mappings, size_t count) {
    uint32_t at = cm_build_place(build, mappings[0]);
    slot->kind = CM_TARGET_MAPPING;
    if (count > LIST_MOST && build->copies >= count && may_look(build, mappings, count)) {
        if (!next_level(build, &level, mappings, count))
            return false;
        slot->kind = level < CM_INDEX_DEPTH ? CM_TARGET_NODE : CM_TARGET_LIST;
    } else if (count > 1) {
        slot->kind = CM_TARGET_LIST;
    }
    if (slot->kind == CM_TARGET_NODE) {
        build->copies -= count;
        if (!cm_build_node(build, &at, level, mappings, count))
            return false;
    } else if (slot->kind == CM_TARGET_LIST && !cm_list_words(build, &at, mappings, count)) {
        return false;
    }
    slot->at = at & CM_MOST_PLACES;
    return true;
}

bool cm_group_add(struct cm_build *build, unsigned level, uint32_t key, uint32_t *mappings, size_t count) {
    struct cm_slot slot = {.key = key};
    if (!drop(build, mappings, &count) || !add_target(build, &slot, level, mappings, count))
        return false;
    struct cm_slot *slots =
        cm_array_reserve(build->allocator, build->slots, &build->slot_cap, build->slot_count + 1, sizeof *slots);
    if (slots == NULL)
        return false;
    build->slots = slots;
    slots[build->slot_count++] = slot;
    return true;
}
