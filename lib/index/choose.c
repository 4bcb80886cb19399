/* SPDX-License-Identifier: MIT */
/* The cheapest key of each condition: how many mappings have each key is counted first. */
#include "base/alloc.h"
#include "base/compiler.h"
#include "base/hash.h"
#include "index/key.h"
#include "index/state.h"
#include "index/tuning.h"

/* ---- what keys cost ---- */

/* Keys are so many, and those that share a counter are taken for one: it costs time at worst. Where a rare one shares
 * that of one which many mappings have, it does not share the other, which is one of fewer: so few that all of them stay
 * in the cache. */
struct counters {
    uint32_t *fine, *coarse;
};

static struct counters counters_of(const struct cm_build *build, uint64_t hash) {
    const uint64_t spread = cm_hash_mix(hash);
    return (struct counters){&build->counters[spread & (build->counter_count - 1)],
                             &build->coarse[spread >> 40 & (build->coarse_count - 1)]};
}

static uint32_t min_of(uint64_t a, uint32_t b) {
    return a < b ? (uint32_t)a : b;
}

static void count_waiting(struct cm_build *build) {
    for (size_t i = 0; i < build->waiting_count; i++) {
        const struct cm_uses *one = &build->waiting[i];
        const struct counters counters = counters_of(build, one->hash);
        *counters.fine = min_of((uint64_t)*counters.fine + one->uses, CM_COST_NONE - 1);
        *counters.coarse = min_of((uint64_t)*counters.coarse + one->uses, CM_COST_NONE - 1);
    }
    build->waiting_count = 0;
}

/* Counters lie anywhere in a large block: several are fetched at once. */
static void count_key(struct cm_build *build, const struct cm_key *key, uint32_t uses) {
    if (key->probe.shape == CM_KEY_EXACT)
        return;
    if (build->waiting_count == CM_USES_WAITING)
        count_waiting(build);
    CM_PREFETCH(counters_of(build, key->hash).fine);
    build->waiting[build->waiting_count++] = (struct cm_uses){key->hash, uses};
}

/* What a key costs. An exact value is hardly ever that of another condition: it has the uses of its own. */
static uint32_t cost_key(struct cm_build *build, const struct cm_key *key, uint32_t uses) {
    uint64_t count = uses;
    if (key->probe.shape != CM_KEY_EXACT) {
        const struct counters counters = counters_of(build, key->hash);
        count = min_of(*counters.fine, *counters.coarse);
    }
    return min_of(count * key->weight, CM_COST_NONE - 1);
}

const struct cm_key *cm_choose_key(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                                   const struct cm_operand *operand, uint32_t *cost) {
    const struct cm_key *best = NULL;
    *cost = CM_COST_NONE;
    cm_keys_make(&build->keys, condition, operand);
    for (size_t i = 0; i < build->keys.count; i++) {
        const struct cm_key *key = &build->keys.made[i];
        const uint32_t one = cost_key(build, key, build->choices[number].uses);
        best = one < *cost ? key : best;
        *cost = one < *cost ? one : *cost;
    }
    return best;
}

/* ---- conditions ---- */

/* Does something with each operand of each condition; false: no memory. */
typedef bool operand_fn(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                        const struct cm_operand *operand);

static bool each_operand(struct cm_build *build, uint32_t number, operand_fn *fn) {
    const struct cm_condition condition = cm_draft_condition_at(build->draft, number);
    struct cm_operands operands = cm_operands_of(&condition);
    struct cm_operand operand;
    while (cm_operands_next(&operands, &operand))
        if (!fn(build, number, &condition, &operand))
            return false;
    return true;
}

static bool each_condition(struct cm_build *build, operand_fn *fn) {
    for (size_t i = 0; i < build->draft->condition_count; i++)
        if (!cm_build_tick(build) || !each_operand(build, (uint32_t)i, fn))
            return false;
    return true;
}

/* The same of those conditions that are more than exact values: keys of these are not counted (cost_key). */
static bool each_inexact(struct cm_build *build, operand_fn *fn) {
    for (uint32_t i = 0; i < build->draft->condition_count; i++) {
        const struct cm_condition condition = cm_draft_condition_at(build->draft, i);
        if (!cm_build_tick(build) || (!cm_keys_exact(&condition) && !each_operand(build, i, fn)))
            return false;
    }
    return true;
}

