/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/assert.h"
#include "base/view.h"
#include "certmap/names.h"
#include "certmap/versioned.h"
#include "compile/builder.h"
#include "rule/operand.h"

/* ---- the list ---- */

/* Where texts are kept: with the rules, or until the check of the mapping ends. */
static struct cm_arena *kept_arena(struct certmap_builder *builder) {
    return builder->checking ? &builder->checked : &builder->draft.rules->arena;
}

/* A text without placeholders is still where it was read. */
static bool keep_shown(struct cm_output *output, struct cm_arena *arena) {
    const size_t separator = output->separator != NULL ? (size_t)(output->separator - output->shown.data) : 0;
    output->shown = cm_arena_text(arena, output->shown);
    if (output->shown.data == NULL)
        return false;
    if (output->separator == NULL)
        return true;
    output->separator = output->shown.data + separator;
    output->prefix = cm_arena_text(arena, cm_view(output->shown.data, separator));
    return output->prefix.data != NULL;
}

/* Adds an output that the open mapping has an entry of its own for. */
static enum certmap_status push_output(struct certmap_builder *builder, struct cm_output output,
                                       struct certmap_diagnostic *err) {
    struct certmap_rules *rules = builder->draft.rules;
    struct cm_draft_mapping *mapping = cm_builder_open_mapping(builder);
    struct cm_output *outputs = cm_array_reserve(&builder->allocator, rules->outputs, &builder->output_cap,
                                                 builder->output_count + 1, sizeof *outputs);
    if (outputs == NULL)
        return cm_error_memory(err);
    rules->outputs = outputs;
    CM_ASSERT(output.kind == CM_OUTPUT_ACCOUNT || builder->output_count > 0);
    if (output.kind == CM_OUTPUT_ACCOUNT)
        mapping->outputs = (uint32_t)builder->output_count;
    else
        outputs[builder->output_count - 1].last = false;
    output.last = true;
    outputs[builder->output_count++] = output;
    if (output.kind == CM_OUTPUT_DOMAIN)
        outputs[mapping->outputs].has_domain = true;
    return CERTMAP_OK;
}

/* Whether the open mapping has an account that others can follow. Where it has none, because there was no memory for it,
 * others are compiled but not kept. */
static bool has_account(const struct certmap_builder *builder) {
    return cm_builder_open_mapping(builder)->outputs != CM_TEXT_NONE;
}

/* Gives a plain account an entry of its own, before others follow it. */
static enum certmap_status unfold_account(struct certmap_builder *builder, struct certmap_diagnostic *err) {
    struct cm_draft_mapping *mapping = cm_builder_open_mapping(builder);
    struct cm_output account;
    if (!mapping->plain)
        return CERTMAP_OK;
    struct cm_draft_text *text = &builder->draft.text;
    const uint32_t at = mapping->outputs;
    const struct cm_plain_account plain =
        cm_plain_account_at(builder->draft.rules->prefixes, cm_draft_text_at(text, at));
    account = cm_plain_output(&plain);
    cm_draft_text_drop(text, at, cm_plain_account_size(cm_draft_text_at(text, at)));
    mapping->plain = false;
    mapping->outputs = CM_TEXT_NONE;
    return keep_shown(&account, kept_arena(builder)) ? push_output(builder, account, err) : cm_error_memory(err);
}

/* Compiles a text. */
static enum certmap_status compile(struct certmap_builder *builder, struct cm_output *output,
                                   const struct cm_source *source, struct certmap_diagnostic *err) {
    unsigned ignored = 0, *needs = builder->checking ? &ignored : &builder->draft.rules->needs;
    cm_arena_reset(&builder->scratch);
    struct cm_source named = *source;
    named.names = &builder->names_bound;
    return cm_template_compile(output, needs, &named, kept_arena(builder), &builder->scratch, err);
}

enum certmap_status cm_builder_add_output(struct certmap_builder *builder, struct cm_output output,
                                          const struct cm_source *source, struct certmap_diagnostic *err) {
    enum certmap_status status = compile(builder, &output, source, err);
    if (status != CERTMAP_OK || !has_account(builder))
        return status;
    status = unfold_account(builder, err);
    if (status != CERTMAP_OK)
        return status;
    if (output.placeholders == NULL && !keep_shown(&output, kept_arena(builder)))
        return cm_error_memory(err);
    return push_output(builder, output, err);
}

/* ---- accounts ---- */

