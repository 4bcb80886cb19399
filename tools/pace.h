/* SPDX-License-Identifier: MIT */
/* How far a pass over a corpus is, on one line of a terminal that is gone when it ends:
 *
 *     matching [##########------------------]  37%  1234567, 512000 a second, 12 s left
 *
 * Where nobody can tell how much there is - folders, standard input - without bar and end. */
#ifndef TOOL_PACE_H
#define TOOL_PACE_H

#include "text.h"

struct tool_pace {
    const char *doing;    /* NULL: nothing is shown */
    uint64_t begun, last; /* in milliseconds */
    uint64_t total;       /* bytes; 0: not known */
    uint64_t read;        /* of them */
    uint64_t count;       /* records */
    size_t width;         /* of the terminal */
    size_t shown;         /* columns of the line that is there */
    struct tool_text line;
};

void tool_pace_begin(struct tool_pace *pace, const char *doing, char *const *paths, size_t count);
/* So many bytes were read by now, and more records are done. Draws where it is time. One thread at a time. */
void tool_pace_update(struct tool_pace *pace, uint64_t read, uint64_t more);
void tool_pace_end(struct tool_pace *pace);

/* Adds the line after so many milliseconds, in at most width - 1 columns, all of them ASCII; returns how many it takes. */
size_t tool_pace_draw(struct tool_text *line, const struct tool_pace *pace, uint64_t milliseconds);

#endif
