/* SPDX-License-Identifier: MIT */
/* Building an index: what mappings are filed under, and the nodes, lists and slots that this makes. index_pack.c
 * makes one block of them. */
#include "rule/index_build.h"
#include "base/alloc.h"
#include "base/error.h"
#include "rule/index_key.h"
#include "rule/store.h"

/* ---- what keys cost ---- */

/* Keys are so many, and those that share a counter are taken for one: it costs time at worst. */
static uint32_t *counter_of(struct cm_build *build, uint64_t hash) {
    return &build->counters[cm_hash_mix(hash) & (build->counter_count - 1)];
}

static uint32_t least(uint64_t a, uint32_t b) {
    return a < b ? (uint32_t)a : b;
}

static void count_key(struct cm_build *build, const struct cm_key *key, uint32_t uses) {
    if (key->probe.shape == CM_KEY_EXACT)
        return;
    uint32_t *counter = counter_of(build, key->hash);
    *counter = least((uint64_t)*counter + uses, CM_COST_NONE - 1);
}

/* What a key costs. An exact value is hardly ever that of another condition: it has the uses of its own. */
static uint32_t cost_key(struct cm_build *build, const struct cm_key *key, uint32_t uses) {
    const uint64_t count = key->probe.shape == CM_KEY_EXACT ? uses : *counter_of(build, key->hash);
    return least(count * key->weight, CM_COST_NONE - 1);
}

/* The cheapest of the keys made last, of a condition; *cost is CM_COST_NONE if there are none. */
static const struct cm_key *cheapest_key(struct cm_build *build, uint32_t condition, uint32_t *cost) {
    const struct cm_key *best = NULL;
    *cost = CM_COST_NONE;
    for (size_t i = 0; i < build->keys.count; i++) {
        const struct cm_key *key = &build->keys.made[i];
        const uint32_t one = cost_key(build, key, build->choices[condition].uses);
        best = one < *cost ? key : best;
        *cost = one < *cost ? one : *cost;
    }
    return best;
}

/* ---- progress ---- */

/* Once for each thing; false: stop. */
static bool tick(struct cm_build *build) {
    build->done++;
    return build->progress->fn == NULL || cm_progress_at(build->progress, build->done, build->total);
}

/* ---- conditions ---- */

/* Does something with each operand of each condition; false: no memory. */
typedef bool operand_fn(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                        const struct cm_operand *operand);

static bool each_operand(struct cm_build *build, uint32_t number, operand_fn *fn) {
    const struct cm_condition condition = cm_condition_at(build->rules, number);
    struct cm_operands operands = cm_operands_of(&condition);
    struct cm_operand operand;
    while (cm_operands_next(&operands, &operand))
        if (!fn(build, number, &condition, &operand))
            return false;
    return true;
}

static bool each_condition(struct cm_build *build, operand_fn *fn) {
    for (size_t i = 0; i < build->rules->condition_count; i++)
        if (!tick(build) || !each_operand(build, (uint32_t)i, fn))
            return false;
    return true;
}

static bool count_operand(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                          const struct cm_operand *operand) {
    (void)number;
    build->counter_count++;
    return cm_keys_count(&build->keys, condition, operand);
}

/* Keys of exact values are not counted: cost_key. */
static bool count_keys(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                       const struct cm_operand *operand) {
    if (cm_keys_exact(condition))
        return true;
    cm_keys_make(&build->keys, condition, operand);
    for (size_t i = 0; i < build->keys.count; i++)
        count_key(build, &build->keys.made[i], build->choices[number].uses);
    return true;
}

static bool probe_number(struct cm_build *build, const struct cm_probe *probe, uint32_t *number) {
    const struct certmap_allocator *allocator = &build->rules->allocator;
    if (!cm_numbers_add(&build->probes, cm_probe_pack(probe), number, allocator))
        return false;
    return *number < build->stamps.count || cm_words_add(&build->stamps, 0, allocator);
}

/* A condition costs what all of its operands cost. */
static bool cost_operand(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                         const struct cm_operand *operand) {
    struct cm_choice *choice = &build->choices[number];
    uint32_t cost;
    cm_keys_make(&build->keys, condition, operand);
    const struct cm_key *key = cheapest_key(build, number, &cost);
    const uint32_t sum = build->costs[number];
    build->costs[number] = least((uint64_t)sum + cost, CM_COST_NONE);
    choice->probe = CM_INDEX_NONE;
    if (key == NULL || condition->operand_count > 1)
        return true;
    choice->hash = key->hash;
    return probe_number(build, &key->probe, &choice->probe);
}

/* ---- how often each condition is used ---- */

/* How often groups may look at each node of an expression: a mapping is in as many groups as it has keys. */
#define LOOKS_MOST 256

static void count_uses(struct cm_build *build) {
    for (uint32_t i = 0; i < build->mapping_count; i++) {
        const struct cm_node *root = cm_rules_root(build->rules, &build->rules->mappings[i]);
        build->looks += (size_t)LOOKS_MOST * cm_node_size(root);
        for (const struct cm_node *node = root; node < root + cm_node_size(root); node++)
            if (node->kind == CM_NODE_CONDITION && build->choices[node->value].uses < CM_COST_NONE - 1)
                build->choices[node->value].uses++;
    }
}

