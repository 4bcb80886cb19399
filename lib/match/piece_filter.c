/* SPDX-License-Identifier: MIT */
#include "match/piece_filter.h"
#include "base/glob.h"
#include "base/hash.h"
#include "base/steps.h"
#include "field/name_pattern.h"
#include "field/value_set.h"

/* Bytes of values that a step covers when a row is filled. */
#define FILLED_BYTES_A_STEP 2

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

/* Its bit, its masks, which are two of a piece of four bytes, and its sign. */
static size_t bit_of(uint64_t hash) {
    return (size_t)(hash >> 8) % CM_FILTER_BITS;
}

static size_t mask_of(uint64_t hash) {
    return (size_t)(hash >> 40) % CM_FILTER_MASKS;
}

static size_t other_mask_of(uint64_t hash) {
    return (size_t)(hash >> 26) % CM_FILTER_MASKS;
}

static size_t short_mask_of(uint64_t hash) {
    return (size_t)(hash >> 40) % CM_FILTER_SHORT_MASKS;
}

static uint64_t sign_of(uint32_t two) {
    return (uint64_t)1 << (cm_hash_mix(two) >> 58);
}

static void set_bit(struct cm_piece_filter *filter, uint64_t hash) {
    const size_t bit = bit_of(hash);
    filter->bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

static bool has_bit(const struct cm_piece_filter *filter, uint64_t hash) {
    const size_t bit = bit_of(hash);
    return (filter->bits[bit / 64] >> bit % 64 & 1) != 0;
}

static void set_short(struct cm_piece_filter *filter, uint64_t hash, uint64_t parts) {
    set_bit(filter, hash);
    filter->short_masks[short_mask_of(hash)] |= parts;
}

static void set_four(struct cm_piece_filter *filter, uint64_t hash, uint64_t parts) {
    set_bit(filter, hash);
    filter->masks[mask_of(hash)] |= parts;
    filter->masks[other_mask_of(hash)] |= parts;
}

/* The parts that may have a piece of one or two bytes. */
static uint64_t parts_of(const struct cm_piece_filter *filter, size_t row, size_t size, uint32_t piece) {
    const uint64_t hash = hash_of(row, size, piece);
    return has_bit(filter, hash) ? filter->short_masks[short_mask_of(hash)] : 0;
}

/* ---- filling ---- */

/* The parts that have a piece at this place. */
static uint64_t parts_at(const struct cm_filtered_row *row, size_t place) {
    const size_t part = place / row->part;
    const uint64_t bit = (uint64_t)1 << part;
    CM_ASSERT(part < CM_FILTER_PARTS);
    return place % row->part < CM_FILTER_OVERLAP ? bit | bit >> 1 : bit;
}

/* The place of a value's signs, which others may have, too. */
static size_t signs_at(const struct cm_piece_filter *filter, const struct cm_filtered_row *row, uint32_t at) {
    return (at + (size_t)(row - filter->rows) * (CM_FILTER_SIGNS / CM_FILTER_ROWS)) % CM_FILTER_SIGNS;
}

/* Of a text that begins at a place; returns its signs. Linear in the text, which takes steps. */
static uint64_t fill_text(struct cm_piece_filter *filter, const struct cm_filtered_row *row, struct certmap_view text,
                          size_t place) {
    const size_t number = (size_t)(row - filter->rows);
    uint64_t signs = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint64_t parts = parts_at(row, place + i);
        set_short(filter, hash_of(number, 1, text.data[i]), parts);
        if (i + 2 <= text.len) {
            const uint32_t two = load_two(text.data + i);
            set_short(filter, hash_of(number, 2, two), parts);
            signs |= sign_of(two);
        }
        if (i + 4 <= text.len)
            set_four(filter, hash_of(number, 4, load_four(text.data + i)), parts);
    }
    return signs;
}

/* The texts of a value: its own, or those of its AVAs. */
struct texts {
    const struct cm_value *values;
    size_t count;
};

