/* SPDX-License-Identifier: MIT */
/* What a series of samples says. */
#ifndef B_STATS_H
#define B_STATS_H

#include <stdbool.h>
#include <stddef.h>

struct b_stats {
    double median;
    double low; /* the first quartile: a quarter of the samples is not above it */
    double high;
    double min;
    double max;
};

/* Whether the quartiles are more than a fifth of the median apart: something else ran meanwhile. */
bool b_stats_unsteady(const struct b_stats *stats);
/* Of count samples, which are left in ascending order. All zero if there are none. */
struct b_stats b_stats_of(double *samples, size_t count);
/* Of a[i] / b[i]: samples that were taken in the same round, so that what slows the machine down for a while
 * slows both. scratch has room for count. */
struct b_stats b_stats_ratio(const double *a, const double *b, size_t count, double *scratch);

#endif
