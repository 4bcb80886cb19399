/* SPDX-License-Identifier: MIT */
/* What the page was made of, so that somebody else can make it again. */
#include "certmap/names.h"
#include "hash.h"
#include "report_parts.h"
#include <stdlib.h>
#include <string.h>

static void add_hex(struct tool_text *page, const uint8_t digest[CERTMAP_SHA256_SIZE]) {
    tool_text_string(page, "<code>");
    for (size_t i = 0; i < CERTMAP_SHA256_SIZE; i++)
        tool_text_format(page, "%02x", digest[i]);
    tool_text_string(page, "</code>");
}

/* Of the rules as certmap prints them: blanks, comments and the encoding of the file do not matter. */
static bool digest_rules(uint8_t digest[CERTMAP_SHA256_SIZE], const struct certmap_rules *rules) {
    size_t len = 0;
    (void)certmap_rules_print(NULL, 0, &len, rules, tool_hash, NULL, NULL);
    char *text = tool_alloc(len + 1);
    const bool done = certmap_rules_print(text, len + 1, &len, rules, tool_hash, NULL, NULL) == CERTMAP_OK &&
                      tool_hash(NULL, digest, CERTMAP_HASH_SHA256, (struct certmap_view){(const uint8_t *)text, len});
    free(text);
    return done;
}

static void add_rules(struct tool_text *page, const char *what, const char *path, const struct certmap_rules *rules) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    tool_text_format(page, "<tr><th scope=row>%s</th><td>", what);
    tool_html_text(page, tool_view(path), 2 * TOOL_HTML_LONG);
    tool_text_string(page, ", ");
    tool_html_count(page, certmap_rules_count(rules), "mapping");
    tool_text_string(page, "<br>SHA-256 of their canonical text: ");
    if (digest_rules(digest, rules))
        add_hex(page, digest);
    else
        tool_text_string(page, "cannot be computed");
    tool_text_string(page, "</td></tr>\n");
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
    add_option(&command, "--time", now);
    add_option(&command, "-o", options->report);
    tool_text_string(&command, " --corpus");
    for (size_t i = 0; i < options->operand_count; i++)
        add_word(&command, options->operands[i]);
    tool_text_string(page, "<pre>");
    tool_html_text(page, tool_text_view(&command), 4000);
    tool_text_string(page, "</pre>");
    tool_text_free(&command);
}

/* ---- What is left out ---- */

static void add_left_out(struct tool_text *page, const struct tool_report *report) {
    const struct tool_report_facts *facts = &report->facts;
    if (report->corpus.left_out == 0)
        return;
    tool_text_string(page, "<tr><th scope=row>left out</th><td>");
    tool_html_number(page, report->corpus.left_out);
    tool_text_string(page,
                     report->corpus.left_out == 1 ? " entry that cannot be read" : " entries that cannot be read");
    if (facts->broken_count > 0)
        tool_text_string(page, "<ul>");
    for (size_t i = 0; i < facts->broken_count; i++) {
        tool_text_string(page, "<li>");
        tool_html_text(page, tool_view(facts->broken[i].label), TOOL_HTML_LONG);
        tool_text_string(page, ": ");
        tool_html_text(page, tool_view(facts->broken[i].why), TOOL_HTML_LONG);
        tool_text_string(page, "</li>");
    }
    tool_text_string(page, facts->broken_count > 0 ? "</ul></td></tr>\n" : "</td></tr>\n");
}

static void add_corpus(struct tool_text *page, const struct tool_report *report) {
    const struct tool_options *options = report->options;
    tool_text_string(page, "<tr><th scope=row>corpus</th><td>");
    for (size_t i = 0; i < options->operand_count && i < 20; i++) {
        tool_text_string(page, i > 0 ? ", " : "");
        tool_html_text(page, tool_view(options->operands[i]), TOOL_HTML_LONG);
    }
    if (options->operand_count > 20)
        tool_text_format(page, " and %zu more", options->operand_count - 20);
    tool_text_string(page, ", ");
    tool_html_count(page, report->facts.total, "certificate");
    tool_text_string(page, "<br>SHA-256 of their digests, in the order of the corpus: ");
    add_hex(page, report->facts.digest);
    tool_text_string(page, "</td></tr>\n");
}

void tool_report_write_about(struct tool_text *page, const struct tool_report *report) {
    char now[TOOL_MOMENT_SIZE];
    tool_moment_format(now, report->now);
    tool_report_begin(page, "about", "How this page was made");
    tool_text_string(page, "<table class=facts><caption class=skip>Rules, corpus and program</caption><tbody>\n");
    add_rules(page, "rules", report->options->rules, report->analysis.rules.rules);
    if (report->has_after)
        add_rules(page, "new rules", report->options->diff.after, report->after.rules);
    add_corpus(page, report);
    add_left_out(page, report);
    tool_text_format(page, "<tr><th scope=row>as of</th><td>%s</td></tr>\n", now);
    tool_text_format(page, "<tr><th scope=row>program</th><td>certmap %s, Unicode %s</td></tr>\n", certmap_version(),
                     certmap_unicode_version());
    tool_text_string(page, "</tbody></table>\n<p>The command that makes it again:</p>\n");
    add_command(page, report);
    tool_text_string(page,
                     "<p class=note>certmap does not verify certificates. An answer here is what the rules give to a "
                     "certificate once a TLS library has accepted it.</p>");
    tool_report_end(page);
}
