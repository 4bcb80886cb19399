/* SPDX-License-Identifier: MIT */
#include "rule/builder.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/unicode.h"
#include "base/view.h"
#include "name/attr.h"
#include "rule/nameset.h"
#include "rule/operand.h"

struct certmap_builder {
    struct certmap_allocator allocator;
    struct cm_arena scratch;     /* of one call */
    struct certmap_rules *rules; /* what becomes the result; NULL: nothing begun */
    size_t mapping_cap;
    size_t node_count, node_cap;
    size_t condition_count, condition_cap;
    struct cm_nameset names;
    uint32_t open[CERTMAP_MAX_NESTING]; /* groups that are open: nodes of the mapping */
    size_t open_count;
    size_t one_to_one_count;
    struct certmap_error first; /* of an earlier call, if its status is not OK */
};

/* ---- the object ---- */

enum certmap_status certmap_builder_new(struct certmap_builder **builder, const struct certmap_allocator *allocator,
                                        struct certmap_error *err) {
    struct certmap_allocator own;
    if (builder == NULL || !cm_allocator_init(&own, allocator))
        return cm_error_argument(err, "certmap_builder_new: builder is NULL, or the allocator lacks a function");
    struct certmap_builder *made = cm_alloc(&own, sizeof *made);
    if (made == NULL)
        return cm_error_memory(err);
    *made = (struct certmap_builder){.allocator = own};
    cm_arena_init(&made->scratch, &own, SIZE_MAX / 2);
    *builder = made;
    return CERTMAP_OK;
}

/* Forgets everything that was added. */
static void empty(struct certmap_builder *builder) {
    struct certmap_allocator own = builder->allocator;
    cm_arena_free(&builder->scratch);
    cm_nameset_free(&builder->names, &own);
    certmap_rules_free(builder->rules);
    *builder = (struct certmap_builder){.allocator = own};
    cm_arena_init(&builder->scratch, &own, SIZE_MAX / 2);
}

void certmap_builder_free(struct certmap_builder *builder) {
    if (builder == NULL)
        return;
    struct certmap_allocator own = builder->allocator;
    empty(builder);
    cm_release(&own, builder);
}

/* Remembers the first error for certmap_builder_finish; tells the caller of this one. */
static enum certmap_status note(struct certmap_builder *builder, enum certmap_status status,
                                const struct certmap_error *own, struct certmap_error *err) {
    if (status != CERTMAP_OK && builder->first.status == CERTMAP_OK)
        builder->first = *own;
    if (status != CERTMAP_OK && err != NULL)
        *err = *own;
    return status;
}

/* The rule set that is being built, made when it is first needed. */
static bool have_rules(struct certmap_builder *builder) {
    if (builder->rules != NULL)
        return true;
    builder->rules = cm_alloc(&builder->allocator, sizeof *builder->rules);
    if (builder->rules == NULL)
        return false;
    *builder->rules = (struct certmap_rules){.allocator = builder->allocator};
    cm_arena_init(&builder->rules->arena, &builder->allocator, SIZE_MAX / 2);
    return true;
}

/* ---- nodes ---- */

static struct cm_mapping *open_mapping(const struct certmap_builder *builder) {
    return &builder->rules->mappings[builder->rules->mapping_count - 1];
}

static bool has_mapping(const struct certmap_builder *builder) {
    return builder->rules != NULL && builder->rules->mapping_count > 0;
}

size_t cm_builder_mark(const struct certmap_builder *builder) {
    return builder->node_count - open_mapping(builder)->first_node;
}

/* Adds a node at a place of the open mapping, moving what stands there. */
static enum certmap_status insert_node(struct certmap_builder *builder, size_t mark, struct cm_node node,
                                       struct certmap_error *err) {
    struct certmap_rules *rules = builder->rules;
    size_t place = open_mapping(builder)->first_node + mark;
    struct cm_node *nodes =
        cm_array_reserve(&builder->allocator, rules->nodes, &builder->node_cap, builder->node_count + 1, sizeof *nodes);
    if (nodes == NULL)
        return cm_error_memory(err);
    rules->nodes = nodes;
    memmove(nodes + place + 1, nodes + place, (builder->node_count - place) * sizeof *nodes);
    nodes[place] = node;
    builder->node_count++;
    return CERTMAP_OK;
}

