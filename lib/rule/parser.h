/* SPDX-License-Identifier: MIT */
/* The inside of the parser of the native language.
 *
 *     parse.c             the file, mappings, certmap_rules_parse
 *     parse_expression.c  what stands after "when"
 *     parser.c            tokens and findings, for both */
#ifndef CM_RULE_PARSER_H
#define CM_RULE_PARSER_H

#include "rule/builder.h"
#include "rule/finding.h"
#include "rule/lex.h"

struct cm_parser {
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
    struct cm_token mapping_name; /* of the mapping being read; its text unescaped, if that is possible */
    struct cm_token catch_all;    /* the name of the first mapping that holds for everyone; END: none */
    struct certmap_error error;   /* being filled; here, not on the stack that nesting needs */
    bool fatal;                   /* no memory, or over a limit: stop */
};

/* ---- findings; all return false, so that they can end an attempt to take something ---- */

/* Passes on an error that has been filled, at a position. */
bool cm_parser_report(struct cm_parser *parser, struct cm_position position, struct certmap_error *error);
/* Says what should stand where the token does; words are keywords that would do. */
bool cm_parser_report_unexpected(struct cm_parser *parser, enum certmap_code code, const char *expected,
                                 const struct certmap_view *words, size_t word_count);
bool cm_parser_report_syntax(struct cm_parser *parser, const char *expected);
bool cm_parser_memory_failed(struct cm_parser *parser);

/* ---- tokens ---- */

void cm_parser_advance(struct cm_parser *parser);
bool cm_parser_is_punct(const struct cm_parser *parser, char c);
bool cm_parser_is_word(const struct cm_parser *parser, struct certmap_view word);
/* Takes the token if it is this one. */
bool cm_parser_accept_punct(struct cm_parser *parser, char c);
bool cm_parser_accept_word(struct cm_parser *parser, struct certmap_view word);
/* The same, and reports another. */
bool cm_parser_expect_punct(struct cm_parser *parser, char c, const char *expected);
/* Takes a string that is no template and unescapes it into parser->strings. A hole, a bad escape, or a text
 * that no operand can be, is reported, leaves *text empty, and does not fail. */
bool cm_parser_take_string(struct cm_parser *parser, struct certmap_view *text, enum cm_string_use use,
                           const char *expected);

/* Takes an expression and tells the builder. */
bool cm_parser_take_expression(struct cm_parser *parser);

#endif
