/* SPDX-License-Identifier: MIT */
/* What a loader found, passed on to the caller and counted. */
#ifndef CM_PARSE_DIAGNOSTIC_H
#define CM_PARSE_DIAGNOSTIC_H

#include "base/error.h"
#include "certmap/limits.h"

/* So many warnings at most, so that there is room for errors that come after them. */
#define CM_MAX_WARNINGS (CERTMAP_MAX_DIAGNOSTICS / 2)

struct cm_diagnostics {
    certmap_diagnostic_fn *diagnostic; /* may be NULL */
    void *ctx;
    const char *file;                /* what the diagnostics call the text, or NULL */
    size_t count;                    /* passed on */
    size_t warnings;                 /* of these */
    size_t errors;                   /* of any number */
    struct certmap_diagnostic first; /* the first error; status OK: none */
};

/* Passes a diagnostic on, unless CERTMAP_MAX_DIAGNOSTICS were, or, of a warning, CM_MAX_WARNINGS. */
void cm_diagnostic_add(struct cm_diagnostics *diagnostics, enum certmap_severity severity,
                       const struct certmap_diagnostic *diagnostic);
/* Whether a warning would be passed on. */
bool cm_diagnostics_take_warnings(const struct cm_diagnostics *diagnostics);
/* Whether it is time to stop reading. */
bool cm_diagnostics_full(const struct cm_diagnostics *diagnostics);

#endif
