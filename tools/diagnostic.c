/* SPDX-License-Identifier: MIT */
#include "diagnostic.h"
#include <stdlib.h>

void tool_diagnostics_add(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    struct tool_diagnostics *diagnostics = ctx;
    struct certmap_diagnostic *items = realloc(diagnostics->items, (diagnostics->count + 1) * sizeof *items);
    if (items == NULL)
        tool_no_memory();
    items[diagnostics->count] = *diagnostic;
    items[diagnostics->count].severity = severity;
    diagnostics->items = items;
    diagnostics->count++;
}

void tool_diagnostics_free(struct tool_diagnostics *diagnostics) {
    free(diagnostics->items);
    *diagnostics = (struct tool_diagnostics){NULL, 0};
}

size_t tool_diagnostics_count(const struct tool_diagnostics *diagnostics, enum certmap_severity severity) {
    size_t count = 0;
    for (size_t i = 0; i < diagnostics->count; i++)
        count += diagnostics->items[i].severity == severity;
    return count;
}

bool tool_diagnostics_has(const struct tool_diagnostics *diagnostics, enum certmap_code code) {
    for (size_t i = 0; i < diagnostics->count; i++)
        if (diagnostics->items[i].code == code)
            return true;
    return false;
}

void tool_diagnostics_drop(struct tool_diagnostics *diagnostics, enum certmap_code code) {
    size_t kept = 0;
    for (size_t i = 0; i < diagnostics->count; i++)
        if (diagnostics->items[i].code != code)
            diagnostics->items[kept++] = diagnostics->items[i];
    diagnostics->count = kept;
}

const struct certmap_diagnostic *tool_diagnostics_error(const struct tool_diagnostics *diagnostics) {
    for (size_t i = 0; i < diagnostics->count; i++)
        if (diagnostics->items[i].severity == CERTMAP_SEVERITY_ERROR)
            return &diagnostics->items[i];
    return NULL;
}

void tool_position_add(struct tool_text *text, const char *file, const struct certmap_diagnostic *error) {
    tool_text_string(text, file);
    if (error->line > 0)
        tool_text_format(text, ":%zu", error->line);
    if (error->line > 0 && error->column > 0)
        tool_text_format(text, ":%zu", error->column);
}

void tool_diagnostic_print(struct tool_stream *stream, const char *file, struct certmap_view source,
                           const struct certmap_diagnostic *diagnostic) {
    struct certmap_diagnostic named = *diagnostic;
    named.file = file;
    tool_text_diagnostic(&stream->line, &named, source,
                         stream->color ? CERTMAP_DIAGNOSTIC_ANSI : CERTMAP_DIAGNOSTIC_PLAIN);
    tool_stream_end_line(stream);
}
