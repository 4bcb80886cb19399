/* SPDX-License-Identifier: MIT */
#include "progress.h"

void cm_kit_progress_phase(struct cm_kit_progress *progress, size_t to) {
    progress->from = progress->to;
    progress->to = to;
}

bool cm_kit_progress_at(struct cm_kit_progress *progress, size_t done, size_t total) {
    const size_t unit = progress->from + (size_t)((uint64_t)(progress->to - progress->from) * done / total);
    if (progress->fn == NULL || unit < progress->next)
        return true;
    progress->next = unit + 1;
    return progress->fn(progress->ctx, unit, CM_KIT_PROGRESS_TOTAL);
}
