/* SPDX-License-Identifier: MIT */
#include "compile/builder.h"
#include "base/alloc.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/meter.h"
#include "certmap/versioned.h"

/* ---- the object ---- */

void cm_builder_start(struct certmap_builder *builder, const struct certmap_allocator *allocator) {
    *builder = (struct certmap_builder){.allocator = *allocator, .most = CERTMAP_MAX_MAPPINGS};
    cm_arena_init(&builder->scratch, &builder->allocator, SIZE_MAX / 2);
    cm_arena_init(&builder->work, &builder->allocator, SIZE_MAX / 2);
    cm_arena_init(&builder->checked, &builder->allocator, SIZE_MAX / 2);
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

void cm_builder_free_tables(struct certmap_builder *builder) {
    const struct certmap_allocator *own = &builder->allocator;
    cm_arena_free(&builder->scratch);
    cm_arena_free(&builder->work);
    cm_arena_free(&builder->checked);
    cm_id_table_free(&builder->mapping_names, own);
    cm_id_table_free(&builder->conditions, own);
    cm_id_table_free(&builder->paths, own);
    cm_id_table_free(&builder->names, own);
    cm_id_table_free(&builder->prefixes, own);
    cm_release(own, builder->record.bytes);
    builder->record = (struct cm_record){.bytes = NULL};
}

void cm_builder_empty(struct certmap_builder *builder, bool given_away) {
    struct certmap_allocator own = builder->allocator;
    cm_builder_free_tables(builder);
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
    cm_builder_empty(builder, false);
    struct certmap_allocator own = builder->allocator;
    cm_release(&own, builder);
}

static enum certmap_status fail_limit(const struct cm_meter *meter, struct certmap_diagnostic *err) {
    return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_MEMORY_LIMIT,
                    "the rules take more than %zu bytes of memory to build, the limit that was given", meter->limit);
}

void cm_builder_report_memory_limit(const struct certmap_builder *builder, struct certmap_diagnostic *error) {
    const struct cm_meter *meter = builder->draft.rules != NULL ? builder->draft.rules->meter : NULL;
    if (error->status == CERTMAP_ERROR_MEMORY && meter != NULL && meter->over)
        fail_limit(meter, error);
}

/* Remembers the first error for certmap_builder_finish; the caller gets this one. */
enum certmap_status cm_builder_note(struct certmap_builder *builder, enum certmap_status status,
                                    const struct certmap_diagnostic *own, struct certmap_diagnostic *err) {
    if (status == CERTMAP_OK)
        return status;
    struct certmap_diagnostic reported = *own;
    cm_builder_report_memory_limit(builder, &reported);
    if (builder->first.status == CERTMAP_OK)
        builder->first = reported;
    if (err != NULL)
        *err = reported;
    return reported.status;
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

enum certmap_status cm_builder_add_node(struct certmap_builder *builder, struct cm_node node,
                                        struct certmap_diagnostic *err) {
    struct cm_draft *draft = &builder->draft;
    struct cm_node *nodes =
        cm_array_reserve(&builder->allocator, draft->nodes, &draft->node_cap, draft->node_count + 1, sizeof *nodes);
    if (nodes == NULL)
        return cm_error_memory(err);
    draft->nodes = nodes;
    if (draft->node_count == CM_MAX_NODES)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY,
                        "the rules have more than %u conditions and groups", (unsigned)CM_MAX_NODES);
    nodes[draft->node_count++] = node;
    return CERTMAP_OK;
}

/* ---- groups ---- */

static struct cm_node group_node(enum certmap_join join, size_t size) {
    static const enum cm_node_kind kinds[] = {
        [CERTMAP_ALL] = CM_NODE_ALL, [CERTMAP_ANY] = CM_NODE_ANY, [CERTMAP_NOT] = CM_NODE_NOT};
    CM_ASSERT(size <= CM_MAX_NODES);
    return (struct cm_node){.kind = (unsigned)kinds[join] & 7, .value = (uint32_t)size & CM_MAX_NODES};
}

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

/* ---- the rule set ---- */

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

/* ---- options ----
 *
 * A meter is between the caller's allocator and everything that is allocated from here on, if there is a limit. It
 * belongs to the rules, which release through it when nothing else is left of the building. */

/* Puts the meter in, and the rules that own it. */
static enum certmap_status set_limit(struct certmap_builder *builder, size_t limit, struct certmap_diagnostic *err) {
    const struct certmap_allocator inner = builder->allocator;
    struct cm_meter *meter = cm_meter_new(&inner, limit, sizeof *builder);
    if (meter == NULL)
        return cm_error_memory(err);
    const struct certmap_allocator metered = cm_meter_allocator(meter);
    cm_builder_start(builder, &metered);
    if (cm_builder_have_rules(builder)) {
        builder->draft.rules->meter = meter;
        return CERTMAP_OK;
    }
    const enum certmap_status status = meter->over ? fail_limit(meter, err) : cm_error_memory(err);
    cm_meter_free(meter);
    cm_builder_start(builder, &inner);
    return status;
}

enum certmap_status certmap_builder_options(struct certmap_builder *builder, const struct certmap_build_options *given,
                                            struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    struct certmap_build_options room;
    const struct certmap_build_options *options =
        certmap_struct_read(&room, given, CERTMAP_FIRST_BUILD_OPTIONS, sizeof room);
    enum certmap_status status = CERTMAP_OK;
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_options: builder is NULL");
    if (options == NULL || builder->has_options || builder->draft.rules != NULL || builder->first.status != CERTMAP_OK)
        status = cm_error_argument(&own, "certmap_builder_options: options is NULL, its size is not a size of it, or "
                                         "another call came before");
    else if (options->steps > CERTMAP_MAX_STEPS)
        status = cm_error_argument(&own, "certmap_builder_options: steps is more than CERTMAP_MAX_STEPS");
    else if (options->memory > 0)
        status = set_limit(builder, options->memory, &own);
    if (status == CERTMAP_OK) {
        builder->has_options = true;
        cm_progress_start(&builder->progress, options->progress, options->progress_ctx);
        builder->steps = options->steps;
        builder->seed = options->seed;
        builder->added = options->added;
        builder->added_ctx = options->added_ctx;
    }
    return cm_builder_note(builder, status, &own, err);
}

/* ---- for loaders ---- */

const struct certmap_allocator *cm_builder_allocator(const struct certmap_builder *builder) {
    return &builder->allocator;
}

void cm_builder_phase(struct certmap_builder *builder, size_t from, size_t to) {
    cm_progress_phase(&builder->progress, from, to);
}

bool cm_builder_goes_on(struct certmap_builder *builder, size_t done, size_t total) {
    return cm_progress_at(&builder->progress, done, total);
}
