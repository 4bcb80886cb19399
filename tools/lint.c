/* SPDX-License-Identifier: MIT */
/* certmap lint: what can happen to whom. */
#include "lint.h"
#include "fix.h"
#include "privileged.h"
#include "tool.h"
#include "witness.h"
#include <stdlib.h>
#include <string.h>

/* ---- The answer ---- */

static void print(const struct tool_analysis *analysis) {
    switch (analysis->options->json ? TOOL_OUTPUT_JSON : analysis->options->lint.output) {
    case TOOL_OUTPUT_TEXT:
        tool_lint_print_text(analysis);
        break;
    case TOOL_OUTPUT_JSON:
        tool_lint_print_json(analysis);
        break;
    case TOOL_OUTPUT_SARIF:
        tool_lint_print_sarif(analysis);
        break;
    case TOOL_OUTPUT_GITHUB:
        tool_lint_print_github(analysis);
        break;
    }
}

static enum tool_exit exit_status(const struct tool_analysis *analysis) {
    size_t count = 0;
    if (analysis->incomplete)
        return TOOL_FAILED;
    for (enum certmap_severity s = CERTMAP_SEVERITY_ERROR; s <= analysis->options->lint.fail_on; s++)
        count += tool_findings_count(&analysis->findings, s);
    return count > 0 ? TOOL_DIAGNOSTICS : TOOL_OK;
}

static enum tool_exit finish(const struct tool_analysis *analysis) {
    const struct tool_lint_options *options = &analysis->options->lint;
    print(analysis);
    if (options->witness != NULL && !tool_witness_write(&analysis->findings, options->witness, options->level))
        return TOOL_FAILED;
    if (options->write_baseline != NULL)
        return tool_baseline_write(options->write_baseline, &analysis->findings) ? TOOL_OK : TOOL_FAILED;
    return exit_status(analysis);
}

static enum tool_exit lint(struct tool_analysis *analysis) {
    if (!tool_analysis_run(analysis, NULL)) {
        if (analysis->rules.rules == NULL)
            print(analysis);
        return TOOL_FAILED;
    }
    if (analysis->options->lint.fix_dry_run)
        return tool_fix_show(analysis) ? exit_status(analysis) : TOOL_FAILED;
    if (analysis->options->lint.fix && !tool_fix_write(analysis))
        return TOOL_FAILED;
    return finish(analysis);
}

static bool is_text(const struct tool_options *options) {
    return !options->json && options->lint.output == TOOL_OUTPUT_TEXT && options->lint.witness == NULL && !options->all;
}

enum tool_exit tool_lint(const struct tool_options *options) {
    struct tool_options wanted = *options;
    struct tool_privileged privileged = {.names = NULL};
    struct tool_analysis analysis = {.options = &wanted, .as_text = is_text(options)};
    enum tool_exit status = TOOL_FAILED;
    if (options->iis)
        wanted.format = TOOL_FORMAT_IIS;
    if (tool_privileged_read(&privileged, options->lint.privileged)) {
        analysis.privileged = privileged.names;
        analysis.privileged_count = privileged.count;
        status = lint(&analysis);
    }
    tool_analysis_free(&analysis);
    tool_privileged_free(&privileged);
    return status;
}
