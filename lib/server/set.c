/* SPDX-License-Identifier: MIT */
#include "set.h"
#include "memory.h"
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

static int compare(struct certmap_view a, struct certmap_view b) {
    const size_t shorter = a.len < b.len ? a.len : b.len;
    const int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* A mapping's name while they are sorted. */
struct named {
    struct certmap_view name;
    uint32_t mapping;
};

static int compare_named(const void *a, const void *b) {
    const struct named *x = a, *y = b;
    return compare(x->name, y->name);
}

static void name_all(struct named *named, const struct certmap_rules *rules, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
        (void)certmap_rules_mapping(rules, &mapping, i, NULL);
        named[i] = (struct named){mapping.name, (uint32_t)i};
    }
    qsort(named, count, sizeof *named, compare_named);
}

/* Each name once. */
static void fill(struct cm_server_tally *tally, const struct named *named, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare(named[i - 1].name, named[i].name) != 0)
            tally->names[tally->count++] = named[i].name;
        tally->slots[named[i].mapping] = (uint32_t)(tally->count - 1);
    }
}

static void tally_free(const struct certmap_allocator *allocator, struct cm_server_tally *tally) {
    cm_server_release(allocator, tally->slots);
    cm_server_release(allocator, tally->names);
    cm_server_release(allocator, tally->counts);
    cm_server_release(allocator, tally->carried);
}

static bool tally_make(const struct certmap_allocator *allocator, struct cm_server_tally *tally,
                       const struct certmap_rules *rules) {
    const size_t count = certmap_rules_count(rules), room = count > 0 ? count : 1;
    struct named *named = cm_server_new(allocator, room, sizeof *named);
    tally->slots = cm_server_new(allocator, room, sizeof *tally->slots);
    tally->names = cm_server_new(allocator, room, sizeof *tally->names);
    tally->counts = cm_server_new(allocator, room, sizeof *tally->counts);
    tally->carried = cm_server_new(allocator, room, sizeof *tally->carried);
    const bool made = named != NULL && tally->slots != NULL && tally->names != NULL && tally->counts != NULL &&
                      tally->carried != NULL;
    if (made) {
        name_all(named, rules, count);
        fill(tally, named, count);
    }
    cm_server_release(allocator, named);
    return made;
}

/* ---- counting ---- */

void cm_server_tally_carry(struct cm_server_tally *tally, const struct cm_server_tally *before) {
    size_t old = 0;
    for (size_t i = 0; i < tally->count; i++) {
        while (old < before->count && compare(before->names[old], tally->names[i]) < 0)
            old++;
        const bool same = old < before->count && compare(before->names[old], tally->names[i]) == 0;
        tally->carried[i] = same ? old : SIZE_MAX;
    }
}

void cm_server_tally_begin(struct cm_server_tally *tally, const struct cm_server_tally *before) {
    for (size_t i = 0; i < tally->count; i++)
        tally->counts[i] = tally->carried[i] == SIZE_MAX ? 0 : before->counts[tally->carried[i]];
}

/* Where a name is, or SIZE_MAX. */
static size_t find(const struct cm_server_tally *tally, struct certmap_view name) {
    size_t first = 0, end = tally->count;
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        const int order = compare(tally->names[middle], name);
        if (order == 0)
            return middle;
        if (order < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return SIZE_MAX;
}

void cm_server_tally_count(struct cm_server_tally *tally, const struct cm_server_tally *from, size_t mapping) {
    size_t slot = from->slots[mapping];
    if (tally != from)
        slot = find(tally, from->names[slot]);
    if (slot != SIZE_MAX)
        tally->counts[slot]++;
}

/* ---- the set ---- */

struct cm_server_set *cm_server_set_new(const struct certmap_allocator *allocator, struct certmap_rules *rules,
                                        const char digest[CM_SERVER_DIGEST_SIZE], bool counts) {
    struct cm_server_set *set = cm_server_new(allocator, 1, sizeof *set);
    if (set == NULL) {
        certmap_rules_free(rules);
        return NULL;
    }
    set->rules = rules;
    set->holders = 1;
    memcpy(set->digest, digest, sizeof set->digest);
    if (!counts || tally_make(allocator, &set->tally, rules))
        return set;
    cm_server_set_free(allocator, set);
    return NULL;
}

void cm_server_set_free(const struct certmap_allocator *allocator, struct cm_server_set *set) {
    if (set == NULL)
        return;
    tally_free(allocator, &set->tally);
    certmap_rules_free(set->rules);
    cm_server_release(allocator, set);
}
