/* SPDX-License-Identifier: MIT */
#include "pace.h"
#include "platform.h"
#include "progress.h"
#include <stdlib.h>
#include <string.h>

/* Milliseconds between two lines: people read no faster. */
enum { PAUSE = 200 };
/* Columns of a bar. */
enum { BAR = 30 };

/* The bytes of all files; 0 where one of them is a folder or standard input. */
static uint64_t size_of_all(char *const *paths, size_t count) {
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t size = strcmp(paths[i], "-") == 0 ? 0 : tool_platform_size(paths[i]);
        if (size == 0)
            return 0;
        total += size;
    }
    return total;
}

void tool_pace_begin(struct tool_pace *pace, const char *doing, char *const *paths, size_t count) {
    const bool wanted = doing != NULL && tool_progress_wanted(tool_platform_is_terminal(stderr), getenv("TERM"), false);
    *pace = (struct tool_pace){.doing = wanted ? doing : NULL, .begun = tool_platform_milliseconds()};
    if (!wanted)
        return;
    const size_t columns = tool_platform_columns(stderr);
    pace->width = columns > 0 ? columns : tool_progress_width(getenv("COLUMNS"));
    pace->total = size_of_all(paths, count);
}

size_t tool_pace_draw(struct tool_text *line, const struct tool_pace *pace, uint64_t milliseconds) {
    const size_t begin = line->len;
    const uint64_t read = pace->read < pace->total ? pace->read : pace->total;
    const uint64_t each = milliseconds > 0 ? pace->count * 1000 / milliseconds : 0;
    tool_text_string(line, pace->doing);
    if (pace->total > 0) {
        const size_t full = (size_t)(BAR * read / pace->total);
        tool_text_string(line, " [");
        tool_text_repeat(line, '#', full);
        tool_text_repeat(line, '-', BAR - full);
        tool_text_format(line, "] %3u%% ", (unsigned)(100 * read / pace->total));
    }
    tool_text_format(line, " %llu, %llu a second", (unsigned long long)pace->count, (unsigned long long)each);
    if (read > 0)
        tool_text_format(line, ", %llu s left",
                         (unsigned long long)((milliseconds * (pace->total - read) / read + 999) / 1000));
    if (pace->width > 0 && line->len - begin > pace->width - 1)
        line->len = begin + pace->width - 1;
    return line->len - begin;
}

void tool_pace_update(struct tool_pace *pace, uint64_t read, uint64_t more) {
    if (pace->doing == NULL)
        return;
    const uint64_t now = tool_platform_milliseconds();
    pace->read = read;
    pace->count += more;
    if (!tool_progress_due(pace->begun, now) || now - pace->last < PAUSE)
        return;
    pace->last = now;
    tool_text_string(&pace->line, "\r");
    const size_t columns = tool_pace_draw(&pace->line, pace, now - pace->begun);
    if (columns < pace->shown)
        tool_text_repeat(&pace->line, ' ', pace->shown - columns);
    pace->shown = columns > pace->shown ? columns : pace->shown;
    tool_text_flush(&pace->line, stderr);
}

void tool_pace_end(struct tool_pace *pace) {
    if (pace->shown > 0) {
        tool_text_string(&pace->line, "\r");
        tool_text_repeat(&pace->line, ' ', pace->shown);
        tool_text_string(&pace->line, "\r");
        tool_text_flush(&pace->line, stderr);
    }
    tool_text_free(&pace->line);
}
