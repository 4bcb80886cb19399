/* SPDX-License-Identifier: MIT */
/* certmap lint: what can happen to whom. */
#include "lint.h"
#include "fix.h"
#include "tool.h"
#include "witness.h"
#include <stdlib.h>
#include <string.h>

/* ---- What the caller gives ---- */

/* Names of accounts, one a line. Longer files are no lists that somebody made. */
#define MAX_PRIVILEGED_FILE 1048576

struct privileged {
    struct tool_input input;
    struct certmap_view *names;
    size_t count;
};

static struct certmap_view take_line(struct certmap_view *text) {
    const uint8_t *end = memchr(text->data, '\n', text->len);
    const size_t len = end == NULL ? text->len : (size_t)(end - text->data);
    struct certmap_view line = {text->data, len};
    const size_t taken = end == NULL ? len : len + 1;
    *text = (struct certmap_view){text->data + taken, text->len - taken};
    while (line.len > 0 && strchr(" \t\r", line.data[line.len - 1]) != NULL)
        line.len--;
    while (line.len > 0 && (*line.data == ' ' || *line.data == '\t'))
        line = (struct certmap_view){line.data + 1, line.len - 1};
    return line;
}

/* A line that is empty, or begins with #, names nobody. */
static void read_names(struct privileged *privileged) {
    struct certmap_view text = tool_input_view(&privileged->input);
    privileged->names = tool_alloc((text.len + 1) * sizeof *privileged->names);
    if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        text = (struct certmap_view){text.data + 3, text.len - 3};
    while (text.len > 0) {
        const struct certmap_view line = take_line(&text);
        if (line.len > 0 && *line.data != '#')
            privileged->names[privileged->count++] = line;
    }
}

static bool read_privileged(struct privileged *privileged, const char *path) {
    struct certmap_diagnostic err;
    if (path == NULL)
        return true;
    if (tool_input_read(&privileged->input, path, MAX_PRIVILEGED_FILE, &err) != CERTMAP_OK)
        return tool_lint_complain(path, err.text);
    read_names(privileged);
    return true;
}

static void free_privileged(struct privileged *privileged) {
    free(privileged->names);
    tool_input_free(&privileged->input);
}

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

enum tool_exit tool_lint(const struct tool_options *options) {
    struct tool_options wanted = *options;
    struct privileged privileged = {.names = NULL};
    struct tool_analysis analysis = {.options = &wanted};
    enum tool_exit status = TOOL_FAILED;
    if (options->iis)
        wanted.format = TOOL_FORMAT_IIS;
    if (read_privileged(&privileged, options->lint.privileged)) {
        analysis.privileged = privileged.names;
        analysis.privileged_count = privileged.count;
        status = lint(&analysis);
    }
    tool_analysis_free(&analysis);
    free_privileged(&privileged);
    return status;
}
