/* SPDX-License-Identifier: MIT */
/* Numbers that look random and are the same in every run: SplitMix64. */
#ifndef B_RANDOM_H
#define B_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct b_random {
    uint64_t state; /* the seed, to begin with */
};

static inline uint64_t b_random_next(struct b_random *random) {
    uint64_t z = (random->state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* From 0 to below - 1; below > 0. Not quite even, which does not matter here. */
static inline size_t b_random_below(struct b_random *random, size_t below) {
    return (size_t)(b_random_next(random) % below);
}

#endif
