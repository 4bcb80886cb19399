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

/* A piece of a row; size is 1, 2 or 4. */
static uint64_t hash_of(size_t row, size_t size, uint32_t piece) {
    return cm_hash_mix((uint64_t)piece | (uint64_t)size << 32 | (uint64_t)row << 40);
}

/* Its bit, and its mask. */
static size_t bit_of(uint64_t hash) {
    return (size_t)(hash >> 8) % CM_FILTER_BITS;
}

static size_t mask_of(uint64_t hash) {
    return (size_t)(hash >> 40) % CM_FILTER_MASKS;
}

static void set(struct cm_piece_filter *filter, uint64_t hash, uint64_t parts) {
    const size_t bit = bit_of(hash);
    filter->bits[bit / 64] |= (uint64_t)1 << bit % 64;
    filter->masks[mask_of(hash)] |= parts;
}

/* The parts that may have it. */
static uint64_t parts_of(const struct cm_piece_filter *filter, size_t row, size_t size, uint32_t piece) {
    const uint64_t hash = hash_of(row, size, piece);
    const size_t bit = bit_of(hash);
    return (filter->bits[bit / 64] >> bit % 64 & 1) != 0 ? filter->masks[mask_of(hash)] : 0;
}

/* ---- filling ---- */

/* The parts that have a piece at this place. */
static uint64_t parts_at(const struct cm_filtered_row *row, size_t place) {
    const size_t part = place / row->part;
    const uint64_t bit = (uint64_t)1 << part;
    CM_ASSERT(part < CM_FILTER_PARTS);
    return place % row->part < CM_FILTER_OVERLAP ? bit | bit >> 1 : bit;
}

/* Of a text that begins at a place. Linear in the text, which takes steps. */
static void fill_text(struct cm_piece_filter *filter, const struct cm_filtered_row *row, struct certmap_view text,
                      size_t place) {
    const size_t number = (size_t)(row - filter->rows);
    for (size_t i = 0; i < text.len; i++) {
        const uint64_t parts = parts_at(row, place + i);
        set(filter, hash_of(number, 1, text.data[i]), parts);
        if (i + 2 <= text.len)
            set(filter, hash_of(number, 2, load_two(text.data + i)), parts);
        if (i + 4 <= text.len)
            set(filter, hash_of(number, 4, load_four(text.data + i)), parts);
    }
}

/* Bytes of a part, so that there are enough of them. Linear in the values, each of which takes a step later. */
static size_t part_size(const struct cm_filtered_row *row) {
    const struct cm_list *list = row->list;
    size_t total = 0;
    for (uint32_t at = cm_list_first(list, row->row); at != CM_VALUE_NONE; at = cm_list_next(list, row->row, at))
        total += cm_value_set_text(&list->values[at], row->nocase).len;
    const size_t size = total / CM_FILTER_PARTS + 1;
    return size < CM_MIN_FILTER_PART ? CM_MIN_FILTER_PART : size;
}

/* Notes the value in the parts that begin in it, of len bytes from this place on. */
static void note_starts(struct cm_filtered_row *row, uint32_t at, size_t place, size_t len) {
    for (size_t part = (place + row->part - 1) / row->part; part * row->part < place + len; part++)
        row->starts[part] = at;
}

static void clear(struct cm_piece_filter *filter) {
    memset(filter->bits, 0, sizeof filter->bits);
    memset(filter->masks, 0, sizeof filter->masks);
}

static bool is_any_filled(const struct cm_piece_filter *filter) {
    bool any = false;
    for (size_t i = 0; i < filter->row_count; i++)
        any = any || filter->rows[i].filled;
    return any;
}

/* Notes of each part, from the last to the first, which ones have nothing but the value that its first byte is of. */
static void note_within(struct cm_filtered_row *row) {
    row->within[CM_FILTER_PARTS - 1] = 0;
    for (size_t part = CM_FILTER_PARTS - 1; part-- > 0;) {
        const bool same = row->starts[part] == row->starts[part + 1];
        row->within[part] = same ? row->within[part + 1] | (uint64_t)1 << part : 0;
    }
}

/* Each value takes a step, and more. Where they run out it is not filled, and nothing is known any more anyway. */
static void fill(struct cm_piece_filter *filter, struct cm_filtered_row *row, size_t *steps) {
    const struct cm_list *list = row->list;
    size_t place = 0;
    if (!is_any_filled(filter))
        clear(filter);
    memset(row->starts, 0xFF, sizeof row->starts);
    row->part = part_size(row);
    for (uint32_t at = cm_list_first(list, row->row); at != CM_VALUE_NONE; at = cm_list_next(list, row->row, at)) {
        const struct cm_value *value = &list->values[at];
        const struct certmap_view text = cm_value_set_text(value, row->nocase);
        if (!cm_steps_take(steps, 1 + text.len / FILLED_BYTES_A_STEP))
            return;
        row->unreadable = row->unreadable || value->unreadable != CERTMAP_CODE_NONE;
        fill_text(filter, row, text, place);
        note_starts(row, at, place, text.len);
        place += text.len;
    }
    row->starts[0] = cm_list_first(list, row->row); /* empty texts may be before the first byte */
    note_within(row);
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
    struct cm_filtered_row *added = &filter->rows[filter->row_count++];
    added->list = list;
    added->row = row;
    added->nocase = nocase;
    added->asked = 0;
    added->filled = added->unreadable = false;
    return added;
}

/* ---- asking ---- */

/* A row of a filter that is being asked, and the parts that the rarest literal so far may be in. */
struct asking {
    const struct cm_piece_filter *filter;
    size_t row;
    uint64_t parts;
};

static uint64_t parts_of_four(const struct asking *asking, const uint8_t *piece) {
    return parts_of(asking->filter, asking->row, 4, load_four(piece));
}

