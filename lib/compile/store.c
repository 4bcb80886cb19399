/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/view.h"
#include "compile/builder.h"
#include "rule/operand.h"

uint64_t cm_builder_seed(const struct certmap_builder *builder) {
    return (uint64_t)(uintptr_t)builder;
}

/* ---- records ---- */

static uint8_t *reserve(struct cm_record *record, size_t more, const struct certmap_allocator *allocator) {
    uint8_t *bytes = cm_array_reserve(allocator, record->bytes, &record->cap, record->len + more, 1);
    if (bytes == NULL)
        return NULL;
    record->bytes = bytes;
    return bytes + record->len;
}

bool cm_record_number(struct cm_record *record, uint32_t number, const struct certmap_allocator *allocator) {
    uint8_t *to = reserve(record, CM_MAX_NUMBER_SIZE, allocator);
    if (to == NULL)
        return false;
    record->len += (size_t)(cm_store_put_number(to, number) - to);
    return true;
}

static bool record_bytes(struct cm_record *record, struct certmap_view bytes,
                         const struct certmap_allocator *allocator) {
    uint8_t *to = reserve(record, bytes.len + 1, allocator);
    if (to == NULL)
        return false;
    if (bytes.len > 0)
        memcpy(to, bytes.data, bytes.len);
    to[bytes.len] = 0;
    record->len += bytes.len + 1;
    return true;
}

bool cm_record_string(struct cm_record *record, struct certmap_view string, const struct certmap_allocator *allocator) {
    return cm_record_number(record, (uint32_t)string.len, allocator) && record_bytes(record, string, allocator);
}

bool cm_record_operand(struct cm_record *record, const struct cm_operand *operand, enum cm_text_kind kind,
                       const struct certmap_allocator *allocator) {
    const bool differs = !cm_view_equal(operand->shown, operand->matched);
    if (!cm_record_number(record, (uint32_t)operand->shown.len << 1 | differs, allocator) ||
        !record_bytes(record, operand->shown, allocator) ||
        (differs && !cm_record_string(record, operand->matched, allocator)))
        return false;
    return kind != CM_TEXT_IP || cm_record_number(record, (uint32_t)operand->bits, allocator);
}

bool cm_record_certificate(struct cm_record *record, struct certmap_view bytes, bool has_tbs,
                           const struct certmap_allocator *allocator) {
    return cm_record_number(record, (uint32_t)bytes.len << 1 | has_tbs, allocator) &&
           record_bytes(record, bytes, allocator);
}

/* ---- text ---- */

static enum certmap_status too_large(struct certmap_diagnostic *err) {
    return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_RULES_TOO_LARGE,
                    "the texts of the rules have more than %u bytes", (unsigned)CERTMAP_MAX_RULES_TEXT);
}

/* Adds a record to a text that grows; *at is where it begins. */
static enum certmap_status append(uint8_t **text, size_t *len, size_t *cap, const struct cm_record *record,
                                  uint32_t *at, const struct certmap_allocator *allocator,
                                  struct certmap_diagnostic *err) {
    if (record->len > CERTMAP_MAX_RULES_TEXT - *len)
        return too_large(err);
    uint8_t *grown = cm_array_reserve(allocator, *text, cap, *len + record->len, 1);
    if (grown == NULL)
        return cm_error_memory(err);
    *text = grown;
    memcpy(grown + *len, record->bytes, record->len);
    *at = (uint32_t)*len;
    *len += record->len;
    return CERTMAP_OK;
}

enum certmap_status cm_builder_keep(struct certmap_builder *builder, const struct cm_record *record, uint32_t *at,
                                    struct certmap_diagnostic *err) {
    struct cm_draft_text *text = &builder->draft.text;
    if (record->len > CERTMAP_MAX_RULES_TEXT - text->len)
        return too_large(err);
    const uint32_t place = (uint32_t)text->len;
    if (!cm_draft_text_add(text, cm_view(record->bytes, record->len), &builder->allocator))
        return cm_error_memory(err);
    *at = place;
    return CERTMAP_OK;
}

struct prefix_search {
    const struct certmap_builder *builder;
    struct certmap_view prefix;
};

static bool is_prefix(const void *ctx, uint32_t number) {
    const struct prefix_search *search = ctx;
    const uint8_t *at = search->builder->draft.rules->prefixes + number;
    return cm_view_equal(cm_store_string(&at), search->prefix);
}

