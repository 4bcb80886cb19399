/* SPDX-License-Identifier: MIT */
/* What a loader found, passed on to the caller and counted. */
#ifndef CM_PARSE_DIAGNOSTIC_H
#define CM_PARSE_DIAGNOSTIC_H

#include "base/error.h"
#include "certmap/limits.h"

/* So many warnings at most, so that there is room for errors that come after them. */
#define CM_MAX_WARNINGS (CERTMAP_MAX_DIAGNOSTICS / 2)

struct cm_findings {
    certmap_diagnostic_fn *diagnostic; /* may be NULL */
    void *ctx;
    const char *file;                /* what the findings call the text, or NULL */
    size_t count;                    /* passed on */
    size_t warnings;                 /* of these */
    size_t errors;                   /* of any number */
    struct certmap_diagnostic first; /* the first error; status OK: none */
};

/* Passes a finding on, unless CERTMAP_MAX_DIAGNOSTICS were, or, of a warning, CM_MAX_WARNINGS. */
void cm_finding_add(struct cm_findings *findings, enum certmap_severity severity,
                    const struct certmap_diagnostic *finding);
/* Whether a warning would be passed on. */
bool cm_findings_take_warnings(const struct cm_findings *findings);
/* Whether it is time to stop reading. */
bool cm_findings_full(const struct cm_findings *findings);

#endif
