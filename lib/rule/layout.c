/* SPDX-License-Identifier: MIT */
#include "rule/layout.h"
#include "base/alloc.h"
#include "base/assert.h"
#include "base/compiler.h"
#include "base/error.h"
#include "certmap/limits.h"
#include "rule/operand_set.h"
#include <string.h>

_Static_assert(sizeof(struct cm_mapping) == 4, "a mapping begins with a word, and its nodes follow");
_Static_assert(CERTMAP_MAX_MAPPINGS - 1 <= CM_MAX_INDEX, "a mapping has its index");
_Static_assert(sizeof(struct cm_stored_condition) == 4, "a condition begins with a word");

/* ---- sizes ---- */

/* Of a string in the draft's text. */
static size_t string_size(const uint8_t *at) {
    const uint8_t *end = at;
    cm_store_skip(&end);
    return (size_t)(end - at);
}

static size_t outputs_size(const struct cm_draft *draft, const struct cm_draft_mapping *mapping) {
    if (!mapping->allow)
        return 0;
    return mapping->plain ? cm_plain_account_size(cm_draft_text_at(&draft->text, mapping->outputs))
                          : cm_store_number_size(mapping->outputs);
}

static size_t name_size(const struct cm_draft *draft, const struct cm_draft_mapping *mapping) {
    return mapping->name == CM_TEXT_NONE ? 0 : string_size(cm_draft_text_at(&draft->text, mapping->name));
}

/* How many offsets so many bytes take. */
static uint64_t offsets_of(uint64_t size) {
    return (size + CM_OFFSET_UNIT - 1) / CM_OFFSET_UNIT;
}

/* Without its conditions. In 64 bits: what is too large is to be seen where size_t has 32, too. */
static uint64_t mapping_size(const struct cm_draft *draft, const struct cm_draft_mapping *mapping) {
    const uint64_t nodes = cm_node_size(&draft->nodes[mapping->nodes]);
    return sizeof(struct cm_mapping) + nodes * sizeof(struct cm_node) + name_size(draft, mapping) +
           outputs_size(draft, mapping);
}

static uint64_t condition_size(const struct cm_draft *draft, uint32_t number) {
    const struct cm_draft_condition *condition = &draft->conditions[number];
    const struct cm_condition whole = cm_draft_condition_at(draft, number);
    const size_t count = condition->stored.plain ? 0 : cm_store_number_size(condition->count);
    return (uint64_t)sizeof condition->stored + count + cm_operand_set_size(&whole) + condition->len;
}

/* ---- the plan ---- */

/* What is known of a condition that has no offset yet: that no mapping has it, the only one that does, or several. */
#define OWNED (1u << 31)
#define UNUSED (OWNED - 1)
#define SHARED (OWNED - 2)

/* Of one that a single mapping has: the rest says how many offsets after the mapping's own it is. */
#define AFTER (1u << 30)

_Static_assert(CERTMAP_MAX_MAPPINGS < OWNED, "a mapping and a mark are one number");
_Static_assert(CM_MAX_NODES < AFTER, "an offset is not so large");
_Static_assert(CM_MAX_NODES < SHARED, "an offset is neither");

/* Finds which conditions several mappings have. */
static void find_owners(struct cm_layout *layout) {
    const struct cm_draft *draft = layout->draft;
    for (size_t i = 0; i < draft->condition_count; i++)
        layout->conditions[i] = UNUSED;
    for (uint32_t i = 0; i < draft->rules->mapping_count; i++) {
        const struct cm_node *root = cm_draft_root(draft, i), *end = root + cm_node_size(root);
        for (const struct cm_node *node = root; node < end; node++) {
            if (node->kind != CM_NODE_CONDITION)
                continue;
            uint32_t *owner = &layout->conditions[node->value];
            *owner = *owner == UNUSED || *owner == (OWNED | i) ? OWNED | i : SHARED;
        }
    }
}

/* What has more offsets than this may go on in the next block, and then both are one. Less of the store is left free for it
 * than one part in 64. */
#define MAX_LEFT_FREE (CM_BLOCK_OFFSETS / 64)

_Static_assert(CM_MAX_BLOCKS <= 64, "a bit for each block");

/* The next offset for so many: that of the next block, if this one has too little room. */
static uint32_t next_offset(const struct cm_layout *layout, uint64_t count) {
    const uint32_t left = CM_BLOCK_OFFSETS - layout->end % CM_BLOCK_OFFSETS;
    const bool fits = count <= left || count > MAX_LEFT_FREE || left > CM_MAX_NODES - layout->end;
    return layout->end + (fits ? 0 : left);
}

