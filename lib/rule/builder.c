/* SPDX-License-Identifier: MIT */
#include "rule/builder.h"
#include "base/alloc.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/meter.h"
#include "rule/cost.h"
#include "rule/index.h"
#include "rule/layout.h"
#include "rule/match.h"
#include "rule/score.h"
#include "rule/tuning.h"
#include <string.h>

/* ---- the object ---- */

void cm_builder_start(struct certmap_builder *builder, const struct certmap_allocator *allocator) {
    *builder = (struct certmap_builder){.allocator = *allocator};
    cm_arena_init(&builder->scratch, &builder->allocator, SIZE_MAX / 2);
    cm_arena_init(&builder->work, &builder->allocator, SIZE_MAX / 2);
}

enum certmap_status certmap_builder_new(struct certmap_builder **builder, const struct certmap_allocator *allocator,
                                        struct certmap_diagnostic *err) {
    struct certmap_allocator own;
    if (builder == NULL || !cm_allocator_init(&own, allocator))
        return cm_error_argument(err, "certmap_builder_new: builder is NULL, or the allocator lacks a function");
    struct certmap_builder *made = cm_alloc(&own, sizeof *made);
    if (made == NULL)
        return cm_error_memory(err);
    cm_builder_start(made, &own);
    *builder = made;
    return CERTMAP_OK;
}

/* Frees what only building needs. */
static void free_tables(struct certmap_builder *builder) {
    const struct certmap_allocator *own = &builder->allocator;
    cm_arena_free(&builder->scratch);
    cm_arena_free(&builder->work);
    cm_table_free(&builder->mapping_names, own);
    cm_table_free(&builder->conditions, own);
    cm_table_free(&builder->paths, own);
    cm_table_free(&builder->names, own);
    cm_table_free(&builder->heads, own);
    cm_release(own, builder->record.bytes);
    builder->record = (struct cm_record){.bytes = NULL};
}

/* Forgets everything that was added, the options included. The rules may have been given away. */
static void empty(struct certmap_builder *builder, bool given_away) {
    struct certmap_allocator own = builder->allocator;
    free_tables(builder);
    cm_draft_free(&builder->draft);
    if (builder->draft.rules != NULL && builder->draft.rules->meter != NULL)
        own = builder->draft.rules->meter->inner;
    if (!given_away)
        certmap_rules_free(builder->draft.rules);
    cm_builder_start(builder, &own);
}

void certmap_builder_free(struct certmap_builder *builder) {
    if (builder == NULL)
        return;
    empty(builder, false);
    struct certmap_allocator own = builder->allocator;
    cm_release(&own, builder);
}

/* Remembers the first error for certmap_builder_finish; tells the caller of this one. */
enum certmap_status cm_builder_note(struct certmap_builder *builder, enum certmap_status status,
                                    const struct certmap_diagnostic *own, struct certmap_diagnostic *err) {
    if (status == CERTMAP_OK)
        return status;
    struct certmap_diagnostic told = *own;
    cm_builder_blame_limit(builder, &told);
    if (builder->first.status == CERTMAP_OK)
        builder->first = told;
    if (err != NULL)
        *err = told;
    return told.status;
}

/* The rule set that is being built, made when it is first needed. */
bool cm_builder_have_rules(struct certmap_builder *builder) {
    if (builder->draft.rules != NULL)
        return true;
    builder->draft.rules = cm_alloc(&builder->allocator, sizeof *builder->draft.rules);
    if (builder->draft.rules == NULL)
        return false;
    *builder->draft.rules = (struct certmap_rules){.allocator = builder->allocator};
    cm_arena_init(&builder->draft.rules->arena, &builder->allocator, SIZE_MAX / 2);
    return true;
}

/* ---- nodes ---- */

struct cm_draft_mapping *cm_builder_open_mapping(const struct certmap_builder *builder) {
    return &builder->draft.mappings[builder->draft.rules->mapping_count - 1];
}

enum certmap_status cm_builder_need_mapping(const struct certmap_builder *builder, const char *call,
                                            struct certmap_diagnostic *err) {
    if (builder->has_open_mapping)
        return CERTMAP_OK;
    return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "%s: no mapping was begun", call);
}

size_t cm_builder_mark(const struct certmap_builder *builder) {
    return builder->draft.node_count - cm_builder_open_mapping(builder)->nodes;
}

