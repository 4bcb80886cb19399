/* SPDX-License-Identifier: MIT */
/* Included before each file of the core that the fuzz target `work` runs: counts what the C standard library and utf8proc
 * are asked to go through, as branches are counted that the compiler marks. */
#ifndef F_COUNT_H
#define F_COUNT_H

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

/* Branches that were taken, and what stands for them. */
extern uint64_t f_work;

/* Bytes that the library goes through in the time of a branch. */
#define F_BYTES_A_BRANCH 16

static inline size_t f_count(size_t bytes) {
    f_work += bytes / F_BYTES_A_BRANCH;
    return bytes;
}

static inline const void *f_memchr(const void *bytes, int byte, size_t len) {
    const void *found = memchr(bytes, byte, len);
    (void)f_count(found != NULL ? (size_t)((const char *)found - (const char *)bytes) : len);
    return found;
}

#define memchr(bytes, byte, len) ((void *)(uintptr_t)f_memchr(bytes, byte, len))
#define memcmp(a, b, len) memcmp(a, b, f_count(len))
#define memcpy(to, from, len) memcpy(to, from, f_count(len))
#define memmove(to, from, len) memmove(to, from, f_count(len))
#define memset(to, byte, len) memset(to, byte, f_count(len))

/* A look into its tables, and a code point that is normalised. */
#define utf8proc_decompose_char(...) (f_work += 4, utf8proc_decompose_char(__VA_ARGS__))
#define utf8proc_normalize_utf32(points, count, options)                                                               \
    (f_work += 8 * (uint64_t)(count), utf8proc_normalize_utf32(points, count, options))

#endif
