/* SPDX-License-Identifier: MIT */
/* Conditions and expressions, by recursive descent. Nesting is bounded by CERTMAP_MAX_NESTING, which
 * bounds the stack.
 *
 *     expression = term ( { "and" term } | { "or" term } )
 *     term       = "not" term | "(" expression ")" | condition
 *     condition  = [quantifier] field comparison | field ( "present" | "absent" )
 *                | "count" "(" field ")" "=" number
 *     quantifier = "any" | "every" | "first" | "last" | "only"
 *     comparison = "=" ["nocase"] string | "in" ["nocase"] list | "like" ["nocase"] ( string | list )
 *     field      = ( "subject" | "issuer" ) "." subfield
 *     list       = "(" string { "," string } ")" */
#include "base/alloc.h"
#include "base/view.h"
#include "rule/parser.h"

/* ---- conditions ---- */

/* What stands before the first dot of a word. */
static struct certmap_view field_of(const struct cm_token *token) {
    const uint8_t *dot = memchr(token->text.data, '.', token->text.len);
    return cm_view(token->text.data, dot == NULL ? token->text.len : (size_t)(dot - token->text.data));
}

static const struct certmap_view fields[] = {
    [CERTMAP_FIELD_SUBJECT] = CM_VIEW_OF("subject"), [CERTMAP_FIELD_ISSUER] = CM_VIEW_OF("issuer")};

/* A word that is no field: a field misspelt, or another word that a condition begins with. */
static bool report_field(struct cm_parser *parser, struct certmap_view field) {
    static const struct certmap_view starts[] = {CM_VIEW_OF("subject"), CM_VIEW_OF("issuer"), CM_VIEW_OF("not"),
                                                 CM_VIEW_OF("any"),     CM_VIEW_OF("every"),  CM_VIEW_OF("first"),
                                                 CM_VIEW_OF("last"),    CM_VIEW_OF("only"),   CM_VIEW_OF("count")};
    const struct cm_token whole = parser->token;
    const bool dotted = field.len < whole.text.len;
    parser->token.text = field;
    parser->token.position.length = field.len;
    cm_parser_report_unexpected(parser, CERTMAP_CODE_UNKNOWN_FIELD, "a condition on subject or issuer", starts,
                                dotted ? 2 : sizeof starts / sizeof *starts);
    parser->token = whole;
    return false;
}

/* Takes subject.CN: a field, a dot and a subfield. */
static bool take_field(struct cm_parser *parser, struct certmap_condition *condition, struct cm_position *subfield) {
    struct cm_token token = parser->token;
    if (token.kind != CM_TOKEN_WORD)
        return cm_parser_report_syntax(parser, "a condition");
    struct certmap_view field = field_of(&token);
    bool issuer = cm_view_equal(field, fields[CERTMAP_FIELD_ISSUER]);
    if (!issuer && !cm_view_equal(field, fields[CERTMAP_FIELD_SUBJECT]))
        return report_field(parser, field);
    condition->field = issuer ? CERTMAP_FIELD_ISSUER : CERTMAP_FIELD_SUBJECT;
    const char *name = (const char *)fields[condition->field].data;
    if (field.len + 1 >= token.text.len) {
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "%s needs a subfield, for example %s.CN", name, name);
        return cm_parser_report(parser, token.position, &parser->error);
    }
    condition->subfield = cm_view(field.data + field.len + 1, token.text.len - field.len - 1);
    *subfield = cm_token_part(&token, condition->subfield);
    cm_parser_advance(parser);
    return true;
}

static bool add_operand(struct cm_parser *parser, struct certmap_condition *condition, enum cm_string_use use) {
    struct certmap_view *operands = cm_array_reserve(&parser->allocator, parser->operands, &parser->operand_cap,
                                                     condition->operand_count + 1, sizeof *operands);
    if (operands == NULL)
        return cm_parser_memory_failed(parser);
    parser->operands = operands;
    return cm_parser_take_string(parser, &operands[condition->operand_count++], use, "a string in double quotes");
}