/* Where what is before the separator is kept apart, + 1, or 0. */
static enum certmap_status keep_prefix(struct certmap_builder *builder, const struct cm_output *account,
                                       uint32_t *prefix, struct certmap_diagnostic *err) {
    const uint8_t *separator = account->separator;
    uint32_t at;
    *prefix = 0;
    if (separator == NULL || (*separator != '\\' && separator - account->shown.data <= CM_MAX_PREFIX))
        return CERTMAP_OK;
    const struct certmap_view before = cm_view(account->shown.data, (size_t)(separator - account->shown.data));
    enum certmap_status status = cm_builder_prefix(builder, before, &at, err);
    *prefix = status == CERTMAP_OK ? at + 1 : 0;
    return status;
}

/* Most mappings give nothing but this. */
static enum certmap_status set_plain_account(struct certmap_builder *builder, const struct cm_output *account,
                                             struct certmap_diagnostic *err) {
    struct cm_record *record = &builder->record;
    struct cm_draft_mapping *mapping = cm_builder_open_mapping(builder);
    const struct certmap_allocator *allocator = &builder->allocator;
    const uint32_t separator =
        account->separator != NULL ? (uint32_t)(account->separator - account->shown.data) + 1 : 0;
    uint32_t prefix;
    enum certmap_status status = keep_prefix(builder, account, &prefix, err);
    if (status != CERTMAP_OK)
        return status;
    record->len = 0;
    if (!cm_record_number(record, separator, allocator) ||
        (separator > 0 && !cm_record_number(record, prefix, allocator)) ||
        !cm_record_string(record, account->shown, allocator))
        return cm_error_memory(err);
    status = cm_builder_keep(builder, record, &mapping->outputs, err);
    mapping->plain = status == CERTMAP_OK;
    return status;
}

void cm_builder_set_no_account(struct certmap_builder *builder) {
    const struct cm_output output = {.kind = CM_OUTPUT_ACCOUNT, .shown = CM_VIEW("")};
    cm_builder_open_mapping(builder)->plain = false;
    if (push_output(builder, output, NULL) != CERTMAP_OK)
        cm_builder_open_mapping(builder)->outputs = CM_TEXT_NONE;
}

static enum certmap_status take_account(struct certmap_builder *builder, const struct cm_source *account,
                                        enum certmap_language language, struct certmap_diagnostic *err) {
    struct cm_output output = {.kind = CM_OUTPUT_ACCOUNT, .language = language};
    enum certmap_status status = compile(builder, &output, account, err);
    if (status != CERTMAP_OK)
        return status;
    if (output.placeholders == NULL && language == CERTMAP_LANGUAGE_PLAIN && !builder->checking)
        return set_plain_account(builder, &output, err);
    if (output.placeholders == NULL && !keep_shown(&output, kept_arena(builder)))
        return cm_error_memory(err);
    return push_output(builder, output, err);
}

enum certmap_status cm_builder_set_account(struct certmap_builder *builder, const struct cm_source *account,
                                           enum certmap_language language, struct certmap_diagnostic *err) {
    if (!cm_builder_open_mapping(builder)->allow)
        return CERTMAP_OK;
    enum certmap_status status = take_account(builder, account, language, err);
    if (status != CERTMAP_OK && status != CERTMAP_ERROR_MEMORY)
        cm_builder_set_no_account(builder);
    return status;
}

/* ---- domains, groups, attributes ---- */

static enum certmap_status duplicate(const char *what, struct certmap_view name, struct certmap_diagnostic *err) {
    if (name.len == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_OUTPUT, "the mapping has %s already", what);
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_OUTPUT, "the mapping has %s %s already", what,
                    cm_quote(name).text);
}

/* A principal is not split, and has no domain; nor is it one. */
static bool is_of_principal(const struct certmap_builder *builder, const struct cm_output *domain) {
    const struct cm_draft_mapping *mapping = cm_builder_open_mapping(builder);
    return domain->language == CERTMAP_LANGUAGE_PRINCIPAL ||
           (!mapping->plain && builder->draft.rules->outputs[mapping->outputs].language == CERTMAP_LANGUAGE_PRINCIPAL);
}

