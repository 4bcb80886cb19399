/* SPDX-License-Identifier: MIT */
/* What lint finds, with the certificates that show it: by code, the most severe first. */
#include "certmap/names.h"
#include "code_table.h"
#include "report_parts.h"
#include <stdlib.h>

/* Of one code, in full view and folded. */
#define SHOWN 3
#define FOLDED 40
/* Values of a certificate. */
#define VALUES 8

/* Findings of one code. */
struct kind {
    enum certmap_code code;
    enum certmap_severity severity; /* of the worst */
    size_t from, count;
};

struct kinds {
    const struct tool_report *report;
    const struct tool_finding **findings; /* by code, in the order of the file */
    size_t finding_count;
    struct kind *items; /* by code */
    struct tool_rank *ranks;
    size_t count;
};

/* What sections of the page show already. */
static bool is_shown_elsewhere(enum certmap_code code) {
    return code == CERTMAP_CODE_UNUSED_MAPPING || code == CERTMAP_CODE_UNMAPPED_CERTIFICATES;
}

static int compare_findings(const void *left, const void *right) {
    const struct tool_finding *const *a = left, *const *b = right;
    const enum certmap_code one = (*a)->report.diagnostic.code, other = (*b)->report.diagnostic.code;
    if (one != other)
        return one < other ? -1 : 1;
    return *a < *b ? -1 : *a > *b;
}

static void add_kind(struct kinds *kinds, size_t index) {
    const struct tool_brief *diagnostic = &kinds->findings[index]->report.diagnostic;
    if (index == 0 || kinds->findings[index - 1]->report.diagnostic.code != diagnostic->code)
        kinds->items[kinds->count++] = (struct kind){diagnostic->code, diagnostic->severity, index, 0};
    struct kind *kind = &kinds->items[kinds->count - 1];
    kind->count++;
    if (diagnostic->severity < kind->severity)
        kind->severity = diagnostic->severity;
}

static void find_kinds(struct kinds *kinds) {
    const struct tool_findings *findings = &kinds->report->analysis.findings;
    kinds->findings = tool_alloc(findings->count * sizeof(const struct tool_finding *));
    kinds->items = tool_alloc(findings->count * sizeof *kinds->items);
    for (size_t i = 0; i < findings->count; i++)
        if (tool_analysis_shows(&kinds->report->analysis, &findings->items[i]) &&
            !is_shown_elsewhere(findings->items[i].report.diagnostic.code))
            kinds->findings[kinds->finding_count++] = &findings->items[i];
    if (kinds->finding_count > 1)
        qsort(kinds->findings, kinds->finding_count, sizeof(const struct tool_finding *), compare_findings);
    for (size_t i = 0; i < kinds->finding_count; i++)
        add_kind(kinds, i);
    kinds->ranks = tool_alloc(kinds->count * sizeof *kinds->ranks);
    for (size_t i = 0; i < kinds->count; i++)
        kinds->ranks[i] = (struct tool_rank){(unsigned)kinds->items[i].severity, kinds->items[i].count, i};
    tool_rank_sort(kinds->ranks, kinds->count);
}

/* ---- The certificate ---- */

static void add_value(struct tool_text *page, const struct certmap_lint_value *value) {
    tool_text_string(page, "<li><code>");
    tool_text_string(page, certmap_field_name(value->field));
    if (value->subfield.len > 0) {
        tool_text_string(page, ".");
        tool_html_text(page, value->subfield, TOOL_HTML_SHORT);
    }
    tool_text_string(page, "</code> ");
    if (value->state == CERTMAP_LINT_READABLE)
        tool_html_text(page, value->text, TOOL_HTML_LONG);
    else
        tool_text_string(page, value->state == CERTMAP_LINT_UNREADABLE ? "unreadable" : "unknown");
    tool_text_string(page, "</li>");
}

