/* SPDX-License-Identifier: MIT */
/* The native language (docs/rules.md): the file and its mappings.
 *
 *     file       = "certmap" "1" ";" { disabled | policy | issuers | mapping }
 *     mapping    = "mapping" string "{" "when" ( "always" | expression ) ";" decision "}"
 *     decision: output.c; expression: expression.c; disabled, policy: policy.c; issuers: issuers.c
 *
 * A mistake in a name or a text is reported and reading goes on; after one in the structure, what is
 * left of the mapping is skipped. */
#include "base/alloc.h"
#include "base/view.h"
#include "certmap/versioned.h"
#include "parse/parser.h"

/* ---- mappings ---- */

static bool take_always(struct cm_parser *parser) {
    return cm_described_add_term(&parser->described, CERTMAP_TERM_ALWAYS) || cm_parser_memory_failed(parser);
}

static bool take_when(struct cm_parser *parser, bool *always) {
    static const struct certmap_view words[] = {CM_VIEW_OF("when")}, joins[] = {CM_VIEW_OF("and"), CM_VIEW_OF("or")};
    *always = false;
    if (!cm_parser_accept_word(parser, CM_VIEW("when")))
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_MISSING_WHEN,
                                           "\"when\" and the conditions of the mapping", words, 1);
    *always = cm_parser_accept_word(parser, CM_VIEW("always"));
    parser->nesting = 0;
    if (*always ? !take_always(parser) : !cm_parser_take_expression(parser))
        return false;
    return cm_parser_accept_punct(parser, ';') ||
           cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX,
                                       *always ? "\";\" after \"always\""
                                               : "\"and\", \"or\" or \";\" after the condition",
                                       joins, *always ? 0 : 2);
}

static struct cm_quoted quote_name(const struct cm_named *name) {
    return cm_quote(name->name.data != NULL ? name->name : name->token.text);
}

/* Remembers the mapping as one that holds for everyone. */
static bool keep_catch_all(struct cm_parser *parser) {
    struct cm_named *catch_all = &parser->catch_all;
    *catch_all = parser->mapping_name;
    if (catch_all->name.data == NULL)
        return true;
    catch_all->name = cm_arena_text(&parser->kept, catch_all->name);
    return catch_all->name.data != NULL || cm_parser_memory_failed(parser);
}

/* Diagnostics about mappings that are right but not what their author may have meant. */
static bool look_at_mapping(struct cm_parser *parser, bool always) {
    const struct cm_named *before = &parser->catch_all;
    const struct certmap_position position = parser->described.position;
    struct certmap_diagnostic warning;
    if (!always && before->token.kind == CM_TOKEN_END)
        return true;
    struct cm_quoted name = quote_name(&parser->mapping_name);
    if (always && parser->described.mapping.decision == CERTMAP_ALLOW) {
        cm_error(&warning, CERTMAP_OK, CERTMAP_CODE_ALLOWS_EVERYONE, "the mapping %s allows every certificate",
                 name.text);
        cm_error_place(&warning, position);
        cm_diagnostic_add(&parser->diagnostics, CERTMAP_SEVERITY_WARNING, &warning);
    }
    if (before->token.kind == CM_TOKEN_END)
        return !always || parser->combining != CERTMAP_COMBINING_FIRST || keep_catch_all(parser);
    cm_error(&warning, CERTMAP_OK, CERTMAP_CODE_UNREACHABLE_MAPPING,
             "the mapping %s is never reached: %s in line %zu holds for every certificate", name.text,
             quote_name(before).text, before->token.position.line);
    cm_error_place(&warning, position);
    cm_diagnostic_add(&parser->diagnostics, CERTMAP_SEVERITY_WARNING, &warning);
    return true;
}

/* Diagnostics about what the mapping says, in the order of the text. One with an error is not all there. */
static bool pass_on_advice(struct cm_parser *parser, const struct certmap_description *given, size_t errors) {
    if (!parser->advising || given->flawed != 0 || parser->errors > errors)
        return true;
    if (!cm_advice_end(&parser->advice, given))
        return cm_parser_memory_failed(parser);
    for (size_t i = 0; i < parser->advice.note_count; i++)
        cm_diagnostic_add(&parser->diagnostics, CERTMAP_SEVERITY_WARNING, &parser->advice.notes[i].diagnostic);
    return true;
}

static void on_mistake(void *ctx, enum certmap_part part, size_t index, const struct certmap_diagnostic *error) {
    struct cm_parser *parser = ctx;
    (void)index;
    if (part == CERTMAP_PART_NAME)
        parser->mapping_name.name = CM_VIEW_NONE;
    cm_parser_add_error(parser, error);
}

/* Whatever is where its name should be: that is where the mapping is. */
static void begin_mapping(struct cm_parser *parser) {
    cm_arena_reset(&parser->strings);
    cm_advice_begin(&parser->advice);
    cm_described_begin(&parser->described);
    parser->advising = cm_diagnostics_take_warnings(&parser->diagnostics);
    parser->in_mapping = true;
    parser->described.extent = parser->token.position;
    cm_parser_advance(parser);
    parser->described.position = parser->token.position;
    parser->mapping_name = (struct cm_named){parser->token, CM_VIEW_NONE};
}

