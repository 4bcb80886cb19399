/* SPDX-License-Identifier: MIT */
#include "index/cover.h"
#include "base/alloc.h"

static uint32_t plus(uint32_t a, uint32_t b) {
    return b >= CM_COST_NONE - a ? CM_COST_NONE : a + b;
}

/* Whether a condition is in a cover before, or is too long a list for a further one. */
static bool is_out(const struct cm_covers *covers, uint32_t condition) {
    if (covers->used_count > 0 && covers->draft->conditions[condition].count > CM_MAX_COVER)
        return true;
    for (size_t i = 0; i < covers->used_count; i++)
        if (covers->used[i] == condition)
            return true;
    return false;
}

/* ---- costs ---- */

/* Whether a group, negated or not, is an AND. */
static bool is_all(const struct cm_node *group, bool negated) {
    return (group->kind == CM_NODE_ALL) != negated;
}

static uint32_t cost(const struct cm_covers *covers, const struct cm_node *node, bool negated);

static uint32_t cost_members(const struct cm_covers *covers, const struct cm_node *group, bool negated) {
    const bool all = is_all(group, negated);
    uint32_t sum = 0, least = CM_COST_NONE;
    for (const struct cm_node *member = group + 1; member < group + cm_node_size(group);
         member += cm_node_size(member)) {
        const uint32_t one = cost(covers, member, negated);
        sum = plus(sum, one);
        least = one < least ? one : least;
    }
    return all ? least : sum;
}

/* What the cheapest cover of a node costs. */
static uint32_t cost(const struct cm_covers *covers, const struct cm_node *node, bool negated) {
    switch ((enum cm_node_kind)node->kind) {
    case CM_NODE_NOT:
        return cost(covers, node + 1, !negated);
    case CM_NODE_CONDITION:
        return negated || is_out(covers, node->value) ? CM_COST_NONE : covers->costs[node->value];
    case CM_NODE_ALL:
    case CM_NODE_ANY:
        return cost_members(covers, node, negated);
    case CM_NODE_ALWAYS:
        break;
    }
    return CM_COST_NONE;
}

/* ---- covers ---- */

static bool add(struct cm_covers *covers, uint32_t condition) {
    uint32_t *conditions = cm_array_reserve(&covers->draft->rules->allocator, covers->conditions, &covers->cap,
                                            covers->count + 1, sizeof *conditions);
    if (conditions == NULL)
        return false;
    covers->conditions = conditions;
    conditions[covers->count++] = condition;
    return true;
}

static const struct cm_node *cheapest(const struct cm_covers *covers, const struct cm_node *group, bool negated) {
    const struct cm_node *best = NULL;
    uint32_t least = CM_COST_NONE;
    for (const struct cm_node *member = group + 1; member < group + cm_node_size(group);
         member += cm_node_size(member)) {
        const uint32_t one = cost(covers, member, negated);
        best = one < least ? member : best;
        least = one < least ? one : least;
    }
    return best;
}

/* Adds the cover of a node that has one. */
static bool collect(struct cm_covers *covers, const struct cm_node *node, bool negated) {
    if (node->kind == CM_NODE_NOT)
        return collect(covers, node + 1, !negated);
    if (node->kind == CM_NODE_CONDITION)
        return add(covers, node->value);
    if (is_all(node, negated))
        return collect(covers, cheapest(covers, node, negated), negated);
    for (const struct cm_node *member = node + 1; member < node + cm_node_size(node); member += cm_node_size(member))
        if (!collect(covers, member, negated))
            return false;
    return true;
}

/* The node whose cover is that of a mapping: of an AND the cheapest member. NULL: it has none. */
static const struct cm_node *descend(const struct cm_covers *covers, const struct cm_node *root) {
    const struct cm_node *node = root;
    while (node != NULL && node->kind == CM_NODE_ALL)
        node = cheapest(covers, node, false);
    return node != root || cost(covers, node, false) != CM_COST_NONE ? node : NULL;
}

/* Makes the cover that was found one of those before; false: they are more than there is room for. */
static bool use(struct cm_covers *covers) {
    if (covers->count > CM_MAX_COVER)
        return false;
    for (size_t i = 0; i < covers->count; i++)
        covers->used[covers->used_count++] = covers->conditions[i];
    return true;
}

bool cm_cover_find(struct cm_covers *covers, uint32_t mapping, unsigned level) {
    const struct cm_node *root = cm_draft_root(covers->draft, mapping);
    covers->used_count = covers->count = 0;
    for (unsigned i = 0; i <= level; i++) {
        const bool room = use(covers);
        covers->count = 0;
        const struct cm_node *node = room ? descend(covers, root) : NULL;
        if (node == NULL)
            return true;
        if (!collect(covers, node, false))
            return false;
    }
    if (level > 0 && covers->count > CM_MAX_COVER)
        covers->count = 0;
    return true;
}

void cm_cover_free(struct cm_covers *covers) {
    cm_release(&covers->draft->rules->allocator, covers->conditions);
}
