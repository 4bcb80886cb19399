/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/glob.h"
#include "base/out.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/versioned.h"
#include "compile/builder.h"
#include "field/canonical.h"
#include "rule/operand.h"

/* ---- operands ---- */

/* Adds the operand that was made to the record. */
static enum certmap_status record_operand(struct certmap_builder *builder, const struct cm_condition *made,
                                          const struct cm_operand *operand, struct certmap_diagnostic *err) {
    uint32_t number;
    bool room;
    if (made->path->kind == CM_TEXT_NAME && made->op != CERTMAP_OP_LIKE) {
        enum certmap_status status = cm_builder_name(builder, operand, &number, err);
        if (status != CERTMAP_OK)
            return status;
        room = cm_record_number(&builder->record, number, &builder->allocator);
    } else {
        room = cm_record_operand(&builder->record, operand, made->path->kind, &builder->allocator);
    }
    return room ? CERTMAP_OK : cm_error_memory(err);
}

/* Bytes stay as they are. */
static enum certmap_status record_certificate(struct certmap_builder *builder, struct certmap_view bytes,
                                              struct certmap_diagnostic *err) {
    struct certmap_view tbs;
    if (bytes.len > CERTMAP_MAX_RULES_TEXT / 2)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_RULES_TOO_LARGE,
                        "the texts of the rules have more than %u bytes", (unsigned)CERTMAP_MAX_RULES_TEXT);
    return builder->checking ||
                   cm_record_certificate(&builder->record, bytes, cm_tbs_find(&tbs, bytes), &builder->allocator)
               ? CERTMAP_OK
               : cm_error_memory(err);
}

static enum certmap_status make_operand(struct certmap_builder *builder, struct certmap_view text,
                                        const struct cm_condition *made, bool iis_pattern,
                                        struct certmap_diagnostic *err) {
    const struct cm_operand_use use = {made->path->kind, made->op == CERTMAP_OP_LIKE, made->op == CERTMAP_OP_MATCHES,
                                       iis_pattern, made->nocase};
    struct cm_operand operand;
    if (made->path->field == CERTMAP_FIELD_CERTIFICATE)
        return record_certificate(builder, text, err);
    cm_arena_reset(&builder->scratch);
    cm_arena_reset(&builder->work);
    enum certmap_status status = cm_operand_make(&operand, text, &use, &builder->work, &builder->scratch, err);
    if (status == CERTMAP_OK && made->op == CERTMAP_OP_UNDER && operand.name->count == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERAND,
                        "every Name is under the empty one; write the RDNs that have to be there");
    return status == CERTMAP_OK && !builder->checking ? record_operand(builder, made, &operand, err) : status;
}

/* Makes builder->record of the operands. */
static enum certmap_status make_operands(struct certmap_builder *builder, const struct cm_condition *made,
                                         const struct certmap_condition *condition, struct certmap_diagnostic *err) {
    enum certmap_status status = CERTMAP_OK;
    builder->record.len = 0;
    if (made->quantifier == CERTMAP_AT_VALUE &&
        !cm_record_number(&builder->record, (uint32_t)made->count, &builder->allocator))
        return cm_error_memory(err);
    for (size_t i = 0; i < condition->operand_count && status == CERTMAP_OK; i++) {
        builder->operand = i;
        status =
            make_operand(builder, condition->operands[i], made, (condition->flags & CERTMAP_IIS_PATTERN) != 0, err);
    }
    if (status == CERTMAP_OK)
        builder->operand = SIZE_MAX;
    return status;
}

/* ---- what goes together ---- */

static bool known_words(const struct certmap_condition *condition) {
    return certmap_field_name(condition->field) != NULL && (unsigned)condition->op <= CERTMAP_OP_MATCHES &&
           (unsigned)condition->quantifier <= CERTMAP_AT_VALUE &&
           (condition->flags & ~(unsigned)(CERTMAP_NOCASE | CERTMAP_IIS_PATTERN | CERTMAP_EXACT)) == 0;
}

/* Whether operator, quantifier, flags and operands go together, whatever the field. */
static bool is_sound(const struct certmap_condition *condition) {
    const bool compares = cm_op_has_operands(condition->op);
    if (!known_words(condition))
        return false;
    if (condition->quantifier != CERTMAP_ANY_VALUE && !compares)
        return false;
    if (compares == (condition->operand_count == 0) || (compares && condition->operands == NULL))
        return false;
    const bool at = condition->quantifier == CERTMAP_AT_VALUE;
    if (at ? condition->count == 0 : condition->count != 0 && condition->op != CERTMAP_OP_COUNT)
        return false;
    for (size_t i = 0; i < condition->operand_count && i <= CERTMAP_MAX_CONDITIONS; i++)
        if (!cm_view_sound(condition->operands[i]))
            return false;
    return cm_view_sound(condition->subfield) && cm_view_sound(condition->as);
}