static struct cm_node group_node(enum certmap_join join, size_t size) {
    static const enum cm_node_kind kinds[] = {
        [CERTMAP_ALL] = CM_NODE_ALL, [CERTMAP_ANY] = CM_NODE_ANY, [CERTMAP_NOT] = CM_NODE_NOT};
    return (struct cm_node){kinds[join], (uint32_t)size, 0};
}

enum certmap_status cm_builder_wrap(struct certmap_builder *builder, size_t mark, enum certmap_join join,
                                    struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    size_t size = cm_builder_mark(builder) - mark + 1;
    return note(builder, insert_node(builder, mark, group_node(join, size), &own), &own, err);
}

static enum certmap_status add_node(struct certmap_builder *builder, struct cm_node node, struct certmap_error *err) {
    return insert_node(builder, cm_builder_mark(builder), node, err);
}

/* ---- mappings ---- */

/* Where the only member of the root is an ALL, its members become the root's: one `and` less to show. */
static void flatten_root(struct certmap_builder *builder) {
    struct cm_node *root = &builder->rules->nodes[open_mapping(builder)->first_node];
    size_t size = cm_builder_mark(builder);
    if (size < 2 || root[1].kind != CM_NODE_ALL || root[1].size != size - 1)
        return;
    memmove(root + 1, root + 2, (size - 2) * sizeof *root);
    builder->node_count--;
}

/* Ends the mapping that is open, if any. Errors: ARGUMENT. */
static enum certmap_status close_mapping(struct certmap_builder *builder, struct certmap_error *err) {
    if (!has_mapping(builder))
        return CERTMAP_OK;
    struct certmap_rules *rules = builder->rules;
    bool open = builder->open_count > 0;
    builder->open_count = 0;
    flatten_root(builder);
    size_t size = cm_builder_mark(builder);
    rules->nodes[open_mapping(builder)->first_node].size = (uint32_t)size;
    if (size > rules->largest_mapping)
        rules->largest_mapping = size;
    if (open)
        return cm_error_argument(err, "a group was left open");
    if (size == 1)
        return cm_error_argument(err, "a mapping has no condition; certmap_builder_always says that it is meant");
    return CERTMAP_OK;
}

/* The account's parts: DOMAIN\user, user@domain, or user. Errors: SYNTAX. */
static enum certmap_status split_account(struct cm_mapping *mapping, struct certmap_view account,
                                         struct cm_arena *arena, struct certmap_error *err) {
    struct certmap_view domain = CM_VIEW_NONE, user = account;
    size_t slash = 0, at = account.len;
    while (slash < account.len && account.data[slash] != '\\')
        slash++;
    while (at > 0 && account.data[at - 1] != '@')
        at--;
    if (slash < account.len) {
        domain = cm_view(account.data, slash);
        user = cm_view(account.data + slash + 1, account.len - slash - 1);
    } else if (at > 0) {
        domain = cm_view(account.data + at, account.len - at);
        user = cm_view(account.data, at - 1);
    }
    bool qualified = domain.data != NULL;
    if (user.len == 0 || (qualified && domain.len == 0) ||
        (slash < account.len && memchr(user.data, '\\', user.len) != NULL))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ACCOUNT,
                        "the account %s is not DOMAIN\\user, user@domain or user", cm_quote(account).text);
    mapping->account = cm_arena_text(arena, account);
    mapping->user = cm_arena_text(arena, user);
    mapping->domain = qualified ? cm_arena_text(arena, domain) : CM_VIEW_NONE;
    if (mapping->account.data == NULL || mapping->user.data == NULL || (qualified && mapping->domain.data == NULL))
        return cm_error_memory(err);
    return CERTMAP_OK;
}

static bool has_unsafe(struct certmap_view text) {
    for (size_t i = 0; i < text.len;) {
        uint32_t cp;
        i += cm_utf8_decode(text.data + i, text.len - i, &cp);
        if (cm_is_unsafe(cp))
            return true;
    }
    return false;
}

