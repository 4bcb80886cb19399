/* SPDX-License-Identifier: MIT */
/* The index of a rule set: which mappings can be true, or unknown, for a certificate at all.
 *
 * A mapping is filed under keys, of which the certificate has to have one if the mapping is to be true: an exact
 * value, the first or last bytes of one, a few bytes inside. The rarest that its expression allows are chosen.
 * One hash look-up tests a key.
 *
 *     nodes    [ 0: the root | 1 | 2 | ... ]      what to look up: probes; and `rest`, mappings without a key
 *     probes   [ subject.CN exact | subject.CN last 12 bytes | subject.CN any 8 bytes | ... ]
 *     slots    [ key -> mapping | key -> list | free | key -> node 1 | ... ]      in the order of keys
 *     lists    [ count 2: 5 9 | count 3: 1 4 8 | ... ]                 mappings, in order of trial; of CM_MIN_GUARDED or
 *                                                                      more, then guards: how many, and where
 *     bloom    one word for about eight keys: most look-ups end here
 *     rows     [ subject.CN: all mappings | san.dns: list ]   whose keys are about these values
 *     grams    [ bytes of subject.CN any 8 bytes | ... ]      few places of a value have one where a piece has it
 *
 * A slot has the offset of a mapping in the store (rules.h): who finds a key has what is to be evaluated at once. Lists and
 * nodes have the indices of mappings.
 *
 * A large rule set is in no cache, and who waits for the slot of a key first, and then for its mapping, waits twice. So the
 * mappings of slots lie in the store in the order of their keys, a little apart, each at its home or soon after it: that
 * is as far into them as the key is into all keys. What is there is fetched while the slot is.
 *
 * Where many mappings share their rarest key, it leads to a node, in which they are filed again under the next
 * one. All nodes use the same slots: the number of the node is part of the key.
 *
 *     root -- subject.O = "Contoso" --> node 1 -- subject.OU = "Sales" --> mapping 4
 *
 * A guard is a condition that all mappings of a long list have, as a member of the root or as its NOT: where it is in the
 * nodes of the first of them.
 *
 * Keys are 32 bits of a hash. Two that are the same by chance, or because somebody chose them so, share a slot or
 * are side by side: every mapping that is found is evaluated, so that this costs time and changes no answer.
 *
 * A mapping can also be unknown, when values of a row cannot be read or are not known: then all that have
 * keys about that row are looked at. All of it is one block of memory. */
#ifndef CM_INDEX_INDEX_H
#define CM_INDEX_INDEX_H

#include "base/progress.h"
#include "rule/layout.h"

/* What of a value a key is made of. */
enum cm_key_text {
    CM_KEY_NFC,
    CM_KEY_FOLDED,
    CM_KEY_OCTETS, /* of an address */
    CM_KEY_NAME,   /* a whole Name; its length counts RDNs */
    CM_KEY_BYTES   /* the whole certificate */
};

enum cm_key_shape { CM_KEY_EXACT, CM_KEY_PREFIX, CM_KEY_SUFFIX, CM_KEY_GRAM };

/* A kind of keys that are to be looked up. */
struct cm_probe {
    uint8_t list, row; /* the values' (field.h) */
    uint8_t text;      /* enum cm_key_text */
    uint8_t shape;     /* enum cm_key_shape */
    uint16_t length;   /* in bytes, of all but EXACT */
    uint8_t typed;     /* 1: the chain has values of several types, and the type is part of the key */
    uint8_t grams;     /* in an index, of GRAM: which of the cm_gram_bytes */
    uint64_t seed;     /* in an index: where the hashes of its keys begin (key.h) */
};

/* Longest piece that keys are made of. */
#define CM_MAX_GRAM 8

/* Which bytes the keys of a probe of the shape GRAM have, and where: bit i is set where one has the byte at place i. What
 * differs somewhere has no key. */
struct cm_gram_bytes {
    uint8_t places[UINT8_MAX + 1];
};

enum cm_target_kind { CM_TARGET_MAPPING, CM_TARGET_LIST, CM_TARGET_NODE, CM_TARGET_FREE };

/* One that is free has the last key, so that it ends the search for any. */
#define CM_SLOT_FREE ((struct cm_slot){UINT32_MAX, CM_TARGET_FREE, 0})

struct cm_slot {
    uint32_t key;
    uint32_t kind : 2;
    uint32_t at : 30; /* the offset of the mapping, before it is placed its index; the list, the node */
};

/* The largest offset, list or node that a slot can name. */
#define CM_MAX_SLOT_TARGET 0x3FFFFFFFu

/* No list. */
#define CM_INDEX_NONE UINT32_MAX

struct cm_index_node {
    uint32_t first_probe;
    uint32_t probe_count;
    uint32_t least; /* the first mapping in it */
    uint32_t rest;  /* a list, or CM_INDEX_NONE */
};

/* The values of a row of a list (field/list.h), such as those of subject.CN. */
struct cm_index_row {
    uint32_t list, row;
    uint32_t members; /* a list; CM_INDEX_NONE: too many to be listed, all mappings */
};

struct cm_index {
    uint64_t seed;
    uint32_t range; /* keys are spread over so many slots; a few more follow, the last one free */
    uint32_t bloom_range;
    uint32_t home_begin, home_size; /* offsets that keys are spread over; size 0: no mapping has a home */
    uint32_t row_count;
    uint32_t slot_count, node_count;
    uint64_t lists_used; /* a bit for each list that a row is in */
    const uint64_t *bloom;
    struct cm_slot *slots;
    const struct cm_index_node *nodes;
    const struct cm_probe *probes;
    const struct cm_index_row *rows;
    const uint32_t *lists;
    const struct cm_gram_bytes *grams;
};

/* Makes the index of a draft that is complete. *index is one block from the rules' allocator. seed is that
 * of all hashes: who writes rules must not know it, or could choose keys that collide; that costs time and changes no
 * answer. Takes time that grows as n log n with what the rules hold. Errors: MEMORY, CANCELLED. */
enum certmap_status cm_index_build(struct cm_index **index, const struct cm_draft *draft, uint64_t seed,
                                   struct cm_progress *progress, struct certmap_diagnostic *err);
/* Finds the order in which mappings are to lie in the store; draft is that of the index. Errors: MEMORY. */
enum certmap_status cm_index_order(struct cm_layout_order *order, const struct cm_index *index,
                                   const struct cm_draft *draft, struct certmap_diagnostic *err);
void cm_index_order_free(struct cm_layout_order *order, const struct certmap_allocator *allocator);
/* Tells the index where mappings lie; home_begin is the first offset of them. It may be searched after that. */
void cm_index_place(struct cm_index *index, uint32_t home_size, const uint32_t *offsets, uint32_t home_begin);

#endif
