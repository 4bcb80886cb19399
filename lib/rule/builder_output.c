/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/view.h"
#include "rule/builder.h"
#include "rule/operand.h"

/* ---- the list ---- */

/* Compiles a text and adds it to the outputs of the open mapping. */
static enum certmap_status add_output(struct certmap_builder *builder, struct cm_output output,
                                      const struct cm_source *source, struct certmap_error *err) {
    struct certmap_rules *rules = builder->rules;
    cm_arena_reset(&builder->scratch);
    enum certmap_status status =
        cm_template_compile(&output, &rules->needs, source, &rules->arena, &builder->scratch, err);
    if (status != CERTMAP_OK)
        return status;
    struct cm_output *outputs = cm_array_reserve(&builder->allocator, rules->outputs, &builder->output_cap,
                                                 builder->output_count + 1, sizeof *outputs);
    if (outputs == NULL)
        return cm_error_memory(err);
    rules->outputs = outputs;
    outputs[builder->output_count++] = output;
    cm_builder_open_mapping(builder)->output_count++;
    if (output.kind == CM_OUTPUT_DOMAIN)
        outputs[cm_builder_open_mapping(builder)->first_output].has_domain = true;
    return CERTMAP_OK;
}

/* ---- accounts ---- */

/* The parts of an account that is no template: the one in front of the separator needs a NUL of its own. */
static enum certmap_status split_account(struct cm_mapping *mapping, const struct cm_output *account,
                                         struct cm_arena *arena, struct certmap_error *err) {
    const struct certmap_view text = account->shown;
    mapping->user = text;
    if (account->separator == NULL)
        return CERTMAP_OK;
    const size_t len = (size_t)(account->separator - text.data);
    const struct certmap_view head = cm_arena_text(arena, cm_view(text.data, len));
    const struct certmap_view tail = cm_view(account->separator + 1, text.len - len - 1);
    const bool domain_first = *account->separator == '\\';
    mapping->domain = domain_first ? head : tail;
    mapping->user = domain_first ? tail : head;
    return head.data != NULL ? CERTMAP_OK : cm_error_memory(err);
}

enum certmap_status cm_builder_set_account(struct certmap_builder *builder, const struct cm_source *account,
                                           enum certmap_language language, struct certmap_error *err) {
    struct cm_mapping *mapping = cm_builder_open_mapping(builder);
    const struct cm_output output = {.kind = CM_OUTPUT_ACCOUNT, .language = language};
    if (mapping->decision != CERTMAP_ALLOW)
        return CERTMAP_OK;
    enum certmap_status status = add_output(builder, output, account, err);
    if (status != CERTMAP_OK)
        return status;
    const struct cm_output *made = &builder->rules->outputs[builder->output_count - 1];
    mapping->account = made->shown;
    return made->holes == NULL ? split_account(mapping, made, &builder->rules->arena, err) : CERTMAP_OK;
}

enum certmap_status cm_builder_allow(struct certmap_builder *builder, const struct cm_source *account,
                                     enum certmap_language language, struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    cm_builder_open_mapping(builder)->decision = CERTMAP_ALLOW;
    return cm_builder_note(builder, cm_builder_set_account(builder, account, language, &own), &own, err);
}

/* ---- domains, groups, attributes ---- */

static enum certmap_status duplicate(const char *what, struct certmap_view name, struct certmap_error *err) {
    if (name.len == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_OUTPUT, "the mapping has %s already", what);
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_OUTPUT, "the mapping has %s %s already", what,
                    cm_quote(name).text);
}

/* Whether the open mapping has room and use for one more of this kind. */
static enum certmap_status check_others(const struct certmap_builder *builder, enum cm_output_kind kind,
                                        struct certmap_view name, struct certmap_error *err) {
    const struct cm_mapping *mapping = cm_builder_open_mapping(builder);
    size_t count = 0;
    if (kind == CM_OUTPUT_DOMAIN && builder->rules->policy == CERTMAP_POLICY_ALL)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_OUTPUT,
                        "an answer under \"policy all\" can have several accounts; write each domain in its account");
    for (size_t i = 0; i < mapping->output_count; i++) {
        const struct cm_output *there = &builder->rules->outputs[mapping->first_output + i];
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
                                     struct certmap_error *err) {
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

static enum certmap_status begin_output(struct certmap_builder *builder, struct cm_output *output,
                                        struct certmap_view name, struct certmap_error *err) {
    enum certmap_status status = CERTMAP_OK;
    if (output->kind == CM_OUTPUT_ATTRIBUTE)
        status = keep_name(&output->name, name, &builder->rules->arena, err);
    return status == CERTMAP_OK ? check_others(builder, output->kind, output->name, err) : status;
}

enum certmap_status cm_builder_begin_output(struct certmap_builder *builder, struct cm_output *output,
                                            struct certmap_view name, struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    return cm_builder_note(builder, begin_output(builder, output, name, &own), &own, err);
}

enum certmap_status cm_builder_add_output(struct certmap_builder *builder, const struct cm_output *output,
                                          const struct cm_source *value, struct certmap_error *err) {
    struct certmap_error own = {.status = CERTMAP_OK};
    return cm_builder_note(builder, add_output(builder, *output, value, &own), &own, err);
}

static enum certmap_status check_output(const struct certmap_builder *builder, const struct certmap_output *output,
                                        struct certmap_error *err) {
    if (output == NULL || output->size < sizeof *output || !cm_view_sound(output->name) ||
        !cm_view_sound(output->value))
        return cm_error_argument(err, "certmap_builder_output: output or one of its texts is NULL, or its size too "
                                      "small");
    if ((unsigned)output->kind > CERTMAP_OUTPUT_ATTRIBUTE || certmap_language_name(output->language) == NULL)
        return cm_error_argument(err, "certmap_builder_output: kind or language is not one that an output can have");
    if (!cm_builder_has_mapping(builder) || cm_builder_open_mapping(builder)->decision != CERTMAP_ALLOW)
        return cm_error_argument(err, "certmap_builder_output: no mapping was begun, or it denies");
    return CERTMAP_OK;
}

enum certmap_status certmap_builder_output(struct certmap_builder *builder, const struct certmap_output *output,
                                           struct certmap_error *err) {
    static const enum cm_output_kind kinds[] = {[CERTMAP_OUTPUT_DOMAIN] = CM_OUTPUT_DOMAIN,
                                                [CERTMAP_OUTPUT_GROUP] = CM_OUTPUT_GROUP,
                                                [CERTMAP_OUTPUT_ATTRIBUTE] = CM_OUTPUT_ATTRIBUTE};
    struct certmap_error own = {.status = CERTMAP_OK};
    if (builder == NULL)
        return cm_error_argument(err, "certmap_builder_output: builder is NULL");
    enum certmap_status status = check_output(builder, output, &own);
    if (status != CERTMAP_OK)
        return cm_builder_note(builder, status, &own, err);
    const struct cm_source value = {.text = output->value, .written = output->is_template};
    struct cm_output made = {.kind = kinds[output->kind], .language = output->language};
    status = cm_builder_begin_output(builder, &made, output->name, err);
    return status == CERTMAP_OK ? cm_builder_add_output(builder, &made, &value, err) : status;
}
