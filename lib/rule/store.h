/* SPDX-License-Identifier: MIT */
/* Reading a compiled rule set.
 *
 * Numbers have seven bits a byte, the lowest first, and all but the last one have the high bit:
 *
 *     string      length, bytes, NUL
 *     account     offset of the separator of domain and user + 1, or 0; if there is one, where in prefixes the part before
 *                 it is kept apart, + 1, or 0; string
 *     operand     length * 2, or that + 1 if it is matched otherwise than it is shown; bytes, NUL;
 *                 then what is matched, as a string; of an address also how many bits. Of a certificate what is
 *                 matched is in it: its TBSCertificate
 *     whole Name  its number in names; a pattern over it is an operand
 *
 * Between the number of operands and the first of them is the set of them, where they are many (operand_set.h). */
#ifndef CM_RULE_STORE_H
#define CM_RULE_STORE_H

#include "base/assert.h"
#include "base/hash.h"
#include "field/tbs.h"
#include "rule/rules.h"

/* ---- text ---- */

static inline uint32_t cm_store_number(const uint8_t **at) {
    uint32_t number = 0;
    unsigned shift = 0;
    if (**at < 0x80) /* mostly */
        return *(*at)++;
    for (; **at >= 0x80; shift += 7) /* at most four */
        number |= (uint32_t)(*(*at)++ & 0x7F) << shift;
    CM_ASSERT(shift < 32);
    return number | (uint32_t) * (*at)++ << shift;
}

/* Most bytes of a number. */
#define CM_MAX_NUMBER_SIZE 5

/* How many it has. */
static inline size_t cm_store_number_size(uint32_t number) {
    size_t size = 1;
    for (; number >= 0x80; number >>= 7)
        size++;
    return size;
}

/* Writes a number; returns where it ends. */
static inline uint8_t *cm_store_put_number(uint8_t *to, uint32_t number) {
    for (; number >= 0x80; number >>= 7)
        *to++ = (uint8_t)(number | 0x80);
    *to++ = (uint8_t)number;
    return to;
}

/* As many bytes, which have a NUL after them. */
static inline struct certmap_view cm_store_bytes(const uint8_t **at, uint32_t len) {
    const struct certmap_view bytes = {*at, len};
    *at += len + 1;
    return bytes;
}

static inline struct certmap_view cm_store_string(const uint8_t **at) {
    const uint32_t len = cm_store_number(at);
    return cm_store_bytes(at, len);
}

/* Passes over a string. */
static inline void cm_store_skip(const uint8_t **at) {
    const uint32_t len = cm_store_number(at);
    *at += len + 1;
}

/* ---- nodes ---- */

/* How many nodes a subtree has. */
static inline uint32_t cm_node_size(const struct cm_node *node) {
    return node->kind <= CM_NODE_NOT ? node->value : 1;
}

/* ---- conditions ---- */

/* Octets of one slot of a set, and of the lengths of networks (operand_set.h). */
#define CM_OPERAND_SLOT_SIZE 8
#define CM_NETWORK_LENGTHS_SIZE 24

/* What comes after a set. */
static inline const uint8_t *cm_store_after_set(const uint8_t *set, const struct cm_path *path) {
    uint32_t slots;
    memcpy(&slots, set, sizeof slots);
    set += sizeof slots + (path->kind == CM_TEXT_IP ? CM_NETWORK_LENGTHS_SIZE : 0);
    return set + (size_t)slots * CM_OPERAND_SLOT_SIZE;
}

/* A condition as it is used. */
struct cm_condition {
    const struct cm_operand *names; /* the rules' */
    const struct cm_path *path;
    enum certmap_operator op;
    enum certmap_quantifier quantifier;
    bool nocase;
    bool exact;
    size_t count; /* CERTMAP_OP_COUNT, CERTMAP_AT_VALUE */
    size_t operand_count;
    const uint8_t *operands;
    const uint8_t *set; /* of many operands (operand_set.h); NULL: there is none */
    uint64_t seed;      /* of the set */
};

