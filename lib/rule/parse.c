/* SPDX-License-Identifier: MIT */
/* The native language (docs/rules.md), by recursive descent. Nesting is bounded by
 * CERTMAP_MAX_NESTING, which bounds the stack.
 *
 *     file       = "certmap" "1" ";" mapping { mapping }
 *     mapping    = "mapping" string "{" "when" ( "always" | expression ) ";" decision "}"
 *     decision   = ( "allow" string | "deny" ) ";"
 *     expression = term ( { "and" term } | { "or" term } )
 *     term       = "not" term | "(" expression ")" | condition
 *     condition  = field ( "=" ["nocase"] string | "in" ["nocase"] list
 *                        | "like" ["nocase"] ( string | list ) | "present" )
 *     field      = ( "subject" | "issuer" ) "." subfield
 *     list       = "(" string { "," string } ")"
 *
 * A mistake in a name or a text is reported and reading goes on; after one in the structure, what is
 * left of the mapping is skipped. */
#include "base/alloc.h"
#include "base/view.h"
#include "rule/builder.h"
#include "rule/finding.h"
#include "rule/lex.h"
#include "rule/operand.h"

struct parser {
    struct certmap_allocator allocator;
    struct cm_lexer lexer;
    struct cm_token token; /* the next one */
    struct cm_findings findings;
    struct certmap_builder *builder;
    struct cm_arena strings; /* unescaped, of one statement */
    struct certmap_view *operands;
    size_t operand_cap;
    size_t nesting;
    size_t mapping_count;
    struct cm_token mapping_name; /* of the mapping being read */
    struct cm_token catch_all;    /* the name of the first mapping that holds for everyone; END: none */
    struct certmap_error error;   /* being filled; here, not on the stack that nesting needs */
    bool fatal;                   /* no memory, or over a limit: stop */
};

/* ---- findings ---- */

/* Passes on an error that has been filled, at a position. */
static bool report(struct parser *parser, struct cm_position position, struct certmap_error *error) {
    cm_error_place(error, position);
    if (error->status == CERTMAP_ERROR_MEMORY || error->status == CERTMAP_ERROR_LIMIT)
        parser->fatal = true;
    cm_finding_add(&parser->findings, CERTMAP_SEVERITY_ERROR, error);
    return false;
}

/* What cannot stand anywhere. */
static bool report_bad_token(struct parser *parser) {
    struct cm_quoted quoted = cm_quote(parser->token.text);
    switch ((int)parser->token.bad) {
    case CERTMAP_CODE_UNTERMINATED_STRING:
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad, "the string does not end on its line");
        break;
    case CERTMAP_CODE_BAD_UTF8:
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad, "%s is not UTF-8", quoted.text);
        break;
    case CERTMAP_CODE_CONTROL_CHARACTER:
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad,
                 "control and direction characters cannot stand in rules; in a string, write %s", quoted.text);
        break;
    default:
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad, "%s has no meaning here", quoted.text);
        break;
    }
    return report(parser, parser->token.position, &parser->error);
}

static const char *describe(const struct cm_token *token, struct cm_quoted *quoted) {
    if (token->kind == CM_TOKEN_END)
        return "the file ends";
    if (token->kind == CM_TOKEN_STRING)
        return "there is a string";
    *quoted = cm_quote(token->text);
    return NULL;
}

/* Says what should stand where something else does; words are keywords that would do, "" at the end. */
static bool report_unexpected(struct parser *parser, enum certmap_code code, const char *expected,
                              const struct certmap_view *words, size_t word_count) {
    struct cm_quoted quoted;
    const struct cm_token *token = &parser->token;
    if (token->kind == CM_TOKEN_BAD)
        return report_bad_token(parser);
    size_t nearest = token->kind == CM_TOKEN_WORD ? certmap_text_nearest(token->text, words, word_count) : SIZE_MAX;
    const char *what = describe(token, &quoted);
    if (what != NULL)
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, code, "expected %s, but %s", expected, what);
    else if (nearest != SIZE_MAX)
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, code, "expected %s, but there is %s; did you mean %s?", expected,
                 quoted.text, (const char *)words[nearest].data);
    else
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, code, "expected %s, but there is %s", expected, quoted.text);
    return report(parser, token->position, &parser->error);
}

static bool report_syntax(struct parser *parser, const char *expected) {
    return report_unexpected(parser, CERTMAP_CODE_SYNTAX, expected, NULL, 0);
}

/* ---- tokens ---- */

static void advance(struct parser *parser) {
    parser->token = cm_lex_next(&parser->lexer);
}

