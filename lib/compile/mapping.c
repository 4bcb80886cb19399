/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/names.h"
#include "certmap/versioned.h"
#include "compile/builder.h"
#include "rule/operand.h"

struct name_search {
    const struct cm_draft *draft;
    struct certmap_view name;
};

static bool is_name(const void *ctx, uint32_t number) {
    const struct name_search *search = ctx;
    return certmap_text_same(cm_draft_name(search->draft, number), search->name);
}

static enum certmap_status duplicate(const struct cm_draft *draft, uint32_t number, struct certmap_view name,
                                     struct certmap_diagnostic *err) {
    const size_t line = draft->mappings[number].line;
    if (line == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_MAPPING, "there is a mapping %s already",
                        cm_quote(name).text);
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_MAPPING,
                    "there is a mapping %s already, in line %zu", cm_quote(name).text, line);
}

void cm_builder_expect_name(struct certmap_builder *builder, struct certmap_view name) {
    builder->expected = (struct cm_expected){name, cm_id_table_hash(certmap_text_hash(cm_builder_seed(builder), name))};
    cm_id_table_prefetch(&builder->mapping_names, builder->expected.hash);
}

/* The hash of a name, which may be the one that was expected: of that it is known. */
static uint32_t hash_name(struct certmap_builder *builder, struct certmap_view name) {
    const struct certmap_view expected = builder->expected.name;
    if (expected.data != name.data || expected.len != name.len)
        cm_builder_expect_name(builder, name);
    builder->expected.name = CM_VIEW_NONE;
    return builder->expected.hash;
}

/* Names compare without case. */
static enum certmap_status claim_name(struct certmap_builder *builder, struct certmap_view name, uint32_t hash,
                                      struct certmap_diagnostic *err) {
    const struct name_search search = {&builder->draft, name};
    const uint32_t there = cm_id_table_find(&builder->mapping_names, hash, is_name, &search);
    if (there != CM_ID_TABLE_NONE)
        return duplicate(&builder->draft, there, name, err);
    const uint32_t number = (uint32_t)builder->draft.rules->mapping_count - 1;
    return cm_id_table_add(&builder->mapping_names, hash, number, &builder->allocator) ? CERTMAP_OK
                                                                                       : cm_error_memory(err);
}

static enum certmap_status keep_name(struct certmap_builder *builder, struct certmap_view name,
                                     struct certmap_diagnostic *err) {
    builder->record.len = 0;
    if (!cm_record_string(&builder->record, name, &builder->allocator))
        return cm_error_memory(err);
    return cm_builder_keep(builder, &builder->record, &cm_builder_open_mapping(builder)->name, err);
}

enum certmap_status cm_builder_set_name(struct certmap_builder *builder, struct certmap_view name,
                                        struct certmap_diagnostic *err) {
    if (name.len == 0 && cm_builder_open_mapping(builder)->kind == CERTMAP_KIND_ONE_TO_ONE)
        return CERTMAP_OK;
    if (name.len == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_EMPTY_NAME, "the name of the mapping is empty");
    enum certmap_status status = cm_text_check(name, "the name of the mapping", err);
    if (status != CERTMAP_OK)
        return status;
    if (builder->checking)
        return CERTMAP_OK;
    const uint32_t hash = hash_name(builder, name);
    status = keep_name(builder, name, err);
    return status == CERTMAP_OK ? claim_name(builder, name, hash, err) : status;
}

/* The largest number that fits, where one does not. */
static uint32_t clip(size_t number, uint32_t most) {
    return number < most ? (uint32_t)number : most;
}

enum certmap_status cm_builder_add_mapping(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                           struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    struct cm_draft *draft = &builder->draft;
    struct cm_draft_mapping *mappings = cm_array_reserve(&builder->allocator, draft->mappings, &draft->mapping_cap,
                                                         rules->mapping_count + 1, sizeof *mappings);
    if (mappings == NULL)
        return cm_error_memory(err);
    draft->mappings = mappings;
    CM_ASSERT((unsigned)mapping->kind <= 3);
    mappings[rules->mapping_count++] =
        (struct cm_draft_mapping){.name = CM_TEXT_NONE,
                                  .nodes = (uint32_t)draft->node_count,
                                  .outputs = CM_TEXT_NONE,
                                  .line = clip(mapping->line, UINT32_MAX),
                                  .column = clip(mapping->column, CM_MAX_COLUMN) & CM_MAX_COLUMN,
                                  .kind = (unsigned)mapping->kind & 3,
                                  .allow = mapping->decision == CERTMAP_ALLOW};
    builder->condition_count = 0;
    enum certmap_status status = cm_builder_add_node(builder, (struct cm_node){.kind = CM_NODE_ALL, .value = 1}, err);
    if (status != CERTMAP_OK)
        rules->mapping_count--;
    return status;
}

/* ---- a mapping that was refused ----
 *
 * What follows it is checked in a stand-in, which is dropped when it ends: so that nothing goes into the mapping before
 * it, whatever the reason was. Where there is no memory for one, the builder has no open mapping. A mapping whose account
 * alone is refused stays, because later ones may not have its name. */

static void add_stand_in(struct certmap_builder *builder, const struct certmap_mapping *refused) {
    struct certmap_mapping unnamed = CERTMAP_MAPPING_INIT;
    unnamed.decision = refused != NULL ? refused->decision : CERTMAP_ALLOW;
    builder->is_stand_in = cm_builder_add_mapping(builder, &unnamed, NULL) == CERTMAP_OK;
    builder->has_open_mapping = builder->is_stand_in;
    if (builder->is_stand_in && unnamed.decision == CERTMAP_ALLOW)
        cm_builder_set_no_account(builder);
}