static inline bool cm_op_has_operands(enum certmap_operator op) {
    return op == CERTMAP_OP_EQUAL || op == CERTMAP_OP_LIKE || op == CERTMAP_OP_UNDER || op == CERTMAP_OP_MATCHES;
}

/* Fills in all but set, member by member: what is copied as a whole right after its parts were written has to wait for them.
 * count is that of its operands, or its number. The position of CERTMAP_AT_VALUE is in front of the operands. */
static inline void cm_condition_fill(struct cm_condition *condition, const struct certmap_rules *rules,
                                     const struct cm_stored_condition *stored, uint32_t count,
                                     const uint8_t *operands) {
    const enum certmap_operator op = (enum certmap_operator)stored->op;
    const uint32_t position = stored->quantifier == CERTMAP_AT_VALUE ? cm_store_number(&operands) : 0;
    condition->names = rules->names;
    condition->path = &rules->paths[stored->path];
    condition->op = op;
    condition->quantifier = (enum certmap_quantifier)stored->quantifier;
    condition->nocase = stored->nocase;
    condition->exact = stored->exact;
    condition->count = cm_op_has_operands(op) ? position : count;
    condition->operand_count = cm_op_has_operands(op) ? count : 0;
    condition->operands = operands;
    condition->seed = rules->seed;
}

/* The same, without a set. */
static inline struct cm_condition cm_condition_of(const struct certmap_rules *rules,
                                                  const struct cm_stored_condition *stored, uint32_t count,
                                                  const uint8_t *operands) {
    struct cm_condition condition;
    cm_condition_fill(&condition, rules, stored, count, operands);
    condition.set = NULL;
    return condition;
}

/* Fewer operands are compared one by one: that takes no longer than a hash. */
#define CM_MIN_OPERAND_SET 8

/* Whether a condition that is stored has a set, though perhaps one without slots. */
static inline bool cm_condition_may_have_set(const struct cm_condition *condition) {
    return condition->operand_count >= CM_MIN_OPERAND_SET && condition->op == CERTMAP_OP_EQUAL;
}

/* What is at an offset. */
static inline void *cm_store_at(const struct certmap_rules *rules, uint32_t offset) {
    return (void *)(rules->blocks[offset >> CM_BLOCK_BITS] + (uintptr_t)offset * CM_OFFSET_UNIT);
}

static inline const struct cm_stored_condition *cm_stored_at(const struct certmap_rules *rules, uint32_t offset) {
    return (const struct cm_stored_condition *)cm_store_at(rules, offset);
}

static inline void cm_condition_read(struct cm_condition *condition, const struct certmap_rules *rules,
                                     uint32_t offset) {
    const struct cm_stored_condition *stored = cm_stored_at(rules, offset);
    const uint8_t *at = (const uint8_t *)(stored + 1);
    const uint32_t count = stored->plain ? 1 : cm_store_number(&at);
    const bool set = stored->op == CERTMAP_OP_EQUAL && count >= CM_MIN_OPERAND_SET;
    const uint8_t *operands = set ? cm_store_after_set(at, &rules->paths[stored->path]) : at;
    cm_condition_fill(condition, rules, stored, count, operands);
    CM_ASSERT(set == cm_condition_may_have_set(condition));
    condition->set = set ? at : NULL;
}

static inline struct cm_condition cm_condition_at(const struct certmap_rules *rules, uint32_t offset) {
    struct cm_condition condition;
    cm_condition_read(&condition, rules, offset);
    return condition;
}

/* Goes through the operands of a condition. */
struct cm_operands {
    const struct cm_condition *condition;
    const uint8_t *next;
    size_t left;
};

static inline struct cm_operands cm_operands_of(const struct cm_condition *condition) {
    return (struct cm_operands){condition, condition->operands, condition->operand_count};
}

