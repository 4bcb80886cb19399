/* SPDX-License-Identifier: MIT */
/* Certificates without an account, grouped by the mapping that is nearest and the condition in the way; within, by unit and
 * issuer. */
#include "report_parts.h"
#include <stdlib.h>
#include <string.h>

/* Groups of one way, in full view; ways in full view, and folded. */
#define GROUPS 4
#define WAYS 10
#define FOLDED 200

/* Groups that miss the same mapping by the same condition. */
struct way {
    size_t from, count; /* of the sorted groups */
    uint64_t certificates;
};

struct ways {
    const struct tool_report *report;
    size_t *groups;
    struct way *items;
    struct tool_rank *ranks;
    size_t count;
};

/* What makes a way. Groups of which nothing is known are one, those to which nothing is near another. */
static int compare_ways(const struct tool_report_group *a, const struct tool_report_group *b) {
    if (a->explained != b->explained)
        return a->explained ? -1 : 1;
    if (a->unreadable != b->unreadable)
        return a->unreadable ? -1 : 1;
    if (a->nearest != b->nearest)
        return a->nearest < b->nearest ? -1 : 1;
    return strcmp(a->condition != NULL ? a->condition : "", b->condition != NULL ? b->condition : "");
}

struct sorted {
    const struct tool_report_group *group;
    size_t index, rank; /* rank: among all groups, the largest first */
};

static int compare_sorted(const void *left, const void *right) {
    const struct sorted *a = left, *b = right;
    const int order = compare_ways(a->group, b->group);
    if (order != 0)
        return order;
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* By ways, and within each the largest group first. */
static struct sorted *sort_groups(const struct tool_report_facts *facts, size_t count) {
    struct sorted *sorted = tool_alloc(count * sizeof *sorted);
    struct tool_rank *ranks = tool_alloc(count * sizeof *ranks);
    for (size_t i = 0; i < count; i++)
        ranks[i] = (struct tool_rank){0, facts->groups[i].count, i};
    tool_rank_sort(ranks, count);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct sorted){&facts->groups[ranks[i].index], ranks[i].index, i};
    if (count > 1)
        qsort(sorted, count, sizeof *sorted, compare_sorted);
    free(ranks);
    return sorted;
}

static void find_ways(struct ways *ways) {
    const struct tool_report_facts *facts = &ways->report->facts;
    const size_t count = facts->group_keys.count;
    struct sorted *sorted = sort_groups(facts, count);
    ways->groups = tool_alloc(count * sizeof *ways->groups);
    ways->items = tool_alloc(count * sizeof *ways->items);
    for (size_t i = 0; i < count; i++) {
        ways->groups[i] = sorted[i].index;
        if (i == 0 || compare_ways(sorted[i].group, sorted[i - 1].group) != 0)
            ways->items[ways->count++] = (struct way){i, 0, 0};
        ways->items[ways->count - 1].count++;
        ways->items[ways->count - 1].certificates =
            tool_rank_sum(ways->items[ways->count - 1].certificates, sorted[i].group->count);
    }
    ways->ranks = tool_alloc(ways->count * sizeof *ways->ranks);
    for (size_t i = 0; i < ways->count; i++)
        ways->ranks[i] = (struct tool_rank){0, ways->items[i].certificates, i};
    tool_rank_sort(ways->ranks, ways->count);
    free(sorted);
}

/* ---- Rows ---- */

static void add_way(struct tool_text *page, const struct tool_report *report, const struct tool_report_group *group) {
    const struct certmap_rules *rules = report->analysis.rules.rules;
    if (!group->explained) {
        tool_text_string(page, "The nearest mapping was not looked for");
        return;
    }
    if (group->nearest == SIZE_MAX) {
        tool_text_string(page, "No mapping comes near");
        return;
    }
    tool_text_string(page, group->unreadable ? "A value cannot be read: " : "Nearest to <strong>");
    if (group->unreadable) {
        tool_html_text(page, tool_view(group->condition), 2 * TOOL_HTML_LONG);
        return;
    }
    tool_report_add_mapping(page, rules, group->nearest, "");
    tool_text_string(page, "</strong>, ");
    tool_html_count(page, group->missing, "condition");
    tool_text_string(page, " away: <code>");
    tool_html_text(page, tool_view(group->condition), TOOL_HTML_LONG);
    tool_text_string(page, "</code>");
    if (group->missing > 1)
        tool_text_string(page, " and others");
}

/* The key is a mark, the issuer, a NUL, and the unit: report_facts.c. */
static void add_who(struct tool_text *page, const struct tool_report *report, size_t index) {
    const struct certmap_view key = tool_table_key_at(&report->facts.group_keys, index);
    const uint8_t *end = memchr(key.data, '\0', key.len);
    const size_t len = end == NULL ? key.len : (size_t)(end - key.data);
    const struct certmap_view unit = {key.data + len + 1, len + 1 < key.len ? key.len - len - 1 : 0};
    if (unit.len > 0)
        tool_html_text(page, unit, TOOL_HTML_SHORT);
    else
        tool_text_string(page, "<em>no unit</em>");
    tool_text_string(page, "<small>issued by ");
    tool_html_text(page, (struct certmap_view){key.data + 1, len - 1}, TOOL_HTML_LONG);
    tool_text_string(page, "</small>");
}

