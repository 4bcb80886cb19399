/* SPDX-License-Identifier: MIT */
/* Filing mappings under the keys that were chosen, in nodes. A node files its mappings, groups of them share a key, and
 * what is too many for one key is a node again: cm_build_node calls itself, CM_MAX_DEPTH deep at most. */
#include "base/alloc.h"
#include "base/assert.h"
#include "index/key.h"
#include "index/state.h"
#include "index/tuning.h"

/* ---- rows ---- */

static struct cm_members *members_of(struct cm_build *build, uint32_t probe) {
    const struct certmap_allocator *allocator = build->allocator;
    const uint64_t row = build->probes.values[probe] & 0xFFFF; /* list and row */
    uint32_t number;
    if (!cm_intern_add(&build->rows, row, &number, allocator))
        return NULL;
    struct cm_members *members =
        cm_array_reserve(allocator, build->members, &build->member_cap, build->rows.count, sizeof *members);
    if (members == NULL)
        return NULL;
    build->members = members;
    if (number == build->member_count)
        members[build->member_count++] = (struct cm_members){.every = false};
    return &members[number];
}

static bool add_member(struct cm_build *build, uint32_t probe, uint32_t mapping) {
    struct cm_members *members = members_of(build, probe);
    if (members == NULL)
        return false;
    struct cm_words *words = &members->mappings;
    if (members->every || (words->count > 0 && words->at[words->count - 1] == mapping))
        return true;
    if (words->count <= build->mapping_count / CM_ROW_PART)
        return cm_words_add(words, mapping, build->allocator);
    cm_release(build->allocator, words->at);
    *members = (struct cm_members){.every = true};
    return true;
}

/* ---- entries ---- */

/* What is filed in one node. */
struct filing {
    struct cm_build *build;
    uint32_t node, mapping;
    struct cm_entries entries;
};

static bool add_entry(struct filing *filing, uint64_t hash, uint32_t probe) {
    struct cm_build *build = filing->build;
    struct cm_entries *entries = &filing->entries;
    const struct certmap_allocator *allocator = build->allocator;
    struct cm_entry *at = cm_array_reserve(allocator, entries->at, &entries->cap, entries->count + 1, sizeof *at);
    if (at == NULL)
        return false;
    entries->at = at;
    at[entries->count++] = (struct cm_entry){cm_key_in(filing->node, hash), filing->mapping};
    if (!add_member(build, probe, filing->mapping))
        return false;
    if (build->stamps.at[probe] == filing->node + 1)
        return true;
    build->stamps.at[probe] = filing->node + 1;
    return cm_words_add(&build->node_probes, probe, allocator);
}

/* Files the mapping under each operand of a condition. */
static bool file_operands(struct filing *filing, uint32_t number) {
    struct cm_build *build = filing->build;
    const struct cm_condition condition = cm_draft_condition_at(build->draft, number);
    struct cm_operands operands = cm_operands_of(&condition);
    struct cm_operand operand;
    uint32_t cost, probe;
    while (cm_operands_next(&operands, &operand)) {
        const struct cm_key *key = cm_choose_key(build, number, &condition, &operand, &cost);
        if (key == NULL || !cm_choose_probe(build, key, &probe) || !add_entry(filing, key->hash, probe))
            return false;
    }
    return true;
}

static bool file_cover(struct filing *filing) {
    const struct cm_build *build = filing->build;
    for (size_t i = 0; i < build->covers.count; i++) {
        const uint32_t condition = build->covers.conditions[i];
        const struct cm_choice *choice = &build->choices[condition];
        if (choice->probe != CM_INDEX_NONE ? !add_entry(filing, choice->hash, choice->probe)
                                           : !file_operands(filing, condition))
            return false;
    }
    return true;
}

/* Whether the mapping may have an entry for each operand of its cover. Operands of its own it may; of those that many
 * mappings share, so many that memory stays linear in the rules. */
static bool may_file(struct cm_build *build, unsigned level) {
    size_t wanted = 0;
    for (size_t i = 0; i < build->covers.count; i++)
        wanted += build->draft->conditions[build->covers.conditions[i]].count;
    if (wanted == 0 || level > 0)
        return wanted > 0;
    const bool enough = wanted <= build->entries;
    build->entries -= enough ? wanted : 0;
    return enough;
}

/* Files the mappings; what has no key is added to rest. */
static bool file_mappings(struct filing *filing, unsigned level, const uint32_t *mappings, size_t count,
                          struct cm_words *rest) {
    struct cm_build *build = filing->build;
    for (size_t i = 0; i < count; i++) {
        filing->mapping = mappings[i];
        if (level == 0 && !cm_build_tick(build))
            return false;
        if (!cm_cover_find(&build->covers, mappings[i], level))
            return false;
        if (may_file(build, level) ? !file_cover(filing) : !cm_words_add(rest, mappings[i], build->allocator))
            return false;
    }
    return true;
}

/* ---- what a key leads to ---- */

/* The next level at which mappings have covers that tell them apart, or CM_MAX_DEPTH. */
static bool next_level(struct cm_build *build, unsigned *level, const uint32_t *mappings, size_t count) {
    while (++*level < CM_MAX_DEPTH) {
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
            *level = CM_MAX_DEPTH;
    }
    return true;
}

