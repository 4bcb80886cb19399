/* SPDX-License-Identifier: MIT */
/* What lint found, as SARIF 2.1.0 (OASIS): for code scanning, and editors. Results are written one by one, because there
 * may be many. */
#include "certmap/names.h"
#include "explain_code.h"
#include "lint.h"
#include "witness.h"
#include <string.h>

/* ---- Texts ---- */

static json_t *owned(struct tool_text *text) {
    json_t *value = tool_json_text(tool_text_view(text));
    tool_text_free(text);
    return value;
}

/* {"text": ...} */
static json_t *message_json(const char *string) {
    json_t *object = tool_json_object();
    tool_json_set(object, "text", tool_json_string(string));
    return object;
}

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~/", c) != NULL;
}

/* The path as a URI reference (RFC 3986): relative, or a file. */
static json_t *uri_json(const char *path) {
    struct tool_text uri = {NULL, 0, 0};
    tool_text_string(&uri, path[0] == '/' ? "file://" : "");
    for (; *path != '\0'; path++)
        if (is_unreserved(*path))
            tool_text_repeat(&uri, *path, 1);
        else if (*path == '\\')
            tool_text_string(&uri, "/");
        else
            tool_text_format(&uri, "%%%02X", (unsigned)(uint8_t)*path);
    return owned(&uri);
}

static json_t *artifact_json(const struct tool_analysis *analysis) {
    json_t *object = tool_json_object();
    tool_json_set(object, "uri", uri_json(analysis->rules.path));
    return object;
}

/* ---- Places ---- */

static json_t *region_json(const struct tool_analysis *analysis, struct certmap_position position) {
    const struct tool_place end = tool_place_end(analysis->source, position);
    json_t *object = tool_json_object();
    tool_json_set(object, "startLine", json_integer((json_int_t)position.line));
    if (position.column > 0)
        tool_json_set(object, "startColumn", json_integer((json_int_t)position.column));
    if (end.line > 0) {
        tool_json_set(object, "endLine", json_integer((json_int_t)end.line));
        tool_json_set(object, "endColumn", json_integer((json_int_t)end.column));
    }
    return object;
}

static json_t *location_json(const struct tool_analysis *analysis, struct certmap_position position) {
    json_t *object = tool_json_object(), *physical = tool_json_object();
    tool_json_set(physical, "artifactLocation", artifact_json(analysis));
    if (position.line > 0)
        tool_json_set(physical, "region", region_json(analysis, position));
    tool_json_set(object, "physicalLocation", physical);
    return object;
}

static json_t *related_json(const struct tool_analysis *analysis, const struct tool_found *report) {
    json_t *array = tool_json_array();
    for (size_t i = 0; i < report->related_count; i++) {
        json_t *location = location_json(analysis, report->related[i].position);
        tool_json_set(location, "message", message_json(report->related[i].text));
        tool_json_append(array, location);
    }
    return array;
}

/* ---- Messages ---- */

/* A cell of a table: | would end it, and a line end the table; < would begin HTML. */
static void add_cell(struct tool_text *text, const struct tool_text *cell) {
    tool_text_string(text, "| ");
    for (size_t i = 0; i < cell->len; i++) {
        if (strchr("\\`*_{}[]<>()#+!|~&", cell->data[i]) != NULL)
            tool_text_string(text, "\\");
        tool_text_repeat(text, cell->data[i], 1);
    }
    tool_text_string(text, " ");
}

static void add_row(struct tool_text *text, const struct certmap_lint_value *value) {
    struct tool_text field = {NULL, 0, 0}, shown = {NULL, 0, 0};
    tool_witness_field(&field, value);
    if (value->state == CERTMAP_LINT_READABLE)
        tool_text_quoted(&shown, value->text);
    else
        tool_text_format(&shown, "(%s)", tool_witness_state(value->state));
    add_cell(text, &field);
    add_cell(text, &shown);
    tool_text_string(text, "|\n");
    tool_text_free(&field);
    tool_text_free(&shown);
}

