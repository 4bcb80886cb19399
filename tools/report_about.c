/* SPDX-License-Identifier: MIT */
/* What the page was made of, so that somebody else can make it again. */
#include "certmap/names.h"
#include "corpus_digest.h"
#include "report_parts.h"
#include <string.h>

/* What certmap check --digest says. */
static void add_rules(struct tool_text *page, const char *what, const struct tool_rules *rules) {
    struct tool_text digest = {NULL, 0, 0};
    tool_rules_add_digest(&digest, rules);
    tool_text_format(page, "<tr><th scope=row>%s</th><td>", what);
    tool_html_text(page, tool_view(rules->path), 2 * TOOL_HTML_LONG);
    tool_text_string(page, ", ");
    tool_html_count(page, certmap_rules_count(rules->rules), "mapping");
    tool_text_string(page, "<br>digest of the file and of the issuer files that it names: <code>");
    tool_text_add(page, tool_text_view(&digest));
    tool_text_string(page, "</code></td></tr>\n");
    tool_text_free(&digest);
}

/* ---- The command ---- */

/* A word of a shell: in quotes where it needs them. */
static void add_word(struct tool_text *command, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,";
    tool_text_string(command, " ");
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        tool_text_string(command, word);
        return;
    }
    tool_text_string(command, "'");
    for (const char *at = word; *at != '\0'; at++) {
        if (*at == '\'')
            tool_text_string(command, "'\\''");
        else
            tool_text_repeat(command, *at, 1);
    }
    tool_text_string(command, "'");
}

static void add_option(struct tool_text *command, const char *name, const char *value) {
    if (value == NULL)
        return;
    tool_text_format(command, " %s", name);
    add_word(command, value);
}

static void add_operands(struct tool_text *command, const struct tool_options *options) {
    tool_text_string(command, " --corpus");
    for (size_t i = 0; i < options->operand_count; i++)
        add_word(command, options->operands[i]);
}

/* So much of a command is shown. */
#define MAX_COMMAND 4000

static void add_pre(struct tool_text *page, struct tool_text *command) {
    tool_text_string(page, "<pre>");
    tool_html_text(page, tool_text_view(command), MAX_COMMAND);
    tool_text_string(page, "</pre>");
    tool_text_free(command);
}

/* The commands that compute the digests again. */
static void add_check_commands(struct tool_text *page, const struct tool_report *report) {
    const struct tool_options *options = report->options;
    struct tool_text command = {NULL, 0, 0};
    tool_text_string(&command, "certmap check --digest");
    add_option(&command, "--rules", options->rules);
    add_operands(&command, options);
    add_pre(page, &command);
    if (!report->has_after)
        return;
    tool_text_string(&command, "certmap check --digest");
    add_option(&command, "--rules", options->diff.after);
    add_pre(page, &command);
}

static void add_command(struct tool_text *page, const struct tool_report *report) {
    const struct tool_options *options = report->options;
    struct tool_text command = {NULL, 0, 0};
    char now[TOOL_MOMENT_SIZE];
    tool_moment_format(now, report->now);
    tool_text_string(&command, "certmap report");
    add_option(&command, "--rules", options->rules);
    add_option(&command, "--new", options->diff.after);
    add_option(&command, "--site", options->site);
    add_option(&command, "--issuer", options->issuer);
    add_option(&command, "--privileged", options->lint.privileged);
    add_option(&command, "--time", now);
    add_option(&command, "-o", options->report);
    add_operands(&command, options);
    add_pre(page, &command);
}

/* ---- What cannot be read ---- */

/* "3 not-a-certificate, 1 cannot-read" */
static void add_damages(struct tool_text *page, const struct tool_report_facts *facts) {
    for (size_t i = 0; i < facts->damage_count; i++) {
        tool_text_string(page, i > 0 ? ", " : ": ");
        tool_html_number(page, facts->damages[i].count);
        tool_text_format(page, " <code>%s</code>", certmap_code_name(facts->damages[i].code));
    }
}

