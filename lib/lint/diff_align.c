/* SPDX-License-Identifier: MIT */
/* Which mappings of two rule sets are the same, and which of them stayed where they were: of those that both have, the
 * longest run that is in the same order in both. A mapping is compared as it is walked through, byte by byte. */
#include "diff.h"
#include <stdlib.h>
#include <string.h>

/* ---- a mapping as bytes ---- */

/* Bytes that grow. */
struct bytes {
    const struct certmap_allocator *allocator;
    uint8_t *data;
    size_t len, cap;
    bool failed;
};

static void put(struct bytes *bytes, const void *data, size_t len) {
    if (len > bytes->cap - bytes->len && !bytes->failed) {
        size_t cap = bytes->cap < 256 ? 256 : bytes->cap;
        while (cap - bytes->len < len)
            cap *= 2;
        void *grown = bytes->data == NULL ? bytes->allocator->alloc(bytes->allocator->ctx, cap)
                                          : bytes->allocator->resize(bytes->allocator->ctx, bytes->data, cap);
        bytes->failed = grown == NULL;
        if (grown != NULL) {
            bytes->data = grown;
            bytes->cap = cap;
        }
    }
    if (bytes->failed || len == 0)
        return;
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
}

static void put_number(struct bytes *bytes, size_t number) {
    put(bytes, &number, sizeof number);
}

static void put_text(struct bytes *bytes, struct certmap_view text) {
    put_number(bytes, text.len);
    put(bytes, text.data, text.len);
}

static void put_condition(struct bytes *bytes, const struct certmap_condition *condition) {
    put_number(bytes, condition->field);
    put_text(bytes, condition->subfield);
    put_number(bytes, condition->op);
    put_number(bytes, condition->flags);
    put_number(bytes, condition->quantifier);
    put_number(bytes, condition->count);
    put_text(bytes, condition->as);
}

static void put_output(struct bytes *bytes, const struct certmap_output *output) {
    put_number(bytes, output->kind);
    put_text(bytes, output->name);
    put_text(bytes, output->value);
    put_number(bytes, output->is_template);
    put_number(bytes, output->language);
    put_number(bytes, output->each);
}

static bool on_item(void *ctx, const struct certmap_walk_item *item) {
    struct bytes *bytes = ctx;
    put_number(bytes, item->kind);
    put_number(bytes, item->depth);
    if (item->kind == CERTMAP_WALK_OPERAND) {
        put_text(bytes, item->shown);
        put_text(bytes, item->compared);
        put_number(bytes, item->bits);
    } else if (item->kind == CERTMAP_WALK_OUTPUT) {
        put_output(bytes, item->output);
    } else {
        put_number(bytes, item->term.kind);
        put_number(bytes, item->term.size);
    }
    if (item->kind == CERTMAP_WALK_CONDITION)
        put_condition(bytes, item->condition);
    return !bytes->failed;
}

/* All that the answers of a mapping depend on: not its name, not where it is. */
static bool write_mapping(struct bytes *bytes, const struct certmap_rules *rules, size_t index) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    bytes->len = 0;
    if (certmap_rules_mapping(rules, &mapping, index, NULL) != CERTMAP_OK)
        return false;
    put_number(bytes, mapping.decision);
    if (mapping.decision == CERTMAP_ALLOW) {
        put_text(bytes, mapping.account);
        put_number(bytes, mapping.is_template);
        put_number(bytes, mapping.language);
    }
    return certmap_rules_walk(rules, index, on_item, bytes, NULL) == CERTMAP_OK && !bytes->failed;
}

/* ---- the same ---- */

/* The mappings of the old rules by what they are: of those that are equal, in their order, the next one that no mapping
 * of the new rules took. Of each a hash is kept; its bytes, which take as much as the file, are written again where a hash
 * is the same. */
struct table {
    const struct certmap_rules *rules;
    struct bytes again; /* of the mapping that is compared */
    uint64_t *hashes;   /* of each mapping */
    uint32_t *slots;    /* the first one + 1; 0: the slot is empty */
    uint32_t *next;     /* of each mapping: the one that is equal and comes after it, + 1 */
    uint32_t *last;     /* of the first of those that are equal: the last of them */
    size_t mask;
    bool failed;
};

static uint64_t hash_of(const struct bytes *bytes) {
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < bytes->len; i++)
        hash = (hash ^ bytes->data[i]) * UINT64_C(0x100000001B3);
    return hash ^ hash >> 32;
}

static bool is_equal(struct table *table, uint32_t mapping, const struct bytes *bytes) {
    table->failed = table->failed || !write_mapping(&table->again, table->rules, mapping);
    return !table->failed && table->again.len == bytes->len && memcmp(table->again.data, bytes->data, bytes->len) == 0;
}

/* Where a mapping is, or would be. NULL: there is no memory. */
static uint32_t *slot_of(struct table *table, const struct bytes *bytes, uint64_t hash) {
    size_t slot = (size_t)hash & table->mask;
    while (table->slots[slot] != 0 &&
           !(table->hashes[table->slots[slot] - 1] == hash && is_equal(table, table->slots[slot] - 1, bytes)))
        slot = (slot + 1) & table->mask;
    return table->failed ? NULL : &table->slots[slot];
}