static enum certmap_status set_account(struct certmap_builder *builder, struct cm_mapping *mapping,
                                       struct certmap_view account, struct certmap_error *err) {
    if (mapping->decision != CERTMAP_ALLOW)
        return CERTMAP_OK;
    if (account.len == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ACCOUNT, "the account is empty");
    enum certmap_status status = cm_text_check(account, "the account", err);
    if (status != CERTMAP_OK)
        return status;
    if (has_unsafe(account))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ACCOUNT,
                        "the account %s holds a control or direction character", cm_quote(account).text);
    return split_account(mapping, account, &builder->rules->arena, err);
}

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
        !cm_nameset_add(&builder->names, mapping->name, builder->rules->mapping_count, &there, &builder->allocator))
        return cm_error_memory(err);
    if (there == SIZE_MAX)
        return CERTMAP_OK;
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_MAPPING,
                    "there is a mapping %s already, in line %zu", cm_quote(name).text,
                    builder->rules->mappings[there].line);
}

/* Adds the mapping and its root, also if its name or account is bad, so that its conditions have a
 * place and can be checked. */
static enum certmap_status begin_mapping(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                         struct certmap_error *err) {
    struct certmap_rules *rules = builder->rules;
    struct cm_mapping own = {.kind = mapping->kind,
                             .decision = mapping->decision,
                             .line = mapping->line,
                             .column = mapping->column,
                             .first_node = builder->node_count,
                             .first_condition = builder->condition_count};
    struct cm_mapping *mappings = cm_array_reserve(&builder->allocator, rules->mappings, &builder->mapping_cap,
                                                   rules->mapping_count + 1, sizeof *mappings);
    if (mappings == NULL)
        return cm_error_memory(err);
    rules->mappings = mappings;
    enum certmap_status status = set_name(builder, &own, mapping->name, err);
    if (status == CERTMAP_OK)
        status = set_account(builder, &own, mapping->account, err);
    mappings[rules->mapping_count++] = own;
    builder->one_to_one_count += own.kind == CERTMAP_KIND_ONE_TO_ONE;
    struct certmap_error later;
    enum certmap_status root = add_node(builder, group_node(CERTMAP_ALL, 1), status == CERTMAP_OK ? err : &later);
    if (root != CERTMAP_OK)
        rules->mapping_count--;
    return status != CERTMAP_OK ? status : root;
}

static enum certmap_status check_mapping(const struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                         struct certmap_error *err) {
    if (mapping == NULL || mapping->size < sizeof *mapping)
        return cm_error_argument(err, "certmap_builder_mapping: mapping is NULL, or its size too small");
    if (certmap_kind_name(mapping->kind) == NULL ||
        (mapping->decision != CERTMAP_ALLOW && mapping->decision != CERTMAP_DENY))
        return cm_error_argument(err, "certmap_builder_mapping: kind or decision is not one that a mapping can have");
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
    if (status == CERTMAP_OK && !have_rules(builder))
        status = cm_error_memory(&own);
    if (status != CERTMAP_OK)
        return note(builder, status, &own, err);
    enum certmap_status closed = note(builder, close_mapping(builder, &own), &own, err);
    enum certmap_status begun = begin_mapping(builder, mapping, &own);
    return note(builder, begun, &own, err) != CERTMAP_OK ? begun : closed;
}

enum certmap_status cm_builder_decide(struct certmap_builder *builder, enum certmap_decision decision,
                                      struct certmap_view account, struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    struct cm_mapping *mapping = open_mapping(builder);
    mapping->decision = decision;
    return note(builder, set_account(builder, mapping, account, &own), &own, err);
}

/* ---- conditions ---- */

