/* SPDX-License-Identifier: MIT */
/* What a loader found, passed on to the caller and counted. */
#ifndef CM_PARSE_FINDING_H
#define CM_PARSE_FINDING_H

#include "base/error.h"

struct cm_findings {
    certmap_diag_fn *diag; /* may be NULL */
    void *ctx;
    size_t count;               /* passed on */
    size_t errors;              /* of any number */
    struct certmap_error first; /* the first error; status OK: none */
};

/* Passes a finding on, unless CERTMAP_MAX_FINDINGS were. */
void cm_finding_add(struct cm_findings *findings, enum certmap_severity severity, const struct certmap_error *finding);
/* Whether it is time to stop reading. */
bool cm_findings_full(const struct cm_findings *findings);

#endif
