/* SPDX-License-Identifier: MIT */
#include "base/glob.h"
#include "base/glob_trim.h"
#include "base/hash.h"
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

/* Takes the ends off; false where the text differs. Once for a pattern, which takes the steps for it then. */
static bool trim(struct glob *glob) {
    struct cm_glob_rest rest = {glob->p, glob->p_end, glob->t, glob->t_end};
    const bool same = cm_glob_trim(&rest);
    glob->p = rest.p;
    glob->p_end = rest.p_end;
    glob->t = rest.t;
    glob->t_end = rest.t_end;
    return same;
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

/* ---- literals after a * ---- */

/* How often the last byte of a literal is looked for alone: mostly it is rare, and memchr is the quickest. Where it is
 * found again and again eight places are looked at together. */
enum { RARE = 4, PLACES = 8 };

/* Whether one of eight bytes is zero; true for some that are not, too, but only after one that is. */
static bool has_zero(uint64_t bytes) {
    return ((bytes - UINT64_C(0x0101010101010101)) & ~bytes & UINT64_C(0x8080808080808080)) != 0;
}

/* Whether the literal is at this place: a step, and one for 16 bytes, where its first byte and its last are. */
static bool is_literal(struct glob *glob, const uint8_t *t, size_t len) {
    const uint8_t *p = glob->p;
    return t[0] == p[0] && t[len - 1] == p[len - 1] && spend(glob, 1 + len / CM_BYTES_A_STEP) && memcmp(t, p, len) == 0;
}

/* Looks for it by its last byte; false: it is not there, or there are too many of these bytes, and *rare says which. A
 * step for each place, and for 16 bytes between them. */
static bool find_rare(struct glob *glob, size_t len, bool *rare) {
    *rare = true;
    for (int tries = 0; tries < RARE && (size_t)(glob->t_end - glob->t) >= len; tries++) {
        const uint8_t *from = glob->t + len - 1, *found = memchr(from, glob->p[len - 1], (size_t)(glob->t_end - from));
        if (!spend(glob, 1 + (size_t)((found != NULL ? found : glob->t_end) - from) / CM_BYTES_A_STEP) || found == NULL)
            return false;
        glob->t = found - (len - 1);
        if (is_literal(glob, glob->t, len))
            return true;
        glob->t++;
    }
    *rare = (size_t)(glob->t_end - glob->t) < len;
    return false;
}

/* The first of so many places that the literal is at, or how many they are. */
static size_t find_among(struct glob *glob, size_t places, size_t len) {
    size_t i = 0;
    while (i < places && !is_literal(glob, glob->t + i, len))
        i++;
    return i;
}

/* Eight places at a time, by the first byte and the last; then the few that are left. A step for eight that have one that
 * is looked at, and for 16 bytes. */
static bool find_often(struct glob *glob, size_t len) {
    const uint64_t ones = UINT64_C(0x0101010101010101), first = ones * glob->p[0], last = ones * glob->p[len - 1];
    const uint8_t *begin = glob->t, *end = glob->t_end - (len - 1); /* after the last place */
    bool found = false;
    while (!found && !glob->out && glob->t < end) {
        const size_t left = (size_t)(end - glob->t);
        const bool few = left < PLACES;
        const size_t places = few ? left : PLACES;
        size_t at = places;
        if (few || has_zero((cm_hash_load(glob->t) ^ first) | (cm_hash_load(glob->t + len - 1) ^ last)))
            at = spend(glob, 1) ? find_among(glob, places, len) : places;
        found = at < places;
        glob->t += at;
    }
    return spend(glob, (size_t)(glob->t - begin) / CM_BYTES_A_STEP) && found;
}

/* Goes to the next place of the literal after a *; false: there is none. */
static bool find_literal(struct glob *glob, size_t len) {
    bool rare;
    if (len == 0)
        return true;
    if (find_rare(glob, len, &rare))
        return true;
    return !rare && find_often(glob, len);
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
        glob->p += retry.literal;
        glob->t += retry.literal;
    }
    return true;
}

/* Mostly a * is all that is left. */
static bool match_trimmed(struct glob *glob) {
    const bool any = glob->p_end - glob->p == 1 && *glob->p == CM_GLOB_MANY;
    return any || match_rest(glob);
}

enum certmap_truth cm_glob_match(struct certmap_view pattern, struct certmap_view text, size_t *steps) {
    struct glob glob = {.p = pattern.data,
                        .p_end = pattern.data + pattern.len,
                        .t = text.data,
                        .t_end = text.data + text.len,
                        .steps = *steps};
    const bool ends = trim(&glob);
    const size_t trimmed = pattern.len - (size_t)(glob.p_end - glob.p);
    const bool matches = spend(&glob, 1 + trimmed / CM_BYTES_A_STEP) && ends && match_trimmed(&glob);
    *steps = glob.steps;
    if (glob.out)
        return CERTMAP_UNKNOWN;
    return matches ? CERTMAP_TRUE : CERTMAP_FALSE;
}
