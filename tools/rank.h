/* SPDX-License-Identifier: MIT */
/* What is shown with others: in which order, how much of it, and what is said of the rest. */
#ifndef TOOL_RANK_H
#define TOOL_RANK_H

#include "certmap/diff.h"
#include <stddef.h>
#include <stdint.h>

struct tool_rank {
    unsigned level; /* the lowest is the worst, or what must be seen whatever its count is */
    uint64_t count;
    size_t index; /* of what is ranked; where it is before others if all else is equal */
};

/* The lowest level first, then what is most, then what came first. */
void tool_rank_sort(struct tool_rank *ranks, size_t count);
/* How bad a change is: an account more, another one, one less, and no account either way. */
unsigned tool_rank_of_effect(enum certmap_diff_effect_kind kind);

/* Of what is sorted so many are in full view, and from them on to the others folded. */
struct tool_rank_cut {
    size_t shown, folded; /* shown <= folded */
    size_t others;        /* that are not listed */
};
struct tool_rank_cut tool_rank_cut(size_t count, size_t shown, size_t folded);

/* The sum of counts; of more than a number holds TOOL_MOST, which is so far from the end of numbers that sixteen of it can
 * be added. */
#define TOOL_MOST (UINT64_MAX / 16)
uint64_t tool_rank_sum(uint64_t a, uint64_t b);
/* Of what is not listed: the sum of its counts. */
uint64_t tool_rank_sum_of_others(const struct tool_rank *ranks, size_t count, const struct tool_rank_cut *cut);

#endif
