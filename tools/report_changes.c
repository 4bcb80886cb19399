/* SPDX-License-Identifier: MIT */
/* What the rules of --new change, the worst first. */
#include "report_parts.h"
#include <stdlib.h>

#define SHOWN 20
#define FOLDED 200

static const char *const kind_texts[] = {
    [CERTMAP_DIFF_GAIN] = "gain an account",
    [CERTMAP_DIFF_LOSE] = "lose their account",
    [CERTMAP_DIFF_OTHER] = "get another account",
    [CERTMAP_DIFF_REFUSED] = "are refused, and had no answer",
    [CERTMAP_DIFF_LEFT] = "have no answer, and were refused",
};

static const char *const kind_classes[] = {
    [CERTMAP_DIFF_GAIN] = "allow",    [CERTMAP_DIFF_LOSE] = "deny",  [CERTMAP_DIFF_OTHER] = "none",
    [CERTMAP_DIFF_REFUSED] = "error", [CERTMAP_DIFF_LEFT] = "error",
};

static void add_account(struct tool_text *page, const char *account) {
    if (account != NULL)
        tool_html_text(page, tool_view(account), TOOL_HTML_SHORT);
    else
        tool_text_string(page, "no account");
}

static void add_row(struct tool_text *page, const struct tool_report *report, const struct tool_report_change *change,
                    uint64_t most) {
    tool_text_format(page, "<tr><td>%s%s</td><th scope=row>", kind_texts[change->kind],
                     change->power != TOOL_REPORT_ORDINARY ? " <span class=\"tag bad\">privileged</span>" : "");
    tool_report_add_mapping(page, report->analysis.rules.rules, change->before, "<em>no mapping</em>");
    tool_text_string(page, " \xE2\x86\x92 ");
    tool_report_add_mapping(page, report->after.rules, change->after, "<em>no mapping</em>");
    tool_text_string(page, "<small>");
    add_account(page, change->account_before);
    tool_text_string(page, " \xE2\x86\x92 ");
    add_account(page, change->account_after);
    tool_text_string(page, change->count > 1 ? ", for example" : "");
    tool_text_string(page, "</small><details class=why><summary>example</summary><ul><li>");
    tool_html_text(page, tool_view(change->example.subject), TOOL_HTML_LONG);
    tool_text_string(page, "</li><li>");
    tool_html_text(page, tool_view(change->example.label), TOOL_HTML_LONG);
    tool_text_string(page, "</li></ul></details></th><td class=w>");
    tool_svg_bar(page, kind_classes[change->kind], change->count, most);
    tool_text_string(page, "</td><td class=\"n unit\">");
    tool_html_number(page, change->count);
    tool_text_string(page, "</td></tr>\n");
}

static void add_table(struct tool_text *page, const struct tool_report *report, const struct tool_rank *ranks,
                      size_t count, uint64_t most) {
    tool_text_string(page,
                     "<table class=r><caption class=skip>What changes, the worst first</caption><thead><tr><th "
                     "scope=col>certificates that<th scope=col>was answered by \xE2\x86\x92 will be<th scope=col "
                     "class=w><span class=skip>bar</span><th scope=col class=\"n c\">certificates</thead><tbody>\n");
    for (size_t i = 0; i < count; i++)
        add_row(page, report, &report->facts.changes[ranks[i].index], most);
    tool_text_string(page, "</tbody></table>\n");
}

/* Where a privileged account is gained or lost, it is on top, whatever the number: administrators, then computers. */
static struct tool_rank *find_ranks(const struct tool_report_facts *facts, uint64_t *most, size_t *privileged) {
    const size_t count = facts->change_keys.count;
    struct tool_rank *ranks = tool_alloc(count * sizeof *ranks);
    *most = 0;
    *privileged = 0;
    for (size_t i = 0; i < count; i++) {
        const struct tool_report_change *change = &facts->changes[i];
        const unsigned level = tool_rank_of_effect(change->kind) + (CERTMAP_DIFF_LEFT + 1) * (unsigned)change->power;
        ranks[i] = (struct tool_rank){level, change->count, i};
        *most = change->count > *most ? change->count : *most;
        *privileged += change->power != TOOL_REPORT_ORDINARY;
    }
    tool_rank_sort(ranks, count);
    return ranks;
}

static void add_tables(struct tool_text *page, const struct tool_report *report) {
    const size_t count = report->facts.change_keys.count;
    uint64_t most;
    size_t privileged;
    struct tool_rank *ranks = find_ranks(&report->facts, &most, &privileged);
    if (privileged > TOOL_REPORT_PRIVILEGED)
        privileged = TOOL_REPORT_PRIVILEGED;
    const struct tool_rank_cut cut = tool_rank_cut(count, privileged > SHOWN ? privileged : SHOWN, privileged + FOLDED);
    if (count > 0)
        add_table(page, report, ranks, cut.shown, most);
    if (cut.folded > cut.shown) {
        tool_report_fold(page, cut.folded - cut.shown, "more change", "");
        add_table(page, report, ranks + cut.shown, cut.folded - cut.shown, most);
        tool_text_string(page, "</details>");
    }
    tool_report_add_others(page, cut.others, "change", tool_rank_sum_of_others(ranks, count, &cut));
    free(ranks);
}

static void add_figures(struct tool_text *page, const struct tool_report *report) {
    static const enum certmap_diff_effect_kind kinds[] = {CERTMAP_DIFF_LOSE, CERTMAP_DIFF_OTHER, CERTMAP_DIFF_GAIN,
                                                          CERTMAP_DIFF_REFUSED, CERTMAP_DIFF_LEFT};
    tool_text_string(page, "<ul class=figures>");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const uint64_t count = report->facts.effects[kinds[i]];
        if (count == 0 && i >= 3)
            continue;
        tool_text_format(page,
                         "<li><svg class=dot aria-hidden=true><rect class=%s width=12 height=12 rx=3 /></svg>"
                         "<strong>",
                         kind_classes[kinds[i]]);
        tool_html_number(page, count);
        tool_text_format(page, "</strong><span>%s</span></li>", kind_texts[kinds[i]]);
    }
    tool_text_string(page, "</ul>");
}

void tool_report_write_changes(struct tool_text *page, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    uint64_t changed = 0;
    if (!report->has_after)
        return;
    for (size_t i = 0; i <= CERTMAP_DIFF_LEFT; i++)
        changed = tool_rank_sum(changed, facts->effects[i]);
    tool_report_begin(page, "changes", "What the new rules change");
    tool_text_string(page, "<p class=note>");
    tool_html_number(page, changed);
    tool_text_string(page, " of ");
    tool_html_count(page, facts->total, "certificate");
    tool_text_string(page, changed == 1 ? " gets" : " get");
    tool_text_string(page, " another answer from ");
    tool_html_text(page, tool_view(report->after.path), TOOL_HTML_LONG);
    tool_text_string(page, ".");
    if (facts->answers[TOOL_REPORT_ERROR] > 0) {
        tool_text_string(page, " ");
        tool_html_number(page, facts->answers[TOOL_REPORT_ERROR]);
        tool_text_string(page, " more <a href=\"#about\">cannot be read</a>: what becomes of them is not known.");
    }
    tool_text_string(page, "</p>");
    add_figures(page, report);
    add_tables(page, report);
    if (facts->changes_over > 0) {
        tool_text_string(page, "<p class=note>");
        tool_html_count(page, facts->changes_over, "certificate");
        tool_text_string(page, " of more changes are not listed.</p>");
    }
    tool_report_end(page);
}
