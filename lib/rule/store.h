/* SPDX-License-Identifier: MIT */
/* Reading a compiled rule set.
 *
 * In text, numbers have seven bits a byte, the lowest first, and all but the last one have the high bit:
 *
 *     string      length, bytes, NUL
 *     account     place of the separator of domain and user + 1, or 0; if there is one, where in text the part before
 *                 it is kept apart, + 1, or 0; string
 *     operand     length * 2, or that + 1 if it is matched otherwise than it is shown; bytes, NUL;
 *                 then what is matched, as a string; of an address also how many bits
 *     whole Name  its number in names */
#ifndef CM_RULE_STORE_H
#define CM_RULE_STORE_H

#include "rule/rules.h"

/* ---- text ---- */

static inline uint32_t cm_store_number(const uint8_t **at) {
    uint32_t number = 0;
    unsigned shift = 0;
    if (**at < 0x80) /* mostly */
        return *(*at)++;
    for (; **at >= 0x80; shift += 7)
        number |= (uint32_t)(*(*at)++ & 0x7F) << shift;
    return number | (uint32_t) * (*at)++ << shift;
}

/* As many bytes, which have a NUL behind them. */
static inline struct certmap_view cm_store_bytes(const uint8_t **at, uint32_t len) {
    const struct certmap_view bytes = {*at, len};
    *at += len + 1;
    return bytes;
}

static inline struct certmap_view cm_store_string(const uint8_t **at) {
    const uint32_t len = cm_store_number(at);
    return cm_store_bytes(at, len);
}

/* ---- nodes ---- */

/* How many nodes a subtree has. */
static inline uint32_t cm_node_size(const struct cm_node *node) {
    return node->kind <= CM_NODE_NOT ? node->value : 1;
}

static inline const struct cm_node *cm_rules_root(const struct certmap_rules *rules, const struct cm_mapping *mapping) {
    return &rules->nodes[mapping->nodes];
}

/* ---- conditions ---- */

/* A condition as it is used. */
struct cm_condition {
    const struct certmap_rules *rules;
    const struct cm_path *path;
    enum certmap_operator op;
    enum certmap_quantifier quantifier;
    bool nocase;
    size_t count; /* CERTMAP_OP_COUNT */
    size_t operand_count;
    const uint8_t *operands;
};

static inline bool cm_op_has_operands(enum certmap_operator op) {
    return op == CERTMAP_OP_EQUAL || op == CERTMAP_OP_LIKE || op == CERTMAP_OP_UNDER;
}

static inline struct cm_condition cm_condition_at(const struct certmap_rules *rules, uint32_t number) {
    const struct cm_stored_condition *stored = &rules->conditions[number];
    const enum certmap_operator op = (enum certmap_operator)stored->op;
    return (struct cm_condition){.rules = rules,
                                 .path = &rules->paths[stored->path],
                                 .op = op,
                                 .quantifier = (enum certmap_quantifier)stored->quantifier,
                                 .nocase = stored->nocase,
                                 .count = cm_op_has_operands(op) ? 0 : stored->count,
                                 .operand_count = cm_op_has_operands(op) ? stored->count : 0,
                                 .operands = rules->text + stored->operands};
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
    if (condition->path->kind == CM_TEXT_NAME) {
        *operand = condition->rules->names[first];
        return true;
    }
    operand->shown = operand->matched = cm_store_bytes(&operands->next, first >> 1);
    operand->name = NULL;
    operand->bits = 0;
    if ((first & 1) != 0)
        operand->matched = cm_store_string(&operands->next);
    if (condition->path->kind == CM_TEXT_IP)
        operand->bits = cm_store_number(&operands->next);
    return true;
}

/* The first one, which is there. */
static inline struct cm_operand cm_operand_first(const struct cm_condition *condition) {
    struct cm_operands operands = cm_operands_of(condition);
    struct cm_operand operand = {.bits = 0};
    (void)cm_operands_next(&operands, &operand);
    return operand;
}

/* ---- mappings ---- */

static inline enum certmap_decision cm_mapping_decision(const struct cm_mapping *mapping) {
    return mapping->allow ? CERTMAP_ALLOW : CERTMAP_DENY;
}

/* The account of a mapping that is plain. */
struct cm_plain_account {
    struct certmap_view text;
    struct certmap_view head; /* what stands before the separator, if it is kept apart; else data NULL */
    uint32_t separator;       /* its place + 1; 0: none */
};

static inline struct cm_plain_account cm_mapping_account(const struct certmap_rules *rules,
                                                         const struct cm_mapping *mapping) {
    const uint8_t *at = rules->text + mapping->outputs;
    struct cm_plain_account account = {.separator = cm_store_number(&at)};
    const uint32_t head = account.separator > 0 ? cm_store_number(&at) : 0;
    account.text = cm_store_string(&at);
    at = rules->text + (head > 0 ? head - 1 : 0);
    if (head > 0)
        account.head = cm_store_string(&at);
    return account;
}

/* Its name; data NULL where it has none. */
struct certmap_view cm_mapping_name(const struct certmap_rules *rules, const struct cm_mapping *mapping);
/* How many texts it gives, and the index-th of them; the first is the account. The result may be room. */
size_t cm_mapping_outputs(const struct certmap_rules *rules, const struct cm_mapping *mapping);
const struct cm_output *cm_mapping_output(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                                          size_t index, struct cm_output *room);

#endif