static struct texts texts_of(const struct cm_value *value) {
    return value->avas != NULL ? (struct texts){value->avas->values, value->avas->count} : (struct texts){value, 1};
}

static size_t size_of(const struct texts *texts, bool nocase) {
    size_t size = 0;
    for (size_t i = 0; i < texts->count; i++)
        size += cm_value_set_text(&texts->values[i], nocase).len;
    return size;
}

/* Bytes of a part, so that there are enough of them. Linear in the values, each of which takes a step later. */
static size_t part_size(const struct cm_filtered_row *row) {
    const struct cm_list *list = row->list;
    size_t total = 0;
    for (uint32_t at = cm_list_first(list, row->row); at != CM_VALUE_NONE; at = cm_list_next(list, row->row, at)) {
        const struct texts texts = texts_of(&list->values[at]);
        total += size_of(&texts, row->nocase);
    }
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
    memset(filter->short_masks, 0, sizeof filter->short_masks);
    memset(filter->signs, 0, sizeof filter->signs);
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

/* Of a value that begins at a place; returns how many bytes it has. Each text takes a step, and more; false: they have run
 * out. */
static bool fill_value(struct cm_piece_filter *filter, struct cm_filtered_row *row, uint32_t at, size_t *place,
                       size_t *steps) {
    const struct cm_value *value = &row->list->values[at];
    const struct texts texts = texts_of(value);
    uint64_t *signs = &filter->signs[signs_at(filter, row, at)];
    size_t spoiled = 0;
    row->unreadable = row->unreadable || value->unreadable != CERTMAP_CODE_NONE;
    for (size_t i = 0; i < texts.count; i++) {
        const struct certmap_view text = cm_value_set_text(&texts.values[i], row->nocase);
        if (!cm_steps_take(steps, 1 + text.len / FILLED_BYTES_A_STEP))
            return false;
        spoiled += texts.values[i].unreadable != CERTMAP_CODE_NONE;
        *signs |= fill_text(filter, row, text, *place);
        note_starts(row, at, *place, text.len);
        *place += text.len;
    }
    row->spoiled = row->spoiled < spoiled ? spoiled : row->spoiled;
    return true;
}

/* Where the steps run out it is not filled, and is when it is asked again with steps. */
static void fill(struct cm_piece_filter *filter, struct cm_filtered_row *row, size_t *steps) {
    const struct cm_list *list = row->list;
    size_t place = 0;
    if (!is_any_filled(filter))
        clear(filter);
    memset(row->starts, 0xFF, sizeof row->starts);
    row->part = part_size(row);
    for (uint32_t at = cm_list_first(list, row->row); at != CM_VALUE_NONE; at = cm_list_next(list, row->row, at))
        if (!fill_value(filter, row, at, &place, steps))
            return;
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
    added->spoiled = 0;
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
    const struct cm_piece_filter *filter = asking->filter;
    const uint64_t hash = hash_of(asking->row, 4, load_four(piece));
    return has_bit(filter, hash) ? filter->masks[mask_of(hash)] & filter->masks[other_mask_of(hash)] : 0;
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

/* So many bytes of a pattern are enough for signs. */
enum { SIGNED = 32 };

/* Of two bytes of a literal, which are side by side in each value that is like the pattern. */
static uint64_t signs_of(struct certmap_view pattern) {
    uint64_t signs = 0;
    for (size_t i = 0; i + 2 <= pattern.len && i < SIGNED; i++)
        if (pattern.data[i] < CM_GLOB_ONE && pattern.data[i + 1] < CM_GLOB_ONE)
            signs |= sign_of(load_two(pattern.data + i));
    return signs;
}

/* The row, filled; NULL: nothing is known of it. */
static const struct cm_filtered_row *filled_row(struct cm_piece_filter *filter, const struct cm_list *list,
                                                uint32_t row, bool nocase, size_t *steps) {
    struct cm_filtered_row *there = row_of(filter, list, row, nocase);
    if (there == NULL)
        return NULL;
    if (!there->filled && ++there->asked > CM_FILTER_ASKED)
        fill(filter, there, steps);
    return there->filled ? there : NULL;
}

/* Without steps there are none. */
static struct cm_piece_places places_of(const struct asking *asking, uint64_t signs, size_t steps) {
    return (struct cm_piece_places){.filter = asking->filter,
                                    .row = &asking->filter->rows[asking->row],
                                    .signs = signs,
                                    .parts = steps > 0 ? asking->parts : 0,
                                    .at = CM_VALUE_NONE,
                                    .last = CM_VALUE_NONE};
}

bool cm_piece_filter_find(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase,
                          struct certmap_view pattern, size_t *steps, struct cm_piece_places *places) {
    const struct cm_filtered_row *there = filled_row(filter, list, row, nocase, steps);
    if (there == NULL)
        return false;
    struct asking asking = {filter, (size_t)(there - filter->rows), UINT64_MAX};
    if (cm_steps_take(steps, 1 + pattern.len / BYTES_ASKED_A_STEP) && *steps > 0)
        ask_literals(&asking, pattern);
    *places = places_of(&asking, asking.parts != 0 ? signs_of(pattern) : 0, *steps);
    return true;
}

/* Asks about the values of each AVA of a pattern, and counts those of which no part has all literals. Linear in the pattern,
 * which takes steps. */
static size_t ask_avas(struct asking *asking, struct certmap_view pattern, uint64_t *signs) {
    struct cm_name_pattern cursor = {pattern.data};
    size_t lacking = 0;
    for (size_t left = cm_name_pattern_number(&cursor); left > 0; left--) {
        size_t avas = cm_name_pattern_number(&cursor) == CM_NAME_RDN ? cm_name_pattern_number(&cursor) : 0;
        for (; avas > 0; avas--) {
            (void)cm_name_pattern_bytes(&cursor);
            const struct certmap_view glob = cm_name_pattern_bytes(&cursor);
            struct asking one = {asking->filter, asking->row, asking->parts};
            ask_literals(&one, glob);
            lacking += one.parts == 0;
            asking->parts = one.parts != 0 ? one.parts : asking->parts;
            *signs |= signs_of(glob);
        }
    }
    return lacking;
}

bool cm_piece_filter_find_names(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase,
                                struct certmap_view pattern, size_t *steps, struct cm_piece_places *places) {
    const struct cm_filtered_row *there = filled_row(filter, list, row, nocase, steps);
    if (there == NULL || !cm_steps_take(steps, 1 + pattern.len / BYTES_ASKED_A_STEP))
        return false;
    struct asking asking = {filter, (size_t)(there - filter->rows), UINT64_MAX};
    uint64_t signs = 0;
    const size_t lacking = ask_avas(&asking, pattern, &signs);
    if (lacking <= there->spoiled && there->spoiled > 0)
        return false;
    if (lacking > 0)
        asking.parts = 0;
    *places = places_of(&asking, signs, *steps);
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
static uint32_t next_place(struct cm_piece_places *places) {
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

/* Values of which only the signs are looked at, so many for a step. */
enum { PASSED_A_STEP = 4 };

/* Whether a value has all signs of the pattern. */
static bool has_signs(const struct cm_piece_places *places, uint32_t at) {
    const size_t place = signs_at(places->filter, places->row, at);
    return (places->signs & ~places->filter->signs[place]) == 0;
}

uint32_t cm_piece_places_next(struct cm_piece_places *places, size_t *steps) {
    uint32_t at = next_place(places);
    for (; at != CM_VALUE_NONE && !has_signs(places, at); at = next_place(places))
        if (++places->passed % PASSED_A_STEP == 0 && !cm_steps_take(steps, 1))
            return CM_VALUE_NONE;
    return at;
}
