/* SPDX-License-Identifier: MIT */
#include "finding.h"
#include <stdlib.h>

void tool_findings_add(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *finding) {
    struct tool_findings *findings = ctx;
    struct certmap_diagnostic *items = realloc(findings->items, (findings->count + 1) * sizeof *items);
    if (items == NULL)
        tool_no_memory();
    items[findings->count] = *finding;
    items[findings->count].severity = severity;
    findings->items = items;
    findings->count++;
}

void tool_findings_free(struct tool_findings *findings) {
    free(findings->items);
    *findings = (struct tool_findings){NULL, 0};
}

size_t tool_findings_count(const struct tool_findings *findings, enum certmap_severity severity) {
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].severity == severity;
    return count;
}

bool tool_findings_has(const struct tool_findings *findings, enum certmap_code code) {
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].code == code)
            return true;
    return false;
}

void tool_findings_drop(struct tool_findings *findings, enum certmap_code code) {
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].code != code)
            findings->items[kept++] = findings->items[i];
    findings->count = kept;
}

const struct certmap_diagnostic *tool_findings_error(const struct tool_findings *findings) {
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].severity == CERTMAP_SEVERITY_ERROR)
            return &findings->items[i];
    return NULL;
}

void tool_position_add(struct tool_text *text, const char *file, const struct certmap_diagnostic *error) {
    tool_text_string(text, file);
    if (error->line > 0)
        tool_text_format(text, ":%zu", error->line);
    if (error->line > 0 && error->column > 0)
        tool_text_format(text, ":%zu", error->column);
}

void tool_finding_print(struct tool_stream *stream, const char *file, struct certmap_view source,
                        const struct certmap_diagnostic *finding) {
    struct certmap_diagnostic named = *finding;
    named.file = file;
    tool_text_diagnostic(&stream->line, &named, source,
                         stream->color ? CERTMAP_DIAGNOSTIC_ANSI : CERTMAP_DIAGNOSTIC_PLAIN);
    tool_stream_end_line(stream);
}
