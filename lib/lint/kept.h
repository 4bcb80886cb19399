/* SPDX-License-Identifier: MIT */
/* Reports while others are made. Of a bad rule set there is one for each mapping, and a struct certmap_lint_report with what
 * it points at takes a kilobyte; kept, it takes a third of that. A certificate is kept as its values: it is made again, and
 * matched, when the report is given.
 *
 *     kept  [ line, offset, mapping | -> ]    what they are sorted by
 *                                     v
 *     pool  [ severity, code ... text | help | related ... | edits ... | values of the witness ... ] */
#ifndef CM_LINT_KEPT_H
#define CM_LINT_KEPT_H

#include "packed.h"
#include "pool.h"
#include "witness.h"

/* A report that is made, in the scratch pool, and what shows it. */
struct cm_lint_making {
    struct certmap_lint_report is; /* its first member */
    struct cm_lint_witness shown;
    bool is_shown;
};

struct cm_lint_kept {
    size_t line, offset, mapping; /* SIZE_MAX: it is about the rule set */
    const uint8_t *packed;
    uint32_t added; /* before how many others: what is at one place stays in this order */
    uint8_t severity;
};

/* What was kept, as it was made, without the witness. What it points at is in the pool, or where it was packed. False: there is no memory. */
bool cm_lint_kept_give(struct cm_lint_making *given, struct cm_lint_pool *pool, const struct cm_lint_kept *kept);
/* Into the order of the file: what has no place is before it, in the order of the mappings. */
void cm_lint_kept_sort(struct cm_lint_kept *kept, size_t count);

#endif