static bool is_punct(const struct parser *parser, char c) {
    return parser->token.kind == CM_TOKEN_PUNCT && parser->token.text.data[0] == (uint8_t)c;
}

static bool is_word(const struct parser *parser, struct certmap_view word) {
    return parser->token.kind == CM_TOKEN_WORD && cm_view_equal(parser->token.text, word);
}

static bool accept_punct(struct parser *parser, char c) {
    bool found = is_punct(parser, c);
    if (found)
        advance(parser);
    return found;
}

static bool accept_word(struct parser *parser, struct certmap_view word) {
    bool found = is_word(parser, word);
    if (found)
        advance(parser);
    return found;
}

static bool expect_punct(struct parser *parser, char c, const char *expected) {
    return accept_punct(parser, c) || report_syntax(parser, expected);
}

static bool memory_failed(struct parser *parser) {
    cm_error_memory(&parser->error);
    return report(parser, parser->token.position, &parser->error);
}

static bool report_escape(struct parser *parser, const struct cm_token *token, struct certmap_view bad,
                          enum cm_string_use use) {
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_ESCAPE, "a string knows %s and \\u{H..} only",
             use == CM_STRING_PATTERN ? "\\\\ \\\" \\n \\t \\* \\?" : "\\\\ \\\" \\n \\t");
    return report(parser, cm_token_part(token, bad), &parser->error);
}

/* Takes a string and unescapes it into parser->strings. A bad escape or a text that cannot be is
 * reported, leaves *text empty, and does not fail. */
static bool take_string(struct parser *parser, struct certmap_view *text, enum cm_string_use use,
                        const char *expected) {
    struct cm_token token = parser->token;
    struct certmap_view bad;
    *text = CM_VIEW("");
    if (token.kind != CM_TOKEN_STRING)
        return report_syntax(parser, expected);
    uint8_t *out = cm_arena_alloc(&parser->strings, 2 * token.text.len);
    if (out == NULL)
        return memory_failed(parser);
    advance(parser);
    if (!cm_string_unescape(text, out, &token, use, &bad))
        report_escape(parser, &token, bad, use);
    else if (cm_text_check(*text, "the string", &parser->error) != CERTMAP_OK)
        report(parser, token.position, &parser->error);
    return !parser->fatal;
}

/* ---- conditions ---- */

/* Splits subject.CN at the first dot. */
static bool take_field(struct parser *parser, struct certmap_condition *condition, struct cm_position *subfield) {
    static const struct certmap_view fields[] = {CM_VIEW_OF("subject"), CM_VIEW_OF("issuer")};
    static const struct certmap_view starts[] = {CM_VIEW_OF("subject"), CM_VIEW_OF("issuer"), CM_VIEW_OF("not")};
    struct cm_token token = parser->token;
    if (token.kind != CM_TOKEN_WORD)
        return report_syntax(parser, "a condition");
    const uint8_t *dot = memchr(token.text.data, '.', token.text.len);
    struct certmap_view field =
        cm_view(token.text.data, dot == NULL ? token.text.len : (size_t)(dot - token.text.data));
    bool issuer = cm_view_equal(field, fields[1]);
    if (!issuer && !cm_view_equal(field, fields[0]))
        return report_unexpected(parser, CERTMAP_CODE_UNKNOWN_FIELD, "a condition on subject or issuer",
                                 dot == NULL ? starts : fields, dot == NULL ? 3 : 2);
    if (dot == NULL || field.len + 1 == token.text.len) {
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "%s needs a subfield, for example %s.CN", issuer ? "issuer" : "subject",
                 issuer ? "issuer" : "subject");
        return report(parser, token.position, &parser->error);
    }
    condition->field = issuer ? CERTMAP_FIELD_ISSUER : CERTMAP_FIELD_SUBJECT;
    condition->subfield = cm_view(dot + 1, token.text.len - field.len - 1);
    *subfield = cm_token_part(&token, condition->subfield);
    advance(parser);
    return true;
}

static bool add_operand(struct parser *parser, struct certmap_condition *condition, enum cm_string_use use) {
    struct certmap_view *operands = cm_array_reserve(&parser->allocator, parser->operands, &parser->operand_cap,
                                                     condition->operand_count + 1, sizeof *operands);
    if (operands == NULL)
        return memory_failed(parser);
    parser->operands = operands;
    return take_string(parser, &operands[condition->operand_count++], use, "a string in double quotes");
}

