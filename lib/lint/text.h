/* SPDX-License-Identifier: MIT */
/* Whether a text exists that matches some patterns and does not match others.
 *
 * An atom is what a condition compares a value with: letters, and wildcards. A text has a sign for each atom of its
 * path: it matches or it does not. Whether there is a text with given signs is decided in steps, cheapest first:
 *
 *     a text to match        is the only candidate
 *     a few candidates       "Mallory", the patterns with their wildcards filled
 *     all patterns together  the longest head, the middles, the longest tail
 *     inclusion              a pattern to match, taken letter by letter by one not to match: there is none
 *     search                 of the product of the automata, breadth first: the shortest text, or none
 *
 * A letter that no atom has is like any other, so that the letters of the atoms and one more stand for all of Unicode.
 * Only the last step can end without an answer: where it takes more states than it may.
 *
 * Where all atoms ignore case, a text stands for its folded form. Where only some do, a letter is one, and a folded
 * letter its class: A and a, and S, s and U+017F. That is exact as long as folding is letter by letter. It is not where
 * a letter and the mark after it fold to one: h and U+0331 are U+1E96, and have no capital. So that no text exists is
 * then not decided, where an atom that ignores case has such a letter before a wildcard, has a ?, or is not ASCII. */
#ifndef CM_LINT_TEXT_H
#define CM_LINT_TEXT_H

#include "pool.h"

/* The wildcards, beyond the code points. */
#define CM_LINT_ONE 0x110000u
#define CM_LINT_MANY 0x110001u

struct cm_lint_atom {
    const uint32_t *symbols;
    size_t count;
    bool exact;  /* no wildcard */
    bool nocase; /* it is folded, and compared with folded texts */
};

/* Most states of a search: at 12 microseconds for 100 of them, a fraction of a second. */
#define CM_LINT_MAX_STATES 200000

enum cm_lint_exists { CM_LINT_NONE, CM_LINT_EXISTS, CM_LINT_UNDECIDED };

/* What is asked. signs[i] > 0: atoms[i] is to match; < 0: it is not; 0: it does not matter. */
struct cm_lint_question {
    const struct cm_lint_atom *atoms;
    const signed char *signs;
    size_t count;
    size_t max_states; /* CM_LINT_MAX_STATES */
    const char *usual; /* texts to try, each with its NUL, the last one empty; NULL: "Mallory" */
    bool digits;       /* a letter that no atom has is to be a digit */
};

/* The code point at *at, which is moved past it. The text is UTF-8. */
uint32_t cm_lint_next(const uint8_t **at);
/* Writes a code point as UTF-8, up to 4 bytes; how many. */
size_t cm_lint_put_utf8(uint8_t *at, uint32_t c);
/* Reads an atom: text, or a pattern with the escapes \* \? and \\. NULL symbols: there is no memory. */
struct cm_lint_atom cm_lint_atom_make(struct cm_lint_pool *pool, struct certmap_view text, bool pattern);
/* A letter without case, as far as it is ASCII or stands for what is. */
static inline uint32_t cm_lint_lower(uint32_t letter) {
    return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter == 0x17F ? 's' : letter;
}
/* Whether a text, as code points, matches. */
bool cm_lint_atom_matches(const struct cm_lint_atom *atom, const uint32_t *text, size_t len);
/* Whether it has no character over 0x7F, and no wildcard: then case is that of A to Z. */
bool cm_lint_atom_is_ascii(const struct cm_lint_atom *atom);
/* On EXISTS, *text gets UTF-8, made in the pool; it may be empty. UNDECIDED also when there is no memory, which the
 * pool then says. */
enum cm_lint_exists cm_lint_text_find(struct certmap_view *text, struct cm_lint_pool *pool,
                                      const struct cm_lint_question *question);

#endif
