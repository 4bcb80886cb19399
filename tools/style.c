/* SPDX-License-Identifier: MIT */
#include "style.h"
#include "platform.h"
#include <stdlib.h>
#include <string.h>

static bool wants_color(FILE *file, enum tool_when color) {
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    if (color != TOOL_WHEN_AUTO)
        return color == TOOL_WHEN_ALWAYS;
    if (none != NULL && none[0] != '\0')
        return false;
    return tool_platform_has_colors(file) && (term == NULL || strcmp(term, "dumb") != 0);
}

struct tool_stream tool_stream_open(FILE *file, enum tool_when color) {
    return (struct tool_stream){.file = file, .color = wants_color(file, color)};
}

void tool_stream_end_line(struct tool_stream *stream) {
    tool_text_repeat(&stream->line, '\n', 1);
    tool_text_flush(&stream->line, stream->file);
}

void tool_stream_close(struct tool_stream *stream) {
    tool_text_free(&stream->line);
}

void tool_style_begin(struct tool_stream *stream, enum tool_style style) {
    static const char *const codes[] = {
        [TOOL_STYLE_PLAIN] = "",        [TOOL_STYLE_GOOD] = "\x1b[32m", [TOOL_STYLE_BAD] = "\x1b[31m",
        [TOOL_STYLE_WARN] = "\x1b[33m", [TOOL_STYLE_DIM] = "\x1b[2m",   [TOOL_STYLE_STRONG] = "\x1b[1m",
    };
    stream->styled = stream->color && style != TOOL_STYLE_PLAIN;
    if (stream->styled)
        tool_text_string(&stream->line, codes[style]);
}

void tool_style_end(struct tool_stream *stream) {
    if (stream->styled)
        tool_text_string(&stream->line, "\x1b[0m");
    stream->styled = false;
}

void tool_style_word(struct tool_stream *stream, enum tool_style style, const char *word, size_t width) {
    size_t len = strlen(word);
    tool_style_begin(stream, style);
    tool_text_string(&stream->line, word);
    tool_style_end(stream);
    tool_text_repeat(&stream->line, ' ', len < width ? width - len : 0);
}

void tool_complain(struct tool_stream *stream, const char *file, struct certmap_view message) {
    tool_text_string(&stream->line, "certmap: ");
    if (file != NULL) {
        tool_text_safe(&stream->line, tool_view(file));
        tool_text_string(&stream->line, ": ");
    }
    tool_text_safe(&stream->line, message);
    tool_stream_end_line(stream);
}
