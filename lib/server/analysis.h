/* SPDX-License-Identifier: MIT */
/* What is dangerous about rules that load: libcertmap-lint, for a moment, in the thread that loads them. */
#ifndef CM_SERVER_ANALYSIS_H
#define CM_SERVER_ANALYSIS_H

#include "certmap/lint.h"
#include "log.h"

/* Questions that need a proof are asked for so long, in processor time, and the rest stays undecided: a reload is to be
 * quick, and certmap lint has the time. */
#define CM_SERVER_LINT_MILLISECONDS 100
/* After so long the analysis ends, whatever it does: what needs no proof takes time, too, in a large set. */
#define CM_SERVER_LINT_MAX_MILLISECONDS 400
/* Larger sets are not analysed at all: where time would run out before all mappings were looked at. */
#define CM_SERVER_LINT_MAX_MAPPINGS 10000

struct cm_server_analysis {
    struct certmap_lint *lint; /* NULL: there is none */
    const struct cm_server_log *log;
    const char *file;
    int64_t begun;   /* in milliseconds */
    size_t mappings; /* that were loaded */
};

/* Begins one; without memory there is none. build gets what tells the analysis where mappings are. */
void cm_server_analysis_begin(struct cm_server_analysis *analysis, struct certmap_build_options *build,
                              const struct cm_server_log *log, const char *file);
/* Logs what is dangerous about the rules, once; NULL: they did not load. Ends it. */
void cm_server_analysis_end(struct cm_server_analysis *analysis, const struct certmap_rules *rules);

#endif