static bool take_list(struct cm_parser *parser, struct certmap_condition *condition, enum cm_string_use use) {
    if (cm_parser_is_punct(parser, ')'))
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_EMPTY_LIST, "at least one string in the list", NULL, 0);
    do
        if (!add_operand(parser, condition, use))
            return false;
    while (cm_parser_accept_punct(parser, ','));
    return cm_parser_expect_punct(parser, ')', "\",\" or \")\" after a string of the list");
}

/* "present" and "absent", which are about AVAs, not about values that a quantifier could choose from. */
static bool take_presence(struct cm_parser *parser, struct certmap_condition *condition, bool quantified) {
    static const struct certmap_view words[] = {CM_VIEW_OF("in"), CM_VIEW_OF("like"), CM_VIEW_OF("present"),
                                                CM_VIEW_OF("absent")};
    bool present = !quantified && cm_parser_accept_word(parser, words[2]);
    condition->op = present ? CERTMAP_OP_PRESENT : CERTMAP_OP_ABSENT;
    if (present || (!quantified && cm_parser_accept_word(parser, words[3])))
        return true;
    if (quantified)
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX,
                                           "\"=\", \"in\" or \"like\" after the quantified field", words, 2);
    return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX,
                                       "\"=\", \"in\", \"like\", \"present\" or \"absent\" after the field", words, 4);
}

/* What follows the field. */
static bool take_test(struct cm_parser *parser, struct certmap_condition *condition, bool quantified) {
    bool equal = cm_parser_accept_punct(parser, '=');
    bool like = !equal && cm_parser_accept_word(parser, CM_VIEW("like"));
    bool in = !equal && !like && cm_parser_accept_word(parser, CM_VIEW("in"));
    enum cm_string_use use = like ? CM_STRING_PATTERN : CM_STRING_TEXT;
    condition->op = like ? CERTMAP_OP_LIKE : CERTMAP_OP_EQUAL;
    if (!equal && !like && !in)
        return take_presence(parser, condition, quantified);
    if (cm_parser_accept_word(parser, CM_VIEW("nocase")))
        condition->flags = CERTMAP_NOCASE;
    if (!equal && cm_parser_accept_punct(parser, '('))
        return take_list(parser, condition, use);
    if (in)
        return cm_parser_report_syntax(parser, "\"(\" and a list of strings after \"in\"");
    return add_operand(parser, condition, use);
}

/* A decimal number without leading zeros that can be a count. */
static bool take_number(struct cm_parser *parser, size_t *number) {
    struct certmap_view text = parser->token.text;
    const size_t most_digits = 7; /* no Name has ten million AVAs */
    *number = 0;
    bool digits =
        parser->token.kind == CM_TOKEN_WORD && text.len <= most_digits && (text.data[0] != '0' || text.len == 1);
    for (size_t i = 0; digits && i < text.len; i++) {
        digits = text.data[i] >= '0' && text.data[i] <= '9';
        *number = *number * 10 + (size_t)(text.data[i] - '0');
    }
    if (!digits)
        return cm_parser_report_syntax(parser, "a number of at most 7 digits");
    cm_parser_advance(parser);
    return true;
}

/* What follows "count". */
static bool take_count(struct cm_parser *parser, struct certmap_condition *condition, struct cm_position *subfield) {
    condition->op = CERTMAP_OP_COUNT;
    return cm_parser_expect_punct(parser, '(', "\"(\" after \"count\"") && take_field(parser, condition, subfield) &&
           cm_parser_expect_punct(parser, ')', "\")\" after the field") &&
           cm_parser_expect_punct(parser, '=', "\"=\" and a number after \"count(...)\"") &&
           take_number(parser, &condition->count);
}

