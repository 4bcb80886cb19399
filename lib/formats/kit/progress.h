/* SPDX-License-Identifier: MIT */
/* How far loading a file is, for the caller's progress function.
 *
 *     0                                            CM_KIT_PROGRESS_TOTAL
 *     |-- reading ----|-- checking ----|-- compiling --|
 *
 * Each phase reports of itself in units of its own; what the caller gets are units of the whole, each once. */
#ifndef CM_FORMATS_KIT_PROGRESS_H
#define CM_FORMATS_KIT_PROGRESS_H

#include "certmap/build.h"

enum { CM_KIT_PROGRESS_TOTAL = 200 };

/* All zero: nobody asks. */
struct cm_kit_progress {
    certmap_progress_fn *fn; /* NULL: nobody asks */
    void *ctx;
    size_t from, to; /* of the phase */
    size_t next;     /* the least unit that was not reported yet */
};

/* What follows is the phase up to this unit. */
void cm_kit_progress_phase(struct cm_kit_progress *progress, size_t to);
/* The phase is at done of total, which is more than 0. False: it is to stop. */
bool cm_kit_progress_at(struct cm_kit_progress *progress, size_t done, size_t total);

#endif
