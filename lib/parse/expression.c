/* SPDX-License-Identifier: MIT */
/* Expressions, by recursive descent. Nesting is bounded by CERTMAP_MAX_NESTING, which bounds the stack.
 *
 *     expression = term ( { "and" term } | { "or" term } )
 *     term       = "not" term | "(" expression ")" | condition
 *     condition: condition.c */
#include "base/view.h"
#include "parse/parser.h"

/* Joins what was added since mark, which cannot fail but for memory. */
static bool wrap(struct cm_parser *parser, size_t mark, enum certmap_term_kind kind) {
    return cm_described_wrap(&parser->described, mark, kind) || cm_parser_memory_failed(parser);
}

static bool take_term(struct cm_parser *parser) {
    bool negated = cm_parser_is_word(parser, CM_VIEW("not"));
    if (!negated && !cm_parser_is_punct(parser, '('))
        return cm_parser_take_condition(parser);
    if (!cm_parser_enter(parser, parser->token.position))
        return false;
    size_t mark = parser->described.term_count;
    cm_parser_advance(parser);
    bool taken =
        negated ? take_term(parser) && wrap(parser, mark, CERTMAP_TERM_NOT)
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
    size_t mark = parser->described.term_count;
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
    return !joined || wrap(parser, mark, any ? CERTMAP_TERM_ANY : CERTMAP_TERM_ALL);
}
