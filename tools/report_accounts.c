/* SPDX-License-Identifier: MIT */
/* Who gets which account, and by which mapping. */
#include "report_parts.h"
#include <stdlib.h>
#include <string.h>

/* Accounts in full view, and folded. */
#define LEAST 5
#define SHOWN 12
#define FOLDED 200
/* Mappings that are named of an account, and of a privileged one. */
#define GIVERS 3
#define PRIVILEGED_GIVERS 100

/* ---- Whoever gives it ---- */

/* What is shown of a key begins after the mapping: report_facts.c. */
static struct certmap_view text_at(const struct tool_report_facts *facts, size_t index) {
    const struct certmap_view key = tool_table_key_at(&facts->account_keys, index);
    return (struct certmap_view){key.data + sizeof(uint64_t), key.len - sizeof(uint64_t)};
}

struct sorted {
    struct certmap_view text;
    size_t index, rank; /* rank: among all, the most first */
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
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* By text, and among those of one text the mapping that gives it to most comes first. */
static struct sorted *sort_accounts(const struct tool_report_facts *facts, size_t count) {
    struct sorted *sorted = tool_alloc(count * sizeof *sorted);
    struct tool_rank *ranks = tool_alloc(count * sizeof *ranks);
    for (size_t i = 0; i < count; i++)
        ranks[i] = (struct tool_rank){0, facts->accounts[i].count, i};
    tool_rank_sort(ranks, count);
    for (size_t i = 0; i < count; i++) {
        const size_t index = ranks[i].index;
        sorted[i] = (struct sorted){text_at(facts, index), index, i, facts->accounts[index].group};
    }
    if (count > 1)
        qsort(sorted, count, sizeof *sorted, compare_sorted);
    free(ranks);
    return sorted;
}

/* Those of one text are beside each other now. */
static size_t merge(struct tool_report_holder *items, size_t *order, const struct tool_report_facts *facts,
                    const struct sorted *sorted) {
    size_t count = 0;
    for (size_t i = 0; i < facts->account_keys.count; i++) {
        const struct tool_report_account *account = &facts->accounts[sorted[i].index];
        const bool same =
            i > 0 && compare_text(sorted[i].text, sorted[i - 1].text) == 0 && sorted[i].group == sorted[i - 1].group;
        order[i] = sorted[i].index;
        if (!same)
            items[count++] =
                (struct tool_report_holder){sorted[i].text, sorted[i].group, account->power, 0, account, i, 0};
        items[count - 1].count = tool_rank_sum(items[count - 1].count, account->count);
        items[count - 1].givers++;
    }
    return count;
}

void tool_report_find_holders(struct tool_report_holders *holders, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    const size_t count = facts->account_keys.count;
    struct sorted *sorted = sort_accounts(facts, count);
    struct tool_report_holder *merged = tool_alloc(count * sizeof *merged);
    struct tool_rank *ranks = tool_alloc(count * sizeof *ranks);
    *holders = (struct tool_report_holders){.items = tool_alloc(count * sizeof *holders->items),
                                            .order = tool_alloc(count * sizeof *holders->order)};
    holders->count = merge(merged, holders->order, facts, sorted);
    for (size_t i = 0; i < holders->count; i++)
        ranks[i] = (struct tool_rank){(unsigned)merged[i].power, merged[i].count, i};
    tool_rank_sort(ranks, holders->count);
    for (size_t i = 0; i < holders->count; i++) {
        holders->items[i] = merged[ranks[i].index];
        holders->privileged += holders->items[i].power != TOOL_REPORT_ORDINARY;
        holders->administrators += holders->items[i].power == TOOL_REPORT_ADMINISTRATOR;
    }
    free(ranks);
    free(merged);
    free(sorted);
}

void tool_report_free_holders(struct tool_report_holders *holders) {
    free(holders->items);
    free(holders->order);
}

/* ---- The section ---- */

static void add_givers(struct tool_text *page, const struct tool_report *report,
                       const struct tool_report_holders *holders, const struct tool_report_holder *holder) {
    const size_t most = holder->power == TOOL_REPORT_ORDINARY ? GIVERS : PRIVILEGED_GIVERS;
    for (size_t i = 0; i < holder->givers && i < most; i++) {
        const struct tool_report_account *account = &report->facts.accounts[holders->order[holder->from + i]];
        tool_text_string(page, i > 0 ? ", " : "");
        tool_report_add_mapping(page, report->analysis.rules.rules, account->mapping, "");
    }
    if (holder->givers > most) {
        tool_text_string(page, " and ");
        tool_html_number(page, holder->givers - most);
        tool_text_string(page, " more");
    }
}

static void add_row(struct tool_text *page, const struct tool_report *report, const struct tool_report_holders *holders,
                    const struct tool_report_holder *holder, uint64_t most) {
    const bool privileged = holder->power != TOOL_REPORT_ORDINARY;
    tool_text_string(page, "<tr><th scope=row>");
    tool_html_text(page, holder->text, TOOL_HTML_SHORT);
    tool_text_string(page, privileged ? " <span class=\"tag bad\">privileged</span>" : "");
    tool_text_string(page, holder->group ? " <span class=tag>group</span>" : "");
    tool_text_string(page, "</th><td>");
    add_givers(page, report, holders, holder);
    tool_text_string(page, "<small>");
    tool_text_string(page, holder->count > 1 ? "for example " : "");
    tool_html_text(page, tool_view(holder->first->subject), TOOL_HTML_LONG);
    tool_text_string(page, "</small></td><td class=w>");
    tool_svg_bar(page, privileged ? "deny" : "allow", holder->count, most);
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

static uint64_t count_from(const struct tool_report_holders *holders, size_t from, size_t to) {
    uint64_t count = 0;
    for (size_t i = from; i < to; i++)
        count = tool_rank_sum(count, holders->items[i].count);
    return count;
}

/* Accounts of one kind, which are beside each other. */
struct range {
    size_t from, to;
    struct tool_rank_cut cut;
    const char *noun;
};

/* What is folded of a range, and what is not listed. */
static void add_rest(struct tool_text *page, const struct tool_report *report,
                     const struct tool_report_holders *holders, const struct range *range, uint64_t most) {
    const struct tool_rank_cut *cut = &range->cut;
    char more[32];
    (void)snprintf(more, sizeof more, "more %s", range->noun);
    if (cut->folded > cut->shown) {
        tool_report_fold(page, cut->folded - cut->shown, more, "");
        add_table(page, report, holders, range->from + cut->shown, range->from + cut->folded, most);
        tool_text_string(page, "</details>");
    }
    tool_report_add_others(page, cut->others, range->noun, count_from(holders, range->from + cut->folded, range->to));
}

/* Administrators are in full view, all of them that have room. Of computers, which are privileged, too, some are. */
static struct range range_of(const struct tool_report_holders *holders, enum tool_report_power power) {
    struct range range = {0, holders->administrators, {0, 0, 0}, "administrator"};
    if (power == TOOL_REPORT_COMPUTER)
        range = (struct range){holders->administrators, holders->privileged, {0, 0, 0}, "computer"};
    else if (power == TOOL_REPORT_ORDINARY)
        range = (struct range){holders->privileged, holders->count, {0, 0, 0}, "account"};
    size_t shown = power == TOOL_REPORT_ADMINISTRATOR ? TOOL_REPORT_PRIVILEGED
                   : power == TOOL_REPORT_COMPUTER    ? LEAST
                                                      : 0;
    /* Those of one certificate are for who looks for them, but some are shown where there are no others. */
    for (size_t i = range.from; power == TOOL_REPORT_ORDINARY && i < range.to && shown < SHOWN; i++, shown++)
        if (holders->items[i].count == 1 && i >= LEAST)
            break;
    range.cut =
        tool_rank_cut(range.to - range.from, shown, power == TOOL_REPORT_ORDINARY ? FOLDED : TOOL_REPORT_PRIVILEGED);
    return range;
}

/* Those in full view are one table where nothing is between them. */
static void add_accounts(struct tool_text *page, const struct tool_report *report,
                         const struct tool_report_holders *holders) {
    uint64_t most = 0;
    size_t from = 0;
    for (size_t i = 0; i < holders->count; i++)
        most = holders->items[i].count > most ? holders->items[i].count : most;
    for (int power = TOOL_REPORT_ADMINISTRATOR; power <= TOOL_REPORT_ORDINARY; power++) {
        const struct range range = range_of(holders, (enum tool_report_power)power);
        const size_t to = range.from + range.cut.shown;
        if (to == range.to && power != TOOL_REPORT_ORDINARY)
            continue;
        if (to > from)
            add_table(page, report, holders, from, to, most);
        add_rest(page, report, holders, &range, most);
        from = range.to;
    }
}

void tool_report_write_accounts(struct tool_text *page, const struct tool_report *report,
                                const struct tool_report_holders *holders) {
    const struct tool_report_facts *facts = &report->facts;
    tool_report_begin(page, "accounts", "Who gets which account");
    tool_text_string(page, "<p class=note>");
    tool_html_number(page, holders->count);
    tool_text_string(page, holders->count == 1 ? " account or group." : " accounts and groups.");
    tool_text_string(
        page, " Privileged ones come first: Administrator, root, Domain Admins and their like, then "
              "computers, whose names end with $. Many certificates with one account cannot be told apart in the "
              "logs behind it.");
    if (facts->accounts_over > 0) {
        tool_text_string(page, " Of ");
        tool_html_number(page, facts->accounts_over);
        tool_text_string(page, " more certificates the account is not listed.");
    }
    if (facts->privileged_over > 0) {
        tool_text_string(page, " <strong>Of ");
        tool_html_count(page, facts->privileged_over, "certificate");
        tool_text_string(page, " it is a privileged one.</strong>");
    }
    tool_text_string(page, "</p>");
    add_accounts(page, report, holders);
    tool_report_end(page);
}