static void clear_costs(struct cm_build *build) {
    for (size_t i = 0; i < build->rules->condition_count; i++)
        build->costs[i] = cm_op_has_operands((enum certmap_operator)build->rules->conditions[i].op) ? 0 : CM_COST_NONE;
}

static void *zeroed(const struct certmap_allocator *allocator, size_t count, size_t size) {
    void *made = cm_alloc(allocator, count * size);
    if (made != NULL)
        memset(made, 0, count * size);
    return made;
}

/* So many that the keys of a few mappings hardly ever share one. */
#define COUNTERS_LEAST 1024

static bool make_counters(struct cm_build *build) {
    size_t wanted = COUNTERS_LEAST;
    while (wanted < 2 * build->counter_count)
        wanted *= 2;
    build->counter_count = wanted;
    build->counters = zeroed(&build->rules->allocator, wanted, sizeof *build->counters);
    return build->counters != NULL;
}

/* Entries that the root may have: for each operand that is stored, for each mapping, and at least. */
#define ENTRIES_MOST 16
#define ENTRIES_LEAST 65536

/* What each condition costs, and under which key it would be filed. */
static bool choose_keys(struct cm_build *build) {
    const struct certmap_rules *rules = build->rules;
    build->costs = zeroed(&rules->allocator, rules->condition_count, sizeof *build->costs);
    build->choices = zeroed(&rules->allocator, rules->condition_count, sizeof *build->choices);
    if (build->costs == NULL || build->choices == NULL)
        return false;
    count_uses(build);
    if (!each_condition(build, count_operand))
        return false;
    build->entries = build->counter_count + (size_t)ENTRIES_MOST * build->mapping_count + ENTRIES_LEAST;
    if (!make_counters(build))
        return false;
    cm_keys_choose(&build->keys);
    if (!each_condition(build, count_keys))
        return false;
    clear_costs(build);
    return each_condition(build, cost_operand);
}

/* ---- places ---- */

/* A place whose keys more than this part of all mappings have is not worth a list. */
#define PLACE_PART 16

static struct cm_members *members_of(struct cm_build *build, uint32_t probe) {
    const struct certmap_allocator *allocator = &build->rules->allocator;
    const uint64_t place = build->probes.values[probe] & 0xFFFF; /* list and row */
    uint32_t number;
    if (!cm_numbers_add(&build->places, place, &number, allocator))
        return NULL;
    struct cm_members *members =
        cm_array_reserve(allocator, build->members, &build->member_cap, build->places.count, sizeof *members);
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
    if (words->count <= build->mapping_count / PLACE_PART)
        return cm_words_add(words, mapping, &build->rules->allocator);
    cm_release(&build->rules->allocator, words->at);
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
    const struct certmap_allocator *allocator = &build->rules->allocator;
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
    const struct cm_condition condition = cm_condition_at(build->rules, number);
    struct cm_operands operands = cm_operands_of(&condition);
    struct cm_operand operand;
    uint32_t cost, probe;
    while (cm_operands_next(&operands, &operand)) {
        cm_keys_make(&build->keys, &condition, &operand);
        const struct cm_key *key = cheapest_key(build, number, &cost);
        if (key == NULL || !probe_number(build, &key->probe, &probe) || !add_entry(filing, key->hash, probe))
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
        wanted += build->rules->conditions[build->covers.conditions[i]].count;
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
        if (level == 0 && !tick(build))
            return false;
        if (!cm_cover_find(&build->covers, &build->rules->mappings[mappings[i]], level))
            return false;
        if (may_file(build, level) ? !file_cover(filing) : !cm_words_add(rest, mappings[i], &build->rules->allocator))
            return false;
    }
    return true;
}

/* ---- nodes ---- */

/* Groups of entries with the same key. scratch has room for the mappings of all. */
static bool add_groups(struct cm_build *build, unsigned level, const struct cm_entries *entries, uint32_t *scratch) {
    for (size_t start = 0, end = 0; start < entries->count; start = end) {
        const uint32_t key = entries->at[start].key;
        size_t count = 0;
        for (; end < entries->count && entries->at[end].key == key; end++)
            if (count == 0 || scratch[count - 1] != entries->at[end].mapping)
                scratch[count++] = entries->at[end].mapping;
        if (!cm_group_add(build, level, key, scratch, count))
            return false;
    }
    return true;
}

static bool sort_and_group(struct cm_build *build, unsigned level, const struct cm_entries *entries) {
    const struct certmap_allocator *allocator = &build->rules->allocator;
    struct cm_entry *scratch = cm_alloc(allocator, entries->count * sizeof *scratch);
    if (scratch == NULL)
        return false;
    cm_entries_sort(entries->at, scratch, entries->count);
    const bool done = add_groups(build, level, entries, (uint32_t *)scratch);
    cm_release(allocator, scratch);
    return done;
}

