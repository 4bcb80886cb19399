/* SPDX-License-Identifier: MIT */
#include "explain/nearest.h"

/* The expression of one mapping, and what its nodes gave. */
struct tree {
    const struct certmap_rules *rules;
    const struct cm_node *root;
    const struct cm_verdict *verdicts;
};

/* Of what no condition makes true. */
static const struct cm_miss never = {SIZE_MAX, SIZE_MAX, 0};

static size_t plus(size_t a, size_t b) {
    return b > SIZE_MAX - a ? SIZE_MAX : a + b;
}

/* What belongs to one certificate, or one key, and is reached by no other: it is missed by all the others equally. */
static bool is_identity(enum certmap_field field) {
    return field == CERTMAP_FIELD_CERTIFICATE || field == CERTMAP_FIELD_SHA256 || field == CERTMAP_FIELD_SHA1 ||
           field == CERTMAP_FIELD_SHA512 || field == CERTMAP_FIELD_KEY_SHA256 || field == CERTMAP_FIELD_KEY_SHA512 ||
           field == CERTMAP_FIELD_KEY_SHA1 || field == CERTMAP_FIELD_TBS_SHA256;
}

/* Whether what is missed weighs less, whatever holds besides. */
static bool is_less(const struct cm_miss *a, const struct cm_miss *b) {
    return a->digests != b->digests ? a->digests < b->digests : a->missing < b->missing;
}

bool cm_miss_is_nearer(const struct cm_miss *a, const struct cm_miss *b) {
    const bool equal = a->digests == b->digests && a->missing == b->missing;
    return equal ? a->held > b->held : is_less(a, b);
}

static struct cm_miss miss(const struct tree *tree, const struct cm_node *node, bool wanted);

/* What is wanted of a group is wanted of all of its members, or of the nearest one. Linear in the mapping; it calls
 * itself as deep as rules are nested (CERTMAP_MAX_NESTING). */
static struct cm_miss miss_members(const struct tree *tree, const struct cm_node *group, bool wanted) {
    const bool all = (group->kind == CM_NODE_ALL) == wanted;
    struct cm_miss sum = {0, 0, 0}, least = never;
    for (const struct cm_node *member = group + 1; member < group + cm_node_size(group);
         member += cm_node_size(member)) {
        const struct cm_miss one = miss(tree, member, wanted);
        sum.digests = plus(sum.digests, one.digests);
        sum.missing = plus(sum.missing, one.missing);
        sum.held += one.held;
        least = is_less(&one, &least) ? one : least;
    }
    least.held = sum.held;
    return all ? sum : least;
}

static struct cm_miss miss_condition(const struct tree *tree, const struct cm_node *node, bool wanted) {
    const struct cm_condition condition = cm_condition_at(tree->rules, node->value);
    if (tree->verdicts[node - tree->root].truth == (wanted ? CERTMAP_TRUE : CERTMAP_FALSE))
        return (struct cm_miss){0, 0, 1};
    return (struct cm_miss){is_identity(condition.path->field), 1, 0};
}

/* What has to change until a node is true, or false. What is unknown is neither. */
static struct cm_miss miss(const struct tree *tree, const struct cm_node *node, bool wanted) {
    switch ((enum cm_node_kind)node->kind) {
    case CM_NODE_NOT:
        return miss(tree, node + 1, !wanted);
    case CM_NODE_CONDITION:
        return miss_condition(tree, node, wanted);
    case CM_NODE_ALWAYS:
        return wanted ? (struct cm_miss){0, 0, 0} : never;
    case CM_NODE_ALL:
    case CM_NODE_ANY:
        break;
    }
    return miss_members(tree, node, wanted);
}

struct cm_miss cm_miss_of(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                          const struct cm_verdict *verdicts) {
    const struct tree tree = {rules, mapping->nodes, verdicts};
    return miss(&tree, tree.root, true);
}
