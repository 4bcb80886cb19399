/* SPDX-License-Identifier: MIT */
/* Texts that one slip of the keyboard makes of each other. */
#ifndef CM_LINT_EDIT_H
#define CM_LINT_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of shorter texts most are one edit from each other; in longer ones nobody looks for one. In code points. */
#define CM_LINT_MIN_WORD 5
#define CM_LINT_MAX_WORD 64

struct cm_lint_word {
    uint32_t letters[CM_LINT_MAX_WORD];
    size_t len;
};

/* Reads UTF-8; false: it is too short or too long. */
bool cm_lint_word_read(struct cm_lint_word *word, const uint8_t *bytes, size_t len);
/* Whether they differ by a letter that is one too many, missing, another one, or before its neighbour: not by a digit, not
 * by a letter that is a word of its own, not by a blank at an end, and not by the script. */
bool cm_lint_word_is_slip(const struct cm_lint_word *a, const struct cm_lint_word *b);
/* A number of the word without the letter at an index; of all of it, if the index is len. Two words that differ by a slip
 * have one of these numbers in common. */
uint64_t cm_lint_word_hash(const struct cm_lint_word *word, size_t without, uint64_t seed);

#endif