/* Whether the open mapping has room and use for one more of this kind. */
static enum certmap_status check_others(const struct certmap_builder *builder, const struct cm_output *output,
                                        struct certmap_diagnostic *err) {
    const enum cm_output_kind kind = output->kind;
    const struct certmap_view name = output->name;
    const struct cm_draft_mapping *mapping = cm_builder_open_mapping(builder);
    size_t count = 0;
    if (kind == CM_OUTPUT_DOMAIN && builder->draft.rules->policy == CERTMAP_COMBINING_ALL)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_OUTPUT,
                        "an answer under \"policy all\" can have several accounts; write each domain in its account");
    if (kind == CM_OUTPUT_DOMAIN && is_of_principal(builder, output))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ACCOUNT,
                        "a principal has no domain; leave out the domain, or \"principal\"");
    for (size_t i = mapping->outputs + 1; !mapping->plain && i < builder->output_count; i++) {
        const struct cm_output *there = &builder->draft.rules->outputs[i];
        if (there->kind == kind && kind == CM_OUTPUT_DOMAIN)
            return duplicate("a domain", CM_VIEW_NONE, err);
        if (there->kind == kind && kind == CM_OUTPUT_ATTRIBUTE && certmap_text_same(there->name, name))
            return duplicate("an attribute", name, err);
        count += there->kind == kind;
    }
    if (count == CERTMAP_MAX_OUTPUTS)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "the mapping has more than %d %s",
                        CERTMAP_MAX_OUTPUTS, kind == CM_OUTPUT_GROUP ? "groups" : "attributes");
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

static enum certmap_status keep_name(struct certmap_view *kept, struct certmap_view name, struct cm_arena *arena,
                                     struct certmap_diagnostic *err) {
    if (name.len == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_EMPTY_NAME, "the name of the attribute is empty");
    enum certmap_status status = cm_text_check(name, "the name of the attribute", err);
    if (status != CERTMAP_OK)
        return status;
    if (has_unsafe(name))
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ACCOUNT,
                        "the name of the attribute %s holds a control or direction character", cm_quote(name).text);
    *kept = cm_arena_text(arena, name);
    return kept->data != NULL ? CERTMAP_OK : cm_error_memory(err);
}

enum certmap_status cm_builder_begin_output(struct certmap_builder *builder, struct cm_output *output,
                                            struct certmap_view name, struct certmap_diagnostic *err) {
    enum certmap_status status = CERTMAP_OK;
    if (output->kind == CM_OUTPUT_ATTRIBUTE)
        status = keep_name(&output->name, name, kept_arena(builder), err);
    if (status != CERTMAP_OK || !has_account(builder))
        return status;
    return check_others(builder, output, err);
}

enum certmap_status cm_builder_check_output(const struct certmap_output *output, const char *call,
                                            struct certmap_diagnostic *err) {
    if (output == NULL || !cm_view_sound(output->name) || !cm_view_sound(output->value))
        return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                        "%s: output or one of its texts is NULL, or its size is not a size of it", call);
    if (output->each > (output->kind != CERTMAP_OUTPUT_DOMAIN) || output->reserved != 0)
        return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                        "%s: each is not one that such an output can have, or reserved is not 0", call);
    if ((unsigned)output->kind > CERTMAP_OUTPUT_ATTRIBUTE || certmap_language_name(output->language) == NULL)
        return cm_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                        "%s: kind or language is not one that an output can have", call);
    return CERTMAP_OK;
}

void cm_builder_read_output(struct cm_output *made, struct cm_source *value, const struct certmap_output *output) {
    static const enum cm_output_kind kinds[] = {[CERTMAP_OUTPUT_DOMAIN] = CM_OUTPUT_DOMAIN,
                                                [CERTMAP_OUTPUT_GROUP] = CM_OUTPUT_GROUP,
                                                [CERTMAP_OUTPUT_ATTRIBUTE] = CM_OUTPUT_ATTRIBUTE};
    *made = (struct cm_output){.kind = kinds[output->kind], .language = output->language, .each = output->each != 0};
    *value = (struct cm_source){.text = output->value, .written = output->is_template};
}

static enum certmap_status output(struct certmap_builder *builder, const struct certmap_output *given,
                                  struct certmap_diagnostic *err) {
    struct cm_output made;
    struct cm_source value;
    enum certmap_status status = cm_builder_check_output(given, "certmap_builder_output", err);
    if (status == CERTMAP_OK)
        status = cm_builder_need_mapping(builder, "certmap_builder_output", err);
    if (status == CERTMAP_OK && !cm_builder_open_mapping(builder)->allow)
        status = cm_error_argument(err, "certmap_builder_output: the mapping denies");
    if (status != CERTMAP_OK)
        return status;
    cm_builder_read_output(&made, &value, given);
    status = cm_builder_begin_output(builder, &made, given->name, err);
    return status == CERTMAP_OK ? cm_builder_add_output(builder, made, &value, err) : status;
}

enum certmap_status certmap_builder_output(struct certmap_builder *builder, const struct certmap_output *given,
                                           struct certmap_diagnostic *err) {
    struct certmap_diagnostic own = {.status = CERTMAP_OK};
    struct certmap_output room;
    const struct certmap_output *known = certmap_struct_read(&room, given, CERTMAP_FIRST_OUTPUT, sizeof room);
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_output: builder is NULL");
    return cm_builder_note(builder, output(builder, known, &own), &own, err);
}
