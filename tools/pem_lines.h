/* SPDX-License-Identifier: MIT */
/* The lines of PEM, for a TLS library that does not look for blocks in a text itself. What is a block, and what a
 * damaged one, is as PEM_read_bio of OpenSSL 3 has it. That takes more than RFC 7468 has: lines of other lengths, white
 * space in them, header fields and a blank line before the base64, other text between the blocks. */
#ifndef TOOL_PEM_LINES_H
#define TOOL_PEM_LINES_H

#include "input.h"
#include "text.h"

/* One block. The base64 is well-formed: without white space, in whole groups of four, padded at its end, no bit set that
 * stands for nothing. So decoders have nothing to differ about. */
struct tool_pem_lines {
    struct tool_text label;
    struct tool_input base64;
};

/* Takes the next block off the front of a text; false: there is none, or it is damaged. The caller frees lines in
 * either case. */
bool tool_pem_lines_take(struct tool_pem_lines *lines, struct certmap_view *text);
void tool_pem_lines_free(struct tool_pem_lines *lines);

#endif
