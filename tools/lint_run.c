/* SPDX-License-Identifier: MIT */
/* From a rule file to what is found in it, and what of that is known already. */
#include "certmap/build.h"
#include "choice.h"
#include "code_table.h"
#include "lint.h"
#include "platform.h"
#include "progress.h"
#include <string.h>

bool tool_lint_complain(const char *path, const char *text) {
    struct tool_stream errors = tool_stream_open(stderr, TOOL_WHEN_NEVER);
    tool_complain(&errors, path, tool_view(text));
    tool_stream_close(&errors);
    return false;
}

/* ---- The analysis ---- */

struct run {
    struct tool_analysis *analysis;
    struct certmap_lint *lint;
    struct tool_progress progress;
    uint64_t begun;
    struct certmap_diagnostic err;
};

static bool is_time_up(void *ctx) {
    const struct run *run = ctx;
    const uint64_t limit = (uint64_t)run->analysis->options->lint.time_limit * 1000;
    return limit > 0 && tool_platform_milliseconds() - run->begun >= limit;
}

/* Whether findings may be suppressed, changed or written to a file: then all of them are wanted. */
static bool are_all_wanted(const struct tool_lint_options *given, const struct tool_directives *directives) {
    return directives->allow_count > 0 || directives->level_count > 0 || given->allow_count > 0 ||
           given->baseline != NULL || given->write_baseline != NULL || given->fix || given->fix_dry_run;
}

/* The mildest findings that anything is done with. */
static enum certmap_severity least_of(const struct tool_lint_options *given, const struct tool_directives *directives) {
    return are_all_wanted(given, directives) ? CERTMAP_SEVERITY_NOTE
           : given->level > given->fail_on   ? given->level
                                             : given->fail_on;
}

/* Every code of a finding but the one for which each certificate without an answer is compared with each mapping. */
static size_t choose_ungrouped(enum certmap_code codes[TOOL_MAX_CODES]) {
    size_t count = 0;
    for (size_t i = 0; tool_code_word(i) != NULL && count < TOOL_MAX_CODES; i++) {
        codes[count] = tool_code_find(tool_view(tool_code_word(i)));
        count += codes[count] != CERTMAP_CODE_UNMAPPED_CERTIFICATES;
    }
    return count;
}

/* The rules are about to be loaded, and the comments in them say how severe what is. */
static enum certmap_status begin(void *ctx, struct certmap_view source, struct certmap_diagnostic *err) {
    struct run *run = ctx;
    struct tool_analysis *analysis = run->analysis;
    const struct tool_lint_options *given = &analysis->options->lint;
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    enum certmap_code ungrouped[TOOL_MAX_CODES];
    if (source.data != NULL)
        tool_directives_read(&analysis->directives, source);
    options.profile =
        !given->has_profile && analysis->directives.has_profile ? analysis->directives.profile : given->profile;
    options.enough = is_time_up;
    options.enough_ctx = run;
    options.progress = tool_progress_report;
    options.progress_ctx = &run->progress;
    options.privileged = run->analysis->privileged;
    options.privileged_count = run->analysis->privileged_count;
    options.only = given->only_count > 0 ? given->only : NULL;
    options.only_count = given->only_count;
    analysis->least = least_of(given, &analysis->directives);
    analysis->findings.few = (struct tool_few){
        .wanted = analysis->as_text && !are_all_wanted(given, &analysis->directives), .level = given->level};
    options.omit = (unsigned)(CERTMAP_SEVERITY_NOTE - analysis->least);
    if (analysis->ungrouped) {
        options.only = ungrouped;
        options.only_count = choose_ungrouped(ungrouped);
    }
    return certmap_lint_new(&run->lint, &options, err);
}

static void added(void *ctx, const struct certmap_description *description) {
    const struct run *run = ctx;
    certmap_lint_added(run->lint, description);
}

/* The mapping of a rule file in which a diagnostic of the loader is: the last that begins before. */
static size_t mapping_of(const struct certmap_rules *rules, const struct certmap_diagnostic *diagnostic) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    size_t found = SIZE_MAX, line = 0, column = 0;
    for (size_t i = 0; diagnostic->line > 0 && i < certmap_rules_count(rules); i++) {
        if (certmap_rules_mapping(rules, &mapping, i, NULL) != CERTMAP_OK || mapping.line > diagnostic->line ||
            (mapping.line == diagnostic->line && mapping.column > diagnostic->column) || mapping.line < line ||
            (mapping.line == line && mapping.column < column))
            continue;
        found = i;
        line = mapping.line;
        column = mapping.column;
    }
    return found;
}

/* Keeps what the loader said. */
static void add_diagnostic(struct tool_analysis *analysis, const struct certmap_diagnostic *diagnostic) {
    struct tool_finding *finding = tool_findings_add(&analysis->findings, diagnostic);
    if (analysis->rules.rules == NULL || analysis->rules.is_iis)
        return;
    finding->report.mapping = mapping_of(analysis->rules.rules, diagnostic);
    finding->mapping = tool_mapping_name(analysis->rules.rules, finding->report.mapping);
}

/* text: rules in the native language, which are taken; NULL: the file. */
static bool load(struct run *run, struct tool_input *text) {
    struct tool_analysis *analysis = run->analysis;
    const struct tool_rules_watch watch = {begin, added, run};
    const bool loaded = text != NULL ? tool_rules_load_text(&analysis->rules, analysis->options, text, &watch)
                                     : tool_rules_load_watched(&analysis->rules, analysis->options, &watch);
    analysis->source = tool_rules_source(&analysis->rules);
    analysis->findings.rules = analysis->rules.rules;
    for (size_t i = 0; i < analysis->rules.diagnostics.count; i++)
        add_diagnostic(analysis, &analysis->rules.diagnostics.items[i]);
    return loaded;
}

