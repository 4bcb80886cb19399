/* SPDX-License-Identifier: MIT */
#include "match/operand_lookup.h"
#include "base/steps.h"
#include "field/compare.h"
#include "match/leaf.h"
#include "match/piece_filter.h"

/* Each loop over slots takes a step for each of them, and what comparing takes where the tag is the same. */

/* What is being looked for in a set. */
struct looking {
    const struct cm_condition *condition;
    const uint8_t *table;
    uint32_t slots, at, tag;
    uint32_t left; /* slots that were not looked at */
};

static struct looking look_for(const struct cm_condition *condition, uint64_t hash) {
    const uint32_t slots = cm_operand_set_slots(condition);
    return (struct looking){.condition = condition,
                            .table = cm_operand_set_table(condition),
                            .slots = slots,
                            .at = cm_operand_slot_of(hash, slots),
                            .tag = cm_operand_tag(hash),
                            .left = slots};
}

/* The next operand that may be the one; false: there is none, or the steps ran out. */
static bool look_further(struct looking *looking, struct cm_operand *operand, size_t *steps) {
    while (looking->left > 0 && cm_steps_take(steps, 1)) {
        const struct cm_operand_slot slot = cm_operand_slot_at(looking->table, looking->at);
        looking->at = looking->at + 1 < looking->slots ? looking->at + 1 : 0;
        looking->left--;
        if (slot.operand == 0)
            return false;
        if (slot.tag != looking->tag)
            continue;
        cm_operand_at(looking->condition, slot.operand - 1, operand);
        return true;
    }
    return false;
}

static enum certmap_truth answer(bool found, const size_t *steps) {
    if (*steps == 0)
        return CERTMAP_UNKNOWN;
    return found ? CERTMAP_TRUE : CERTMAP_FALSE;
}

/* ---- texts ---- */

/* Takes the steps for it; false: there are not enough. */
static bool hash_text(uint64_t *hash, uint64_t seed, struct certmap_view text, struct cm_hashed *hashed,
                      size_t *steps) {
    const bool is_long = text.len >= CM_LONG_VALUE;
    const bool known = is_long && hashed->text.data == text.data && hashed->text.len == text.len;
    if (!cm_steps_take(steps, known ? 1 : 1 + text.len / CM_BYTES_A_STEP))
        return false;
    *hash = known ? hashed->hash : cm_operand_hash_text(seed, text);
    if (is_long)
        *hashed = (struct cm_hashed){text, *hash};
    return true;
}

static enum certmap_truth has_text(const struct cm_condition *condition, const struct cm_value *value,
                                   struct cm_hashed *hashed, size_t *steps) {
    const struct certmap_view text = condition->nocase ? value->text.folded : value->text.nfc;
    struct cm_operand operand;
    uint64_t hash;
    bool found = false;
    if (!hash_text(&hash, condition->seed, text, hashed, steps))
        return CERTMAP_UNKNOWN;
    struct looking looking = look_for(condition, hash);
    while (!found && look_further(&looking, &operand, steps))
        found = cm_leaf_compare(CERTMAP_OP_EQUAL, condition->nocase, operand.matched, value, 0, steps) == CERTMAP_TRUE;
    return answer(found, steps);
}

/* ---- Names ---- */

/* Hashing a Name goes through its bytes one by one, where a step is for a few. */
#define NAME_BYTES_A_STEP 4

static enum certmap_truth has_name(const struct cm_condition *condition, const struct cm_value *value, size_t *steps) {
    struct cm_operand operand;
    bool found = false;
    if (!cm_steps_take(steps, 1 + value->der.len / NAME_BYTES_A_STEP))
        return CERTMAP_UNKNOWN;
    struct looking looking = look_for(condition, cm_name_hash(value->avas, value->avas->rdn_count, condition->seed));
    while (!found && look_further(&looking, &operand, steps))
        found = cm_name_equal(value->avas, operand.name, condition->exact, steps) == CERTMAP_TRUE;
    return answer(found, steps);
}

/* ---- networks ---- */

/* A network is hashed, which takes as long as looking at some slots. */
enum { STEPS_TO_HASH = 2 };

/* Of one length. */
static bool has_network_of(const struct cm_condition *condition, struct certmap_view octets, size_t bits,
                           size_t *steps) {
    struct looking looking = look_for(condition, cm_operand_hash_network(condition->seed, octets, bits));
    struct cm_operand operand;
    bool found = false;
    (void)cm_steps_take(steps, STEPS_TO_HASH);
    while (!found && look_further(&looking, &operand, steps))
        found = operand.bits == bits && operand.matched.len == octets.len &&
                cm_leaf_in_network(octets, operand.matched, bits);
    return found;
}

/* The octets are in the GeneralName after a tag and a length of one octet each. Steps for each length that a network has, of
 * 129 at most. */
static enum certmap_truth has_address(const struct cm_condition *condition, const struct cm_value *value,
                                      size_t *steps) {
    CM_ASSERT(value->der.len > 2);
    const struct certmap_view octets = {value->der.data + 2, value->der.len - 2};
    bool found = false;
    if (!cm_steps_take(steps, 1))
        return CERTMAP_UNKNOWN;
    if (octets.len != 4 && octets.len != CM_MAX_ADDRESS)
        return answer(false, steps);
    const size_t none = cm_network_length(octets.len, 0), end = none + 8 * octets.len + 1;
    for (size_t at = cm_operand_set_length(condition, none, end); at < end && !found && *steps > 0;
         at = cm_operand_set_length(condition, at + 1, end))
        found = has_network_of(condition, octets, at - none, steps);
    return answer(found, steps);
}

/* ---- all of them ---- */

bool cm_operand_set_knows(const struct cm_condition *condition, const struct cm_value *value, size_t *steps) {
    bool knows = cm_operand_set_slots(condition) > 0 && value->unreadable == CERTMAP_CODE_NONE;
    if (!knows || condition->path->kind != CM_TEXT_NAME)
        return knows;
    for (size_t i = 0; i < value->avas->count && knows; i++)
        knows = cm_steps_take(steps, 1) && value->avas->values[i].unreadable == CERTMAP_CODE_NONE;
    return knows;
}

enum certmap_truth cm_operand_set_has(const struct cm_condition *condition, const struct cm_value *value,
                                      struct cm_hashed *hashed, size_t *steps) {
    if (condition->path->kind == CM_TEXT_NAME)
        return has_name(condition, value, steps);
    if (condition->path->kind == CM_TEXT_IP)
        return has_address(condition, value, steps);
    return has_text(condition, value, hashed, steps);
}

/* Bytes that are no certificate equal no part of one. */
enum certmap_truth cm_operand_set_has_certificate(const struct cm_condition *condition, const struct certmap_peer *peer,
                                                  size_t *steps) {
    const struct certmap_view certificate = peer->certificate;
    struct cm_operand operand;
    bool found = false;
    if (!cm_steps_take(steps, 1 + certificate.len / CM_BYTES_A_STEP))
        return CERTMAP_UNKNOWN;
    struct looking looking = look_for(condition, cm_operand_hash_text(condition->seed, certificate));
    while (!found && look_further(&looking, &operand, steps))
        found = cm_operand_has_tbs(&operand) == peer->has_tbs &&
                cm_steps_take(steps, cm_steps_to_compare(operand.matched, certificate)) &&
                cm_view_equal(operand.matched, certificate);
    return answer(found, steps);
}
