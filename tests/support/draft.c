/* SPDX-License-Identifier: MIT */
#include "draft.h"
#include "base/alloc.h"
#include "base/intern.h"

static const uint8_t *operands_end(const struct cm_condition *condition) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    while (cm_operands_next(&operands, &operand))
        continue;
    return operands.next;
}

static bool add_condition(struct cm_draft *draft, struct cm_intern *offsets, uint32_t offset, uint32_t *number) {
    const struct certmap_allocator *allocator = &draft->rules->allocator;
    if (!cm_intern_add(offsets, offset, number, allocator))
        return false;
    struct cm_draft_condition *conditions =
        cm_array_reserve(allocator, draft->conditions, &draft->condition_cap, offsets->count, sizeof *conditions);
    if (conditions == NULL)
        return false;
    draft->conditions = conditions;
    const struct cm_condition condition = cm_condition_at(draft->rules, offset);
    const bool at = condition.quantifier == CERTMAP_AT_VALUE; /* then the position is in front of the operands */
    const size_t count = condition.operand_count > 0 ? condition.operand_count : condition.count;
    struct certmap_view text = {condition.operands, 0};
    for (size_t i = at ? condition.count : 0; i > 0; i >>= 7)
        text.data--;
    text.len = (size_t)(operands_end(&condition) - text.data);
    conditions[*number] = (struct cm_draft_condition){.stored = *cm_stored_at(draft->rules, offset),
                                                      .count = (uint32_t)count,
                                                      .operands = (uint32_t)draft->text.len,
                                                      .len = (uint32_t)text.len};
    draft->condition_count = offsets->count;
    return text.len == 0 || cm_draft_text_add(&draft->text, text, allocator);
}

static bool add_node(struct cm_draft *draft, struct cm_intern *offsets, struct cm_node node) {
    uint32_t number = 0;
    struct cm_node *nodes = cm_array_reserve(&draft->rules->allocator, draft->nodes, &draft->node_cap,
                                             draft->node_count + 1, sizeof *nodes);
    if (nodes == NULL)
        return false;
    draft->nodes = nodes;
    if (node.kind == CM_NODE_CONDITION) {
        if (!add_condition(draft, offsets, node.value, &number))
            return false;
        node.value = number & CM_MAX_NODES;
    }
    nodes[draft->node_count++] = node;
    return true;
}

static bool add_mapping(struct cm_draft *draft, struct cm_intern *offsets, const struct cm_mapping *mapping) {
    bool done = true;
    draft->mappings[mapping->index].nodes = (uint32_t)draft->node_count;
    for (size_t i = 0; i < cm_node_size(mapping->nodes) && done; i++)
        done = add_node(draft, offsets, mapping->nodes[i]);
    return done;
}

bool t_draft_make(struct cm_draft *draft, struct certmap_rules *rules) {
    struct cm_intern offsets = {.count = 0};
    *draft = (struct cm_draft){.rules = rules};
    draft->mappings = cm_array_alloc(&rules->allocator, rules->mapping_count, sizeof *draft->mappings);
    bool done = draft->mappings != NULL;
    for (size_t i = 0; i < rules->mapping_count && done; i++)
        done = add_mapping(draft, &offsets, cm_mapping_at(rules, i));
    cm_intern_free(&offsets, &rules->allocator);
    return done;
}

void t_draft_free(struct cm_draft *draft) {
    cm_draft_free(draft);
}
