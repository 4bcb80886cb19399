/* SPDX-License-Identifier: MIT */
/* The file of --privileged: names of accounts that are not handed out, one a line. */
#ifndef TOOL_PRIVILEGED_H
#define TOOL_PRIVILEGED_H

#include "input.h"

/* Zero it to begin. */
struct tool_privileged {
    struct tool_input input;
    struct certmap_view *names;
    size_t count;
};

/* Reads the file; NULL: there is none. false: it cannot be read, as standard error says. The caller frees in either case. */
bool tool_privileged_read(struct tool_privileged *privileged, const char *path);
void tool_privileged_free(struct tool_privileged *privileged);

#endif
