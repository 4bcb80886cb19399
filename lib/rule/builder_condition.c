/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/error.h"
#include "base/view.h"
#include "rule/builder.h"
#include "rule/operand.h"

static enum certmap_status make_operand(struct certmap_builder *builder, struct cm_operand *operand,
                                        struct certmap_view text, const struct certmap_condition *condition,
                                        struct certmap_error *err) {
    struct cm_arena *arena = &builder->rules->arena;
    enum cm_operand_kind kind = CM_OPERAND_TEXT;
    if (condition->op == CERTMAP_OP_LIKE)
        kind = condition->flags & CERTMAP_IIS_PATTERN ? CM_OPERAND_IIS_PATTERN : CM_OPERAND_PATTERN;
    if (condition->field != CERTMAP_FIELD_CERTIFICATE)
        return cm_operand_make(operand, text, kind, condition->flags & CERTMAP_NOCASE, arena, &builder->scratch, err);
    struct certmap_view bytes = cm_arena_text(arena, text);
    *operand = (struct cm_operand){.shown = bytes, .matched = bytes};
    return bytes.data != NULL ? CERTMAP_OK : cm_error_memory(err);
}

static enum certmap_status make_operands(struct certmap_builder *builder, struct cm_condition *made,
                                         const struct certmap_condition *condition, struct certmap_error *err) {
    enum certmap_status status = CERTMAP_OK;
    struct cm_operand *operands = cm_arena_alloc(&builder->rules->arena, condition->operand_count * sizeof *operands);
    if (operands == NULL)
        return cm_error_memory(err);
    for (size_t i = 0; i < condition->operand_count && status == CERTMAP_OK; i++) {
        cm_arena_reset(&builder->scratch);
        status = make_operand(builder, &operands[i], condition->operands[i], condition, err);
    }
    made->operands = operands;
    made->operand_count = condition->operand_count;
    return status;
}

static bool known_words(const struct certmap_condition *condition) {
    return (condition->field == CERTMAP_FIELD_SUBJECT || condition->field == CERTMAP_FIELD_ISSUER ||
            condition->field == CERTMAP_FIELD_CERTIFICATE) &&
           (unsigned)condition->op <= CERTMAP_OP_COUNT && (unsigned)condition->quantifier <= CERTMAP_ONLY_VALUE &&
           (condition->flags & ~(unsigned)(CERTMAP_NOCASE | CERTMAP_IIS_PATTERN)) == 0;
}

/* Whether field, operator, quantifier, flags and operands go together. */
static bool is_sound(const struct certmap_condition *condition) {
    const bool whole = condition->field == CERTMAP_FIELD_CERTIFICATE;
    const bool compares = condition->op == CERTMAP_OP_EQUAL || condition->op == CERTMAP_OP_LIKE;
    if (!known_words(condition))
        return false;
    if (whole && (condition->op != CERTMAP_OP_EQUAL || condition->flags != 0 || condition->subfield.len > 0))
        return false;
    if (condition->quantifier != CERTMAP_ANY_VALUE && (whole || !compares))
        return false;
    if (compares == (condition->operand_count == 0) || (compares && condition->operands == NULL))
        return false;
    if (condition->count != 0 && condition->op != CERTMAP_OP_COUNT)
        return false;
    for (size_t i = 0; i < condition->operand_count && i <= CERTMAP_MAX_CONDITIONS; i++)
        if (!cm_view_sound(condition->operands[i]))
            return false;
    return cm_view_sound(condition->subfield);
}

static enum certmap_status check_condition(const struct certmap_builder *builder,
                                           const struct certmap_condition *condition, struct certmap_error *err) {
    if (condition == NULL || condition->size < sizeof *condition || !is_sound(condition))
        return cm_error_argument(err, "certmap_builder_condition: the condition is NULL, too small, or its field, "
                                      "operator, quantifier, flags and operands do not go together");
    if (!cm_builder_has_mapping(builder))
        return cm_error_argument(err, "certmap_builder_condition: no mapping was begun");
    if (builder->condition_count - cm_builder_open_mapping(builder)->first_condition >= CERTMAP_MAX_CONDITIONS)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "the mapping has more than %d conditions",
                        CERTMAP_MAX_CONDITIONS);
    if (condition->operand_count > CERTMAP_MAX_CONDITIONS)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "the condition has more than %d operands",
                        CERTMAP_MAX_CONDITIONS);
    return CERTMAP_OK;
}

static enum certmap_status store_condition(struct certmap_builder *builder, const struct cm_condition *made,
                                           struct certmap_error *err) {
    struct certmap_rules *rules = builder->rules;
    struct cm_condition *conditions = cm_array_reserve(&builder->allocator, rules->conditions, &builder->condition_cap,
                                                       builder->condition_count + 1, sizeof *conditions);
    if (conditions == NULL)
        return cm_error_memory(err);
    size_t index = builder->condition_count - cm_builder_open_mapping(builder)->first_condition;
    rules->conditions = conditions;
    conditions[builder->condition_count] = *made;
    enum certmap_status status =
        cm_builder_add_node(builder, (struct cm_node){CM_NODE_CONDITION, 1, (uint32_t)index}, err);
    builder->condition_count += status == CERTMAP_OK;
    rules->needs |= cm_field_pieces(made->path.field);
    return status;
}

/* A Name is no text: it has no pattern, and is always there. */
static enum certmap_status check_whole_name(const struct cm_condition *made, struct certmap_error *err) {
    const char *name = certmap_field_name(made->path.field);
    if (made->path.kind != CM_TEXT_NAME || made->op == CERTMAP_OP_EQUAL || made->op == CERTMAP_OP_UNDER)
        return CERTMAP_OK;
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD, "%s needs a subfield, for example %s.CN",
                    name, name);
}

static enum certmap_status add_condition(struct certmap_builder *builder, const struct certmap_condition *condition,
                                         struct certmap_error *err) {
    struct cm_condition made = {.op = condition->op,
                                .quantifier = condition->quantifier,
                                .count = condition->count,
                                .nocase = (condition->flags & CERTMAP_NOCASE) != 0};
    enum certmap_status status =
        cm_path_resolve(&made.path, condition->field, condition->subfield, &builder->rules->arena, err);
    if (status == CERTMAP_OK)
        status = check_whole_name(&made, err);
    if (status == CERTMAP_OK)
        status = make_operands(builder, &made, condition, err);
    if (status == CERTMAP_OK)
        status = store_condition(builder, &made, err);
    return status;
}

enum certmap_status certmap_builder_condition(struct certmap_builder *builder,
                                              const struct certmap_condition *condition, struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_condition: builder is NULL");
    enum certmap_status status = check_condition(builder, condition, &own);
    if (status == CERTMAP_OK)
        status = add_condition(builder, condition, &own);
    return cm_builder_note(builder, status, &own, err);
}
