/* SPDX-License-Identifier: MIT */
#include "base/glob.h"

/* Where the last * was: on a mismatch the text it takes grows by one code point. */
struct retry {
    const uint8_t *pattern; /* after the *; NULL before the first one */
    const uint8_t *text;    /* where the rest was tried last */
};

static const uint8_t *skip_code_point(const uint8_t *p, const uint8_t *end) {
    do
        p++;
    while (p < end && (*p & 0xC0) == 0x80);
    return p;
}

/* Greedy matching with one point of return is enough: once what follows a * has matched at its
 * leftmost place, no earlier * needs to move. At most len(pattern) * len(text) steps. */
enum certmap_truth cm_glob_match(struct certmap_view pattern, struct certmap_view text, size_t *steps) {
    const uint8_t *p = pattern.data, *p_end = pattern.data + pattern.len;
    const uint8_t *t = text.data, *t_end = text.data + text.len;
    struct retry retry = {NULL, NULL};
    for (;;) {
        if (*steps == 0)
            return CERTMAP_UNKNOWN;
        --*steps;
        if (p < p_end && *p == CM_GLOB_MANY) {
            retry = (struct retry){++p, t};
            if (p == p_end)
                return CERTMAP_TRUE;
        } else if (p < p_end && t < t_end && *p == CM_GLOB_ONE) {
            p++;
            t = skip_code_point(t, t_end);
        } else if (p < p_end && t < t_end && *p == *t) {
            p++;
            t++;
        } else if (p == p_end && t == t_end) {
            return CERTMAP_TRUE;
        } else if (retry.pattern == NULL || retry.text == t_end) {
            return CERTMAP_FALSE;
        } else {
            retry.text = skip_code_point(retry.text, t_end);
            p = retry.pattern;
            t = retry.text;
        }
    }
}