static enum certmap_status check_condition(const struct certmap_builder *builder,
                                           const struct certmap_condition *condition, const char *call,
                                           struct certmap_diagnostic *err) {
    if (condition == NULL || !is_sound(condition))
        return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                        "%s: the condition is NULL, too small, or its field, operator, quantifier, flags and operands "
                        "do not go together",
                        call);
    enum certmap_status status = cm_builder_need_mapping(builder, call, err);
    if (status != CERTMAP_OK)
        return status;
    if (builder->condition_count >= CERTMAP_MAX_CONDITIONS)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "the mapping has more than %d conditions",
                        CERTMAP_MAX_CONDITIONS);
    if (condition->count > CERTMAP_MAX_COUNT)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "a count is more than %d", CERTMAP_MAX_COUNT);
    if (condition->operand_count > CERTMAP_MAX_CONDITIONS)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "the condition has more than %d operands",
                        CERTMAP_MAX_CONDITIONS);
    return CERTMAP_OK;
}

static bool is_plain(const struct cm_condition *made) {
    return cm_op_has_operands(made->op) && made->op != CERTMAP_OP_UNDER && made->quantifier == CERTMAP_ANY_VALUE &&
           made->operand_count == 1 && made->path->row != CM_ROW_ANY && made->path->kind != CM_TEXT_NAME &&
           made->path->kind != CM_TEXT_IP && made->path->field != CERTMAP_FIELD_CERTIFICATE;
}

static struct cm_stored_condition stored_of(const struct cm_condition *made, uint32_t path) {
    CM_ASSERT(path <= CM_MAX_PATHS && (unsigned)made->op <= 7 && (unsigned)made->quantifier <= 7);
    return (struct cm_stored_condition){
        .path = path & CM_MAX_PATHS,
        .op = (unsigned)made->op & 7,
        .quantifier = (unsigned)made->quantifier & 7,
        .nocase = made->nocase,
        .exact = made->exact,
        .plain = is_plain(made),
    };
}

static enum certmap_status store_made(struct certmap_builder *builder, const struct cm_made_condition *made,
                                      uint32_t *number, struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    enum certmap_status status = cm_builder_stored(builder, made, number, err);
    CM_ASSERT(status != CERTMAP_OK || *number <= CM_MAX_NODES);
    rules->needs |= cm_field_pieces(rules->paths[made->stored.path].field);
    return status;
}

/* The operands are builder->record. */
static enum certmap_status store_condition(struct certmap_builder *builder, const struct cm_condition *condition,
                                           uint32_t path, uint32_t *number, struct certmap_diagnostic *err) {
    struct cm_made_condition made = {
        .stored = stored_of(condition, path),
        .count = (uint32_t)(condition->op == CERTMAP_OP_COUNT ? condition->count : condition->operand_count),
        .record = builder->record,
    };
    cm_builder_hash(builder, &made);
    return store_made(builder, &made, number, err);
}

static enum certmap_status bad_operator(const struct cm_path *path, const char *why, struct certmap_diagnostic *err) {
    char name[64];
    struct cm_out out = {name, sizeof name - 1, 0};
    cm_path_print(&out, path);
    name[out.len < out.cap ? out.len : out.cap] = 0;
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OPERATOR, "%s %s", name, why);
}

/* The operators that need a certain kind of value. */
static enum certmap_status check_comparison(const struct cm_condition *made, unsigned flags,
                                            struct certmap_diagnostic *err) {
    const struct cm_path *path = made->path;
    const bool name = path->kind == CM_TEXT_NAME, like = made->op == CERTMAP_OP_LIKE;
    if (made->op == CERTMAP_OP_UNDER && !name)
        return bad_operator(path, "is no whole Name; \"under\" goes with subject, issuer and san.dirname only", err);
    if (made->op == CERTMAP_OP_MATCHES && (name || !cm_kind_has_patterns(path->kind)))
        return bad_operator(
            path,
            name ? "is a whole Name and has no regular expressions; write \"like\" and a pattern, for example "
                   "\"CN=*,O=Contoso,**\", or name a subfield"
                 : "has no regular expressions; write \"=\" or \"in\"",
            err);
    if ((flags & CERTMAP_EXACT) != 0 && (!name || made->op != CERTMAP_OP_EQUAL || (flags & CERTMAP_NOCASE) != 0))
        return bad_operator(path,
                            name ? "is compared with exact case after = and in only, and not together with \"nocase\""
                                 : "is compared exactly anyway; leave out \"exact\"",
                            err);
    if (like && path->kind == CM_TEXT_IP)
        return bad_operator(path, "has no patterns; write = \"192.0.2.0/24\" for a network", err);
    if (like && !name && !cm_kind_has_patterns(path->kind))
        return bad_operator(path, "has no patterns; write \"=\" or \"in\"", err);
    return CERTMAP_OK;
}

