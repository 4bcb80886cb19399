/* SPDX-License-Identifier: MIT */
/* Who gets which account, and by which mapping. */
#include "report_parts.h"
#include <stdlib.h>
#include <string.h>

/* Accounts in full view, and folded. */
#define LEAST 5
#define SHOWN 12
#define FOLDED 200
/* Mappings that are named of an account. */
#define GIVERS 3

/* ---- Whoever gives it ---- */

/* What is shown of a key begins after the mapping: report_facts.c. */
static struct certmap_view text_at(const struct tool_report_facts *facts, size_t index) {
    const struct certmap_view key = tool_table_key_at(&facts->account_keys, index);
    return (struct certmap_view){key.data + sizeof(uint64_t), key.len - sizeof(uint64_t)};
}

struct sorted {
    struct certmap_view text;
    size_t index;
    uint64_t count;
    bool group;
};

static int compare_text(struct certmap_view a, struct certmap_view b) {
    const size_t least = a.len < b.len ? a.len : b.len;
    const int order = least == 0 ? 0 : memcmp(a.data, b.data, least);
    return order != 0 ? order : a.len < b.len ? -1 : a.len > b.len;
}

static int compare_sorted(const void *left, const void *right) {
    const struct sorted *a = left, *b = right;
    const int order = compare_text(a->text, b->text);
    if (order != 0 || a->group != b->group)
        return order != 0 ? order : a->group ? 1 : -1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static int compare_holders(const void *left, const void *right) {
    const struct tool_report_holder *a = left, *b = right;
    if (a->privileged != b->privileged)
        return a->privileged ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    const int order = compare_text(a->text, b->text);
    return order != 0 ? order : (int)a->group - (int)b->group;
}

/* Those of one text are beside each other now. */
static void merge(struct tool_report_holders *holders, const struct tool_report_facts *facts,
                  const struct sorted *sorted, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const bool same =
            i > 0 && compare_text(sorted[i].text, sorted[i - 1].text) == 0 && sorted[i].group == sorted[i - 1].group;
        holders->order[i] = sorted[i].index;
        if (!same) {
            const bool privileged = certmap_lint_is_privileged(sorted[i].text);
            holders->privileged += privileged;
            holders->items[holders->count++] = (struct tool_report_holder){
                sorted[i].text, sorted[i].group, privileged, 0, &facts->accounts[sorted[i].index], i, 0};
        }
        holders->items[holders->count - 1].count += sorted[i].count;
        holders->items[holders->count - 1].givers++;
    }
}

void tool_report_find_holders(struct tool_report_holders *holders, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    const size_t count = facts->account_keys.count;
    struct sorted *sorted = tool_alloc(count * sizeof *sorted);
    *holders = (struct tool_report_holders){tool_alloc(count * sizeof *holders->items), 0, 0,
                                            tool_alloc(count * sizeof *holders->order)};
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct sorted){text_at(facts, i), i, facts->accounts[i].count, facts->accounts[i].group};
    if (count > 1)
        qsort(sorted, count, sizeof *sorted, compare_sorted);
    merge(holders, facts, sorted, count);
    if (holders->count > 1)
        qsort(holders->items, holders->count, sizeof *holders->items, compare_holders);
    free(sorted);
}

void tool_report_free_holders(struct tool_report_holders *holders) {
    free(holders->items);
    free(holders->order);
}

/* ---- The section ---- */

static void add_givers(struct tool_text *page, const struct tool_report *report,
                       const struct tool_report_holders *holders, const struct tool_report_holder *holder) {
    for (size_t i = 0; i < holder->givers && i < GIVERS; i++) {
        const struct tool_report_account *account = &report->facts.accounts[holders->order[holder->from + i]];
        tool_text_string(page, i > 0 ? ", " : "");
        tool_report_add_mapping(page, report->analysis.rules.rules, account->mapping, "");
    }
    if (holder->givers > GIVERS) {
        tool_text_string(page, " and ");
        tool_html_number(page, holder->givers - GIVERS);
        tool_text_string(page, " more");
    }
}