static void add_examples(struct tool_text *page, const struct tool_report_group *group) {
    tool_text_string(page, "<details><summary>examples</summary><ul>");
    for (size_t i = 0; i < group->subject_count; i++) {
        tool_text_string(page, "<li>");
        tool_html_text(page, tool_view(group->subjects[i]), TOOL_HTML_LONG);
        tool_text_string(page, "</li>");
    }
    tool_text_string(page, "<li>");
    tool_html_text(page, tool_view(group->example.label), TOOL_HTML_LONG);
    tool_text_string(page, "</li></ul></details>");
}

static void add_group(struct tool_text *page, const struct tool_report *report, size_t index, uint64_t most) {
    const struct tool_report_group *group = &report->facts.groups[index];
    tool_text_string(page, "<tr><th scope=row>");
    add_who(page, report, index);
    tool_text_string(page, "</th><td>");
    add_examples(page, group);
    tool_text_string(page, "</td><td class=w>");
    tool_svg_bar(page, "none", group->count, most);
    tool_text_string(page, "</td><td class=\"n unit\">");
    tool_html_number(page, group->count);
    tool_text_string(page, "</td></tr>\n");
}

static void add_way_rows(struct tool_text *page, const struct ways *ways, const struct way *way, uint64_t most) {
    const struct tool_report *report = ways->report;
    uint64_t rest = 0;
    tool_text_string(page, "<tbody class=group><tr><th scope=colgroup colspan=3>");
    add_way(page, report, &report->facts.groups[ways->groups[way->from]]);
    tool_text_string(page, "</th><td class=\"n unit\"><strong>");
    tool_html_number(page, way->certificates);
    tool_text_string(page, "</strong></td></tr></tbody><tbody>\n");
    for (size_t i = 0; i < way->count && i < GROUPS; i++) {
        const size_t index = ways->groups[way->from + i];
        add_group(page, report, index, most);
    }
    for (size_t i = GROUPS; i < way->count; i++)
        rest = tool_rank_sum(rest, report->facts.groups[ways->groups[way->from + i]].count);
    if (way->count > GROUPS) {
        tool_text_string(page, "<tr><td colspan=3 class=note>");
        tool_html_count(page, way->count - GROUPS, "smaller group");
        tool_text_string(page, "</td><td class=\"n unit\">");
        tool_html_number(page, rest);
        tool_text_string(page, "</td></tr>\n");
    }
    tool_text_string(page, "</tbody>\n");
}

static void add_table(struct tool_text *page, const struct ways *ways, size_t from, size_t to, uint64_t most) {
    tool_text_string(page,
                     "<table class=r><caption class=skip>Certificates without an account, by the nearest mapping"
                     "</caption><thead><tr><th scope=col>unit and issuer<th scope=col><span class=skip>examples"
                     "</span><th scope=col class=w><span class=skip>bar</span><th scope=col class=\"n c\">certificates"
                     "</thead>\n");
    for (size_t i = from; i < to; i++)
        add_way_rows(page, ways, &ways->items[ways->ranks[i].index], most);
    tool_text_string(page, "</table>\n");
}

static void add_ways(struct tool_text *page, const struct ways *ways) {
    const struct tool_report_facts *facts = &ways->report->facts;
    const struct tool_rank_cut cut = tool_rank_cut(ways->count, WAYS, FOLDED);
    uint64_t most = 0;
    for (size_t i = 0; i < facts->group_keys.count; i++)
        most = facts->groups[i].count > most ? facts->groups[i].count : most;
    add_table(page, ways, 0, cut.shown, most);
    if (cut.folded > cut.shown) {
        tool_report_fold(page, cut.folded - cut.shown, "more reason", "");
        add_table(page, ways, cut.shown, cut.folded, most);
        tool_text_string(page, "</details>");
    }
    tool_report_add_others(page, cut.others, "reason", tool_rank_sum_of_others(ways->ranks, ways->count, &cut));
}

void tool_report_write_none(struct tool_text *page, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    struct ways ways = {.report = report};
    if (facts->answers[TOOL_REPORT_NONE] == 0)
        return;
    tool_report_begin(page, "none", "Certificates without an account");
    tool_text_string(page, "<p class=note>");
    tool_html_count(page, facts->answers[TOOL_REPORT_NONE], "certificate");
    tool_text_string(page, ", grouped by the mapping that is nearest and the condition in the way.");
    if (facts->groups_over > 0) {
        tool_text_string(page, " Of ");
        tool_html_number(page, facts->groups_over);
        tool_text_string(page, " of them the unit and issuer are not listed: there are too many.");
    }
    tool_text_string(page, "</p>");
    find_ways(&ways);
    add_ways(page, &ways);
    free(ways.groups);
    free(ways.items);
    free(ways.ranks);
    tool_report_end(page);
}
