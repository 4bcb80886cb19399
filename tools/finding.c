/* SPDX-License-Identifier: MIT */
#include "finding.h"
#include <stdlib.h>
#include <string.h>

void tool_findings_add(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *error) {
    struct tool_findings *findings = ctx;
    struct tool_finding *items = realloc(findings->items, (findings->count + 1) * sizeof *items);
    if (items == NULL)
        tool_no_memory();
    items[findings->count] = (struct tool_finding){severity, *error};
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
        if (findings->items[i].error.code == code)
            return true;
    return false;
}

void tool_findings_drop(struct tool_findings *findings, enum certmap_code code) {
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].error.code != code)
            findings->items[kept++] = findings->items[i];
    findings->count = kept;
}

const struct certmap_diagnostic *tool_findings_error(const struct tool_findings *findings) {
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].severity == CERTMAP_SEVERITY_ERROR)
            return &findings->items[i].error;
    return NULL;
}

const char *tool_severity_name(enum certmap_severity severity) {
    switch (severity) {
    case CERTMAP_SEVERITY_ERROR:
        return "error";
    case CERTMAP_SEVERITY_WARNING:
        return "warning";
    case CERTMAP_SEVERITY_NOTE:
        break;
    }
    return "note";
}

void tool_position_add(struct tool_text *text, const char *file, const struct certmap_diagnostic *error) {
    tool_text_string(text, file);
    if (error->line > 0)
        tool_text_format(text, ":%zu", error->line);
    if (error->line > 0 && error->column > 0)
        tool_text_format(text, ":%zu", error->column);
}

/* ---- The source line and its caret ---- */

/* A longer line is cut: this many characters of it are shown, and this many before the token. */
#define SHOWN 100
#define BEFORE 40

/* The line that holds an offset, without its end. */
static struct certmap_view line_at(struct certmap_view source, size_t offset) {
    size_t begin = offset, end = offset;
    while (begin > 0 && source.data[begin - 1] != '\n')
        begin--;
    while (end < source.len && source.data[end] != '\n')
        end++;
    if (end > begin && source.data[end - 1] == '\r')
        end--;
    return (struct certmap_view){source.data + begin, end - begin};
}

/* One character of the source; in place of what a terminal must not get, U+FFFD. */
static void add_character(struct tool_text *text, struct certmap_view character, uint32_t cp) {
    if (cp == '\t')
        tool_text_repeat(text, '\t', 1);
    else if (cp == 0xFFFD || tool_is_unsafe(character))
        tool_text_string(text, "\xEF\xBF\xBD");
    else
        tool_text_add(text, character);
}

/* Adds the characters [from, to) of a line, and to blank the white space that is as wide as those
 * before the caret. */
static void add_window(struct tool_text *text, struct tool_text *blank, struct certmap_view line, size_t from,
                       size_t to, size_t caret) {
    uint32_t cp;
    for (size_t i = 0; line.len > 0 && i < to; i++) {
        size_t taken = tool_utf8_take(line, &cp);
        if (i >= from)
            add_character(text, (struct certmap_view){line.data, taken}, cp);
        if (i >= from && i < caret)
            tool_text_repeat(blank, cp == '\t' ? '\t' : ' ', 1);
        line.data += taken;
        line.len -= taken;
    }
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static void print_source(struct tool_stream *stream, struct certmap_view source,
                         const struct certmap_diagnostic *error) {
    size_t offset = smaller(error->offset, source.len);
    struct certmap_view line = line_at(source, offset);
    if (line.len == 0)
        return; /* the end of the text, or an empty line: there is nothing to point at */
    size_t before = smaller((size_t)(source.data + offset - line.data), line.len);
    size_t caret = tool_utf8_count((struct certmap_view){line.data, before});
    size_t total = tool_utf8_count(line);
    size_t token =
        tool_utf8_count((struct certmap_view){line.data + before, smaller(error->length, line.len - before)});
    size_t from = caret >= SHOWN - BEFORE ? caret - BEFORE : 0;
    size_t to = smaller(total, from + SHOWN);
    struct tool_text blank = {NULL, 0, 0};
    tool_text_string(&stream->line, from > 0 ? "  ..." : "  ");
    tool_text_string(&blank, from > 0 ? "     " : "  ");
    add_window(&stream->line, &blank, line, from, to, caret);
    tool_text_string(&stream->line, to < total ? "..." : "");
    tool_stream_end_line(stream);
    tool_text_add(&stream->line, tool_text_view(&blank));
    tool_style_begin(stream, TOOL_STYLE_GOOD);
    tool_text_repeat(&stream->line, '^', 1);
    if (token > 1)
        tool_text_repeat(&stream->line, '~', smaller(token, to - caret) - 1);
    tool_style_end(stream);
    tool_stream_end_line(stream);
    tool_text_free(&blank);
}

/* ---- A finding ---- */

static enum tool_style severity_style(enum certmap_severity severity) {
    return severity == CERTMAP_SEVERITY_ERROR     ? TOOL_STYLE_BAD
           : severity == CERTMAP_SEVERITY_WARNING ? TOOL_STYLE_WARN
                                                  : TOOL_STYLE_DIM;
}

void tool_finding_print(struct tool_stream *stream, const char *file, struct certmap_view source,
                        const struct tool_finding *finding) {
    const struct certmap_diagnostic *error = &finding->error;
    struct tool_text position = {NULL, 0, 0};
    tool_position_add(&position, file, error);
    tool_style_begin(stream, TOOL_STYLE_STRONG);
    tool_text_safe(&stream->line, tool_text_view(&position));
    tool_style_end(stream);
    tool_text_string(&stream->line, ": ");
    tool_style_word(stream, severity_style(finding->severity), tool_severity_name(finding->severity), 0);
    tool_text_string(&stream->line, ": ");
    tool_text_safe(&stream->line, tool_view(error->text));
    tool_text_format(&stream->line, " [%s]", certmap_code_name(error->code));
    tool_stream_end_line(stream);
    if (source.data != NULL && error->line > 0)
        print_source(stream, source, error);
    tool_text_free(&position);
}
