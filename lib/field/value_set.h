/* SPDX-License-Identifier: MIT */
/* The values of a list as a hash set, by row and text, where there are many of them.
 *
 * Rules that compare a certificate of hundreds of values with a text each, in thousands of mappings, would look at every
 * value for every condition. So a list of many values is filed once, when the peer is set: that is linear in the
 * certificate. A match only asks.
 *
 *     slots    [ value 3 + 1 | 0 | value 7 + 1 | value 0 + 1 | 0 ... ]     by the hash of row and text
 *     marks    two bits of a word for each value                          a Bloom filter: most texts are not there
 *
 * Values of the last chain, which are not told apart by their types, have marks for type and text, too; and where all of them
 * have types they are a set by type (type_set.h).
 *
 * Whole Names have marks and slots by their hash (compare.h), of the first form.
 *
 * Whoever makes a certificate chooses its texts. The seed is not known to him, and even who knows it gains nothing:
 * where a value finds no slot within CM_VALUE_SET_PROBES there is no set, and values are looked at one by one, which
 * takes steps. */
#ifndef CM_FIELD_VALUE_SET_H
#define CM_FIELD_VALUE_SET_H

#include "base/hash.h"
#include "base/view.h"
#include "field/list.h"
#include "field/type_set.h"

/* Fewer values in a list are looked at one by one, as an ordinary Name has them, and so are more: a certificate of 100 KB, which
 * is the most that TLS libraries take, has hardly more than 20,000. */
#define CM_VALUE_SET_MIN 16
#define CM_VALUE_SET_MAX 32768
/* Most slots that are looked at for one text. At most half of them are taken, and the places that are tried lie further and
 * further apart: by chance so many are taken once in 2^64. */
#define CM_VALUE_SET_PROBES 64
/* Slots for each word of marks: two values set two bits each in it, or four, so that of a hundred texts that are not there at
 * most two have both of theirs. */
#define CM_SLOTS_A_MARK 4

struct cm_value_slot {
    uint32_t value; /* its index + 1; 0: free */
    uint32_t tag;   /* more of the hash, so that hardly any text is compared in vain */
};

struct cm_value_set {
    uint64_t seed;
    uint32_t mask;                        /* one less than the number of slots of each form, a power of two */
    uint32_t row_count;                   /* rows from here on have no value */
    const struct cm_value_slot *forms[2]; /* by text in NFC, and by folded text */
    const uint64_t *marks[2];             /* of each form: a word for CM_SLOTS_A_MARK slots */
    const bool *unreadable;               /* of each row: one of its values cannot be read */
    const uint32_t *spoiled;              /* the Names that have AVAs that cannot be read */
    size_t spoiled_count;
    bool crowded;                    /* a Name found no slot, and has only marks */
    const struct cm_type_set *types; /* of the last chain; NULL: there is none */
};

/* Makes the set of a list of CM_VALUE_SET_MIN to CM_VALUE_SET_MAX values; other lists, and those whose texts collide too often, have
 * none. False: no memory. */
bool cm_value_set_make(struct cm_list *list, uint64_t seed, struct cm_arena *arena);

/* ---- for value_set.c here, which makes sets, and in lib/rule, which asks them ---- */

static inline struct certmap_view cm_value_set_text(const struct cm_value *value, bool nocase) {
    return nocase ? value->text.folded : value->text.nfc;
}

static inline uint64_t cm_value_set_hash(const struct cm_value_set *set, uint32_t row, struct certmap_view text) {
    return cm_hash_bytes(text.data, text.len, cm_hash_mix(set->seed ^ row));
}

/* Of a type and a text. */
static inline uint64_t cm_value_set_typed_hash(const struct cm_value_set *set, struct certmap_view oid,
                                               struct certmap_view text) {
    return cm_hash_bytes(text.data, text.len, cm_hash_bytes(oid.data, oid.len, set->seed));
}

/* Of a whole Name whose hash this is. */
static inline uint64_t cm_value_set_name_hash(const struct cm_value_set *set, uint32_t row, uint64_t hash) {
    return cm_hash_word(set->seed ^ row, hash);
}

/* The word that has the marks of a hash, and which bits of it they are: other ones than choose the slot. */
static inline size_t cm_value_set_word(const struct cm_value_set *set, uint64_t hash) {
    return (size_t)(hash >> 20) & (set->mask / CM_SLOTS_A_MARK);
}

static inline uint64_t cm_value_set_marks(uint64_t hash) {
    return (uint64_t)1 << (hash >> 58) | (uint64_t)1 << (hash >> 52 & 63);
}

static inline bool cm_value_set_may_have(const struct cm_value_set *set, bool nocase, uint64_t hash) {
    const uint64_t marks = cm_value_set_marks(hash);
    return (set->marks[nocase][cm_value_set_word(set, hash)] & marks) == marks;
}

static inline uint32_t cm_value_set_tag(uint64_t hash) {
    return (uint32_t)(hash >> 32);
}

static inline bool cm_value_set_is(const struct cm_list *list, const struct cm_value_slot *slot, uint32_t row,
                                   bool nocase, struct certmap_view text) {
    const struct cm_value *value = &list->values[slot->value - 1];
    return value->row == row && cm_view_equal(cm_value_set_text(value, nocase), text);
}

#endif
