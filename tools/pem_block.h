/* SPDX-License-Identifier: MIT */
/* The blocks of a PEM text. One file for each TLS library; the same text has the same blocks in all of them, but for
 * bytes over 0x7F at the end of a line, which OpenSSL passes over only where a char has a sign. */
#ifndef TOOL_PEM_BLOCK_H
#define TOOL_PEM_BLOCK_H

#include "certmap/certmap.h"

/* A block: its label, as in "-----BEGIN LABEL-----", and what its base64 stands for, which is not empty. Valid during
 * the call only. */
typedef void tool_pem_block_fn(void *ctx, const char *label, struct certmap_view der);

/* Calls fn for each block, up to the end of the text or to a block that cannot be read. Returns how many there were. */
size_t tool_pem_blocks(struct certmap_view text, tool_pem_block_fn *fn, void *ctx);

#endif
