/* SPDX-License-Identifier: MIT */
/* Whether a certificate exists of which given parts of mappings are true, false, not false or not true.
 *
 * Of a path a model of a certificate has what conditions can see: whether the list is unknown; some slots, in order;
 * of each whether it is there, whether it is unreadable, and which operands take its text; and how many values there
 * are. One slot for each condition that needs a value of its own, one for the first value, one for the last, and one
 * for the rest are enough: other values can be left out or repeated without changing any condition.
 *
 *     subject.CN    slot 1: "a*" takes it, "b" does not | slot 2: unreadable |      | (empty)
 *
 * Each condition has two literals, that it is true and that it is false; unknown is neither. A solver finds models;
 * whether a slot has a text is asked of theory.h, and what has none is excluded by a clause. Fields are independent of
 * each other but for whole Names and their own attributes. That adds certificates which do not exist, and never leaves
 * one out: IMPOSSIBLE is a proof. What is POSSIBLE has to be shown to the real matcher. */
#ifndef CM_LINT_QUERY_H
#define CM_LINT_QUERY_H

#include "lint.h"

/* KNOWN, true or false, is for whole wants only. */
enum cm_lint_rail { CM_LINT_TRUE, CM_LINT_FALSE, CM_LINT_NOT_FALSE, CM_LINT_NOT_TRUE, CM_LINT_KNOWN };

/* Terms that all hold, from one up to another, and the first condition in them. */
struct cm_lint_part {
    uint32_t term, end, condition;
};

struct cm_lint_want {
    struct cm_lint_part part;
    enum cm_lint_rail rail;
};

struct cm_lint_query {
    const struct cm_lint_want *wants;
    size_t count;
    bool readable; /* nothing is unreadable or unknown */
    bool single;   /* subject and issuer have one value of each attribute, but for OU and DC */
    bool one;      /* these, too, and each kind of alternative name */
};

enum cm_lint_verdict { CM_LINT_IMPOSSIBLE, CM_LINT_POSSIBLE, CM_LINT_OPEN };

struct cm_lint_engine;

/* NULL: there is no memory. It lives as long as the lint's pools. */
struct cm_lint_engine *cm_lint_engine_make(struct certmap_lint *lint);
/* Gives back what the engine has beside the pools. NULL is fine. */
void cm_lint_engine_free(struct cm_lint_engine *engine);
/* On POSSIBLE *witness gets values, in the scratch pool of the lint. On IMPOSSIBLE needed[i], unless needed is NULL,
 * says whether wants[i] is one of those that cannot hold together. */
enum cm_lint_verdict cm_lint_ask(struct cm_lint_engine *engine, const struct cm_lint_query *query,
                                 struct cm_lint_witness *witness, bool *needed);
/* After OPEN: counts a question that stays open, and why. */
void cm_lint_open(struct certmap_lint *lint);
/* After OPEN: why, the counter of the summary for that; for questions of which more may be asked. */
size_t *cm_lint_open_why(struct certmap_lint *lint);
/* Whether both have the same terms and conditions, in whatever order the members of their groups are. */
bool cm_lint_are_same(const struct cm_lint_engine *engine, const struct cm_lint_part *a, const struct cm_lint_part *b);

/* ---- parts ---- */

static inline struct cm_lint_part cm_lint_part_of(const struct cm_lint_model *model, size_t mapping) {
    const struct cm_lint_mapping *is = cm_lint_mapping_at(model, mapping);
    return (struct cm_lint_part){is->term, is->term + is->term_count, is->condition};
}
/* How many conditions are in some terms. */
static inline uint32_t cm_lint_conditions_in(const struct cm_lint_model *model, uint32_t term, uint32_t end) {
    uint32_t count = 0;
    for (; term < end; term++)
        count += cm_lint_term_at(model, term)->kind == CERTMAP_TERM_CONDITION;
    return count;
}
/* The first of some terms, with what is in it. */
static inline struct cm_lint_part cm_lint_first_of(const struct cm_lint_model *model, const struct cm_lint_part *part) {
    return (struct cm_lint_part){part->term, part->term + cm_lint_term_at(model, part->term)->size, part->condition};
}
/* The terms after it. */
static inline struct cm_lint_part cm_lint_after(const struct cm_lint_model *model, const struct cm_lint_part *part,
                                                const struct cm_lint_part *first) {
    return (struct cm_lint_part){first->end, part->end,
                                 first->condition + cm_lint_conditions_in(model, first->term, first->end)};
}
/* What is in a group. */
static inline struct cm_lint_part cm_lint_members(const struct cm_lint_part *group) {
    return (struct cm_lint_part){group->term + 1, group->end, group->condition};
}

#endif