static bool is_one_part(uint64_t parts) {
    return (parts & (parts - 1)) == 0;
}

/* Whether the pieces of a literal of four bytes or more that lie side by side, and the last one, are there: mostly one of them
 * is not. */
static bool has_some_pieces(const struct asking *asking, const uint8_t *literal, size_t len) {
    bool there = parts_of_four(asking, literal + len - 4) != 0;
    for (size_t i = 0; i + 4 < len && there; i += 4)
        there = parts_of_four(asking, literal + i) != 0;
    return there;
}

/* Of four bytes or more, so few that all of their pieces have a part in common. Goes on until one part is left. */
static uint64_t parts_of_long(const struct asking *asking, const uint8_t *literal, size_t len) {
    uint64_t parts = UINT64_MAX;
    for (size_t i = 0; i + 4 <= len && !is_one_part(parts); i++)
        parts &= parts_of_four(asking, literal + i);
    return parts;
}

static uint64_t parts_of_short(const struct asking *asking, const uint8_t *literal, size_t len) {
    if (len == 1)
        return parts_of(asking->filter, asking->row, 1, literal[0]);
    uint64_t parts = parts_of(asking->filter, asking->row, 2, load_two(literal));
    if (len == 3)
        parts &= parts_of(asking->filter, asking->row, 2, load_two(literal + 1));
    return parts;
}

/* The bits of a word, counted in twos, fours and eights. */
static unsigned count_parts(uint64_t parts) {
    parts -= parts >> 1 & UINT64_C(0x5555555555555555);
    parts = (parts & UINT64_C(0x3333333333333333)) + (parts >> 2 & UINT64_C(0x3333333333333333));
    parts = (parts + (parts >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)(parts * UINT64_C(0x0101010101010101) >> 56);
}

/* Longest literal whose pieces all have a part in common: the last of them begins where the overlap ends. */
#define LONGEST (CM_FILTER_OVERLAP + 4)

/* False: it is in no part. Of a longer literal each of the texts that it is made of. */
static bool ask_literal(struct asking *asking, const uint8_t *literal, size_t len) {
    if (len >= 4 && !has_some_pieces(asking, literal, len))
        asking->parts = 0;
    for (size_t at = 0; at < len && asking->parts != 0; at += LONGEST) {
        size_t size = len - at;
        if (size > LONGEST)
            size = LONGEST;
        const uint64_t parts =
            size < 4 ? parts_of_short(asking, literal + at, size) : parts_of_long(asking, literal + at, size);
        if (parts == 0 || count_parts(parts) < count_parts(asking->parts))
            asking->parts = parts;
    }
    return asking->parts != 0;
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

/* Each byte of a literal is hashed, and looked up: that takes as long as comparing several. */
enum { BYTES_ASKED_A_STEP = 4 };

/* Asks about each literal of a pattern. Linear in the pattern, which takes steps. */
static void ask_literals(struct asking *asking, struct certmap_view pattern) {
    bool there = true;
    for (size_t at = pass_wildcards(pattern, 0); at < pattern.len && there; at = pass_wildcards(pattern, at)) {
        size_t end = at;
        while (end < pattern.len && pattern.data[end] < CM_GLOB_ONE)
            end++;
        there = ask_literal(asking, pattern.data + at, end - at);
        at = end;
    }
}

bool cm_piece_filter_find(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase,
                          struct certmap_view pattern, size_t *steps, struct cm_piece_places *places) {
    struct cm_filtered_row *there = row_of(filter, list, row, nocase);
    if (there == NULL)
        return false;
    if (!there->filled && ++there->asked > CM_FILTER_ASKED)
        fill(filter, there, steps);
    if (!there->filled)
        return false;
    struct asking asking = {filter, (size_t)(there - filter->rows), UINT64_MAX};
    if (cm_steps_take(steps, 1 + pattern.len / BYTES_ASKED_A_STEP) && *steps > 0)
        ask_literals(&asking, pattern);
    *places = (struct cm_piece_places){there, *steps > 0 ? asking.parts : 0, CM_VALUE_NONE, CM_VALUE_NONE, 0, 0};
    return true;
}

void cm_piece_filter_hurry(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase) {
    struct cm_filtered_row *there = row_of(filter, list, row, nocase);
    if (there != NULL)
        there->asked = CM_FILTER_ASKED;
}

/* ---- places ---- */

/* Goes to the next part, of values up to the one that has the first byte of the part after it; false: there is none. At most
 * CM_FILTER_PARTS times for a pattern. */
static bool take_part(struct cm_piece_places *places) {
    unsigned part = places->part;
    if (places->parts == 0)
        return false;
    while ((places->parts >> part & 1) == 0)
        part++;
    places->parts &= places->parts - 1;
    places->part = part;
    places->at = places->row->starts[part];
    places->last = part + 1 < CM_FILTER_PARTS ? places->row->starts[part + 1] : CM_VALUE_NONE;
    if (places->at == places->last)
        places->parts &= ~places->row->within[part];
    return true;
}

static void pass_value(struct cm_piece_places *places) {
    const struct cm_filtered_row *row = places->row;
    places->at = places->at == places->last ? CM_VALUE_NONE : cm_list_next(row->list, row->row, places->at);
}

/* Of the values of a part at most the first one was given before. */
uint32_t cm_piece_places_next(struct cm_piece_places *places) {
    while (places->at == CM_VALUE_NONE || places->at < places->after) {
        if (places->at != CM_VALUE_NONE)
            pass_value(places);
        else if (!take_part(places))
            return CM_VALUE_NONE;
    }
    const uint32_t at = places->at;
    places->after = at + 1;
    pass_value(places);
    return at;
}
