/* SPDX-License-Identifier: MIT */
/* certmap check: what is wrong or doubtful about the rules. */
#include "certmap/build.h"
#include "certmap/diagnostic.h"
#include "corpus_digest.h"
#include "json.h"
#include "rules.h"
#include "tool.h"

static json_t *diagnostic_json(const char *file, const struct certmap_diagnostic *diagnostic) {
    json_t *object = tool_json_object();
    tool_json_set(object, "file", tool_json_string(file));
    tool_json_set(object, "line", tool_json_position(diagnostic->line));
    tool_json_set(object, "column", tool_json_position(diagnostic->column));
    tool_json_set(object, "severity", tool_json_string(certmap_severity_name(diagnostic->severity)));
    tool_json_set(object, "code", tool_json_string(certmap_code_name(diagnostic->code)));
    tool_json_set(object, "message", tool_json_string(diagnostic->text));
    return object;
}

static void print_json(const struct tool_rules *rules) {
    for (size_t i = 0; i < rules->diagnostics.count; i++)
        tool_json_print(diagnostic_json(rules->path, &rules->diagnostics.items[i]));
}

/* "1 warning", "2 warnings" */
static void add_count(struct tool_text *text, size_t count, const char *what) {
    tool_text_format(text, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

/* The line at the end: what there is, and how many diagnostics of each kind. */
static void add_summary(struct tool_text *text, const struct tool_rules *rules) {
    tool_text_safe(text, tool_view(rules->path));
    tool_text_string(text, ": ");
    if (rules->rules == NULL)
        tool_text_string(text, "not loaded");
    else
        add_count(text, certmap_rules_count(rules->rules), "mapping");
    if (rules->diagnostics.count == 0)
        tool_text_string(text, ", no findings");
    for (enum certmap_severity s = CERTMAP_SEVERITY_ERROR; s <= CERTMAP_SEVERITY_NOTE; s++) {
        size_t count = tool_diagnostics_count(&rules->diagnostics, s);
        tool_text_string(text, count > 0 ? ", " : "");
        if (count > 0)
            add_count(text, count, certmap_severity_name(s));
    }
}

static void print_plain(const struct tool_rules *rules, enum tool_when color) {
    struct tool_stream out = tool_stream_open(stdout, color);
    tool_rules_print(rules, &out);
    add_summary(&out.line, rules);
    tool_stream_end_line(&out);
    tool_stream_close(&out);
}

static void print_line(struct tool_text *line) {
    tool_text_string(line, "\n");
    tool_text_flush(line, stdout);
    tool_text_free(line);
}

/* The digest alone is the answer, and what there is to say about the rules goes to standard error. */
static void print_digest(const struct tool_rules *rules, const struct tool_options *options) {
    struct tool_stream err = tool_stream_open(stderr, options->color);
    struct tool_text digest = {NULL, 0, 0};
    tool_rules_print(rules, &err);
    tool_stream_close(&err);
    if (rules->rules == NULL)
        return;
    tool_rules_add_digest(&digest, rules);
    print_line(&digest);
}

static bool print_corpus_digest(const struct tool_options *options) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    struct tool_text line = {NULL, 0, 0};
    const bool whole = tool_corpus_digest_compute(digest, options);
    tool_corpus_digest_print(&line, digest);
    print_line(&line);
    return whole;
}

static enum tool_exit check_rules(const struct tool_options *options) {
    struct tool_rules rules;
    enum tool_exit status = TOOL_FAILED;
    if (tool_rules_load(&rules, options))
        status = tool_diagnostics_count(&rules.diagnostics, CERTMAP_SEVERITY_WARNING) > 0 ? TOOL_DIAGNOSTICS : TOOL_OK;
    if (options->digest)
        print_digest(&rules, options);
    else if (options->json)
        print_json(&rules);
    else
        print_plain(&rules, options->color);
    tool_rules_free(&rules);
    return status;
}

/* With --corpus, the rules may be missing: the digests are those of the pages of report. */
enum tool_exit tool_check(const struct tool_options *options) {
    enum tool_exit status = options->rules != NULL ? check_rules(options) : TOOL_OK;
    if (options->operand_count > 0 && status != TOOL_FAILED && !print_corpus_digest(options))
        status = TOOL_FAILED;
    return status;
}
