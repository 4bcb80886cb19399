/* SPDX-License-Identifier: MIT */
/* How far loading an IIS file is, for the caller's progress function.
 *
 *     0            CM_IIS_READ       CM_IIS_CHECKED    CM_IIS_LOADED
 *     |-- expat ------|-- the builder ----|-- compiling --|
 *
 * Each phase reports of itself in units of its own; what is told are units of the whole, each once. */
#ifndef CM_FORMATS_IIS_PROGRESS_H
#define CM_FORMATS_IIS_PROGRESS_H

#include "certmap/certmap.h"

/* Where the phases end. */
enum { CM_IIS_READ = 130, CM_IIS_CHECKED = 170, CM_IIS_LOADED = 200 };

/* All zero: nobody asks. */
struct cm_iis_progress {
    certmap_progress_fn *fn; /* NULL: nobody asks */
    void *ctx;
    size_t from, to; /* of the phase */
    size_t next;     /* the least unit that was not told yet */
};

/* What follows is the phase up to this unit. */
void cm_iis_progress_phase(struct cm_iis_progress *progress, size_t to);
/* The phase is at done of total, which is more than 0. False: it is to stop. */
bool cm_iis_progress_at(struct cm_iis_progress *progress, size_t done, size_t total);

#endif
