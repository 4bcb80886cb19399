/* SPDX-License-Identifier: MIT */
#include "rule/binding.h"

/* Where the first binding is whose mapping is not before this one. Halves the rest each time. */
static size_t first_of(const struct certmap_rules *rules, size_t mapping) {
    size_t begin = 0, end = rules->binding_count;
    while (begin < end) {
        const size_t middle = begin + (end - begin) / 2;
        if (rules->bindings[middle].mapping < mapping)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

const struct cm_binding *cm_bindings_of(const struct certmap_rules *rules, size_t mapping, size_t *count) {
    const size_t begin = first_of(rules, mapping);
    size_t end = begin;
    while (end < rules->binding_count && rules->bindings[end].mapping == mapping)
        end++;
    *count = end - begin;
    return *count > 0 ? &rules->bindings[begin] : NULL;
}

const struct cm_binding *cm_binding_at(const struct certmap_rules *rules, const struct cm_mapping *mapping,
                                       const struct cm_node *node) {
    size_t count;
    const struct cm_binding *bindings = cm_bindings_of(rules, mapping->index, &count);
    for (size_t i = 0; i < count; i++)
        if (bindings[i].node == (size_t)(node - mapping->nodes))
            return &bindings[i];
    return NULL;
}
