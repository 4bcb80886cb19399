/* SPDX-License-Identifier: MIT */
/* A mapping in one piece. Its parts are compiled one after the other; from the first mistake on, and in a mapping that is
 * not to be kept, they are only checked. At its end it is kept or dropped. */
#include "base/arena.h"
#include "base/view.h"
#include "certmap/limits.h"
#include "certmap/versioned.h"
#include "compile/builder.h"

/* A description on its way. */
struct whole {
    struct certmap_builder *builder;
    const struct certmap_description *given;
    const struct certmap_mapping *mapping;
    const char *call;
    bool adds; /* the name is claimed; and, if nothing is wrong, all of it kept */
    certmap_part_fn *report;
    void *ctx;
    size_t condition;                 /* the next one */
    bool claimed;                     /* the name */
    bool stop;                        /* there is no memory */
    struct certmap_diagnostic *error; /* being filled */
    struct certmap_diagnostic *first; /* status OK: none yet */
};

/* ---- what is wrong ---- */

/* Reports the error that was filled, at the position where it has none of its own. */
static void refuse(struct whole *whole, enum certmap_part part, size_t index, struct certmap_position position) {
    struct certmap_diagnostic *error = whole->error;
    cm_builder_report_memory_limit(whole->builder, error);
    if (error->line == 0)
        cm_error_place(error, position);
    if (whole->first->status == CERTMAP_OK)
        *whole->first = *error;
    whole->stop = error->status == CERTMAP_ERROR_MEMORY || error->code == CERTMAP_CODE_MEMORY_LIMIT;
    whole->builder->checking = true;
    if (whole->report != NULL)
        whole->report(whole->ctx, part, index, error);
}

/* ---- the expression ---- */

static bool is_group(const struct certmap_term *term) {
    return term->kind <= CERTMAP_TERM_NOT;
}

/* Whether a term can be where it is, in a group that ends there. */
static bool is_sound(const struct certmap_term *term, size_t room) {
    if ((unsigned)term->kind > CERTMAP_TERM_CONDITION || term->size > room)
        return false;
    if (!is_group(term))
        return term->size == 1;
    return term->size > 1 && (term->kind != CERTMAP_TERM_NOT || term[1].size == term->size - 1);
}

/* Whether the terms are a list of expressions with as many conditions as there are. Errors: ARGUMENT, LIMIT. */
static enum certmap_status check_terms(const struct certmap_description *given, const char *call,
                                       struct certmap_diagnostic *err) {
    size_t ends[CERTMAP_MAX_NESTING], open = 0, conditions = 0;
    for (size_t i = 0; i < given->term_count; i++) {
        const struct certmap_term *term = &given->terms[i];
        while (open > 0 && ends[open - 1] == i)
            open--;
        if (!is_sound(term, (open > 0 ? ends[open - 1] : given->term_count) - i))
            return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                            "%s: a group is empty, longer than its own, or of two members with CERTMAP_TERM_NOT", call);
        conditions += term->kind == CERTMAP_TERM_CONDITION;
        if (open == CERTMAP_MAX_NESTING && term->kind != CERTMAP_TERM_CONDITION)
            return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NESTING, "groups are nested more than %d deep",
                            CERTMAP_MAX_NESTING);
        if (is_group(term))
            ends[open++] = i + term->size;
    }
    if (given->terms == NULL ? given->condition_count > 0
                             : given->term_count > 0 && conditions == given->condition_count)
        return CERTMAP_OK;
    return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                    "%s: there is no condition, which CERTMAP_TERM_ALWAYS would be, or not one for each term", call);
}

static const struct certmap_condition *condition_at(const struct whole *whole, struct certmap_condition *room) {
    const unsigned char *first = (const unsigned char *)whole->given->conditions;
    return certmap_struct_read(room, first + whole->condition * certmap_struct_size(first), CERTMAP_FIRST_CONDITION,
                               sizeof *room);
}