/* Takes so many offsets. False: there are not so many. */
static bool take(struct cm_layout *layout, uint32_t *offset, uint64_t count) {
    *offset = next_offset(layout, count);
    if (count > CM_MAX_NODES - *offset)
        return false;
    layout->end = *offset + (uint32_t)count;
    layout->block_ends[*offset >> CM_BLOCK_BITS] = layout->end;
    return true;
}

static bool plan_shared(struct cm_layout *layout) {
    bool enough = true;
    for (size_t i = 0; i < layout->draft->condition_count && enough; i++)
        if (layout->conditions[i] == SHARED)
            enough = take(layout, &layout->conditions[i], offsets_of(condition_size(layout->draft, (uint32_t)i)));
    return enough;
}

/* Says of the conditions that only this mapping has where they are after it; returns how many offsets all of it takes. */
static uint64_t plan_own(struct cm_layout *layout, uint32_t index) {
    const struct cm_draft *draft = layout->draft;
    const struct cm_node *root = cm_draft_root(draft, index), *end = root + cm_node_size(root);
    uint64_t count = offsets_of(mapping_size(draft, &draft->mappings[index]));
    for (const struct cm_node *node = root; node < end && count <= CM_MAX_NODES; node++) {
        if (node->kind != CM_NODE_CONDITION || layout->conditions[node->value] != (OWNED | index))
            continue;
        layout->conditions[node->value] = AFTER | (uint32_t)count;
        count += offsets_of(condition_size(draft, node->value));
    }
    return count;
}

/* In order of trial. */
static bool plan_in_turn(struct cm_layout *layout) {
    struct certmap_rules *rules = layout->draft->rules;
    bool enough = true;
    for (uint32_t i = 0; i < rules->mapping_count && enough; i++)
        enough = take(layout, &rules->offsets[i], plan_own(layout, i));
    return enough;
}

/* No block is passed over, whatever sizes were thought of. */
#define MAX_JUMP (CM_BLOCK_OFFSETS / 2)

/* Goes on at the home of the mapping at a place, if that is not taken. */
static void go_home(struct cm_layout *layout, size_t place) {
    const struct cm_layout_order *order = layout->order;
    if (place >= order->home_count || layout->home_size == 0)
        return;
    const uint32_t home = layout->draft->rules->shared_end + cm_layout_home(order->keys[place], layout->home_size);
    if (home > layout->end && home - layout->end <= MAX_JUMP)
        layout->end = home;
}

/* Of so many offsets of mappings with homes, one more is free: the fuller, the farther a mapping is from where its key says. */
#define OFFSETS_A_FREE 8

/* Mappings that have more than so many offsets on average are not within a few lines of their homes: 128 bytes. */
#define MAX_HOME 16

/* How many offsets mappings with homes take, and those between them; 0 where there are not so many. offsets holds the sizes of
 * all mappings. */
static uint32_t home_size(const struct cm_layout *layout) {
    const struct certmap_rules *rules = layout->draft->rules;
    const struct cm_layout_order *order = layout->order;
    uint64_t homes = 0, others = 0;
    for (size_t place = 0; place < order->home_count; place++)
        homes += rules->offsets[order->mappings[place]];
    for (size_t place = order->home_count; place < rules->mapping_count; place++)
        others += rules->offsets[order->mappings[place]];
    const uint64_t size = homes + homes / OFFSETS_A_FREE;
    const bool small = homes / MAX_HOME <= order->home_count;
    /* Blocks have less than one part in 64 free at their ends. */
    const bool enough = layout->end + (size + others) / 64 * 65 < CM_MAX_NODES - CM_BLOCK_OFFSETS;
    return small && enough ? (uint32_t)size : 0;
}

/* In the order that the index wants. The draft is read in turn: in another order that takes many times as long. */
static bool plan_in_order(struct cm_layout *layout) {
    uint32_t *offsets = layout->draft->rules->offsets;
    const size_t count = layout->draft->rules->mapping_count;
    bool enough = true;
    for (uint32_t i = 0; i < count && enough; i++) {
        const uint64_t own = plan_own(layout, i);
        enough = own <= CM_MAX_NODES;
        offsets[i] = (uint32_t)own;
    }
    layout->home_size = enough ? home_size(layout) : 0;
    for (size_t place = 0; place < count && enough; place++) {
        uint32_t *offset = &offsets[layout->order->mappings[place]];
        go_home(layout, place);
        enough = take(layout, offset, *offset);
    }
    return enough;
}

static bool plan_all(struct cm_layout *layout) {
    bool enough = plan_shared(layout);
    layout->draft->rules->shared_end = layout->end;
    if (enough)
        enough = layout->order->mappings != NULL ? plan_in_order(layout) : plan_in_turn(layout);
    return enough;
}