static void add_broken(struct tool_text *page, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    const size_t left_out = report->corpus.left_out;
    if (left_out == 0)
        return;
    tool_text_string(page, "<tr><th scope=row>damaged</th><td>");
    tool_html_number(page, left_out);
    tool_text_string(page, left_out == 1 ? " entry that cannot be read" : " entries that cannot be read");
    add_damages(page, facts);
    tool_text_string(page, "<ul>");
    for (size_t i = 0; i < facts->broken_count; i++) {
        tool_text_string(page, "<li>");
        tool_html_text(page, tool_view(facts->broken[i].label), TOOL_HTML_LONG);
        tool_text_string(page, ": ");
        tool_html_text(page, tool_view(facts->broken[i].why), TOOL_HTML_LONG);
        tool_text_string(page, "</li>");
    }
    if (left_out > facts->broken_count)
        tool_text_format(page, "<li>and %zu more</li>", left_out - facts->broken_count);
    tool_text_string(page, "</ul></td></tr>\n");
}

static void add_passed_over(struct tool_text *page, const struct tool_report *report) {
    if (report->corpus.passed_over == 0)
        return;
    tool_text_string(page, "<tr><th scope=row>passed over</th><td>");
    tool_html_count(page, report->corpus.passed_over, "file");
    tool_text_string(page, " of folders with no certificate</td></tr>\n");
}

static void add_corpus(struct tool_text *page, const struct tool_report *report) {
    const struct tool_options *options = report->options;
    struct tool_text digest = {NULL, 0, 0};
    tool_corpus_digest_print(&digest, report->facts.digest);
    tool_text_string(page, "<tr><th scope=row>corpus</th><td>");
    for (size_t i = 0; i < options->operand_count && i < 20; i++) {
        tool_text_string(page, i > 0 ? ", " : "");
        tool_html_text(page, tool_view(options->operands[i]), TOOL_HTML_LONG);
    }
    if (options->operand_count > 20)
        tool_text_format(page, " and %zu more", options->operand_count - 20);
    tool_text_string(page, ", ");
    tool_html_count(page, report->facts.total, "certificate");
    tool_text_string(page, " of ");
    tool_html_number(page, report->facts.entries);
    tool_text_string(page, report->facts.entries == 1 ? " entry" : " entries");
    tool_text_string(page, "<br>digest of its entries in their order, damaged ones too: <code>");
    tool_text_add(page, tool_text_view(&digest));
    tool_text_string(page, "</code></td></tr>\n");
    tool_text_free(&digest);
}

void tool_report_write_about(struct tool_text *page, const struct tool_report *report) {
    char now[TOOL_MOMENT_SIZE];
    tool_moment_format(now, report->now);
    tool_report_begin(page, "about", "How this page was made");
    tool_text_string(page, "<table class=facts><caption class=skip>Rules, corpus and program</caption><tbody>\n");
    add_rules(page, "rules", &report->analysis.rules);
    if (report->has_after)
        add_rules(page, "new rules", &report->after);
    add_corpus(page, report);
    add_broken(page, report);
    add_passed_over(page, report);
    tool_text_format(page, "<tr><th scope=row>as of</th><td>%s</td></tr>\n", now);
    tool_text_format(page, "<tr><th scope=row>program</th><td>certmap %s, Unicode %s</td></tr>\n", certmap_version(),
                     certmap_unicode_version());
    tool_text_string(page, "</tbody></table>\n<p>The command that makes it again:</p>\n");
    add_command(page, report);
    tool_text_string(page, "<p>The commands that compute the digests again:</p>\n");
    add_check_commands(page, report);
    tool_text_string(page,
                     "<p class=note>certmap does not verify certificates. An answer here is what the rules give to a "
                     "certificate once a TLS library has accepted it.</p>");
    tool_report_end(page);
}
