/* SPDX-License-Identifier: MIT */
#include "report_parts.h"
#include <stdlib.h>

void tool_report_add_date(struct tool_text *page, int64_t moment) {
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"}; /* 1970 began on a Thursday */
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[TOOL_MOMENT_SIZE];
    const int64_t second = (moment % 86400 + 86400) % 86400, day = (moment - second) / 86400;
    const size_t month = tool_report_month(moment);
    tool_moment_format(text, moment);
    tool_text_format(page, "%s\xC2\xA0%ld\xC2\xA0%s\xC2\xA0%zu", days[(day % 7 + 7) % 7], strtol(text + 8, NULL, 10),
                     months[month % 12], month / 12);
}

void tool_report_begin(struct tool_text *page, const char *id, const char *title) {
    tool_text_format(page, "<section id=%s aria-labelledby=h-%s><h2 id=h-%s>%s</h2>\n", id, id, id, title);
}

void tool_report_end(struct tool_text *page) {
    tool_text_string(page, "</section>\n");
}

void tool_report_add_mapping(struct tool_text *page, const struct certmap_rules *rules, size_t mapping,
                             const char *none) {
    const struct certmap_view name = tool_mapping_name(rules, mapping);
    if (mapping == SIZE_MAX)
        tool_text_string(page, none);
    else if (name.data == NULL || name.len == 0)
        tool_text_format(page, "mapping %zu", mapping + 1);
    else
        tool_html_text(page, name, TOOL_HTML_SHORT);
}

struct certmap_mapping tool_report_mapping_at(const struct certmap_rules *rules, size_t mapping) {
    struct certmap_mapping found = CERTMAP_MAPPING_INIT;
    (void)certmap_rules_mapping(rules, &found, mapping, NULL);
    return found;
}

void tool_report_add_gives(struct tool_text *page, const struct certmap_mapping *mapping) {
    if (mapping->decision != CERTMAP_ALLOW)
        tool_text_string(page, "refuses");
    else
        tool_html_text(page, mapping->account, TOOL_HTML_SHORT);
}

const char *tool_report_class(const struct certmap_mapping *mapping) {
    return mapping->decision == CERTMAP_ALLOW ? "allow" : "deny";
}

void tool_report_fold(struct tool_text *page, uint64_t count, const char *noun, const char *rest) {
    tool_text_string(page, "<details><summary>");
    tool_html_count(page, count, noun);
    tool_text_string(page, rest);
    tool_text_string(page, "</summary>");
}

void tool_report_add_others(struct tool_text *page, size_t others, const char *noun, uint64_t certificates) {
    if (others == 0)
        return;
    tool_text_string(page, "<p class=note>");
    tool_html_number(page, others);
    tool_text_format(page, " other %s%s, of ", noun, others == 1 ? "" : "s");
    tool_html_count(page, certificates, "certificate");
    tool_text_string(page, others == 1 ? ", is not listed.</p>\n" : ", are not listed.</p>\n");
}

size_t tool_report_unused(const struct tool_report *report) {
    size_t unused = 0;
    for (size_t i = 0; i < report->facts.mapping_count; i++)
        unused += report->facts.mappings[i].count == 0;
    return unused;
}
