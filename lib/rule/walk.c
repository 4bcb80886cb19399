/* SPDX-License-Identifier: MIT */
/* certmap_rules_walk: the nodes of a mapping in prefix order, which is how they are kept. Every loop goes through
 * nodes, operands, outputs or the bytes of a pattern once. */
#include "certmap/walk.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/glob.h"
#include "base/out.h"
#include "base/view.h"
#include "certmap/limits.h"
#include "rule/binding.h"
#include "rule/describe.h"
#include <string.h>

/* The longest field with the longest subfield: an OID, of which a byte gives at most "127.". */
#define PATH_SIZE (4 * CERTMAP_MAX_OID_SIZE + 32)

/* A pattern as text. */
struct pattern {
    uint8_t *bytes;
    size_t cap;
};

struct walk {
    const struct certmap_rules *rules;
    const struct cm_mapping *mapping;
    certmap_walk_fn *fn;
    void *ctx;
    struct certmap_walk_item item;
    struct certmap_condition condition; /* of the current item */
    char path[PATH_SIZE];               /* where its subfield is */
    struct pattern shown, compared;
    const struct cm_node *ends[CERTMAP_MAX_NESTING + 1]; /* of the groups that are open */
    size_t conditions;                                   /* so far */
    bool no_memory;
};

static bool emit(struct walk *walk, enum certmap_walk_kind kind) {
    walk->item.size = sizeof walk->item;
    walk->item.kind = kind;
    return walk->fn(walk->ctx, &walk->item);
}

/* ---- operands ---- */

/* Writes a compiled pattern with escapes: at most twice as long. Empty where there is no memory. */
static struct certmap_view write_pattern(struct walk *walk, struct pattern *pattern, struct certmap_view compiled) {
    uint8_t *bytes = cm_array_reserve(&walk->rules->allocator, pattern->bytes, &pattern->cap, 2 * compiled.len + 1, 1);
    size_t len = 0;
    walk->no_memory = walk->no_memory || bytes == NULL;
    if (bytes == NULL)
        return CM_VIEW_NONE;
    pattern->bytes = bytes;
    for (size_t i = 0; i < compiled.len; i++) {
        const uint8_t c = compiled.data[i];
        if (c == '*' || c == '?' || c == '\\')
            bytes[len++] = '\\';
        bytes[len++] = c == CM_GLOB_MANY ? '*' : c == CM_GLOB_ONE ? '?' : c;
    }
    return cm_view(bytes, len);
}

static bool walk_operand(struct walk *walk, const struct cm_condition *condition, const struct cm_operand *operand) {
    const bool pattern = condition->op == CERTMAP_OP_LIKE;
    walk->item.shown = pattern ? write_pattern(walk, &walk->shown, operand->shown) : operand->shown;
    walk->item.compared = pattern && condition->path->kind != CM_TEXT_NAME
                              ? write_pattern(walk, &walk->compared, operand->matched)
                              : operand->matched;
    if (condition->op == CERTMAP_OP_MATCHES || (pattern && condition->path->kind == CM_TEXT_NAME))
        walk->item.compared = walk->item.shown; /* what is matched is an automaton */
    walk->item.bits = operand->bits;
    return !walk->no_memory && emit(walk, CERTMAP_WALK_OPERAND);
}

static bool walk_operands(struct walk *walk, const struct cm_condition *condition) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    bool goes_on = true;
    walk->item.term = (struct certmap_term){CERTMAP_TERM_CONDITION, 1};
    walk->item.depth++;
    for (walk->item.number = 0; goes_on && cm_operands_next(&operands, &operand); walk->item.number++)
        goes_on = walk_operand(walk, condition, &operand);
    return goes_on;
}

/* ---- the expression ---- */

static struct certmap_view print_path(struct walk *walk, const struct cm_path *path) {
    struct cm_out out = {walk->path, sizeof walk->path, 0};
    cm_path_print(&out, path);
    CM_ASSERT(out.len <= sizeof walk->path);
    return cm_view(walk->path, out.len);
}

