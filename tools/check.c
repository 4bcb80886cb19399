/* SPDX-License-Identifier: MIT */
/* certmap check: what is wrong or doubtful about the rules. */
#include "certmap/build.h"
#include "certmap/diagnostic.h"
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

/* The digest alone is the answer, and what there is to say about the rules goes to standard error. */
static void print_digest(const struct tool_rules *rules, const struct tool_options *options) {
    struct tool_stream err = tool_stream_open(stderr, options->color);
    struct tool_text digest = {NULL, 0, 0};
    tool_rules_print(rules, &err);
    tool_stream_close(&err);
    if (rules->rules != NULL) {
        tool_rules_add_digest(&digest, rules);
        tool_text_string(&digest, "\n");
        tool_text_flush(&digest, stdout);
    }
    tool_text_free(&digest);
}

enum tool_exit tool_check(const struct tool_options *options) {
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
