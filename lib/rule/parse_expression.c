/* SPDX-License-Identifier: MIT */
/* Conditions and expressions, by recursive descent. Nesting is bounded by CERTMAP_MAX_NESTING, which
 * bounds the stack.
 *
 *     expression = term ( { "and" term } | { "or" term } )
 *     term       = "not" term | "(" expression ")" | condition
 *     condition  = field ( "=" ["nocase"] string | "in" ["nocase"] list
 *                        | "like" ["nocase"] ( string | list ) | "present" )
 *     field      = ( "subject" | "issuer" ) "." subfield
 *     list       = "(" string { "," string } ")" */
#include "base/alloc.h"
#include "base/view.h"
#include "rule/parser.h"

/* ---- conditions ---- */

static bool report_field(struct cm_parser *parser, struct certmap_view field, const struct certmap_view *fields) {
    const size_t nearest = certmap_text_nearest(field, fields, 2);
    const struct cm_quoted quoted = cm_quote(field);
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
             "expected a condition on subject or issuer, but there is %s%s%s%s", quoted.text,
             nearest != SIZE_MAX ? "; did you mean " : "",
             nearest != SIZE_MAX ? (const char *)fields[nearest].data : "", nearest != SIZE_MAX ? "?" : "");
    return cm_parser_report(parser, cm_token_part(&parser->token, field), &parser->error);
}

/* Splits subject.CN at the first dot. */
static bool take_field(struct cm_parser *parser, struct certmap_condition *condition, struct cm_position *subfield) {
    static const struct certmap_view fields[] = {CM_VIEW_OF("subject"), CM_VIEW_OF("issuer")};
    static const struct certmap_view starts[] = {CM_VIEW_OF("subject"), CM_VIEW_OF("issuer"), CM_VIEW_OF("not")};
    struct cm_token token = parser->token;
    if (token.kind != CM_TOKEN_WORD)
        return cm_parser_report_syntax(parser, "a condition");
    const uint8_t *dot = memchr(token.text.data, '.', token.text.len);
    struct certmap_view field =
        cm_view(token.text.data, dot == NULL ? token.text.len : (size_t)(dot - token.text.data));
    bool issuer = cm_view_equal(field, fields[1]);
    const bool known = issuer || cm_view_equal(field, fields[0]);
    if (!known && dot != NULL)
        return report_field(parser, field, fields);
    if (!known)
        return cm_parser_report_unexpected(parser, CERTMAP_CODE_UNKNOWN_FIELD, "a condition on subject or issuer",
                                           starts, 3);
    if (dot == NULL || field.len + 1 == token.text.len) {
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_FIELD,
                 "%s needs a subfield, for example %s.CN", issuer ? "issuer" : "subject",
                 issuer ? "issuer" : "subject");
        return cm_parser_report(parser, token.position, &parser->error);
    }
    condition->field = issuer ? CERTMAP_FIELD_ISSUER : CERTMAP_FIELD_SUBJECT;
    condition->subfield = cm_view(dot + 1, token.text.len - field.len - 1);
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

/* What follows the field. */
static bool take_test(struct cm_parser *parser, struct certmap_condition *condition) {
    static const struct certmap_view words[] = {CM_VIEW_OF("in"), CM_VIEW_OF("like"), CM_VIEW_OF("present")};
    bool equal = cm_parser_accept_punct(parser, '=');
    bool like = !equal && cm_parser_accept_word(parser, CM_VIEW("like"));
    bool in = !equal && !like && cm_parser_accept_word(parser, CM_VIEW("in"));
    enum cm_string_use use = like ? CM_STRING_PATTERN : CM_STRING_TEXT;
    condition->op = like ? CERTMAP_OP_LIKE : CERTMAP_OP_EQUAL;
    if (!equal && !like && !in) {
        condition->op = CERTMAP_OP_PRESENT;
        return cm_parser_accept_word(parser, CM_VIEW("present")) ||
               cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX,
                                           "\"=\", \"in\", \"like\" or \"present\" after the field", words, 3);
    }
    if (cm_parser_accept_word(parser, CM_VIEW("nocase")))
        condition->flags = CERTMAP_NOCASE;
    if (!equal && cm_parser_accept_punct(parser, '('))
        return take_list(parser, condition, use);
    if (in)
        return cm_parser_report_syntax(parser, "\"(\" and a list of strings after \"in\"");
    return add_operand(parser, condition, use);
}

static bool take_condition(struct cm_parser *parser) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct cm_position subfield;
    cm_arena_reset(&parser->strings);
    if (!take_field(parser, &condition, &subfield) || !take_test(parser, &condition))
        return false;
    condition.operands = parser->operands;
    if (condition.op == CERTMAP_OP_PRESENT)
        condition.operands = NULL;
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
