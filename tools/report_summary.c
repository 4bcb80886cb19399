/* SPDX-License-Identifier: MIT */
/* What can be seen at one look: a bar, four numbers, and the three questions that everybody asks. */
#include "report_parts.h"

/* So many lines answer a question; the rest is in a section. More of those that get a privileged account. */
#define LINES 3
#define PRIVILEGED_LINES 12

/* ---- The bar and the numbers ---- */

static void add_figure(struct tool_text *page, const char *name, uint64_t count, uint64_t all, const char *what) {
    tool_text_format(
        page, "<li><svg class=dot aria-hidden=true><rect class=%s width=12 height=12 rx=3 /></svg><strong>", name);
    tool_html_share(page, count, all);
    tool_text_string(page, "</strong><span>");
    tool_html_count(page, count, "certificate");
    tool_text_format(page, " %s</span></li>", what);
}

static void add_bar(struct tool_text *page, const struct tool_report *report) {
    const uint64_t *answers = report->facts.answers;
    const uint64_t all = tool_report_all(report);
    const struct tool_svg_part parts[] = {{"allow", answers[TOOL_REPORT_ALLOW]},
                                          {"deny", answers[TOOL_REPORT_DENY]},
                                          {"none", answers[TOOL_REPORT_NONE]},
                                          {"error", answers[TOOL_REPORT_ERROR]}};
    tool_text_string(page, "<section class=hero aria-labelledby=h-summary><h2 id=h-summary class=skip>Summary</h2>");
    tool_svg_stack(page, parts, 4, all, all);
    tool_text_string(page, "<ul class=figures>");
    add_figure(page, "allow", answers[TOOL_REPORT_ALLOW], all, "with an account");
    add_figure(page, "deny", answers[TOOL_REPORT_DENY], all, "refused");
    add_figure(page, "none", answers[TOOL_REPORT_NONE], all, "without an account: no mapping decides");
    if (answers[TOOL_REPORT_ERROR] > 0)
        add_figure(page, "error", answers[TOOL_REPORT_ERROR], all, "that cannot be read");
    tool_text_string(page, "</ul>");
    tool_report_end(page);
}

/* ---- The questions ---- */

static void begin_question(struct tool_text *page, const char *state, const char *id, const char *question) {
    tool_text_format(page, "<section class=%s aria-labelledby=h-%s><h2 id=h-%s>%s</h2><p class=answer>", state, id, id,
                     question);
}

static void end_question(struct tool_text *page, const char *section, const char *more) {
    tool_text_format(page, "<p class=more><a href=\"#%s\">%s</a></p></section>\n", section, more);
}

static void add_line(struct tool_text *page, const char *what, uint64_t count) {
    tool_text_format(page, "<li><span>%s</span><span>", what);
    tool_html_number(page, count);
    tool_text_string(page, "</span></li>");
}

static void add_holder(struct tool_text *page, const struct tool_report *report,
                       const struct tool_report_holder *holder) {
    tool_text_string(page, "<li><span>");
    tool_html_text(page, holder->text, TOOL_HTML_SHORT);
    tool_text_string(page, holder->group ? " <span class=tag>group</span>" : "");
    tool_text_string(page, "<small>by ");
    tool_report_add_mapping(page, report->analysis.rules.rules, holder->first->mapping, "");
    tool_text_string(page, holder->givers > 1 ? " and others" : "");
    tool_text_string(page, "</small></span><span>");
    tool_html_number(page, holder->count);
    tool_text_string(page, "</span></li>");
}

static void write_privileged(struct tool_text *page, const struct tool_report *report,
                             const struct tool_report_holders *holders) {
    const uint64_t administrators = report->facts.powers[TOOL_REPORT_ADMINISTRATOR];
    const uint64_t computers = report->facts.powers[TOOL_REPORT_COMPUTER];
    begin_question(page,
                   administrators > 0 ? "bad"
                   : computers > 0    ? "warn"
                                      : "good",
                   "ask-who", "Who gets Administrator?");
    if (administrators > 0)
        tool_html_count(page, administrators, "certificate");
    else
        tool_text_string(page, "Nobody");
    tool_text_string(page, administrators > 0 ? "</p><ul>"
                                              : "</p><p class=note>No certificate gets Administrator, root or another "
                                                "account or group of that power.</p>");
    if (administrators == 0 && computers > 0)
        tool_text_string(page, "<ul>");
    const size_t count = holders->administrators;
    for (size_t i = 0; i < count && i < PRIVILEGED_LINES; i++)
        add_holder(page, report, &holders->items[i]);
    if (count > PRIVILEGED_LINES)
        add_line(page, "more accounts, which the list has", count - PRIVILEGED_LINES);
    if (computers > 0)
        add_line(page, "get the account of a computer, whose name ends with $", computers);
    tool_text_string(page, administrators > 0 || computers > 0 ? "</ul>" : "");
    end_question(page, "accounts", "All accounts");
}

