/* SPDX-License-Identifier: MIT */
#include "edit.h"
#include "script.h"
#include <string.h>

bool cm_lint_word_read(struct cm_lint_word *word, const uint8_t *bytes, size_t len) {
    word->len = 0;
    for (size_t i = 0; i < len;) {
        const uint8_t first = bytes[i++];
        unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
        uint32_t letter = more == 0 ? first : first & (0x3Fu >> more);
        for (; more > 0 && i < len; more--)
            letter = letter << 6 | (bytes[i++] & 0x3Fu);
        if (word->len == CM_LINT_MAX_WORD)
            return false;
        word->letters[word->len++] = letter;
    }
    return word->len >= CM_LINT_MIN_WORD;
}

/* FNV-1a, a letter at a time. */
uint64_t cm_lint_word_hash(const struct cm_lint_word *word, size_t without, uint64_t seed) {
    uint64_t hash = UINT64_C(0xCBF29CE484222325) ^ seed;
    for (size_t i = 0; i < word->len; i++)
        if (i != without)
            hash = (hash ^ word->letters[i]) * UINT64_C(0x100000001B3);
    return hash ^ hash >> 29;
}

static bool is_digit(uint32_t letter) {
    return letter >= '0' && letter <= '9';
}

static bool is_part(const struct cm_lint_word *word, size_t at) {
    return at < word->len && (cm_lint_is_letter(word->letters[at]) || is_digit(word->letters[at]));
}

static bool same_rest(const struct cm_lint_word *a, size_t i, const struct cm_lint_word *b, size_t k) {
    return a->len - i == b->len - k &&
           (a->len == i || memcmp(a->letters + i, b->letters + k, (a->len - i) * sizeof *a->letters) == 0);
}

/* Another letter, in the middle of a word, of the same script. */
static bool is_replaced(const struct cm_lint_word *a, const struct cm_lint_word *b, size_t at) {
    const uint32_t x = a->letters[at], y = b->letters[at];
    const bool alone = !is_part(a, at + 1) && (at == 0 || !is_part(a, at - 1));
    return same_rest(a, at + 1, b, at + 1) && !is_digit(x) && !is_digit(y) && !alone &&
           cm_lint_script_of(x) == cm_lint_script_of(y);
}

static bool is_swapped(const struct cm_lint_word *a, const struct cm_lint_word *b, size_t at) {
    return at + 1 < a->len && a->letters[at] == b->letters[at + 1] && a->letters[at + 1] == b->letters[at] &&
           !is_digit(a->letters[at]) && !is_digit(a->letters[at + 1]) && same_rest(a, at + 2, b, at + 2);
}

/* The longer one has a letter more, which is no digit, no sign, and no word. */
static bool is_inserted(const struct cm_lint_word *longer, const struct cm_lint_word *shorter, size_t at) {
    const bool alone = !is_part(longer, at + 1) && (at == 0 || !is_part(longer, at - 1));
    return same_rest(longer, at + 1, shorter, at) && cm_lint_is_letter(longer->letters[at]) && !alone;
}

bool cm_lint_word_is_slip(const struct cm_lint_word *a, const struct cm_lint_word *b) {
    size_t at = 0;
    while (at < a->len && at < b->len && a->letters[at] == b->letters[at])
        at++;
    if (a->len == b->len)
        return at < a->len && (is_replaced(a, b, at) || is_swapped(a, b, at));
    return (a->len == b->len + 1 && is_inserted(a, b, at)) || (b->len == a->len + 1 && is_inserted(b, a, at));
}
