/* SPDX-License-Identifier: MIT */
/* What a pattern has before its first wildcard and after its last one, which is compared first. */
#ifndef CM_BASE_GLOB_TRIM_H
#define CM_BASE_GLOB_TRIM_H

#include "base/glob.h"
#include "base/hash.h"

/* What is left of a compiled pattern and of a text. */
struct cm_glob_rest {
    const uint8_t *p, *p_end;
    const uint8_t *t, *t_end;
};

/* Whether both have eight bytes, at these places the same; then none of them is a wildcard, which no text has. */
static inline bool cm_glob_has_eight(const struct cm_glob_rest *rest, bool back) {
    return rest->p_end - rest->p >= 8 && rest->t_end - rest->t >= 8 &&
           (back ? cm_hash_load(rest->p_end - 8) == cm_hash_load(rest->t_end - 8)
                 : cm_hash_load(rest->p) == cm_hash_load(rest->t));
}

/* Takes off eight bytes at a time, as long as they are the same: linear. */
static inline void cm_glob_trim_words(struct cm_glob_rest *rest) {
    while (cm_glob_has_eight(rest, false)) {
        rest->p += 8;
        rest->t += 8;
    }
    while (cm_glob_has_eight(rest, true)) {
        rest->p_end -= 8;
        rest->t_end -= 8;
    }
}

/* Takes off what is before the first wildcard and after the last one; false where the text differs. Linear; whoever asks takes
 * the steps for it. */
static inline bool cm_glob_trim(struct cm_glob_rest *rest) {
    cm_glob_trim_words(rest);
    while (rest->p < rest->p_end && rest->p_end[-1] < CM_GLOB_ONE)
        if (rest->t == rest->t_end || *--rest->p_end != *--rest->t_end)
            return false;
    while (rest->p < rest->p_end && *rest->p < CM_GLOB_ONE)
        if (rest->t == rest->t_end || *rest->p++ != *rest->t++)
            return false;
    return rest->p < rest->p_end || rest->t == rest->t_end;
}

#endif
