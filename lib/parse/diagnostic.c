/* SPDX-License-Identifier: MIT */
#include "parse/diagnostic.h"

void cm_finding_add(struct cm_findings *findings, enum certmap_severity severity,
                    const struct certmap_diagnostic *finding) {
    struct certmap_diagnostic named = *finding;
    named.file = findings->file;
    named.severity = severity;
    if (severity == CERTMAP_SEVERITY_ERROR && findings->errors++ == 0)
        findings->first = named;
    if (findings->count >= CERTMAP_MAX_DIAGNOSTICS ||
        (severity != CERTMAP_SEVERITY_ERROR && !cm_findings_take_warnings(findings)))
        return;
    findings->count++;
    findings->warnings += severity != CERTMAP_SEVERITY_ERROR;
    if (findings->diagnostic != NULL)
        findings->diagnostic(findings->ctx, severity, &named);
}

bool cm_findings_take_warnings(const struct cm_findings *findings) {
    return findings->diagnostic != NULL && findings->warnings < CM_MAX_WARNINGS &&
           findings->count < CERTMAP_MAX_DIAGNOSTICS;
}

bool cm_findings_full(const struct cm_findings *findings) {
    return findings->errors >= CERTMAP_MAX_DIAGNOSTICS;
}
