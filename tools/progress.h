/* SPDX-License-Identifier: MIT */
/* How far the loading of rules is, on one line of a terminal that is gone when loading ends:
 *
 *     loading applicationHost.config [###########--------------]  45% */
#ifndef TOOL_PROGRESS_H
#define TOOL_PROGRESS_H

#include "options.h"
#include "text.h"

struct tool_progress {
    const char *path;
    bool wanted;
    uint64_t begun; /* in milliseconds */
    size_t width;   /* of the terminal, in columns */
    size_t shown;   /* columns of the line that is there; 0: none */
    unsigned percent;
    struct tool_text line;
};

/* Begins the wait. Nothing is shown of a short one, in JSON, or where standard error is no terminal. */
void tool_progress_begin(struct tool_progress *progress, const struct tool_options *options);
/* A certmap_progress_fn; ctx is the struct. Never stops. */
bool tool_progress_report(void *ctx, size_t done, size_t total);
/* Erases the line, and frees. */
void tool_progress_end(struct tool_progress *progress);

/* Whether to show anything: to people at a terminal that can move back in a line. term may be NULL. */
bool tool_progress_wanted(bool terminal, const char *term, bool json);
/* Whether somebody has waited long enough to be told. In milliseconds. */
bool tool_progress_due(uint64_t begun, uint64_t now);
/* The columns of a terminal, from the variable COLUMNS, which may be NULL. */
size_t tool_progress_width(const char *columns);
/* Adds the line, which leaves the last column free, and returns how many it takes. */
size_t tool_progress_draw(struct tool_text *line, const char *path, unsigned percent, size_t width);

#endif