/* Adds a node at a place of the open mapping, moving what stands there. */
static enum certmap_status insert_node(struct certmap_builder *builder, size_t mark, struct cm_node node,
                                       struct certmap_diagnostic *err) {
    struct cm_draft *draft = &builder->draft;
    size_t place = cm_builder_open_mapping(builder)->nodes + mark;
    struct cm_node *nodes =
        cm_array_reserve(&builder->allocator, draft->nodes, &draft->node_cap, draft->node_count + 1, sizeof *nodes);
    if (nodes == NULL)
        return cm_error_memory(err);
    draft->nodes = nodes;
    if (draft->node_count == CM_MAX_NODES)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY,
                        "the rules have more than %u conditions and groups", (unsigned)CM_MAX_NODES);
    memmove(nodes + place + 1, nodes + place, (draft->node_count - place) * sizeof *nodes);
    nodes[place] = node;
    draft->node_count++;
    return CERTMAP_OK;
}

static struct cm_node group_node(enum certmap_join join, size_t size) {
    static const enum cm_node_kind kinds[] = {
        [CERTMAP_ALL] = CM_NODE_ALL, [CERTMAP_ANY] = CM_NODE_ANY, [CERTMAP_NOT] = CM_NODE_NOT};
    CM_ASSERT(size <= CM_MAX_NODES);
    return (struct cm_node){.kind = (unsigned)kinds[join] & 7, .value = (uint32_t)size & CM_MAX_NODES};
}

enum certmap_status cm_builder_wrap(struct certmap_builder *builder, size_t mark, enum certmap_join join,
                                    struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    size_t size = cm_builder_mark(builder) - mark + 1;
    return cm_builder_note(builder, insert_node(builder, mark, group_node(join, size), &own), &own, err);
}

enum certmap_status cm_builder_add_node(struct certmap_builder *builder, struct cm_node node,
                                        struct certmap_diagnostic *err) {
    return insert_node(builder, cm_builder_mark(builder), node, err);
}

/* Where the only member of the root is an ALL, its members become the root's: one `and` less to show. */
static void flatten_root(struct certmap_builder *builder) {
    struct cm_node *root = &builder->draft.nodes[cm_builder_open_mapping(builder)->nodes];
    size_t size = cm_builder_mark(builder);
    if (size < 2 || root[1].kind != CM_NODE_ALL || root[1].value != size - 1)
        return;
    memmove(root + 1, root + 2, (size - 2) * sizeof *root);
    builder->draft.node_count--;
}

/* Who was told that a mapping is refused may leave out its conditions. */
static enum certmap_status check_complete(const struct certmap_builder *builder, struct certmap_diagnostic *err) {
    if (builder->open_count > 0)
        return cm_error_argument(err, "a group was left open");
    if (cm_builder_mark(builder) == 1 && !builder->is_stand_in)
        return cm_error_argument(err, "a mapping has no condition; certmap_builder_always says that it is meant");
    return CERTMAP_OK;
}

enum certmap_status cm_builder_close_mapping(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    if (!builder->has_open_mapping)
        return CERTMAP_OK;
    struct certmap_rules *rules = builder->draft.rules;
    flatten_root(builder);
    size_t size = cm_builder_mark(builder);
    CM_ASSERT(size <= CM_MAX_NODES);
    builder->draft.nodes[cm_builder_open_mapping(builder)->nodes].value = (uint32_t)size & CM_MAX_NODES;
    if (size > rules->largest_mapping)
        rules->largest_mapping = size;
    enum certmap_status status = check_complete(builder, err);
    builder->open_count = 0;
    cm_builder_drop_stand_in(builder);
    builder->has_open_mapping = false;
    return status;
}

/* ---- groups ---- */

static enum certmap_status nested_too_deep(struct certmap_diagnostic *err) {
    return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NESTING, "groups are nested more than %d deep",
                    CERTMAP_MAX_NESTING);
}

static enum certmap_status open_group(struct certmap_builder *builder, enum certmap_join join,
                                      struct certmap_diagnostic *err) {
    enum certmap_status status = cm_builder_need_mapping(builder, "certmap_builder_open", err);
    if (status != CERTMAP_OK)
        return status;
    if (join != CERTMAP_ALL && join != CERTMAP_ANY && join != CERTMAP_NOT)
        return cm_error_argument(err, "certmap_builder_open: join is unknown");
    if (builder->open_count == CERTMAP_MAX_NESTING)
        return nested_too_deep(err);
    builder->open[builder->open_count] = (uint32_t)cm_builder_mark(builder);
    status = cm_builder_add_node(builder, group_node(join, 1), err);
    builder->open_count += status == CERTMAP_OK;
    return status;
}

enum certmap_status certmap_builder_open(struct certmap_builder *builder, enum certmap_join join,
                                         struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_open: builder is NULL");
    return cm_builder_note(builder, open_group(builder, join, &own), &own, err);
}