static void drop_stand_in(struct certmap_builder *builder) {
    if (!builder->is_stand_in)
        return;
    builder->draft.node_count = cm_builder_open_mapping(builder)->nodes;
    builder->draft.rules->mapping_count--;
    builder->is_stand_in = false;
}

/* The mapping that was added becomes a stand-in: its name is not one that a later mapping may not have. */
static void make_stand_in(struct certmap_builder *builder, bool memory) {
    builder->is_stand_in = true;
    builder->has_open_mapping = memory;
    if (!memory)
        drop_stand_in(builder);
    else if (cm_builder_open_mapping(builder)->allow)
        cm_builder_set_no_account(builder);
}

/* ---- the end of a mapping ---- */

/* Where the only member of the root is an ALL, its members become the root's: one `and` less to show. */
static void flatten_root(struct certmap_builder *builder) {
    struct cm_node *root = &builder->draft.nodes[cm_builder_open_mapping(builder)->nodes];
    size_t size = cm_builder_mark(builder);
    if (size < 2 || root[1].kind != CM_NODE_ALL || root[1].value != size - 1)
        return;
    memmove(root + 1, root + 2, (size - 2) * sizeof *root);
    builder->draft.node_count--;
    cm_builder_shift_bindings(builder);
}

/* A caller that knows that a mapping is refused may leave out its conditions. */
static enum certmap_status check_complete(const struct certmap_builder *builder, struct certmap_diagnostic *err) {
    if (builder->open_count > 0)
        return cm_error_argument(err, "a group was left open");
    if (cm_builder_mark(builder) == 1 && !builder->is_stand_in)
        return cm_error_argument(err, "a mapping has no condition; certmap_builder_always says that it is meant");
    return CERTMAP_OK;
}

void cm_builder_end_nodes(struct certmap_builder *builder) {
    struct certmap_rules *rules = builder->draft.rules;
    flatten_root(builder);
    const size_t size = cm_builder_mark(builder);
    CM_ASSERT(size <= CM_MAX_NODES);
    builder->draft.nodes[cm_builder_open_mapping(builder)->nodes].value = (uint32_t)size & CM_MAX_NODES;
    if (size > rules->largest_mapping)
        rules->largest_mapping = size;
}

enum certmap_status cm_builder_close_mapping(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    if (!builder->has_open_mapping)
        return CERTMAP_OK;
    cm_builder_end_nodes(builder);
    enum certmap_status status = check_complete(builder, err);
    builder->open_count = 0;
    drop_stand_in(builder);
    builder->has_open_mapping = false;
    return status;
}

/* ---- the call ---- */

static enum certmap_status set_account(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                       struct certmap_diagnostic *err) {
    const struct cm_source account = {.text = mapping->account, .written = mapping->is_template};
    return cm_builder_set_account(builder, &account, mapping->language, err);
}

static enum certmap_status begin_mapping(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                         struct certmap_diagnostic *err) {
    enum certmap_status status = cm_builder_add_mapping(builder, mapping, err);
    builder->has_open_mapping = status == CERTMAP_OK;
    if (status != CERTMAP_OK)
        return status;
    status = cm_builder_set_name(builder, mapping->name, err);
    if (status == CERTMAP_OK)
        status = set_account(builder, mapping, err);
    else
        make_stand_in(builder, status != CERTMAP_ERROR_MEMORY);
    builder->one_to_one_count += status == CERTMAP_OK && mapping->kind == CERTMAP_KIND_ONE_TO_ONE;
    return status;
}

/* Whether the mapping can be read. Errors: ARGUMENT. */
static enum certmap_status check_mapping(const struct certmap_mapping *mapping, struct certmap_diagnostic *err) {
    if (mapping == NULL || !cm_view_sound(mapping->name) || !cm_view_sound(mapping->account))
        return cm_error_argument(err,
                                 "certmap_builder_mapping: mapping or one of its texts is NULL, or its size is not "
                                 "a size of it");
    if (certmap_kind_name(mapping->kind) == NULL || certmap_language_name(mapping->language) == NULL ||
        (mapping->decision != CERTMAP_ALLOW && mapping->decision != CERTMAP_DENY))
        return cm_error_argument(err, "certmap_builder_mapping: kind, decision or language is not one that a mapping "
                                      "can have");
    return CERTMAP_OK;
}

enum certmap_status cm_builder_check_room(const struct certmap_builder *builder, struct certmap_diagnostic *err) {
    if (certmap_rules_count(builder->draft.rules) == builder->most)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "there are more than %zu mappings",
                        builder->most);
    return CERTMAP_OK;
}

static enum certmap_status begin(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                 struct certmap_diagnostic *err) {
    builder->has_open_mapping = false;
    if (!cm_builder_have_rules(builder))
        return cm_error_memory(err);
    enum certmap_status status = check_mapping(mapping, err);
    if (status != CERTMAP_OK) {
        add_stand_in(builder, NULL);
        return status;
    }
    status = cm_builder_check_room(builder, err);
    if (status == CERTMAP_OK)
        return begin_mapping(builder, mapping, err);
    add_stand_in(builder, mapping);
    return status;
}

enum certmap_status certmap_builder_mapping(struct certmap_builder *builder, const struct certmap_mapping *given,
                                            struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    struct certmap_mapping room;
    const struct certmap_mapping *mapping = certmap_struct_read(&room, given, CERTMAP_FIRST_MAPPING, sizeof room);
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_mapping: builder is NULL");
    enum certmap_status closed = cm_builder_note(builder, cm_builder_close_mapping(builder, &own), &own, err);
    builder->has_begun = true;
    enum certmap_status begun = cm_builder_note(builder, begin(builder, mapping, &own), &own, err);
    return begun != CERTMAP_OK ? begun : closed;
}
