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

/* Before an "and" or "or": where what it joins could be cut out from. That is the end of what is before it, if nothing
 * but blanks is between: a comment stays, and so does the end of its line. */
static struct certmap_position joint_of(const struct cm_parser *parser) {
    const struct certmap_view text = parser->lexer.text;
    struct certmap_position joint = parser->taken;
    joint.offset += joint.length;
    for (size_t i = joint.offset; i < parser->token.position.offset; i++)
        if (text.data[i] == '#')
            return parser->token.position;
    if (parser->taken_column > 0)
        joint.column = parser->taken_column;
    else
        for (size_t i = parser->taken.offset; i < joint.offset; i++)
            joint.column += (text.data[i] & 0xC0) != 0x80;
    return joint;
}

/* A member of a group, from here up to there, has the term at mark. */
static void set_extent(struct cm_parser *parser, size_t mark, struct certmap_position from, size_t end) {
    if (mark >= parser->described.term_count)
        return; /* it was left out, for a mistake */
    from.length = end - from.offset;
    parser->described.term_extents[mark] = from;
}

bool cm_parser_take_expression(struct cm_parser *parser) {
    size_t mark = parser->described.term_count, member = mark;
    const struct certmap_position begin = parser->token.position;
    if (!take_term(parser))
        return false;
    bool any = cm_parser_is_word(parser, CM_VIEW("or")), mixed = false;
    bool joined = any || cm_parser_is_word(parser, CM_VIEW("and"));
    while (cm_parser_is_word(parser, CM_VIEW("and")) || cm_parser_is_word(parser, CM_VIEW("or"))) {
        if (any != cm_parser_is_word(parser, CM_VIEW("or")) && !mixed) {
            mixed = true;
            report_mixed(parser);
        }
        const struct certmap_position joint = joint_of(parser);
        cm_parser_advance(parser);
        if (member == mark)
            set_extent(parser, mark, begin, parser->token.position.offset);
        member = parser->described.term_count;
        if (!take_term(parser))
            return false;
        set_extent(parser, member, joint, cm_parser_taken_end(parser));
    }
    return !joined || wrap(parser, mark, any ? CERTMAP_TERM_ANY : CERTMAP_TERM_ALL);
}
