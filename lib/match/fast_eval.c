/* SPDX-License-Identifier: MIT */
#include "match/fast_eval.h"
#include "base/assert.h"
#include "field/compare.h"
#include "match/fast_condition.h"
#include "match/value_set.h"

/* ---- expressions ---- */

/* A group whose members are being evaluated. */
struct frame {
    const struct cm_node *end;   /* after its last member */
    bool negate;                 /* a NOT, of one member */
    enum certmap_truth decisive; /* of a member: ends the group */
    enum certmap_truth result;   /* without such a member */
};

/* Every level that is nested (CERTMAP_MAX_NESTING) is a group or two, and the root is one. */
enum { FRAMES = 2 * CERTMAP_MAX_NESTING + 4 };

static struct frame open_group(const struct cm_node *group) {
    const bool any = group->kind == CM_NODE_ANY;
    return (struct frame){.end = group + cm_node_size(group),
                          .negate = group->kind == CM_NODE_NOT,
                          .decisive = any ? CERTMAP_TRUE : CERTMAP_FALSE,
                          .result = any ? CERTMAP_FALSE : CERTMAP_TRUE};
}

/* Gives a group what its last member was. True: with that the group is known, and *truth is what it gives. */
static bool close_group(struct frame *frame, enum certmap_truth *truth, const struct cm_node **at) {
    if (frame->negate) {
        if (*truth != CERTMAP_UNKNOWN)
            *truth = *truth == CERTMAP_TRUE ? CERTMAP_FALSE : CERTMAP_TRUE;
        return true;
    }
    if (*truth == frame->decisive) {
        *at = frame->end;
        return true;
    }
    if (*truth == CERTMAP_UNKNOWN)
        frame->result = CERTMAP_UNKNOWN;
    if (*at < frame->end)
        return false;
    *truth = frame->result;
    return true;
}

static enum certmap_truth eval_leaf(struct cm_fast_eval *fast, const struct cm_node *leaf) {
    if (leaf->kind == CM_NODE_ALWAYS)
        return CERTMAP_TRUE;
    return cm_fast_condition(fast, leaf->value);
}

/* Any expression. Goes through its nodes once, at most FRAMES deep. */
static enum certmap_truth eval_tree(struct cm_fast_eval *fast, const struct cm_node *at) {
    struct frame frames[FRAMES];
    size_t depth = 0;
    enum certmap_truth truth;
    do {
        while (at->kind != CM_NODE_CONDITION && at->kind != CM_NODE_ALWAYS) {
            CM_ASSERT(depth < FRAMES);
            frames[depth++] = open_group(at++);
        }
        truth = eval_leaf(fast, at++);
        while (depth > 0 && close_group(&frames[depth - 1], &truth, &at))
            depth--;
    } while (depth > 0);
    return truth;
}

/* A member of a root, which is an AND, mostly of conditions. */
static inline enum certmap_truth eval_member(struct cm_fast_eval *fast, const struct cm_node *member) {
    return member->kind == CM_NODE_CONDITION ? cm_fast_condition(fast, member->value) : eval_tree(fast, member);
}

/* The first member that is false, or the end; *truth is what the others give. Linear in the members, whose conditions take
 * steps. */
static inline const struct cm_node *find_false(struct cm_fast_eval *fast, const struct cm_node *member,
                                               const struct cm_node *end, enum certmap_truth *truth) {
    for (; member < end; member += cm_node_size(member)) {
        const enum certmap_truth one = eval_member(fast, member);
        if (one == CERTMAP_FALSE)
            break;
        *truth = one == CERTMAP_UNKNOWN ? CERTMAP_UNKNOWN : *truth;
    }
    return member;
}

static inline enum certmap_truth eval_members(struct cm_fast_eval *fast, const struct cm_node *member,
                                              const struct cm_node *end) {
    enum certmap_truth truth = CERTMAP_TRUE;
    return find_false(fast, member, end, &truth) < end ? CERTMAP_FALSE : truth;
}

enum certmap_truth cm_fast_eval_members(struct cm_fast_eval *fast, const struct cm_node *member,
                                        const struct cm_node *end) {
    return eval_members(fast, member, end);
}

/* ---- many mappings ---- */

/* A root while it is evaluated. Steps of what is known are counted, and taken before anything else is. */
struct flat {
    struct cm_fast_eval *fast;
    const struct cm_node *end;
    uint32_t known_end;
    size_t known; /* conditions since steps were taken */
};

/* Whether none of many values has the text of a condition: so are most NOTs. Takes steps. */
static bool is_missing(struct cm_fast_eval *fast, uint32_t offset) {
    const struct cm_stored_condition *stored = cm_stored_at(fast->eval.rules, offset);
    const struct cm_path *path = &fast->eval.rules->paths[stored->path];
    const struct cm_list *list = &fast->eval.peer->lists[path->list];
    if (!stored->plain || stored->op != CERTMAP_OP_EQUAL || path->by_oid || list->set == NULL)
        return false;
    const struct certmap_view text = cm_wanted_by(stored);
    return cm_steps_take(&fast->eval.steps, 1 + text.len / CM_BYTES_A_STEP) &&
           cm_value_set_lacks(list, path->row, stored->nocase, text) && fast->eval.steps > 0;
}

