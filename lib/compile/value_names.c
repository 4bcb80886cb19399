/* SPDX-License-Identifier: MIT */
/* The names that the conditions of a mapping give to the value that satisfied them. They are found before its texts are
 * compiled, which read them; and kept with its nodes. */
#include "base/alloc.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/view.h"
#include "certmap/names.h"
#include "certmap/versioned.h"
#include "compile/builder.h"
#include "field/canonical.h"

/* ---- names ---- */

static bool is_letter(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A letter, then letters, digits, - and _. */
static bool is_name(struct certmap_view name) {
    bool right = name.len > 0 && name.len <= CERTMAP_MAX_BINDING_SIZE && is_letter(name.data[0]);
    for (size_t i = 0; i < name.len && right; i++)
        right = is_letter(name.data[i]) || (name.data[i] >= '0' && name.data[i] <= '9') || name.data[i] == '-' ||
                name.data[i] == '_';
    return right;
}

size_t cm_names_find(const struct cm_names *names, struct certmap_view name) {
    for (size_t i = 0; i < names->count; i++)
        if (cm_view_equal(names->items[i], name))
            return i;
    return SIZE_MAX;
}

/* ---- which names there are, and which are always bound ---- */

/* Whether every pattern of a condition has one *. */
static bool has_stars(const struct certmap_condition *condition) {
    bool right = condition->op == CERTMAP_OP_LIKE && condition->operands != NULL;
    for (size_t i = 0; right && i < condition->operand_count; i++) {
        const struct certmap_view pattern = condition->operands[i];
        const bool escapes = (condition->flags & CERTMAP_IIS_PATTERN) == 0;
        size_t stars = 0;
        for (size_t k = 0; pattern.data != NULL && k < pattern.len; k++) {
            stars += pattern.data[k] == '*';
            k += escapes && pattern.data[k] == '\\';
        }
        right = stars == 1;
    }
    return right;
}

/* Whether the values of a condition can be read by filters that are about numbers. */
static void note_kind(struct cm_names *names, const struct certmap_condition *condition, uint32_t bit) {
    const bool known = certmap_field_name(condition->field) != NULL;
    const enum cm_text_kind kind = known ? cm_field_kind(condition->field) : CM_TEXT_PLAIN;
    if (kind != CM_TEXT_SERIAL)
        names->serials &= ~bit;
    if (!cm_kind_is_hexadecimal(kind))
        names->octets &= ~bit;
}

/* The bit of the condition's name, which is noted; 0: it has none, or there are too many, which is said later. */
static uint32_t note_name(struct cm_names *names, const struct certmap_condition *condition) {
    if (condition == NULL || !cm_view_sound(condition->as) || condition->as.len == 0)
        return 0;
    size_t number = cm_names_find(names, condition->as);
    if (number == SIZE_MAX && names->count < CERTMAP_MAX_BINDINGS) {
        number = names->count++;
        names->items[number] = condition->as;
        names->starred |= 1u << number;
        names->serials |= 1u << number;
        names->octets |= 1u << number;
    }
    if (number == SIZE_MAX)
        return 0;
    if (!has_stars(condition))
        names->starred &= ~(1u << number);
    note_kind(names, condition, 1u << number);
    return 1u << number;
}

/* A group while its members are looked at. */
struct open_group {
    size_t end;
    enum certmap_term_kind kind;
    uint32_t bound;
};

static void add_member(struct open_group *group, uint32_t bound) {
    if (group->kind == CERTMAP_TERM_ALL)
        group->bound |= bound;
    else if (group->kind == CERTMAP_TERM_ANY)
        group->bound &= bound;
}

static bool is_negated(const struct open_group *groups, size_t open) {
    bool negated = false;
    for (size_t i = 0; i < open; i++)
        negated = negated || groups[i].kind == CERTMAP_TERM_NOT;
    return negated;
}

/* As note_name, and remembers the first one below a "not", whose name is none. */
static uint32_t note_condition(struct cm_names *names, const struct certmap_condition *condition, size_t index,
                               bool negated) {
    const uint32_t bit = note_name(names, condition);
    if (negated && bit != 0 && names->below_not == SIZE_MAX)
        names->below_not = index;
    return negated ? 0 : bit;
}

/* Whichever way an expression is true in, these names have a value: all of any member of an "and", those of every
 * member of an "or", none below a "not". The terms are sound. */
void cm_names_read(struct cm_names *names, const struct certmap_description *given, cm_condition_fn *condition_at,
                   void *ctx) {
    struct open_group groups[CERTMAP_MAX_NESTING + 1];
    size_t open = 1, condition = 0;
    groups[0] = (struct open_group){SIZE_MAX, CERTMAP_TERM_ALL, 0};
    for (size_t i = 0; i < given->term_count; i++) {
        const struct certmap_term *term = &given->terms[i];
        for (; groups[open - 1].end == i; open--)
            add_member(&groups[open - 2], groups[open - 1].bound);
        if (term->kind <= CERTMAP_TERM_NOT)
            groups[open++] =
                (struct open_group){i + term->size, term->kind, term->kind == CERTMAP_TERM_ANY ? UINT32_MAX : 0};
        else
            add_member(&groups[open - 1],
                       term->kind == CERTMAP_TERM_CONDITION
                           ? note_condition(names, condition_at(ctx, condition), condition, is_negated(groups, open))
                           : 0);
        condition += term->kind == CERTMAP_TERM_CONDITION;
    }
    for (; open > 1; open--)
        add_member(&groups[open - 2], groups[open - 1].bound);
    names->always = groups[0].bound;
}

/* Where the terms cannot be read, every name counts as bound: there is a mistake already. */
void cm_names_read_flat(struct cm_names *names, size_t count, bool always, cm_condition_fn *condition_at, void *ctx) {
    for (size_t i = 0; i < count; i++)
        names->always |= note_name(names, condition_at(ctx, i));
    if (!always)
        names->always = UINT32_MAX;
}

/* ---- the conditions ---- */

enum certmap_status cm_binding_check(const struct cm_condition *made, struct certmap_view name,
                                     const struct cm_names *names, struct certmap_diagnostic *err) {
    enum certmap_field field;
    struct certmap_view subfield;
    if (!cm_op_has_operands(made->op) || made->op == CERTMAP_OP_UNDER || made->path->kind == CM_TEXT_NAME ||
        made->path->field == CERTMAP_FIELD_CERTIFICATE || made->path->field == CERTMAP_FIELD_VALIDITY)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERATOR,
                        "\"as %.*s\" names the value that satisfied \"=\", \"in\", \"like\" or \"matches\", and this "
                        "condition is about none",
                        (int)(name.len < 60 ? name.len : 60), (const char *)name.data);
    if (!is_name(name))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX,
                        "%s is no name: one is a letter, and then letters, digits, - and _, at most %d",
                        cm_quote(name).text, CERTMAP_MAX_BINDING_SIZE);
    if (cm_field_split(&field, &subfield, name))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX,
                        "%s is a field, and ${%.*s} would be read as that; choose another name", cm_quote(name).text,
                        (int)name.len, (const char *)name.data);
    if (cm_names_find(names, name) == SIZE_MAX)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY,
                        "the mapping has more than %d names after \"as\"", CERTMAP_MAX_BINDINGS);
    return CERTMAP_OK;
}

