/* SPDX-License-Identifier: MIT */
/* certmap lint: what an analysis came to, and the forms in which it is written. */
#ifndef TOOL_LINT_H
#define TOOL_LINT_H

#include "directive.h"
#include "finding.h"
#include "json.h"
#include "rules.h"

struct tool_analysis {
    const struct tool_options *options;
    const struct certmap_view *privileged; /* names of accounts */
    size_t privileged_count;
    struct tool_rules rules;
    struct certmap_view source; /* what may be shown of the file; data NULL: it may hold passwords */
    struct tool_findings findings;
    struct tool_directives directives;
    struct certmap_lint_summary summary;
    enum certmap_severity least; /* of the findings; milder ones are only in the summary */
    size_t fixes;                /* that were made before */
    bool done;                   /* the analysis came to its end, and the summary says what it did */
    bool incomplete;             /* of the corpus something was left out, as standard error says */
    uint64_t milliseconds;
    /* Who hands the certificates of --corpus to the analysis instead of tool_lint_corpus, or NULL. */
    bool (*corpus)(void *ctx, struct tool_analysis *analysis, struct certmap_lint *lint);
    void *corpus_ctx;
    bool as_text;   /* its findings are shown as text, and that is all */
    bool ungrouped; /* it groups those without an answer itself: the analysis need not compare them with each mapping */
};

/* Analyses the file of the options, or a text in the native language, which it takes. false: it did not load, or standard
 * error says what else went wrong. The caller frees in either case. */
bool tool_analysis_run(struct tool_analysis *analysis, struct tool_input *text);
void tool_analysis_free(struct tool_analysis *analysis);
/* Hands the certificates of --corpus to the analysis, before it runs. false: standard error says why. */
bool tool_lint_corpus(struct tool_analysis *analysis, struct certmap_lint *lint);
/* Prints a mistake about a file, which may be NULL; always false. */
bool tool_lint_complain(const char *path, const char *text);

/* Whether a finding is written: it is not suppressed, and severe enough. */
bool tool_analysis_shows(const struct tool_analysis *analysis, const struct tool_finding *finding);

/* All of it to standard output. */
void tool_lint_print_text(const struct tool_analysis *analysis);
void tool_lint_print_json(const struct tool_analysis *analysis);
void tool_lint_print_sarif(const struct tool_analysis *analysis);
void tool_lint_print_github(const struct tool_analysis *analysis);

/* The certificate of a finding as an object, or null. */
json_t *tool_lint_witness_json(const struct tool_finding *finding, const struct certmap_rules *rules);
/* Why it is not shown, as an object, or null. */
json_t *tool_lint_suppressed_json(const struct tool_finding *finding);

/* What is known of a baseline is suppressed. false: the file is none, and standard error says so. */
bool tool_baseline_read(const char *path, struct tool_findings *findings);
/* Writes all that is not suppressed. false: standard error says why. */
bool tool_baseline_write(const char *path, const struct tool_findings *findings);

#endif