static enum certmap_status close_group(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    enum certmap_status status = cm_builder_need_mapping(builder, "certmap_builder_close", err);
    if (status != CERTMAP_OK)
        return status;
    if (builder->open_count == 0)
        return cm_error_argument(err, "certmap_builder_close: no group is open");
    size_t mark = builder->open[--builder->open_count];
    size_t size = cm_builder_mark(builder) - mark;
    struct cm_node *group = &builder->draft.nodes[cm_builder_open_mapping(builder)->nodes + mark];
    CM_ASSERT(size <= CM_MAX_NODES);
    group->value = (uint32_t)size & CM_MAX_NODES;
    if (size == 1)
        return cm_error_argument(err, "certmap_builder_close: the group is empty");
    if (group->kind == CM_NODE_NOT && cm_node_size(&group[1]) != size - 1)
        return cm_error_argument(err, "certmap_builder_close: a CERTMAP_NOT has exactly one member");
    return CERTMAP_OK;
}

enum certmap_status certmap_builder_close(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_close: builder is NULL");
    return cm_builder_note(builder, close_group(builder, &own), &own, err);
}

/* Below a `not`, this is printed in parentheses: one level more. */
static enum certmap_status add_always(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    enum certmap_status status = cm_builder_need_mapping(builder, "certmap_builder_always", err);
    if (status != CERTMAP_OK)
        return status;
    if (builder->open_count == CERTMAP_MAX_NESTING)
        return nested_too_deep(err);
    return cm_builder_add_node(builder, (struct cm_node){.kind = CM_NODE_ALWAYS}, err);
}

enum certmap_status certmap_builder_always(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_always: builder is NULL");
    return cm_builder_note(builder, add_always(builder, &own), &own, err);
}

/* ---- the end ---- */

enum certmap_status certmap_builder_disable(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_disable: builder is NULL");
    if (!cm_builder_have_rules(builder))
        return cm_builder_note(builder, cm_error_memory(&own), &own, err);
    builder->draft.rules->disabled = true;
    return CERTMAP_OK;
}

enum certmap_status certmap_builder_combining(struct certmap_builder *builder, enum certmap_combining policy,
                                              struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_combining: builder is NULL");
    if (certmap_combining_name(policy) == NULL || builder->has_begun)
        return cm_builder_note(
            builder,
            cm_error_argument(&own, "certmap_builder_combining: policy is unknown, or there is a mapping already"),
            &own, err);
    if (!cm_builder_have_rules(builder))
        return cm_builder_note(builder, cm_error_memory(&own), &own, err);
    builder->draft.rules->policy = policy;
    return CERTMAP_OK;
}

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
    void *smaller = items != NULL ? cm_array_settle(allocator, items, size) : NULL;
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
    rules->heads = shrink(own, rules->heads, builder->head_len, &failed);
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
    const uint64_t seed = make_seed(builder);
    if (builder->draft.rules->mapping_count < CM_MIN_INDEXED)
        return CERTMAP_OK;
    return cm_index_build(&builder->draft.rules->index, &builder->draft, seed, &builder->progress, err);
}

/* The index knows where the store will have what it leads to, and is made of the draft. */
static enum certmap_status make_store(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct cm_layout layout;
    enum certmap_status status = cm_layout_plan(&layout, &builder->draft, err);
    if (status == CERTMAP_OK)
        status = make_index(builder, err);
    if (status == CERTMAP_OK)
        status = cm_layout_write(&layout, err);
    cm_layout_free(&layout);
    cm_draft_free(&builder->draft);
    return status;
}

/* The most that they come to, for CERTMAP_MAX_MAPPINGS, is within CERTMAP_MAX_STEPS. */
static size_t count_steps(const struct certmap_builder *builder) {
    if (builder->steps > 0)
        return builder->steps;
    return CERTMAP_DEFAULT_STEPS + CERTMAP_STEPS_PER_MAPPING * builder->draft.rules->mapping_count;
}

/* What is left to do when all mappings are there. */
static enum certmap_status complete(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    builder->draft.rules->steps = count_steps(builder);
    free_tables(builder);
    if (!shrink_all(builder))
        return cm_error_memory(err);
    enum certmap_status status = order_mappings(builder, err);
    if (status == CERTMAP_OK)
        status = make_store(builder, err);
    if (status == CERTMAP_OK) {
        cm_cost_rules(builder->draft.rules);
        status = score_mappings(builder->draft.rules, err);
    }
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
    empty(builder, status == CERTMAP_OK);
    return status;
}
