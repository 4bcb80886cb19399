/* SPDX-License-Identifier: MIT */
/* Who issued the certificates, and what became of them. */
#include "report_parts.h"
#include <stdlib.h>

#define SHOWN 12
#define FOLDED 200

static void add_row(struct tool_text *page, const struct tool_report *report, const struct tool_rank *rank,
                    uint64_t most) {
    const uint64_t *answers = report->facts.issuers[rank->index].answers;
    const struct tool_svg_part parts[] = {{"allow", answers[TOOL_REPORT_ALLOW]},
                                          {"deny", answers[TOOL_REPORT_DENY]},
                                          {"none", answers[TOOL_REPORT_NONE]}};
    tool_text_string(page, "<tr><th scope=row>");
    tool_html_text(page, tool_table_key_at(&report->facts.issuer_keys, rank->index), TOOL_HTML_LONG);
    tool_text_string(page, "</th><td class=w>");
    tool_svg_stack(page, parts, 3, rank->count, most);
    tool_text_string(page, "</td><td class=\"n unit\">");
    tool_html_number(page, rank->count);
    tool_text_string(page, "</td><td class=n>");
    tool_html_share(page, answers[TOOL_REPORT_ALLOW], rank->count);
    tool_text_string(page, "<span class=skip> with an account</span></td></tr>\n");
}

static void add_table(struct tool_text *page, const struct tool_report *report, const struct tool_rank *ranks,
                      size_t count, uint64_t most) {
    tool_text_string(page,
                     "<table class=r><caption class=skip>Issuers</caption><thead><tr><th scope=col>issuer<th scope=col "
                     "class=w><span class=skip>bar</span><th scope=col class=\"n c\">certificates<th scope=col "
                     "class=\"n s\">with an account</thead><tbody>\n");
    for (size_t i = 0; i < count; i++)
        add_row(page, report, &ranks[i], most);
    tool_text_string(page, "</tbody></table>\n");
}

static struct tool_rank *find_ranks(const struct tool_report *report, size_t count) {
    struct tool_rank *ranks = tool_alloc(count * sizeof *ranks);
    for (size_t i = 0; i < count; i++) {
        ranks[i] = (struct tool_rank){0, 0, i};
        for (size_t k = 0; k < TOOL_REPORT_ANSWERS; k++)
            ranks[i].count = tool_rank_sum(ranks[i].count, report->facts.issuers[i].answers[k]);
    }
    tool_rank_sort(ranks, count);
    return ranks;
}

void tool_report_write_issuers(struct tool_text *page, const struct tool_report *report) {
    const size_t count = report->facts.issuer_keys.count;
    const struct tool_rank_cut cut = tool_rank_cut(count, SHOWN, FOLDED);
    struct tool_rank *ranks = find_ranks(report, count);
    tool_report_begin(page, "issuers", "Who issued them");
    tool_text_string(page, "<p class=note>");
    tool_html_count(page, count, "issuer");
    tool_text_string(page, ". One that you do not know, or that gets no account, is worth a look.");
    if (report->facts.issuers_over > 0) {
        tool_text_string(page, " Those of ");
        tool_html_number(page, report->facts.issuers_over);
        tool_text_string(page, " more certificates are not listed.");
    }
    tool_text_string(page, "</p>");
    if (count > 0)
        add_table(page, report, ranks, cut.shown, ranks[0].count);
    if (cut.folded > cut.shown) {
        tool_report_fold(page, cut.folded - cut.shown, "more issuer", "");
        add_table(page, report, ranks + cut.shown, cut.folded - cut.shown, ranks[0].count);
        tool_text_string(page, "</details>");
    }
    tool_report_add_others(page, cut.others, "issuer", tool_rank_sum_of_others(ranks, count, &cut));
    free(ranks);
    tool_report_end(page);
}
