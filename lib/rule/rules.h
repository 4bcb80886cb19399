/* SPDX-License-Identifier: MIT */
/* The compiled rule set.
 *
 *     mappings    [ "Contoso staff" | "contractors" | ... ]      in order of trial
 *                    |
 *     nodes       [ ALL 6 | COND 0 | ANY 3 | COND 1 | COND 2 | ... ]   prefix order; a node is followed
 *                              |                                       by its members, and its size
 *     conditions  [ issuer.CN = .. | subject.O = .. | ... ]            counts them and itself
 *
 *     outputs     [ account | group | attribute | account | ... ]      what a mapping that allows gives
 *
 * The nodes of a mapping stand together, its conditions and outputs too, and a node names its condition
 * relative to the mapping's first. The root of a mapping is an ALL, its first output the account. Text,
 * operands and templates live in the arena. */
#ifndef CM_RULE_RULES_H
#define CM_RULE_RULES_H

#include "field/field.h"
#include "field/list.h"

enum cm_node_kind { CM_NODE_ALL, CM_NODE_ANY, CM_NODE_NOT, CM_NODE_ALWAYS, CM_NODE_CONDITION };

struct cm_node {
    enum cm_node_kind kind;
    uint32_t size;      /* of the subtree, in nodes */
    uint32_t condition; /* CM_NODE_CONDITION: which of the mapping's */
};

struct cm_operand {
    struct certmap_view shown;   /* NFC text, a compiled pattern (glob.h), or bytes */
    struct certmap_view matched; /* the same, or folded; of an address, its octets */
    const struct cm_list *name;  /* of a whole Name; else NULL */
    size_t bits;                 /* of an address: how many have to be the same */
};

struct cm_condition {
    struct cm_path path;
    enum certmap_operator op;
    enum certmap_quantifier quantifier;
    bool nocase;
    size_t count; /* CERTMAP_OP_COUNT */
    const struct cm_operand *operands;
    size_t operand_count;
};

enum cm_output_kind { CM_OUTPUT_ACCOUNT, CM_OUTPUT_DOMAIN, CM_OUTPUT_GROUP, CM_OUTPUT_ATTRIBUTE };

/* A text that a mapping gives. */
struct cm_output {
    enum cm_output_kind kind;
    enum certmap_language language;
    struct certmap_view name;        /* of an ATTRIBUTE */
    struct certmap_view shown;       /* the text; of a template, as it stands between the quotes of a rule */
    const struct cm_template *holes; /* template.h; NULL: no template, shown is the text */
    bool has_domain;                 /* an ACCOUNT whose domain is given apart */
    const uint8_t *separator; /* of domain and user in an ACCOUNT: the \\ or @, in shown or in a literal; or NULL */
};

struct cm_mapping {
    enum certmap_kind kind;
    enum certmap_decision decision;
    struct certmap_view name;    /* texts; data NULL where there is none */
    struct certmap_view account; /* as its output shows it */
    struct certmap_view domain;  /* of an account that is no template, like user */
    struct certmap_view user;
    size_t line;
    size_t column;
    size_t first_node;
    size_t first_condition;
    size_t first_output;
    size_t output_count; /* 0 for one that denies */
    size_t score;        /* score.h; known from certmap_builder_finish on */
};

struct certmap_rules {
    struct certmap_allocator allocator;
    struct cm_meter *meter; /* what the allocator is, where the options of the builder have a limit; else NULL */
    struct cm_arena arena;
    struct cm_mapping *mappings;
    struct cm_node *nodes;
    struct cm_condition *conditions;
    struct cm_output *outputs;
    size_t mapping_count;
    size_t largest_mapping; /* most nodes in one */
    unsigned needs;
    enum certmap_policy policy;
    bool disabled;
};

#endif
