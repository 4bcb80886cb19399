/* SPDX-License-Identifier: MIT */
#include "parse/parser.h"
#include "base/alloc.h"
#include "base/view.h"
#include "certmap/names.h"
#include "rule/operand.h"

/* ---- diagnostics ---- */

static bool is_fatal(const struct certmap_diagnostic *error) {
    return error->status == CERTMAP_ERROR_MEMORY || error->status == CERTMAP_ERROR_LIMIT;
}

static void pass_on(struct cm_parser *parser, const struct certmap_diagnostic *error) {
    if (parser->closed)
        return;
    cm_diagnostic_add(&parser->diagnostics, CERTMAP_SEVERITY_ERROR, error);
    parser->closed = is_fatal(error);
}

void cm_parser_end_errors(struct cm_parser *parser) {
    for (size_t i = 0; i < parser->pending_count; i++)
        pass_on(parser, &parser->pending[i]);
    parser->pending_count = 0;
    parser->in_mapping = false;
}

/* Room for one more; where there are as many as will be passed on, the last one goes. */
static bool make_room(struct cm_parser *parser) {
    if (parser->pending_count == CERTMAP_MAX_DIAGNOSTICS) {
        parser->pending_count--;
        return true;
    }
    struct certmap_diagnostic *pending = cm_array_reserve(&parser->allocator, parser->pending, &parser->pending_cap,
                                                          parser->pending_count + 1, sizeof *pending);
    if (pending != NULL)
        parser->pending = pending;
    return pending != NULL;
}

/* Keeps an error of the mapping after those that are before it in the text. */
static void keep(struct cm_parser *parser, const struct certmap_diagnostic *error) {
    const size_t count = parser->pending_count;
    if (count == CERTMAP_MAX_DIAGNOSTICS && parser->pending[count - 1].offset <= error->offset)
        return;
    if (!make_room(parser)) {
        struct certmap_diagnostic memory;
        cm_error_memory(&memory);
        cm_builder_report_memory_limit(parser->builder, &memory);
        cm_error_place(&memory, parser->token.position);
        cm_parser_end_errors(parser);
        parser->fatal = true;
        pass_on(parser, &memory);
        return;
    }
    size_t at = parser->pending_count++;
    for (; at > 0 && parser->pending[at - 1].offset > error->offset; at--)
        parser->pending[at] = parser->pending[at - 1];
    parser->pending[at] = *error;
}

void cm_parser_add_error(struct cm_parser *parser, const struct certmap_diagnostic *error) {
    parser->errors++;
    parser->fatal = parser->fatal || is_fatal(error);
    if (parser->in_mapping)
        keep(parser, error);
    else
        pass_on(parser, error);
}

bool cm_parser_report(struct cm_parser *parser, struct certmap_position position, struct certmap_diagnostic *error) {
    cm_builder_report_memory_limit(parser->builder, error);
    cm_error_place(error, position);
    cm_parser_add_error(parser, error);
    return false;
}

/* Quotes that are none here: of typewriters, of typography, and of other languages. */
static bool is_other_quote(struct certmap_view text) {
    static const struct certmap_view quotes[] = {CM_VIEW_OF("'"),
                                                 CM_VIEW_OF("`"),
                                                 CM_VIEW_OF("\xC2\xAB"),
                                                 CM_VIEW_OF("\xC2\xBB"),
                                                 CM_VIEW_OF("\xE2\x80\x98"),
                                                 CM_VIEW_OF("\xE2\x80\x99"),
                                                 CM_VIEW_OF("\xE2\x80\x9A"),
                                                 CM_VIEW_OF("\xE2\x80\x9C"),
                                                 CM_VIEW_OF("\xE2\x80\x9D"),
                                                 CM_VIEW_OF("\xE2\x80\x9E")};
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
        if (cm_view_equal(text, quotes[i]))
            return true;
    return false;
}

/* What other languages write, and what to write instead; longer ones first. */
static const struct {
    struct certmap_view text;
    const char *instead;
} signs[] = {
    {CM_VIEW_OF("//"), "a comment begins with # and ends with its line"},
    {CM_VIEW_OF("/*"), "a comment begins with # and ends with its line"},
    {CM_VIEW_OF("*/"), "a comment begins with # and ends with its line"},
    {CM_VIEW_OF("--"), "a comment begins with # and ends with its line"},
    {CM_VIEW_OF("<!--"), "a comment begins with # and ends with its line"},
    {CM_VIEW_OF("!="), "write not (... = ...) for what is not equal"},
    {CM_VIEW_OF("<>"), "write not (... = ...) for what is not equal"},
    {CM_VIEW_OF("!~"), "write not (... matches ...), or not (... like ...) with * and ?"},
    {CM_VIEW_OF("!"), "write not (...)"},
    {CM_VIEW_OF("&&"), "write and"},
    {CM_VIEW_OF("&"), "write and"},
    {CM_VIEW_OF("||"), "write or"},
    {CM_VIEW_OF("|"), "write or"},
    {CM_VIEW_OF("~"), "write matches and a regular expression, or like and a pattern with * and ?"},
    {CM_VIEW_OF(":="), "write ="},
    {CM_VIEW_OF(":"), "write = between a field and a string"},
    {CM_VIEW_OF("["), "a list is written in parentheses: in (\"a\", \"b\")"},
    {CM_VIEW_OF("]"), "a list is written in parentheses: in (\"a\", \"b\")"},
    {CM_VIEW_OF("${"),
     "in conditions a field is written as it is, subject.CN; a placeholder ${subject.CN} belongs in a string"},
    {CM_VIEW_OF("$"),
     "in conditions a field is written as it is, subject.CN; a placeholder ${subject.CN} belongs in a string"},
    {CM_VIEW_OF("%{"),
     "in conditions a field is written as it is, subject.CN; a placeholder ${subject.CN} belongs in a string"},
    {CM_VIEW_OF("*"), "a pattern is a string: subject.CN like \"a*\""},
    {CM_VIEW_OF("+"), "conditions are joined by and, or"},
};

