/* SPDX-License-Identifier: MIT */
/* The mapping that a certificate missed by the least, and by which conditions. */
#ifndef TOOL_NEAREST_H
#define TOOL_NEAREST_H

#include "certmap/explain.h"
#include "json.h"
#include "style.h"

/* More conditions than these are counted, but not named. */
#define TOOL_NEAREST_SHOWN 4

/* Zero it to begin; tool_nearest_free to end, which zeroes it. */
struct tool_nearest {
    bool found;
    size_t mapping;
    size_t missing;
    struct tool_text name;
    /* The first that would have to give something else: as rules write them, and as people are shown them. */
    struct tool_text conditions[TOOL_NEAREST_SHOWN], shown[TOOL_NEAREST_SHOWN];
    const struct certmap_rules *rules;
    size_t count;     /* of all of them */
    size_t depth;     /* of the members that are passed over, or 0: see tool_nearest_find */
    size_t nots[258]; /* depths of the `not` groups around the current item: CERTMAP_MAX_NESTING and the edges */
    size_t not_count;
};

/* Takes an item of kind CERTMAP_EXPLAIN_NEAREST. */
void tool_nearest_take(struct tool_nearest *nearest, const struct certmap_explain_item *item);
/* Finds the conditions, after the explanation of a peer has ended; nothing if it had no such item. */
void tool_nearest_find(struct tool_nearest *nearest, const struct certmap_rules *rules, struct certmap_peer *peer);
void tool_nearest_free(struct tool_nearest *nearest);

/* One line, or none. */
void tool_nearest_print(struct tool_stream *out, const struct tool_nearest *nearest);
/* An object, or null. */
json_t *tool_nearest_json(const struct tool_nearest *nearest);

#endif
