/* SPDX-License-Identifier: MIT */
#include "match/piece_filter.h"
#include "base/glob.h"
#include "base/hash.h"
#include "base/steps.h"
#include "field/value_set.h"

/* Bytes of values that a step covers when a row is filled. */
#define FILLED_BYTES_A_STEP 4

/* ---- pieces ---- */

static uint32_t load_two(const uint8_t *bytes) {
    uint16_t piece;
    memcpy(&piece, bytes, sizeof piece);
    return piece;
}

static uint32_t load_four(const uint8_t *bytes) {
    uint32_t piece;
    memcpy(&piece, bytes, sizeof piece);
    return piece;
}

/* The bit of a piece of a row; size is 1, 2 or 4. */
static uint32_t bit_of(size_t row, size_t size, uint32_t piece) {
    const uint64_t hash = cm_hash_mix((uint64_t)piece | (uint64_t)size << 32 | (uint64_t)row << 40);
    return (uint32_t)(hash >> 8) % CM_FILTER_BITS;
}

static void set(struct cm_piece_filter *filter, size_t row, size_t size, uint32_t piece) {
    const uint32_t bit = bit_of(row, size, piece);
    filter->bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

static bool has(const struct cm_piece_filter *filter, size_t row, size_t size, uint32_t piece) {
    const uint32_t bit = bit_of(row, size, piece);
    return (filter->bits[bit / 64] >> bit % 64 & 1) != 0;
}

/* ---- filling ---- */

/* Linear in the text, which takes steps. */
static void fill_text(struct cm_piece_filter *filter, size_t row, struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++) {
        set(filter, row, 1, text.data[i]);
        if (i + 2 <= text.len)
            set(filter, row, 2, load_two(text.data + i));
        if (i + 4 <= text.len)
            set(filter, row, 4, load_four(text.data + i));
    }
}

static bool is_any_filled(const struct cm_piece_filter *filter) {
    bool any = false;
    for (size_t i = 0; i < filter->row_count; i++)
        any = any || filter->rows[i].filled;
    return any;
}

/* Each value takes a step, and more. Where they run out it is not filled, and nothing is known any more anyway. */
static void fill(struct cm_piece_filter *filter, struct cm_filtered_row *row, size_t *steps) {
    const struct cm_list *list = row->list;
    if (!is_any_filled(filter))
        memset(filter->bits, 0, sizeof filter->bits);
    for (uint32_t at = cm_list_first(list, row->row); at != CM_VALUE_NONE; at = cm_list_next(list, row->row, at)) {
        const struct cm_value *value = &list->values[at];
        const struct certmap_view text = cm_value_set_text(value, row->nocase);
        if (!cm_steps_take(steps, 1 + text.len / FILLED_BYTES_A_STEP))
            return;
        if (value->unreadable != CERTMAP_CODE_NONE)
            row->unreadable = true;
        else
            fill_text(filter, (size_t)(row - filter->rows), text);
    }
    row->filled = true;
}

/* The row, which is added where there is room; NULL: there is none. */
static struct cm_filtered_row *row_of(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row,
                                      bool nocase) {
    for (size_t i = 0; i < filter->row_count; i++) {
        struct cm_filtered_row *there = &filter->rows[i];
        if (there->list == list && there->row == row && there->nocase == nocase)
            return there;
    }
    if (filter->row_count == CM_FILTER_ROWS)
        return NULL;
    filter->rows[filter->row_count] = (struct cm_filtered_row){.list = list, .row = row, .nocase = nocase};
    return &filter->rows[filter->row_count++];
}

/* ---- asking ---- */

/* A row of a filter that is being asked. */
struct asking {
    const struct cm_piece_filter *filter;
    size_t row;
};

static bool has_four(const struct asking *asking, const uint8_t *piece) {
    return has(asking->filter, asking->row, 4, load_four(piece));
}

/* The pieces of four bytes that lie side by side and the last one, before those between: mostly one of these is not there. */
static bool has_long(const struct asking *asking, const uint8_t *literal, size_t len) {
    bool there = has_four(asking, literal + len - 4);
    for (size_t i = 0; i + 4 < len && there; i += 4)
        there = has_four(asking, literal + i);
    for (size_t i = 1; i + 4 < len && there; i++)
        there = i % 4 == 0 || has_four(asking, literal + i);
    return there;
}

/* A long literal is told by its pieces of four bytes, and a short one by what it has. */
static bool has_literal(const struct asking *asking, const uint8_t *literal, size_t len) {
    bool there = true;
    if (len >= 4)
        return has_long(asking, literal, len);
    for (size_t i = 0; i + 2 <= len && there; i++)
        there = has(asking->filter, asking->row, 2, load_two(literal + i));
    return there && (len != 1 || has(asking->filter, asking->row, 1, literal[0]));
}

/* No byte of UTF-8 has these bits, and both wildcards have. */
#define WILDCARDS UINT64_C(0xF8F8F8F8F8F8F8F8)

/* Where the wildcards from here on end, or most of them. */
static size_t pass_wildcards(struct certmap_view pattern, size_t at) {
    while (at + sizeof(uint64_t) <= pattern.len && (cm_hash_load(pattern.data + at) & WILDCARDS) == WILDCARDS)
        at += sizeof(uint64_t);
    while (at < pattern.len && pattern.data[at] >= CM_GLOB_ONE)
        at++;
    return at;
}

/* Whether all pieces of a pattern's literals are there. Linear in the pattern, which takes steps. */
static bool has_pieces(const struct asking *asking, struct certmap_view pattern) {
    bool there = true;
    for (size_t at = pass_wildcards(pattern, 0); at < pattern.len && there; at = pass_wildcards(pattern, at)) {
        size_t end = at;
        while (end < pattern.len && pattern.data[end] < CM_GLOB_ONE)
            end++;
        there = has_literal(asking, pattern.data + at, end - at);
        at = end;
    }
    return there;
}

bool cm_piece_filter_excludes(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase,
                              struct certmap_view pattern, size_t *steps, enum certmap_truth *truth) {
    struct cm_filtered_row *there = row_of(filter, list, row, nocase);
    if (there == NULL)
        return false;
    if (!there->filled && ++there->asked > CM_FILTER_ASKED)
        fill(filter, there, steps);
    if (!there->filled)
        return false;
    if (cm_steps_take(steps, 1 + pattern.len / CM_BYTES_A_STEP) && *steps > 0 &&
        has_pieces(&(struct asking){filter, (size_t)(there - filter->rows)}, pattern))
        return false;
    *truth = *steps > 0 && !there->unreadable ? CERTMAP_FALSE : CERTMAP_UNKNOWN;
    return true;
}
