/* SPDX-License-Identifier: MIT */
/* The filters of a placeholder, as many as the rule has. A value stays where it is, or moves from one half of the working room
 * to the other. */
#include "base/out.h"
#include "base/steps.h"
#include "base/unicode.h"
#include "base/view.h"
#include "template/expand.h"

struct filtering {
    struct certmap_view value;
    struct cm_built *built;
    size_t free; /* the half that value is not in */
    size_t *steps;
};

/* Characters that one step covers, where each is mapped and stays one byte. */
#define MAPPED_A_STEP 2
/* What a code point takes each time that it is decomposed, which takes as long as so many comparisons. */
#define STEPS_A_POINT 16

static uint32_t same(uint32_t cp) {
    return cp;
}

/* ASCII is in NFC, and stays ASCII. Returns its length, or SIZE_MAX. A step for MAPPED_A_STEP. */
static size_t map_ascii(uint8_t *room, const struct filtering *filtering, uint32_t (*map)(uint32_t)) {
    const struct certmap_view value = filtering->value;
    if (value.len > CERTMAP_MAX_BUILT_SIZE || !cm_steps_take(filtering->steps, 1 + value.len / MAPPED_A_STEP))
        return SIZE_MAX;
    for (size_t i = 0; i < value.len; i++)
        room[i] = (uint8_t)map(value.data[i]);
    return value.len;
}

/* Composes what is mapped. Returns its length, or SIZE_MAX. */
static size_t map_points(uint8_t *room, const struct filtering *filtering, uint32_t (*map)(uint32_t)) {
    const size_t most = *filtering->steps / STEPS_A_POINT;
    size_t left = most;
    const size_t len = cm_nfc_write(room, CERTMAP_MAX_BUILT_SIZE, filtering->value, map, &left);
    (void)cm_steps_take(filtering->steps, (most - left) * STEPS_A_POINT);
    return len;
}

/* NFC of the value with each code point mapped. */
static enum certmap_code map_value(struct filtering *filtering, uint32_t (*map)(uint32_t)) {
    uint8_t *room = filtering->built->work[filtering->free];
    const size_t len =
        cm_is_ascii(filtering->value) ? map_ascii(room, filtering, map) : map_points(room, filtering, map);
    if (len == SIZE_MAX)
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    filtering->value = cm_view(room, len);
    filtering->free = 1 - filtering->free;
    return CERTMAP_CODE_NONE;
}

/* Where what is in text first, or SIZE_MAX; that too when the steps run out. A step for each place where it could,
 * and for 16 bytes. */
static size_t find(struct certmap_view text, struct certmap_view what, size_t *steps) {
    for (size_t at = 0; text.len - at >= what.len; at++) {
        const size_t most = text.len - at - what.len + 1;
        const uint8_t *next = memchr(text.data + at, what.data[0], most);
        const size_t passed = next != NULL ? (size_t)(next - text.data) - at : most;
        if (!cm_steps_take(steps, 1 + (passed + what.len) / CM_BYTES_A_STEP) || *steps == 0 || next == NULL)
            break;
        at = (size_t)(next - text.data);
        if (memcmp(next, what.data, what.len) == 0)
            return at;
    }
    return SIZE_MAX;
}

/* The part before, or after, the first occurrence. */
static enum certmap_code cut_value(struct filtering *filtering, struct certmap_view what, bool before) {
    struct certmap_view *value = &filtering->value;
    const size_t at = find(*value, what, filtering->steps);
    if (*filtering->steps == 0)
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    if (at == SIZE_MAX)
        return CERTMAP_CODE_PLACEHOLDER_EMPTY;
    *value = before ? cm_view(value->data, at) : cm_view(value->data + at + what.len, value->len - at - what.len);
    return CERTMAP_CODE_NONE;
}

/* Every occurrence from the left, in the value as it was, and NFC again. A step for each; no more is copied than there
 * is room. */
static enum certmap_code replace_in_value(struct filtering *filtering, const struct cm_filter *filter) {
    struct certmap_view rest = filtering->value;
    struct cm_out out = {(char *)filtering->built->work[filtering->free], CERTMAP_MAX_BUILT_SIZE, 0};
    for (size_t at; (at = find(rest, filter->what, filtering->steps)) != SIZE_MAX;) {
        cm_out_bytes(&out, rest.data, at);
        cm_out_view(&out, filter->with);
        rest = cm_view(rest.data + at + filter->what.len, rest.len - at - filter->what.len);
    }
    cm_out_view(&out, rest);
    if (out.len > out.cap)
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    filtering->value = cm_view(out.text, out.len);
    filtering->free = 1 - filtering->free;
    return map_value(filtering, same);
}

static enum certmap_code run(struct filtering *filtering, const struct cm_filter *filter) {
    switch (filter->kind) {
    case CM_FILTER_LOWER:
        return map_value(filtering, cm_lower);
    case CM_FILTER_UPPER:
        return map_value(filtering, cm_upper);
    case CM_FILTER_BEFORE:
    case CM_FILTER_AFTER:
        return cut_value(filtering, filter->what, filter->kind == CM_FILTER_BEFORE);
    case CM_FILTER_REPLACE:
        break;
    }
    return replace_in_value(filtering, filter);
}

enum certmap_code cm_filter_run(struct certmap_view *value, const struct cm_placeholder *placeholder,
                                struct cm_built *built, size_t *steps) {
    struct filtering filtering = {*value, built, 0, steps};
    enum certmap_code code = CERTMAP_CODE_NONE;
    for (size_t i = 0; i < placeholder->filter_count && code == CERTMAP_CODE_NONE; i++)
        code = run(&filtering, &placeholder->filters[i]);
    *value = filtering.value;
    return code;
}
