/* SPDX-License-Identifier: MIT */
/* One pass over a corpus, by several threads:
 *
 *     reader --> chunk --> work, in any thread --> part --> take, one after the other in the order of the corpus
 *
 * work is called for each record, also for what is broken, and writes what comes of it into the part of its chunk. What
 * needs no order can be kept by each thread, and brought together in the end. The corpus is in memory a few chunks at a
 * time; the answer is the same for any number of threads. */
#ifndef TOOL_PASS_H
#define TOOL_PASS_H

#include "options.h"
#include "records.h"

/* So many threads are more than there are processors in a machine. */
#define TOOL_MAX_WORKERS 256

struct tool_pass {
    void *ctx;
    size_t workers;    /* threads; 0: as many as there are processors */
    const char *doing; /* what the progress says: "matching"; NULL: nothing is shown */
    /* What a thread has for itself: its peer, what it counts. The last is called for each in turn, after all else. */
    void *(*begin)(void *ctx);
    void (*end)(void *ctx, void *worker);
    /* What comes of a chunk. It is used for one after the other. */
    void *(*part_new)(void *ctx);
    void (*part_free)(void *part);
    /* In any thread. */
    void (*work)(void *ctx, void *worker, void *part, const struct tool_record *record);
    /* One at a time, and in order. paths: of files, by the piece of a record. Empties the part. false: no more is wanted. */
    bool (*take)(void *ctx, void *part, const char *const *paths);
};

/* What there was. */
struct tool_pass_totals {
    uint64_t certificates;
    uint64_t errors;      /* what was left out */
    uint64_t passed_over; /* files of folders with no certificate */
};

/* Goes through files, folders, and standard input for "-". */
void tool_pass_run(const struct tool_pass *pass, char *const *paths, size_t count, struct tool_pass_totals *totals);

#endif