/* Where the current condition is wrong: at an operand, at its operator, or at its field. */
static struct certmap_position condition_position(const struct whole *whole, size_t operand_count) {
    const struct certmap_condition_position *positions = whole->given->condition_positions;
    const size_t operand = whole->builder->operand;
    if (positions == NULL)
        return whole->given->position;
    positions += whole->condition;
    if (whole->error->code == CERTMAP_CODE_BAD_OPERATOR)
        return positions->op;
    return operand < operand_count && positions->operands != NULL ? positions->operands[operand] : positions->field;
}

/* Gives the condition that comes next its name. */
static void add_binding(struct whole *whole, struct certmap_view name) {
    if (!whole->builder->checking && name.len > 0 && cm_builder_bind(whole->builder, name, whole->error) != CERTMAP_OK)
        refuse(whole, CERTMAP_PART_EXPRESSION, 0, whole->given->position);
}

/* Below a "not" no value has satisfied the condition. Errors: SYNTAX. */
static enum certmap_status check_not(struct whole *whole, const struct certmap_condition *condition) {
    whole->builder->operand = SIZE_MAX;
    if (condition == NULL || whole->condition != whole->builder->names_bound.below_not)
        return CERTMAP_OK;
    return cm_error(whole->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_SYNTAX,
                    "below \"not\" no value has satisfied the condition; leave out \"as %.*s\"",
                    (int)(condition->as.len < 60 ? condition->as.len : 60), (const char *)condition->as.data);
}

/* The next condition; *number is its own, unless it is only checked. */
static void take_condition(struct whole *whole, uint32_t *number) {
    struct certmap_condition room;
    const struct certmap_condition *condition = condition_at(whole, &room);
    whole->builder->ahead.next = whole->condition;
    if (check_not(whole, condition) != CERTMAP_OK ||
        cm_builder_compile_condition(whole->builder, condition, whole->call, number, whole->error) != CERTMAP_OK) {
        const bool full = whole->builder->condition_count >= CERTMAP_MAX_CONDITIONS;
        const struct certmap_position position =
            condition_position(whole, condition != NULL ? condition->operand_count : 0);
        whole->error->line = 0; /* what a Name says of itself is about its text alone */
        refuse(whole, CERTMAP_PART_CONDITION, whole->condition, position);
        if (full)
            whole->builder->condition_count = 0; /* so that this is said once */
    } else if (condition != NULL) {
        add_binding(whole, condition->as);
    }
    whole->condition++;
}

static void add_node(struct whole *whole, enum cm_node_kind kind, uint32_t value) {
    const struct cm_node node = {.kind = (unsigned)kind & 7, .value = value & CM_MAX_NODES};
    if (!whole->builder->checking && cm_builder_add_node(whole->builder, node, whole->error) != CERTMAP_OK)
        refuse(whole, CERTMAP_PART_EXPRESSION, 0, whole->given->position);
}

static void take_term(struct whole *whole, const struct certmap_term *term) {
    static const enum cm_node_kind kinds[] = {[CERTMAP_TERM_ALL] = CM_NODE_ALL,
                                              [CERTMAP_TERM_ANY] = CM_NODE_ANY,
                                              [CERTMAP_TERM_NOT] = CM_NODE_NOT,
                                              [CERTMAP_TERM_ALWAYS] = CM_NODE_ALWAYS,
                                              [CERTMAP_TERM_CONDITION] = CM_NODE_CONDITION};
    uint32_t value = is_group(term) ? term->size : 0;
    if (term->kind == CERTMAP_TERM_CONDITION)
        take_condition(whole, &value);
    add_node(whole, kinds[term->kind], value);
}

static void take_expression(struct whole *whole) {
    static const struct certmap_term condition = {CERTMAP_TERM_CONDITION, 1};
    const struct certmap_description *given = whole->given;
    const bool all = given->terms == NULL || given->flawed != 0;
    if (given->flawed == 0 && check_terms(given, whole->call, whole->error) != CERTMAP_OK) {
        refuse(whole, CERTMAP_PART_EXPRESSION, 0, given->position);
        return;
    }
    for (size_t i = 0; i < (all ? given->condition_count : given->term_count) && !whole->stop; i++)
        take_term(whole, all ? &condition : &given->terms[i]);
}

