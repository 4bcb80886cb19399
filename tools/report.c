/* SPDX-License-Identifier: MIT */
/* certmap report: a page about a corpus. */
#include "report.h"
#include "answer.h"
#include "file_out.h"
#include "report_parts.h"
#include "tool.h"
#include <stdlib.h>

static bool complain(struct tool_report *report, const char *text) {
    tool_complain(&report->err, NULL, tool_view(text));
    return false;
}

/* The rules are loaded, and lint is to see what comes. */
static bool read_corpus(void *ctx, struct tool_analysis *analysis, struct certmap_lint *lint) {
    struct tool_report *report = ctx;
    struct certmap_diagnostic err;
    unsigned needs =
        certmap_rules_needs(analysis->rules.rules) | (unsigned)CERTMAP_PIECE_SUBJECT | (unsigned)CERTMAP_PIECE_ISSUER;
    if (report->has_after)
        needs |= certmap_rules_needs(report->after.rules);
    if (report->has_after && !tool_rules_have_site(report->options, &analysis->rules, &report->after, &report->err))
        return false;
    tool_answer_print_hints(&report->err, &analysis->rules);
    if (tool_prepare_open(&report->prepare, report->options, needs, &err) != CERTMAP_OK)
        return complain(report, err.text);
    if (report->prepare.time != 0)
        report->prepare.time = report->now;
    tool_report_read(report, lint);
    if (report->facts.total > 0)
        return true;
    return complain(report, report->corpus.left_out > 0 ? "nothing of the corpus can be read: there is no page"
                                                        : "the corpus has no certificate");
}

static bool load_after(struct tool_report *report) {
    struct tool_options options = *report->options;
    options.rules = report->options->diff.after;
    if (options.rules == NULL)
        return true;
    report->has_after = tool_rules_load(&report->after, &options);
    if (report->has_after)
        tool_answer_print_hints(&report->err, &report->after);
    else
        tool_rules_print(&report->after, &report->err);
    return report->has_after;
}

static bool read_privileged(struct tool_report *report) {
    const bool read = tool_privileged_read(&report->privileged, report->options->lint.privileged);
    report->analysis.privileged = report->privileged.names;
    report->analysis.privileged_count = report->privileged.count;
    return read;
}

static bool analyse(struct tool_report *report) {
    if (tool_analysis_run(&report->analysis, NULL))
        return true;
    if (report->analysis.rules.rules == NULL)
        tool_rules_print(&report->analysis.rules, &report->err);
    return false;
}

static bool write_page(struct tool_report *report) {
    struct tool_text page = {NULL, 0, 0};
    const char *path = report->options->report;
    bool written = true;
    tool_report_explain(report);
    tool_report_write(&page, report);
    if (path != NULL && (path[0] != '-' || path[1] != '\0'))
        written = tool_file_write_page(path, tool_text_view(&page));
    else
        tool_text_flush(&page, stdout);
    tool_text_free(&page);
    return written;
}

static void free_report(struct tool_report *report) {
    for (size_t i = 0; i < 2; i++)
        certmap_peer_free(report->peers[i]);
    free(report->deciding.mappings);
    free(report->deciding.outputs);
    tool_text_free(&report->deciding.texts);
    tool_privileged_free(&report->privileged);
    tool_report_facts_free(&report->facts);
    tool_rules_free(&report->after);
    tool_analysis_free(&report->analysis);
    tool_prepare_free(&report->prepare);
    tool_stream_close(&report->err);
}

enum tool_exit tool_report(const struct tool_options *options) {
    struct tool_report *report = tool_alloc(sizeof *report);
    enum tool_exit status = TOOL_FAILED;
    *report = (struct tool_report){.options = options, .err = tool_stream_open(stderr, options->color)};
    report->now = options->time != 0 ? options->time : tool_moment_now();
    report->first_month = tool_report_month(report->now) - TOOL_REPORT_PAST;
    report->analysis =
        (struct tool_analysis){.options = options, .corpus = read_corpus, .corpus_ctx = report, .ungrouped = true};
    if (read_privileged(report) && load_after(report) && analyse(report) && write_page(report) &&
        !report->analysis.incomplete)
        status = TOOL_OK;
    free_report(report);
    free(report);
    return status;
}
