/* SPDX-License-Identifier: MIT */
#include "base/progress.h"
#include "base/error.h"

void cm_progress_start(struct cm_progress *progress, certmap_progress_fn *fn, void *ctx) {
    *progress = (struct cm_progress){.fn = fn, .ctx = ctx, .to = CM_PROGRESS_TOTAL};
}

void cm_progress_phase(struct cm_progress *progress, size_t from, size_t to) {
    progress->from = from;
    progress->to = to;
}

bool cm_progress_at(struct cm_progress *progress, size_t done, size_t total) {
    if (progress->fn == NULL || progress->cancelled)
        return !progress->cancelled;
    const size_t unit = progress->from + (size_t)((uint64_t)(progress->to - progress->from) * done / total);
    if (unit < progress->next)
        return true;
    progress->next = unit + 1;
    progress->cancelled = !progress->fn(progress->ctx, unit, CM_PROGRESS_TOTAL);
    return !progress->cancelled;
}

enum certmap_status cm_progress_cancelled(struct certmap_diagnostic *err) {
    return cm_error(err, CERTMAP_ERROR_CANCELLED, CERTMAP_CODE_CANCELLED,
                    "loading was cancelled by the program's progress function");
}
