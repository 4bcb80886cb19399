/* SPDX-License-Identifier: MIT */
/* The compiled rule set.
 *
 *     store    [ shared condition | shared condition | ... | mapping 3 | mapping 0 | ... ]     in blocks
 *     offsets  [ where mapping 0 is | where mapping 1 is | ... ]                       4 bytes each
 *     paths    [ subject.CN | issuer.O | ... ]                         each once
 *     names    [ whole Names that conditions compare with ]            each once
 *     prefixes    [ "CONTOSO" | ... ]                                     what is before the separator of accounts
 *     outputs  [ account | group | attribute | account | ... ]         of mappings that give more than an account
 *                                                                      without placeholders
 *     bindings [ mapping 0, node 2: "upn" | ... ]                     names for the values of conditions (binding.h)
 *     positions   where mappings are in the source (positions.h)
 *     index    which mappings to look at (index.h)
 *     plan     the same of few mappings (plan.h)
 *
 * What a match reads of a mapping is together, so that it waits for memory once:
 *
 *     mapping    index, kind | ALL 4 | CONDITION | CONDITION | CONDITION | name | account | conditions
 *     condition  path, operator | operands
 *
 * Nodes have 4 bytes each and are in prefix order: a group is followed by its members, and its size counts them and
 * itself. The root of a mapping is an ALL. A condition is there once, whichever mappings have it: one that a single
 * mapping has is in it, one that several have before all of them. Mappings lie in order of trial, or in that in which the
 * index leads to them. store.h reads all of this; layout.h makes it. */
#ifndef CM_RULE_RULES_H
#define CM_RULE_RULES_H

#include "field/field.h"
#include "field/list.h"

struct cm_binding;
struct cm_index;
struct cm_plan;
struct cm_positions;

enum cm_node_kind { CM_NODE_ALL, CM_NODE_ANY, CM_NODE_NOT, CM_NODE_ALWAYS, CM_NODE_CONDITION };

/* Most nodes, and most conditions, of a rule set; and most offsets in a store. */
#define CM_MAX_NODES ((1u << 29) - 1)
struct cm_node {
    uint32_t kind : 3;
    uint32_t value : 29; /* of a group: the size of its subtree, in nodes; of a CONDITION: its offset; else 0 */
};

struct cm_operand {
    struct certmap_view shown; /* NFC text, a compiled pattern (glob.h), or bytes */
    struct certmap_view
        matched; /* the same, or folded; of an address, its octets; of a certificate, its TBSCertificate */
    const struct cm_list *name; /* of a whole Name; else NULL */
    size_t bits;                /* of an address: how many have to be the same */
    uint64_t number;            /* of a whole Name (field/compare.h) */
    bool readable;              /* a whole Name of which all AVAs can be read */
};

/* Most paths of a rule set. */
#define CM_MAX_PATHS ((1u << 23) - 1)
/* A condition as it is stored. Behind it: of one that is not plain the number of operands, or of a COUNT the number;
 * of CERTMAP_AT_VALUE the position, then the operands; where these are many, their set before both (operand_set.h). */
struct cm_stored_condition {
    uint32_t path : 23; /* in paths */
    uint32_t exact : 1; /* of a whole Name: case and space count */
    uint32_t op : 3;
    uint32_t quantifier : 3;
    uint32_t nocase : 1;
    uint32_t plain : 1; /* whether any value is compared with one operand, which is text: what most conditions are */
};

enum cm_output_kind { CM_OUTPUT_ACCOUNT, CM_OUTPUT_DOMAIN, CM_OUTPUT_GROUP, CM_OUTPUT_ATTRIBUTE };

/* What is before the separator needs a NUL after it in an answer. A domain is kept apart, because many accounts
 * have the same. So is a user, if it is longer than this; else it is copied into the peer. */
#define CM_MAX_PREFIX 255

/* A text that a mapping gives. */
struct cm_output {
    enum cm_output_kind kind;
    enum certmap_language language;
    struct certmap_view name;               /* of an ATTRIBUTE */
    struct certmap_view shown;              /* the text; of a template, as it is between the quotes of a rule */
    const struct cm_template *placeholders; /* template.h; NULL: no template, shown is the text */
    bool has_domain;                        /* an ACCOUNT whose domain is given apart */
    bool last;                              /* of its mapping */
    bool each;                              /* a GROUP or ATTRIBUTE for each value of placeholders->each */
    const uint8_t *separator;   /* of domain and user in an ACCOUNT: the \\ or @, in shown or in a literal; or NULL */
    struct certmap_view prefix; /* what is before it, if it is kept apart; else data NULL */
};

/* The largest index that a mapping can have. */
#define CM_MAX_INDEX ((1u << 26) - 1)

/* A mapping as it is stored. Behind its nodes: its name, if it has one; of one that is plain its account, of another
 * that allows the number of its first output, the account; conditions that no other mapping has. */
struct cm_mapping {
    uint32_t index : 26; /* its position in order of trial */
    uint32_t flat : 1;   /* the members of its root are conditions, and NOTs of one */
    uint32_t kind : 2;   /* enum certmap_kind */
    uint32_t allow : 1;  /* else it denies, and gives nothing */
    uint32_t plain : 1;  /* all that it gives is an account without placeholders */
    uint32_t named : 1;
    struct cm_node nodes[]; /* its root, and what is below it */
};

/* Conditions and mappings begin at multiples of so many bytes; their offsets in the store are counted in these. */
#define CM_OFFSET_UNIT 8

/* A block of the store begins at each multiple of so many offsets, 64 MB, so that the store of a large rule set can be made
 * while its draft is released, piece by piece. So large that few mappings lie where the system has small pages. */
#define CM_BLOCK_BITS 23
#define CM_BLOCK_OFFSETS (1u << CM_BLOCK_BITS)
#define CM_BLOCK_SIZE ((uintptr_t)CM_BLOCK_OFFSETS * CM_OFFSET_UNIT)
#define CM_MAX_BLOCKS ((CM_MAX_NODES >> CM_BLOCK_BITS) + 1)

struct certmap_rules {
    struct certmap_allocator allocator;
    struct cm_meter *meter; /* what the allocator is, where the options of the builder have a limit; else NULL */
    struct cm_arena arena;  /* templates, attributes, decoded Names */
    uint64_t heads;         /* a bit for each block of the store that is the first of what was allocated */
    uint32_t *offsets;
    uint32_t shared_end; /* the first offset after the conditions that several mappings have */
    struct cm_path *paths;
    struct cm_operand *names;
    uint8_t *prefixes;
    struct cm_output *outputs;
    struct cm_binding *bindings; /* in order of mappings and nodes */
    size_t binding_count;
    struct cm_positions *positions; /* NULL: none is known */
    uint32_t *scores;               /* of each mapping, under CERTMAP_COMBINING_MOST_SPECIFIC; else NULL */
    struct cm_index *index;
    struct cm_plan *plan; /* of few mappings (plan.h); NULL: there is none */
    size_t mapping_count;
    size_t largest_mapping; /* most nodes in one */
    uint64_t seed;          /* of the sets of operands */
    size_t steps;           /* of one match */
    size_t cost;            /* what an ordinary certificate may take of them (cost.h) */
    size_t costly;          /* the first mapping that most of the cost comes from */
    unsigned needs;
    enum certmap_combining policy;
    bool disabled;
    /* Of the store: where offset 0 would be, if all of it were together as each block is. Last, so that the first of them is
     * beside what every match reads. */
    uintptr_t blocks[CM_MAX_BLOCKS];
};

#endif