static bool make_table(struct table *table, struct cm_lint_pool *pool, size_t count) {
    size_t size = 16;
    while (size < 2 * count)
        size *= 2;
    table->mask = size - 1;
    table->hashes = cm_lint_pool_take(pool, count + 1, sizeof *table->hashes);
    table->slots = cm_lint_pool_take(pool, size, sizeof *table->slots);
    table->next = cm_lint_pool_take(pool, count + 1, sizeof *table->next);
    table->last = cm_lint_pool_take(pool, count + 1, sizeof *table->last);
    return !pool->failed;
}

static bool fill_table(struct table *table, struct bytes *bytes, const struct cm_diff_side *before) {
    for (uint32_t i = 0; i < before->count; i++) {
        if (!write_mapping(bytes, before->rules, i))
            return false;
        table->hashes[i] = hash_of(bytes);
        uint32_t *slot = slot_of(table, bytes, table->hashes[i]);
        if (slot == NULL)
            return false;
        if (*slot == 0) {
            *slot = i + 1;
        } else {
            table->next[table->last[*slot - 1]] = i + 1;
        }
        table->last[*slot - 1] = i;
    }
    return true;
}

/* Takes the next mapping of the old rules that is this one; CM_DIFF_NOBODY: there is none. A slot whose mappings are all
 * taken keeps the last of them, which is marked. */
static uint32_t take_same(struct table *table, const struct bytes *bytes, bool *taken) {
    uint32_t *slot = slot_of(table, bytes, hash_of(bytes));
    if (slot == NULL || *slot == 0 || taken[*slot - 1])
        return CM_DIFF_NOBODY;
    const uint32_t found = *slot - 1;
    taken[found] = true;
    if (table->next[found] != 0)
        *slot = table->next[found];
    return found;
}

/* ---- reading ---- */

static bool read_before(struct cm_diff *diff) {
    struct cm_diff_side *side = &diff->sides[CM_DIFF_BEFORE];
    side->mappings = cm_lint_pool_take(&diff->lint->pool, side->count + 1, sizeof *side->mappings);
    if (side->mappings == NULL ||
        cm_lint_model_read(&diff->lint->model, side->rules, NULL, &diff->lint->allocator, NULL) != CERTMAP_OK)
        return false;
    for (uint32_t i = 0; i < side->count; i++)
        side->mappings[i] = i;
    return true;
}

/* The new rules: what the old ones have too, or a mapping more in the model. */
static bool read_after(struct cm_diff *diff, struct table *table, struct bytes *bytes, bool *taken) {
    struct cm_lint_model *model = &diff->lint->model;
    struct cm_diff_side *side = &diff->sides[CM_DIFF_AFTER];
    side->mappings = cm_lint_pool_take(&diff->lint->pool, side->count + 1, sizeof *side->mappings);
    for (size_t i = 0; side->mappings != NULL && i < side->count; i++) {
        if (!write_mapping(bytes, side->rules, i))
            return false;
        side->mappings[i] = take_same(table, bytes, taken);
        if (table->failed)
            return false;
        if (side->mappings[i] != CM_DIFF_NOBODY)
            continue;
        side->mappings[i] = (uint32_t)model->mappings.count;
        if (!cm_lint_model_add(model, side->rules, i))
            return false;
    }
    return side->mappings != NULL;
}

static bool make_indices(struct cm_diff *diff) {
    for (enum cm_diff_time time = CM_DIFF_BEFORE; time < CM_DIFF_TIMES; time++) {
        struct cm_diff_side *side = &diff->sides[time];
        const size_t count = diff->lint->model.mappings.count;
        side->indices = cm_lint_pool_take(&diff->lint->pool, count + 1, sizeof *side->indices);
        for (size_t i = 0; side->indices != NULL && i < count; i++)
            side->indices[i] = CM_DIFF_NOBODY;
        for (uint32_t i = 0; side->indices != NULL && i < side->count; i++)
            side->indices[side->mappings[i]] = i;
    }
    return !diff->lint->pool.failed;
}

/* ---- what stayed ---- */

/* Marks, of the mappings that both have, the longest run that is in the order of both: patience sorting. */
static bool mark_kept(const struct cm_diff *diff, struct cm_lint_pool *pool, bool *kept) {
    const struct cm_diff_side *before = &diff->sides[CM_DIFF_BEFORE], *after = &diff->sides[CM_DIFF_AFTER];
    uint32_t *tops = cm_lint_pool_take(pool, after->count + 1, sizeof *tops);
    uint32_t *previous = cm_lint_pool_take(pool, before->count + 1, sizeof *previous);
    size_t piles = 0;
    for (size_t i = 0; tops != NULL && previous != NULL && i < after->count; i++) {
        const uint32_t mapping = after->mappings[i];
        size_t low = 0, high = piles;
        if (mapping >= before->count)
            continue;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            if (tops[middle] < mapping)
                low = middle + 1;
            else
                high = middle;
        }
        previous[mapping] = low > 0 ? tops[low - 1] : CM_DIFF_NOBODY;
        tops[low] = mapping;
        piles += low == piles;
    }
    if (tops == NULL || previous == NULL)
        return false;
    for (uint32_t mapping = piles > 0 ? tops[piles - 1] : CM_DIFF_NOBODY; mapping != CM_DIFF_NOBODY;
         mapping = previous[mapping])
        kept[mapping] = true;
    return true;
}