/* ---- names ---- */

/* A condition, for cm_names_read. */
struct naming {
    struct whole *whole;
    struct certmap_condition room;
};

static const struct certmap_condition *named_condition(void *ctx, size_t index) {
    struct naming *naming = ctx;
    naming->whole->condition = index;
    return condition_at(naming->whole, &naming->room);
}

/* Whether a condition gives a name. */
static bool has_names(struct naming *naming) {
    bool found = false;
    for (size_t i = 0; i < naming->whole->given->condition_count && !found; i++) {
        const struct certmap_condition *condition = named_condition(naming, i);
        found = condition != NULL && condition->as.len > 0;
    }
    return found;
}

/* Conditions come last; what they will look for is fetched until then. */
static void look_ahead(struct whole *whole) {
    struct naming naming = {.whole = whole};
    const size_t count = whole->given->condition_count;
    for (size_t i = 0; i < (count < CM_MAX_AHEAD ? count : CM_MAX_AHEAD); i++)
        cm_builder_look_ahead(whole->builder, named_condition(&naming, i));
    whole->condition = 0;
}

/* Texts are compiled before the conditions are, and read the names that these give. */
static void read_names(struct whole *whole) {
    const struct certmap_description *given = whole->given;
    struct cm_names *names = &whole->builder->names_bound;
    struct certmap_diagnostic ignored;
    struct naming naming = {.whole = whole};
    names->count = 0;
    names->always = names->starred = names->serials = names->octets = 0;
    names->below_not = SIZE_MAX;
    if (!has_names(&naming))
        names->always = UINT32_MAX; /* there is none that might not be */
    else if (given->terms != NULL && given->flawed == 0 && check_terms(given, whole->call, &ignored) == CERTMAP_OK)
        cm_names_read(names, given, named_condition, &naming);
    else
        cm_names_read_flat(names, given->condition_count, given->terms == NULL && given->flawed == 0, named_condition,
                           &naming);
    whole->condition = 0;
}

/* ---- accounts and outputs ---- */

/* Where a text itself begins, of which the position is known: that of a template includes its quotes. */
static struct certmap_position inside(struct certmap_position position, bool is_template) {
    if (position.line > 0 && is_template) {
        position.column++;
        position.offset++;
        position.length -= position.length < 2 ? position.length : 2;
    }
    return position;
}

static void take_account(struct whole *whole) {
    const struct certmap_mapping *mapping = whole->mapping;
    const struct cm_source account = {.text = mapping->account,
                                      .written = mapping->is_template,
                                      .position = inside(whole->given->account, mapping->is_template)};
    if (cm_builder_set_account(whole->builder, &account, mapping->language, whole->error) != CERTMAP_OK)
        refuse(whole, CERTMAP_PART_ACCOUNT, 0,
               whole->given->account.line > 0 ? whole->given->account : whole->given->position);
}

/* Compiles an output. Where it is wrong, *position is where. */
static enum certmap_status compile_output(struct whole *whole, const struct certmap_output *output,
                                          const struct certmap_output_position *positions,
                                          struct certmap_position *position) {
    struct cm_output made;
    struct cm_source value;
    *position = positions != NULL ? positions->what : whole->given->position;
    enum certmap_status status = cm_builder_check_output(output, whole->call, whole->error);
    if (status != CERTMAP_OK)
        return status;
    cm_builder_read_output(&made, &value, output);
    status = cm_builder_begin_output(whole->builder, &made, output->name, whole->error);
    if (status != CERTMAP_OK || (whole->given->flawed != 0 && output->value.data == NULL))
        return status;
    if (positions != NULL) {
        *position = positions->value;
        value.position = inside(positions->value, value.written);
    }
    return cm_builder_add_output(whole->builder, made, &value, whole->error);
}

static void take_output(struct whole *whole, size_t index) {
    const struct certmap_description *given = whole->given;
    const unsigned char *first = (const unsigned char *)given->outputs;
    const struct certmap_output_position *positions = given->output_positions;
    struct certmap_output room;
    struct certmap_position position;
    const struct certmap_output *output =
        certmap_struct_read(&room, first + index * certmap_struct_size(first), CERTMAP_FIRST_OUTPUT, sizeof room);
    if (compile_output(whole, output, positions != NULL ? &positions[index] : NULL, &position) != CERTMAP_OK)
        refuse(whole, CERTMAP_PART_OUTPUT, index, position);
}

