/* SPDX-License-Identifier: MIT */
/* Digests. One file for each TLS library. */
#ifndef TOOL_HASH_H
#define TOOL_HASH_H

#include "certmap/certmap.h"

/* A certmap_hash_fn; ctx is not used. */
bool tool_hash(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data);

#endif
