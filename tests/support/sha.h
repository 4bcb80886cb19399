/* SPDX-License-Identifier: MIT */
/* SHA-256 and SHA-1 (FIPS 180-4) for tests that run where no TLS library is. */
#ifndef T_SHA_H
#define T_SHA_H

#include "certmap/certmap.h"

/* A certmap_hash_fn; ctx is not used. Always true. */
bool t_sha(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data);

#endif