static bool count_operand(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                          const struct cm_operand *operand) {
    (void)number;
    return cm_keys_count(&build->keys, condition, operand);
}

static bool count_keys(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                       const struct cm_operand *operand) {
    cm_keys_make(&build->keys, condition, operand);
    for (size_t i = 0; i < build->keys.count; i++)
        count_key(build, &build->keys.made[i], build->choices[number].uses);
    return true;
}

bool cm_choose_probe(struct cm_build *build, const struct cm_key *key, uint32_t *number) {
    const struct certmap_allocator *allocator = build->allocator;
    if (!cm_intern_add(&build->probes, cm_probe_pack(&key->probe), number, allocator))
        return false;
    if (*number == build->stamps.count && !cm_words_add(&build->stamps, 0, allocator))
        return false;
    return cm_grams_note(build, *number, key);
}

/* A condition costs what all of its operands cost. */
static bool cost_operand(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                         const struct cm_operand *operand) {
    struct cm_choice *choice = &build->choices[number];
    uint32_t cost;
    const struct cm_key *key = cm_choose_key(build, number, condition, operand, &cost);
    const uint32_t sum = build->costs[number];
    build->costs[number] = min_of((uint64_t)sum + cost, CM_COST_NONE);
    choice->probe = CM_INDEX_NONE;
    if (key == NULL || condition->operand_count > 1)
        return true;
    choice->hash = key->hash;
    return cm_choose_probe(build, key, &choice->probe);
}

/* ---- how often each condition is used ---- */

static void count_operands(struct cm_build *build) {
    const struct cm_draft *draft = build->draft;
    for (size_t i = 0; i < draft->condition_count; i++)
        if (cm_op_has_operands((enum certmap_operator)draft->conditions[i].stored.op))
            build->counter_count += draft->conditions[i].count;
}

static void count_uses(struct cm_build *build) {
    for (uint32_t i = 0; i < build->mapping_count; i++) {
        const struct cm_node *root = cm_draft_root(build->draft, i);
        build->looks += (uint64_t)CM_MAX_LOOKS * cm_node_size(root);
        for (const struct cm_node *node = root; node < root + cm_node_size(root); node++)
            if (node->kind == CM_NODE_CONDITION && build->choices[node->value].uses < CM_COST_NONE - 1)
                build->choices[node->value].uses++;
    }
}

static void clear_costs(struct cm_build *build) {
    for (size_t i = 0; i < build->draft->condition_count; i++)
        build->costs[i] =
            cm_op_has_operands((enum certmap_operator)build->draft->conditions[i].stored.op) ? 0 : CM_COST_NONE;
}

static void *zeroed(const struct certmap_allocator *allocator, size_t count, size_t size) {
    void *made = cm_array_alloc(allocator, count, size);
    if (made != NULL)
        memset(made, 0, count * size);
    return made;
}

/* So few that their bytes can be counted where size_t has 32 bits. */
#define MAX_COUNTERS ((size_t)1 << 28)

static bool make_counters(struct cm_build *build) {
    size_t wanted = CM_MIN_COUNTERS;
    while (wanted < MAX_COUNTERS && wanted / 2 < build->counter_count)
        wanted *= 2;
    build->counter_count = wanted;
    build->counters = zeroed(build->allocator, wanted, sizeof *build->counters);
    build->coarse_count = wanted < CM_MAX_COARSE ? wanted : CM_MAX_COARSE;
    build->coarse = zeroed(build->allocator, build->coarse_count, sizeof *build->coarse);
    return build->counters != NULL && build->coarse != NULL;
}

bool cm_choose_keys(struct cm_build *build) {
    const size_t count = build->draft->condition_count;
    build->costs = zeroed(build->allocator, count, sizeof *build->costs);
    build->choices = zeroed(build->allocator, count, sizeof *build->choices);
    if (build->costs == NULL || build->choices == NULL)
        return false;
    count_uses(build);
    count_operands(build);
    if (!each_inexact(build, count_operand))
        return false;
    build->entries = build->counter_count + (size_t)CM_MAX_ENTRIES * build->mapping_count + CM_MIN_ENTRIES;
    if (!make_counters(build))
        return false;
    cm_keys_choose(&build->keys);
    if (!each_inexact(build, count_keys))
        return false;
    count_waiting(build);
    clear_costs(build);
    return each_condition(build, cost_operand);
}