static bool new_node(struct cm_build *build, uint32_t *number, uint32_t least_mapping) {
    struct cm_index_node *nodes = cm_array_reserve(&build->rules->allocator, build->nodes, &build->node_cap,
                                                   build->node_count + 1, sizeof *nodes);
    if (nodes == NULL)
        return false;
    build->nodes = nodes;
    *number = (uint32_t)build->node_count++;
    nodes[*number] = (struct cm_index_node){
        .first_probe = (uint32_t)build->node_probes.count, .least = least_mapping, .rest = CM_INDEX_NONE};
    return true;
}

/* Its probes stand together, because its members are filed before those of nodes below it. */
static bool fill_node(struct filing *filing, unsigned level, const uint32_t *mappings, size_t count,
                      struct cm_words *rest) {
    struct cm_build *build = filing->build;
    if (!file_mappings(filing, level, mappings, count, rest))
        return false;
    struct cm_index_node *node = &build->nodes[filing->node];
    node->probe_count = (uint32_t)build->node_probes.count - node->first_probe;
    uint32_t list;
    if (rest->count > 0 && !cm_group_list(build, &list, rest->at, rest->count))
        return false;
    if (rest->count > 0)
        node->rest = list;
    return filing->entries.count == 0 || sort_and_group(build, level, &filing->entries);
}

bool cm_build_node(struct cm_build *build, uint32_t *number, unsigned level, const uint32_t *mappings, size_t count) {
    const struct certmap_allocator *allocator = &build->rules->allocator;
    struct filing filing = {.build = build};
    struct cm_words rest = {.count = 0};
    const bool done = new_node(build, &filing.node, mappings[0]) && fill_node(&filing, level, mappings, count, &rest);
    *number = filing.node;
    cm_release(allocator, filing.entries.at);
    cm_release(allocator, rest.at);
    return done;
}

/* ---- all of it ---- */

/* Whether a mapping is always true, as the language says it: the root's only member is `always`. */
static bool is_unconditional(const struct certmap_rules *rules, size_t mapping) {
    const struct cm_node *root = cm_rules_root(rules, &rules->mappings[mapping]);
    return cm_node_size(root) == 2 && root[1].kind == CM_NODE_ALWAYS;
}

/* Behind a mapping that is always true none decides, if the first one does. */
static uint32_t count_deciding(const struct certmap_rules *rules) {
    size_t count = 0;
    while (count < rules->mapping_count &&
           (count == 0 || rules->policy != CERTMAP_POLICY_FIRST || !is_unconditional(rules, count - 1)))
        count++;
    return (uint32_t)count;
}

static bool file_all(struct cm_build *build) {
    const struct certmap_allocator *allocator = &build->rules->allocator;
    uint32_t *mappings = cm_alloc(allocator, build->mapping_count * sizeof *mappings), root;
    for (uint32_t i = 0; mappings != NULL && i < build->mapping_count; i++)
        mappings[i] = i;
    const bool done = mappings != NULL && cm_build_node(build, &root, 0, mappings, build->mapping_count);
    cm_release(allocator, mappings);
    return done;
}

/* What is not needed any more once mappings are filed. */
static void free_keys(struct cm_build *build) {
    const struct certmap_allocator *allocator = &build->rules->allocator;
    cm_keys_free(&build->keys);
    cm_cover_free(&build->covers);
    cm_release(allocator, build->counters);
    cm_release(allocator, build->costs);
    cm_release(allocator, build->choices);
    cm_release(allocator, build->stamps.at);
}

static void free_made(struct cm_build *build) {
    const struct certmap_allocator *allocator = &build->rules->allocator;
    for (size_t i = 0; i < build->member_count; i++)
        cm_release(allocator, build->members[i].mappings.at);
    cm_release(allocator, build->members);
    cm_numbers_free(&build->places, allocator);
    cm_numbers_free(&build->probes, allocator);
    cm_release(allocator, build->node_probes.at);
    cm_release(allocator, build->nodes);
    cm_release(allocator, build->slots);
    cm_release(allocator, build->lists.at);
}

/* Entries that nodes may make for each mapping, all of its levels together. */
#define COPIES_MOST 8

enum certmap_status cm_index_build(struct cm_index **index, const struct certmap_rules *rules, uint64_t seed,
                                   struct cm_progress *progress, struct certmap_error *err) {
    struct cm_build build = {.rules = rules, .seed = seed, .progress = progress};
    build.first = rules->policy == CERTMAP_POLICY_FIRST;
    build.mapping_count = count_deciding(rules);
    build.total = 3 * rules->condition_count + build.mapping_count + 1;
    build.copies = (size_t)COPIES_MOST * build.mapping_count;
    build.keys = (struct cm_keys){.rules = rules, .seed = build.seed};
    bool done = choose_keys(&build);
    build.covers = (struct cm_covers){.rules = rules, .costs = build.costs};
    done = done && file_all(&build);
    free_keys(&build);
    enum certmap_status status = CERTMAP_ERROR_MEMORY;
    if (done)
        status = cm_build_pack(index, &build, err);
    else
        status = progress->cancelled ? cm_progress_cancelled(err) : cm_error_memory(err);
    free_made(&build);
    return status;
}
