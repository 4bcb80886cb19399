/* SPDX-License-Identifier: MIT */
/* The inside of the quick evaluator (fast_eval.h): one condition.
 *
 *     fast_condition.h  the ordinary one, of one value and one text, where it is asked for
 *     fast_plain.c      one operand for any value of an attribute, of which there may be many
 *     fast_other.c      several operands, quantifiers, Names, addresses, values of any type
 *     fast_eval.c       expressions, and what made other mappings false */
#ifndef CM_MATCH_FAST_CONDITION_H
#define CM_MATCH_FAST_CONDITION_H

#include "base/compiler.h"
#include "match/fast_eval.h"
#include "match/leaf.h"

/* ---- plain conditions, read as they are stored ---- */

/* A plain condition, and where its values are. */
struct cm_plain {
    const struct cm_stored_condition *stored;
    const struct cm_path *path;
    const struct cm_list *list;
    struct certmap_view wanted; /* set where there are several values, or a long one */
};

/* What it compares with: the operand as it is matched. */
static inline struct certmap_view cm_wanted_by(const struct cm_stored_condition *stored) {
    const uint8_t *at = (const uint8_t *)(stored + 1);
    const uint32_t len = cm_store_number(&at);
    const struct certmap_view shown = cm_store_bytes(&at, len >> 1);
    return (len & 1) != 0 ? cm_store_string(&at) : shown;
}

/* Takes as many steps as the plain evaluator, some of them to get to the value. */
static inline enum certmap_truth cm_fast_compare(struct cm_fast_eval *fast, enum certmap_operator op,
                                                 const struct cm_stored_condition *stored, struct certmap_view wanted,
                                                 const struct cm_value *value, size_t before) {
    size_t *steps = &fast->eval.steps;
    const enum certmap_truth truth = cm_leaf_compare(op, stored->nocase, wanted, value, before, steps);
    return *steps > 0 ? truth : CERTMAP_UNKNOWN; /* there may be values that were not looked at */
}

/* ---- what was found out before ---- */

/* Most matches need neither memo nor filter. */
static inline void cm_fast_have_help(struct cm_fast_eval *fast) {
    if (fast->helped)
        return;
    fast->helped = true;
    fast->help->asked = 0;
    cm_memo_begin(&fast->help->memo);
    cm_piece_filter_begin(&fast->help->filter);
    fast->help->counted.any = false;
    cm_addresses_begin(&fast->help->addresses);
}

/* Whether several mappings have the condition: those are before all mappings. */
static inline bool cm_fast_is_shared(const struct cm_fast_eval *fast, uint32_t offset) {
    return offset < fast->eval.rules->shared_end;
}

static inline bool cm_fast_recall(struct cm_fast_eval *fast, uint32_t offset, enum certmap_truth *truth) {
    if (!cm_memo_recall(&fast->help->memo, offset, truth))
        return false;
    if (!cm_steps_take(&fast->eval.steps, 1) || fast->eval.steps == 0)
        *truth = CERTMAP_UNKNOWN;
    return true;
}

/* What is unknown for want of steps is not kept. */
static inline void cm_fast_keep(struct cm_fast_eval *fast, uint32_t offset, enum certmap_truth truth) {
    if (fast->eval.steps > 0)
        cm_memo_keep(&fast->help->memo, offset, fast->eval.rules->shared_end, truth);
}

/* A condition that took so long counts as many mappings. */
static inline void cm_fast_note_dear(struct cm_fast_eval *fast, size_t steps) {
    if (steps - fast->eval.steps > CM_MANY_STEPS)
        fast->tried += CM_MANY_TRIED;
}

/* Counts patterns that are about short values. */
static inline bool cm_fast_is_asked_often(struct cm_fast_eval *fast) {
    const bool often = fast->help->asked == CM_SOME_ASKED;
    fast->help->asked += !often;
    return often;
}

/* ---- conditions ---- */

/* A plain condition, or whichever: what cm_fast_condition does not compare at once. A step for each, and what it takes. */
enum certmap_truth cm_fast_unusual(struct cm_fast_eval *fast, uint32_t offset);
/* One that is not plain. */
enum certmap_truth cm_fast_other(struct cm_fast_eval *fast, uint32_t offset);
/* One about patterns, of the only value. */
enum certmap_truth cm_fast_pattern(struct cm_fast_eval *fast, uint32_t offset, const struct cm_stored_condition *stored,
                                   const struct cm_value *value);

/* The only value of a path, if it can be read; else NULL. */
static inline const struct cm_value *cm_fast_only_value(const struct cm_list *list, const struct cm_path *path) {
    if (list->unknown != CERTMAP_CODE_NONE || list->first == NULL || path->by_oid)
        return NULL;
    const uint32_t at = list->first[path->row];
    if (at == CM_VALUE_NONE)
        return NULL;
    const struct cm_value *value = &list->values[at];
    return value->next == CM_VALUE_NONE && value->unreadable == CERTMAP_CODE_NONE ? value : NULL;
}

/* Mostly there is one value, which is compared here. */
static inline enum certmap_truth cm_fast_condition(struct cm_fast_eval *fast, uint32_t offset) {
    const struct certmap_rules *rules = fast->eval.rules;
    const struct cm_stored_condition *stored = cm_stored_at(rules, offset);
    const struct cm_path *path = &rules->paths[stored->path];
    const struct cm_value *value = stored->plain ? cm_fast_only_value(&fast->eval.peer->lists[path->list], path) : NULL;
    if (value == NULL)
        return cm_fast_unusual(fast, offset);
    if (stored->op != CERTMAP_OP_EQUAL)
        return cm_fast_pattern(fast, offset, stored, value);
    return cm_fast_compare(fast, CERTMAP_OP_EQUAL, stored, cm_wanted_by(stored), value, 2);
}

#endif
