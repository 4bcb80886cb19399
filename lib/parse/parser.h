/* SPDX-License-Identifier: MIT */
/* The inside of the parser of the native language.
 *
 *     parse.c             the file, mappings, certmap_rules_parse
 *     expression.c  what is after "when"
 *     condition.c   conditions
 *     issuers.c     lists of issuers
 *     output.c      what a mapping decides and gives
 *     policy.c      the policy
 *     parser.c            tokens and diagnostics, for all of them
 *     described.c         the mapping that is being read, which the compiler gets in one piece */
#ifndef CM_PARSE_PARSER_H
#define CM_PARSE_PARSER_H

#include "advice/advice.h"
#include "base/id_table.h"
#include "base/view.h"
#include "compile/door.h"
#include "parse/described.h"
#include "parse/diagnostic.h"
#include "syntax/lex.h"

/* A list of issuers: digests of certificates and of keys, in lower-case hexadecimal. */
struct cm_issuers {
    struct certmap_view name;
    struct certmap_position position; /* of the name */
    struct cm_digests {
        struct certmap_view *items;
        size_t count;
        size_t cap;
    } certificates, keys;
};

/* The name of a mapping. */
struct cm_named {
    struct cm_token token;
    struct certmap_view name; /* unescaped; data NULL: it is none, and there is only the token's text */
};

/* Words of conditions that were right: most rules are about a few. */
#define CM_PARSER_FIELDS 8
struct cm_known_field {
    struct certmap_view word; /* of the text; len 0: none */
    enum certmap_field field;
    size_t subfield_len; /* at its end, more than 0 */
};

struct cm_parser {
    struct certmap_allocator allocator;
    const struct certmap_parse_options *options;
    struct cm_lexer lexer;
    struct cm_token token;         /* the next one */
    struct certmap_position taken; /* the one before it */
    size_t taken_column;           /* of what follows that; 0: it was not counted */
    struct cm_diagnostics diagnostics;
    struct certmap_position begin; /* of the first token */
    struct certmap_builder *builder;
    struct cm_arena strings;       /* unescaped, of one mapping or entry */
    struct cm_arena scratch;       /* of one condition */
    struct cm_described described; /* the mapping being read */
    struct cm_known_field known[CM_PARSER_FIELDS];
    size_t next_known;
    size_t nesting;
    size_t errors; /* that were reported, also of the mapping being read */
    size_t mapping_count;
    struct cm_named mapping_name;       /* of the mapping being read */
    struct cm_advice advice;            /* about it; what it says is passed on at its end */
    bool advising;                      /* for warnings are still passed on */
    bool in_mapping;                    /* errors are kept until its end, where the compiler has its own */
    bool closed;                        /* nothing more is passed on: it follows what was fatal */
    struct certmap_diagnostic *pending; /* those errors, in the order of the text */
    size_t pending_count;
    size_t pending_cap;
    struct cm_arena kept; /* what lists of issuers hold */
    struct cm_issuers *issuers;
    size_t issuers_count;
    size_t issuers_cap;
    struct cm_id_table issuers_names;
    bool has_policy;
    enum certmap_combining combining;
    bool is_disabled;
    struct cm_named catch_all;       /* the name of the first mapping that holds for everyone; token END: none */
    struct certmap_diagnostic error; /* being filled; here, not on the stack that nesting needs */
    bool fatal;                      /* no memory, or over a limit: stop */
};

/* ---- diagnostics; all return false, so that they can end an attempt to take something ---- */

/* Passes on an error that has been filled, at a position; in a mapping, at its end. */
bool cm_parser_report(struct cm_parser *parser, struct certmap_position position, struct certmap_diagnostic *error);
/* Says what should be where the token does; words are keywords that would do. */
bool cm_parser_report_unexpected(struct cm_parser *parser, enum certmap_code code, const char *expected,
                                 const struct certmap_view *words, size_t word_count);
bool cm_parser_report_syntax(struct cm_parser *parser, const char *expected);
bool cm_parser_memory_failed(struct cm_parser *parser);
/* A mistake that the compiler found in the mapping: as cm_parser_report, but where it is known already. */
void cm_parser_add_error(struct cm_parser *parser, const struct certmap_diagnostic *error);
/* Passes on the errors of the mapping, which ends, in the order of the text. */
void cm_parser_end_errors(struct cm_parser *parser);

/* ---- tokens ---- */

/* Tells how far the text is read. False: the caller has had enough. */
bool cm_parser_goes_on(struct cm_parser *parser);
void cm_parser_advance(struct cm_parser *parser);
/* Where the token before the next one ends. */
static inline size_t cm_parser_taken_end(const struct cm_parser *parser) {
    return parser->taken.offset + parser->taken.length;
}

/* A token is compared with what may be there many times for one that is it. */
static inline bool cm_parser_is_punct(const struct cm_parser *parser, char c) {
    return parser->token.kind == CM_TOKEN_PUNCT && parser->token.text.data[0] == (uint8_t)c;
}

static inline bool cm_parser_is_word(const struct cm_parser *parser, struct certmap_view word) {
    return parser->token.kind == CM_TOKEN_WORD && cm_view_equal(parser->token.text, word);
}

/* Takes the token if it is this one. */
static inline bool cm_parser_accept_punct(struct cm_parser *parser, char c) {
    const bool found = cm_parser_is_punct(parser, c);
    if (found)
        cm_parser_advance(parser);
    return found;
}

static inline bool cm_parser_accept_word(struct cm_parser *parser, struct certmap_view word) {
    const bool found = cm_parser_is_word(parser, word);
    if (found)
        cm_parser_advance(parser);
    return found;
}

/* The same, and reports another. */
bool cm_parser_expect_punct(struct cm_parser *parser, char c, const char *expected);
/* Takes a string that is no template and unescapes it into parser->strings. A placeholder, a bad escape, or a text
 * that no operand can be, is reported, leaves *text empty, and does not fail. */
bool cm_parser_take_string(struct cm_parser *parser, struct certmap_view *text, enum cm_string_use use,
                           const char *expected);

/* Takes a condition. */
bool cm_parser_take_condition(struct cm_parser *parser);
/* Takes the decision of a mapping, what it gives, and its "}". */
bool cm_parser_take_decision(struct cm_parser *parser);
/* Takes an expression. */
bool cm_parser_take_expression(struct cm_parser *parser);
/* One level deeper, for "not", "(" and what is printed as such; the caller takes it back from parser->nesting. False
 * where that is too deep, which is reported at the position. */
bool cm_parser_enter(struct cm_parser *parser, struct certmap_position position);
/* Takes "disabled" and what follows, and gives it to the builder. */
bool cm_parser_take_disabled(struct cm_parser *parser);
/* Takes "policy" and what follows, and gives it to the builder. */
bool cm_parser_take_policy(struct cm_parser *parser);
/* Takes "issuers" and what follows. */
bool cm_parser_take_issuers(struct cm_parser *parser);
/* Takes the name of a list of issuers; *issuers is NULL where there is none, which is reported and does not
 * fail. */
bool cm_parser_take_issuers_name(struct cm_parser *parser, const struct cm_issuers **issuers);
/* Frees the lists of issuers. */
void cm_parser_free_issuers(struct cm_parser *parser);

#endif
