/* SPDX-License-Identifier: MIT */
/* The page around the sections. It loads nothing, and a browser that keeps its Content-Security-Policy loads nothing for it:
 * one style and at most one script are permitted, by their digests. */
#include "file_out.h"
#include "hash.h"
#include "report_parts.h"
#include "report_style.h"

static void add_digest(struct tool_text *page, const struct tool_text *text) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    char base64[TOOL_HTML_DIGEST];
    if (!tool_hash(NULL, digest, CERTMAP_HASH_SHA256, tool_text_view(text)))
        tool_no_memory();
    tool_html_digest(base64, digest);
    tool_text_format(page, "'sha256-%s'", base64);
}

/* script: NULL where there is none. */
static void add_policy(struct tool_text *page, const struct tool_text *style, const struct tool_text *script) {
    tool_text_string(page, "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src ");
    add_digest(page, style);
    tool_text_string(page, "; script-src ");
    if (script != NULL)
        add_digest(page, script);
    else
        tool_text_string(page, "'none'");
    tool_text_string(page, "; base-uri 'none'; form-action 'none'\">\n");
}

/* The last part of a path. */
static struct certmap_view name_of(const char *path) {
    struct certmap_view name = tool_view(path);
    for (size_t i = name.len; i > 0; i--)
        if (path[i - 1] == '/' || path[i - 1] == '\\')
            return i == name.len ? name : tool_view(path + i);
    return name;
}

static void add_head(struct tool_text *page, const struct tool_report *report, const struct tool_text *style,
                     const struct tool_text *script) {
    tool_text_string(page, TOOL_PAGE_HEAD "<html lang=en>\n<meta charset=utf-8>\n");
    add_policy(page, style, script);
    tool_text_string(page, "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n<meta name=referrer "
                           "content=no-referrer>\n<title>");
    tool_html_title(page, name_of(report->options->rules), TOOL_HTML_SHORT);
    tool_text_string(page, " - certmap report</title>\n<style>");
    tool_text_add(page, tool_text_view(style));
    tool_text_string(page, "</style>\n");
}

static void add_link(struct tool_text *page, const char *section, const char *text, bool there) {
    if (there)
        tool_text_format(page, "<a href=\"#%s\">%s</a>\n", section, text);
}

static void add_nav(struct tool_text *page, const struct tool_report *report) {
    tool_text_string(page, "<nav aria-label=Sections>\n");
    add_link(page, "changes", "What changes", report->has_after);
    add_link(page, "mappings", "Mappings", true);
    add_link(page, "accounts", "Accounts", true);
    add_link(page, "unused", "Answer nobody", tool_report_unused(report) > 0);
    add_link(page, "none", "Without an account", report->facts.answers[TOOL_REPORT_NONE] > 0);
    add_link(page, "expiry", "Expiry", true);
    add_link(page, "findings", "Weak spots", true);
    add_link(page, "issuers", "Issuers", true);
    add_link(page, "about", "How it was made", true);
    tool_text_string(page, "</nav>\n");
}

/* How many entries of the corpus the certificates are, if others than that, and how many more cannot be read. */
static void add_entries(struct tool_text *page, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    if (facts->entries != facts->total) {
        tool_text_string(page, " (");
        tool_html_number(page, facts->entries);
        tool_text_string(page, facts->entries == 1 ? " entry, counted" : " entries, each counted");
        tool_text_string(page, " as often as it came)");
    }
    if (facts->answers[TOOL_REPORT_ERROR] > 0) {
        tool_text_string(page, " \xC2\xB7 <a href=\"#about\">");
        tool_html_number(page, facts->answers[TOOL_REPORT_ERROR]);
        tool_text_string(page, " more cannot be read</a>");
    }
}

static void add_header(struct tool_text *page, const struct tool_report *report) {
    const struct tool_options *options = report->options;
    tool_text_string(
        page, "<a class=skip href=\"#mappings\">Skip to the mappings</a>\n<main>\n<header><p class=kicker>certmap "
              "report</p><h1>");
    tool_html_text(page, name_of(options->rules), TOOL_HTML_SHORT);
    if (report->has_after) {
        tool_text_string(page, " \xE2\x86\x92 ");
        tool_html_text(page, name_of(options->diff.after), TOOL_HTML_SHORT);
    }
    tool_text_string(page, " \xC2\xB7 ");
    tool_html_text(page, name_of(options->operands[0]), TOOL_HTML_SHORT);
    if (options->operand_count > 1)
        tool_text_format(page, " and %zu more", options->operand_count - 1);
    tool_text_string(page, "</h1><p class=sub>");
    tool_html_count(page, report->facts.total, "certificate");
    add_entries(page, report);
    tool_text_string(page, " \xC2\xB7 ");
    tool_html_count(page, report->facts.mapping_count, "mapping");
    tool_text_string(page, " \xC2\xB7 as of ");
    tool_report_add_date(page, report->now);
    tool_text_string(page, "</p></header>\n");
    add_nav(page, report);
}

static void add_sections(struct tool_text *page, struct tool_report *report) {
    struct tool_report_holders holders;
    tool_report_find_holders(&holders, report);
    tool_report_write_summary(page, report, &holders);
    tool_report_write_changes(page, report);
    tool_report_write_mappings(page, report);
    tool_report_write_accounts(page, report, &holders);
    tool_report_write_unused(page, report);
    tool_report_write_none(page, report);
    tool_report_write_expiry(page, report);
    tool_report_write_findings(page, report);
    tool_report_write_issuers(page, report);
    tool_report_write_about(page, report);
    tool_report_free_holders(&holders);
}

void tool_report_write(struct tool_text *page, struct tool_report *report) {
    const bool scripted = report->facts.mapping_count > TOOL_REPORT_FEW;
    struct tool_text style = {NULL, 0, 0}, script = {NULL, 0, 0};
    tool_report_add_style(&style);
    tool_report_add_script(&script);
    add_head(page, report, &style, scripted ? &script : NULL);
    add_header(page, report);
    add_sections(page, report);
    tool_text_string(page, "</main>\n");
    if (scripted) {
        tool_text_string(page, "<script>");
        tool_text_add(page, tool_text_view(&script));
        tool_text_string(page, "</script>\n");
    }
    tool_text_string(page, "</html>\n");
    tool_text_free(&style);
    tool_text_free(&script);
}
