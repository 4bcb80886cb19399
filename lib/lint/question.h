/* SPDX-License-Identifier: MIT */
/* A query on its way: its paths and conditions, with their literals.
 *
 *     survey.c   what is in it, and how many slots each path needs
 *     encode.c   the clauses
 *     query.c    the loop: solve, realise, learn */
#ifndef CM_LINT_QUESTION_H
#define CM_LINT_QUESTION_H

#include "query.h"
#include "sat.h"
#include "theory.h"

/* Most slots of a path: what would need more is not decided if no certificate is found. */
#define CM_LINT_MAX_SLOTS 48
/* Most numbers over 1 that conditions on one path count to. */
#define CM_LINT_MAX_COUNTS 16

struct cm_lint_slot {
    int there, unreadable;
    int *takes;  /* of each operand of the path */
    int *unsure; /* of a whole Name: it is unknown whether the operand takes it; else NULL */
};

/* A path of the query. */
struct cm_lint_track {
    uint32_t path;
    enum cm_lint_domain domain;
    bool single; /* it has at most one value */
    bool must;   /* it has one */
    bool capped; /* it needs more slots than there are */
    bool last, any;
    size_t front; /* how many of the first values conditions ask for by their number */
    size_t needs;
    struct cm_lint_array operands; /* of uint32_t: representatives */
    struct cm_lint_item *items;
    struct cm_lint_atom *atoms;
    struct cm_lint_slot *slots;
    size_t slot_count, min_slots;
    int unknown, only_one;
    size_t counts[CM_LINT_MAX_COUNTS];
    int has_count[CM_LINT_MAX_COUNTS];
    size_t count_count;
};

/* A condition of the query. */
struct cm_lint_clue {
    uint32_t condition; /* the representative */
    uint32_t track;
    int is_true, is_false;
    unsigned needs; /* for which rails it got a slot */
    bool known;
};

struct cm_lint_engine {
    struct certmap_lint *lint;
    const struct cm_lint_model *model;
    struct cm_lint_intern intern;
    struct cm_lint_pool pool;                /* of one query */
    uint32_t *track_of, *clue_of, *place_of; /* of a path, a condition, an operand: its number + 1 in the query */
    struct cm_lint_array tracks, clues, touched;
    struct cm_lint_arena arena; /* of one solver after another */
    struct cm_lint_sat *sat;
    const struct cm_lint_query *query;
    size_t *why;
    struct cm_lint_array ties; /* correlate.c */
    int usual;                 /* literal: attributes of whole Names are as the rules write them; 0: there are none */
    bool odd;                  /* what can be read is also what certificates should not have (theory.h) */
    bool inexact, failed;
};

static inline struct cm_lint_track *cm_lint_track_at(const struct cm_lint_engine *engine, size_t index) {
    return (struct cm_lint_track *)engine->tracks.items + index;
}
static inline struct cm_lint_clue *cm_lint_clue_at(const struct cm_lint_engine *engine, size_t index) {
    return (struct cm_lint_clue *)engine->clues.items + index;
}
static inline uint32_t cm_lint_track_operand(const struct cm_lint_track *track, size_t index) {
    return ((const uint32_t *)track->operands.items)[index];
}

/* Finds the conditions, paths and slots of the query. False: there is no memory. */
bool cm_lint_survey(struct cm_lint_engine *engine);
/* Writes the clauses; guards[i] is a literal that says that wants[i] holds. False: there is no memory. */
bool cm_lint_encode(struct cm_lint_engine *engine, int *guards);
/* Finds which attributes a whole Name of the query brings with it, and how many slots they need; then the clauses. */
void cm_lint_correlate(struct cm_lint_engine *engine);
void cm_lint_encode_ties(struct cm_lint_engine *engine);
/* How many slots of the path a whole Name that the solver chose fills; SIZE_MAX: all of them. */
size_t cm_lint_tied_slots(const struct cm_lint_engine *engine, size_t track);

#endif
