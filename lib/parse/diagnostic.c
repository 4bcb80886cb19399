/* SPDX-License-Identifier: MIT */
#include "parse/diagnostic.h"

void cm_diagnostic_add(struct cm_diagnostics *diagnostics, enum certmap_severity severity,
                       const struct certmap_diagnostic *diagnostic) {
    struct certmap_diagnostic named = *diagnostic;
    named.file = diagnostics->file;
    named.severity = severity;
    if (severity == CERTMAP_SEVERITY_ERROR && diagnostics->errors++ == 0)
        diagnostics->first = named;
    if (diagnostics->count >= CERTMAP_MAX_DIAGNOSTICS ||
        (severity != CERTMAP_SEVERITY_ERROR && !cm_diagnostics_take_warnings(diagnostics)))
        return;
    diagnostics->count++;
    diagnostics->warnings += severity != CERTMAP_SEVERITY_ERROR;
    if (diagnostics->diagnostic != NULL)
        diagnostics->diagnostic(diagnostics->ctx, severity, &named);
}

bool cm_diagnostics_take_warnings(const struct cm_diagnostics *diagnostics) {
    return diagnostics->diagnostic != NULL && diagnostics->warnings < CM_MAX_WARNINGS &&
           diagnostics->count < CERTMAP_MAX_DIAGNOSTICS;
}

bool cm_diagnostics_full(const struct cm_diagnostics *diagnostics) {
    return diagnostics->errors >= CERTMAP_MAX_DIAGNOSTICS;
}
