/* SPDX-License-Identifier: MIT */
#include "sha.h"
#include <string.h>

enum { BLOCK = 64, MAX_WORDS = 8 };

typedef void block_fn(uint32_t state[MAX_WORDS], const uint8_t block[BLOCK]);

static uint32_t left(uint32_t x, unsigned n) {
    return (x << n) | (x >> (32 - n));
}

static uint32_t right(uint32_t x, unsigned n) {
    return (x >> n) | (x << (32 - n));
}

static uint32_t word_at(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t choose(uint32_t x, uint32_t y, uint32_t z) {
    return (x & y) ^ (~x & z);
}

static uint32_t majority(uint32_t x, uint32_t y, uint32_t z) {
    return (x & y) ^ (x & z) ^ (y & z);
}

/* ---- SHA-1 ---- */

static uint32_t sha1_round(unsigned t, const uint32_t v[5]) {
    if (t < 20)
        return choose(v[1], v[2], v[3]) + 0x5a827999u;
    if (t < 40)
        return (v[1] ^ v[2] ^ v[3]) + 0x6ed9eba1u;
    if (t < 60)
        return majority(v[1], v[2], v[3]) + 0x8f1bbcdcu;
    return (v[1] ^ v[2] ^ v[3]) + 0xca62c1d6u;
}

static void sha1_block(uint32_t state[MAX_WORDS], const uint8_t block[BLOCK]) {
    uint32_t w[80], v[5];
    for (unsigned t = 0; t < 80; t++)
        w[t] = t < 16 ? word_at(block + 4 * t) : left(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < 80; t++) {
        const uint32_t next = left(v[0], 5) + sha1_round(t, v) + v[4] + w[t];
        v[4] = v[3];
        v[3] = v[2];
        v[2] = left(v[1], 30);
        v[1] = v[0];
        v[0] = next;
    }
    for (unsigned i = 0; i < 5; i++)
        state[i] += v[i];
}

/* ---- SHA-256 ---- */

static const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void sha256_schedule(uint32_t w[64], const uint8_t block[BLOCK]) {
    for (unsigned t = 0; t < 16; t++)
        w[t] = word_at(block + 4 * t);
    for (unsigned t = 16; t < 64; t++) {
        const uint32_t a = w[t - 15], b = w[t - 2];
        w[t] = (right(b, 17) ^ right(b, 19) ^ b >> 10) + w[t - 7] + (right(a, 7) ^ right(a, 18) ^ a >> 3) + w[t - 16];
    }
}

static void sha256_block(uint32_t state[MAX_WORDS], const uint8_t block[BLOCK]) {
    uint32_t w[64], v[8];
    sha256_schedule(w, block);
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < 64; t++) {
        const uint32_t one = v[7] + (right(v[4], 6) ^ right(v[4], 11) ^ right(v[4], 25)) + choose(v[4], v[5], v[6]) +
                             sha256_constants[t] + w[t];
        const uint32_t two = (right(v[0], 2) ^ right(v[0], 13) ^ right(v[0], 22)) + majority(v[0], v[1], v[2]);
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

/* ---- SHA-512 ---- */

enum { LARGE_BLOCK = 128 };

static const uint64_t sha512_constants[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static uint64_t turn(uint64_t x, unsigned n) {
    return (x >> n) | (x << (64 - n));
}

static void sha512_schedule(uint64_t w[80], const uint8_t block[LARGE_BLOCK]) {
    for (unsigned t = 0; t < 16; t++)
        w[t] = (uint64_t)word_at(block + 8 * t) << 32 | word_at(block + 8 * t + 4);
    for (unsigned t = 16; t < 80; t++) {
        const uint64_t a = w[t - 15], b = w[t - 2];
        w[t] = (turn(b, 19) ^ turn(b, 61) ^ b >> 6) + w[t - 7] + (turn(a, 1) ^ turn(a, 8) ^ a >> 7) + w[t - 16];
    }
}

static void sha512_block(uint64_t state[MAX_WORDS], const uint8_t block[LARGE_BLOCK]) {
    uint64_t w[80], v[MAX_WORDS];
    sha512_schedule(w, block);
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < 80; t++) {
        const uint64_t one = v[7] + (turn(v[4], 14) ^ turn(v[4], 18) ^ turn(v[4], 41)) +
                             ((v[4] & v[5]) ^ (~v[4] & v[6])) + sha512_constants[t] + w[t];
        const uint64_t two =
            (turn(v[0], 28) ^ turn(v[0], 34) ^ turn(v[0], 39)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (unsigned i = 0; i < MAX_WORDS; i++)
        state[i] += v[i];
}

static void sha512(uint8_t *digest, struct certmap_view data) {
    uint64_t state[MAX_WORDS] = {
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    };
    uint8_t last[2 * LARGE_BLOCK] = {0};
    struct certmap_view rest = data;
    for (; rest.len >= LARGE_BLOCK; rest.data += LARGE_BLOCK, rest.len -= LARGE_BLOCK)
        sha512_block(state, rest.data);
    const size_t size = rest.len + 17 <= LARGE_BLOCK ? LARGE_BLOCK : 2 * LARGE_BLOCK;
    if (rest.len > 0)
        memcpy(last, rest.data, rest.len);
    last[rest.len] = 0x80;
    for (unsigned i = 0; i < 8; i++)
        last[size - 1 - i] = (uint8_t)((uint64_t)data.len * 8 >> 8 * i);
    for (size_t at = 0; at < size; at += LARGE_BLOCK)
        sha512_block(state, last + at);
    for (size_t i = 0; i < CERTMAP_SHA512_SIZE; i++)
        digest[i] = (uint8_t)(state[i / 8] >> (56 - 8 * (i % 8)));
}

/* ---- all of them ---- */

/* The last block or two: what is left, one bit, zeros, and the length in bits. */
static void end(uint32_t state[MAX_WORDS], block_fn *block, struct certmap_view rest, uint64_t len) {
    uint8_t last[2 * BLOCK] = {0};
    const size_t size = rest.len + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
    if (rest.len > 0)
        memcpy(last, rest.data, rest.len);
    last[rest.len] = 0x80;
    for (unsigned i = 0; i < 8; i++)
        last[size - 1 - i] = (uint8_t)(len * 8 >> 8 * i);
    for (size_t at = 0; at < size; at += BLOCK)
        block(state, last + at);
}

bool t_sha(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data) {
    uint32_t sha1[MAX_WORDS] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint32_t sha256[MAX_WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const bool is_sha1 = hash == CERTMAP_HASH_SHA1;
    uint32_t *state = is_sha1 ? sha1 : sha256;
    block_fn *block = is_sha1 ? sha1_block : sha256_block;
    const size_t size = is_sha1 ? CERTMAP_SHA1_SIZE : CERTMAP_SHA256_SIZE;
    struct certmap_view rest = data;
    (void)ctx;
    if (hash == CERTMAP_HASH_SHA512) {
        sha512(digest, data);
        return true;
    }
    for (; rest.len >= BLOCK; rest.data += BLOCK, rest.len -= BLOCK)
        block(state, rest.data);
    end(state, block, rest, data.len);
    for (size_t i = 0; i < size; i++)
        digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
    return true;
}
