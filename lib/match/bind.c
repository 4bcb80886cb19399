/* SPDX-License-Identifier: MIT */
#include "match/bind.h"
#include "base/glob.h"
#include "base/steps.h"
#include "base/view.h"
#include "match/eval.h"

struct binding_walk {
    struct cm_eval eval;
    struct cm_bound *bound;     /* by number */
    struct cm_bound_once *once; /* the same, or NULL */
    const struct cm_mapping *mapping;
    const struct cm_binding *bindings; /* of the mapping, in the order of its nodes */
    size_t count;
};

/* ---- what * took ---- */

/* Passes over so many code points from the front, or from the back; SIZE_MAX: there are fewer. */
static size_t pass_points(struct certmap_view text, size_t points) {
    size_t at = 0;
    for (; points > 0; points--) {
        uint32_t cp;
        if (at == text.len)
            return SIZE_MAX;
        at += cm_utf8_decode(text.data + at, text.len - at, &cp);
    }
    return at;
}

static size_t count_points(struct certmap_view text) {
    size_t points = 0;
    for (size_t i = 0; i < text.len; i++)
        points += (text.data[i] & 0xC0) != 0x80; /* wildcards are units of their own */
    return points;
}

/* What the one * of a pattern took of a text that it matches. False: folding changed how many characters the text has,
 * so that nobody can say. */
static bool find_star(struct certmap_view *star, struct certmap_view pattern, const struct cm_value *value,
                      bool nocase) {
    const struct certmap_view text = value->text.nfc;
    const uint8_t *at = memchr(pattern.data, CM_GLOB_MANY, pattern.len);
    if (at == NULL || (nocase && count_points(text) != count_points(value->text.folded)))
        return false;
    const size_t before = (size_t)(at - pattern.data), points = count_points(text),
                 front = count_points(cm_view(pattern.data, before)),
                 back = count_points(cm_view(at + 1, pattern.len - before - 1));
    if (points < front + back)
        return false;
    const size_t begin = pass_points(text, front), end = pass_points(text, points - back);
    if (begin == SIZE_MAX || end == SIZE_MAX)
        return false;
    *star = cm_view(text.data + begin, end - begin);
    return true;
}

/* ---- values ---- */

static void refuse(struct cm_bound *bound, enum certmap_code code) {
    if (bound->code == CERTMAP_CODE_NONE)
        bound->code = code;
}

/* The star is that of every operand that the value is like. */
static void add_star(struct binding_walk *walk, struct cm_bound *bound, const struct cm_condition *condition,
                     const struct cm_value *value) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    while (walk->eval.steps > 0 && cm_operands_next(&operands, &operand)) {
        const struct certmap_view text = condition->nocase ? value->text.folded : value->text.nfc;
        struct certmap_view star = CM_VIEW_NONE;
        if (cm_glob_match(operand.matched, text, &walk->eval.steps) != CERTMAP_TRUE)
            continue;
        if (!cm_steps_take(&walk->eval.steps, text.len) || !find_star(&star, operand.matched, value, condition->nocase))
            bound->star_code = CERTMAP_CODE_PLACEHOLDER_UNREADABLE;
        else if (bound->star.data != NULL && !cm_view_equal(bound->star, star))
            bound->star_code = CERTMAP_CODE_PLACEHOLDER_SEVERAL_VALUES;
        else
            bound->star = star;
    }
}

static void add_value(struct binding_walk *walk, struct cm_bound *bound, const struct cm_condition *condition,
                      uint32_t at) {
    const struct cm_value *value = &cm_eval_list(&walk->eval, condition)->values[at];
    const struct cm_verdict verdict = cm_eval_value(&walk->eval, condition, value);
    if (verdict.truth == CERTMAP_UNKNOWN)
        refuse(bound, CERTMAP_CODE_PLACEHOLDER_UNREADABLE);
    if (verdict.truth != CERTMAP_TRUE)
        return;
    const struct certmap_view text = value->text.nfc;
    if (bound->value.data != NULL && !cm_view_equal(bound->value, text))
        refuse(bound, CERTMAP_CODE_PLACEHOLDER_SEVERAL_VALUES);
    bound->value = text;
    if (condition->op == CERTMAP_OP_LIKE)
        add_star(walk, bound, condition, value);
}

