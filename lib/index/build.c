/* SPDX-License-Identifier: MIT */
/* Building an index: keys are chosen, mappings filed under them, and all of it is packed. */
#include "base/alloc.h"
#include "base/error.h"
#include "index/state.h"
#include "index/tuning.h"

/* Whether a mapping is always true, as the language says it: the root's only member is `always`. */
static bool is_unconditional(const struct cm_draft *draft, size_t mapping) {
    const struct cm_node *root = cm_draft_root(draft, mapping);
    return cm_node_size(root) == 2 && root[1].kind == CM_NODE_ALWAYS;
}

/* Behind a mapping that is always true none decides, if the first one does. */
static uint32_t count_deciding(const struct cm_draft *draft) {
    const struct certmap_rules *rules = draft->rules;
    size_t count = 0;
    while (count < rules->mapping_count &&
           (count == 0 || rules->policy != CERTMAP_COMBINING_FIRST || !is_unconditional(draft, count - 1)))
        count++;
    return (uint32_t)count;
}

static bool file_all(struct cm_build *build) {
    const struct certmap_allocator *allocator = build->allocator;
    uint32_t *mappings = cm_array_alloc(allocator, build->mapping_count, sizeof *mappings), root;
    for (uint32_t i = 0; mappings != NULL && i < build->mapping_count; i++)
        mappings[i] = i;
    const bool done = mappings != NULL && cm_build_node(build, &root, 0, mappings, build->mapping_count);
    cm_release(allocator, mappings);
    return done;
}

/* What is not needed any more once mappings are filed. */
static void free_keys(struct cm_build *build) {
    const struct certmap_allocator *allocator = build->allocator;
    cm_keys_free(&build->keys);
    cm_cover_free(&build->covers);
    cm_release(allocator, build->counters);
    cm_release(allocator, build->coarse);
    cm_release(allocator, build->costs);
    cm_release(allocator, build->choices);
    build->choices = NULL; /* lists that are made later have no guards */
    cm_release(allocator, build->stamps.at);
}

static void free_made(struct cm_build *build) {
    const struct certmap_allocator *allocator = build->allocator;
    for (size_t i = 0; i < build->member_count; i++)
        cm_release(allocator, build->members[i].mappings.at);
    cm_release(allocator, build->members);
    cm_intern_free(&build->rows, allocator);
    cm_intern_free(&build->probes, allocator);
    cm_release(allocator, build->node_probes.at);
    cm_release(allocator, build->grams_of.at);
    cm_release(allocator, build->grams);
    cm_release(allocator, build->nodes);
    cm_release(allocator, build->slots);
    cm_release(allocator, build->lists.at);
}

enum certmap_status cm_index_build(struct cm_index **index, const struct cm_draft *draft, uint64_t seed,
                                   struct cm_progress *progress, struct certmap_diagnostic *err) {
    struct cm_build build = {.draft = draft, .allocator = &draft->rules->allocator, .seed = seed, .progress = progress};
    build.first = draft->rules->policy == CERTMAP_COMBINING_FIRST;
    build.mapping_count = count_deciding(draft);
    build.total = 3 * draft->condition_count + build.mapping_count + 1;
    build.copies = (size_t)CM_MAX_COPIES * build.mapping_count;
    build.keys = (struct cm_keys){.allocator = build.allocator, .seed = build.seed};
    bool done = cm_choose_keys(&build);
    build.covers = (struct cm_covers){.draft = draft, .costs = build.costs};
    done = done && file_all(&build);
    free_keys(&build);
    enum certmap_status status = CERTMAP_ERROR_MEMORY;
    if (done)
        status = cm_build_pack(index, &build, err);
    else
        status = progress->cancelled ? cm_progress_cancelled(err) : cm_error_memory(err);
    free_made(&build);
    return status;
}
