/* SPDX-License-Identifier: MIT */
/* The operands of a condition as a hash set, where there are many of them: `in` with 60,000 texts takes as long as with
 * ten. It is in the store, between the number of the operands and the first of them:
 *
 *     head     how many slots follow; 0: none, operands are looked at one by one
 *     lengths  of networks only: a bit for each length that one of them has (cm_network_length)
 *     slots    [ operand 3 | free | operand 1 | operand 2 | free ... ]     by the hash of what is matched
 *
 * Nothing of it is aligned, so that all of it is copied before it is read. The numbers are those of the machine: a store
 * never leaves it. Rules that are made to collide take time, and steps for it: each slot that is looked at takes one. */
#ifndef CM_RULE_OPERAND_SET_H
#define CM_RULE_OPERAND_SET_H

#include "rule/store.h"

/* A slot: where an operand is, counted in bytes from the first one, + 1, or 0 if it is free; and more of the hash, so that
 * hardly any operand is compared in vain. */
struct cm_operand_slot {
    uint32_t operand;
    uint32_t tag;
};

/* Slots for each operand: at most half of them are taken, so that mostly one or two are looked at. */
#define CM_SLOTS_AN_OPERAND 2

/* Lengths that networks of IPv4 and of IPv6 can have. */
#define CM_NETWORK_LENGTHS (32 + 1 + 128 + 1)
#define CM_LENGTH_WORDS ((CM_NETWORK_LENGTHS + 63) / 64)

/* Octets of an address of IPv6, and the most that an address has. */
#define CM_MAX_ADDRESS 16

_Static_assert(sizeof(struct cm_operand_slot) == CM_OPERAND_SLOT_SIZE, "store.h passes over slots");
_Static_assert(CM_LENGTH_WORDS * sizeof(uint64_t) == CM_NETWORK_LENGTHS_SIZE, "store.h passes over lengths");

/* Which of the lengths a network has; octets is how many its addresses have. */
static inline size_t cm_network_length(size_t octets, size_t bits) {
    return octets == CM_MAX_ADDRESS ? 32 + 1 + bits : bits;
}

/* Bytes of a set that has been planned for the condition, which is a draft's, or 0 where it has none. Linear in the
 * operands. */
uint64_t cm_operand_set_size(const struct cm_condition *condition);
/* Writes the set of so many bytes. */
void cm_operand_set_write(uint8_t *to, const struct cm_condition *condition);

/* ---- asking ---- */

static inline uint32_t cm_operand_set_slots(const struct cm_condition *condition) {
    uint32_t slots = 0;
    if (condition->set != NULL)
        memcpy(&slots, condition->set, sizeof slots);
    return slots;
}

/* The first length from this one on, and before the end, that one of the networks has; else the end. Goes over those that
 * none has eight at a time, and over words: about twenty steps for all of IPv6. */
static inline size_t cm_operand_set_length(const struct cm_condition *condition, size_t length, size_t end) {
    while (length < end) {
        uint64_t word;
        CM_ASSERT(length < CM_NETWORK_LENGTHS);
        memcpy(&word, condition->set + sizeof(uint32_t) + length / 64 * sizeof word, sizeof word);
        word >>= length % 64;
        if ((word & 1) != 0)
            return length;
        if (word == 0)
            length = (length / 64 + 1) * 64;
        else
            length += (word & 0xFF) == 0 ? 8 : 1;
    }
    return end;
}

static inline const uint8_t *cm_operand_set_table(const struct cm_condition *condition) {
    const bool networks = condition->path->kind == CM_TEXT_IP;
    return condition->set + sizeof(uint32_t) + (networks ? CM_LENGTH_WORDS * sizeof(uint64_t) : 0);
}

static inline struct cm_operand_slot cm_operand_slot_at(const uint8_t *table, uint32_t at) {
    struct cm_operand_slot slot;
    memcpy(&slot, table + (size_t)at * sizeof slot, sizeof slot);
    return slot;
}

/* Where a hash begins to look. */
static inline uint32_t cm_operand_slot_of(uint64_t hash, uint32_t slots) {
    return (uint32_t)((uint64_t)(uint32_t)hash * slots >> 32);
}

static inline uint32_t cm_operand_tag(uint64_t hash) {
    return (uint32_t)(hash >> 32);
}

static inline uint64_t cm_operand_hash_text(uint64_t seed, struct certmap_view text) {
    return cm_hash_mix(cm_hash_bytes(text.data, text.len, seed));
}

/* Of the first bits of an address, which has at most CM_MAX_ADDRESS octets. */
uint64_t cm_operand_hash_network(uint64_t seed, struct certmap_view octets, size_t bits);

/* The operand that a slot leads to. */
static inline void cm_operand_at(const struct cm_condition *condition, uint32_t offset, struct cm_operand *operand) {
    struct cm_operands one = {condition, condition->operands + offset, 1};
    (void)cm_operands_next(&one, operand);
}

#endif
