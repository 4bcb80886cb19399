/* SPDX-License-Identifier: MIT */
/* From the mappings that were added to the rule set. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/meter.h"
#include "compile/builder.h"
#include "index/cost.h"
#include "index/index.h"
#include "index/plan.h"
#include "index/tuning.h"
#include "rule/layout.h"
#include "rule/positions.h"
#include "rule/score.h"

static enum certmap_status score_mappings(struct certmap_rules *rules, struct certmap_diagnostic *err) {
    if (rules->policy != CERTMAP_COMBINING_MOST_SPECIFIC)
        return CERTMAP_OK;
    rules->scores = cm_array_alloc(&rules->allocator, rules->mapping_count, sizeof *rules->scores);
    if (rules->scores == NULL)
        return cm_error_memory(err);
    for (size_t i = 0; i < rules->mapping_count; i++)
        rules->scores[i] = (uint32_t)cm_score_mapping(rules, cm_mapping_at(rules, i));
    return CERTMAP_OK;
}

/* Gives back what an array has too much; *failed is set where there is no memory for a smaller one. */
static void *shrink(const struct certmap_allocator *allocator, void *items, size_t size, bool *failed) {
    void *smaller = items != NULL ? cm_array_shrink(allocator, items, size) : NULL;
    *failed = *failed || (items != NULL && smaller == NULL);
    return smaller != NULL ? smaller : items;
}

static bool shrink_all(struct certmap_builder *builder) {
    struct certmap_rules *rules = builder->draft.rules;
    const struct certmap_allocator *own = &builder->allocator;
    bool failed = false;
    rules->paths = shrink(own, rules->paths, builder->path_count * sizeof *rules->paths, &failed);
    rules->names = shrink(own, rules->names, builder->name_count * sizeof *rules->names, &failed);
    rules->outputs = shrink(own, rules->outputs, builder->output_count * sizeof *rules->outputs, &failed);
    rules->prefixes = shrink(own, rules->prefixes, builder->prefix_len, &failed);
    return !failed;
}

/* Moves the one-to-one mappings to the front; both kinds keep their order. */
static enum certmap_status order_mappings(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    size_t front = 0, back = builder->one_to_one_count;
    if (back == 0)
        return CERTMAP_OK;
    struct cm_draft_mapping *mappings = builder->draft.mappings;
    struct cm_draft_mapping *ordered = cm_array_alloc(&builder->allocator, rules->mapping_count, sizeof *ordered);
    if (ordered == NULL)
        return cm_error_memory(err);
    for (size_t i = 0; i < rules->mapping_count; i++)
        ordered[mappings[i].kind == CERTMAP_KIND_ONE_TO_ONE ? front++ : back++] = mappings[i];
    cm_release(&builder->allocator, mappings);
    builder->draft.mappings = ordered;
    return CERTMAP_OK;
}

/* Where memory lies is not known to who writes rules, or has a certificate; nor is what the caller adds to it. */
static uint64_t make_seed(const struct certmap_builder *builder) {
    const uint64_t places = (uint64_t)(uintptr_t)builder->draft.rules ^ (uint64_t)(uintptr_t)builder->draft.mappings
                                                                            << 20;
    return cm_hash_word(places, builder->seed);
}

static enum certmap_status make_index(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    const uint64_t seed = builder->draft.rules->seed;
    if (builder->draft.rules->mapping_count < CM_MIN_INDEXED)
        return CERTMAP_OK;
    return cm_index_build(&builder->draft.rules->index, &builder->draft, seed, &builder->progress, err);
}

/* The index says in which order mappings are to lie, and is told where they do. */
static enum certmap_status write_store(struct certmap_builder *builder, const struct cm_layout_order *order,
                                       struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    struct cm_layout layout;
    enum certmap_status status = cm_layout_plan(&layout, &builder->draft, order, err);
    if (status == CERTMAP_OK && rules->index != NULL)
        cm_index_place(rules->index, layout.home_size, rules->offsets, rules->shared_end);
    if (status == CERTMAP_OK)
        status = cm_positions_make(&builder->draft, err);
    if (status == CERTMAP_OK)
        status = cm_layout_write(&layout, err);
    cm_layout_free(&layout);
    return status;
}

static enum certmap_status make_store(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct cm_layout_order order = {.home_count = 0};
    builder->draft.rules->seed = make_seed(builder);
    enum certmap_status status = make_index(builder, err);
    if (status == CERTMAP_OK)
        status = cm_index_order(&order, builder->draft.rules->index, &builder->draft, err);
    if (status == CERTMAP_OK)
        status = write_store(builder, &order, err);
    cm_index_order_free(&order, &builder->allocator);
    cm_draft_free(&builder->draft);
    return status;
}

size_t cm_default_steps(size_t mappings) {
    const size_t steps = CERTMAP_DEFAULT_STEPS + CERTMAP_STEPS_PER_MAPPING * mappings;
    return steps < CERTMAP_MAX_STEPS ? steps : CERTMAP_MAX_STEPS;
}

/* What is left to do when all mappings are there. */
static enum certmap_status complete(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    rules->steps = builder->steps > 0 ? builder->steps : cm_default_steps(rules->mapping_count);
    cm_builder_free_tables(builder);
    if (!shrink_all(builder))
        return cm_error_memory(err);
    enum certmap_status status = order_mappings(builder, err);
    if (status == CERTMAP_OK)
        status = cm_builder_order_bindings(builder, err);
    if (status == CERTMAP_OK)
        status = make_store(builder, err);
    if (status == CERTMAP_OK) {
        cm_cost_rules(builder->draft.rules);
        status = score_mappings(builder->draft.rules, err);
    }
    if (status == CERTMAP_OK)
        status = cm_plan_make(builder->draft.rules, err);
    if (status == CERTMAP_OK && !cm_progress_at(&builder->progress, 1, 1))
        status = cm_progress_cancelled(err);
    return status;
}

enum certmap_status certmap_builder_finish(struct certmap_builder *builder, struct certmap_rules **rules,
                                           struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    if (builder == NULL || rules == NULL)
        return cm_error_argument(err, "certmap_builder_finish: builder or rules is NULL");
    enum certmap_status status =
        cm_builder_have_rules(builder) ? cm_builder_close_mapping(builder, &own) : cm_error_memory(&own);
    cm_builder_note(builder, status, &own, NULL);
    if (builder->first.status == CERTMAP_OK)
        cm_builder_note(builder, complete(builder, &own), &own, NULL);
    status = builder->first.status;
    if (status == CERTMAP_OK) {
        *rules = builder->draft.rules;
        cm_meter_stop((*rules)->meter);
    } else if (err != NULL) {
        *err = builder->first;
    }
    cm_builder_empty(builder, status == CERTMAP_OK);
    return status;
}
