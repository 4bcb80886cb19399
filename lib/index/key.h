/* SPDX-License-Identifier: MIT */
/* The keys of an index, as those who build it and those who search it make them. operand.h has what only those
 * who build it need. */
#ifndef CM_INDEX_KEY_H
#define CM_INDEX_KEY_H

#include "base/hash.h"
#include "index/index.h"

/* A probe as a number. */
static inline uint64_t cm_probe_pack(const struct cm_probe *probe) {
    return probe->list | (uint64_t)probe->row << 8 | (uint64_t)probe->text << 16 | (uint64_t)probe->shape << 24 |
           (uint64_t)probe->length << 32 | (uint64_t)probe->typed << 48;
}

/* Its shape. */
static inline unsigned cm_probe_shape(uint64_t packed) {
    return packed >> 24 & 0xFF;
}

/* Where the hashes of a probe's keys begin. */
static inline uint64_t cm_key_seed(uint64_t seed, const struct cm_probe *probe) {
    return cm_hash_mix(seed ^ cm_probe_pack(probe));
}

/* The same for a probe that is typed. */
static inline uint64_t cm_key_typed(uint64_t seed, struct certmap_view oid) {
    return cm_hash_bytes(oid.data, oid.len, seed);
}

/* The hash of a key. Pieces of eight bytes are looked up at each place of a value: theirs is the quickest. */
static inline uint64_t cm_key_hash(const uint8_t *bytes, size_t len, uint64_t seed) {
    return len == 8 ? cm_hash_load(bytes) ^ seed : cm_hash_bytes(bytes, len, seed);
}

/* A hash as the key in a node. */
static inline uint32_t cm_key_in(uint32_t node, uint64_t hash) {
    return (uint32_t)(cm_hash_mix(cm_hash_mix(hash ^ node * 0xD6E8FEB86659FD93U)) >> 32);
}

/* Where a key's slot is, unless those of others have pushed it back. */
static inline uint32_t cm_key_slot(uint32_t key, uint32_t range) {
    return (uint32_t)((uint64_t)key * range >> 32);
}

/* How far from the first home that of a key is, in offsets. */
static inline uint32_t cm_key_home(uint32_t key, uint32_t home_size) {
    return cm_layout_home(key, home_size);
}

/* The word of the Bloom filter that a key has bits in, and which: three of 64. */
static inline uint32_t cm_bloom_word(uint32_t key, uint32_t range) {
    return (uint32_t)((key * 0x9E3779B97F4A7C15U >> 32) * range >> 32);
}

static inline uint64_t cm_bloom_bits(uint32_t key) {
    const uint64_t spread = key * 0x9E3779B97F4A7C15U;
    return (uint64_t)1 << (spread & 63) | (uint64_t)1 << (spread >> 6 & 63) | (uint64_t)1 << (spread >> 12 & 63);
}

#endif
