/* SPDX-License-Identifier: MIT */
/* Steps of work (CERTMAP_MAX_STEPS): whatever takes time in a match takes some of them, and stops where there are none. */
#ifndef CM_BASE_STEPS_H
#define CM_BASE_STEPS_H

#include "certmap/certmap.h"

/* Bytes that one step covers, where they are compared or copied in one go. */
#define CM_BYTES_A_STEP 16

/* Takes steps; false when there are not enough left, and then none are. */
static inline bool cm_steps_take(size_t *steps, size_t count) {
    const bool enough = *steps >= count;
    *steps = enough ? *steps - count : 0;
    return enough;
}

/* What an exact comparison takes. */
static inline size_t cm_steps_to_compare(struct certmap_view a, struct certmap_view b) {
    return 1 + (a.len == b.len ? a.len / CM_BYTES_A_STEP : 0);
}

#endif
