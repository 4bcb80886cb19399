/* SPDX-License-Identifier: MIT */
/* When certificates expire: by month, by day, and those that do so next. */
#include "certmap/explain.h"
#include "report.h"
#include "report_parts.h"
#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400)

/* Months since the year 0. */
size_t tool_report_month(int64_t moment) {
    char text[TOOL_MOMENT_SIZE];
    tool_moment_format(text, moment);
    const long year = strtol(text, NULL, 10), month = strtol(text + 5, NULL, 10);
    return (size_t)(year * 12 + month - 1);
}

static void add_to(uint64_t *counter, uint64_t count) {
    *counter = tool_rank_sum(*counter, count);
}

static void note_month(struct tool_report *report, int64_t after, enum tool_report_answer answer, uint64_t count) {
    struct tool_report_facts *facts = &report->facts;
    const size_t month = tool_report_month(after);
    if (month < report->first_month)
        add_to(&facts->before[answer], count);
    else if (month - report->first_month >= TOOL_REPORT_MONTHS)
        add_to(&facts->after[answer], count);
    else
        add_to(&facts->months[month - report->first_month][answer], count);
}

/* The list is in order; what comes first of several that expire together stays first. */
static void note_next(struct tool_report_facts *facts, const struct certmap_cert *cert,
                      const struct certmap_result *result, int64_t after, uint64_t count) {
    size_t at = facts->next_count;
    while (at > 0 && facts->next[at - 1].after > after)
        at--;
    if (at == TOOL_REPORT_SOON)
        return;
    if (facts->next_count == TOOL_REPORT_SOON) {
        free(facts->next[TOOL_REPORT_SOON - 1].subject);
        free(facts->next[TOOL_REPORT_SOON - 1].account);
        facts->next_count--;
    }
    memmove(&facts->next[at + 1], &facts->next[at], (facts->next_count - at) * sizeof *facts->next);
    facts->next[at] = (struct tool_report_expiry){after, result->index, count, tool_report_copy_name(cert->subject),
                                                  tool_report_copy(result->account)};
    facts->next_count++;
}

/* Of a mapping that gives it an account. */
static void note_of_mapping(struct tool_report *report, size_t index, int64_t after, uint64_t count) {
    struct tool_report_mapping *mapping = &report->facts.mappings[index];
    if (after < report->now)
        add_to(&mapping->expired, count);
    else if (after < report->now + 30 * DAY)
        add_to(&mapping->soon, count);
}

/* Of one that gets an account. */
static void note_allowed(struct tool_report *report, const struct certmap_cert *cert,
                         const struct certmap_result *result, int64_t after, uint64_t count) {
    struct tool_report_facts *facts = &report->facts;
    const int64_t today = report->now / DAY * DAY;
    for (size_t i = 0; i < report->deciding.count; i++)
        note_of_mapping(report, report->deciding.mappings[i], after, count);
    if (after < report->now) {
        add_to(&facts->expired, count);
        return;
    }
    if (after < report->now + 7 * DAY)
        add_to(&facts->week, count);
    if (after < report->now + 30 * DAY)
        add_to(&facts->soon, count);
    if (after < today + TOOL_REPORT_DAYS * DAY)
        add_to(&facts->days[(after - today) / DAY], count);
    note_next(facts, cert, result, after, count);
}

void tool_report_note_expiry(struct tool_report *report, const struct certmap_cert *cert,
                             const struct certmap_result *result, enum tool_report_answer answer, uint64_t count) {
    int64_t before, after;
    if (certmap_cert_validity(&before, &after, cert, NULL) != CERTMAP_OK) {
        add_to(&report->facts.undated, count);
        return;
    }
    note_month(report, after, answer, count);
    if (answer == TOOL_REPORT_ALLOW && result->index < report->facts.mapping_count)
        note_allowed(report, cert, result, after, count);
}