enum certmap_status cm_builder_bind(struct certmap_builder *builder, struct certmap_view name,
                                    struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    const uint32_t nodes = cm_builder_open_mapping(builder)->nodes;
    struct cm_binding *bindings = cm_array_reserve(&builder->allocator, rules->bindings, &builder->binding_cap,
                                                   rules->binding_count + 1, sizeof *bindings);
    if (bindings == NULL)
        return cm_error_memory(err);
    rules->bindings = bindings;
    const struct certmap_view kept = cm_arena_text(&rules->arena, name);
    if (kept.data == NULL)
        return cm_error_memory(err);
    bindings[rules->binding_count++] =
        (struct cm_binding){.mapping = nodes,
                            .node = (uint32_t)(builder->draft.node_count - nodes),
                            .number = (uint32_t)cm_names_find(&builder->names_bound, name),
                            .name = kept};
    return CERTMAP_OK;
}

/* ---- the end ---- */

void cm_builder_shift_bindings(struct certmap_builder *builder) {
    struct certmap_rules *rules = builder->draft.rules;
    const uint32_t nodes = cm_builder_open_mapping(builder)->nodes;
    for (size_t i = rules->binding_count; i > 0 && rules->bindings[i - 1].mapping == nodes; i--)
        rules->bindings[i - 1].node--;
}

/* Of mappings in their last order, each binding has the index instead of where the nodes begin. */
enum certmap_status cm_builder_order_bindings(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    if (rules->binding_count == 0)
        return CERTMAP_OK;
    struct cm_binding *ordered = cm_array_alloc(&builder->allocator, rules->binding_count, sizeof *ordered);
    size_t done = 0;
    if (ordered == NULL)
        return cm_error_memory(err);
    for (uint32_t i = 0; i < rules->mapping_count; i++) {
        size_t count;
        const struct cm_binding *there = cm_bindings_of(rules, builder->draft.mappings[i].nodes, &count);
        for (size_t k = 0; k < count; k++) {
            ordered[done] = there[k];
            ordered[done++].mapping = i;
        }
    }
    CM_ASSERT(done == rules->binding_count);
    cm_release(&builder->allocator, rules->bindings);
    rules->bindings = ordered;
    return CERTMAP_OK;
}
