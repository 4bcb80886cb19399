/* SPDX-License-Identifier: MIT */
/* Who issued the certificates, and what became of them. */
#include "report_parts.h"
#include <stdlib.h>

#define SHOWN 12
#define FOLDED 200

struct rank {
    uint64_t count;
    size_t index;
};

static int compare_ranks(const void *left, const void *right) {
    const struct rank *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static void add_row(struct tool_text *page, const struct tool_report *report, const struct rank *rank, uint64_t most) {
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

static void add_table(struct tool_text *page, const struct tool_report *report, const struct rank *ranks, size_t count,
                      uint64_t most) {
    tool_text_string(page,
                     "<table class=r><caption class=skip>Issuers</caption><thead><tr><th scope=col>issuer<th scope=col "
                     "class=w><span class=skip>bar</span><th scope=col class=\"n c\">certificates<th scope=col "
                     "class=\"n s\">with an account</thead><tbody>\n");
    for (size_t i = 0; i < count; i++)
        add_row(page, report, &ranks[i], most);
    tool_text_string(page, "</tbody></table>\n");
}

static struct rank *find_ranks(const struct tool_report *report, size_t count) {
    struct rank *ranks = tool_alloc(count * sizeof *ranks);
    for (size_t i = 0; i < count; i++) {
        ranks[i] = (struct rank){0, i};
        for (size_t k = 0; k < TOOL_REPORT_ANSWERS; k++)
            ranks[i].count += report->facts.issuers[i].answers[k];
    }
    if (count > 1)
        qsort(ranks, count, sizeof *ranks, compare_ranks);
    return ranks;
}

void tool_report_write_issuers(struct tool_text *page, const struct tool_report *report) {
    const size_t count = report->facts.issuer_keys.count, shown = count < SHOWN ? count : SHOWN;
    const size_t folded = count < FOLDED ? count : FOLDED;
    struct rank *ranks = find_ranks(report, count);
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
        add_table(page, report, ranks, shown, ranks[0].count);
    if (folded > shown) {
        tool_report_fold(page, folded - shown, "more issuer", "");
        add_table(page, report, ranks + shown, folded - shown, ranks[0].count);
        tool_text_string(page, "</details>");
    }
    free(ranks);
    tool_report_end(page);
}