/* All that several mappings have is worth to be kept, where there are so many. */
static void keep_among_many(struct cm_fast_eval *fast, uint32_t offset, enum certmap_truth truth) {
    enum certmap_truth kept;
    cm_fast_have_help(fast);
    if (!cm_memo_recall(&fast->help->memo, offset, &kept))
        cm_fast_keep(fast, offset, truth);
}

static enum certmap_truth eval_among_many(struct cm_fast_eval *fast, uint32_t offset) {
    const enum certmap_truth truth = is_missing(fast, offset) ? CERTMAP_FALSE : cm_fast_condition(fast, offset);
    if (cm_fast_is_shared(fast, offset))
        keep_among_many(fast, offset, truth);
    return truth;
}

static CM_APART enum certmap_truth eval_unknown(struct flat *flat, uint32_t offset) {
    struct cm_fast_eval *fast = flat->fast;
    (void)cm_steps_take(&fast->eval.steps, flat->known);
    flat->known = 0;
    const enum certmap_truth truth = eval_among_many(fast, offset);
    flat->known_end = fast->helped ? fast->help->memo.known_end : 0;
    return truth;
}

/* What a condition gives, which may be known. */
static inline enum certmap_truth eval_or_recall(struct flat *flat, uint32_t offset) {
    const unsigned known = offset < flat->known_end ? cm_memo_known(&flat->fast->help->memo, offset) : 0;
    if (known == 0)
        return eval_unknown(flat, offset);
    flat->known++;
    return (enum certmap_truth)(known - 1);
}

/* The same as find_false of a root of conditions and NOTs of one. */
static const struct cm_node *find_false_flat(struct flat *flat, const struct cm_node *member,
                                             enum certmap_truth *truth) {
    for (uint32_t size; member < flat->end; member += size) {
        enum certmap_truth one, decisive;
        if (member->kind == CM_NODE_NOT) {
            one = eval_or_recall(flat, member[1].value);
            decisive = CERTMAP_TRUE;
            size = 2;
        } else {
            one = eval_or_recall(flat, member->value);
            decisive = CERTMAP_FALSE;
            size = 1;
        }
        if (one == decisive)
            break;
        if (one == CERTMAP_UNKNOWN)
            *truth = CERTMAP_UNKNOWN;
    }
    return member;
}

/* ---- what made others false ---- */

/* The member that begins so many nodes before the end of a root, or NULL. Linear in the members, at most. */
static const struct cm_node *member_at(const struct cm_mapping *mapping, uint32_t from_end) {
    const struct cm_node *root = mapping->nodes, *member = root + 1;
    if (from_end >= root->value)
        return NULL;
    const struct cm_node *wanted = root + (root->value - from_end);
    if (mapping->flat)
        return wanted[-1].kind != CM_NODE_NOT ? wanted : NULL;
    while (member < wanted)
        member += cm_node_size(member);
    return member == wanted ? wanted : NULL;
}

/* Whether a condition, or one that is negated, is known to be false. */
static bool is_known_false(struct cm_fast_eval *fast, const struct cm_node *member) {
    const struct cm_node *leaf = member + (member->kind == CM_NODE_NOT);
    enum certmap_truth truth;
    return leaf->kind == CM_NODE_CONDITION && cm_fast_is_shared(fast, leaf->value) && fast->helped &&
           cm_fast_recall(fast, leaf->value, &truth) && truth == (leaf == member ? CERTMAP_FALSE : CERTMAP_TRUE);
}

/* Whether a member is false of which that is not known. */
static bool is_found_false(struct cm_fast_eval *fast, const struct cm_node *member) {
    const struct cm_node *leaf = member + (member->kind == CM_NODE_NOT);
    if (leaf->kind != CM_NODE_CONDITION)
        return eval_tree(fast, member) == CERTMAP_FALSE;
    return eval_among_many(fast, leaf->value) == (leaf == member ? CERTMAP_FALSE : CERTMAP_TRUE);
}

/* Whether one of those that made other mappings false is false here: first those that are known. At most CM_REFUTERS. */
static bool is_refuted(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    const struct cm_node *members[CM_REFUTERS];
    const size_t there = cm_refuters_there(&fast->refuters);
    bool refuted = false;
    for (size_t i = 0; i < there && !refuted; i++) {
        members[i] = member_at(mapping, fast->refuters.kept[i].from_end);
        refuted = members[i] != NULL && is_known_false(fast, members[i]);
    }
    for (size_t i = 0; i < there && !refuted; i++) {
        struct cm_refuter *refuter = &fast->refuters.kept[i];
        if (members[i] == NULL || !cm_refuter_is_likely(refuter))
            continue;
        refuted = is_found_false(fast, members[i]);
        cm_refuters_tried(&fast->refuters, refuter, refuted);
    }
    return refuted;
}

