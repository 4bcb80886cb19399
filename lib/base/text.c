/* SPDX-License-Identifier: MIT */
/* The public helpers about text. Comparing and hashing are linear; no match calls them. */
#include "base/ascii.h"
#include "base/error.h"
#include "base/out.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/names.h"

enum certmap_status certmap_text_escape(char *text, size_t cap, size_t *len, struct certmap_view view, bool quote,
                                        struct certmap_diagnostic *err) {
    if (len == NULL || (text == NULL && cap > 0) || (view.data == NULL && view.len > 0))
        return cm_error_argument(err, "certmap_text_escape: text, len or view is NULL");
    struct cm_out out = {text, cap, 0};
    cm_out_escaped(&out, view, quote);
    return cm_out_finish(&out, len, err);
}

/* ---- texts without regard to case ---- */

/* What stands for a byte that is not UTF-8, which no code point equals. */
#define NO_UTF8 0x110000u

/* Takes one code point, folded, or one byte that is not UTF-8. */
static uint32_t take_folded(struct certmap_view *view) {
    uint32_t cp = view->data[0];
    size_t len = 1;
    if (cp < 0x80) {
        cp = cm_ascii_lower((uint8_t)cp);
    } else {
        len = cm_utf8_decode(view->data, view->len, &cp);
        cp = len == 0 ? NO_UTF8 + view->data[0] : cm_fold(cp);
        len += len == 0;
    }
    view->data += len;
    view->len -= len;
    return cp;
}

/* Takes eight characters of ASCII, folded, if the text begins with so many. */
static bool take_word(struct certmap_view *view, uint64_t *word) {
    if (view->len < CM_WORD || !cm_word_is_ascii(*word = cm_word_load(view->data)))
        return false;
    *word = cm_word_lower(*word);
    view->data += CM_WORD;
    view->len -= CM_WORD;
    return true;
}

bool certmap_text_same(struct certmap_view a, struct certmap_view b) {
    while (a.len > 0 && b.len > 0) {
        uint64_t word, other;
        struct certmap_view rest = b;
        if (take_word(&rest, &other) && take_word(&a, &word)) {
            if (word != other)
                return false;
            b = rest;
        } else if (take_folded(&a) != take_folded(&b)) {
            return false;
        }
    }
    return a.len == b.len;
}

/* SipHash-1-3 (Aumasson and Bernstein) of the folded text in UTF-8: texts cannot be chosen so that many have one
 * number by those who do not know the key. Its words are taken as they lie in memory. */
struct siphash {
    uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t word, unsigned bits) {
    return word << bits | word >> (64 - bits);
}

static inline void siphash_round(struct siphash *state) {
    state->v0 += state->v1;
    state->v2 += state->v3;
    state->v1 = rotate(state->v1, 13) ^ state->v0;
    state->v3 = rotate(state->v3, 16) ^ state->v2;
    state->v0 = rotate(state->v0, 32) + state->v3;
    state->v2 += state->v1;
    state->v1 = rotate(state->v1, 17) ^ state->v2;
    state->v3 = rotate(state->v3, 21) ^ state->v0;
    state->v2 = rotate(state->v2, 32);
}

static inline void siphash_word(struct siphash *state, uint64_t word) {
    state->v3 ^= word;
    siphash_round(state);
    state->v0 ^= word;
}

static inline uint64_t siphash_end(struct siphash *state) {
    state->v2 ^= 0xFF;
    for (int i = 0; i < 3; i++)
        siphash_round(state);
    return state->v0 ^ state->v1 ^ state->v2 ^ state->v3;
}

/* Bytes of the folded text that are no word yet; until the next look at them there may be more than a word. */
struct pending {
    uint8_t bytes[2 * CM_WORD];
    size_t len;
};

/* A byte that is not UTF-8 is put after FF, which UTF-8 does not have. */
static void put_folded(struct pending *pending, uint32_t cp) {
    uint8_t *at = pending->bytes + pending->len;
    if (cp < 0x80) {
        *at = (uint8_t)cp;
        pending->len++;
    } else if (cp < NO_UTF8) {
        pending->len += cm_utf8_encode(at, cp);
    } else {
        at[0] = 0xFF;
        at[1] = (uint8_t)(cp - NO_UTF8);
        pending->len += 2;
    }
}

static void flush_word(struct siphash *state, struct pending *pending) {
    siphash_word(state, cm_word_load(pending->bytes));
    memcpy(pending->bytes, pending->bytes + CM_WORD, CM_WORD);
    pending->len -= CM_WORD;
}

/* Takes what is left of a text, folded, if that is ASCII and less than a word. */
static bool take_rest(struct certmap_view *text, struct pending *pending) {
    if (text->len >= CM_WORD || !cm_is_ascii(*text))
        return false;
    memcpy(pending->bytes, text->data, text->len);
    cm_word_store(pending->bytes, cm_word_lower(cm_word_load(pending->bytes)));
    pending->len = text->len;
    *text = CM_VIEW_NONE;
    return true;
}

uint64_t certmap_text_hash(uint64_t seed, struct certmap_view text) {
    /* "somepseudorandomlygeneratedbytes", as SipHash begins, for a key of which one half is the seed */
    struct siphash state = {seed ^ 0x736F6D6570736575u, 0x646F72616E646F6Du, seed ^ 0x6C7967656E657261u,
                            0x7465646279746573u};
    struct pending pending = {{0}, 0};
    uint64_t word;
    while (text.len > 0) {
        if (pending.len == 0 && take_word(&text, &word)) {
            siphash_word(&state, word);
            continue;
        }
        if (pending.len == 0 && take_rest(&text, &pending))
            break;
        put_folded(&pending, take_folded(&text));
        if (pending.len >= CM_WORD)
            flush_word(&state, &pending);
    }
    memset(pending.bytes + pending.len, 0, CM_WORD - pending.len);
    pending.bytes[CM_WORD - 1] = (uint8_t)pending.len; /* so that no text ends like one with a NUL more */
    siphash_word(&state, cm_word_load(pending.bytes));
    return siphash_end(&state);
}

/* ---- the nearest word ---- */

#define NEAREST_MAX 64

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The optimal string alignment distance: insertions, deletions, replacements, swaps of neighbours. */
static size_t distance(struct certmap_view a, struct certmap_view b) {
    size_t rows[3][NEAREST_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t k = 0; k <= b.len; k++)
        above[k] = before[k] = k;
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = i;
        for (size_t k = 1; k <= b.len; k++) {
            uint32_t ca = cm_fold(a.data[i - 1]), cb = cm_fold(b.data[k - 1]);
            row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + (ca != cb));
            if (i > 1 && k > 1 && ca == cm_fold(b.data[k - 2]) && cb == cm_fold(a.data[i - 2]))
                row[k] = least(row[k], before[k - 2] + 1);
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b.len];
}

size_t certmap_text_nearest(struct certmap_view word, const struct certmap_view *candidates, size_t count) {
    size_t best = SIZE_MAX;
    size_t allowed = word.len <= 2 ? 1 : 1 + word.len / 4; /* more would be a guess */
    for (size_t i = 0; i < count && word.len > 0 && word.len <= NEAREST_MAX; i++) {
        if (candidates[i].len > NEAREST_MAX || candidates[i].len == 0)
            continue;
        size_t d = distance(word, candidates[i]);
        if (d <= allowed && d < least(word.len, candidates[i].len) + (word.len > 2)) {
            best = i;
            allowed = d > 0 ? d - 1 : 0;
            if (d == 0)
                break;
        }
    }
    return best;
}
