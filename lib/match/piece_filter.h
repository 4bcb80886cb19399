/* SPDX-License-Identifier: MIT */
/* Which pieces the values of a row have: one, two and four bytes that are side by side. A pattern with a literal that has
 * a piece which none of the values has is like none of them.
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
/* Bits for all of them: a certificate of 16 KB sets less than a fourth. */
#define CM_FILTER_BITS 65536
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
    bool unreadable; /* one of the values cannot be read */
};

struct cm_piece_filter {
    size_t row_count;
    struct cm_filtered_row rows[CM_FILTER_ROWS];
    uint64_t bits[CM_FILTER_BITS / 64]; /* not set before the first row is filled */
};

static inline void cm_piece_filter_begin(struct cm_piece_filter *filter) {
    filter->row_count = 0;
}

/* Whether the filter knows that no value of the row is like the pattern; then *truth is FALSE, or UNKNOWN where one cannot
 * be read, or the steps have run out. Takes a step for 16 bytes of the pattern, and when a row is filled one for 4 of its
 * values' bytes. Values of the row are not told apart by their types. */
bool cm_piece_filter_excludes(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase,
                              struct certmap_view pattern, size_t *steps, enum certmap_truth *truth);

#endif
