/* SPDX-License-Identifier: MIT */
/* Evaluating one mapping during a match: what cm_eval_mapping gives (eval.h), without recursion and quicker. */
#ifndef CM_MATCH_FAST_EVAL_H
#define CM_MATCH_FAST_EVAL_H

#include "index/tuning.h"
#include "match/addresses.h"
#include "match/counted.h"
#include "match/eval.h"
#include "match/memo.h"
#include "match/piece_filter.h"
#include "match/refuters.h"

/* A value that has a key of the mapping, which a condition about it is likely to want. */
struct cm_hint {
    const struct cm_list *list;
    uint32_t row;
    uint32_t at; /* or CM_VALUE_NONE */
};

#define CM_NO_HINT ((struct cm_hint){NULL, 0, CM_VALUE_NONE})

/* What was found out before in the same match. */
struct cm_fast_help {
    struct cm_memo memo;
    struct cm_piece_filter filter;
    struct cm_counted counted;
    struct cm_addresses addresses;
    uint32_t asked; /* how often patterns were about short values */
};

_Static_assert(sizeof(struct cm_fast_help) <= CM_PEER_ROOM, "the peer has room for it");

struct cm_fast_eval {
    struct cm_eval eval; /* its steps are those of the match */
    struct cm_hint hint;
    struct cm_fast_help *help; /* the room of the peer: one match uses it at a time */
    bool helped;               /* else nothing of it is set */
    uint32_t tried;            /* how many mappings were evaluated; a condition that took long counts as many */
    struct cm_refuters refuters;
};

/* Without a hint; *fast need not be zeroed. */
static inline void cm_fast_eval_begin(struct cm_fast_eval *fast, const struct certmap_rules *rules,
                                      struct certmap_peer *peer) {
    fast->help = (struct cm_fast_help *)(void *)peer->room;
    fast->eval = (struct cm_eval){.rules = rules, .peer = peer, .steps = rules->steps};
    fast->hint = CM_NO_HINT;
    fast->helped = false;
    fast->tried = 0;
    cm_refuters_begin(&fast->refuters);
}

/* A step for each condition, and more for values and comparisons; nodes are linear in the mapping. Once steps have run
 * out every condition is unknown. */
enum certmap_truth cm_fast_eval(struct cm_fast_eval *fast, const struct cm_mapping *mapping);
/* The same for some members of its root, which are there side by side: whether all of them hold. */
enum certmap_truth cm_fast_eval_members(struct cm_fast_eval *fast, const struct cm_node *member,
                                        const struct cm_node *end);

#endif