static bool add_target(struct cm_build *build, struct cm_slot *slot, unsigned level, uint32_t *mappings, size_t count) {
    uint32_t at = mappings[0];
    slot->kind = CM_TARGET_MAPPING;
    if (count > CM_MAX_LIST && build->copies >= count && cm_list_may_look(build, mappings, count)) {
        if (!next_level(build, &level, mappings, count))
            return false;
        slot->kind = level < CM_MAX_DEPTH ? CM_TARGET_NODE : CM_TARGET_LIST;
    } else if (count > 1) {
        slot->kind = CM_TARGET_LIST;
    }
    if (slot->kind == CM_TARGET_NODE) {
        build->copies -= count;
        if (!cm_build_node(build, &at, level, mappings, count))
            return false;
    } else if (slot->kind == CM_TARGET_LIST && !cm_list_add_all(build, &at, mappings, count)) {
        return false;
    }
    CM_ASSERT(at <= CM_MAX_SLOT_TARGET);
    slot->at = at & CM_MAX_SLOT_TARGET;
    return true;
}

/* Adds the slot of a key that these mappings share, in order; some may be left out. The node is at level. */
static bool add_group(struct cm_build *build, unsigned level, uint32_t key, uint32_t *mappings, size_t count) {
    struct cm_slot slot = {.key = key};
    if (!cm_list_drop_repeated(build, mappings, &count) || !add_target(build, &slot, level, mappings, count))
        return false;
    struct cm_slot *slots =
        cm_array_reserve(build->allocator, build->slots, &build->slot_cap, build->slot_count + 1, sizeof *slots);
    if (slots == NULL)
        return false;
    build->slots = slots;
    slots[build->slot_count++] = slot;
    return true;
}

/* Groups of entries with the same key. scratch has room for the mappings of all. */
static bool add_groups(struct cm_build *build, unsigned level, const struct cm_entries *entries, uint32_t *scratch) {
    for (size_t start = 0, end = 0; start < entries->count; start = end) {
        const uint32_t key = entries->at[start].key;
        size_t count = 0;
        for (; end < entries->count && entries->at[end].key == key; end++)
            if (count == 0 || scratch[count - 1] != entries->at[end].mapping)
                scratch[count++] = entries->at[end].mapping;
        if (!add_group(build, level, key, scratch, count))
            return false;
    }
    return true;
}

static bool sort_and_group(struct cm_build *build, unsigned level, const struct cm_entries *entries) {
    const struct certmap_allocator *allocator = build->allocator;
    struct cm_entry *scratch = cm_array_alloc(allocator, entries->count, sizeof *scratch);
    if (scratch == NULL)
        return false;
    cm_entries_sort(entries->at, scratch, entries->count);
    const bool done = add_groups(build, level, entries, (uint32_t *)scratch);
    cm_release(allocator, scratch);
    return done;
}

/* ---- nodes ---- */

static bool new_node(struct cm_build *build, uint32_t *number, uint32_t least_mapping) {
    struct cm_index_node *nodes =
        cm_array_reserve(build->allocator, build->nodes, &build->node_cap, build->node_count + 1, sizeof *nodes);
    if (nodes == NULL)
        return false;
    build->nodes = nodes;
    *number = (uint32_t)build->node_count++;
    nodes[*number] = (struct cm_index_node){
        .first_probe = (uint32_t)build->node_probes.count, .least = least_mapping, .rest = CM_INDEX_NONE};
    return true;
}

/* Those come first that are looked up once for a value: what they find is being fetched while pieces are looked up at
 * each of its bytes. */
static void order_probes(const struct cm_build *build, uint32_t *probes, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const uint32_t probe = probes[i];
        size_t k = i;
        for (;
             k > 0 && cm_probe_shape(build->probes.values[probes[k - 1]]) > cm_probe_shape(build->probes.values[probe]);
             k--)
            probes[k] = probes[k - 1];
        probes[k] = probe;
    }
}

/* Its probes are together, because its members are filed before those of nodes below it. */
static bool fill_node(struct filing *filing, unsigned level, const uint32_t *mappings, size_t count,
                      struct cm_words *rest) {
    struct cm_build *build = filing->build;
    if (!file_mappings(filing, level, mappings, count, rest))
        return false;
    struct cm_index_node *node = &build->nodes[filing->node];
    node->probe_count = (uint32_t)build->node_probes.count - node->first_probe;
    if (node->probe_count > 1)
        order_probes(build, build->node_probes.at + node->first_probe, node->probe_count);
    uint32_t list;
    if (rest->count > 0 && !cm_list_add(build, &list, rest->at, rest->count))
        return false;
    if (rest->count > 0)
        node->rest = list;
    return filing->entries.count == 0 || sort_and_group(build, level, &filing->entries);
}

bool cm_build_node(struct cm_build *build, uint32_t *number, unsigned level, const uint32_t *mappings, size_t count) {
    const struct certmap_allocator *allocator = build->allocator;
    struct filing filing = {.build = build};
    struct cm_words rest = {.count = 0};
    const bool done = new_node(build, &filing.node, mappings[0]) && fill_node(&filing, level, mappings, count, &rest);
    *number = filing.node;
    cm_release(allocator, filing.entries.at);
    cm_release(allocator, rest.at);
    return done;
}