enum certmap_status cm_layout_plan(struct cm_layout *layout, struct cm_draft *draft,
                                   const struct cm_layout_order *order, struct certmap_diagnostic *err) {
    struct certmap_rules *rules = draft->rules;
    *layout = (struct cm_layout){.draft = draft, .order = order};
    layout->conditions = cm_array_alloc(&rules->allocator, draft->condition_count, sizeof *layout->conditions);
    rules->offsets = cm_array_alloc(&rules->allocator, rules->mapping_count, sizeof *rules->offsets);
    if (layout->conditions == NULL || rules->offsets == NULL)
        return cm_error_memory(err);
    cm_block_stays(&rules->allocator, rules->offsets, rules->mapping_count * sizeof *rules->offsets);
    find_owners(layout);
    if (plan_all(layout))
        return CERTMAP_OK;
    return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_RULES_TOO_LARGE,
                    "the rules have more than %u bytes with their texts", (unsigned)CERTMAP_MAX_RULES_TEXT);
}

/* ---- the store ---- */

/* A store that is being written: mappings and conditions, one after the other. */
struct writing {
    const struct cm_layout *layout;
    uint32_t made;           /* blocks */
    uint32_t next;           /* where the current one is; after it, the first offset after it */
    uint8_t *at, *beginning; /* of the current one */
};

/* Makes the next block, and those that what is in it goes on in. */
static bool make_block(struct writing *writing) {
    const struct cm_layout *layout = writing->layout;
    struct certmap_rules *rules = layout->draft->rules;
    const uint32_t first = writing->made;
    uint32_t last = first, end = layout->block_ends[first];
    for (; end > (uint64_t)(last + 1) * CM_BLOCK_OFFSETS; last++)
        end = layout->block_ends[last + 1] > end ? layout->block_ends[last + 1] : end;
    const uint32_t count = end - first * CM_BLOCK_OFFSETS;
    uint8_t *block = cm_array_alloc(&rules->allocator, count, CM_OFFSET_UNIT);
    if (block == NULL)
        return false;
    cm_block_stays(&rules->allocator, block, (size_t)count * CM_OFFSET_UNIT);
    for (; writing->made <= last; writing->made++)
        rules->blocks[writing->made] = (uintptr_t)block - first * CM_BLOCK_SIZE;
    rules->heads |= (uint64_t)1 << first;
    return true;
}

/* Goes to an offset. False: there is no memory for its block. */
static bool begin(struct writing *writing, uint32_t offset) {
    CM_ASSERT(offset >> CM_BLOCK_BITS <= writing->made);
    if (offset >> CM_BLOCK_BITS == writing->made && !make_block(writing))
        return false;
    writing->next = offset;
    writing->at = writing->beginning = cm_store_at(writing->layout->draft->rules, offset);
    return true;
}

static void put(struct writing *writing, const void *bytes, size_t size) {
    memcpy(writing->at, bytes, size);
    writing->at += size;
}

static void put_number(struct writing *writing, uint32_t number) {
    writing->at = cm_store_put_number(writing->at, number);
}

/* No byte before the next offset is left as it was. */
static void put_end(struct writing *writing) {
    while ((size_t)(writing->at - writing->beginning) % CM_OFFSET_UNIT != 0)
        *writing->at++ = 0;
    writing->next += (uint32_t)((size_t)(writing->at - writing->beginning) / CM_OFFSET_UNIT);
}

/* What was in the draft's text at a place, which is given back. */
static void put_text(struct writing *writing, uint32_t at, size_t len) {
    struct cm_draft *draft = writing->layout->draft;
    put(writing, cm_draft_text_at(&draft->text, at), len);
    cm_draft_text_release(&draft->text, at, len, &draft->rules->allocator);
}

/* ---- conditions ---- */

static void put_set(struct writing *writing, uint32_t number) {
    const struct cm_condition condition = cm_draft_condition_at(writing->layout->draft, number);
    const uint64_t size = cm_operand_set_size(&condition);
    if (size == 0)
        return;
    cm_operand_set_write(writing->at, &condition);
    writing->at += (size_t)size;
}

static bool put_condition(struct writing *writing, uint32_t number, uint32_t offset) {
    const struct cm_draft_condition *condition = &writing->layout->draft->conditions[number];
    if (!begin(writing, offset))
        return false;
    put(writing, &condition->stored, sizeof condition->stored);
    if (!condition->stored.plain)
        put_number(writing, condition->count);
    put_set(writing, number);
    if (condition->len > 0)
        put_text(writing, condition->operands, condition->len);
    put_end(writing);
    return true;
}