/* The first member that is false of a root, where many mappings are evaluated, or its end. */
static const struct cm_node *find_false_of(struct cm_fast_eval *fast, const struct cm_mapping *mapping,
                                           enum certmap_truth *truth) {
    const struct cm_node *root = mapping->nodes, *end = root + root->value, *found;
    struct flat flat = {fast, end, fast->helped ? fast->help->memo.known_end : 0, 0};
    if (!mapping->flat)
        return find_false(fast, root + 1, end, truth);
    found = find_false_flat(&flat, root + 1, truth);
    (void)cm_steps_take(&fast->eval.steps, flat.known);
    return found;
}

/* Whether any member is known to be false, of a root of conditions and NOTs of one. Linear in its members. */
static bool has_known_false(const struct cm_fast_eval *fast, const struct cm_node *root) {
    const struct cm_node *end = root + root->value;
    bool known = false;
    for (const struct cm_node *leaf = root + 1; leaf < end && !known; leaf++) {
        enum certmap_truth truth;
        leaf += leaf->kind == CM_NODE_NOT;
        known = cm_fast_is_shared(fast, leaf->value) && cm_memo_recall(&fast->help->memo, leaf->value, &truth) &&
                truth == (leaf[-1].kind == CM_NODE_NOT ? CERTMAP_TRUE : CERTMAP_FALSE);
    }
    return known;
}

/* The same of any mapping, while that finds any, and now and then. Takes steps. */
static bool is_known_refuted(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    struct cm_refuters *refuters = &fast->refuters;
    if (!mapping->flat || !fast->helped || (refuters->scans >= CM_VAIN_SCANS && fast->tried % CM_VAIN_SCANS != 0))
        return false;
    const bool known = has_known_false(fast, mapping->nodes);
    refuters->scans = known ? 0 : refuters->scans + 1;
    return cm_steps_take(&fast->eval.steps, 1 + mapping->nodes->value / CM_NODES_A_STEP) && fast->eval.steps > 0 &&
           known;
}

/* Whether a member is a condition that several mappings have, or a NOT of one. */
static bool is_of_several(const struct cm_fast_eval *fast, const struct cm_node *member) {
    const struct cm_node *leaf = member + (member->kind == CM_NODE_NOT);
    return leaf->kind == CM_NODE_CONDITION && cm_fast_is_shared(fast, leaf->value);
}

/* Looks for a member that makes a mapping false, and is kept in mind: where finding out that it is false took long. Linear in
 * the members, whose conditions take steps. */
static CM_APART void look_for_quicker(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    const struct cm_node *root = mapping->nodes, *end = root + root->value, *member = root + 1;
    while (member < end && !(is_of_several(fast, member) && is_found_false(fast, member)))
        member += cm_node_size(member);
    if (member < end)
        cm_refuters_prefer(&fast->refuters, (uint32_t)(end - member));
    else
        fast->refuters.vain++;
}

/* The same as eval_members of a root, where many mappings are evaluated. Linear in its members, whose conditions take steps. */
static CM_APART enum certmap_truth eval_root(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    const struct cm_node *end = mapping->nodes + mapping->nodes->value;
    const size_t steps = fast->eval.steps;
    enum certmap_truth truth = CERTMAP_TRUE;
    if (!is_refuted(fast, mapping) && !is_known_refuted(fast, mapping)) {
        const struct cm_node *found = find_false_of(fast, mapping, &truth);
        if (fast->eval.steps == 0)
            return CERTMAP_UNKNOWN;
        if (found == end)
            return truth;
        cm_refuters_note(&fast->refuters, (uint32_t)(end - found));
    }
    if (steps - fast->eval.steps > CM_DEAR_STEPS && fast->refuters.vain < CM_VAIN_LOOKS)
        look_for_quicker(fast, mapping);
    return CERTMAP_FALSE;
}

/* ---- against the definition ---- */

/* So many steps that the plain evaluator gets through most mappings. */
enum { CHECKED_STEPS = 4096 };

/* Whether the plain evaluator says the same of a mapping with so many steps; where either of them runs out, the other may
 * know more. */
static bool is_what_eval_says(const struct cm_fast_eval *fast, const struct cm_mapping *mapping, size_t steps,
                              enum certmap_truth truth) {
    struct cm_eval eval = fast->eval;
    eval.steps = steps < CHECKED_STEPS ? steps : CHECKED_STEPS;
    eval.one_by_one = true;
    const enum certmap_truth plain = cm_eval_mapping(&eval, mapping).truth;
    return plain == truth || eval.steps == 0 || fast->eval.steps == 0;
}

enum certmap_truth cm_fast_eval(struct cm_fast_eval *fast, const struct cm_mapping *mapping) {
    const size_t steps = fast->eval.steps;
    CM_ASSERT(mapping->nodes->kind == CM_NODE_ALL);
    const struct cm_node *root = mapping->nodes, *end = root + root->value;
    const bool many = ++fast->tried > CM_MANY_TRIED;
    const enum certmap_truth truth = many ? eval_root(fast, mapping) : eval_members(fast, root + 1, end);
    (void)steps; /* which only assertions ask */
    CM_ASSERT(is_what_eval_says(fast, mapping, steps, truth));
    return truth;
}