static enum certmap_status resolve_subfield(struct cm_condition *made, struct certmap_view subfield,
                                            struct cm_arena *arena, struct certmap_error *err) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    enum certmap_code code = cm_attr_resolve(&made->oid, buffer, subfield);
    if (code == CERTMAP_CODE_BAD_OID)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, code, "%s is not an object identifier", cm_quote(subfield).text);
    const char *nearest = code == CERTMAP_CODE_NONE ? NULL : cm_attr_nearest(subfield);
    if (nearest != NULL)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, code, "there is no subfield %s; did you mean %s?",
                        cm_quote(subfield).text, nearest);
    if (code != CERTMAP_CODE_NONE)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, code,
                        "there is no subfield %s; every type can be written as an OID, for example 2.5.4.3",
                        cm_quote(subfield).text);
    made->row = (uint32_t)cm_attr_by_oid(made->oid);
    made->oid = made->row != CM_ATTR_OTHER ? cm_attr_row(made->row)->oid : cm_arena_text(arena, made->oid);
    return made->oid.data != NULL ? CERTMAP_OK : cm_error_memory(err);
}

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
    *operand = (struct cm_operand){bytes, bytes};
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

/* Whether field, operator, flags and operands go together. */
static bool is_sound(const struct certmap_condition *condition) {
    const bool whole = condition->field == CERTMAP_FIELD_CERTIFICATE;
    const bool present = condition->op == CERTMAP_OP_PRESENT;
    if (condition->field != CERTMAP_FIELD_SUBJECT && condition->field != CERTMAP_FIELD_ISSUER && !whole)
        return false;
    if (condition->op != CERTMAP_OP_EQUAL && condition->op != CERTMAP_OP_LIKE && !present)
        return false;
    if ((condition->flags & ~(unsigned)(CERTMAP_NOCASE | CERTMAP_IIS_PATTERN)) != 0)
        return false;
    if (whole && (condition->op != CERTMAP_OP_EQUAL || condition->flags != 0 || condition->subfield.len > 0))
        return false;
    if (present != (condition->operand_count == 0) || (!present && condition->operands == NULL))
        return false;
    for (size_t i = 0; i < condition->operand_count && i <= CERTMAP_MAX_CONDITIONS; i++)
        if (condition->operands[i].data == NULL && condition->operands[i].len > 0)
            return false;
    return true;
}

static enum certmap_status check_condition(const struct certmap_builder *builder,
                                           const struct certmap_condition *condition, struct certmap_error *err) {
    if (condition == NULL || condition->size < sizeof *condition || !is_sound(condition))
        return cm_error_argument(err, "certmap_builder_condition: the condition is NULL, too small, or its field, "
                                      "operator, flags and operands do not go together");
    if (!has_mapping(builder))
        return cm_error_argument(err, "certmap_builder_condition: no mapping was begun");
    if (builder->condition_count - open_mapping(builder)->first_condition >= CERTMAP_MAX_CONDITIONS)
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
    static const unsigned pieces[] = {CERTMAP_PIECE_SUBJECT, CERTMAP_PIECE_ISSUER, CERTMAP_PIECE_CERTIFICATE};
    size_t index = builder->condition_count - open_mapping(builder)->first_condition;
    rules->conditions = conditions;
    conditions[builder->condition_count] = *made;
    enum certmap_status status = add_node(builder, (struct cm_node){CM_NODE_CONDITION, 1, (uint32_t)index}, err);
    builder->condition_count += status == CERTMAP_OK;
    rules->needs |= pieces[made->field];
    return status;
}

static enum certmap_status add_condition(struct certmap_builder *builder, const struct certmap_condition *condition,
                                         struct certmap_error *err) {
    struct cm_condition made = {.field = condition->field,
                                .op = condition->op,
                                .nocase = (condition->flags & CERTMAP_NOCASE) != 0,
                                .row = CM_ATTR_OTHER};
    enum certmap_status status = CERTMAP_OK;
    if (condition->field != CERTMAP_FIELD_CERTIFICATE)
        status = resolve_subfield(&made, condition->subfield, &builder->rules->arena, err);
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
    return note(builder, status, &own, err);
}

