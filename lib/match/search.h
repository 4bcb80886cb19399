/* SPDX-License-Identifier: MIT */
/* The search in an index for the first mapping that is not false. */
#ifndef CM_MATCH_SEARCH_H
#define CM_MATCH_SEARCH_H

#include "index/index.h"
#include "index/tuning.h"
#include "match/fast_eval.h"

/* The last numbers, each in the slot of its last bits. None is UINT32_MAX. */
struct cm_seen {
    bool any; /* else numbers are not set */
    uint32_t numbers[CM_SEEN];
};

/* The first mappings that are false, a bit for each. */
struct cm_false {
    bool any; /* else bits are not set */
    uint64_t bits[CM_FALSE_KEPT / 64];
};

struct cm_noted {
    const struct cm_mapping *mapping;
    struct cm_hint hint; /* the value that led to it */
};

/* After all places in the order of trial. */
#define CM_NO_PLACE UINT32_MAX

/* Mappings that one walk through the index found, in order of trial, where all of those that hold are asked for. */
struct cm_gathered {
    bool on;            /* else each is evaluated when it is found, and only the first is wanted */
    bool walked;        /* else none was looked for */
    size_t count, next; /* how many there are, and which is evaluated next; where all are taken there may be more */
    struct cm_noted found[CM_MAX_GATHERED];
};

/* One search for one certificate. What most searches use of it is together. */
struct cm_index_search {
    const struct cm_index *index;   /* NULL: mappings are looked at one by one */
    size_t work;                    /* keys and candidates left; when they run out, mappings are looked at one by one */
    uint32_t from;                  /* mappings before it in order of trial are not asked about */
    uint32_t best;                  /* the place in that order of the first one found, or CM_NO_PLACE */
    const struct cm_mapping *found; /* the first one found, if there is one */
    enum certmap_truth truth;       /* what it gave */
    size_t fetch;                   /* how many bytes of a mapping are fetched when it is noted */
    unsigned early;                 /* the homes of so many more keys are fetched at once */
    bool at_once;                   /* mappings are not noted: in this node there is one thing to look up */
    size_t noted_count, waiting_count;
    struct cm_seen tried;  /* mappings that are false: a value may have the key of one at each byte */
    struct cm_seen queued; /* nodes that have waited in this walk */
    struct cm_noted noted[CM_MAX_NOTED];
    struct cm_fast_eval fast;
    uint32_t waiting[CM_MAX_WAITING]; /* nodes that keys lead to */
    struct cm_gathered gathered;
    struct cm_false known_false; /* of those that the index led to, after many */
};

/* It is on the stack of threads that may have 128 KB, and their callers need most of that. */
_Static_assert(sizeof(struct cm_index_search) <= 16 * 1024, "room on the stack");

/* Steps of the match that are left, for whatever. */
size_t cm_index_search_left(const struct cm_index_search *search);

/* *search need not be zeroed. */
void cm_index_search_begin(struct cm_index_search *search, const struct certmap_rules *rules,
                           struct certmap_peer *peer);
/* The same for a search that goes on after the first mapping that is found. */
void cm_index_search_begin_all(struct cm_index_search *search, const struct certmap_rules *rules,
                               struct certmap_peer *peer);
/* Finds the first mapping whose index is `from` or more that is not false, with what it gave in search->truth; NULL: there
 * is none. Allocates nothing, does not recurse. The index has half of the steps of the rules to evaluate with, and a
 * quarter for looking up; what it does not take, and the last quarter, is for looking at mappings one by one, in order
 * of trial. Once those have run out every mapping is unknown. */
const struct cm_mapping *cm_index_search_next(struct cm_index_search *search, size_t from);

#endif
