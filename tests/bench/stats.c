/* SPDX-License-Identifier: MIT */
#include "stats.h"
#include <stdlib.h>

static int compare(const void *a, const void *b) {
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* The value a fraction of the way from the first sample to the last, between two of them where it falls so. */
static double quantile(const double *sorted, size_t count, double fraction) {
    double at = fraction * (double)(count - 1);
    size_t below = (size_t)at;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

struct b_stats b_stats_of(double *samples, size_t count) {
    if (count == 0)
        return (struct b_stats){0, 0, 0, 0, 0};
    qsort(samples, count, sizeof *samples, compare);
    return (struct b_stats){
        .median = quantile(samples, count, 0.5),
        .low = quantile(samples, count, 0.25),
        .high = quantile(samples, count, 0.75),
        .min = samples[0],
        .max = samples[count - 1],
    };
}

bool b_stats_unsteady(const struct b_stats *stats) {
    return stats->high - stats->low > stats->median / 5;
}

struct b_stats b_stats_ratio(const double *a, const double *b, size_t count, double *scratch) {
    for (size_t i = 0; i < count; i++)
        scratch[i] = a[i] / b[i];
    return b_stats_of(scratch, count);
}