static void add_witness(struct tool_text *page, const struct tool_report *report,
                        const struct certmap_lint_witness *witness) {
    if (witness == NULL)
        return;
    tool_text_string(page, "<details class=why><summary>a certificate that shows it</summary><ul>");
    for (size_t i = 0; i < witness->value_count && i < VALUES; i++)
        add_value(page, &witness->values[i]);
    if (witness->value_count > VALUES)
        tool_text_format(page, "<li>and %zu more values</li>", witness->value_count - VALUES);
    tool_text_format(page, "<li>Answer: %s ", certmap_decision_name(witness->decision));
    if (witness->decision == CERTMAP_ALLOW)
        tool_html_text(page, witness->account, TOOL_HTML_SHORT);
    tool_text_string(page, ", by ");
    tool_report_add_mapping(page, report->analysis.rules.rules, witness->mapping, "no mapping");
    tool_text_string(page, "</li></ul></details>");
}

/* ---- The section ---- */

static void add_finding(struct tool_text *page, const struct tool_report *report, const struct tool_finding *finding) {
    const struct tool_found *found = &finding->report;
    tool_text_string(page, "<li>");
    if (found->mapping != SIZE_MAX) {
        tool_text_string(page, "<strong>");
        tool_report_add_mapping(page, report->analysis.rules.rules, found->mapping, "");
        tool_text_string(page, "</strong>: ");
    }
    tool_html_text(page, tool_view(found->diagnostic.text), 2 * TOOL_HTML_LONG);
    tool_text_string(page, "<small>");
    if (found->diagnostic.line > 0)
        tool_text_format(page, "line %zu. ", found->diagnostic.line);
    if (found->help != NULL)
        tool_html_text(page, tool_view(found->help), 2 * TOOL_HTML_LONG);
    tool_text_string(page, "</small>");
    add_witness(page, report, found->witness);
    tool_text_string(page, "</li>\n");
}

static void add_kind_findings(struct tool_text *page, const struct kinds *kinds, const struct kind *kind) {
    const char *state = kind->severity == CERTMAP_SEVERITY_ERROR     ? "tag bad"
                        : kind->severity == CERTMAP_SEVERITY_WARNING ? "tag warn"
                                                                     : "tag";
    const struct tool_rank_cut cut = tool_rank_cut(kind->count, SHOWN, FOLDED);
    tool_text_format(page, "<h3 class=code><span class=\"%s\">%s</span> %s <span class=sub>", state,
                     certmap_severity_name(kind->severity), certmap_code_name(kind->code));
    tool_html_count(page, kind->count, "finding");
    tool_text_string(page, "</span></h3><ul class=find-list>\n");
    for (size_t i = 0; i < cut.shown; i++)
        add_finding(page, kinds->report, kinds->findings[kind->from + i]);
    tool_text_string(page, "</ul>");
    if (cut.folded == cut.shown)
        return;
    tool_report_fold(page, cut.folded - cut.shown, "more finding", "");
    tool_text_string(page, "<ul class=find-list>\n");
    for (size_t i = cut.shown; i < cut.folded; i++)
        add_finding(page, kinds->report, kinds->findings[kind->from + i]);
    tool_text_string(page, "</ul></details>\n");
    if (cut.others > 0)
        tool_text_format(page,
                         "<p class=note>%zu others are not listed: <code>certmap lint --only %s</code> has each.</p>\n",
                         cut.others, certmap_code_name(kind->code));
}

void tool_report_write_findings(struct tool_text *page, const struct tool_report *report) {
    struct kinds kinds = {.report = report};
    find_kinds(&kinds);
    tool_report_begin(page, "findings", "Weak spots of the rules");
    tool_text_string(page, "<p class=note>");
    tool_html_count(page, kinds.finding_count, "finding");
    tool_text_string(page, " of <code>certmap lint</code>. <code>certmap explain CODE</code> has more about each.");
    if (report->analysis.summary.undecided > 0) {
        tool_text_string(page, " ");
        tool_html_count(page, report->analysis.summary.undecided, "question");
        tool_text_string(page, " stayed undecided.");
    }
    tool_text_string(page, "</p>");
    for (size_t i = 0; i < kinds.count; i++)
        add_kind_findings(page, &kinds, &kinds.items[kinds.ranks[i].index]);
    free(kinds.ranks);
    free(kinds.findings);
    free(kinds.items);
    tool_report_end(page);
}
