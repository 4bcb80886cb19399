/* SPDX-License-Identifier: MIT */
/* Tokens of the native language (docs/rules.md).
 *
 *     word   = [A-Za-z0-9_] [A-Za-z0-9_.-]*       keywords, fields, numbers
 *     string = '"' (character | escape | placeholder)* '"'       on one line
 *     placeholder   = "${" (character other than " and } | string without placeholders)* "}"
 *     punct  = one of { } ( ) ; , =
 * Between tokens: space, tab, LF, CR LF, and # to the end of the line. Inside a placeholder (cm_lex_at) there are no
 * comments, and | and ?? are punctuation too. A "${" without an end is no placeholder to the lexer: the string ends at
 * its next quote, and whoever reads it says what is wrong. */
#ifndef CM_SYNTAX_LEX_H
#define CM_SYNTAX_LEX_H

#include "base/error.h"

enum cm_token_kind { CM_TOKEN_END, CM_TOKEN_WORD, CM_TOKEN_STRING, CM_TOKEN_PUNCT, CM_TOKEN_BAD };

struct cm_token {
    enum cm_token_kind kind;
    struct certmap_view text; /* as written; of a string, without the quotes */
    struct certmap_position position;
    enum certmap_code bad;           /* CM_TOKEN_BAD: what is wrong */
    struct certmap_view placeholder; /* of a string: its first "${"; data NULL: it has none */
    bool plain;                      /* printable ASCII, in which nothing stands for something else; of a word too */
};

struct cm_lexer {
    struct certmap_view text;
    size_t offset;
    size_t line;
    size_t counted; /* columns are counted up to this offset of the line, */
    size_t column;  /* which has this column */
    bool in_placeholder;
    size_t unclosed_line; /* the last line with placeholders that do not end, */
    size_t unclosed;      /* and how many there were */
};

/* Begins at the start of text, after a byte order mark. */
struct cm_lexer cm_lex_start(struct certmap_view text);
/* Reads the next token into *token. */
void cm_lex_next(struct cm_lexer *lexer, struct cm_token *token);
/* The position of a part of a token's text. */
struct certmap_position cm_token_part(const struct cm_token *token, struct certmap_view part);

/* The length of the placeholder that text begins with, its "${" and "}" included; 0 where it does not end. */
size_t cm_placeholder_length(struct certmap_view text);
/* Begins at a part of a token's text, the inside of a placeholder; the part's end is the end. A text that is no file
 * becomes a token of kind WORD at line 1, column 1, offset 0. */
struct cm_lexer cm_lex_at(const struct cm_token *token, struct certmap_view part);

/* How the escapes of a string are read. */
enum cm_string_use { CM_STRING_TEXT, CM_STRING_PATTERN, CM_STRING_REGEX };

/* Unescapes a string token, or a part of one, into out, which has room for twice token->text.len bytes. Placeholders
 * are nothing special to it. For a pattern, what
 * is not a wildcard but looks like one keeps or gets a backslash, as certmap_builder_condition wants
 * it. In a regular expression a backslash is the expression's own, but before a quote and u. On a bad escape false, and *bad is where in the token's text it is and how long it is. */
bool cm_string_unescape(struct certmap_view *result, uint8_t *out, const struct cm_token *token, enum cm_string_use use,
                        struct certmap_view *bad);

/* ---- escapes that do not exist ---- */

/* Fills an error about a bad escape in the text of a string: BAD_ESCAPE, with the string as it was meant where that can
 * be told. Returns its status. */
enum certmap_status cm_string_bad_escape(struct certmap_diagnostic *err, struct certmap_view text,
                                         struct certmap_view bad, enum cm_string_use use);
/* The same, BAD_ACCOUNT, about \t or \n in an account, which is this; the noun is what it is. */
enum certmap_status cm_string_bad_account(struct certmap_diagnostic *err, struct certmap_view text,
                                          struct certmap_view account, bool tab, const char *noun);

#endif
