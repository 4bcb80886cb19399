/* SPDX-License-Identifier: MIT */
/* The public helpers about text. */
#include "base/error.h"
#include "base/out.h"
#include "base/unicode.h"
#include "base/view.h"

enum certmap_status certmap_text_escape(char *text, size_t cap, size_t *len, struct certmap_view view, bool quote,
                                        struct certmap_error *err) {
    if (len == NULL || (text == NULL && cap > 0) || (view.data == NULL && view.len > 0))
        return cm_error_argument(err, "certmap_text_escape: text, len or view is NULL");
    struct cm_out out = {text, cap, 0};
    cm_out_escaped(&out, view, quote);
    return cm_out_finish(&out, len, err);
}

/* Takes one code point, folded, or one byte that is not UTF-8, which no code point equals. */
static uint32_t take_folded(struct certmap_view *view) {
    uint32_t cp;
    size_t len = cm_utf8_decode(view->data, view->len, &cp);
    if (len == 0) {
        len = 1;
        cp = 0x110000u + view->data[0];
    } else {
        cp = cm_fold(cp);
    }
    view->data += len;
    view->len -= len;
    return cp;
}

bool certmap_text_same(struct certmap_view a, struct certmap_view b) {
    while (a.len > 0 && b.len > 0)
        if (take_folded(&a) != take_folded(&b))
            return false;
    return a.len == b.len;
}

uint64_t certmap_text_hash(uint64_t seed, struct certmap_view text) {
    uint64_t hash = seed;
    while (text.len > 0) {
        hash = (hash ^ take_folded(&text)) * 0x9FB21C651E98DF25u;
        hash ^= hash >> 32; /* high bits reach the low ones, so that all of the seed counts */
    }
    return hash;
}

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
