/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/assert.h"
#include "base/error.h"
#include "index/key.h"
#include "index/state.h"
#include "index/tuning.h"

/* ---- lists of rows ---- */

/* In order, each once: below the root they came in another. */
static bool sort_members(struct cm_words *mappings, const struct certmap_allocator *allocator) {
    struct cm_entry *entries = cm_array_alloc(allocator, mappings->count, 2 * sizeof *entries);
    size_t kept = 0;
    if (entries == NULL)
        return false;
    for (size_t i = 0; i < mappings->count; i++)
        entries[i] = (struct cm_entry){mappings->at[i], mappings->at[i]};
    cm_entries_sort(entries, entries + mappings->count, mappings->count);
    for (size_t i = 0; i < mappings->count; i++)
        if (i == 0 || entries[i].mapping != entries[i - 1].mapping)
            mappings->at[kept++] = entries[i].mapping;
    mappings->count = kept;
    cm_release(allocator, entries);
    return true;
}

static bool make_rows(struct cm_build *build, struct cm_index_row *rows) {
    for (uint32_t i = 0; i < build->rows.count; i++) {
        struct cm_members *members = &build->members[i];
        const uint64_t row = build->rows.values[i];
        CM_ASSERT(row <= 0xFFFF);
        rows[i] = (struct cm_index_row){(uint32_t)row & 0xFF, (uint32_t)row >> 8, CM_INDEX_NONE};
        if (members->every)
            continue;
        if (!sort_members(&members->mappings, build->allocator) ||
            !cm_list_add_all(build, &rows[i].members, members->mappings.at, members->mappings.count))
            return false;
    }
    return true;
}

/* ---- slots ---- */

/* Those of one node are made in the order of their keys, and most indexes have one node. */
static bool are_sorted(const struct cm_slot *slots, size_t count) {
    size_t i = 1;
    while (i < count && slots[i - 1].key <= slots[i].key)
        i++;
    return i >= count;
}

static bool sort_slots(struct cm_build *build) {
    if (are_sorted(build->slots, build->slot_count))
        return true;
    const size_t count = build->slot_count;
    const struct certmap_allocator *allocator = build->allocator;
    struct cm_entry *entries = cm_array_alloc(allocator, count, 2 * sizeof *entries);
    if (entries == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct cm_entry){build->slots[i].key, (uint32_t)build->slots[i].kind << 30 | build->slots[i].at};
    cm_entries_sort(entries, entries + count, count);
    for (size_t i = 0; i < count; i++) {
        build->slots[i].key = entries[i].key;
        build->slots[i].kind = (unsigned char)(entries[i].mapping >> 30) & 3u;
        build->slots[i].at = entries[i].mapping & CM_MAX_SLOT_TARGET;
    }
    cm_release(allocator, entries);
    return true;
}

/* Puts the slots where their keys belong, or after those that are there; returns how many slots that takes, with a
 * free one at the end. With to NULL it only counts. */
static size_t spread_slots(struct cm_slot *to, const struct cm_build *build, uint32_t range) {
    size_t next = 0;
    for (size_t i = 0; i < build->slot_count; i++) {
        const size_t own = cm_key_slot(build->slots[i].key, range);
        const size_t at = own > next ? own : next;
        for (; to != NULL && next < at; next++)
            to[next] = CM_SLOT_FREE;
        if (to != NULL)
            to[at] = build->slots[i];
        next = at + 1;
    }
    const size_t end = next > range ? next : range;
    for (; to != NULL && next <= end; next++)
        to[next] = CM_SLOT_FREE;
    return end + 1;
}

static void set_bloom(uint64_t *bloom, uint32_t range, const struct cm_build *build) {
    memset(bloom, 0, range * sizeof *bloom);
    for (size_t i = 0; i < build->slot_count; i++)
        bloom[cm_bloom_word(build->slots[i].key, range)] |= cm_bloom_bits(build->slots[i].key);
}

/* ---- the block ---- */

/* What is in the block, and how many of each. */
struct sizes {
    size_t bloom, slots, nodes, probes, rows, lists, grams;
};

/* In bytes; in 64 bits, because together they can be more than size_t counts where it has 32. */
static uint64_t block_size(const struct sizes *sizes) {
    return sizeof(struct cm_index) + (uint64_t)sizes->bloom * sizeof(uint64_t) +
           (uint64_t)sizes->probes * sizeof(struct cm_probe) + (uint64_t)sizes->slots * sizeof(struct cm_slot) +
           (uint64_t)sizes->nodes * sizeof(struct cm_index_node) + (uint64_t)sizes->rows * sizeof(struct cm_index_row) +
           (uint64_t)sizes->lists * sizeof(uint32_t) + (uint64_t)sizes->grams * sizeof(struct cm_gram_bytes);
}