static bool walk_condition(struct walk *walk, const struct cm_condition *condition, const struct cm_node *node) {
    const struct cm_binding *binding = cm_binding_at(walk->rules, walk->mapping, node);
    walk->condition = cm_describe_condition(condition, print_path(walk, condition->path), binding);
    walk->item.condition = &walk->condition;
    walk->item.number = walk->conditions++;
    walk->item.term = (struct certmap_term){CERTMAP_TERM_CONDITION, 1};
    return emit(walk, CERTMAP_WALK_CONDITION) && walk_operands(walk, condition);
}

static bool walk_node(struct walk *walk, const struct cm_node *node, unsigned depth) {
    static const enum certmap_term_kind kinds[] = {[CM_NODE_ALL] = CERTMAP_TERM_ALL,
                                                   [CM_NODE_ANY] = CERTMAP_TERM_ANY,
                                                   [CM_NODE_NOT] = CERTMAP_TERM_NOT,
                                                   [CM_NODE_ALWAYS] = CERTMAP_TERM_ALWAYS,
                                                   [CM_NODE_CONDITION] = CERTMAP_TERM_CONDITION};
    walk->item = (struct certmap_walk_item){.depth = depth};
    if (node->kind == CM_NODE_CONDITION) {
        const struct cm_condition condition = cm_condition_at(walk->rules, node->value);
        return walk_condition(walk, &condition, node);
    }
    walk->item.term = (struct certmap_term){kinds[node->kind], cm_node_size(node)};
    return emit(walk, node->kind == CM_NODE_ALWAYS ? CERTMAP_WALK_ALWAYS : CERTMAP_WALK_GROUP);
}

/* All below the root, which is the group of all of them. */
static bool walk_nodes(struct walk *walk, const struct cm_node *root) {
    const struct cm_node *end = root + cm_node_size(root);
    unsigned depth = 0;
    for (const struct cm_node *node = root + 1; node < end; node++) {
        while (depth > 0 && walk->ends[depth - 1] <= node)
            depth--;
        if (!walk_node(walk, node, depth))
            return false;
        CM_ASSERT(depth <= CERTMAP_MAX_NESTING);
        if (node->kind <= CM_NODE_NOT)
            walk->ends[depth++] = node + cm_node_size(node);
    }
    return true;
}

/* ---- outputs ---- */

static bool walk_outputs(struct walk *walk, const struct cm_mapping *mapping) {
    const size_t count = mapping->allow ? cm_mapping_outputs(walk->rules, mapping) : 0;
    for (size_t i = 1; i < count; i++) { /* the first is the account */
        struct cm_output room;
        const struct cm_output *own = cm_mapping_output(walk->rules, mapping, i, &room);
        const struct certmap_output output = cm_describe_output(own);
        walk->item = (struct certmap_walk_item){.number = i - 1, .output = &output};
        if (!emit(walk, CERTMAP_WALK_OUTPUT))
            return false;
    }
    return true;
}

/* ---- the calls ---- */

enum certmap_status certmap_rules_walk(const struct certmap_rules *rules, size_t index, certmap_walk_fn *fn, void *ctx,
                                       struct certmap_diagnostic *err) {
    if (index >= certmap_rules_count(rules) || fn == NULL)
        return cm_error_argument(err, "certmap_rules_walk: rules or fn is NULL, or there is no such index");
    const struct cm_mapping *mapping = cm_mapping_at(rules, index);
    struct walk walk = {.rules = rules, .mapping = mapping, .fn = fn, .ctx = ctx};
    if (walk_nodes(&walk, mapping->nodes))
        (void)walk_outputs(&walk, mapping);
    cm_release(&rules->allocator, walk.shown.bytes);
    cm_release(&rules->allocator, walk.compared.bytes);
    return walk.no_memory ? cm_error_memory(err) : CERTMAP_OK;
}

size_t certmap_rules_score(const struct certmap_rules *rules, size_t index) {
    return index < certmap_rules_count(rules) && rules->scores != NULL ? rules->scores[index] : 0;
}

bool certmap_rules_disabled(const struct certmap_rules *rules) {
    return rules != NULL && rules->disabled;
}
