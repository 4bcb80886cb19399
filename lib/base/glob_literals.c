/* SPDX-License-Identifier: MIT */
/* The literals of a pattern in a text: what is known of a text before more is done with it. */
#include "base/glob_trim.h"
#include "base/steps.h"
#include <string.h>

static struct cm_glob_rest rest_of(struct certmap_view pattern, struct certmap_view text) {
    return (struct cm_glob_rest){pattern.data, pattern.data + pattern.len, text.data, text.data + text.len};
}

/* Both ends. A step for 16 bytes of them. */
static enum certmap_truth take_ends(struct cm_glob_rest *rest, size_t *steps) {
    const size_t len = (size_t)(rest->p_end - rest->p);
    const bool ends = cm_glob_trim(rest);
    if (!cm_steps_take(steps, (len - (size_t)(rest->p_end - rest->p)) / CM_BYTES_A_STEP))
        return CERTMAP_UNKNOWN;
    return ends ? CERTMAP_TRUE : CERTMAP_FALSE;
}

enum certmap_truth cm_glob_has_ends(struct certmap_view pattern, struct certmap_view text, size_t *steps) {
    struct cm_glob_rest rest = rest_of(pattern, text);
    return take_ends(&rest, steps);
}

/* Takes what is before a literal of len bytes in the text, and the literal, which is found by its last byte; FALSE: it is not
 * there. A step for each place, and for 16 bytes between them and of the literal where it may be. */
static enum certmap_truth take_literal(struct cm_glob_rest *rest, size_t len, size_t *steps) {
    while ((size_t)(rest->t_end - rest->t) >= len) {
        const uint8_t *from = rest->t + len - 1, *found = memchr(from, rest->p[len - 1], (size_t)(rest->t_end - from));
        const size_t passed = (size_t)((found != NULL ? found : rest->t_end) - from);
        if (!cm_steps_take(steps, 1 + passed / CM_BYTES_A_STEP))
            return CERTMAP_UNKNOWN;
        if (found == NULL)
            return CERTMAP_FALSE;
        rest->t = found + 1 - len;
        if (rest->t[0] == rest->p[0] && !cm_steps_take(steps, len / CM_BYTES_A_STEP))
            return CERTMAP_UNKNOWN;
        if (memcmp(rest->t, rest->p, len) == 0) {
            rest->t += len;
            return CERTMAP_TRUE;
        }
        rest->t++;
    }
    return CERTMAP_FALSE;
}

/* How long the literal is that the pattern goes on with. */
static size_t literal_length(const struct cm_glob_rest *rest) {
    const uint8_t *p = rest->p;
    while (p < rest->p_end && *p < CM_GLOB_ONE)
        p++;
    return (size_t)(p - rest->p);
}

/* Each literal is taken at the first place after that of the one before it: wherever the text is like the pattern there are all
 * of them. A step, and one for 16 bytes of the pattern. */
enum certmap_truth cm_glob_has_literals(struct certmap_view pattern, struct certmap_view text, size_t *steps) {
    struct cm_glob_rest rest = rest_of(pattern, text);
    if (!cm_steps_take(steps, 1 + pattern.len / CM_BYTES_A_STEP))
        return CERTMAP_UNKNOWN;
    enum certmap_truth truth = take_ends(&rest, steps);
    while (truth == CERTMAP_TRUE && rest.p < rest.p_end) {
        const size_t len = literal_length(&rest);
        if (len == 0) {
            rest.p++;
            continue;
        }
        truth = take_literal(&rest, len, steps);
        rest.p += len;
    }
    return truth;
}