static bool take_list(struct parser *parser, struct certmap_condition *condition, enum cm_string_use use) {
    if (is_punct(parser, ')'))
        return report_unexpected(parser, CERTMAP_CODE_EMPTY_LIST, "at least one string in the list", NULL, 0);
    do
        if (!add_operand(parser, condition, use))
            return false;
    while (accept_punct(parser, ','));
    return expect_punct(parser, ')', "\",\" or \")\" after a string of the list");
}

/* What follows the field. */
static bool take_test(struct parser *parser, struct certmap_condition *condition) {
    static const struct certmap_view words[] = {CM_VIEW_OF("in"), CM_VIEW_OF("like"), CM_VIEW_OF("present")};
    bool equal = accept_punct(parser, '=');
    bool like = !equal && accept_word(parser, CM_VIEW("like"));
    bool in = !equal && !like && accept_word(parser, CM_VIEW("in"));
    enum cm_string_use use = like ? CM_STRING_PATTERN : CM_STRING_TEXT;
    condition->op = like ? CERTMAP_OP_LIKE : CERTMAP_OP_EQUAL;
    if (!equal && !like && !in) {
        condition->op = CERTMAP_OP_PRESENT;
        return accept_word(parser, CM_VIEW("present")) ||
               report_unexpected(parser, CERTMAP_CODE_SYNTAX, "\"=\", \"in\", \"like\" or \"present\" after the field",
                                 words, 3);
    }
    if (accept_word(parser, CM_VIEW("nocase")))
        condition->flags = CERTMAP_NOCASE;
    if (!equal && accept_punct(parser, '('))
        return take_list(parser, condition, use);
    if (in)
        return report_syntax(parser, "\"(\" and a list of strings after \"in\"");
    return add_operand(parser, condition, use);
}

static bool take_condition(struct parser *parser) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct cm_position subfield;
    cm_arena_reset(&parser->strings);
    if (!take_field(parser, &condition, &subfield) || !take_test(parser, &condition))
        return false;
    condition.operands = parser->operands;
    if (condition.op == CERTMAP_OP_PRESENT)
        condition.operands = NULL;
    if (certmap_builder_condition(parser->builder, &condition, &parser->error) != CERTMAP_OK)
        report(parser, subfield, &parser->error);
    return !parser->fatal;
}

/* ---- expressions ---- */

static bool take_expression(struct parser *parser);

/* Joins what was added since mark, which the builder cannot fail to do but for memory. */
static bool wrap(struct parser *parser, size_t mark, enum certmap_join join) {
    return cm_builder_wrap(parser->builder, mark, join, &parser->error) == CERTMAP_OK ||
           report(parser, parser->token.position, &parser->error);
}

/* One level deeper, for "not" and "(". */
static bool enter(struct parser *parser) {
    if (parser->nesting++ < CERTMAP_MAX_NESTING)
        return true;
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_NESTING,
             "parentheses and \"not\" are nested more than %d deep", CERTMAP_MAX_NESTING);
    return report(parser, parser->token.position, &parser->error);
}

static bool take_term(struct parser *parser) {
    bool negated = is_word(parser, CM_VIEW("not"));
    if (!negated && !is_punct(parser, '('))
        return take_condition(parser);
    if (!enter(parser))
        return false;
    size_t mark = cm_builder_mark(parser->builder);
    advance(parser);
    bool taken = negated ? take_term(parser) && wrap(parser, mark, CERTMAP_NOT)
                         : take_expression(parser) && expect_punct(parser, ')', "\"and\", \"or\" or \")\"");
    parser->nesting--;
    return taken;
}

static void report_mixed(struct parser *parser) {
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_MIXED_AND_OR,
             "\"and\" and \"or\" are mixed; put parentheses around what belongs together");
    report(parser, parser->token.position, &parser->error);
}

static bool take_expression(struct parser *parser) {
    size_t mark = cm_builder_mark(parser->builder);
    if (!take_term(parser))
        return false;
    bool any = is_word(parser, CM_VIEW("or")), mixed = false;
    bool joined = any || is_word(parser, CM_VIEW("and"));
    while (is_word(parser, CM_VIEW("and")) || is_word(parser, CM_VIEW("or"))) {
        if (any != is_word(parser, CM_VIEW("or")) && !mixed) {
            mixed = true;
            report_mixed(parser);
        }
        advance(parser);
        if (!take_term(parser))
            return false;
    }
    return !joined || wrap(parser, mark, any ? CERTMAP_ANY : CERTMAP_ALL);
}

/* ---- mappings ---- */

