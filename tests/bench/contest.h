/* SPDX-License-Identifier: MIT */
/* One workload at one size: certmap, the units and the other libraries, measured in turns. */
#ifndef B_CONTEST_H
#define B_CONTEST_H

#include "engine.h"
#include "report.h"
#include "units.h"

enum { B_ENGINES = 8 };

struct b_settings {
    bool quick;
    size_t rounds;
    size_t largest;        /* of the goals: the size that stands for a million */
    double sample_seconds; /* for one measurement in one round */
    double match_seconds;  /* a library whose single answer takes longer is not asked at larger sizes */
    double build_seconds;  /* the same for loading its rules */
    struct b_random random;
};

/* What is known of a library from smaller sizes of the same workload. */
struct b_history {
    size_t size; /* 0: nothing */
    double build_seconds;
    double match_seconds;
    bool failed; /* it could not take that many, or not answer */
};

struct b_contest {
    struct b_settings *settings;
    struct b_report *report;
    struct b_units *units;
    struct b_batch *batch;
    enum b_workload workload;
    struct b_history history[B_ENGINES]; /* of the other libraries, by their place in b_engines */
    struct b_curve curves[B_CURVES];
};

/* Begins a workload: forgets what was known of the one before. */
void b_contest_begin(struct b_contest *contest, enum b_workload workload);
/* Measures it at this size, prints the table, writes an element of the open JSON array. */
void b_contest_run(struct b_contest *contest, size_t size);

#endif