enum certmap_status certmap_builder_always(struct certmap_builder *builder, struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    enum certmap_status status;
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_always: builder is NULL");
    if (!has_mapping(builder))
        status = cm_error_argument(&own, "certmap_builder_always: no mapping was begun");
    else
        status = add_node(builder, (struct cm_node){CM_NODE_ALWAYS, 1, 0}, &own);
    return note(builder, status, &own, err);
}

/* ---- groups ---- */

static enum certmap_status open_group(struct certmap_builder *builder, enum certmap_join join,
                                      struct certmap_error *err) {
    if (!has_mapping(builder) || (join != CERTMAP_ALL && join != CERTMAP_ANY && join != CERTMAP_NOT))
        return cm_error_argument(err, "certmap_builder_open: no mapping was begun, or join is unknown");
    if (builder->open_count == CERTMAP_MAX_NESTING)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NESTING, "groups are nested more than %d deep",
                        CERTMAP_MAX_NESTING);
    builder->open[builder->open_count] = (uint32_t)cm_builder_mark(builder);
    enum certmap_status status = add_node(builder, group_node(join, 1), err);
    builder->open_count += status == CERTMAP_OK;
    return status;
}

enum certmap_status certmap_builder_open(struct certmap_builder *builder, enum certmap_join join,
                                         struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_open: builder is NULL");
    return note(builder, open_group(builder, join, &own), &own, err);
}

static enum certmap_status close_group(struct certmap_builder *builder, struct certmap_error *err) {
    if (builder->open_count == 0)
        return cm_error_argument(err, "certmap_builder_close: no group is open");
    size_t mark = builder->open[--builder->open_count];
    size_t size = cm_builder_mark(builder) - mark;
    struct cm_node *group = &builder->rules->nodes[open_mapping(builder)->first_node + mark];
    group->size = (uint32_t)size;
    if (size == 1)
        return cm_error_argument(err, "certmap_builder_close: the group is empty");
    if (group->kind == CM_NODE_NOT && group[1].size != size - 1)
        return cm_error_argument(err, "certmap_builder_close: a CERTMAP_NOT has exactly one member");
    return CERTMAP_OK;
}

enum certmap_status certmap_builder_close(struct certmap_builder *builder, struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_close: builder is NULL");
    return note(builder, close_group(builder, &own), &own, err);
}

/* ---- the end ---- */

enum certmap_status certmap_builder_disable(struct certmap_builder *builder, struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_disable: builder is NULL");
    if (!have_rules(builder))
        return note(builder, cm_error_memory(&own), &own, err);
    builder->rules->disabled = true;
    return CERTMAP_OK;
}

/* Moves the one-to-one mappings to the front; both kinds keep their order. */
static enum certmap_status order_mappings(struct certmap_builder *builder, struct certmap_error *err) {
    struct certmap_rules *rules = builder->rules;
    size_t front = 0, back = builder->one_to_one_count;
    if (back == 0)
        return CERTMAP_OK;
    struct cm_mapping *ordered = cm_alloc(&builder->allocator, rules->mapping_count * sizeof *ordered);
    if (ordered == NULL)
        return cm_error_memory(err);
    for (size_t i = 0; i < rules->mapping_count; i++) {
        const struct cm_mapping *mapping = &rules->mappings[i];
        ordered[mapping->kind == CERTMAP_KIND_ONE_TO_ONE ? front++ : back++] = *mapping;
    }
    cm_release(&builder->allocator, rules->mappings);
    rules->mappings = ordered;
    return CERTMAP_OK;
}

enum certmap_status certmap_builder_finish(struct certmap_builder *builder, struct certmap_rules **rules,
                                           struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    if (builder == NULL || rules == NULL)
        return cm_error_argument(err, "certmap_builder_finish: builder or rules is NULL");
    enum certmap_status status = have_rules(builder) ? close_mapping(builder, &own) : cm_error_memory(&own);
    if (status == CERTMAP_OK)
        status = order_mappings(builder, &own);
    note(builder, status, &own, NULL);
    status = builder->first.status;
    if (status == CERTMAP_OK) {
        *rules = builder->rules;
        builder->rules = NULL;
    } else if (err != NULL) {
        *err = builder->first;
    }
    empty(builder);
    return status;
}