static json_t *markdown_json(const struct tool_analysis *analysis, const struct tool_found *report) {
    struct tool_text text = {NULL, 0, 0}, sentence = {NULL, 0, 0}, answer = {NULL, 0, 0};
    const struct certmap_lint_witness *witness = report->witness;
    tool_text_safe(&sentence, tool_view(report->diagnostic.text));
    add_cell(&text, &sentence);
    memset(text.data, ' ', 2); /* a sentence is no cell, but needs the same escapes */
    tool_text_string(&text, "\n\n| field | value |\n|---|---|\n");
    for (size_t i = 0; i < witness->value_count; i++)
        add_row(&text, &witness->values[i]);
    tool_witness_answer(&answer, witness, analysis->rules.rules);
    tool_text_string(&text, "\n");
    const size_t at = text.len;
    add_cell(&text, &answer);
    memset(text.data + at, ' ', 2);
    tool_text_free(&sentence);
    tool_text_free(&answer);
    return owned(&text);
}

static json_t *result_message(const struct tool_analysis *analysis, const struct tool_found *report) {
    struct tool_text text = {NULL, 0, 0};
    json_t *object = tool_json_object();
    tool_text_safe(&text, tool_view(report->diagnostic.text));
    if (report->witness != NULL) {
        tool_text_string(&text, ". This certificate shows it:\n");
        tool_witness_values(&text, report->witness, 2);
        tool_text_string(&text, "It gets ");
        tool_witness_answer(&text, report->witness, analysis->rules.rules);
    }
    if (report->help != NULL) {
        tool_text_string(&text, "\nHelp: ");
        tool_text_safe(&text, tool_view(report->help));
    }
    tool_json_set(object, "text", owned(&text));
    if (report->witness != NULL)
        tool_json_set(object, "markdown", markdown_json(analysis, report));
    return object;
}

/* ---- Results ---- */

static json_t *suppressions_json(const struct tool_finding *finding) {
    json_t *array = tool_json_array();
    if (finding->suppressed == TOOL_SUPPRESSED_NOT)
        return array;
    json_t *object = tool_json_object();
    tool_json_set(object, "kind",
                  tool_json_string(finding->suppressed == TOOL_SUPPRESSED_COMMENT ? "inSource" : "external"));
    if (finding->reason.data != NULL)
        tool_json_set(object, "justification", tool_json_text(finding->reason));
    tool_json_append(array, object);
    return array;
}

static json_t *replacement_json(const struct tool_analysis *analysis, const struct certmap_lint_edit *edit) {
    json_t *object = tool_json_object(), *content = tool_json_object();
    tool_json_set(object, "deletedRegion", region_json(analysis, edit->position));
    tool_json_set(content, "text",
                  tool_json_text((struct certmap_view){edit->text.data != NULL ? edit->text.data : (const uint8_t *)"",
                                                       edit->text.len}));
    tool_json_set(object, "insertedContent", content);
    return object;
}

/* Only what changes no answer. */
static json_t *fixes_json(const struct tool_analysis *analysis, const struct tool_found *report) {
    json_t *array = tool_json_array();
    if (!report->fixed_by_edits || report->edit_count == 0 || analysis->source.data == NULL)
        return array;
    json_t *fix = tool_json_object(), *changes = tool_json_array(), *change = tool_json_object(),
           *replacements = tool_json_array();
    for (size_t i = 0; i < report->edit_count; i++)
        tool_json_append(replacements, replacement_json(analysis, &report->edits[i]));
    tool_json_set(change, "artifactLocation", artifact_json(analysis));
    tool_json_set(change, "replacements", replacements);
    tool_json_append(changes, change);
    tool_json_set(fix, "description", message_json(report->help != NULL ? report->help : "It changes no answer."));
    tool_json_set(fix, "artifactChanges", changes);
    tool_json_append(array, fix);
    return array;
}

static json_t *properties_json(const struct tool_analysis *analysis, const struct tool_finding *finding) {
    json_t *object = tool_json_object(), *certmap = tool_json_object();
    tool_json_set(certmap, "certainty",
                  tool_json_string(finding->analysed ? certmap_certainty_name(finding->report.certainty) : NULL));
    tool_json_set(certmap, "mapping", tool_json_text(finding->mapping));
    tool_json_set(certmap, "number", json_integer((json_int_t)finding->report.diagnostic.code));
    tool_json_set(certmap, "witness", tool_lint_witness_json(finding, analysis->rules.rules));
    tool_json_set(certmap, "suppressed", tool_lint_suppressed_json(finding));
    tool_json_set(object, "certmap", certmap);
    return object;
}

