/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/error.h"
#include "base/unicode.h"
#include "base/view.h"
#include "rule/builder.h"
#include "rule/operand.h"

static enum certmap_status set_name(struct certmap_builder *builder, struct cm_mapping *mapping,
                                    struct certmap_view name, struct certmap_error *err) {
    size_t there;
    if (name.len == 0 && mapping->kind == CERTMAP_KIND_ONE_TO_ONE)
        return CERTMAP_OK;
    if (name.len == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_EMPTY_NAME, "the name of the mapping is empty");
    enum certmap_status status = cm_text_check(name, "the name of the mapping", err);
    if (status != CERTMAP_OK)
        return status;
    mapping->name = cm_arena_text(&builder->rules->arena, name);
    if (mapping->name.data == NULL ||
        !cm_nameset_add(&builder->names, mapping->name, builder->rules->mapping_count - 1, &there, &builder->allocator))
        return cm_error_memory(err);
    if (there == SIZE_MAX)
        return CERTMAP_OK;
    const size_t line = builder->rules->mappings[there].line;
    if (line == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_MAPPING, "there is a mapping %s already",
                        cm_quote(name).text);
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_MAPPING,
                    "there is a mapping %s already, in line %zu", cm_quote(name).text, line);
}

/* Adds a mapping and its root. Errors: MEMORY, and then there is no mapping more. */
static enum certmap_status add_mapping(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                       struct certmap_error *err) {
    struct certmap_rules *rules = builder->rules;
    struct cm_mapping *mappings = cm_array_reserve(&builder->allocator, rules->mappings, &builder->mapping_cap,
                                                   rules->mapping_count + 1, sizeof *mappings);
    if (mappings == NULL)
        return cm_error_memory(err);
    rules->mappings = mappings;
    mappings[rules->mapping_count++] = (struct cm_mapping){.kind = mapping->kind,
                                                           .decision = mapping->decision,
                                                           .line = mapping->line,
                                                           .column = mapping->column,
                                                           .first_node = builder->node_count,
                                                           .first_condition = builder->condition_count,
                                                           .first_output = builder->output_count};
    enum certmap_status status = cm_builder_add_node(builder, (struct cm_node){CM_NODE_ALL, 1, 0}, err);
    if (status != CERTMAP_OK)
        rules->mapping_count--;
    else
        builder->one_to_one_count += mapping->kind == CERTMAP_KIND_ONE_TO_ONE;
    return status;
}

/* Begins a mapping, also if its name or account is bad, so that its conditions have a place and can be
 * checked. */
static enum certmap_status begin_mapping(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                         struct certmap_error *err) {
    enum certmap_status status = add_mapping(builder, mapping, err);
    if (status == CERTMAP_OK)
        status = set_name(builder, cm_builder_open_mapping(builder), mapping->name, err);
    if (status == CERTMAP_OK) {
        const struct cm_source account = {.text = mapping->account, .written = mapping->is_template};
        status = cm_builder_set_account(builder, &account, mapping->language, err);
    }
    return status;
}

static enum certmap_status check_mapping(const struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                         struct certmap_error *err) {
    if (mapping == NULL || mapping->size < sizeof *mapping || !cm_view_sound(mapping->name) ||
        !cm_view_sound(mapping->account))
        return cm_error_argument(err, "certmap_builder_mapping: mapping or one of its texts is NULL, or its size too "
                                      "small");
    if (certmap_kind_name(mapping->kind) == NULL || certmap_language_name(mapping->language) == NULL ||
        (mapping->decision != CERTMAP_ALLOW && mapping->decision != CERTMAP_DENY))
        return cm_error_argument(err, "certmap_builder_mapping: kind, decision or language is not one that a mapping "
                                      "can have");
    if (certmap_rules_count(builder->rules) == CERTMAP_MAX_MAPPINGS)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "there are more than %d mappings",
                        CERTMAP_MAX_MAPPINGS);
    return CERTMAP_OK;
}

enum certmap_status certmap_builder_mapping(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                            struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_mapping: builder is NULL");
    enum certmap_status status = check_mapping(builder, mapping, &own);
    if (status == CERTMAP_OK && !cm_builder_have_rules(builder))
        status = cm_error_memory(&own);
    if (status != CERTMAP_OK)
        return cm_builder_note(builder, status, &own, err);
    enum certmap_status closed = cm_builder_note(builder, cm_builder_close_mapping(builder, &own), &own, err);
    enum certmap_status begun = cm_builder_note(builder, begin_mapping(builder, mapping, &own), &own, err);
    return begun != CERTMAP_OK ? begun : closed;
}
