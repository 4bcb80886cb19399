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

static void note_month(struct tool_report *report, int64_t after, enum tool_report_answer answer) {
    struct tool_report_facts *facts = &report->facts;
    const size_t month = tool_report_month(after);
    if (month < report->first_month)
        facts->before[answer]++;
    else if (month - report->first_month >= TOOL_REPORT_MONTHS)
        facts->after[answer]++;
    else
        facts->months[month - report->first_month][answer]++;
}

/* The list is in order; what comes first of several that expire together stays first. */
static void note_next(struct tool_report_facts *facts, const struct certmap_cert *cert,
                      const struct certmap_result *result, int64_t after) {
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
    facts->next[at] = (struct tool_report_expiry){after, result->index, tool_report_copy_name(cert->subject),
                                                  tool_report_copy(result->account)};
    facts->next_count++;
}

/* Of one that gets an account. */
static void note_allowed(struct tool_report *report, const struct certmap_cert *cert,
                         const struct certmap_result *result, int64_t after) {
    struct tool_report_facts *facts = &report->facts;
    struct tool_report_mapping *mapping = &facts->mappings[result->index];
    const int64_t today = report->now / DAY * DAY;
    if (after < report->now) {
        facts->expired++;
        mapping->expired++;
        return;
    }
    facts->week += after < report->now + 7 * DAY;
    facts->soon += after < report->now + 30 * DAY;
    mapping->soon += after < report->now + 30 * DAY;
    if (after < today + TOOL_REPORT_DAYS * DAY)
        facts->days[(after - today) / DAY]++;
    note_next(facts, cert, result, after);
}

void tool_report_note_expiry(struct tool_report *report, const struct certmap_cert *cert,
                             const struct certmap_result *result, enum tool_report_answer answer) {
    int64_t before, after;
    if (certmap_cert_validity(&before, &after, cert, NULL) != CERTMAP_OK) {
        report->facts.undated++;
        return;
    }
    note_month(report, after, answer);
    if (answer == TOOL_REPORT_ALLOW && result->index < report->facts.mapping_count)
        note_allowed(report, cert, result, after);
}