/* Whether the field has the operator, which for the certificate is only one. Errors: SYNTAX. */
static enum certmap_status check_operator(const struct cm_condition *made, unsigned flags,
                                          struct certmap_diagnostic *err) {
    const struct cm_path *path = made->path;
    if (path->field == CERTMAP_FIELD_CERTIFICATE &&
        (made->op != CERTMAP_OP_EQUAL || flags != 0 || made->quantifier != CERTMAP_ANY_VALUE))
        return bad_operator(path, "is compared byte for byte; write \"=\" or \"in\" and nothing more", err);
    if (!cm_op_has_operands(made->op) && made->op != CERTMAP_OP_COUNT &&
        (path->list == CM_LIST_SUBJECT_NAME || path->list == CM_LIST_ISSUER_NAME))
        return bad_operator(
            path,
            "is always there, once; write \"=\", \"in\", \"like\" or \"under\", or name a subfield, for example "
            "subject.CN",
            err);
    return check_comparison(made, flags, err);
}

/* ---- paths ---- */

static bool is_recent(const struct cm_recent *recent, const struct certmap_condition *condition) {
    return recent->len > 0 && recent->field == condition->field && recent->len == condition->subfield.len &&
           recent->subfield[0] == condition->subfield.data[0] &&
           memcmp(recent->subfield, condition->subfield.data, recent->len) == 0;
}

static void note_recent(struct certmap_builder *builder, const struct certmap_condition *condition, uint32_t path) {
    struct cm_recent *recent = &builder->recent[builder->next_recent++ % CM_RECENT_PATHS];
    const struct certmap_view subfield = condition->subfield;
    if (subfield.len == 0 || subfield.len > sizeof recent->subfield)
        return;
    *recent = (struct cm_recent){.field = condition->field, .path = path, .len = (uint8_t)subfield.len};
    memcpy(recent->subfield, subfield.data, subfield.len);
}

/* The path that the conditions before had already, or NULL. */
static const struct cm_path *recall(const struct certmap_builder *builder, const struct certmap_condition *condition,
                                    uint32_t *number) {
    for (size_t i = 0; i < CM_RECENT_PATHS; i++)
        if (is_recent(&builder->recent[i], condition)) {
            *number = builder->recent[i].path;
            return &builder->draft.rules->paths[*number];
        }
    return NULL;
}

/* The condition's path, and its number where it is kept; where it is only checked it is in room. Errors: SYNTAX, MEMORY,
 * LIMIT. */
static enum certmap_status resolve(struct certmap_builder *builder, const struct certmap_condition *condition,
                                   struct cm_path *room, const struct cm_path **path, uint32_t *number,
                                   struct certmap_diagnostic *err) {
    *path = recall(builder, condition, number);
    if (*path != NULL)
        return CERTMAP_OK;
    cm_arena_reset(&builder->scratch);
    enum certmap_status status = cm_path_resolve(room, condition->field, condition->subfield, &builder->scratch, err);
    *path = room;
    if (status != CERTMAP_OK || builder->checking)
        return status;
    status = cm_builder_path(builder, room, number, err);
    if (status != CERTMAP_OK)
        return status;
    note_recent(builder, condition, *number);
    *path = &builder->draft.rules->paths[*number];
    return CERTMAP_OK;
}

static enum certmap_status compile(struct certmap_builder *builder, const struct certmap_condition *condition,
                                   uint32_t *number, struct certmap_diagnostic *err) {
    struct cm_path room;
    struct cm_condition made = {.op = condition->op,
                                .quantifier = condition->quantifier,
                                .count = condition->count,
                                .operand_count = condition->operand_count};
    uint32_t path;
    enum certmap_status status = resolve(builder, condition, &room, &made.path, &path, err);
    if (status == CERTMAP_OK)
        status = check_operator(&made, condition->flags, err);
    if (status == CERTMAP_OK && condition->as.len > 0)
        status = cm_binding_check(&made, condition->as, &builder->names_bound, err);
    if (status != CERTMAP_OK)
        return status;
    /* Elsewhere case means nothing in any case. */
    const bool patterns =
        cm_kind_has_patterns(made.path->kind) || (made.path->kind == CM_TEXT_NAME && made.op == CERTMAP_OP_LIKE);
    made.nocase = (condition->flags & CERTMAP_NOCASE) != 0 && patterns;
    made.exact = (condition->flags & CERTMAP_EXACT) != 0;
    status = make_operands(builder, &made, condition, err);
    return status == CERTMAP_OK && !builder->checking ? store_condition(builder, &made, path, number, err) : status;
}

/* ---- ahead of their turn ---- */

