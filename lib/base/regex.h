/* SPDX-License-Identifier: MIT */
/* Regular expressions on one value, compiled and matched.
 *
 *     expression  = branch { "|" branch }
 *     branch      = { atom [ "*" | "+" | "?" | "{" m [ "," [ n ] ] "}" ] }
 *     atom        = character | "." | escape | class | "(" [ "?:" ] expression ")"
 *     class       = "[" [ "^" ] { member | member "-" member } "]"
 *     escape      = "\" ( punctuation | "n" | "t" | "r" | "d" | "D" | "w" | "W" | "s" | "S" )
 *
 * It is about the whole text. An expression becomes the automaton of Glushkov: a state for each character or class that is
 * written, a position, after repetitions are written out. A set of states is a few words, and a step of the automaton looks up
 * what follows four states at a time. So a text takes time in proportion to its length, whatever the expression.
 *
 *     program  head | glob | class of each ASCII character | where intervals of others begin, and their class
 *              | first | last | positions of each class | what follows each set of four positions
 *
 * A program is bytes, of this machine and process, which may lie at any address. */
#ifndef CM_BASE_REGEX_H
#define CM_BASE_REGEX_H

#include "base/arena.h"
#include "certmap/explain.h"

/* Words of the largest set of positions. */
#define CM_REGEX_WORDS 4

/* Compiles an expression, which is UTF-8 without U+0000, into arena; scratch helps with it. *shown, in scratch or the
 * text itself, is its NFC. With nocase, texts are to be folded ones. Errors: MEMORY, SYNTAX (BAD_REGEX), LIMIT
 * (REGEX_TOO_LARGE). */
enum certmap_status cm_regex_compile(struct certmap_view *program, struct certmap_view *shown, struct certmap_view text,
                                     bool nocase, struct cm_arena *arena, struct cm_arena *scratch,
                                     struct certmap_diagnostic *err);

/* A compiled pattern (glob.h) that every text fits of which the expression holds: its literals, and wildcards. */
struct certmap_view cm_regex_glob(struct certmap_view program);

/* Whether an expression holds of NFC UTF-8 text. Takes steps for each code point; UNKNOWN when they run out, and then there
 * are none left. */
enum certmap_truth cm_regex_match(struct certmap_view program, struct certmap_view text, size_t *steps);

#endif
