/* SPDX-License-Identifier: MIT */
/* Which pieces the values of a row have, and where: one, two and four bytes that are side by side. A pattern with a literal that
 * has a piece which none of the values has is like none of them; and a value that is like it has all pieces of a literal in one
 * place.
 *
 *     texts    | Unit 0001 | Unit 0002 | ...                       one after the other, in CM_FILTER_PARTS parts
 *     bits     "0002", "Unit" ...                                  by the hash of the piece and its row
 *     masks    "0002" -> part 0;  "Unit" -> parts 0, 1, 2 ...      the same
 *     signs    value 1 -> "Un", "ni", "it", "t ", " 0" ...             a bit of a word for each two bytes of it
 *     starts   part 1 -> the value that is there
 *
 * The texts of a whole Name are those of its AVAs.
 *
 * For rows of many values, and for long ones: a pattern goes through all of them, for each mapping anew, and a certificate
 * can be made so that this takes long. It is filled when a match has asked about a row before, and lives no longer than
 * the match. */
#ifndef CM_MATCH_PIECE_FILTER_H
#define CM_MATCH_PIECE_FILTER_H

#include "certmap/explain.h"
#include "field/list.h"

/* Rows that are kept in mind, by case: rules are about one or two of those that have many values. */
#define CM_FILTER_ROWS 8
/* Parts of the texts of a row: bits of a word. */
#define CM_FILTER_PARTS 64
/* Bits for all of them, of the pieces that are there: a certificate of 16 KB sets less than a fourth. Masks for all of them, of
 * where these are: of pieces of four bytes each has two, so that hardly any part is in both by chance where eight of them share
 * each; shorter ones, which are in most parts, have others. */
#define CM_FILTER_BITS 65536
#define CM_FILTER_MASKS 2048
#define CM_FILTER_SHORT_MASKS 512
/* Signs for all of them: of a certificate of 16 KB each value has its own. */
#define CM_FILTER_SIGNS 1024
/* A piece so near the begin of a part is in the part before, too, so that so many pieces of a literal, one after the other, have a
 * part in common. */
#define CM_FILTER_OVERLAP 32
/* Bytes of a part, at least: more than that. */
#define CM_MIN_FILTER_PART 64
/* How often a row is asked about before it is worth being filled: that takes as long as to look for two or three patterns. */
#define CM_FILTER_ASKED 2
/* From so many bytes on a value is long. */
#define CM_LONG_VALUE 512

struct cm_filtered_row {
    const struct cm_list *list;
    uint32_t row;
    uint32_t asked;
    bool nocase;
    bool filled;
    bool unreadable;                  /* one of the values cannot be read */
    size_t spoiled;                   /* most AVAs of one Name that cannot be read */
    size_t part;                      /* bytes of a part */
    uint32_t starts[CM_FILTER_PARTS]; /* the value that has the first byte of each part; CM_VALUE_NONE: there is none */
    uint64_t within[CM_FILTER_PARTS]; /* of a part that is all in one value: it, and those after it that are, too */
};

struct cm_piece_filter {
    size_t row_count;
    struct cm_filtered_row rows[CM_FILTER_ROWS];
    uint64_t bits[CM_FILTER_BITS / 64]; /* these are not set before the first row is filled */
    uint64_t masks[CM_FILTER_MASKS];
    uint64_t short_masks[CM_FILTER_SHORT_MASKS];
    uint64_t signs[CM_FILTER_SIGNS];
};

static inline void cm_piece_filter_begin(struct cm_piece_filter *filter) {
    filter->row_count = 0;
}

/* Which values of a row may be like a pattern. */
struct cm_piece_places {
    const struct cm_piece_filter *filter;
    const struct cm_filtered_row *row;
    uint64_t signs; /* of the pattern: those that a value like it has */
    size_t passed;  /* values that lack one */
    uint64_t parts; /* that are left; 0: none of them */
    uint32_t at;    /* the next value of the part that was taken last; CM_VALUE_NONE: it has no more */
    uint32_t last;  /* value of that part */
    uint32_t after; /* values before it were given */
    unsigned part;  /* the one that was taken last */
};

/* Finds them; false: the filter knows nothing. Takes a step for 4 bytes of the pattern, and when a row is filled one for 4 of
 * its values' bytes. Values of the row are not told apart by their types. */
bool cm_piece_filter_find(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase,
                          struct certmap_view pattern, size_t *steps, struct cm_piece_places *places);
/* The same of a row of whole Names and a pattern over them (field/name_pattern.h). Each AVA of the pattern takes one of the
 * Name: if more of them lack their pieces than a Name has AVAs that cannot be read, it is not like the pattern, and that
 * is not unknown. False also where they do not say so, and a Name has such AVAs. */
bool cm_piece_filter_find_names(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase,
                                struct certmap_view pattern, size_t *steps, struct cm_piece_places *places);
/* Makes the next question about the row fill it. */
void cm_piece_filter_hurry(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase);
/* The next one, or CM_VALUE_NONE, also where the steps run out. Takes a step for four values that are passed over; whoever asks
 * takes one for that which is given. */
uint32_t cm_piece_places_next(struct cm_piece_places *places, size_t *steps);

#endif