/* Whether a condition that was not checked yet is what most are: one text or pattern, in which case counts. */
static bool is_common(const struct certmap_condition *condition) {
    return condition != NULL && (condition->op == CERTMAP_OP_EQUAL || condition->op == CERTMAP_OP_LIKE) &&
           condition->flags == 0 && condition->quantifier == CERTMAP_ANY_VALUE && condition->as.len == 0 &&
           condition->operand_count == 1 && condition->operands != NULL && cm_view_sound(condition->operands[0]) &&
           cm_view_sound(condition->subfield);
}

/* ASCII, and no escape: neither can be wrong, nor is it compared as anything else. */
static bool is_common_text(struct certmap_view text, bool pattern) {
    return cm_is_ascii_text(text) && (!pattern || text.len == 0 || memchr(text.data, '\\', text.len) == NULL);
}

/* Makes the record of such a text, as make_operand does; without room there is none. The length takes five bytes at most. */
static void make_ahead(struct certmap_builder *builder, struct cm_record *record, struct certmap_view text,
                       bool pattern) {
    struct cm_ahead *ahead = &builder->ahead;
    const struct cm_operand operand = {.shown = text, .matched = text};
    *record = (struct cm_record){ahead->bytes + ahead->used, 0, sizeof ahead->bytes - ahead->used};
    if (text.len >= record->cap || record->cap - text.len <= 5)
        return;
    (void)cm_record_operand(record, &operand, CM_TEXT_PLAIN, &builder->allocator);
    for (uint8_t *at = record->bytes + record->len - 1 - text.len; pattern && *at != 0; at++)
        *at = cm_glob_byte(*at);
    ahead->used += record->len;
}

void cm_builder_look_ahead(struct certmap_builder *builder, const struct certmap_condition *condition) {
    struct cm_ahead *ahead = &builder->ahead;
    uint32_t number;
    if (ahead->count == CM_MAX_AHEAD)
        return;
    struct cm_made_condition *made = &ahead->made[ahead->count++];
    made->record.len = 0;
    const struct cm_path *path = is_common(condition) ? recall(builder, condition, &number) : NULL;
    const bool pattern = path != NULL && condition->op == CERTMAP_OP_LIKE;
    if (path == NULL || path->kind != CM_TEXT_PLAIN || !is_common_text(condition->operands[0], pattern))
        return;
    const struct cm_condition whole = {.path = path, .op = condition->op, .operand_count = 1};
    made->stored = stored_of(&whole, number);
    made->count = 1;
    make_ahead(builder, &made->record, condition->operands[0], pattern);
    if (made->record.len > 0)
        cm_builder_hash(builder, made);
}

/* The condition whose turn it is, if it was made; else NULL. */
static const struct cm_made_condition *take_ahead(struct certmap_builder *builder) {
    struct cm_ahead *ahead = &builder->ahead;
    const struct cm_made_condition *made = ahead->next < ahead->count ? &ahead->made[ahead->next] : NULL;
    return made != NULL && made->record.len > 0 ? made : NULL;
}

enum certmap_status cm_builder_compile_condition(struct certmap_builder *builder,
                                                 const struct certmap_condition *condition, const char *call,
                                                 uint32_t *number, struct certmap_diagnostic *err) {
    builder->operand = SIZE_MAX;
    const struct cm_made_condition *made = take_ahead(builder);
    enum certmap_status status = check_condition(builder, condition, call, err);
    if (status == CERTMAP_OK && made == NULL)
        status = compile(builder, condition, number, err);
    else if (status == CERTMAP_OK && !builder->checking)
        status = store_made(builder, made, number, err);
    builder->condition_count += status == CERTMAP_OK;
    return status;
}

static enum certmap_status add_condition(struct certmap_builder *builder, const struct certmap_condition *condition,
                                         struct certmap_diagnostic *err) {
    uint32_t number = 0;
    if (condition != NULL && condition->as.len > 0)
        return cm_error_argument(err, "certmap_builder_condition: a name is for certmap_builder_add");
    const enum certmap_status status =
        cm_builder_compile_condition(builder, condition, "certmap_builder_condition", &number, err);
    return status == CERTMAP_OK
               ? cm_builder_add_node(builder,
                                     (struct cm_node){.kind = CM_NODE_CONDITION, .value = number & CM_MAX_NODES}, err)
               : status;
}

enum certmap_status certmap_builder_condition(struct certmap_builder *builder, const struct certmap_condition *given,
                                              struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    struct certmap_condition room;
    const struct certmap_condition *condition = certmap_struct_read(&room, given, CERTMAP_FIRST_CONDITION, sizeof room);
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_condition: builder is NULL");
    const enum certmap_status status = add_condition(builder, condition, &own);
    return cm_builder_note(builder, status, &own, err);
}
