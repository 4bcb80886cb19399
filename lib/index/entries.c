/* SPDX-License-Identifier: MIT */
/* Arrays of numbers while an index is built, and sorting them. */
#include "base/alloc.h"
#include "index/state.h"
#include "index/tuning.h"
#include <string.h>

bool cm_words_add(struct cm_words *words, uint32_t word, const struct certmap_allocator *allocator) {
    uint32_t *at = cm_array_reserve(allocator, words->at, &words->cap, words->count + 1, sizeof *at);
    if (at == NULL)
        return false;
    words->at = at;
    at[words->count++] = word;
    return true;
}

/* Three of them are a key. */
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

static void sort_few(struct cm_entry *entries, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const struct cm_entry entry = entries[i];
        size_t k = i;
        for (; k > 0 && entries[k - 1].key > entry.key; k--)
            entries[k] = entries[k - 1];
        entries[k] = entry;
    }
}

/* By one digit of the key, the order otherwise kept. */
static void sort_digit(struct cm_entry *to, const struct cm_entry *from, size_t count, unsigned shift) {
    size_t offsets[DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++)
        offsets[from[i].key >> shift & (DIGITS - 1)]++;
    for (size_t i = 0; i < DIGITS; i++) {
        const size_t here = offsets[i];
        offsets[i] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        to[offsets[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

void cm_entries_sort(struct cm_entry *entries, struct cm_entry *scratch, size_t count) {
    if (count <= CM_MAX_INSERTED) {
        sort_few(entries, count);
        return;
    }
    sort_digit(scratch, entries, count, 0);
    sort_digit(entries, scratch, count, DIGIT_BITS);
    sort_digit(scratch, entries, count, 2 * DIGIT_BITS);
    memcpy(entries, scratch, count * sizeof *entries);
}