/* The days from today on of which the first that something happens on are shown. */
static void add_days(struct tool_text *page, const struct tool_report *report) {
    size_t shown = 0;
    for (size_t day = 0; day < TOOL_REPORT_DAYS && shown < LINES; day++) {
        if (report->facts.days[day] == 0)
            continue;
        tool_text_string(page, "<li><span>");
        tool_report_add_date(page, report->now + (int64_t)day * 86400);
        tool_text_string(page, "</span><span>");
        tool_html_number(page, report->facts.days[day]);
        tool_text_string(page, report->facts.days[day] == 1 ? " expires</span></li>" : " expire</span></li>");
        shown++;
    }
}

static void write_breaks(struct tool_text *page, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    const uint64_t lost = tool_rank_sum(facts->effects[CERTMAP_DIFF_LOSE], facts->effects[CERTMAP_DIFF_OTHER]);
    const bool any = facts->week > 0 || lost > 0 || facts->answers[TOOL_REPORT_ERROR] > 0;
    begin_question(page, lost > 0 ? "bad" : any ? "warn" : "good", "ask-breaks", "What breaks next?");
    if (lost > 0) {
        tool_html_number(page, lost);
        tool_text_string(page, lost == 1 ? " loses or changes its account" : " lose or change their account");
    } else if (facts->week > 0) {
        tool_html_number(page, facts->week);
        tool_text_string(page, facts->week == 1 ? " expires within 7 days" : " expire within 7 days");
    } else {
        tool_text_string(page, "Nothing in the next 7 days");
    }
    tool_text_string(page, "</p><ul>");
    if (report->has_after) {
        add_line(page, "lose their account by the new rules", facts->effects[CERTMAP_DIFF_LOSE]);
        add_line(page, "get another account by them", facts->effects[CERTMAP_DIFF_OTHER]);
        add_line(page, "expire within 7 days", facts->week);
    } else {
        add_days(page, report);
    }
    if (facts->answers[TOOL_REPORT_ERROR] > 0)
        add_line(page, "cannot be read, and are not counted here", facts->answers[TOOL_REPORT_ERROR]);
    tool_text_string(page, "</ul>");
    if (report->has_after)
        end_question(page, "changes", "What the new rules change");
    else
        end_question(page, "expiry", "When they expire");
}

static void write_useless(struct tool_text *page, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    const size_t unused = tool_report_unused(report);
    size_t shown = 0;
    begin_question(page, unused > 0 ? "warn" : "good", "ask-useless", "Which rule is useless?");
    if (unused == 0)
        tool_text_string(page, "None: each answers somebody</p>");
    else {
        tool_html_number(page, unused);
        tool_text_string(page, " of ");
        tool_html_count(page, facts->mapping_count, "mapping");
        tool_text_string(page, unused == 1 ? " answers nobody</p>" : " answer nobody</p>");
    }
    tool_text_string(page, unused > 0 ? "<ul>" : "");
    for (size_t i = 0; i < facts->mapping_count && shown < LINES; i++) {
        if (facts->mappings[i].count > 0)
            continue;
        shown++;
        tool_text_string(page, "<li><span>");
        tool_report_add_mapping(page, report->analysis.rules.rules, i, "");
        tool_text_format(page, "</span><span>number %zu</span></li>", i + 1);
    }
    tool_text_string(page, unused > 0 ? "</ul>" : "");
    end_question(page, unused > 0 ? "unused" : "mappings", unused > 0 ? "All of them, and why" : "What each answers");
}

void tool_report_write_summary(struct tool_text *page, const struct tool_report *report,
                               const struct tool_report_holders *holders) {
    add_bar(page, report);
    tool_text_string(page, "<div class=asks>\n");
    write_privileged(page, report, holders);
    write_breaks(page, report);
    write_useless(page, report);
    tool_text_string(page, "</div>\n");
}