static struct cm_probe unpack_probe(uint64_t packed, uint64_t seed) {
    struct cm_probe probe = {.list = (uint8_t)packed,
                             .row = (uint8_t)(packed >> 8),
                             .text = (uint8_t)(packed >> 16),
                             .shape = (uint8_t)(packed >> 24),
                             .length = (uint16_t)(packed >> 32),
                             .typed = (uint8_t)(packed >> 48)};
    probe.seed = cm_key_seed(seed, &probe);
    return probe;
}

/* Members of falling alignment, so that each is as it has to. */
static struct cm_index *fill_block(struct cm_index *index, const struct sizes *sizes, const struct cm_build *build,
                                   const struct cm_index_row *rows) {
    uint64_t *bloom = (uint64_t *)(void *)(index + 1);
    struct cm_probe *probes = (struct cm_probe *)(void *)(bloom + sizes->bloom);
    struct cm_slot *slots = (struct cm_slot *)(void *)(probes + sizes->probes);
    struct cm_index_node *nodes = (struct cm_index_node *)(void *)(slots + sizes->slots);
    struct cm_index_row *placed = (struct cm_index_row *)(void *)(nodes + sizes->nodes);
    uint32_t *lists = (uint32_t *)(void *)(placed + sizes->rows);
    struct cm_gram_bytes *grams = (struct cm_gram_bytes *)(void *)(lists + sizes->lists);
    set_bloom(bloom, index->bloom_range, build);
    (void)spread_slots(slots, build, index->range);
    memcpy(nodes, build->nodes, sizes->nodes * sizeof *nodes);
    for (size_t i = 0; i < sizes->probes; i++) {
        const uint32_t number = build->node_probes.at[i];
        probes[i] = unpack_probe(build->probes.values[number], build->seed);
        probes[i].grams = (uint8_t)build->grams_of.at[number];
    }
    memcpy(placed, rows, sizes->rows * sizeof *rows);
    if (sizes->lists > 0)
        memcpy(lists, build->lists.at, sizes->lists * sizeof *lists);
    if (sizes->grams > 0)
        memcpy(grams, build->grams, sizes->grams * sizeof *grams);
    for (size_t i = 0; i < sizes->rows; i++)
        index->lists_used |= (uint64_t)1 << placed[i].list;
    index->bloom = bloom;
    index->slots = slots;
    index->nodes = nodes;
    index->probes = probes;
    index->rows = placed;
    index->lists = lists;
    index->grams = grams;
    return index;
}

static struct cm_index *make_block(const struct cm_build *build, const struct cm_index_row *rows) {
    const uint32_t range = (uint32_t)(build->slot_count + build->slot_count / CM_SLOTS_A_FREE + 1);
    const struct sizes sizes = {.bloom = build->slot_count / CM_KEYS_A_WORD + 1,
                                .slots = spread_slots(NULL, build, range),
                                .nodes = build->node_count,
                                .probes = build->node_probes.count,
                                .rows = build->rows.count,
                                .lists = build->lists.count,
                                .grams = build->gram_count};
    const uint64_t size = block_size(&sizes);
    struct cm_index *index = size > PTRDIFF_MAX ? NULL : cm_alloc(build->allocator, (size_t)size);
    if (index == NULL)
        return NULL;
    cm_block_stays(build->allocator, index, (size_t)size);
    *index = (struct cm_index){.seed = build->seed,
                               .range = range,
                               .bloom_range = (uint32_t)sizes.bloom,
                               .row_count = (uint32_t)sizes.rows,
                               .slot_count = (uint32_t)sizes.slots,
                               .node_count = (uint32_t)sizes.nodes};
    return fill_block(index, &sizes, build, rows);
}

enum certmap_status cm_build_pack(struct cm_index **index, struct cm_build *build, struct certmap_diagnostic *err) {
    const struct certmap_allocator *allocator = build->allocator;
    struct cm_index_row *rows = cm_array_alloc(allocator, build->rows.count, sizeof *rows);
    struct cm_index *made = NULL;
    if (rows != NULL && make_rows(build, rows) && sort_slots(build))
        made = make_block(build, rows);
    cm_release(allocator, rows);
    if (made == NULL)
        return cm_error_memory(err);
    *index = made;
    return CERTMAP_OK;
}
