/* SPDX-License-Identifier: MIT */
/* Wildcard patterns, compiled and matched.
 *
 * A compiled pattern is UTF-8 in which two bytes that UTF-8 never uses stand for the wildcards, so
 * that an escaped * needs no escape any more. The literals between wildcards are normalised one by
 * one: * and ? compose with nothing, so that gives the NFC of the whole. */
#ifndef CM_BASE_GLOB_H
#define CM_BASE_GLOB_H

#include "certmap/explain.h"

#define CM_GLOB_MANY 0xFF /* *: any run of code points, also none */
#define CM_GLOB_ONE 0xFE  /* ?: exactly one code point */

/* A character of a pattern that is written without escapes, as it is compiled. */
static inline uint8_t cm_glob_byte(uint8_t c) {
    if (c == '*')
        return CM_GLOB_MANY;
    return c == '?' ? CM_GLOB_ONE : c;
}

/* Matches NFC UTF-8 text against a compiled pattern, anchored at both ends. Every step takes one
 * from *steps; UNKNOWN when they run out. */
enum certmap_truth cm_glob_match(struct certmap_view pattern, struct certmap_view text, size_t *steps);

/* Whether the text begins with what is before the first wildcard of a pattern, and ends with what is after the last one. Takes
 * a step for 16 bytes of these. */
enum certmap_truth cm_glob_has_ends(struct certmap_view pattern, struct certmap_view text, size_t *steps);
/* The same, and whether all other literals of the pattern are between these, one after the other: FALSE says that it is not
 * like the pattern. Linear in the text, but for what each place takes that has both ends of a literal; steps as
 * cm_glob_match. */
enum certmap_truth cm_glob_has_literals(struct certmap_view pattern, struct certmap_view text, size_t *steps);

#endif