/* What to write instead of a token that has no meaning, by the sign that begins with it; NULL: it is none that is
 * known. */
static const char *instead_of(const struct cm_parser *parser) {
    const struct certmap_view all = parser->lexer.text;
    const size_t at = parser->token.position.offset;
    if (is_other_quote(parser->token.text))
        return "strings are written in plain double quotes";
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (all.len - at >= signs[i].text.len && memcmp(all.data + at, signs[i].text.data, signs[i].text.len) == 0)
            return signs[i].instead;
    return NULL;
}

/* A character that has no meaning. */
static void say_meaningless(struct cm_parser *parser) {
    const char *instead = instead_of(parser);
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad, "%s has no meaning here%s%s",
             cm_quote(parser->token.text).text, instead != NULL ? "; " : "", instead != NULL ? instead : "");
}

/* What cannot be anywhere. */
static bool report_bad_token(struct cm_parser *parser) {
    struct cm_quoted quoted = cm_quote(parser->token.text);
    switch ((int)parser->token.bad) {
    case CERTMAP_CODE_UNTERMINATED_STRING:
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad, "the string does not end on its line");
        break;
    case CERTMAP_CODE_BAD_UTF8:
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad, "%s is not UTF-8", quoted.text);
        break;
    case CERTMAP_CODE_CONTROL_CHARACTER:
        if (parser->token.text.data[0] == 0)
            cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad, "U+0000 cannot be in rules");
        else if (parser->token.text.data[0] == '\r')
            cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad,
                     "a carriage return without a line feed cannot be in rules");
        else
            cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, parser->token.bad,
                     "control and direction characters cannot be in rules; in a string, write %s", quoted.text);
        break;
    default:
        say_meaningless(parser);
        break;
    }
    return cm_parser_report(parser, parser->token.position, &parser->error);
}

/* Words that other languages have where certmap has another one, which may not be near. */
static const struct {
    struct certmap_view word;
    const char *instead;
} words_of_others[] = {
    {CM_VIEW_OF("eq"), "="},
    {CM_VIEW_OF("equals"), "="},
    {CM_VIEW_OF("ne"), "not (... = ...)"},
    {CM_VIEW_OF("contains"), "like \"*text*\""},
    {CM_VIEW_OF("startswith"), "like \"text*\""},
    {CM_VIEW_OF("endswith"), "like \"*text\""},
    {CM_VIEW_OF("regex"), "matches"},
    {CM_VIEW_OF("exists"), "present"},
    {CM_VIEW_OF("missing"), "absent"},
    {CM_VIEW_OF("not"), "not before the condition: not subject.CN = \"a\""},
    {CM_VIEW_OF("if"), "when"},
    {CM_VIEW_OF("permit"), "allow"},
    {CM_VIEW_OF("grant"), "allow"},
    {CM_VIEW_OF("accept"), "allow"},
    {CM_VIEW_OF("reject"), "deny"},
    {CM_VIEW_OF("refuse"), "deny"},
    {CM_VIEW_OF("block"), "deny"},
};

/* Whether a word that is to be written instead can be here, where other words would do. */
static bool would_do(const char *instead, const struct certmap_view *words, size_t word_count) {
    const bool test = *instead == '=' || strncmp(instead, "not", 3) == 0; /* where "like" would do */
    for (size_t i = 0; i < word_count; i++)
        if (strncmp(test ? "like" : instead, (const char *)words[i].data, words[i].len) == 0)
            return true;
    return false;
}

/* What to write instead of a word of another language; NULL: nothing is known. */
static const char *instead_of_word(const struct cm_token *token, const struct certmap_view *words, size_t word_count) {
    for (size_t i = 0; token->kind == CM_TOKEN_WORD && i < sizeof words_of_others / sizeof *words_of_others; i++) {
        const char *instead = words_of_others[i].instead;
        if (certmap_text_same(token->text, words_of_others[i].word) && would_do(instead, words, word_count))
            return instead;
    }
    return NULL;
}

static const char *describe(const struct cm_token *token, struct cm_quoted *quoted) {
    if (token->kind == CM_TOKEN_END)
        return "the file ends";
    if (token->kind == CM_TOKEN_STRING)
        return "there is a string";
    *quoted = cm_quote(token->text);
    return NULL;
}

