/* SPDX-License-Identifier: MIT */
/* What lint found, for people: as compilers write it, then the certificate that shows it, then what to write instead. */
#include "certmap/names.h"
#include "lint.h"
#include "witness.h"
#include <stdlib.h>
#include <string.h>

/* ---- One finding ---- */

/* What else is about it, with a caret of its own. */
static void print_related(struct tool_stream *out, const struct tool_analysis *analysis,
                          const struct certmap_lint_related *related) {
    struct certmap_diagnostic note = CERTMAP_DIAGNOSTIC_INIT;
    note.severity = CERTMAP_SEVERITY_NOTE;
    note.line = related->position.line;
    note.column = related->position.column;
    note.offset = related->position.offset;
    note.length = related->position.length;
    strncpy(note.text, related->text != NULL && related->text[0] != '\0' ? related->text : "here",
            sizeof note.text - 1);
    tool_diagnostic_print(out, analysis->rules.path, analysis->source, &note);
}

static void print_witness(struct tool_stream *out, const struct tool_analysis *analysis,
                          const struct certmap_lint_witness *witness) {
    tool_text_string(&out->line, witness->der.data != NULL ? "  this certificate shows it:\n"
                                                           : "  this certificate shows it, which no file can hold:\n");
    tool_witness_values(&out->line, witness, 6);
    tool_text_string(&out->line, "    gets ");
    tool_witness_answer(&out->line, witness, analysis->rules.rules);
    tool_stream_end_line(out);
}

/* Text that the analysis made, which has escaped what it quotes. Line ends in it are not from names. */
static void add_sentence(struct tool_text *text, const char *sentence) {
    tool_text_safe(text, tool_view(sentence));
}

static void print_help(struct tool_stream *out, const struct tool_found *report) {
    const bool fix = report->fixed_by_edits && report->edit_count > 0;
    if (report->help == NULL && !fix)
        return;
    tool_text_string(&out->line, fix ? "  fix: " : "  help: ");
    add_sentence(&out->line, report->help != NULL ? report->help : "the edit changes no answer");
    if (fix)
        tool_text_string(&out->line, ", proven [--fix]");
    tool_stream_end_line(out);
}

static void print_finding(struct tool_stream *out, const struct tool_analysis *analysis,
                          const struct tool_finding *finding) {
    const struct tool_found *report = &finding->report;
    const struct certmap_diagnostic diagnostic = tool_brief_whole(&report->diagnostic);
    tool_diagnostic_print(out, analysis->rules.path, analysis->source, &diagnostic);
    for (size_t i = 0; i < report->related_count; i++)
        print_related(out, analysis, &report->related[i]);
    if (report->witness != NULL)
        print_witness(out, analysis, report->witness);
    print_help(out, report);
}

/* Whether a code is the first of its kind that is shown: where to read about it is said once. */
static bool is_first(bool *seen, enum certmap_code code) {
    const size_t at = (size_t)code % 1024;
    const bool first = !seen[at];
    seen[at] = true;
    return first;
}

/* ---- Findings that are alike ---- */

/* Of more than TOOL_FINDINGS_FEW so many are shown, and so many further lines named. */
#define SHOWN 3
#define NAMED 8

/* A finding, by what it says: its code, and its text but for what that quotes. */
struct alike {
    uint64_t kind;
    size_t index;
};

struct kinds {
    struct alike *items;
    size_t count;
};