static void add_row(struct tool_text *page, const struct tool_report *report, const struct tool_report_holders *holders,
                    const struct tool_report_holder *holder, uint64_t most) {
    tool_text_string(page, "<tr><th scope=row>");
    tool_html_text(page, holder->text, TOOL_HTML_SHORT);
    tool_text_string(page, holder->privileged ? " <span class=\"tag bad\">privileged</span>" : "");
    tool_text_string(page, holder->group ? " <span class=tag>group</span>" : "");
    tool_text_string(page, "</th><td>");
    add_givers(page, report, holders, holder);
    tool_text_string(page, "<small>");
    tool_text_string(page, holder->count > 1 ? "for example " : "");
    tool_html_text(page, tool_view(holder->first->subject), TOOL_HTML_LONG);
    tool_text_string(page, "</small></td><td class=w>");
    tool_svg_bar(page, holder->privileged ? "deny" : "allow", holder->count, most);
    tool_text_string(page, "</td><td class=\"n unit\">");
    tool_html_number(page, holder->count);
    tool_text_string(page, "</td></tr>\n");
}

static void add_table(struct tool_text *page, const struct tool_report *report,
                      const struct tool_report_holders *holders, size_t from, size_t to, uint64_t most) {
    tool_text_string(page,
                     "<table class=r><caption class=skip>Accounts, the privileged first, then by certificates"
                     "</caption><thead><tr><th scope=col class=g>account<th scope=col>by mapping, to whom<th scope=col "
                     "class=w><span class=skip>bar</span><th scope=col class=\"n c\">certificates</thead><tbody>\n");
    for (size_t i = from; i < to; i++)
        add_row(page, report, holders, &holders->items[i], most);
    tool_text_string(page, "</tbody></table>\n");
}

static uint64_t count_rest(const struct tool_report_holders *holders, size_t from) {
    uint64_t count = 0;
    for (size_t i = from; i < holders->count; i++)
        count += holders->items[i].count;
    return count;
}

static void add_rest(struct tool_text *page, const struct tool_report *report,
                     const struct tool_report_holders *holders, size_t from, uint64_t most) {
    const size_t to = holders->count < FOLDED ? holders->count : FOLDED;
    if (from == holders->count)
        return;
    tool_report_fold(page, to - from, "more account", "");
    add_table(page, report, holders, from, to, most);
    tool_text_string(page, "</details>");
    if (to == holders->count)
        return;
    tool_text_string(page, "<p class=note>");
    tool_html_number(page, holders->count - to);
    tool_text_string(page, " others, of ");
    tool_html_count(page, count_rest(holders, to), "certificate");
    tool_text_string(page, ", are not listed: <code>certmap match --json</code> has each.</p>");
}

/* Those of one certificate are for who looks for them, but some are shown where there are no others. */
static size_t count_shown(const struct tool_report_holders *holders) {
    size_t shown = holders->privileged;
    while (shown < holders->count && shown < SHOWN && (holders->items[shown].count > 1 || shown < LEAST))
        shown++;
    return shown < FOLDED ? shown : FOLDED;
}

void tool_report_write_accounts(struct tool_text *page, const struct tool_report *report,
                                const struct tool_report_holders *holders) {
    const size_t shown = count_shown(holders);
    uint64_t most = 0;
    for (size_t i = 0; i < holders->count; i++)
        most = holders->items[i].count > most ? holders->items[i].count : most;
    tool_report_begin(page, "accounts", "Who gets which account");
    tool_text_string(page, "<p class=note>");
    tool_html_count(page, holders->count, "account");
    tool_text_string(page,
                     " and groups. Privileged ones come first: Administrator, root, Domain Admins and their like. "
                     "Many certificates with one account cannot be told apart in the logs behind it.");
    if (report->facts.accounts_over > 0) {
        tool_text_string(page, " Of ");
        tool_html_number(page, report->facts.accounts_over);
        tool_text_string(page, " more certificates the account is not listed.");
    }
    tool_text_string(page, "</p>");
    if (shown > 0)
        add_table(page, report, holders, 0, shown, most);
    add_rest(page, report, holders, shown, most);
    tool_report_end(page);
}