/* Says what should be where something else does; words are keywords that would do. */
bool cm_parser_report_unexpected(struct cm_parser *parser, enum certmap_code code, const char *expected,
                                 const struct certmap_view *words, size_t word_count) {
    struct cm_quoted quoted;
    const struct cm_token *token = &parser->token;
    if (token->kind == CM_TOKEN_BAD)
        return report_bad_token(parser);
    size_t nearest = token->kind == CM_TOKEN_WORD ? certmap_text_nearest(token->text, words, word_count) : SIZE_MAX;
    const char *what = describe(token, &quoted), *instead = instead_of_word(token, words, word_count);
    if (instead != NULL)
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, code, "expected %s, but there is %s; write %s", expected,
                 quoted.text, instead);
    else if (what != NULL)
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, code, "expected %s, but %s", expected, what);
    else if (nearest != SIZE_MAX)
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, code, "expected %s, but there is %s; did you mean %s?", expected,
                 quoted.text, (const char *)words[nearest].data);
    else
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, code, "expected %s, but there is %s", expected, quoted.text);
    return cm_parser_report(parser, token->position, &parser->error);
}

bool cm_parser_report_syntax(struct cm_parser *parser, const char *expected) {
    return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX, expected, NULL, 0);
}

/* ---- tokens ---- */

bool cm_parser_goes_on(struct cm_parser *parser) {
    return cm_builder_goes_on(parser->builder, parser->lexer.offset, parser->lexer.text.len + 1);
}

void cm_parser_advance(struct cm_parser *parser) {
    const bool counted = parser->lexer.counted == parser->lexer.offset;
    parser->taken = parser->token.position;
    parser->taken_column = counted ? parser->lexer.column : 0;
    cm_lex_next(&parser->lexer, &parser->token);
}

bool cm_parser_expect_punct(struct cm_parser *parser, char c, const char *expected) {
    return cm_parser_accept_punct(parser, c) || cm_parser_report_syntax(parser, expected);
}

bool cm_parser_memory_failed(struct cm_parser *parser) {
    cm_error_memory(&parser->error);
    return cm_parser_report(parser, parser->token.position, &parser->error);
}

bool cm_parser_enter(struct cm_parser *parser, struct certmap_position position) {
    if (parser->nesting++ < CERTMAP_MAX_NESTING)
        return true;
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_NESTING,
             "parentheses and \"not\" are nested more than %d deep", CERTMAP_MAX_NESTING);
    return cm_parser_report(parser, position, &parser->error);
}

/* A placeholder where the text has to be known when the rules are loaded. */
static bool report_placeholder(struct cm_parser *parser, const struct cm_token *token) {
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_MISPLACED_PLACEHOLDER,
             "a placeholder ${...} belongs in accounts, domains, groups and attributes only; write \\u{24}{ for these "
             "characters");
    return cm_parser_report(parser, cm_token_part(token, token->placeholder), &parser->error);
}

static bool report_escape(struct cm_parser *parser, const struct cm_token *token, struct certmap_view bad,
                          enum cm_string_use use) {
    cm_string_bad_escape(&parser->error, token->text, bad, use);
    return cm_parser_report(parser, cm_token_part(token, bad), &parser->error);
}

/* A string that may have escapes, or what no text can have. */
static bool take_any_string(struct cm_parser *parser, struct certmap_view *text, enum cm_string_use use) {
    const struct cm_token token = parser->token;
    struct certmap_view bad, unescaped = token.text;
    /* Without an escape, the text is where it was read. */
    const bool escaped = token.text.len > 0 && memchr(token.text.data, '\\', token.text.len) != NULL;
    uint8_t *out = escaped ? cm_arena_alloc(&parser->strings, 2 * token.text.len) : NULL;
    if (escaped && out == NULL)
        return cm_parser_memory_failed(parser);
    cm_parser_advance(parser);
    if (token.placeholder.data != NULL)
        report_placeholder(parser, &token);
    else if (escaped && !cm_string_unescape(&unescaped, out, &token, use, &bad))
        report_escape(parser, &token, bad, use);
    else if (cm_text_check(unescaped, "the string", &parser->error) != CERTMAP_OK)
        cm_parser_report(parser, token.position, &parser->error);
    else
        *text = unescaped;
    return true;
}

/* Takes a string and unescapes it into parser->strings. A placeholder, a bad escape, or a text that cannot be is
 * reported, leaves *text empty, and does not fail. */
bool cm_parser_take_string(struct cm_parser *parser, struct certmap_view *text, enum cm_string_use use,
                           const char *expected) {
    const struct cm_token *token = &parser->token;
    *text = CM_VIEW("");
    if (token->kind != CM_TOKEN_STRING)
        return cm_parser_report_syntax(parser, expected);
    if (!token->plain || token->text.len > CERTMAP_MAX_TEXT_SIZE)
        return take_any_string(parser, text, use);
    *text = token->text;
    cm_parser_advance(parser);
    return true;
}