static bool take_name(struct cm_parser *parser) {
    struct certmap_mapping *mapping = &parser->described.mapping;
    const struct certmap_position position = parser->token.position;
    const size_t errors = parser->errors;
    struct certmap_view text;
    if (!cm_parser_take_string(parser, &text, CM_STRING_TEXT, "the name of the mapping, a string in double quotes"))
        return false;
    mapping->line = position.line;
    mapping->column = position.column;
    mapping->name = parser->errors > errors ? CM_VIEW_NONE : text;
    parser->mapping_name.name = mapping->name;
    cm_builder_expect_name(parser->builder, mapping->name);
    return true;
}

static bool take_parts(struct cm_parser *parser, bool *always) {
    return take_name(parser) && cm_parser_expect_punct(parser, '{', "\"{\" after the name of the mapping") &&
           take_when(parser, always) && cm_parser_take_decision(parser);
}

/* A mapping that is not all there is handed over, too: what there is of it may be wrong. */
static bool take_mapping(struct cm_parser *parser) {
    const size_t errors = parser->errors;
    bool always = false;
    begin_mapping(parser);
    parser->mapping_count++;
    const bool taken = take_parts(parser, &always);
    parser->described.flawed = parser->described.flawed || !taken || parser->errors > errors;
    parser->described.extent.length = cm_parser_taken_end(parser) - parser->described.extent.offset;
    const struct certmap_description given = cm_described_end(&parser->described);
    (void)certmap_builder_add(parser->builder, &given, on_mistake, parser, NULL);
    cm_parser_end_errors(parser);
    return taken && !parser->fatal && look_at_mapping(parser, always) && pass_on_advice(parser, &given, errors);
}

/* ---- the file ---- */

static const struct certmap_view statements[] = {CM_VIEW_OF("mapping"), CM_VIEW_OF("issuers"), CM_VIEW_OF("policy"),
                                                 CM_VIEW_OF("disabled")};

/* Whether a statement with braces begins here. "policy" is also a field, and "issuers" no word of a mapping. */
static bool at_statement(const struct cm_parser *parser) {
    return cm_parser_is_word(parser, statements[0]) || cm_parser_is_word(parser, statements[1]);
}

/* After a mistake: after what ends the statement, or before the next one. */
static void skip_statement(struct cm_parser *parser, char end) {
    while (parser->token.kind != CM_TOKEN_END && !at_statement(parser))
        if (cm_parser_accept_punct(parser, end))
            return;
        else
            cm_parser_advance(parser);
}

static void take_version(struct cm_parser *parser) {
    static const struct certmap_view words[] = {CM_VIEW_OF("certmap")};
    if (parser->token.kind == CM_TOKEN_END)
        return;
    if (!cm_parser_accept_word(parser, words[0])) {
        cm_parser_report_unexpected(parser, CERTMAP_CODE_MISSING_VERSION, "\"certmap 1;\" at the start of the rules",
                                    words, 1);
        while (parser->token.kind != CM_TOKEN_END && !at_statement(parser))
            cm_parser_advance(parser);
    } else if (!cm_parser_accept_word(parser, CM_VIEW("1"))) {
        cm_parser_report_unexpected(parser, CERTMAP_CODE_UNSUPPORTED_VERSION, "version 1, the only one there is", NULL,
                                    0);
        skip_statement(parser, '}');
    } else if (!cm_parser_expect_punct(parser, ';', "\";\" after \"certmap 1\"")) {
        skip_statement(parser, '}');
    }
}

static void take_statement(struct cm_parser *parser) {
    if (cm_parser_is_word(parser, statements[0])) {
        if (!take_mapping(parser))
            skip_statement(parser, '}');
    } else if (cm_parser_is_word(parser, statements[1])) {
        if (!cm_parser_take_issuers(parser))
            skip_statement(parser, '}');
    } else if (cm_parser_is_word(parser, statements[2])) {
        if (!cm_parser_take_policy(parser))
            skip_statement(parser, ';');
    } else if (cm_parser_is_word(parser, statements[3])) {
        if (!cm_parser_take_disabled(parser))
            skip_statement(parser, ';');
    } else {
        cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX, "\"mapping\", \"issuers\" or \"policy\"", statements,
                                    4);
        cm_parser_advance(parser);
        skip_statement(parser, '}');
    }
}

static void take_file(struct cm_parser *parser) {
    cm_parser_advance(parser);
    parser->begin = parser->token.position;
    take_version(parser);
    while (parser->token.kind != CM_TOKEN_END && !parser->fatal && !cm_diagnostics_full(&parser->diagnostics) &&
           cm_parser_goes_on(parser))
        take_statement(parser);
    if (parser->mapping_count == 0 && !parser->is_disabled && parser->diagnostics.errors == 0 &&
        cm_parser_goes_on(parser)) {
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_NO_MAPPINGS, "the rules have no mapping");
        cm_parser_report(parser, parser->token.position, &parser->error);
    }
}

