/* SPDX-License-Identifier: MIT */
/* A rule set while it is being built: everything in arrays of its own that grow.
 *
 *     mappings    [ name | nodes | outputs | line ... ]                    in order of trial
 *     nodes       [ ALL 6 | CONDITION 0 | ANY 3 | CONDITION 7 | ... ]      as in rules.h, but the value of a CONDITION is
 *                                                                          its number
 *     conditions  [ path, operator | count | operands ]                    each once
 *     text        [ "Contoso staff" | "CONTOSO\portal" | operands | ... ]  what the others point at
 *
 * Paths, Names, prefixes and outputs are those of the rules already. layout.h makes the store of the rest. */
#ifndef CM_RULE_DRAFT_H
#define CM_RULE_DRAFT_H

#include "rule/store.h"

/* No text. */
#define CM_TEXT_NONE UINT32_MAX

/* The largest column that is kept. */
#define CM_MAX_COLUMN ((1u << 27) - 1)

struct cm_draft_mapping {
    uint32_t name;    /* in text, or CM_TEXT_NONE */
    uint32_t nodes;   /* its root */
    uint32_t outputs; /* plain: where the account is in text; else its first output, the account */
    uint32_t line;
    uint32_t column : 26;
    uint32_t kind : 2;
    uint32_t allow : 1;
    uint32_t plain : 1;
};

struct cm_draft_condition {
    struct cm_stored_condition stored;
    uint32_t count;    /* of operands; of a COUNT: the number */
    uint32_t operands; /* where the first one is in text */
    uint32_t len;      /* of all of them, in bytes */
};

struct cm_draft {
    struct certmap_rules *rules; /* what becomes the result; NULL: nothing begun */
    struct cm_draft_mapping *mappings;
    struct cm_node *nodes;
    struct cm_draft_condition *conditions;
    uint8_t *text;
    size_t mapping_cap;
    size_t node_count, node_cap;
    size_t condition_count, condition_cap;
    size_t text_len, text_cap;
};

static inline const struct cm_node *cm_draft_root(const struct cm_draft *draft, size_t mapping) {
    return &draft->nodes[draft->mappings[mapping].nodes];
}

static inline struct cm_condition cm_draft_condition_at(const struct cm_draft *draft, uint32_t number) {
    const struct cm_draft_condition *condition = &draft->conditions[number];
    const uint8_t *operands = condition->len > 0 ? draft->text + condition->operands : NULL;
    return cm_condition_of(draft->rules, &condition->stored, condition->count, operands);
}

/* Its name; data NULL where it has none. */
static inline struct certmap_view cm_draft_name(const struct cm_draft *draft, size_t mapping) {
    const uint8_t *at = draft->text + draft->mappings[mapping].name;
    if (draft->mappings[mapping].name == CM_TEXT_NONE)
        return (struct certmap_view){NULL, 0};
    return cm_store_string(&at);
}

/* Frees what is the draft's own. */
void cm_draft_free(struct cm_draft *draft);

#endif
