/* SPDX-License-Identifier: MIT */
/* What the forms of lint's output share. */
#include "lint.h"
#include "witness.h"

bool tool_analysis_shows(const struct tool_analysis *analysis, const struct tool_finding *finding) {
    return finding->suppressed == TOOL_SUPPRESSED_NOT &&
           finding->report.diagnostic.severity <= analysis->options->lint.level;
}

static json_t *owned(struct tool_text *text) {
    json_t *value = tool_json_text(tool_text_view(text));
    tool_text_free(text);
    return value;
}

static json_t *value_json(const struct certmap_lint_value *value) {
    json_t *object = tool_json_object();
    struct tool_text field = {NULL, 0, 0};
    tool_witness_field(&field, value);
    tool_json_set(object, "field", owned(&field));
    tool_json_set(object, "text",
                  value->state == CERTMAP_LINT_READABLE
                      ? tool_json_text((struct certmap_view){
                            value->text.data != NULL ? value->text.data : (const uint8_t *)"", value->text.len})
                      : json_null());
    tool_json_set(object, "state", tool_json_string(tool_witness_state(value->state)));
    return object;
}

json_t *tool_lint_witness_json(const struct tool_finding *finding, const struct certmap_rules *rules) {
    const struct certmap_lint_witness *witness = finding->report.witness;
    if (witness == NULL)
        return json_null();
    json_t *object = tool_json_object(), *values = tool_json_array();
    struct tool_text der = {NULL, 0, 0};
    for (size_t i = 0; i < witness->value_count; i++)
        tool_json_append(values, value_json(&witness->values[i]));
    tool_json_set(object, "values", values);
    tool_json_set(object, "decision", tool_json_string(certmap_decision_name(witness->decision)));
    tool_json_set(object, "reason",
                  tool_json_string(witness->reason == CERTMAP_CODE_NONE ? NULL : certmap_code_name(witness->reason)));
    tool_json_set(object, "by", tool_json_text(tool_mapping_name(rules, witness->mapping)));
    tool_json_set(object, "account", tool_json_text(witness->account));
    if (witness->der.data != NULL)
        tool_witness_base64(&der, witness->der, 0);
    tool_json_set(object, "der", owned(&der));
    return object;
}

json_t *tool_lint_suppressed_json(const struct tool_finding *finding) {
    static const char *const by[] = {"", "comment", "option", "baseline"}; /* enum tool_suppressed */
    if (finding->suppressed == TOOL_SUPPRESSED_NOT)
        return json_null();
    json_t *object = tool_json_object();
    tool_json_set(object, "by", tool_json_string(by[finding->suppressed]));
    tool_json_set(object, "line", tool_json_position(finding->comment));
    tool_json_set(object, "reason", tool_json_text(finding->reason));
    return object;
}
