/* SPDX-License-Identifier: MIT */
/* A set of names - of mappings, of lists of issuers -, which tells whether one is there already, without
 * regard to case. */
#ifndef CM_RULE_NAMESET_H
#define CM_RULE_NAMESET_H

#include "certmap/certmap.h"

/* Open addressing over a power of two of slots, at most half of them full. */
struct cm_nameset {
    struct cm_nameset_slot {
        struct certmap_view name; /* data NULL: free */
        uint64_t hash;
        size_t index;
    } * slots;
    uint64_t seed;
    size_t slot_count;
    size_t count;
};

/* Adds a name under an index, unless the set has it; *there is then its index, else SIZE_MAX. The name
 * must outlive the set. False when there is no memory. */
bool cm_nameset_add(struct cm_nameset *set, struct certmap_view name, size_t index, size_t *there,
                    const struct certmap_allocator *allocator);
/* The index of a name, or SIZE_MAX. */
size_t cm_nameset_find(const struct cm_nameset *set, struct certmap_view name);
void cm_nameset_free(struct cm_nameset *set, const struct certmap_allocator *allocator);

#endif