static bool analyse(struct run *run) {
    struct tool_analysis *analysis = run->analysis;
    if (analysis->corpus != NULL ? !analysis->corpus(analysis->corpus_ctx, analysis, run->lint)
                                 : !tool_lint_corpus(analysis, run->lint))
        return false;
    tool_progress_begin(&run->progress, analysis->options);
    const enum certmap_status status =
        certmap_lint_run(run->lint, analysis->rules.rules, tool_findings_report, &analysis->findings, &run->err);
    tool_progress_end(&run->progress);
    if (status != CERTMAP_OK)
        return tool_lint_complain(analysis->options->rules, run->err.text);
    analysis->summary = (struct certmap_lint_summary)CERTMAP_LINT_SUMMARY_INIT;
    analysis->done = certmap_lint_summarize(run->lint, &analysis->summary, &run->err) == CERTMAP_OK;
    return analysis->done || tool_lint_complain(analysis->options->rules, run->err.text);
}

/* ---- What is known already ---- */

static bool is_looked_for(const struct tool_lint_options *options, enum certmap_code code) {
    bool found = options->only_count == 0;
    for (size_t i = 0; i < options->only_count; i++)
        found = found || options->only[i] == code;
    return found;
}

/* Takes out what --only does not name: the loader looks for everything. */
static void drop_others(struct tool_findings *findings, const struct tool_lint_options *options) {
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (is_looked_for(options, findings->items[i].report.diagnostic.code))
            findings->items[kept++] = findings->items[i];
    findings->count = kept;
}

/* A warning: what was meant to be allowed is not, or the mapping is gone and with it what --allow is for. */
static void say_unknown(const struct tool_analysis *analysis, const char *allow, struct certmap_view mapping) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_string(&text, "warning: --allow ");
    tool_text_safe(&text, tool_view(allow));
    tool_text_string(&text, ": ");
    tool_choice_add_unknown(&text, analysis->rules.rules, mapping);
    tool_text_repeat(&text, '\0', 1);
    (void)tool_lint_complain(analysis->options->rules, text.data);
    tool_text_free(&text);
}

/* What --allow CODE or --allow CODE:MAPPING is about. A mapping that there is not has no findings. */
static void suppress_allowed_by(struct tool_analysis *analysis, const char *allow) {
    struct tool_findings *findings = &analysis->findings;
    const size_t len = strcspn(allow, ":");
    const enum certmap_code code = tool_code_find((struct certmap_view){(const uint8_t *)allow, len});
    const bool all = allow[len] == '\0';
    const size_t mapping = all ? SIZE_MAX : certmap_rules_find(findings->rules, tool_view(allow + len + 1));
    if (!all && mapping == SIZE_MAX)
        say_unknown(analysis, allow, tool_view(allow + len + 1));
    for (size_t i = 0; i < findings->count; i++) {
        struct tool_finding *finding = &findings->items[i];
        if (finding->suppressed == TOOL_SUPPRESSED_NOT && finding->report.diagnostic.code == code &&
            (all || (mapping != SIZE_MAX && finding->report.mapping == mapping)))
            finding->suppressed = TOOL_SUPPRESSED_OPTION;
    }
}

static void suppress_allowed(struct tool_analysis *analysis) {
    const struct tool_lint_options *options = &analysis->options->lint;
    for (size_t i = 0; i < options->allow_count; i++)
        suppress_allowed_by(analysis, options->allow[i]);
}

/* A suppression is unused where all was looked at: what is not decided may be a finding yet. */
static bool is_complete(const struct tool_analysis *analysis) {
    return analysis->done && analysis->summary.by_budget == 0 && analysis->summary.by_solver == 0;
}

/* What comments, options and the baseline say of the findings. */
static bool suppress(struct tool_analysis *analysis) {
    struct tool_findings *findings = &analysis->findings;
    struct tool_directives *directives = &analysis->directives;
    const struct tool_lint_options *options = &analysis->options->lint;
    tool_directives_suppress(directives, findings);
    if (is_complete(analysis))
        tool_directives_unused(directives, findings, options);
    for (size_t i = 0; i < directives->wrong.count; i++)
        (void)tool_findings_add(findings, &directives->wrong.items[i]);
    drop_others(findings, options);
    tool_directives_level(directives, findings);
    suppress_allowed(analysis);
    tool_findings_sort(findings);
    return options->baseline == NULL || tool_baseline_read(options->baseline, findings);
}

/* ---- All of it ---- */

/* Text shows of a certificate what matters of it. */
static bool are_files_wanted(const struct tool_options *options) {
    return options->json || options->lint.output == TOOL_OUTPUT_JSON || options->lint.output == TOOL_OUTPUT_SARIF ||
           options->lint.witness != NULL;
}

bool tool_analysis_run(struct tool_analysis *analysis, struct tool_input *text) {
    struct run run = {.analysis = analysis, .begun = tool_platform_milliseconds()};
    analysis->findings.as_files = are_files_wanted(analysis->options);
    const bool loaded = load(&run, text);
    const bool ran = loaded && analyse(&run);
    analysis->milliseconds = tool_platform_milliseconds() - run.begun;
    certmap_lint_free(run.lint);
    if (loaded)
        return ran && suppress(analysis);
    tool_findings_sort(&analysis->findings);
    return false;
}

void tool_analysis_free(struct tool_analysis *analysis) {
    tool_directives_free(&analysis->directives);
    tool_findings_free(&analysis->findings);
    tool_rules_free(&analysis->rules);
}
