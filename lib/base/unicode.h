/* SPDX-License-Identifier: MIT */
/* UTF-8, NFC and simple case folding. utf8proc has the tables; nothing here calls malloc. */
#ifndef CM_BASE_UNICODE_H
#define CM_BASE_UNICODE_H

#include "certmap/certmap.h"

struct cm_arena;

/* Decodes one code point of strict UTF-8 (RFC 3629: nothing overlong, no surrogate, at most
 * U+10FFFF). Returns the bytes it takes, or 0 if there is none at p. len > 0. */
size_t cm_utf8_decode(const uint8_t *p, size_t len, uint32_t *cp);
/* What is shown in place of what is not UTF-8. */
#define CM_REPLACEMENT 0xFFFDu
/* As cm_utf8_decode, for text that is shown: what is not UTF-8 gives CM_REPLACEMENT once for each longest part that
 * could have begun a code point (The Unicode Standard, 3.9: maximal subparts). text is not empty. */
size_t cm_utf8_take(struct certmap_view text, uint32_t *cp);
/* Writes a code point as 1 to 4 bytes and returns how many. cp is a Unicode scalar value. */
size_t cm_utf8_encode(uint8_t out[4], uint32_t cp);
/* The offset of the first byte that is not UTF-8, or text.len. */
size_t cm_utf8_check(struct certmap_view text);
/* Whether every byte is below 0x80. */
bool cm_is_ascii(struct certmap_view text);
/* The same, and none is a NUL. */
bool cm_is_ascii_text(struct certmap_view text);

/* Simple case folding of one code point: CaseFolding.txt, status C and S. */
uint32_t cm_fold(uint32_t cp);
/* Simple case mapping of one code point: UnicodeData.txt; U+0130 and U+0131 stay. */
uint32_t cm_lower(uint32_t cp);
uint32_t cm_upper(uint32_t cp);
/* Whether a code point must not reach a terminal or a log as it is: C0 and C1 controls, DEL,
 * direction marks and overrides, line and paragraph separators, interlinear marks, U+FEFF. */
bool cm_is_unsafe(uint32_t cp);

/* Whether a code point is a space of any width: general category Zs. */
bool cm_is_space(uint32_t cp);
/* Whether a code point is a mark on the one before it: general category Mn, Mc or Me. */
bool cm_is_mark(uint32_t cp);
/* Whether a code point is usually not shown at all: Default_Ignorable_Code_Point (DerivedCoreProperties.txt). */
bool cm_is_invisible(uint32_t cp);

/* A text in the two forms that rules compare. Both have a NUL after their end. */
struct cm_text {
    struct certmap_view nfc;
    struct certmap_view folded; /* NFC of the folded NFC; nfc itself for ASCII that folding leaves alone */
};

/* Normalises valid UTF-8 into keep; working memory comes from scratch, which the caller resets.
 * False when there is no memory. Linear in the length, whatever the text. */
bool cm_text_make(struct cm_text *text, struct certmap_view utf8, struct cm_arena *keep, struct cm_arena *scratch);

/* Sets the folded form where nfc is there, and ASCII. False when there is no memory. */
bool cm_text_fold_ascii(struct cm_text *text, struct cm_arena *keep);

/* Writes NFC of the text, of which each code point is first mapped by map, without working memory. Returns its
 * length, or SIZE_MAX where it has more than cap bytes or *steps run out: a code point takes one for each time
 * it is looked at, which is twice but for marks out of order. */
size_t cm_nfc_write(uint8_t *out, size_t cap, struct certmap_view utf8, uint32_t (*map)(uint32_t), size_t *steps);

#endif