enum certmap_status cm_builder_prefix(struct certmap_builder *builder, struct certmap_view prefix, uint32_t *at,
                                      struct certmap_diagnostic *err) {
    const struct prefix_search search = {builder, prefix};
    const uint32_t hash = cm_id_table_hash(cm_hash_bytes(prefix.data, prefix.len, cm_builder_seed(builder)));
    *at = cm_id_table_find(&builder->prefixes, hash, is_prefix, &search);
    if (*at != CM_ID_TABLE_NONE)
        return CERTMAP_OK;
    builder->record.len = 0;
    if (!cm_record_string(&builder->record, prefix, &builder->allocator))
        return cm_error_memory(err);
    enum certmap_status status = append(&builder->draft.rules->prefixes, &builder->prefix_len, &builder->prefix_cap,
                                        &builder->record, at, &builder->allocator, err);
    if (status == CERTMAP_OK && !cm_id_table_add(&builder->prefixes, hash, *at, &builder->allocator))
        status = cm_error_memory(err);
    return status;
}

static enum certmap_status too_many(const char *what, unsigned most, struct certmap_diagnostic *err) {
    return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "the rules have more than %u %s", most, what);
}

/* ---- paths ---- */

struct path_search {
    const struct certmap_builder *builder;
    const struct cm_path *path;
};

static bool is_path(const void *ctx, uint32_t number) {
    const struct path_search *search = ctx;
    const struct cm_path *there = &search->builder->draft.rules->paths[number], *path = search->path;
    return there->field == path->field && there->list == path->list && there->row == path->row &&
           cm_view_equal(there->oid, path->oid);
}

static enum certmap_status add_path(struct certmap_builder *builder, const struct cm_path *path,
                                    struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    if (builder->path_count == CM_MAX_PATHS)
        return too_many("subfields", CM_MAX_PATHS, err);
    struct cm_path *paths =
        cm_array_reserve(&builder->allocator, rules->paths, &builder->path_cap, builder->path_count + 1, sizeof *paths);
    if (paths == NULL)
        return cm_error_memory(err);
    rules->paths = paths;
    paths[builder->path_count] = *path;
    if (path->by_oid)
        paths[builder->path_count].oid = cm_arena_text(&rules->arena, path->oid);
    if (path->by_oid && paths[builder->path_count].oid.data == NULL)
        return cm_error_memory(err);
    builder->path_count++;
    return CERTMAP_OK;
}

enum certmap_status cm_builder_path(struct certmap_builder *builder, const struct cm_path *path, uint32_t *number,
                                    struct certmap_diagnostic *err) {
    const struct path_search search = {builder, path};
    const uint64_t place = (uint64_t)path->field << 16 | path->list << 8 | path->row;
    const uint32_t hash =
        cm_id_table_hash(cm_hash_bytes(path->oid.data, path->oid.len, cm_hash_mix(cm_builder_seed(builder) ^ place)));
    *number = cm_id_table_find(&builder->paths, hash, is_path, &search);
    if (*number != CM_ID_TABLE_NONE)
        return CERTMAP_OK;
    *number = (uint32_t)builder->path_count;
    enum certmap_status status = add_path(builder, path, err);
    if (status == CERTMAP_OK && !cm_id_table_add(&builder->paths, hash, *number, &builder->allocator))
        status = cm_error_memory(err);
    return status;
}

/* ---- whole Names ---- */

struct name_search {
    const struct certmap_builder *builder;
    const struct cm_operand *name;
};

static bool is_name(const void *ctx, uint32_t number) {
    const struct name_search *search = ctx;
    const struct cm_operand *there = &search->builder->draft.rules->names[number];
    return cm_view_equal(there->shown, search->name->shown) && cm_view_equal(there->matched, search->name->matched);
}

static enum certmap_status add_name(struct certmap_builder *builder, const struct cm_operand *name,
                                    struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    if (builder->name_count == CM_MAX_NODES)
        return too_many("Names", CM_MAX_NODES, err);
    struct cm_operand *names =
        cm_array_reserve(&builder->allocator, rules->names, &builder->name_cap, builder->name_count + 1, sizeof *names);
    if (names == NULL)
        return cm_error_memory(err);
    rules->names = names;
    enum certmap_status status =
        cm_operand_keep_name(&names[builder->name_count], name, &rules->arena, &builder->scratch, err);
    builder->name_count += status == CERTMAP_OK;
    return status;
}