/* Shared conditions, in the order in which they were planned. */
static bool put_shared(struct writing *writing) {
    const struct cm_layout *layout = writing->layout;
    bool done = true;
    for (size_t i = 0; i < layout->draft->condition_count && done; i++)
        if (layout->conditions[i] < layout->draft->rules->shared_end)
            done = put_condition(writing, (uint32_t)i, layout->conditions[i]);
    return done;
}

/* ---- mappings ---- */

/* The offset of a condition of the mapping that is at this one. */
static uint32_t condition_offset(const struct cm_layout *layout, uint32_t number, uint32_t mapping) {
    const uint32_t planned = layout->conditions[number];
    const uint32_t offset = (planned & AFTER) != 0 ? mapping + (planned - AFTER) : planned;
    CM_ASSERT(offset <= CM_MAX_NODES);
    return offset;
}

static void put_nodes(struct writing *writing, const struct cm_node *root) {
    for (const struct cm_node *node = root; node < root + cm_node_size(root); node++) {
        struct cm_node one = *node;
        if (one.kind == CM_NODE_CONDITION)
            one.value = condition_offset(writing->layout, node->value, writing->next) & CM_MAX_NODES;
        put(writing, &one, sizeof one);
    }
}

static void put_texts(struct writing *writing, const struct cm_draft_mapping *mapping) {
    const struct cm_draft *draft = writing->layout->draft;
    if (mapping->name != CM_TEXT_NONE)
        put_text(writing, mapping->name, name_size(draft, mapping));
    if (mapping->plain)
        put_text(writing, mapping->outputs, outputs_size(draft, mapping));
    else if (mapping->allow)
        put_number(writing, mapping->outputs);
}

/* The conditions that only this mapping has: those whose offsets are still to come. */
static bool put_own(struct writing *writing, const struct cm_node *root, uint32_t mapping) {
    const struct cm_layout *layout = writing->layout;
    bool done = true;
    for (const struct cm_node *node = root; node < root + cm_node_size(root) && done; node++) {
        if (node->kind != CM_NODE_CONDITION || (layout->conditions[node->value] & AFTER) == 0)
            continue;
        const uint32_t offset = condition_offset(layout, node->value, mapping);
        if (offset >= writing->next) /* else it is there: a mapping may have it twice */
            done = put_condition(writing, node->value, offset);
    }
    return done;
}

static bool is_flat(const struct cm_node *root) {
    bool flat = true;
    for (const struct cm_node *node = root + 1; node < root + cm_node_size(root) && flat; node += cm_node_size(node))
        flat = node->kind == CM_NODE_CONDITION || (node->kind == CM_NODE_NOT && node[1].kind == CM_NODE_CONDITION);
    return flat;
}

static bool put_mapping(struct writing *writing, uint32_t index) {
    const struct cm_draft *draft = writing->layout->draft;
    const struct cm_draft_mapping *mapping = &draft->mappings[index];
    const struct cm_node *root = cm_draft_root(draft, index);
    CM_ASSERT(index <= CM_MAX_INDEX);
    const struct cm_mapping head = {.index = index & CM_MAX_INDEX,
                                    .flat = is_flat(root),
                                    .kind = mapping->kind,
                                    .allow = mapping->allow,
                                    .plain = mapping->plain,
                                    .named = mapping->name != CM_TEXT_NONE};
    if (!begin(writing, draft->rules->offsets[index]))
        return false;
    put(writing, &head, sizeof head);
    put_nodes(writing, root);
    put_texts(writing, mapping);
    put_end(writing);
    return put_own(writing, root, draft->rules->offsets[index]);
}

/* Where mappings lie anywhere, what the one after so many others is to be written to is fetched. */
enum { FETCH_AHEAD = 8 };

/* Blocks that do not come one after the other are there before anything is in them. */
static bool make_blocks(struct writing *writing) {
    bool done = true;
    while (done && writing->made < (writing->layout->end + CM_BLOCK_OFFSETS - 1) >> CM_BLOCK_BITS)
        done = make_block(writing);
    return done;
}

enum certmap_status cm_layout_write(const struct cm_layout *layout, struct certmap_diagnostic *err) {
    const struct certmap_rules *rules = layout->draft->rules;
    struct writing writing = {.layout = layout};
    bool done = layout->order->mappings == NULL || make_blocks(&writing);
    done = done && put_shared(&writing);
    for (uint32_t i = 0; i < rules->mapping_count && done; i++) {
        if (i + FETCH_AHEAD < rules->mapping_count && layout->order->mappings != NULL)
            CM_PREFETCH(cm_store_at(rules, rules->offsets[i + FETCH_AHEAD]));
        done = put_mapping(&writing, i);
    }
    return done ? CERTMAP_OK : cm_error_memory(err);
}

void cm_layout_free(struct cm_layout *layout) {
    cm_release(&layout->draft->rules->allocator, layout->conditions);
}
