/* SPDX-License-Identifier: MIT */
/* Measurements that are taken in turns: in each round every one of a group once, with certificates made
 * afresh before its clock starts. What slows the machine down for a while then slows all of them, and the
 * ratio of two is taken round by round. */
#ifndef B_MEASURE_H
#define B_MEASURE_H

#include "batch.h"
#include "stats.h"

enum { B_ROUNDS = 64, B_GROUP = 24 };
/* How often a group is measured again because the quartiles of a row are far apart: on a busy machine they stay so. */
enum { B_MAX_REPEATS = 2 };

/* Does the work for count certificates of the batch, beginning anew where it ends. */
typedef void b_run_fn(void *ctx, struct b_batch *batch, size_t count);

struct b_measurement {
    const char *name;
    b_run_fn *run;
    void *ctx;
    unsigned forms;           /* of certificates, besides their values */
    bool hot;                 /* one certificate again and again; else each once */
    size_t count;             /* certificates in a round; found by trial */
    double samples[B_ROUNDS]; /* nanoseconds for one certificate, one a round */
    struct b_stats stats;     /* of the samples */
};

struct b_group {
    enum b_workload workload;
    size_t size; /* rules: certificates are of one of them */
    size_t rounds;
    size_t repeats; /* of all rounds, because a row was unsteady */
    double budget;  /* seconds that one measurement may take in one round; one certificate is always measured */
    struct b_random *random;
    struct b_batch *batch;
    size_t count;
    struct b_measurement list[B_GROUP];
};

/* Adds one, which may be completed afterwards. */
struct b_measurement *b_group_add(struct b_group *group, const char *name, b_run_fn *run, void *ctx, unsigned forms,
                                  bool hot);
/* Takes all of them; again where the quartiles of a row are far apart (b_stats_unsteady). */
void b_group_run(struct b_group *group);
/* How often b goes into a. */
struct b_stats b_group_ratio(const struct b_group *group, const struct b_measurement *a, const struct b_measurement *b);
/* The one with this name, or NULL. */
const struct b_measurement *b_group_find(const struct b_group *group, const char *name);

#endif
