/* SPDX-License-Identifier: MIT */
#include "rank.h"
#include <stdlib.h>

static int compare(const void *left, const void *right) {
    const struct tool_rank *a = left, *b = right;
    if (a->level != b->level)
        return a->level < b->level ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void tool_rank_sort(struct tool_rank *ranks, size_t count) {
    if (count > 1)
        qsort(ranks, count, sizeof *ranks, compare);
}

unsigned tool_rank_of_effect(enum certmap_diff_effect_kind kind) {
    static const unsigned levels[] = {[CERTMAP_DIFF_GAIN] = 0,
                                      [CERTMAP_DIFF_OTHER] = 1,
                                      [CERTMAP_DIFF_LOSE] = 2,
                                      [CERTMAP_DIFF_REFUSED] = 3,
                                      [CERTMAP_DIFF_LEFT] = 4};
    return levels[kind];
}

struct tool_rank_cut tool_rank_cut(size_t count, size_t shown, size_t folded) {
    struct tool_rank_cut cut = {count < shown ? count : shown, count < folded ? count : folded, 0};
    cut.folded = cut.folded < cut.shown ? cut.shown : cut.folded;
    cut.others = count - cut.folded;
    return cut;
}

uint64_t tool_rank_sum(uint64_t a, uint64_t b) {
    return a >= TOOL_MOST || b >= TOOL_MOST - a ? TOOL_MOST : a + b;
}

uint64_t tool_rank_sum_of_others(const struct tool_rank *ranks, size_t count, const struct tool_rank_cut *cut) {
    uint64_t sum = 0;
    for (size_t i = cut->folded; i < count; i++)
        sum = tool_rank_sum(sum, ranks[i].count);
    return sum;
}
