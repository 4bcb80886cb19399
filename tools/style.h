/* SPDX-License-Identifier: MIT */
/* Colours, where a terminal shows them. */
#ifndef TOOL_STYLE_H
#define TOOL_STYLE_H

#include "options.h"
#include "text.h"

enum tool_style {
    TOOL_STYLE_PLAIN,
    TOOL_STYLE_GOOD,
    TOOL_STYLE_BAD,
    TOOL_STYLE_WARN,
    TOOL_STYLE_DIM,
    TOOL_STYLE_STRONG
};

/* A standard stream and a line being written for it. */
struct tool_stream {
    FILE *file;
    bool color;
    bool styled; /* a style was begun and not ended */
    struct tool_text line;
};

/* auto: on a terminal, unless NO_COLOR is set or TERM is dumb. */
struct tool_stream tool_stream_open(FILE *file, enum tool_when color);
/* Ends the line, writes it, and begins another. */
void tool_stream_end_line(struct tool_stream *stream);
/* Frees; the file stays open. */
void tool_stream_close(struct tool_stream *stream);

/* Begins a style, and ends it. */
void tool_style_begin(struct tool_stream *stream, enum tool_style style);
void tool_style_end(struct tool_stream *stream);
/* Prints "certmap: FILE: message", or without FILE where it is NULL. */
void tool_complain(struct tool_stream *stream, const char *file, struct certmap_view message);

/* Adds one word in a style, filled with spaces to width. */
void tool_style_word(struct tool_stream *stream, enum tool_style style, const char *word, size_t width);

#endif
