/* SPDX-License-Identifier: MIT */
/* A hash of bytes for tables that are never kept: quick, and not cryptography. Whoever chooses the bytes and does not
 * know the seed cannot simply choose collisions; whoever knows it can. So what is found is always compared. */
#ifndef CM_BASE_HASH_H
#define CM_BASE_HASH_H

#include "base/assert.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Spreads the low bits of a number to the high ones, and back. A difference in the highest bit alone comes through one
 * round as it is; after two it depends on all of the number. */
static inline uint64_t cm_hash_mix(uint64_t number) {
    number *= 0x9E3779B97F4A7C15U;
    return number ^ (number >> 32);
}

static inline uint64_t cm_hash_load(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* One to seven bytes as a word, without a loop. */
static inline uint64_t cm_hash_few(const uint8_t *bytes, size_t len) {
    uint32_t front, back;
    CM_ASSERT(len > 0 && len < 8);
    if (len < 4)
        return bytes[0] | (uint64_t)bytes[len / 2] << 8 | (uint64_t)bytes[len - 1] << 16;
    memcpy(&front, bytes, sizeof front);
    memcpy(&back, bytes + len - sizeof back, sizeof back);
    return front | (uint64_t)back << 32;
}

static inline uint64_t cm_hash_word(uint64_t hash, uint64_t word) {
    return cm_hash_mix(cm_hash_mix(hash ^ word));
}

/* From so many bytes on there is something to be done side by side. */
#define CM_HASH_LONG 64
/* The same for CM_HASH_LONG bytes and more; hash is that of their number. */
uint64_t cm_hash_long(const uint8_t *bytes, size_t len, uint64_t hash);

/* The last word of eight bytes or more overlaps the one before. Linear. */
static inline uint64_t cm_hash_bytes(const uint8_t *bytes, size_t len, uint64_t seed) {
    uint64_t hash = seed ^ (uint64_t)len * 0xC2B2AE3D27D4EB4FU;
    if (len > 0 && len < 8)
        return cm_hash_word(hash, cm_hash_few(bytes, len));
    if (len >= CM_HASH_LONG)
        return cm_hash_long(bytes, len, hash);
    for (size_t i = 0; i + 8 < len; i += 8)
        hash = cm_hash_word(hash, cm_hash_load(bytes + i));
    if (len > 0)
        hash = cm_hash_word(hash, cm_hash_load(bytes + len - 8));
    return cm_hash_mix(hash);
}

#endif
