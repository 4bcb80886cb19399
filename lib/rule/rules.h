/* SPDX-License-Identifier: MIT */
/* The compiled rule set.
 *
 *     mappings    [ name | nodes | outputs | line ... ]                    20 bytes each, in order of trial
 *     nodes       [ ALL 6 | CONDITION 0 | ANY 3 | CONDITION 7 | ... ]      4 bytes each, in prefix order: a group is
 *                                                                          followed by its members, and its size
 *                                                                          counts them and itself
 *     conditions  [ path | operator | operands ]                           12 bytes each; each is there once,
 *                                                                          whichever mappings have it
 *     paths       [ subject.CN | issuer.O | ... ]                          each once
 *     names       [ whole Names that conditions compare with ]             each once
 *     text        [ "Contoso staff" | "CONTOSO\portal" | operands | ... ]  what the others point at
 *     outputs     [ account | group | attribute | account | ... ]          of mappings that give more than an account
 *                                                                          without holes
 *     index       which mappings to look at (index.h)
 *
 * The root of a mapping is an ALL. store.h reads all of this. */
#ifndef CM_RULE_RULES_H
#define CM_RULE_RULES_H

#include "field/field.h"
#include "field/list.h"

struct cm_index;

enum cm_node_kind { CM_NODE_ALL, CM_NODE_ANY, CM_NODE_NOT, CM_NODE_ALWAYS, CM_NODE_CONDITION };

/* Most nodes, and most conditions, of a rule set. */
#define CM_MAX_NODES ((1u << 29) - 1)
struct cm_node {
    uint32_t kind : 3;
    uint32_t value : 29; /* of a group: the size of its subtree, in nodes; of a CONDITION: which; else 0 */
};

struct cm_operand {
    struct certmap_view shown;   /* NFC text, a compiled pattern (glob.h), or bytes */
    struct certmap_view matched; /* the same, or folded; of an address, its octets */
    const struct cm_list *name;  /* of a whole Name; else NULL */
    size_t bits;                 /* of an address: how many have to be the same */
};

/* Most paths of a rule set. */
#define CM_MAX_PATHS ((1u << 24) - 1)
/* A condition as it is stored. */
struct cm_stored_condition {
    uint32_t path : 24; /* in paths */
    uint32_t op : 3;
    uint32_t quantifier : 3;
    uint32_t nocase : 1;
    uint32_t plain : 1; /* whether any value equals one operand, which is text: what most conditions are */
    uint32_t count;     /* of operands; of a COUNT: the number */
    uint32_t operands;  /* where the first one stands in text */
};

enum cm_output_kind { CM_OUTPUT_ACCOUNT, CM_OUTPUT_DOMAIN, CM_OUTPUT_GROUP, CM_OUTPUT_ATTRIBUTE };

/* What stands before the separator needs a NUL behind it in an answer. A domain is kept apart, because many accounts
 * have the same. So is a user, if it is longer than this; else it is copied into the peer. */
#define CM_MAX_HEAD 255

/* A text that a mapping gives. */
struct cm_output {
    enum cm_output_kind kind;
    enum certmap_language language;
    struct certmap_view name;        /* of an ATTRIBUTE */
    struct certmap_view shown;       /* the text; of a template, as it stands between the quotes of a rule */
    const struct cm_template *holes; /* template.h; NULL: no template, shown is the text */
    bool has_domain;                 /* an ACCOUNT whose domain is given apart */
    bool last;                       /* of its mapping */
    const uint8_t *separator; /* of domain and user in an ACCOUNT: the \\ or @, in shown or in a literal; or NULL */
    struct certmap_view head; /* what stands before it, if it is kept apart; else data NULL */
};

/* No text. */
#define CM_TEXT_NONE UINT32_MAX
/* The largest column that is kept. */
#define CM_MAX_COLUMN ((1u << 27) - 1)

struct cm_mapping {
    uint32_t name;    /* in text, or CM_TEXT_NONE */
    uint32_t nodes;   /* its root */
    uint32_t outputs; /* plain: where the account stands in text; else its first output, the account */
    uint32_t line;
    uint32_t column : 27;
    uint32_t kind : 2;  /* enum certmap_kind */
    uint32_t allow : 1; /* else it denies, and gives nothing */
    uint32_t plain : 1; /* all that it gives is an account without holes */
};

struct certmap_rules {
    struct certmap_allocator allocator;
    struct cm_meter *meter; /* what the allocator is, where the options of the builder have a limit; else NULL */
    struct cm_arena arena;  /* templates, attributes, decoded Names */
    struct cm_mapping *mappings;
    struct cm_node *nodes;
    struct cm_stored_condition *conditions;
    struct cm_path *paths;
    struct cm_operand *names;
    struct cm_output *outputs;
    uint8_t *text;
    uint32_t *scores; /* of each mapping, under CERTMAP_POLICY_MOST_SPECIFIC; else NULL */
    struct cm_index *index;
    size_t mapping_count;
    size_t condition_count;
    size_t largest_mapping; /* most nodes in one */
    unsigned needs;
    enum certmap_policy policy;
    bool disabled;
};

#endif
