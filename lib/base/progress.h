/* SPDX-License-Identifier: MIT */
/* How far the making of a rule set is, for whoever asked.
 *
 *     0              to of the first phase       CM_PROGRESS_TOTAL
 *     |---- reading -----------|---- compiling ----|
 *
 * A call consists of phases, each of which reports of itself only, in units of its own: cm_progress_at(progress, i, n).
 * What is reported is units of the whole, each once. */
#ifndef CM_BASE_PROGRESS_H
#define CM_BASE_PROGRESS_H

#include "certmap/build.h"

#define CM_PROGRESS_TOTAL 200
/* Where reading a text ends and compiling begins. */
#define CM_PROGRESS_READ 120

/* All zero: nobody asks, and nothing is ever cancelled. */
struct cm_progress {
    certmap_progress_fn *fn; /* NULL: nobody asks */
    void *ctx;
    size_t from, to; /* of the phase */
    size_t next;     /* the least unit that was not reported yet */
    bool cancelled;
};

/* One phase, which is all of it. fn may be NULL. */
void cm_progress_start(struct cm_progress *progress, certmap_progress_fn *fn, void *ctx);
/* What follows is the phase between these units of the whole. */
void cm_progress_phase(struct cm_progress *progress, size_t from, size_t to);
/* The phase is at done of total, which is more than 0. False: it is to stop; that stays so. */
bool cm_progress_at(struct cm_progress *progress, size_t done, size_t total);
/* The error of a call that was stopped. */
enum certmap_status cm_progress_cancelled(struct certmap_diagnostic *err);

#endif
