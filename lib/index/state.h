/* SPDX-License-Identifier: MIT */
/* The inside of building an index.
 *
 *     build.c    all of it, one after the other
 *     choose.c   the cheapest key of each condition
 *     operand.c  the keys of an operand
 *     cover.c    which conditions a mapping is filed under
 *     node.c     mappings under their keys: nodes, and what a key leads to
 *     grams.c    which bytes pieces have
 *     list.c     lists of mappings, each expression once
 *     guard.c    what all mappings of a list have in common
 *     entries.c  arrays, and sorting
 *     pack.c     the slots, and one block of all
 *     place.c    where mappings are to lie in the store, and where they do */
#ifndef CM_INDEX_STATE_H
#define CM_INDEX_STATE_H

#include "index/cover.h"
#include "index/operand.h"

/* The key of a condition, or no one key. */
struct cm_choice {
    uint64_t hash;
    uint32_t probe; /* number; CM_INDEX_NONE: several operands */
    uint32_t uses;  /* by so many mappings */
};

/* A key that is to be counted. */
struct cm_uses {
    uint64_t hash;
    uint32_t uses;
};

/* A mapping under a key. */
struct cm_entry {
    uint32_t key;
    uint32_t mapping;
};
struct cm_entries {
    struct cm_entry *at;
    size_t count, cap;
};

struct cm_words {
    uint32_t *at;
    size_t count, cap;
};

/* The mappings with keys about a row. */
struct cm_members {
    struct cm_words mappings;
    bool every; /* too many */
};

struct cm_build {
    const struct cm_draft *draft;
    const struct certmap_allocator *allocator;
    struct cm_progress *progress;
    size_t done, total; /* conditions and mappings looked at */
    uint64_t seed;
    uint32_t mapping_count; /* up to the first that is always true, if that decides */
    bool first;             /* the first mapping that is not false decides: one that repeats it never does */
    struct cm_keys keys;
    struct cm_covers covers;
    uint32_t *counters; /* how many mappings have a key; a power of two of them */
    size_t counter_count;
    uint32_t *coarse; /* the same in fewer counters, also a power of two */
    size_t coarse_count;
    struct cm_uses waiting[CM_USES_WAITING];
    size_t waiting_count;
    uint32_t *costs; /* of each condition */
    struct cm_choice *choices;
    struct cm_intern probes;  /* packed */
    struct cm_words stamps;   /* of each probe: the last node that has it, + 1 */
    struct cm_words grams_of; /* of each probe: which of the grams */
    struct cm_gram_bytes *grams;
    size_t gram_count, gram_cap;
    struct cm_words node_probes;
    struct cm_index_node *nodes;
    size_t node_count, node_cap;
    struct cm_slot *slots; /* in no order */
    size_t slot_count, slot_cap;
    struct cm_words lists;
    struct cm_intern rows; /* list and row */
    struct cm_members *members;
    size_t member_count, member_cap;
    size_t entries; /* that the root may still have */
    size_t copies;  /* entries that nodes below the root may still make, so that all stays linear */
    uint64_t looks; /* nodes of expressions that groups may still look at, for the same reason */
};

/* Counts one of the things that are looked at; false: whoever gets the progress says to stop. */
static inline bool cm_build_tick(struct cm_build *build) {
    build->done++;
    return build->progress->fn == NULL || cm_progress_at(build->progress, build->done, build->total);
}

/* ---- choose.c ---- */

/* Chooses a key for each condition, and finds what it costs: choices and costs. False: no memory, or stopped. */
bool cm_choose_keys(struct cm_build *build);
/* The cheapest key of an operand, until the next call; NULL, and *cost CM_COST_NONE, if it has none. number is that of
 * its condition. */
const struct cm_key *cm_choose_key(struct cm_build *build, uint32_t number, const struct cm_condition *condition,
                                   const struct cm_operand *operand, uint32_t *cost);
/* The number of the key's probe. False: no memory. */
bool cm_choose_probe(struct cm_build *build, const struct cm_key *key, uint32_t *number);

/* ---- grams.c ---- */

/* Notes the bytes of a key, if it is a piece. probe is its number; new ones follow one another. False: no memory. */
bool cm_grams_note(struct cm_build *build, uint32_t probe, const struct cm_key *key);

/* ---- entries.c ---- */

/* Sorts by key; what has the same keeps its order. scratch has room for as many. */
void cm_entries_sort(struct cm_entry *entries, struct cm_entry *scratch, size_t count);
bool cm_words_add(struct cm_words *words, uint32_t word, const struct certmap_allocator *allocator);

/* ---- list.c ---- */

/* Whether the expressions of mappings may be looked at once more. */
bool cm_list_may_look(struct cm_build *build, const uint32_t *mappings, size_t count);
/* Leaves out what can never decide, because an earlier mapping with the same expression does. False: no memory. */
bool cm_list_drop_repeated(struct cm_build *build, uint32_t *mappings, size_t *count);
/* Adds a list of mappings as it is. False: no memory. */
bool cm_list_add_all(struct cm_build *build, uint32_t *list, const uint32_t *mappings, size_t count);
/* Adds a list; leaves out, if it can, mappings that repeat earlier ones. */
bool cm_list_add(struct cm_build *build, uint32_t *list, uint32_t *mappings, size_t count);

/* ---- guard.c ---- */

/* Adds to lists the guards of these mappings, of which there are CM_MIN_GUARDED at least; none, if it may not look for them.
 * False: no memory. */
bool cm_guards_add(struct cm_build *build, const uint32_t *mappings, size_t count, bool look);

/* ---- node.c ---- */

/* Files mappings, in order, in a new node at a level: *number. False: no memory. */
bool cm_build_node(struct cm_build *build, uint32_t *number, unsigned level, const uint32_t *mappings, size_t count);

/* ---- pack.c ---- */

/* Makes the index of what was built. */
enum certmap_status cm_build_pack(struct cm_index **index, struct cm_build *build, struct certmap_diagnostic *err);

#endif
