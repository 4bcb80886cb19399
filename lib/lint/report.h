/* SPDX-License-Identifier: MIT */
/* The end of an analysis: the reports in order, for the caller. lint.h has what passes call. */
#ifndef CM_LINT_REPORT_H
#define CM_LINT_REPORT_H

#include "lint.h"

/* Sorts the reports, counts them in the summary, and gives them to the caller until it has seen enough. False:
 * there is no memory. */
bool cm_lint_reports_give(struct certmap_lint *lint, certmap_lint_fn *report, void *ctx);

#endif
