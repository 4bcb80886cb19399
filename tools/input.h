/* SPDX-License-Identifier: MIT */
/* Reading whole files. */
#ifndef TOOL_INPUT_H
#define TOOL_INPUT_H

#include "certmap/certmap.h"

/* A file's content. It may hold passwords or a private key. */
struct tool_input {
    uint8_t *data;
    size_t len;
    size_t cap;
};

/* Reads a file, or standard input for "-", of at most limit bytes (under SIZE_MAX / 4). On failure the reason is
 * CANNOT_READ, and input is empty. */
enum certmap_status tool_input_read(struct tool_input *input, const char *path, size_t limit,
                                    struct certmap_diagnostic *err);
/* Adds what is in another; what is there may move, and leaves no copy. */
void tool_input_add(struct tool_input *input, const struct tool_input *more);
/* Doubles the room, up to limit, which is over what there is. */
void tool_input_grow(struct tool_input *input, size_t limit);
/* Makes UTF-8 of a content in UTF-16, also on SYNTAX: certmap_text_from_utf16. */
enum certmap_status tool_input_from_utf16(struct tool_input *input, struct certmap_diagnostic *err);
/* Wipes the content, then frees it. */
void tool_input_free(struct tool_input *input);
struct certmap_view tool_input_view(const struct tool_input *input);

#endif