/* What it decides and gives. */
static void take_decision(struct whole *whole) {
    const struct certmap_description *given = whole->given;
    if (whole->mapping->decision == CERTMAP_ALLOW)
        take_account(whole);
    else if (given->output_count > 0 && whole->mapping->decision == CERTMAP_DENY) {
        cm_error(whole->error, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "%s: the mapping denies", whole->call);
        refuse(whole, CERTMAP_PART_OUTPUT, 0, given->position);
    }
    for (size_t i = 0; i < given->output_count && whole->mapping->decision == CERTMAP_ALLOW && !whole->stop; i++)
        take_output(whole, i);
}

/* ---- the mapping ---- */

/* Begins it. False: there is no memory for it. */
static bool begin(struct whole *whole) {
    struct certmap_builder *builder = whole->builder;
    if (whole->adds && cm_builder_check_room(builder, whole->error) != CERTMAP_OK)
        refuse(whole, CERTMAP_PART_NAME, 0, whole->given->position);
    builder->has_open_mapping = cm_builder_add_mapping(builder, whole->mapping, whole->error) == CERTMAP_OK;
    if (!builder->has_open_mapping)
        refuse(whole, CERTMAP_PART_NAME, 0, whole->given->position);
    return builder->has_open_mapping;
}

static void take_name(struct whole *whole) {
    if (whole->given->flawed != 0 && whole->mapping->name.data == NULL)
        return;
    if (cm_builder_set_name(whole->builder, whole->mapping->name, whole->error) != CERTMAP_OK)
        refuse(whole, CERTMAP_PART_NAME, 0, whole->given->position);
    else
        whole->claimed = whole->adds && whole->mapping->name.len > 0;
}

/* Keeps its name at most, without which it is gone. */
static void drop(struct whole *whole, size_t output_count, size_t binding_count) {
    struct certmap_builder *builder = whole->builder;
    struct cm_draft_mapping *mapping = cm_builder_open_mapping(builder);
    builder->output_count = output_count;
    builder->draft.rules->binding_count = binding_count;
    builder->draft.node_count = mapping->nodes + (whole->claimed ? 1 : 0);
    mapping->outputs = CM_TEXT_NONE;
    mapping->plain = false;
    if (!whole->claimed)
        builder->draft.rules->mapping_count--;
}

static void end(struct whole *whole, size_t output_count, size_t binding_count) {
    struct certmap_builder *builder = whole->builder;
    if (whole->first->status == CERTMAP_OK && whole->adds && whole->given->flawed == 0) {
        cm_builder_end_nodes(builder);
        builder->one_to_one_count += whole->mapping->kind == CERTMAP_KIND_ONE_TO_ONE;
        if (builder->added != NULL)
            builder->added(builder->added_ctx, whole->given);
    } else {
        drop(whole, output_count, binding_count);
    }
    cm_arena_reset(&builder->checked);
    builder->has_open_mapping = false;
}

static void compile(struct whole *whole) {
    struct certmap_builder *builder = whole->builder;
    const size_t output_count = builder->output_count, binding_count = builder->draft.rules->binding_count;
    builder->checking = !whole->adds;
    if (begin(whole)) {
        look_ahead(whole);
        take_name(whole);
        builder->checking = builder->checking || whole->given->flawed != 0;
        read_names(whole);
        if (!whole->stop)
            take_decision(whole);
        if (!whole->stop)
            take_expression(whole);
        end(whole, output_count, binding_count);
    }
    builder->names_bound.count = 0;
    builder->ahead.count = builder->ahead.used = 0;
    builder->checking = false;
}

/* ---- the calls ---- */

