/* SPDX-License-Identifier: MIT */
/* Keys, each once, in the order in which they came, up to a limit. Strangers choose them: they are found by their SHA-256, so
 * that nobody makes many of them meet in one slot. */
#ifndef TOOL_REPORT_TABLE_H
#define TOOL_REPORT_TABLE_H

#include "text.h"
#include <stdint.h>

struct tool_table_key {
    uint8_t *bytes;
    size_t len;
    uint64_t hash;
};

/* Zero it but for the limit, to begin; tool_table_free to end. */
struct tool_table {
    size_t limit; /* of keys; at most UINT32_MAX / 4 */
    struct tool_table_key *keys;
    size_t count, cap;
    uint32_t *slots; /* the index of a key, and 1 more; 0: none */
    size_t slot_count;
};

/* The index of a key, which is added if it is new; SIZE_MAX: it is, and the table is full. */
size_t tool_table_add(struct tool_table *table, struct certmap_view key);
struct certmap_view tool_table_key_at(const struct tool_table *table, size_t index);
void tool_table_free(struct tool_table *table);
/* Gives an array of `count` items of a size room for one more, of which all bytes are zero. Call it before each is added. */
void *tool_grow(void *items, size_t count, size_t *cap, size_t size);

#endif
