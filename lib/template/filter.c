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

/* Bytes that one step covers on the way from the end, where each is looked at by itself. */
#define PASSED_A_STEP 4

/* Where what is in text last; else as find. A step for each place where it could, and for PASSED_A_STEP bytes. */
static size_t find_last(struct certmap_view text, struct certmap_view what, size_t *steps) {
    size_t passed = 0;
    for (size_t left = text.len >= what.len ? text.len - what.len + 1 : 0; left > 0; left--) {
        const uint8_t *at = text.data + left - 1;
        const bool possible = *at == what.data[0];
        passed++;
        if (!possible && passed < PASSED_A_STEP)
            continue;
        if (!cm_steps_take(steps, 1 + (possible ? what.len / CM_BYTES_A_STEP : 0)) || *steps == 0)
            return SIZE_MAX;
        passed = 0;
        if (possible && memcmp(at, what.data, what.len) == 0)
            return left - 1;
    }
    return SIZE_MAX;
}

/* The part before, or after, the first occurrence or the last. */
static enum certmap_code cut_value(struct filtering *filtering, const struct cm_filter *filter) {
    struct certmap_view *value = &filtering->value;
    const struct certmap_view what = filter->what;
    const bool before = filter->kind == CM_FILTER_BEFORE || filter->kind == CM_FILTER_BEFORE_LAST,
               last = filter->kind == CM_FILTER_BEFORE_LAST || filter->kind == CM_FILTER_AFTER_LAST;
    const size_t at = last ? find_last(*value, what, filtering->steps) : find(*value, what, filtering->steps);
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

/* Some code points of the value, which stay in NFC. A step for each that is passed over or taken. */
static enum certmap_code slice_value(struct filtering *filtering, const struct cm_filter *filter) {
    const struct certmap_view value = filtering->value;
    size_t begin = 0, end = 0;
    for (size_t point = 1; point < filter->from + filter->length && end < value.len; point++) {
        uint32_t cp;
        if (!cm_steps_take(filtering->steps, 1))
            return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
        end += cm_utf8_decode(value.data + end, value.len - end, &cp);
        begin = point < filter->from ? end : begin;
    }
    filtering->value = cm_view(value.data + begin, end - begin);
    return CERTMAP_CODE_NONE;
}

/* ---- numbers ---- */

/* Takes the sign from a serial number. */
static bool take_sign(struct certmap_view *digits) {
    const bool negative = digits->len > 0 && digits->data[0] == '-';
    *digits = cm_view(digits->data + negative, digits->len - negative);
    return negative;
}

/* The value becomes what was written. */
static enum certmap_code take_written(struct filtering *filtering, const struct cm_out *out) {
    if (out->len > out->cap)
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    filtering->value = cm_view(out->text, out->len);
    filtering->free = 1 - filtering->free;
    return CERTMAP_CODE_NONE;
}

static struct cm_out written(const struct filtering *filtering) {
    return (struct cm_out){(char *)filtering->built->work[filtering->free], CERTMAP_MAX_BUILT_SIZE, 0};
}

/* Room for the decimal digits of the longest serial number: a hexadecimal one is less than 5/4 of them. */
#define MAX_DECIMALS (2 * CERTMAP_MAX_DECIMAL_SERIAL * 5 / 4 + 1)

/* Multiplies a number of decimal digits, the least first, by sixteen and adds a digit. */
static size_t times_sixteen_plus(uint8_t *values, size_t len, unsigned digit) {
    unsigned carry = digit;
    for (size_t i = 0; i < len; i++) {
        carry += values[i] * 16u;
        values[i] = (uint8_t)(carry % 10);
        carry /= 10;
    }
    for (; carry > 0; carry /= 10)
        values[len++] = (uint8_t)(carry % 10);
    return len;
}

/* A step for each digit, each of which takes as many additions as there are before it. */
static enum certmap_code write_decimal(struct filtering *filtering) {
    uint8_t values[MAX_DECIMALS];
    size_t len = 0;
    struct certmap_view digits = filtering->value;
    struct cm_out out = written(filtering);
    const bool negative = take_sign(&digits);
    if (digits.len > 2 * CERTMAP_MAX_DECIMAL_SERIAL ||
        !cm_steps_take(filtering->steps, digits.len * (1 + digits.len / CM_BYTES_A_STEP)))
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    for (size_t i = 0; i < digits.len; i++)
        len = times_sixteen_plus(values, len, cm_hex_value(digits.data[i]));
    if (negative)
        cm_out_char(&out, '-');
    if (len == 0)
        cm_out_char(&out, '0');
    while (len > 0)
        cm_out_char(&out, (char)('0' + values[--len]));
    return take_written(filtering, &out);
}

/* Octets with a colon between them; a serial number may have half an octet at its front. A step a digit. */
static enum certmap_code write_colons(struct filtering *filtering) {
    struct certmap_view digits = filtering->value;
    struct cm_out out = written(filtering);
    const bool negative = take_sign(&digits);
    if (digits.len > CERTMAP_MAX_BUILT_SIZE || !cm_steps_take(filtering->steps, digits.len))
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    if (negative)
        cm_out_char(&out, '-');
    if (digits.len % 2 == 1)
        cm_out_char(&out, '0');
    for (size_t i = 0; i < digits.len; i++) {
        if (i > 0 && (digits.len - i) % 2 == 0)
            cm_out_char(&out, ':');
        cm_out_char(&out, (char)digits.data[i]);
    }
    return take_written(filtering, &out);
}

static enum certmap_code run(struct filtering *filtering, const struct cm_filter *filter) {
    switch (filter->kind) {
    case CM_FILTER_LOWER:
        return map_value(filtering, cm_lower);
    case CM_FILTER_UPPER:
        return map_value(filtering, cm_upper);
    case CM_FILTER_BEFORE:
    case CM_FILTER_AFTER:
    case CM_FILTER_BEFORE_LAST:
    case CM_FILTER_AFTER_LAST:
        return cut_value(filtering, filter);
    case CM_FILTER_SLICE:
        return slice_value(filtering, filter);
    case CM_FILTER_DEC:
        return write_decimal(filtering);
    case CM_FILTER_COLONS:
        return write_colons(filtering);
    case CM_FILTER_REPLACE:
        break;
    }
    return replace_in_value(filtering, filter);
}

enum certmap_code cm_filter_run(struct certmap_view *value, const struct cm_placeholder *placeholder,
                                struct cm_built *built, size_t *steps) {
    struct filtering filtering = {*value, built, value->data == built->work[0], steps};
    enum certmap_code code = CERTMAP_CODE_NONE;
    for (size_t i = 0; i < placeholder->filter_count && code == CERTMAP_CODE_NONE; i++)
        code = run(&filtering, &placeholder->filters[i]);
    *value = filtering.value;
    return code;
}