/* Takes the next one; false when there is none. */
static inline bool cm_operands_next(struct cm_operands *operands, struct cm_operand *operand) {
    const struct cm_condition *condition = operands->condition;
    if (operands->left == 0)
        return false;
    operands->left--;
    const uint32_t first = cm_store_number(&operands->next);
    if (condition->path->kind == CM_TEXT_NAME && condition->op != CERTMAP_OP_LIKE) {
        *operand = condition->names[first];
        return true;
    }
    operand->shown = operand->matched = cm_store_bytes(&operands->next, first >> 1);
    operand->name = NULL;
    operand->bits = 0;
    if ((first & 1) != 0)
        operand->matched = condition->path->field == CERTMAP_FIELD_CERTIFICATE ? cm_tbs_in(operand->shown)
                                                                               : cm_store_string(&operands->next);
    if (condition->path->kind == CM_TEXT_IP)
        operand->bits = cm_store_number(&operands->next);
    return true;
}

/* The same of whole Names that are no patterns, without a copy; NULL: there is none. */
static inline const struct cm_operand *cm_operands_next_name(struct cm_operands *operands) {
    if (operands->left == 0)
        return NULL;
    operands->left--;
    return &operands->condition->names[cm_store_number(&operands->next)];
}

/* Of a comparison with certificates: whether it is one. */
static inline bool cm_operand_has_tbs(const struct cm_operand *operand) {
    return operand->matched.data != operand->shown.data;
}

/* The first one, which is there. */
static inline struct cm_operand cm_operand_first(const struct cm_condition *condition) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand = {.bits = 0};
    (void)cm_operands_next(&operands, &operand);
    return operand;
}

/* ---- mappings ---- */

static inline const struct cm_mapping *cm_mapping_in(const struct certmap_rules *rules, uint32_t offset) {
    return (const struct cm_mapping *)cm_store_at(rules, offset);
}

static inline const struct cm_mapping *cm_mapping_at(const struct certmap_rules *rules, size_t index) {
    CM_ASSERT(index < rules->mapping_count);
    return cm_mapping_in(rules, rules->offsets[index]);
}

static inline enum certmap_decision cm_mapping_decision(const struct cm_mapping *mapping) {
    return mapping->allow ? CERTMAP_ALLOW : CERTMAP_DENY;
}

/* What comes after its nodes. */
static inline const uint8_t *cm_mapping_texts(const struct cm_mapping *mapping) {
    return (const uint8_t *)(mapping->nodes + mapping->nodes->value);
}

/* Its name; data NULL where it has none. */
static inline struct certmap_view cm_mapping_name(const struct cm_mapping *mapping) {
    const uint8_t *at = cm_mapping_texts(mapping);
    return mapping->named ? cm_store_string(&at) : (struct certmap_view){NULL, 0};
}

/* The account of a mapping that is plain. */
struct cm_plain_account {
    struct certmap_view text;
    struct certmap_view prefix; /* what is before the separator, if it is kept apart; else data NULL */
    uint32_t separator;         /* its offset + 1; 0: none */
};

/* at is where it is. */
static inline struct cm_plain_account cm_plain_account_at(const uint8_t *prefixes, const uint8_t *at) {
    struct cm_plain_account account = {.separator = cm_store_number(&at)};
    const uint32_t prefix = account.separator > 0 ? cm_store_number(&at) : 0;
    account.text = cm_store_string(&at);
    if (prefix > 0) {
        at = prefixes + (prefix - 1);
        account.prefix = cm_store_string(&at);
    }
    return account;
}

/* How many bytes it has. */
static inline size_t cm_plain_account_size(const uint8_t *at) {
    const uint8_t *next = at;
    if (cm_store_number(&next) > 0)
        (void)cm_store_number(&next);
    cm_store_skip(&next);
    return (size_t)(next - at);
}

/* The same as an output. */
struct cm_output cm_plain_output(const struct cm_plain_account *account);
/* How many texts it gives, and the index-th of them; the first is the account. The result may be room. */
size_t cm_mapping_outputs(const struct certmap_rules *rules, const struct cm_mapping *mapping);
const struct cm_output *cm_mapping_output(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                                          size_t index, struct cm_output *room);

#endif