/* The values of a condition that is true. A step for each, or more. */
static void add_values(struct binding_walk *walk, struct cm_bound *bound, const struct cm_condition *condition) {
    const bool one = condition->quantifier != CERTMAP_ANY_VALUE && condition->quantifier != CERTMAP_EVERY_VALUE;
    uint32_t at = one ? cm_eval_choose(&walk->eval, condition) : cm_eval_first(&walk->eval, condition);
    while (at != CM_VALUE_NONE) {
        add_value(walk, bound, condition, at);
        at = one ? CM_VALUE_NONE : cm_eval_next(&walk->eval, condition, at);
    }
}

/* ---- the expression ---- */

static size_t number_of(const struct binding_walk *walk, const struct cm_node *node) {
    return (size_t)(node - walk->mapping->nodes);
}

/* Whether a name is given in a subtree. Goes through the bindings once. */
static bool has_names(const struct binding_walk *walk, const struct cm_node *node) {
    const size_t begin = number_of(walk, node), end = begin + cm_node_size(node);
    for (size_t i = 0; i < walk->count; i++)
        if (walk->bindings[i].node >= begin && walk->bindings[i].node < end)
            return true;
    return false;
}

/* A part that could be true, too, might give its names other values. */
static void refuse_names(struct binding_walk *walk, const struct cm_node *node) {
    const size_t begin = number_of(walk, node), end = begin + cm_node_size(node);
    for (size_t i = 0; i < walk->count; i++)
        if (walk->bindings[i].node >= begin && walk->bindings[i].node < end)
            refuse(&walk->bound[walk->bindings[i].number], CERTMAP_CODE_PLACEHOLDER_UNREADABLE);
}

static bool is_empty(const struct cm_bound *bound) {
    return bound->value.data == NULL && bound->code == CERTMAP_CODE_NONE;
}

/* Gives a name what a condition gives it, which may be known where nothing else has given it anything. */
static void give_name(struct binding_walk *walk, size_t number, uint32_t offset) {
    struct cm_bound *bound = &walk->bound[number];
    struct cm_bound_once *once = walk->once != NULL && is_empty(bound) ? &walk->once[number] : NULL;
    if (once != NULL && once->offset == offset) {
        *bound = once->bound;
        return;
    }
    const struct cm_condition condition = cm_condition_at(walk->eval.rules, offset);
    add_values(walk, bound, &condition);
    if (once != NULL && walk->eval.steps > 0)
        *once = (struct cm_bound_once){offset, *bound};
}

static void collect_condition(struct binding_walk *walk, const struct cm_node *node) {
    for (size_t i = 0; i < walk->count; i++)
        if (walk->bindings[i].node == number_of(walk, node))
            give_name(walk, walk->bindings[i].number, node->value);
}

/* The names in a node that is true. Linear in the nodes and the bindings of the mapping, which take steps; it calls itself as
 * deep as rules are nested (CERTMAP_MAX_NESTING). */
static void collect(struct binding_walk *walk, const struct cm_node *node) {
    if (node->kind == CM_NODE_CONDITION)
        collect_condition(walk, node);
    if (node->kind != CM_NODE_ALL && node->kind != CM_NODE_ANY)
        return;
    for (const struct cm_node *member = node + 1; member < node + cm_node_size(node); member += cm_node_size(member)) {
        if (!cm_steps_take(&walk->eval.steps, 1 + walk->count) || !has_names(walk, member))
            continue;
        const enum certmap_truth truth =
            node->kind == CM_NODE_ALL ? CERTMAP_TRUE : cm_eval_node(&walk->eval, walk->mapping, member).truth;
        if (truth == CERTMAP_TRUE)
            collect(walk, member);
        else if (truth == CERTMAP_UNKNOWN)
            refuse_names(walk, member);
    }
}

void cm_bind(struct certmap_peer *peer, const struct certmap_rules *rules, const struct cm_mapping *mapping, bool again,
             size_t *steps) {
    struct binding_walk walk = {.eval = {.rules = rules, .peer = peer, .steps = *steps},
                                .bound = peer->built.bound,
                                .once = again ? peer->built.once : NULL,
                                .mapping = mapping};
    walk.bindings = cm_bindings_of(rules, mapping->index, &walk.count);
    memset(peer->built.bound, 0, sizeof peer->built.bound);
    if (walk.count > 0)
        collect(&walk, mapping->nodes);
    for (size_t i = 0; i < CERTMAP_MAX_BINDINGS && walk.eval.steps == 0; i++)
        peer->built.bound[i].code = CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    *steps = walk.eval.steps;
}
