/* SPDX-License-Identifier: MIT */
/* The guards of a list: conditions that all of its mappings have, so that one that is false makes all of them false. */
#include "base/assert.h"
#include "index/state.h"
#include "index/tuning.h"

/* Members of the root of the first mapping, which all others have, too: where they are in its nodes. */
struct guards {
    uint32_t at[CM_MAX_GUARDS];
    size_t count;
};

/* The number of the condition that a member compares with, or that it is the NOT of; CM_INDEX_NONE: it is a group. */
static uint32_t condition_of(const struct cm_node *member) {
    if (member->kind == CM_NODE_NOT)
        member++;
    return member->kind == CM_NODE_CONDITION ? member->value : CM_INDEX_NONE;
}

/* Those members that enough mappings have. Linear in the members. */
static void find_candidates(struct guards *guards, const struct cm_build *build, uint32_t mapping, size_t count) {
    const struct cm_node *root = cm_draft_root(build->draft, mapping), *end = root + cm_node_size(root);
    for (const struct cm_node *member = root + 1; member < end; member += cm_node_size(member)) {
        const uint32_t condition = condition_of(member);
        if (guards->count < CM_MAX_GUARDS && condition != CM_INDEX_NONE && build->choices[condition].uses >= count)
            guards->at[guards->count++] = (uint32_t)(member - root);
    }
}

static bool has_member(const struct cm_node *root, const struct cm_node *wanted) {
    const struct cm_node *end = root + cm_node_size(root);
    bool found = false;
    for (const struct cm_node *member = root + 1; member < end && !found; member += cm_node_size(member))
        found = member->kind == wanted->kind && condition_of(member) == condition_of(wanted);
    return found;
}

/* Keeps those that a mapping has. Linear in its members, a few times. */
static void keep_common(struct guards *guards, const struct cm_node *first, const struct cm_node *root) {
    size_t kept = 0;
    for (size_t i = 0; i < guards->count; i++)
        if (has_member(root, first + guards->at[i]))
            guards->at[kept++] = guards->at[i];
    guards->count = kept;
}

bool cm_guards_add(struct cm_build *build, const uint32_t *mappings, size_t count, bool look) {
    struct guards guards = {.count = 0};
    CM_ASSERT(count >= CM_MIN_GUARDED);
    if (look)
        find_candidates(&guards, build, mappings[0], count);
    for (size_t i = 1; i < count && guards.count > 0; i++)
        keep_common(&guards, cm_draft_root(build->draft, mappings[0]), cm_draft_root(build->draft, mappings[i]));
    bool done = cm_words_add(&build->lists, (uint32_t)guards.count, build->allocator);
    for (size_t i = 0; i < guards.count && done; i++)
        done = cm_words_add(&build->lists, guards.at[i], build->allocator);
    return done;
}
