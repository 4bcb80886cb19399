/* SPDX-License-Identifier: MIT */
/* When the certificates expire. */
#include "report_parts.h"

static const char *const answer_names[] = {"allow", "deny", "none", "error"}; /* enum tool_report_answer */

static uint64_t sum_of(const uint64_t *answers) {
    uint64_t sum = 0;
    for (size_t i = 0; i < TOOL_REPORT_ANSWERS; i++)
        sum = tool_rank_sum(sum, answers[i]);
    return sum;
}

static void name_month(char text[16], size_t month, bool with_year) {
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (with_year)
        (void)snprintf(text, 16, "%s %zu", months[month % 12], month / 12 % 100000);
    else
        (void)snprintf(text, 16, "%s", months[month % 12]);
}

static void add_drawing(struct tool_text *page, const struct tool_report *report) {
    struct tool_svg_column columns[TOOL_REPORT_MONTHS];
    char labels[TOOL_REPORT_MONTHS][16];
    char day[TOOL_MOMENT_SIZE];
    for (size_t i = 0; i < TOOL_REPORT_MONTHS; i++) {
        const size_t month = report->first_month + i;
        columns[i] = (struct tool_svg_column){{0}, month % 3 == 0 ? labels[i] : NULL, i < TOOL_REPORT_PAST};
        name_month(labels[i], month, month % 12 == 0 || i < 3);
        for (size_t k = 0; k < TOOL_REPORT_ANSWERS; k++)
            columns[i].parts[k] = report->facts.months[i][k];
    }
    tool_moment_format(day, report->now);
    const struct tool_svg_columns drawing = {
        "Certificates by the month in which they expire; the table after it has the numbers",
        answer_names,
        columns,
        TOOL_REPORT_MONTHS,
        TOOL_REPORT_PAST,
        (unsigned)(10 * (day[8] - '0') + (day[9] - '0') - 1) * 100 / 31};
    tool_text_string(page, "<figure>");
    tool_svg_columns(page, &drawing);
    tool_text_string(page, "<figcaption>");
    for (size_t i = 0; i < 3; i++)
        tool_text_format(
            page, "<span><svg class=dot aria-hidden=true><rect class=%s width=12 height=12 rx=3 /></svg>%s</span>",
            answer_names[i],
            i == 0   ? "with an account"
            : i == 1 ? "refused"
                     : "without an account");
    tool_text_string(page, "<span>paler: the past</span></figcaption></figure>\n");
}

static void add_cell(struct tool_text *page, uint64_t count) {
    tool_text_string(page, "<td class=n>");
    tool_html_number(page, count);
    tool_text_string(page, "</td>");
}

static void add_month_row(struct tool_text *page, const char *name, const uint64_t *answers) {
    tool_text_format(page, "<tr><th scope=row>%s</th>", name);
    for (size_t i = 0; i < 3; i++)
        add_cell(page, answers[i]);
    tool_text_string(page, "</tr>\n");
}

static void add_months_table(struct tool_text *page, const struct tool_report *report) {
    char name[16];
    tool_text_string(page,
                     "<details><summary>the numbers, month by month</summary><table><caption class=skip>Certificates "
                     "by month of expiry</caption><thead><tr><th scope=col>month<th scope=col class=n>with an account"
                     "<th scope=col class=n>refused<th scope=col class=n>without an account</thead><tbody>\n");
    add_month_row(page, "earlier", report->facts.before);
    for (size_t i = 0; i < TOOL_REPORT_MONTHS; i++) {
        name_month(name, report->first_month + i, true);
        add_month_row(page, name, report->facts.months[i]);
    }
    add_month_row(page, "later", report->facts.after);
    tool_text_string(page, "</tbody></table></details>\n");
}

static void add_days(struct tool_text *page, const struct tool_report *report) {
    uint64_t most = 0;
    for (size_t i = 0; i < TOOL_REPORT_DAYS; i++)
        most = report->facts.days[i] > most ? report->facts.days[i] : most;
    if (most == 0)
        return;
    tool_text_string(page,
                     "<div><h3>The next two weeks</h3><table><caption class=skip>Certificates with an account that "
                     "expire, by day (UTC)</caption><thead><tr><th scope=col>day (UTC)<th scope=col class=w><span "
                     "class=skip>bar</span><th scope=col class=\"n c\">certificates</thead><tbody>\n");
    for (size_t i = 0; i < TOOL_REPORT_DAYS; i++) {
        tool_text_string(page, "<tr><th scope=row>");
        tool_report_add_date(page, report->now + (int64_t)i * 86400);
        tool_text_string(page, "</th><td class=w>");
        tool_svg_bar(page, "none", report->facts.days[i], most);
        tool_text_string(page, "</td>");
        add_cell(page, report->facts.days[i]);
        tool_text_string(page, "</tr>\n");
    }
    tool_text_string(page, "</tbody></table></div>\n");
}

/* Those in full view. */
#define NEXT 6

static void fold_next(struct tool_text *page, size_t count) {
    tool_text_string(page, "</ul>");
    tool_report_fold(page, count, "more certificate", "");
    tool_text_string(page, "<ul class=find-list>");
}

static void add_next(struct tool_text *page, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    if (facts->next_count == 0)
        return;
    tool_text_string(page, "<div><h3>The next to expire</h3><ul class=find-list>\n");
    for (size_t i = 0; i < facts->next_count && i < TOOL_REPORT_SOON; i++) {
        const struct tool_report_expiry *next = &facts->next[i];
        if (i == NEXT)
            fold_next(page, facts->next_count - NEXT);
        tool_text_string(page, "<li>");
        tool_report_add_date(page, next->after);
        tool_text_string(page, ": ");
        tool_html_text(page, tool_view(next->account), TOOL_HTML_SHORT);
        if (next->count > 1) {
            tool_text_string(page, " \xC3\x97\xC2\xA0");
            tool_html_number(page, next->count);
        }
        tool_text_string(page, "<small>");
        tool_html_text(page, tool_view(next->subject), TOOL_HTML_LONG);
        tool_text_string(page, ", by ");
        tool_report_add_mapping(page, report->analysis.rules.rules, next->mapping, "");
        tool_text_string(page, "</small></li>\n");
    }
    tool_text_string(page, facts->next_count > NEXT ? "</ul></details></div>\n" : "</ul></div>\n");
}

void tool_report_write_expiry(struct tool_text *page, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    tool_report_begin(page, "expiry", "When they expire");
    tool_text_string(page,
                     "<p class=note>By month, with what the rules say today. From then on the TLS library refuses "
                     "them. ");
    tool_html_count(page, facts->soon, "certificate");
    tool_text_string(page, " with an account expire within 30 days; ");
    tool_html_count(page, facts->expired, "expired one");
    tool_text_string(page, " would still get one, unless a mapping says <code>valid at now</code>. ");
    tool_html_number(page, sum_of(facts->before));
    tool_text_string(page, " earlier and ");
    tool_html_number(page, sum_of(facts->after));
    tool_text_string(page, " later are not drawn.");
    if (facts->undated > 0) {
        tool_text_string(page, " Of ");
        tool_html_number(page, facts->undated);
        tool_text_string(page, " the dates cannot be read.");
    }
    tool_text_string(page, "</p>");
    add_drawing(page, report);
    add_months_table(page, report);
    tool_text_string(page, "<div class=two>");
    add_days(page, report);
    add_next(page, report);
    tool_text_string(page, "</div>");
    tool_report_end(page);
}