static bool take_always(struct parser *parser) {
    if (certmap_builder_always(parser->builder, &parser->error) != CERTMAP_OK)
        return report(parser, parser->token.position, &parser->error);
    if (parser->catch_all.kind == CM_TOKEN_END)
        parser->catch_all = parser->mapping_name;
    return true;
}

static bool take_when(struct parser *parser, bool *always) {
    static const struct certmap_view words[] = {CM_VIEW_OF("when")}, joins[] = {CM_VIEW_OF("and"), CM_VIEW_OF("or")};
    *always = false;
    if (!accept_word(parser, CM_VIEW("when")))
        return report_unexpected(parser, CERTMAP_CODE_MISSING_WHEN, "\"when\" and the conditions of the mapping", words,
                                 1);
    *always = accept_word(parser, CM_VIEW("always"));
    parser->nesting = 0;
    if (*always ? !take_always(parser) : !take_expression(parser))
        return false;
    return accept_punct(parser, ';') ||
           report_unexpected(parser, CERTMAP_CODE_SYNTAX,
                             *always ? "\";\" after \"always\"" : "\"and\", \"or\" or \";\" after the condition", joins,
                             *always ? 0 : 2);
}

static bool take_decision(struct parser *parser, enum certmap_decision *decision) {
    static const struct certmap_view words[] = {CM_VIEW_OF("allow"), CM_VIEW_OF("deny")};
    struct certmap_view account = CM_VIEW("");
    struct cm_position position;
    *decision = CERTMAP_DENY;
    if (accept_word(parser, CM_VIEW("allow"))) {
        size_t errors = parser->findings.errors;
        position = parser->token.position;
        *decision = CERTMAP_ALLOW;
        if (!take_string(parser, &account, CM_STRING_TEXT, "the account, a string in double quotes"))
            return false;
        if (parser->findings.errors == errors &&
            cm_builder_decide(parser->builder, CERTMAP_ALLOW, account, &parser->error) != CERTMAP_OK)
            report(parser, position, &parser->error);
    } else if (!accept_word(parser, CM_VIEW("deny"))) {
        return report_unexpected(parser, CERTMAP_CODE_MISSING_DECISION, "\"allow\" or \"deny\"", words, 2);
    }
    return !parser->fatal && expect_punct(parser, ';', "\";\" after the decision");
}

/* Findings about mappings that are right but not what their author may have meant. */
static void look_at_mapping(struct parser *parser, bool always, enum certmap_decision decision,
                            struct cm_token before) {
    struct certmap_error warning;
    struct cm_quoted name = cm_quote(parser->mapping_name.text);
    if (always && decision == CERTMAP_ALLOW) {
        cm_error(&warning, CERTMAP_OK, CERTMAP_CODE_ALLOWS_EVERYONE, "the mapping %s allows every certificate",
                 name.text);
        cm_error_place(&warning, parser->mapping_name.position);
        cm_finding_add(&parser->findings, CERTMAP_SEVERITY_WARNING, &warning);
    }
    if (before.kind != CM_TOKEN_END) {
        cm_error(&warning, CERTMAP_OK, CERTMAP_CODE_UNREACHABLE_MAPPING,
                 "the mapping %s is never reached: %s in line %zu holds for every certificate", name.text,
                 cm_quote(before.text).text, before.position.line);
        cm_error_place(&warning, parser->mapping_name.position);
        cm_finding_add(&parser->findings, CERTMAP_SEVERITY_WARNING, &warning);
    }
}

/* Tells the builder of a mapping; what it decides is not known yet. */
static bool begin_mapping(struct parser *parser) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct cm_token name = parser->token;
    size_t errors = parser->findings.errors;
    cm_arena_reset(&parser->strings);
    if (!take_string(parser, &mapping.name, CM_STRING_TEXT, "the name of the mapping, a string in double quotes"))
        return false;
    parser->mapping_name = name;
    mapping.decision = CERTMAP_DENY;
    mapping.line = name.position.line;
    mapping.column = name.position.column;
    if (parser->findings.errors > errors)
        mapping.name = CM_VIEW("?"); /* reported already; only the place matters now */
    enum certmap_status status = certmap_builder_mapping(parser->builder, &mapping, &parser->error);
    bool consequence = status == CERTMAP_ERROR_ARGUMENT || parser->findings.errors > errors;
    if (status != CERTMAP_OK && !consequence)
        report(parser, name.position, &parser->error);
    return !parser->fatal;
}

