/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

enum { LANES = 4, BLOCK = LANES * 8 };

static void take_block(uint64_t lanes[LANES], const uint8_t *bytes) {
    for (size_t i = 0; i < LANES; i++)
        lanes[i] = cm_hash_word(lanes[i], cm_hash_load(bytes + 8 * i));
}

/* Four hashes side by side, none of which waits for another. The last block overlaps the one before. Linear. */
uint64_t cm_hash_long(const uint8_t *bytes, size_t len, uint64_t hash) {
    uint64_t lanes[LANES] = {hash, ~hash, hash << 32 | hash >> 32, ~(hash << 32 | hash >> 32)};
    for (size_t i = 0; i + BLOCK < len; i += BLOCK)
        take_block(lanes, bytes + i);
    take_block(lanes, bytes + len - BLOCK);
    for (size_t i = 1; i < LANES; i++)
        lanes[0] = cm_hash_word(lanes[0], lanes[i]);
    return cm_hash_mix(lanes[0]);
}
