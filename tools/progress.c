/* SPDX-License-Identifier: MIT */
#include "progress.h"
#include "platform.h"
#include <stdlib.h>
#include <string.h>

/* A wait that nobody notices. */
enum { SHORT_WAIT = 500 };
/* Columns: of a terminal that does not say, and of one with room for a bar. */
enum { USUAL_WIDTH = 80, MIN_WIDTH = 40 };
/* Columns: of all but the name and the bar, a free one at the end included; of a line without them; of a bar. */
enum { AROUND = sizeof "loading  [] 100%", AROUND_PERCENT = sizeof "loading 100%" - 1, MIN_BAR = 10, MAX_BAR = 40 };

bool tool_progress_wanted(bool terminal, const char *term, bool json) {
    return terminal && !json && (term == NULL || strcmp(term, "dumb") != 0);
}

bool tool_progress_due(uint64_t begun, uint64_t now) {
    return now - begun >= SHORT_WAIT;
}

size_t tool_progress_width(const char *columns) {
    char *end;
    const unsigned long width = columns != NULL ? strtoul(columns, &end, 10) : 0;
    return width == 0 || *end != '\0' || width > 10000 ? USUAL_WIDTH : (size_t)width;
}

/* ---- drawing ---- */

/* How many columns a text takes at most: what is not ASCII may be wide. */
static size_t columns_of(struct certmap_view text) {
    size_t columns = 0;
    while (text.len > 0) {
        uint32_t cp;
        const size_t taken = tool_utf8_take(text, &cp);
        columns += cp < 0x80 ? 1 : 2;
        text.data += taken;
        text.len -= taken;
    }
    return columns;
}

/* Adds the end of a name that has more columns than there are. */
static void add_end(struct tool_text *line, struct certmap_view name, size_t columns) {
    while (columns_of(name) > columns - 3) {
        uint32_t cp;
        const size_t taken = tool_utf8_take(name, &cp);
        name.data += taken;
        name.len -= taken;
    }
    tool_text_string(line, "...");
    tool_text_add(line, name);
}

/* Adds a name, or as much of its end as there is room for; returns how many columns it takes. */
static size_t add_name(struct tool_text *line, const char *path, size_t columns) {
    const size_t start = line->len;
    struct tool_text name = {NULL, 0, 0};
    tool_text_safe(&name, tool_view(path));
    if (columns_of(tool_text_view(&name)) <= columns)
        tool_text_add(line, tool_text_view(&name));
    else
        add_end(line, tool_text_view(&name), columns);
    tool_text_free(&name);
    return columns_of((struct certmap_view){(const uint8_t *)line->data + start, line->len - start});
}

size_t tool_progress_draw(struct tool_text *line, const char *path, unsigned percent, size_t width) {
    tool_text_string(line, "loading ");
    if (width < MIN_WIDTH) {
        tool_text_format(line, "%3u%%", percent);
        return AROUND_PERCENT;
    }
    const size_t name = add_name(line, path, width - AROUND - MIN_BAR), room = width - AROUND - name;
    const size_t bar = room < MAX_BAR ? room : MAX_BAR, full = bar * percent / 100;
    tool_text_string(line, " [");
    tool_text_repeat(line, '#', full);
    tool_text_repeat(line, '-', bar - full);
    tool_text_format(line, "] %3u%%", percent);
    return AROUND - 1 + name + bar;
}

/* ---- on the terminal ---- */

void tool_progress_begin(struct tool_progress *progress, const struct tool_options *options) {
    const size_t columns = tool_platform_columns(stderr);
    *progress = (struct tool_progress){
        .path = options->rules,
        .wanted = tool_progress_wanted(tool_platform_is_terminal(stderr), getenv("TERM"), options->json),
        .begun = tool_platform_milliseconds(),
        .width = columns > 0 ? columns : tool_progress_width(getenv("COLUMNS")),
    };
}

bool tool_progress_report(void *ctx, size_t done, size_t total) {
    struct tool_progress *progress = ctx;
    const unsigned percent = (unsigned)((uint64_t)done * 100 / total);
    if (!progress->wanted || (progress->shown > 0 && percent == progress->percent) ||
        !tool_progress_due(progress->begun, tool_platform_milliseconds()))
        return true;
    tool_text_string(&progress->line, "\r");
    progress->shown = tool_progress_draw(&progress->line, progress->path, percent, progress->width);
    progress->percent = percent;
    tool_text_flush(&progress->line, stderr);
    return true;
}

void tool_progress_end(struct tool_progress *progress) {
    if (progress->shown > 0) {
        tool_text_string(&progress->line, "\r");
        tool_text_repeat(&progress->line, ' ', progress->shown);
        tool_text_string(&progress->line, "\r");
        tool_text_flush(&progress->line, stderr);
    }
    tool_text_free(&progress->line);
}
