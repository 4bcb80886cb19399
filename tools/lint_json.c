/* SPDX-License-Identifier: MIT */
/* What lint found, for programs: an object a line, and the commands of GitHub's workflows. */
#include "lint.h"
#include "witness.h"
#include <string.h>

static json_t *owned(struct tool_text *text) {
    json_t *value = tool_json_text(tool_text_view(text));
    tool_text_free(text);
    return value;
}

/* ---- One object a line ---- */

static json_t *related_json(const struct tool_analysis *analysis, const struct tool_found *report) {
    json_t *array = tool_json_array();
    for (size_t i = 0; i < report->related_count; i++) {
        const struct certmap_lint_related *related = &report->related[i];
        json_t *object = tool_json_object();
        tool_json_set(object, "mapping", tool_json_text(tool_mapping_name(analysis->rules.rules, related->mapping)));
        tool_json_set(object, "line", tool_json_position(related->position.line));
        tool_json_set(object, "column", tool_json_position(related->position.column));
        tool_json_set(object, "role", tool_json_string(related->text));
        tool_json_append(array, object);
    }
    return array;
}

static json_t *edit_json(const struct tool_analysis *analysis, const struct certmap_lint_edit *edit) {
    const struct tool_place end = tool_place_end(analysis->source, edit->position);
    json_t *object = tool_json_object();
    tool_json_set(object, "line", tool_json_position(edit->position.line));
    tool_json_set(object, "column", tool_json_position(edit->position.column));
    tool_json_set(object, "end_line", tool_json_position(end.line));
    tool_json_set(object, "end_column", tool_json_position(end.column));
    tool_json_set(object, "offset", json_integer((json_int_t)edit->position.offset));
    tool_json_set(object, "length", json_integer((json_int_t)edit->position.length));
    tool_json_set(object, "text",
                  tool_json_text((struct certmap_view){edit->text.data != NULL ? edit->text.data : (const uint8_t *)"",
                                                       edit->text.len}));
    return object;
}

static json_t *fix_json(const struct tool_analysis *analysis, const struct tool_found *report) {
    if (report->edit_count == 0)
        return json_null();
    json_t *object = tool_json_object(), *edits = tool_json_array();
    for (size_t i = 0; i < report->edit_count; i++)
        tool_json_append(edits, edit_json(analysis, &report->edits[i]));
    tool_json_set(object, "proven", json_boolean(report->fixed_by_edits));
    tool_json_set(object, "edits", edits);
    return object;
}

static json_t *finding_json(const struct tool_analysis *analysis, const struct tool_finding *finding) {
    const struct tool_found *report = &finding->report;
    const struct tool_brief *diagnostic = &report->diagnostic;
    const struct tool_place end = tool_place_end(analysis->source, tool_position_of(diagnostic));
    struct tool_text fingerprint = {NULL, 0, 0};
    json_t *object = tool_json_object();
    tool_json_set(object, "file", tool_json_string(analysis->rules.path));
    tool_json_set(object, "line", tool_json_position(diagnostic->line));
    tool_json_set(object, "column", tool_json_position(diagnostic->column));
    tool_json_set(object, "end_line", tool_json_position(end.line));
    tool_json_set(object, "end_column", tool_json_position(end.column));
    tool_json_set(object, "severity", tool_json_string(certmap_severity_name(diagnostic->severity)));
    tool_json_set(object, "code", tool_json_string(certmap_code_name(diagnostic->code)));
    tool_json_set(object, "number", json_integer((json_int_t)diagnostic->code));
    tool_json_set(object, "certainty",
                  tool_json_string(finding->analysed ? certmap_certainty_name(report->certainty) : NULL));
    tool_json_set(object, "mapping", tool_json_text(finding->mapping));
    tool_json_set(object, "message", tool_json_string(diagnostic->text));
    tool_json_set(object, "related", related_json(analysis, report));
    tool_json_set(object, "witness", tool_lint_witness_json(finding, analysis->rules.rules));
    tool_json_set(object, "help", tool_json_string(report->help));
    tool_json_set(object, "fix", fix_json(analysis, report));
    tool_json_set(object, "suppressed", tool_lint_suppressed_json(finding));
    tool_finding_fingerprint(&fingerprint, finding);
    tool_json_set(object, "fingerprint", owned(&fingerprint));
    return object;
}

/* What is suppressed is there, and says so. */
void tool_lint_print_json(const struct tool_analysis *analysis) {
    for (size_t i = 0; i < analysis->findings.count; i++)
        if (analysis->findings.items[i].report.diagnostic.severity <= analysis->options->lint.level)
            tool_json_print(finding_json(analysis, &analysis->findings.items[i]));
}

/* ---- GitHub ---- */

/* A line end would end the command, and begin another; in a property : and , end it, too. */
static void add_command_text(struct tool_text *line, const struct tool_text *text, bool property) {
    for (size_t i = 0; i < text->len; i++) {
        const char c = text->data[i];
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
            tool_text_format(line, "%%%02X", (unsigned)(uint8_t)c);
        else
            tool_text_repeat(line, c, 1);
    }
}

static void add_property(struct tool_text *line, const char *name, const char *value) {
    struct tool_text safe = {NULL, 0, 0};
    tool_text_safe(&safe, tool_view(value));
    tool_text_string(line, name);
    add_command_text(line, &safe, true);
    tool_text_free(&safe);
}

static void add_message(struct tool_text *line, const struct tool_analysis *analysis, const struct tool_found *report) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_safe(&text, tool_view(report->diagnostic.text));
    if (report->witness != NULL) {
        tool_text_string(&text, "\nthis certificate shows it:\n");
        tool_witness_values(&text, report->witness, 2);
        tool_text_string(&text, "gets ");
        tool_witness_answer(&text, report->witness, analysis->rules.rules);
    }
    if (report->help != NULL) {
        tool_text_string(&text, "\nhelp: ");
        tool_text_safe(&text, tool_view(report->help));
    }
    add_command_text(line, &text, false);
    tool_text_free(&text);
}

void tool_lint_print_github(const struct tool_analysis *analysis) {
    static const char *const words[] = {"error", "warning", "notice"}; /* enum certmap_severity */
    struct tool_text line = {NULL, 0, 0};
    for (size_t i = 0; i < analysis->findings.count; i++) {
        const struct tool_finding *finding = &analysis->findings.items[i];
        const struct tool_brief *diagnostic = &finding->report.diagnostic;
        const struct tool_place end = tool_place_end(analysis->source, tool_position_of(diagnostic));
        if (!tool_analysis_shows(analysis, finding))
            continue;
        tool_text_format(&line, "::%s ", words[diagnostic->severity]);
        add_property(&line, "file=", analysis->rules.path);
        if (diagnostic->line > 0)
            tool_text_format(&line, ",line=%zu", diagnostic->line);
        if (diagnostic->line > 0 && diagnostic->column > 0)
            tool_text_format(&line, ",col=%zu", diagnostic->column);
        if (end.line > 0)
            tool_text_format(&line, ",endLine=%zu,endColumn=%zu", end.line, end.column);
        add_property(&line, ",title=", certmap_code_name(diagnostic->code));
        tool_text_string(&line, "::");
        add_message(&line, analysis, &finding->report);
        tool_text_string(&line, "\n");
        tool_text_flush(&line, stdout);
    }
    tool_text_free(&line);
}
