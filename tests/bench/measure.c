/* SPDX-License-Identifier: MIT */
#include "measure.h"
#include "clock.h"
#include <stdlib.h>
#include <string.h>

/* Certificates in a round, at most: how often the hot one is looked at, and how many random ones are. */
enum { MAX_HOT = 16384, MAX_RANDOM = 32 * B_BATCH };
/* The rule whose certificate is the hot one; every set of ten or more has it. */
enum { HOT = 6 };

struct b_measurement *b_group_add(struct b_group *group, const char *name, b_run_fn *run, void *ctx, unsigned forms,
                                  bool hot) {
    if (group->count == B_GROUP)
        b_die(name, "a group is full");
    struct b_measurement *added = &group->list[group->count++];
    *added = (struct b_measurement){.name = name, .run = run, .ctx = ctx, .forms = forms, .hot = hot};
    return added;
}

static double seconds(const struct b_group *group, const struct b_measurement *m, size_t count) {
    const double start = b_now();
    m->run(m->ctx, group->batch, count);
    return b_now() - start;
}

static double once_hot(struct b_group *group, const struct b_measurement *m) {
    const size_t hot = group->size > HOT ? HOT : 0;
    b_batch_fill(group->batch, group->workload, &hot, 1, m->forms, group->random);
    m->run(m->ctx, group->batch, 1); /* so that it is warm */
    return seconds(group, m, m->count);
}

/* Batch by batch; making them is not timed. */
static double once_random(struct b_group *group, const struct b_measurement *m) {
    double sum = 0;
    for (size_t left = m->count; left > 0;) {
        const size_t count = left < B_BATCH ? left : B_BATCH;
        b_batch_random(group->batch, group->workload, group->size, count, m->forms, group->random);
        sum += seconds(group, m, count);
        left -= count;
    }
    return sum;
}

/* Nanoseconds for one certificate. */
static double once(struct b_group *group, const struct b_measurement *m) {
    return (m->hot ? once_hot(group, m) : once_random(group, m)) * 1e9 / (double)m->count;
}

/* How many certificates fit into the budget. Tried with one, and with more where one is too quick to time. */
static void calibrate(struct b_group *group, struct b_measurement *m) {
    const size_t most = m->hot ? MAX_HOT : MAX_RANDOM;
    m->count = 1;
    double one = once(group, m);
    m->count = B_BATCH;
    if (one * B_BATCH < group->budget * 1e9)
        one = once(group, m);
    const double fit = one > 0 ? group->budget * 1e9 / one : (double)most;
    m->count = fit >= (double)most ? most : fit < 1 ? 1 : (size_t)fit;
}

static void take_rounds(struct b_group *group) {
    for (size_t round = 0; round < group->rounds; round++)
        for (size_t i = 0; i < group->count; i++)
            group->list[i].samples[round] = once(group, &group->list[i]);
    for (size_t i = 0; i < group->count; i++) {
        double sorted[B_ROUNDS];
        memcpy(sorted, group->list[i].samples, sizeof sorted);
        group->list[i].stats = b_stats_of(sorted, group->rounds);
    }
}

static size_t count_unsteady(const struct b_group *group) {
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++)
        count += b_stats_unsteady(&group->list[i].stats);
    return count;
}

/* All rows are taken again, because ratios are of rows of the same round; the steadier times are kept. */
static void repeat(struct b_group *group) {
    struct b_group *before = malloc(sizeof *before);
    const size_t unsteady = count_unsteady(group);
    if (before == NULL)
        b_die("measurements", "no memory");
    *before = *group;
    take_rounds(group);
    if (count_unsteady(group) >= unsteady)
        memcpy(group->list, before->list, sizeof group->list);
    free(before);
}

void b_group_run(struct b_group *group) {
    for (size_t i = 0; i < group->count; i++)
        calibrate(group, &group->list[i]);
    take_rounds(group);
    for (group->repeats = 0; group->repeats < B_MAX_REPEATS && count_unsteady(group) > 0; group->repeats++)
        repeat(group);
}

struct b_stats b_group_ratio(const struct b_group *group, const struct b_measurement *a,
                             const struct b_measurement *b) {
    double scratch[B_ROUNDS];
    return b_stats_ratio(a->samples, b->samples, group->rounds, scratch);
}

const struct b_measurement *b_group_find(const struct b_group *group, const char *name) {
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->list[i].name, name) == 0)
            return &group->list[i];
    return NULL;
}
