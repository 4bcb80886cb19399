/* SPDX-License-Identifier: MIT */
#include "base/glob.h"
#include "base/steps.h"
#include <string.h>

/* What is left of a pattern and of a text. */
struct glob {
    const uint8_t *p, *p_end;
    const uint8_t *t, *t_end;
    size_t steps; /* left */
    bool out;     /* there were not enough */
};

/* Where the last * was: on a mismatch the text it takes grows by one code point. */
struct retry {
    const uint8_t *pattern; /* after the * */
    size_t literal;         /* how long the literal is that is there */
    const uint8_t *text;    /* where the rest was tried last */
};

static bool spend(struct glob *glob, size_t steps) {
    glob->out = !cm_steps_take(&glob->steps, steps) || glob->out;
    return !glob->out;
}

/* At most four bytes. */
static const uint8_t *skip_code_point(const uint8_t *p, const uint8_t *end) {
    do
        p++;
    while (p < end && (*p & 0xC0) == 0x80);
    return p;
}

/* Takes off what is before the first wildcard and after the last one; false where the text differs. Once for a
 * pattern, which takes the steps for it then. */
static bool trim(struct glob *glob) {
    while (glob->p < glob->p_end && glob->p_end[-1] < CM_GLOB_ONE)
        if (glob->t == glob->t_end || *--glob->p_end != *--glob->t_end)
            return false;
    while (glob->p < glob->p_end && *glob->p < CM_GLOB_ONE)
        if (glob->t == glob->t_end || *glob->p++ != *glob->t++)
            return false;
    return glob->p < glob->p_end || glob->t == glob->t_end;
}

/* How long the literal is that the pattern begins with; where it is longer than what is left of the text, no more of it
 * is read. Whoever asks takes the steps for it. */
static size_t literal_length(const struct glob *glob) {
    const size_t text = (size_t)(glob->t_end - glob->t), pattern = (size_t)(glob->p_end - glob->p);
    const uint8_t *p = glob->p, *end = text < pattern ? p + text + 1 : glob->p_end;
    while (p < end && *p < CM_GLOB_ONE)
        p++;
    return (size_t)(p - glob->p);
}

/* Goes to the next place where the literal after a * could be, by its last byte and its first; false: there is
 * none. A step for each place, and for 16 bytes between them. */
static bool find_literal(struct glob *glob, size_t len) {
    while (len > 0 && (size_t)(glob->t_end - glob->t) >= len) {
        const uint8_t *from = glob->t + len - 1, *found = memchr(from, glob->p[len - 1], (size_t)(glob->t_end - from));
        if (!spend(glob, (size_t)((found != NULL ? found : glob->t_end) - from) / CM_BYTES_A_STEP) || found == NULL)
            return false;
        glob->t = found - (len - 1);
        if (*glob->t == *glob->p)
            return true;
        glob->t++;
        if (!spend(glob, 1))
            return false;
    }
    return len == 0;
}

/* Whether there is text enough for what is left of the pattern: a byte for each but *. Once for a pattern. */
static bool is_long_enough(struct glob *glob) {
    const size_t text = (size_t)(glob->t_end - glob->t);
    size_t least = 0;
    const uint8_t *p = glob->p;
    for (; p < glob->p_end && least <= text; p++)
        least += *p != CM_GLOB_MANY;
    return spend(glob, (size_t)(p - glob->p) / CM_BYTES_A_STEP) && least <= text;
}

/* Takes the next character of pattern and text, which is no *; false: they differ. */
static bool take_one(struct glob *glob) {
    if (glob->t == glob->t_end || (*glob->p != CM_GLOB_ONE && *glob->p != *glob->t))
        return false;
    glob->t = *glob->p == CM_GLOB_ONE ? skip_code_point(glob->t, glob->t_end) : glob->t + 1;
    glob->p++;
    return true;
}

/* Begins after a * once more, one code point later; false: there is no text left, or there was no *. */
static bool try_again(struct glob *glob, struct retry *retry) {
    if (retry->pattern == NULL || retry->text == glob->t_end)
        return false;
    glob->p = retry->pattern;
    glob->t = skip_code_point(retry->text, glob->t_end);
    return true;
}

/* Greedy matching with one point of return is enough: once what follows a * has matched at its leftmost place, no
 * earlier * needs to move. A step each time around. */
static bool match_rest(struct glob *glob) {
    struct retry retry = {NULL, 0, NULL};
    if (glob->p < glob->p_end && *glob->p == CM_GLOB_ONE && !is_long_enough(glob))
        return false;
    while (spend(glob, 1) && (glob->p < glob->p_end || glob->t < glob->t_end)) {
        if (glob->p < glob->p_end && *glob->p == CM_GLOB_MANY) {
            retry.pattern = ++glob->p;
            retry.literal = literal_length(glob);
            if (retry.literal >= CM_BYTES_A_STEP)
                (void)spend(glob, retry.literal / CM_BYTES_A_STEP);
            if (glob->p == glob->p_end)
                return true;
        } else if (glob->p < glob->p_end && take_one(glob)) {
            continue;
        } else if (!try_again(glob, &retry)) {
            return false;
        }
        if (!find_literal(glob, retry.literal))
            return false;
        retry.text = glob->t;
    }
    return true;
}

enum certmap_truth cm_glob_match(struct certmap_view pattern, struct certmap_view text, size_t *steps) {
    struct glob glob = {.p = pattern.data,
                        .p_end = pattern.data + pattern.len,
                        .t = text.data,
                        .t_end = text.data + text.len,
                        .steps = *steps};
    const bool ends = trim(&glob);
    const size_t trimmed = pattern.len - (size_t)(glob.p_end - glob.p);
    const bool matches = spend(&glob, 1 + trimmed / CM_BYTES_A_STEP) && ends && match_rest(&glob);
    *steps = glob.steps;
    if (glob.out)
        return CERTMAP_UNKNOWN;
    return matches ? CERTMAP_TRUE : CERTMAP_FALSE;
}