static bool take_mapping(struct parser *parser) {
    struct cm_token before = parser->catch_all;
    enum certmap_decision decision;
    bool always;
    advance(parser);
    parser->mapping_count++;
    if (!begin_mapping(parser) || !expect_punct(parser, '{', "\"{\" after the name of the mapping") ||
        !take_when(parser, &always) || !take_decision(parser, &decision) ||
        !expect_punct(parser, '}', "\"}\" after the decision"))
        return false;
    look_at_mapping(parser, always, decision, before);
    return true;
}

/* ---- the file ---- */

static const struct certmap_view mapping_word[] = {CM_VIEW_OF("mapping")};

/* After a mistake: behind the mapping's closing brace, or before the next mapping. */
static void skip_mapping(struct parser *parser) {
    while (parser->token.kind != CM_TOKEN_END && !is_word(parser, mapping_word[0]))
        if (accept_punct(parser, '}'))
            return;
        else
            advance(parser);
}

static void take_version(struct parser *parser) {
    static const struct certmap_view words[] = {CM_VIEW_OF("certmap")};
    if (parser->token.kind == CM_TOKEN_END)
        return;
    if (!accept_word(parser, words[0])) {
        report_unexpected(parser, CERTMAP_CODE_MISSING_VERSION, "\"certmap 1;\" at the start of the rules", words, 1);
        while (parser->token.kind != CM_TOKEN_END && !is_word(parser, mapping_word[0]))
            advance(parser);
    } else if (!accept_word(parser, CM_VIEW("1"))) {
        report_unexpected(parser, CERTMAP_CODE_UNSUPPORTED_VERSION, "version 1, the only one there is", NULL, 0);
        skip_mapping(parser);
    } else if (!expect_punct(parser, ';', "\";\" after \"certmap 1\"")) {
        skip_mapping(parser);
    }
}

static void take_file(struct parser *parser) {
    advance(parser);
    take_version(parser);
    while (parser->token.kind != CM_TOKEN_END && !parser->fatal && !cm_findings_full(&parser->findings)) {
        bool mapping = is_word(parser, mapping_word[0]);
        if (mapping ? take_mapping(parser)
                    : report_unexpected(parser, CERTMAP_CODE_SYNTAX, "\"mapping\"", mapping_word, 1))
            continue;
        if (!mapping)
            advance(parser);
        skip_mapping(parser);
    }
    if (parser->mapping_count == 0 && parser->findings.errors == 0) {
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_NO_MAPPINGS, "the rules have no mapping");
        report(parser, parser->token.position, &parser->error);
    }
}

/* ---- the call ---- */

static enum certmap_status finish(struct parser *parser, struct certmap_rules **rules, struct certmap_error *err) {
    if (parser->findings.errors == 0)
        return certmap_builder_finish(parser->builder, rules, err);
    if (err != NULL)
        *err = parser->findings.first;
    return parser->findings.first.status;
}

static enum certmap_status parse(struct certmap_rules **rules, struct certmap_view text,
                                 const struct certmap_parse_options *options, struct certmap_error *err) {
    struct parser parser = {.findings = {.diag = options->diag, .ctx = options->diag_ctx}};
    if (!cm_allocator_init(&parser.allocator, options->allocator))
        return cm_error_argument(err, "certmap_rules_parse: the allocator lacks a function");
    enum certmap_status status = certmap_builder_new(&parser.builder, &parser.allocator, err);
    if (status != CERTMAP_OK)
        return status;
    parser.lexer = cm_lex_start(text);
    cm_arena_init(&parser.strings, &parser.allocator, SIZE_MAX / 2);
    take_file(&parser);
    status = finish(&parser, rules, err);
    cm_arena_free(&parser.strings);
    cm_release(&parser.allocator, parser.operands);
    certmap_builder_free(parser.builder);
    return status;
}

enum certmap_status certmap_rules_parse(struct certmap_rules **rules, struct certmap_view text,
                                        const struct certmap_parse_options *options, struct certmap_error *err) {
    static const struct certmap_parse_options defaults = CERTMAP_PARSE_OPTIONS_INIT;
    if (rules == NULL || (text.data == NULL && text.len > 0) || (options != NULL && options->size < sizeof *options))
        return cm_error_argument(err, "certmap_rules_parse: rules or text is NULL, or options->size is too small");
    if (text.len > CERTMAP_MAX_RULES_SIZE)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_RULES_TOO_LARGE, "the rules have more than %d bytes",
                        CERTMAP_MAX_RULES_SIZE);
    return parse(rules, text.data != NULL ? text : CM_VIEW(""), options != NULL ? options : &defaults, err);
}