static bool accept_quantifier(struct cm_parser *parser, enum certmap_quantifier *quantifier) {
    static const struct certmap_view words[] = {
        [CERTMAP_ANY_VALUE] = CM_VIEW_OF("any"),     [CERTMAP_EVERY_VALUE] = CM_VIEW_OF("every"),
        [CERTMAP_FIRST_VALUE] = CM_VIEW_OF("first"), [CERTMAP_LAST_VALUE] = CM_VIEW_OF("last"),
        [CERTMAP_ONLY_VALUE] = CM_VIEW_OF("only"),
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cm_parser_accept_word(parser, words[i])) {
            *quantifier = (enum certmap_quantifier)i;
            return true;
        }
    return false;
}

static bool take_test_of_field(struct cm_parser *parser, struct certmap_condition *condition,
                               struct cm_position *subfield) {
    if (cm_parser_accept_word(parser, CM_VIEW("count")))
        return take_count(parser, condition, subfield);
    bool quantified = accept_quantifier(parser, &condition->quantifier);
    return take_field(parser, condition, subfield) && take_test(parser, condition, quantified);
}

static bool take_condition(struct cm_parser *parser) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct cm_position subfield;
    cm_arena_reset(&parser->strings);
    if (!take_test_of_field(parser, &condition, &subfield))
        return false;
    condition.operands = condition.operand_count > 0 ? parser->operands : NULL;
    if (certmap_builder_condition(parser->builder, &condition, &parser->error) != CERTMAP_OK)
        cm_parser_report(parser, subfield, &parser->error);
    return !parser->fatal;
}

/* ---- expressions ---- */

/* Joins what was added since mark, which the builder cannot fail to do but for memory. */
static bool wrap(struct cm_parser *parser, size_t mark, enum certmap_join join) {
    return cm_builder_wrap(parser->builder, mark, join, &parser->error) == CERTMAP_OK ||
           cm_parser_report(parser, parser->token.position, &parser->error);
}

/* One level deeper, for "not" and "(". */
static bool enter(struct cm_parser *parser) {
    if (parser->nesting++ < CERTMAP_MAX_NESTING)
        return true;
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_NESTING,
             "parentheses and \"not\" are nested more than %d deep", CERTMAP_MAX_NESTING);
    return cm_parser_report(parser, parser->token.position, &parser->error);
}

static bool take_term(struct cm_parser *parser) {
    bool negated = cm_parser_is_word(parser, CM_VIEW("not"));
    if (!negated && !cm_parser_is_punct(parser, '('))
        return take_condition(parser);
    if (!enter(parser))
        return false;
    size_t mark = cm_builder_mark(parser->builder);
    cm_parser_advance(parser);
    bool taken =
        negated ? take_term(parser) && wrap(parser, mark, CERTMAP_NOT)
                : cm_parser_take_expression(parser) && cm_parser_expect_punct(parser, ')', "\"and\", \"or\" or \")\"");
    parser->nesting--;
    return taken;
}

static void report_mixed(struct cm_parser *parser) {
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_MIXED_AND_OR,
             "\"and\" and \"or\" are mixed; put parentheses around what belongs together");
    cm_parser_report(parser, parser->token.position, &parser->error);
}

bool cm_parser_take_expression(struct cm_parser *parser) {
    size_t mark = cm_builder_mark(parser->builder);
    if (!take_term(parser))
        return false;
    bool any = cm_parser_is_word(parser, CM_VIEW("or")), mixed = false;
    bool joined = any || cm_parser_is_word(parser, CM_VIEW("and"));
    while (cm_parser_is_word(parser, CM_VIEW("and")) || cm_parser_is_word(parser, CM_VIEW("or"))) {
        if (any != cm_parser_is_word(parser, CM_VIEW("or")) && !mixed) {
            mixed = true;
            report_mixed(parser);
        }
        cm_parser_advance(parser);
        if (!take_term(parser))
            return false;
    }
    return !joined || wrap(parser, mark, any ? CERTMAP_ANY : CERTMAP_ALL);
}