/* Whether the description can be read. Errors: ARGUMENT. */
static enum certmap_status check_given(const struct whole *whole, struct certmap_diagnostic *err) {
    const struct certmap_description *given = whole->given;
    const struct certmap_mapping *mapping = whole->mapping;
    if (given == NULL || mapping == NULL || (given->terms == NULL && given->term_count > 0) ||
        (given->conditions == NULL && given->condition_count > 0) ||
        (given->outputs == NULL && given->output_count > 0) || !cm_view_sound(mapping->name) ||
        !cm_view_sound(mapping->account))
        return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                        "%s: the description, its mapping or an array of it is NULL, or its size is not a size of it",
                        whole->call);
    const bool decides = mapping->decision == CERTMAP_ALLOW || mapping->decision == CERTMAP_DENY;
    if (certmap_kind_name(mapping->kind) == NULL || certmap_language_name(mapping->language) == NULL ||
        given->flawed > 1 || given->reserved != 0 ||
        (!decides && (given->flawed == 0 || mapping->decision != CERTMAP_NONE)))
        return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                        "%s: kind, decision or language is not one that a mapping can have, or reserved is not 0",
                        whole->call);
    return CERTMAP_OK;
}

/* Says why certmap_builder_finish fails, for whoever calls it all the same. */
static void note(struct whole *whole) {
    struct certmap_diagnostic *own = whole->first;
    if (own->status == CERTMAP_OK && whole->given->flawed != 0) { /* then there is a description */
        own = whole->error;
        cm_error(own, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "a mapping is flawed, which was reported");
    }
    cm_builder_note(whole->builder, own->status, own, NULL);
}

/* What cannot even be begun. */
static void refuse_all(struct whole *whole, const struct certmap_diagnostic *error) {
    const struct certmap_position nowhere = {0, 0, 0, 0};
    *whole->error = *error;
    refuse(whole, CERTMAP_PART_NAME, 0, whole->given != NULL ? whole->given->position : nowhere);
    whole->builder->checking = false;
}

static enum certmap_status run(const struct whole *call, const struct certmap_description *given,
                               struct certmap_diagnostic *err) {
    struct certmap_builder *builder = call->builder;
    struct whole begun = *call, *const whole = &begun;
    struct certmap_description room;
    struct certmap_mapping mapping_room;
    struct certmap_diagnostic own, error, first; /* large, and for most mappings nothing is in them */
    if (builder == NULL)
        return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "%s: builder is NULL", whole->call);
    first.status = CERTMAP_OK;
    whole->error = &error;
    whole->first = &first;
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): its last member of then is a pointer */
    whole->given = certmap_struct_read(&room, given, CERTMAP_FIRST_DESCRIPTION, sizeof room);
    whole->mapping = whole->given != NULL ? certmap_struct_read(&mapping_room, whole->given->mapping,
                                                                CERTMAP_FIRST_MAPPING, sizeof mapping_room)
                                          : NULL;
    cm_builder_note(builder, cm_builder_close_mapping(builder, &own), &own, NULL);
    builder->has_begun = builder->has_begun || whole->adds;
    enum certmap_status status = check_given(whole, &own);
    if (status == CERTMAP_OK && !cm_builder_have_rules(builder))
        status = cm_error_memory(&own);
    if (status == CERTMAP_OK)
        compile(whole);
    else
        refuse_all(whole, &own);
    if (whole->adds)
        note(whole);
    if (whole->first->status != CERTMAP_OK && err != NULL)
        *err = *whole->first;
    return whole->first->status;
}

enum certmap_status certmap_builder_add(struct certmap_builder *builder, const struct certmap_description *description,
                                        certmap_part_fn *report, void *ctx, struct certmap_diagnostic *err) {
    const struct whole whole = {
        .builder = builder, .call = "certmap_builder_add", .adds = true, .report = report, .ctx = ctx};
    return run(&whole, description, err);
}

enum certmap_status certmap_builder_check(struct certmap_builder *builder,
                                          const struct certmap_description *description, certmap_part_fn *report,
                                          void *ctx, struct certmap_diagnostic *err) {
    const struct whole whole = {.builder = builder, .call = "certmap_builder_check", .report = report, .ctx = ctx};
    return run(&whole, description, err);
}