static json_t *result_json(const struct tool_analysis *analysis, const struct tool_finding *finding) {
    const struct tool_found *report = &finding->report;
    struct tool_text fingerprint = {NULL, 0, 0};
    json_t *object = tool_json_object(), *locations = tool_json_array(), *prints = tool_json_object();
    tool_json_set(object, "ruleId", tool_json_string(certmap_code_name(report->diagnostic.code)));
    tool_json_set(object, "level", tool_json_string(certmap_severity_name(report->diagnostic.severity)));
    tool_json_set(object, "message", result_message(analysis, report));
    tool_json_append(locations, location_json(analysis, tool_position_of(&report->diagnostic)));
    tool_json_set(object, "locations", locations);
    tool_json_set(object, "relatedLocations", related_json(analysis, report));
    tool_finding_fingerprint(&fingerprint, finding);
    tool_json_set(prints, "certmap/v1", owned(&fingerprint));
    tool_json_set(object, "partialFingerprints", prints);
    tool_json_set(object, "suppressions", suppressions_json(finding));
    tool_json_set(object, "fixes", fixes_json(analysis, report));
    tool_json_set(object, "properties", properties_json(analysis, finding));
    return object;
}

/* ---- The run ---- */

static json_t *rule_json(const struct tool_brief *first) {
    json_t *object = tool_json_object(), *configuration = tool_json_object(), *properties = tool_json_object();
    tool_json_set(object, "id", tool_json_string(certmap_code_name(first->code)));
    const char *text = tool_explained_text(first->code);
    if (text != NULL)
        tool_json_set(object, "help", message_json(text));
    tool_json_set(configuration, "level", tool_json_string(certmap_severity_name(first->severity)));
    tool_json_set(object, "defaultConfiguration", configuration);
    tool_json_set(properties, "number", json_integer((json_int_t)first->code));
    tool_json_set(object, "properties", properties);
    return object;
}

static bool is_written(const struct tool_analysis *analysis, const struct tool_finding *finding) {
    return finding->report.diagnostic.severity <= analysis->options->lint.level;
}

/* The codes that results have, each once. */
static json_t *rules_json(const struct tool_analysis *analysis) {
    json_t *array = tool_json_array();
    bool seen[1024] = {false};
    for (size_t i = 0; i < analysis->findings.count; i++) {
        const struct tool_brief *diagnostic = &analysis->findings.items[i].report.diagnostic;
        const size_t at = (size_t)diagnostic->code % 1024;
        if (is_written(analysis, &analysis->findings.items[i]) && !seen[at])
            tool_json_append(array, rule_json(diagnostic));
        seen[at] = seen[at] || is_written(analysis, &analysis->findings.items[i]);
    }
    return array;
}

static json_t *tool_json(const struct tool_analysis *analysis) {
    json_t *object = tool_json_object(), *driver = tool_json_object();
    tool_json_set(driver, "name", tool_json_string("certmap lint"));
    tool_json_set(driver, "version", tool_json_string(certmap_version()));
    tool_json_set(driver, "rules", rules_json(analysis));
    tool_json_set(object, "driver", driver);
    return object;
}

static json_t *invocations_json(const struct tool_analysis *analysis) {
    json_t *array = tool_json_array(), *object = tool_json_object();
    tool_json_set(object, "executionSuccessful", json_boolean(analysis->done));
    tool_json_append(array, object);
    return array;
}

static json_t *artifacts_json(const struct tool_analysis *analysis) {
    json_t *array = tool_json_array(), *object = tool_json_object();
    tool_json_set(object, "location", artifact_json(analysis));
    tool_json_append(array, object);
    return array;
}

void tool_lint_print_sarif(const struct tool_analysis *analysis) {
    struct tool_text out = {NULL, 0, 0};
    const char *before = "\n";
    tool_text_string(&out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
                           "\"runs\":[{\"tool\":");
    tool_json_add(&out, tool_json(analysis));
    tool_text_string(&out, ",\"columnKind\":\"unicodeCodePoints\",\"invocations\":");
    tool_json_add(&out, invocations_json(analysis));
    tool_text_string(&out, ",\"artifacts\":");
    tool_json_add(&out, artifacts_json(analysis));
    tool_text_string(&out, ",\"results\":[");
    for (size_t i = 0; i < analysis->findings.count; i++) {
        if (!is_written(analysis, &analysis->findings.items[i]))
            continue;
        tool_text_string(&out, before);
        tool_json_add(&out, result_json(analysis, &analysis->findings.items[i]));
        tool_text_flush(&out, stdout);
        before = ",\n";
    }
    tool_text_string(&out, "\n]}]}\n");
    tool_text_flush(&out, stdout);
    tool_text_free(&out);
}
