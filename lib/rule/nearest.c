/* SPDX-License-Identifier: MIT */
#include "rule/nearest.h"

/* The expression of one mapping, and what its nodes gave. */
struct tree {
    const struct cm_node *root;
    const struct cm_verdict *verdicts;
};

static size_t plus(size_t a, size_t b) {
    return b > SIZE_MAX - a ? SIZE_MAX : a + b;
}

static size_t missing(const struct tree *tree, const struct cm_node *node, bool wanted);

/* What is wanted of a group is wanted of all of its members, or of the nearest one. */
static size_t missing_members(const struct tree *tree, const struct cm_node *group, bool wanted) {
    const bool all = (group->kind == CM_NODE_ALL) == wanted;
    size_t sum = 0, least = SIZE_MAX;
    for (const struct cm_node *member = group + 1; member < group + cm_node_size(group);
         member += cm_node_size(member)) {
        const size_t one = missing(tree, member, wanted);
        sum = plus(sum, one);
        least = one < least ? one : least;
    }
    return all ? sum : least;
}

/* How many conditions have to change until a node is true, or false. What is unknown is neither. */
static size_t missing(const struct tree *tree, const struct cm_node *node, bool wanted) {
    switch ((enum cm_node_kind)node->kind) {
    case CM_NODE_NOT:
        return missing(tree, node + 1, !wanted);
    case CM_NODE_CONDITION:
        return tree->verdicts[node - tree->root].truth == (wanted ? CERTMAP_TRUE : CERTMAP_FALSE) ? 0 : 1;
    case CM_NODE_ALWAYS:
        return wanted ? 0 : SIZE_MAX;
    case CM_NODE_ALL:
    case CM_NODE_ANY:
        break;
    }
    return missing_members(tree, node, wanted);
}

size_t cm_missing(const struct cm_mapping *mapping, const struct cm_verdict *verdicts) {
    const struct tree tree = {mapping->nodes, verdicts};
    return missing(&tree, tree.root, true);
}
