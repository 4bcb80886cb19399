/* SPDX-License-Identifier: MIT */
/* Drawings as SVG, from numbers alone: no text of a stranger is in one. Colours are classes of the page's style. */
#ifndef TOOL_REPORT_SVG_H
#define TOOL_REPORT_SVG_H

#include "text.h"
#include <stdint.h>

/* A part of a bar: its class, which is also what it is called, and how much it is. */
struct tool_svg_part {
    const char *name;
    uint64_t count;
};

/* Parts of a column. */
#define TOOL_SVG_PARTS 4

struct tool_svg_column {
    uint64_t parts[TOOL_SVG_PARTS];
    const char *label; /* under the column, or NULL */
    bool past;         /* paler */
};

struct tool_svg_columns {
    const char *title;        /* for who cannot see it */
    const char *const *names; /* classes of the parts, the lowest first */
    const struct tool_svg_column *columns;
    size_t count;
    size_t today;    /* the column in which it is; SIZE_MAX: none */
    unsigned within; /* how far in it, in hundredths */
};

/* Adds a number of hundredths: 1234 is 12.34, 1200 is 12. */
void tool_svg_length(struct tool_text *out, uint64_t hundredths);
/* part of all in so many hundredths, rounded down; never over it. */
uint64_t tool_svg_scale(uint64_t part, uint64_t all, uint64_t hundredths);
/* A round number that is not under most, for the top of an axis of four steps. */
uint64_t tool_svg_top(uint64_t most);
/* The binary logarithm in hundredths, near enough to draw; 0 for 0 and 1. It never falls. */
unsigned tool_svg_log(uint64_t number);

/* A bar beside its number, which says all to who cannot see it. What is not 0 is seen. */
void tool_svg_bar(struct tool_text *out, const char *name, uint64_t count, uint64_t most);
/* A bar in parts, as long as total is of most. */
void tool_svg_stack(struct tool_text *out, const struct tool_svg_part *parts, size_t count, uint64_t total,
                    uint64_t most);
void tool_svg_columns(struct tool_text *out, const struct tool_svg_columns *drawing);
/* Numbers from the greatest to the least, on a logarithmic scale; `used` of them are not 0. */
void tool_svg_ranks(struct tool_text *out, const uint64_t *numbers, size_t count, size_t used);

#endif
