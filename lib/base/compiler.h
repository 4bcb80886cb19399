/* SPDX-License-Identifier: MIT */
/* What some compilers can be told, and what is nothing where they cannot. */
#ifndef CM_BASE_COMPILER_H
#define CM_BASE_COMPILER_H

#include <stdint.h>

#if defined(__GNUC__)
/* Memory that will be read soon, so that several reads wait together. */
#define CM_PREFETCH(place) __builtin_prefetch(place)
/* A function that is hardly ever called: the registers that it needs are not saved where it is not. */
#define CM_RARELY __attribute__((noinline, cold))
/* A function whose registers are not those of its caller, which is often done without it. */
#define CM_APART __attribute__((noinline))
/* A function that only fetches memory: gcc takes one that is not inlined at once for one without effects, and leaves out
 * its calls. */
#define CM_FETCHES inline __attribute__((always_inline))
#else
#define CM_FETCHES inline
#define CM_PREFETCH(place) ((void)(place))
#define CM_RARELY
#define CM_APART
#endif

/* The number of the lowest bit that is set; one is. */
static inline unsigned cm_lowest_bit(uint32_t word) {
#if defined(__GNUC__)
    return (unsigned)__builtin_ctz(word);
#else
    unsigned bit = 0;
    while ((word >> bit & 1) == 0)
        bit++;
    return bit;
#endif
}

#endif
