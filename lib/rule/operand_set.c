/* SPDX-License-Identifier: MIT */
#include "rule/operand_set.h"
#include "field/compare.h"

/* ---- hashes ---- */

uint64_t cm_operand_hash_network(uint64_t seed, struct certmap_view octets, size_t bits) {
    uint8_t masked[CM_MAX_ADDRESS] = {0};
    const size_t whole = bits / 8, rest = bits % 8;
    CM_ASSERT(octets.len <= sizeof masked && bits <= 8 * octets.len);
    if (whole > 0)
        memcpy(masked, octets.data, whole);
    if (rest > 0)
        masked[whole] = (uint8_t)(octets.data[whole] & (0xFF00u >> rest));
    return cm_hash_mix(cm_hash_bytes(masked, octets.len, cm_hash_mix(seed ^ bits)));
}

static uint64_t hash_operand(const struct cm_condition *condition, const struct cm_operand *operand) {
    if (operand->name != NULL)
        return cm_name_hash(operand->name, operand->name->rdn_count, condition->seed);
    if (condition->path->kind == CM_TEXT_IP)
        return cm_operand_hash_network(condition->seed, operand->matched, operand->bits);
    return cm_operand_hash_text(condition->seed, operand->matched);
}

/* ---- whether there is a set, and how large ---- */

/* Whether all of a Name can be read: only then does its hash tell which others are the same. */
static bool is_readable(const struct cm_operand *operand) {
    bool readable = true;
    for (size_t i = 0; operand->name != NULL && i < operand->name->count && readable; i++)
        readable = operand->name->values[i].unreadable == CERTMAP_CODE_NONE;
    return readable;
}

static size_t count_slots(const struct cm_condition *condition) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    bool readable = true;
    while (readable && cm_operands_next(&operands, &operand))
        readable = is_readable(&operand);
    return readable ? CM_SLOTS_AN_OPERAND * condition->operand_count : 0;
}

static size_t head_size(const struct cm_condition *condition) {
    return sizeof(uint32_t) + (condition->path->kind == CM_TEXT_IP ? CM_LENGTH_WORDS * sizeof(uint64_t) : 0);
}

uint64_t cm_operand_set_size(const struct cm_condition *condition) {
    if (!cm_condition_may_have_set(condition))
        return 0;
    return head_size(condition) + (uint64_t)count_slots(condition) * sizeof(struct cm_operand_slot);
}

/* ---- making one ---- */

/* A set that is being written. */
struct writing {
    uint8_t *table;
    uint32_t slots;
    uint64_t lengths[CM_LENGTH_WORDS];
};

/* Files an operand; one that is there already, or is longer in coming, has a slot of its own. There are more slots than
 * operands, so that this ends. */
static void file(struct writing *writing, uint64_t hash, uint32_t offset) {
    const struct cm_operand_slot slot = {offset + 1, cm_operand_tag(hash)};
    uint32_t at = cm_operand_slot_of(hash, writing->slots);
    while (cm_operand_slot_at(writing->table, at).operand != 0)
        at = at + 1 < writing->slots ? at + 1 : 0;
    memcpy(writing->table + (size_t)at * sizeof slot, &slot, sizeof slot);
}

static void note_length(struct writing *writing, const struct cm_operand *operand) {
    const size_t length = cm_network_length(operand->matched.len, operand->bits);
    CM_ASSERT(length < CM_NETWORK_LENGTHS);
    writing->lengths[length / 64] |= (uint64_t)1 << length % 64;
}

void cm_operand_set_write(uint8_t *to, const struct cm_condition *condition) {
    const uint32_t slots = (uint32_t)count_slots(condition);
    const bool networks = condition->path->kind == CM_TEXT_IP;
    struct writing writing = {to + head_size(condition), slots, {0}};
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand;
    memcpy(to, &slots, sizeof slots);
    memset(writing.table, 0, (size_t)slots * sizeof(struct cm_operand_slot));
    for (const uint8_t *at = operands.next; slots > 0 && cm_operands_next(&operands, &operand); at = operands.next) {
        file(&writing, hash_operand(condition, &operand), (uint32_t)(at - condition->operands));
        if (networks)
            note_length(&writing, &operand);
    }
    if (networks)
        memcpy(to + sizeof slots, writing.lengths, sizeof writing.lengths);
}
