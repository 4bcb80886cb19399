/* SPDX-License-Identifier: MIT */
/* The sections of a report, each in a file, and what they share. */
#ifndef TOOL_REPORT_PARTS_H
#define TOOL_REPORT_PARTS_H

#include "report.h"
#include "report_html.h"
#include "report_svg.h"

/* Months since the year 0. */
size_t tool_report_month(int64_t moment);
/* Adds "Mon 30 Nov 2026". */
void tool_report_add_date(struct tool_text *page, int64_t moment);

/* Begins a section, which has an id and a heading, both constants, and ends it. */
void tool_report_begin(struct tool_text *page, const char *id, const char *title);
void tool_report_end(struct tool_text *page);
/* Adds the name of a mapping, or its number where it has none; of SIZE_MAX `none`. */
void tool_report_add_mapping(struct tool_text *page, const struct certmap_rules *rules, size_t mapping,
                             const char *none);
/* Adds what a mapping gives: its account, or that it refuses. */
void tool_report_add_gives(struct tool_text *page, const struct certmap_mapping *mapping);
/* The class of what a mapping gives. */
const char *tool_report_class(const struct certmap_mapping *mapping);
/* A mapping of the rules; their index is theirs. */
struct certmap_mapping tool_report_mapping_at(const struct certmap_rules *rules, size_t mapping);
/* Adds "3 more mappings" as the summary of what is folded, which </details> ends. */
void tool_report_fold(struct tool_text *page, uint64_t count, const char *noun, const char *rest);
/* Adds "7 other issuers, of 12 certificates, are not listed."; nothing of 0. */
void tool_report_add_others(struct tool_text *page, size_t others, const char *noun, uint64_t certificates);
/* How many mappings answered nobody. */
size_t tool_report_unused(const struct tool_report *report);

/* An account or a group, whoever gives it. */
struct tool_report_holder {
    struct certmap_view text;
    bool group;
    enum tool_report_power power;
    uint64_t count;
    const struct tool_report_account *first; /* of `givers`, which are beside each other */
    size_t from, givers;                     /* in the order of tool_report_holders */
};
struct tool_report_holders {
    struct tool_report_holder *items;
    size_t count;
    size_t administrators, privileged; /* so many are, and come first; privileged: computers, too */
    size_t *order;                     /* of facts.accounts, by text */
};
/* Administrators first, then computers, then all others; among them those that most get. */
void tool_report_find_holders(struct tool_report_holders *holders, const struct tool_report *report);
void tool_report_free_holders(struct tool_report_holders *holders);

/* The sections, in the order of the page. */
void tool_report_write_summary(struct tool_text *page, const struct tool_report *report,
                               const struct tool_report_holders *holders);
void tool_report_write_mappings(struct tool_text *page, struct tool_report *report);
void tool_report_write_accounts(struct tool_text *page, const struct tool_report *report,
                                const struct tool_report_holders *holders);
void tool_report_write_unused(struct tool_text *page, const struct tool_report *report);
void tool_report_write_none(struct tool_text *page, const struct tool_report *report);
void tool_report_write_changes(struct tool_text *page, const struct tool_report *report);
void tool_report_write_expiry(struct tool_text *page, const struct tool_report *report);
void tool_report_write_findings(struct tool_text *page, const struct tool_report *report);
void tool_report_write_issuers(struct tool_text *page, const struct tool_report *report);
void tool_report_write_about(struct tool_text *page, const struct tool_report *report);

/* The whole page. */
void tool_report_write(struct tool_text *page, struct tool_report *report);

#endif
