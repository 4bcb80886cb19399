/* SPDX-License-Identifier: MIT */
/* The names that conditions give to the value that satisfied them (docs/rules.md, "The value of a condition").
 *
 *     bindings  [ mapping 0, node 2: "upn" | mapping 0, node 5: "upn" | mapping 7, node 1: "mail" ]
 *
 * They are beside the store: conditions are shared by mappings, names are not, and most rules have none. */
#ifndef CM_RULE_BINDING_H
#define CM_RULE_BINDING_H

#include "certmap/limits.h"
#include "rule/store.h"

struct cm_binding {
    uint32_t mapping; /* its index; while the rules are built, where its nodes begin in the draft */
    uint32_t node;    /* of the condition, in the mapping's nodes */
    uint32_t number;  /* the same for the same name of a mapping, from 0 */
    struct certmap_view name;
};

/* The bindings of a mapping, in the order of its nodes; *count is how many. */
const struct cm_binding *cm_bindings_of(const struct certmap_rules *rules, size_t mapping, size_t *count);
/* That of one node, or NULL. */
const struct cm_binding *cm_binding_at(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                                       const struct cm_node *node);

#endif
