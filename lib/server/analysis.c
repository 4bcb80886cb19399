/* SPDX-License-Identifier: MIT */
#include "analysis.h"
#include <stddef.h>
#include <time.h>

/* What lint calls an error by default. All else is for whoever writes the rules, not for the log of a server. */
static const enum certmap_code dangerous[] = {
    CERTMAP_CODE_DEAD_DENY,
    CERTMAP_CODE_SERIAL_WITHOUT_ISSUER,
    CERTMAP_CODE_DOMAIN_BOUNDARY,
    CERTMAP_CODE_CERTIFICATE_CHOOSES_ACCOUNT,
    CERTMAP_CODE_PLACEHOLDER_OTHER_VALUE,
};

/* Processor time of this thread: what others do on the machine does not change what is found. */
static int64_t milliseconds(void) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A certmap_lint_enough_fn. */
static bool is_enough(void *ctx) {
    const struct cm_server_analysis *analysis = ctx;
    return milliseconds() - analysis->begun >= CM_SERVER_LINT_MILLISECONDS;
}

/* A certmap_progress_fn. */
static bool goes_on(void *ctx, size_t done, size_t total) {
    const struct cm_server_analysis *analysis = ctx;
    (void)done;
    (void)total;
    return milliseconds() - analysis->begun < CM_SERVER_LINT_MAX_MILLISECONDS;
}

/* A certmap_lint_fn. */
static bool report(void *ctx, const struct certmap_lint_report *found) {
    const struct cm_server_analysis *analysis = ctx;
    if (found->diagnostic.severity == CERTMAP_SEVERITY_ERROR)
        cm_server_log_diagnostic(analysis->log, CERTMAP_SEVERITY_ERROR, analysis->file, &found->diagnostic);
    return true;
}

/* A certmap_added_fn. Of a set that is too large for an analysis nothing more is kept. */
static void added(void *ctx, const struct certmap_description *description) {
    struct cm_server_analysis *analysis = ctx;
    if (analysis->mappings++ < CM_SERVER_LINT_MAX_MAPPINGS)
        certmap_lint_added(analysis->lint, description);
}

void cm_server_analysis_begin(struct cm_server_analysis *analysis, struct certmap_build_options *build,
                              const struct cm_server_log *log, const char *file) {
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    *analysis = (struct cm_server_analysis){.log = log, .file = file};
    options.enough = is_enough;
    options.enough_ctx = analysis;
    options.progress = goes_on;
    options.progress_ctx = analysis;
    options.only = dangerous;
    options.only_count = sizeof dangerous / sizeof *dangerous;
    if (log->fn == NULL || certmap_lint_new(&analysis->lint, &options, NULL) != CERTMAP_OK)
        return;
    build->added = added;
    build->added_ctx = analysis;
}

void cm_server_analysis_end(struct cm_server_analysis *analysis, const struct certmap_rules *rules) {
    if (analysis->lint != NULL && rules != NULL && certmap_rules_count(rules) <= CM_SERVER_LINT_MAX_MAPPINGS) {
        analysis->begun = milliseconds();
        (void)certmap_lint_run(analysis->lint, rules, report, analysis, NULL);
    }
    certmap_lint_free(analysis->lint);
    analysis->lint = NULL;
}