/* ---- edits ---- */

static bool add_edit(struct cm_diff *diff, enum certmap_diff_edit_kind kind, uint32_t before, uint32_t after) {
    struct cm_diff_edit *edit = cm_lint_array_add(&diff->edits, &diff->lint->allocator, sizeof *edit);
    if (edit != NULL)
        *edit = (struct cm_diff_edit){kind, {before, after}};
    return edit != NULL;
}

/* A mapping of the old rules that has the name of a new one, and is gone. */
static uint32_t find_renewed(const struct cm_diff *diff, uint32_t mapping) {
    const struct cm_diff_side *before = &diff->sides[CM_DIFF_BEFORE], *after = &diff->sides[CM_DIFF_AFTER];
    struct certmap_mapping is = CERTMAP_MAPPING_INIT;
    if (certmap_rules_mapping(after->rules, &is, after->indices[mapping], NULL) != CERTMAP_OK)
        return CM_DIFF_NOBODY;
    const size_t index = certmap_rules_find(before->rules, is.name);
    if (index >= before->count || after->indices[before->mappings[index]] != CM_DIFF_NOBODY)
        return CM_DIFF_NOBODY;
    return before->mappings[index];
}

static bool add_edits(struct cm_diff *diff, const bool *kept, bool *renewed) {
    const struct cm_diff_side *before = &diff->sides[CM_DIFF_BEFORE], *after = &diff->sides[CM_DIFF_AFTER];
    bool added = true;
    for (size_t i = 0; added && i < after->count; i++) {
        const uint32_t mapping = after->mappings[i];
        if (before->indices[mapping] != CM_DIFF_NOBODY) {
            diff->same += kept[mapping];
            added = kept[mapping] || add_edit(diff, CERTMAP_DIFF_MOVED, mapping, mapping);
            continue;
        }
        const uint32_t old = find_renewed(diff, mapping);
        if (old != CM_DIFF_NOBODY)
            renewed[old] = true;
        added = add_edit(diff, old != CM_DIFF_NOBODY ? CERTMAP_DIFF_CHANGED : CERTMAP_DIFF_NEW, old, mapping);
    }
    for (uint32_t i = 0; added && i < before->count; i++)
        if (after->indices[i] == CM_DIFF_NOBODY && !renewed[i])
            added = add_edit(diff, CERTMAP_DIFF_REMOVED, i, CM_DIFF_NOBODY);
    return added;
}

static void free_bytes(struct bytes *bytes) {
    if (bytes->data != NULL)
        bytes->allocator->release(bytes->allocator->ctx, bytes->data);
    bytes->data = NULL;
}

/* Finds the mappings of the new rules among those of the old ones. */
static bool match(struct cm_diff *diff, struct cm_lint_pool *pool, struct bytes *bytes, bool *taken) {
    const struct cm_diff_side *before = &diff->sides[CM_DIFF_BEFORE];
    struct table table = {.rules = before->rules, .again = {.allocator = bytes->allocator}};
    const bool matched = make_table(&table, pool, before->count) && fill_table(&table, bytes, before) &&
                         read_after(diff, &table, bytes, taken);
    free_bytes(&table.again);
    return matched;
}

static bool align(struct cm_diff *diff, struct cm_lint_pool *pool, struct bytes *bytes) {
    const struct cm_diff_side *before = &diff->sides[CM_DIFF_BEFORE], *after = &diff->sides[CM_DIFF_AFTER];
    bool *taken = cm_lint_pool_take(pool, before->count + 1, sizeof *taken);
    bool *kept = cm_lint_pool_take(pool, before->count + 1, sizeof *kept);
    bool *renewed = cm_lint_pool_take(pool, before->count + 1, sizeof *renewed);
    if (pool->failed || !match(diff, pool, bytes, taken) || !make_indices(diff) || !mark_kept(diff, pool, kept))
        return false;
    if ((before->combining != after->combining || before->disabled != after->disabled) &&
        !add_edit(diff, CERTMAP_DIFF_POLICY, CM_DIFF_NOBODY, CM_DIFF_NOBODY))
        return false;
    return add_edits(diff, kept, renewed);
}

bool cm_diff_align(struct cm_diff *diff) {
    const struct certmap_allocator *allocator = &diff->lint->allocator;
    struct bytes bytes = {.allocator = allocator};
    struct cm_lint_pool pool;
    (void)cm_lint_pool_init(&pool, allocator);
    diff->lint->read = true;
    const bool aligned = read_before(diff) && align(diff, &pool, &bytes);
    free_bytes(&bytes);
    cm_lint_pool_free(&pool);
    return aligned;
}