/* ---- the call ---- */

/* Frees all but the builder. */
static void free_parser(struct cm_parser *parser) {
    cm_arena_free(&parser->strings);
    cm_parser_free_issuers(parser);
    cm_arena_free(&parser->scratch);
    cm_described_free(&parser->described);
    cm_release(&parser->allocator, parser->pending);
    cm_advice_free(&parser->advice);
}

/* Says where an ordinary certificate could take too many of the steps that the rules have. */
static void look_at_cost(struct cm_parser *parser, const struct certmap_rules *rules) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_diagnostic warning;
    size_t costly;
    const size_t cost = certmap_rules_cost(rules, &costly), steps = certmap_rules_steps(rules);
    if (cost <= steps / 2)
        return;
    (void)certmap_rules_mapping(rules, &mapping, costly, NULL);
    cm_error(
        &warning, CERTMAP_OK, CERTMAP_CODE_OVER_BUDGET,
        "an ordinary certificate could take %zu steps of the %zu that a match has, for mappings such as %s in line %zu",
        cost, steps, cm_quote(mapping.name).text, mapping.line);
    cm_error_place(&warning, parser->begin);
    cm_diagnostic_add(&parser->diagnostics, CERTMAP_SEVERITY_WARNING, &warning);
}

static enum certmap_status finish(struct cm_parser *parser, struct certmap_rules **rules,
                                  struct certmap_diagnostic *err) {
    enum certmap_status status = parser->diagnostics.first.status;
    if (!cm_parser_goes_on(parser))
        return cm_progress_cancelled(err);
    cm_builder_phase(parser->builder, CM_PROGRESS_READ, CM_PROGRESS_TOTAL);
    if (parser->diagnostics.errors == 0) {
        status = certmap_builder_finish(parser->builder, rules, err);
        if (status == CERTMAP_OK)
            look_at_cost(parser, *rules);
        return status;
    }
    if (err != NULL)
        *err = parser->diagnostics.first;
    return status;
}

/* What the parser allocates is under the limit of the builder, and is freed before the builder ends. */
static enum certmap_status parse(struct certmap_rules **rules, struct certmap_view text,
                                 const struct certmap_parse_options *options, struct certmap_builder *builder,
                                 struct certmap_diagnostic *err) {
    const struct certmap_allocator *allocator = cm_builder_allocator(builder);
    struct cm_parser parser = {
        .allocator = *allocator,
        .options = options,
        .lexer = cm_lex_start(text),
        .diagnostics = {.diagnostic = options->diagnostic, .ctx = options->diagnostic_ctx, .file = options->file},
        .builder = builder,
        .described = {.allocator = *allocator},
        .advice = {.allocator = *allocator, .builder = builder}};
    cm_arena_init(&parser.scratch, &parser.allocator, SIZE_MAX / 2);
    cm_arena_init(&parser.strings, &parser.allocator, SIZE_MAX / 2);
    cm_arena_init(&parser.kept, &parser.allocator, SIZE_MAX / 2);
    cm_builder_phase(builder, 0, CM_PROGRESS_READ);
    take_file(&parser);
    free_parser(&parser);
    return finish(&parser, rules, err);
}

static enum certmap_status build(struct certmap_rules **rules, struct certmap_view text,
                                 const struct certmap_parse_options *options, struct certmap_diagnostic *err) {
    struct certmap_allocator allocator;
    struct certmap_builder *builder;
    if (!cm_allocator_init(&allocator, options->allocator))
        return cm_error_argument(err, "certmap_rules_parse: the allocator lacks a function");
    enum certmap_status status = certmap_builder_new(&builder, &allocator, err);
    if (status != CERTMAP_OK)
        return status;
    if (options->build != NULL)
        status = certmap_builder_options(builder, options->build, err);
    if (status == CERTMAP_OK)
        status = parse(rules, text, options, builder, err);
    certmap_builder_free(builder);
    return status;
}

enum certmap_status certmap_rules_parse(struct certmap_rules **rules, struct certmap_view text,
                                        const struct certmap_parse_options *given, struct certmap_diagnostic *err) {
    static const struct certmap_parse_options defaults = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_parse_options room;
    const struct certmap_parse_options *options =
        certmap_struct_read(&room, given != NULL ? given : &defaults, CERTMAP_FIRST_PARSE_OPTIONS, sizeof room);
    enum certmap_status status;
    if (rules == NULL || (text.data == NULL && text.len > 0) || options == NULL)
        return cm_error_argument(err,
                                 "certmap_rules_parse: rules or text is NULL, or options->size is not a size of it");
    if (text.len > CERTMAP_MAX_RULES_SIZE)
        status = cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_RULES_TOO_LARGE, "the rules have more than %d bytes",
                          CERTMAP_MAX_RULES_SIZE);
    else
        status = build(rules, text.data != NULL ? text : CM_VIEW(""), options, err);
    if (status != CERTMAP_OK && err != NULL)
        err->file = options->file;
    return status;
}