static int compare_alike(const void *a, const void *b) {
    const struct alike *left = a, *right = b;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

static struct kinds find_kinds(const struct tool_analysis *analysis) {
    const struct tool_findings *findings = &analysis->findings;
    struct kinds kinds = {tool_alloc((findings->count + 1) * sizeof *kinds.items), 0};
    for (size_t i = 0; i < findings->count; i++)
        if (tool_analysis_shows(analysis, &findings->items[i]))
            kinds.items[kinds.count++] = (struct alike){tool_brief_kind(&findings->items[i].report.diagnostic), i};
    qsort(kinds.items, kinds.count, sizeof *kinds.items, compare_alike);
    return kinds;
}

/* How many come before it. */
static size_t count_before(const struct kinds *kinds, const struct alike *sought) {
    size_t low = 0, high = kinds->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_alike(&kinds->items[middle], sought) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Those that are like a finding: the first of them, and how many there are; and which of them it is. */
static const struct alike *find_group(const struct kinds *kinds, uint64_t kind, size_t index, size_t *count,
                                      size_t *rank) {
    const struct alike begin = {kind, 0}, own = {kind, index}, end = {kind, SIZE_MAX};
    const size_t first = count_before(kinds, &begin);
    *rank = count_before(kinds, &own) - first;
    *count = count_before(kinds, &end) - first;
    return kinds->items + first;
}

/* What is said in place of the others. */
static void print_others(struct tool_stream *out, const struct tool_analysis *analysis, const struct alike *group,
                         size_t count) {
    const struct tool_finding *items = analysis->findings.items;
    const struct tool_brief *first = &items[group->index].report.diagnostic;
    tool_text_safe(&out->line, tool_view(analysis->rules.path));
    tool_text_format(&out->line, ": %s: %zu more are like these, on line", certmap_severity_name(first->severity),
                     count - SHOWN);
    for (size_t i = SHOWN; i < count && i < SHOWN + NAMED; i++)
        tool_text_format(&out->line, "%s %zu", i > SHOWN ? "," : "", items[group[i].index].report.diagnostic.line);
    tool_text_format(&out->line, "%s [%s] (--all shows each)\n", count > SHOWN + NAMED ? " ..." : "",
                     certmap_code_name(first->code));
    tool_stream_end_line(out);
}

/* Whether a finding is shown; the last one that is of many has the others with it. */
static bool is_among_few(const struct tool_analysis *analysis, const struct kinds *kinds, size_t index,
                         const struct alike **others, size_t *count) {
    size_t rank;
    *others = NULL;
    if (analysis->options->all)
        return true;
    const struct alike *group =
        find_group(kinds, tool_brief_kind(&analysis->findings.items[index].report.diagnostic), index, count, &rank);
    if (*count > TOOL_FINDINGS_FEW && rank == SHOWN - 1)
        *others = group;
    return *count <= TOOL_FINDINGS_FEW || rank < SHOWN;
}

/* ---- The line at the end ---- */

static void add_count(struct tool_text *text, size_t count, const char *what) {
    tool_text_format(text, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

/* How many findings there are of a severity. */
static size_t count_of(const struct tool_analysis *analysis, enum certmap_severity severity) {
    const size_t found = tool_findings_count(&analysis->findings, severity);
    if (!analysis->done || severity <= analysis->least)
        return found;
    return found + (severity == CERTMAP_SEVERITY_NOTE ? analysis->summary.notes : analysis->summary.warnings);
}

static void add_counts(struct tool_text *text, const struct tool_analysis *analysis) {
    size_t all = 0;
    for (enum certmap_severity s = CERTMAP_SEVERITY_ERROR; s <= CERTMAP_SEVERITY_NOTE; s++) {
        const size_t count = count_of(analysis, s);
        all += count;
        if (count == 0)
            continue;
        tool_text_string(text, ", ");
        add_count(text, count, certmap_severity_name(s));
        if (s > analysis->options->lint.level)
            tool_text_format(text, " (--level %s shows %s)", certmap_severity_name(s), count == 1 ? "it" : "them");
    }
    if (all == 0)
        tool_text_string(text, ", no findings");
    const size_t suppressed = tool_findings_suppressed(&analysis->findings);
    if (suppressed > 0)
        tool_text_format(text, ", %zu suppressed", suppressed);
}

static void add_reason(struct tool_text *text, const char **before, size_t count, const char *why) {
    if (count == 0)
        return;
    tool_text_format(text, "%s%zu %s", *before, count, why);
    *before = ", ";
}

/* Whether every question was answered, and how long that took. */
static void add_decided(struct tool_text *text, const struct tool_analysis *analysis) {
    const struct certmap_lint_summary *summary = &analysis->summary;
    const char *before = ": ";
    if (summary->undecided == 0)
        tool_text_string(text, "; every question decided");
    else {
        tool_text_string(text, "; ");
        add_count(text, summary->undecided, "question");
        tool_text_string(text, " not decided");
        add_reason(text, &before, summary->by_budget, "for want of time or steps");
        add_reason(text, &before, summary->by_model, "about what the analysis does not know exactly");
        add_reason(text, &before, summary->by_solver, "that a certmap built with PicoSAT decides");
    }
    tool_text_format(text, ", %lu.%02lu s", (unsigned long)(analysis->milliseconds / 1000),
                     (unsigned long)(analysis->milliseconds % 1000 / 10));
}

static void print_summary(struct tool_stream *out, const struct tool_analysis *analysis) {
    tool_text_safe(&out->line, tool_view(analysis->rules.path));
    tool_text_string(&out->line, ": ");
    if (analysis->rules.rules == NULL)
        tool_text_string(&out->line, "not loaded");
    else
        add_count(&out->line, certmap_rules_count(analysis->rules.rules), "mapping");
    if (analysis->fixes > 0) {
        tool_text_string(&out->line, ", ");
        add_count(&out->line, analysis->fixes, "change");
        tool_text_string(&out->line, " made");
    }
    add_counts(&out->line, analysis);
    if (analysis->done)
        add_decided(&out->line, analysis);
    tool_stream_end_line(out);
}

void tool_lint_print_text(const struct tool_analysis *analysis) {
    struct tool_stream out = tool_stream_open(stdout, analysis->options->color);
    struct kinds kinds = find_kinds(analysis);
    bool seen[1024] = {false};
    for (size_t i = 0; i < analysis->findings.count; i++) {
        const struct tool_finding *finding = &analysis->findings.items[i];
        const enum certmap_code code = finding->report.diagnostic.code;
        const struct alike *others;
        size_t count;
        if (!tool_analysis_shows(analysis, finding) || !is_among_few(analysis, &kinds, i, &others, &count))
            continue;
        print_finding(&out, analysis, finding);
        if (finding->analysed && is_first(seen, code)) {
            tool_text_format(&out.line, "        certmap explain %s", certmap_code_name(code));
            tool_stream_end_line(&out);
        }
        tool_stream_end_line(&out);
        if (others != NULL)
            print_others(&out, analysis, others, count);
    }
    free(kinds.items);
    print_summary(&out, analysis);
    tool_stream_close(&out);
}