enum certmap_status cm_builder_name(struct certmap_builder *builder, const struct cm_operand *name, uint32_t *number,
                                    struct certmap_diagnostic *err) {
    const struct name_search search = {builder, name};
    const uint32_t hash =
        cm_id_table_hash(cm_hash_bytes(name->matched.data, name->matched.len, cm_builder_seed(builder)));
    *number = cm_id_table_find(&builder->names, hash, is_name, &search);
    if (*number != CM_ID_TABLE_NONE)
        return CERTMAP_OK;
    *number = (uint32_t)builder->name_count;
    enum certmap_status status = add_name(builder, name, err);
    if (status == CERTMAP_OK && !cm_id_table_add(&builder->names, hash, *number, &builder->allocator))
        status = cm_error_memory(err);
    return status;
}

/* ---- conditions ---- */

struct condition_search {
    const struct certmap_builder *builder;
    const struct cm_draft_condition *condition;
    const uint8_t *operands;
};

/* The operands of equal conditions are the same bytes. */
static bool is_condition(const void *ctx, uint32_t number) {
    const struct condition_search *search = ctx;
    const struct cm_draft *draft = &search->builder->draft;
    const struct cm_draft_condition *there = &draft->conditions[number], *condition = search->condition;
    const struct cm_stored_condition *a = &there->stored, *b = &condition->stored;
    return there->len == condition->len && there->count == condition->count && a->path == b->path && a->op == b->op &&
           a->quantifier == b->quantifier && a->nocase == b->nocase && a->exact == b->exact &&
           (there->len == 0 ||
            memcmp(cm_draft_text_at(&draft->text, there->operands), search->operands, there->len) == 0);
}

void cm_builder_hash(const struct certmap_builder *builder, struct cm_made_condition *made) {
    const struct cm_stored_condition *stored = &made->stored;
    const uint64_t words[] = {stored->path, (uint64_t)stored->op << 8 | (uint64_t)stored->quantifier << 4 |
                                                stored->nocase | (uint64_t)stored->exact << 1 |
                                                (uint64_t)made->count << 16};
    uint64_t hash = cm_hash_mix(cm_builder_seed(builder) ^ words[0]);
    hash = cm_hash_mix(hash ^ words[1]);
    made->hash = cm_id_table_hash(cm_hash_bytes(made->record.bytes, made->record.len, hash));
    cm_id_table_prefetch(&builder->conditions, made->hash);
}

/* Adds a condition, whose operands are kept already. */
static enum certmap_status add_condition(struct certmap_builder *builder, const struct cm_draft_condition *condition,
                                         uint32_t hash, struct certmap_diagnostic *err) {
    struct cm_draft *draft = &builder->draft;
    if (draft->condition_count == CM_MAX_NODES)
        return too_many("conditions", CM_MAX_NODES, err);
    struct cm_draft_condition *conditions = cm_array_reserve(
        &builder->allocator, draft->conditions, &draft->condition_cap, draft->condition_count + 1, sizeof *conditions);
    if (conditions == NULL)
        return cm_error_memory(err);
    draft->conditions = conditions;
    if (!cm_id_table_add(&builder->conditions, hash, (uint32_t)draft->condition_count, &builder->allocator))
        return cm_error_memory(err);
    conditions[draft->condition_count++] = *condition;
    return CERTMAP_OK;
}

enum certmap_status cm_builder_stored(struct certmap_builder *builder, const struct cm_made_condition *made,
                                      uint32_t *number, struct certmap_diagnostic *err) {
    struct cm_draft_condition condition = {
        .stored = made->stored, .count = made->count, .len = (uint32_t)made->record.len};
    const struct condition_search search = {builder, &condition, made->record.bytes};
    enum certmap_status status = CERTMAP_OK;
    *number = cm_id_table_find(&builder->conditions, made->hash, is_condition, &search);
    if (*number != CM_ID_TABLE_NONE)
        return CERTMAP_OK;
    if (made->record.len > 0)
        status = cm_builder_keep(builder, &made->record, &condition.operands, err);
    *number = (uint32_t)builder->draft.condition_count;
    return status == CERTMAP_OK ? add_condition(builder, &condition, made->hash, err) : status;
}
