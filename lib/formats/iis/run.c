/* SPDX-License-Identifier: MIT */
#include "run.h"

void cm_iis_fail(struct cm_iis *iis, const struct certmap_diagnostic *error) {
    iis->fatal = *error;
    iis->stop = true;
}

void cm_iis_no_memory(struct cm_iis *iis) {
    struct certmap_diagnostic error;
    cm_kit_error(&error, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
    cm_iis_fail(iis, &error);
}

bool cm_iis_goes_on(struct cm_iis *iis, size_t done, size_t total) {
    struct certmap_diagnostic error;
    if (cm_kit_progress_at(&iis->progress, done, total))
        return true;
    cm_kit_error(&error, CERTMAP_ERROR_CANCELLED, CERTMAP_CODE_CANCELLED,
                 "loading was cancelled by the program's progress function");
    cm_iis_fail(iis, &error);
    return false;
}

struct certmap_view cm_iis_keep(struct cm_iis *iis, struct certmap_view text) {
    struct certmap_view kept = cm_kit_store_text(&iis->store, text);
    if (kept.data == NULL)
        cm_iis_no_memory(iis);
    return kept;
}
