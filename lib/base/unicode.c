/* SPDX-License-Identifier: MIT */
#include "base/unicode.h"
#include "base/arena.h"
#include "base/ascii.h"
#include <string.h>
#include <utf8proc.h>

/* Every loop over a text goes through it once; those of which that is not plain say why. */

/* ---- UTF-8 ---- */

/* How many continuation bytes follow this lead byte, and the smallest code point that may use it. */
static size_t lead_byte(uint8_t lead, uint32_t *bits, uint32_t *least) {
    if (lead >= 0xC2 && lead <= 0xDF) {
        *bits = lead & 0x1Fu;
        *least = 0x80;
        return 1;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        *bits = lead & 0x0Fu;
        *least = 0x800;
        return 2;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        *bits = lead & 0x07u;
        *least = 0x10000;
        return 3;
    }
    return 0;
}

size_t cm_utf8_decode(const uint8_t *p, size_t len, uint32_t *cp) {
    uint32_t bits;
    uint32_t least;
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    size_t more = lead_byte(p[0], &bits, &least);
    if (more == 0 || more >= len)
        return 0;
    for (size_t i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        bits = bits << 6 | (p[i] & 0x3Fu);
    }
    if (bits < least || bits > 0x10FFFF || (bits >= 0xD800 && bits <= 0xDFFF))
        return 0;
    *cp = bits;
    return more + 1;
}

/* Whether a byte can be the second of a sequence with this lead byte (The Unicode Standard, table 3-7). */
static bool may_be_second(uint8_t lead, uint8_t byte) {
    const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return byte >= low && byte <= high;
}

size_t cm_utf8_take(struct certmap_view text, uint32_t *cp) {
    const uint8_t lead = text.data[0];
    uint32_t bits, least;
    const size_t len = cm_utf8_decode(text.data, text.len, cp);
    if (len > 0)
        return len;
    *cp = CM_REPLACEMENT;
    if (lead_byte(lead, &bits, &least) == 0 || text.len == 1 || !may_be_second(lead, text.data[1]))
        return 1;
    /* a third byte of the same kind ends it: a fourth would make it whole */
    return lead >= 0xF0 && text.len > 2 && (text.data[2] & 0xC0) == 0x80 ? 3 : 2;
}

size_t cm_utf8_encode(uint8_t out[4], uint32_t cp) {
    if (cp < 0x80) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (uint8_t)(0xC0 | cp >> 6);
        out[1] = (uint8_t)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (uint8_t)(0xE0 | cp >> 12);
        out[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | cp >> 18);
    out[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (cp & 0x3F));
    return 4;
}

/* How many bytes of ASCII the text has from here on: all of them, or a multiple of eight. */
static size_t ascii_words(const uint8_t *p, size_t len) {
    size_t i = 0;
    while (len - i >= CM_WORD && cm_word_is_ascii(cm_word_load(p + i)))
        i += CM_WORD;
    return i;
}

size_t cm_utf8_check(struct certmap_view text) {
    size_t i = 0;
    while (i < text.len) {
        uint32_t cp;
        i += ascii_words(text.data + i, text.len - i);
        if (i == text.len)
            break;
        size_t len = cm_utf8_decode(text.data + i, text.len - i, &cp);
        if (len == 0)
            break;
        i += len;
    }
    return i;
}

/* Whether all words of a text pass a test that looks at each byte by itself: the last word overlaps the one before
 * it, and one of a text that is shorter has some bytes twice. */
static inline bool all_words(struct certmap_view text, bool (*test)(uint64_t word)) {
    size_t i = 0;
    if (text.len < CM_WORD)
        return text.len == 0 || test(cm_word_of_few(text.data, text.len));
    const size_t last = text.len - CM_WORD;
    while (i < last && test(cm_word_load(text.data + i)))
        i += CM_WORD;
    return i >= last && test(cm_word_load(text.data + last));
}

bool cm_is_ascii(struct certmap_view text) {
    return all_words(text, cm_word_is_ascii);
}

bool cm_is_ascii_text(struct certmap_view text) {
    return all_words(text, cm_word_is_text);
}

/* ---- Code points ---- */

uint32_t cm_fold(uint32_t cp) {
    const uint32_t dotted_capital_i = 0x130; /* folds only fully (F) or in Turkish (T) */
    utf8proc_int32_t folded[8];
    int boundclass = 0;
    if (cp < 0x80)
        return cm_ascii_lower((uint8_t)cp);
    if (cp == dotted_capital_i || utf8proc_get_property((utf8proc_int32_t)cp)->casefold_seqindex == UINT16_MAX)
        return cp;
    /* utf8proc folds fully: one code point is status C, several are status F, beside which a
     * status S mapping, where there is one, is the simple lower case. */
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, folded, 8, UTF8PROC_CASEFOLD, &boundclass);
    return (uint32_t)(n == 1 ? folded[0] : utf8proc_tolower((utf8proc_int32_t)cp));
}

/* The letters i with and without a dot, which are each other's case in some languages and not in others. */
static bool is_turkish_i(uint32_t cp) {
    return cp == 0x130 || cp == 0x131;
}

uint32_t cm_lower(uint32_t cp) {
    if (cp < 0x80)
        return cm_ascii_lower((uint8_t)cp);
    return is_turkish_i(cp) ? cp : (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp);
}

uint32_t cm_upper(uint32_t cp) {
    const uint32_t sharp_s = 0xDF; /* has no simple upper case, but utf8proc gives it one */
    if (cp < 0x80)
        return cp >= 'a' && cp <= 'z' ? cp - 'a' + 'A' : cp;
    return is_turkish_i(cp) || cp == sharp_s ? cp : (uint32_t)utf8proc_toupper((utf8proc_int32_t)cp);
}

bool cm_is_unsafe(uint32_t cp) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0x61C, 0x61C},   {0x200E, 0x200F},   {0x2028, 0x202E},
        {0x2066, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
    };
    if (cp >= ' ' && cp < 0x7F)
        return false;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (cp >= ranges[i].first && cp <= ranges[i].last)
            return true;
    return false;
}

bool cm_is_space(uint32_t cp) {
    return utf8proc_get_property((utf8proc_int32_t)cp)->category == UTF8PROC_CATEGORY_ZS;
}

bool cm_is_mark(uint32_t cp) {
    const int category = utf8proc_get_property((utf8proc_int32_t)cp)->category;
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

bool cm_is_invisible(uint32_t cp) {
    return utf8proc_get_property((utf8proc_int32_t)cp)->ignorable != 0;
}

/* ---- Normalisation ---- */

/* The last code point below which nothing combines or decomposes under NFC. */
#define NFC_INERT_BELOW 0x300

/* Most code points in the canonical decomposition of one. */
#define MAX_DECOMPOSED 4

/* Code points in scratch memory. */
struct cm_points {
    utf8proc_int32_t *at;
    size_t len;
};

static int combining_class(utf8proc_int32_t cp) {
    return utf8proc_get_property(cp)->combining_class;
}

/* Of few marks (order_marks): at most the square of that. */
static void insertion_sort(utf8proc_int32_t *run, size_t len) {
    for (size_t i = 1; i < len; i++) {
        utf8proc_int32_t cp = run[i];
        size_t k = i;
        for (; k > 0 && combining_class(run[k - 1]) > combining_class(cp); k--)
            run[k] = run[k - 1];
        run[k] = cp;
    }
}

/* Goes through the marks three times, and through the classes once. */
static void counting_sort(utf8proc_int32_t *run, size_t len, utf8proc_int32_t *copy) {
    size_t start[257] = {0};
    memcpy(copy, run, len * sizeof *run);
    for (size_t i = 0; i < len; i++)
        start[combining_class(copy[i]) + 1]++;
    for (size_t class = 1; class < 257; class ++)
        start[class] += start[class - 1];
    for (size_t i = 0; i < len; i++)
        run[start[combining_class(copy[i])]++] = copy[i];
}

/* The Canonical Ordering Algorithm (Unicode 3.11, D109). utf8proc's own is quadratic in the length of
 * a run of marks, which a certificate may choose. */
static void order_marks(struct cm_points points, utf8proc_int32_t *copy) {
    const size_t few = 16;
    for (size_t i = 0; i < points.len;) {
        size_t end = i;
        while (end < points.len && combining_class(points.at[end]) != 0)
            end++;
        if (end - i > few)
            counting_sort(points.at + i, end - i, copy);
        else
            insertion_sort(points.at + i, end - i);
        i = end + 1;
    }
}

/* Decomposes valid UTF-8 canonically, folding each code point first if asked. */
static struct cm_points decompose(struct certmap_view utf8, bool fold, utf8proc_int32_t *room) {
    struct cm_points points = {room, 0};
    int boundclass = 0;
    for (size_t i = 0; i < utf8.len;) {
        uint32_t cp;
        i += cm_utf8_decode(utf8.data + i, utf8.len - i, &cp);
        if (fold)
            cp = cm_fold(cp);
        points.len += (size_t)utf8proc_decompose_char((utf8proc_int32_t)cp, room + points.len, MAX_DECOMPOSED,
                                                      UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, &boundclass);
    }
    return points;
}

static struct certmap_view encode(struct cm_points points, struct cm_arena *keep) {
    size_t len = 0;
    uint8_t bytes[4];
    for (size_t i = 0; i < points.len; i++)
        len += cm_utf8_encode(bytes, (uint32_t)points.at[i]);
    uint8_t *text = cm_arena_alloc(keep, len + 1);
    if (text == NULL)
        return (struct certmap_view){NULL, 0};
    size_t at = 0;
    for (size_t i = 0; i < points.len; i++)
        at += cm_utf8_encode(text + at, (uint32_t)points.at[i]);
    text[len] = 0;
    return (struct certmap_view){text, len};
}

/* Composes what is canonically decomposed and ordered; returns the new length.
 *
 * U+11A7 is just before the trailing consonants of Hangul and is none, but utf8proc 2.8 takes it for
 * one and drops it. It neither composes nor combines, so that what is between two of them can be
 * composed by itself. */
static size_t compose(struct cm_points points) {
    const utf8proc_int32_t no_consonant = 0x11A7;
    size_t len = 0;
    for (size_t i = 0; i < points.len;) {
        size_t end = i;
        while (end < points.len && points.at[end] != no_consonant)
            end++;
        size_t composed = (size_t)utf8proc_normalize_utf32(points.at + i, (utf8proc_ssize_t)(end - i),
                                                           UTF8PROC_COMPOSE | UTF8PROC_STABLE);
        memmove(points.at + len, points.at + i, composed * sizeof *points.at);
        len += composed;
        if (end < points.len)
            points.at[len++] = no_consonant;
        i = end + 1;
    }
    return len;
}

/* NFC of the text, or of the folded text. */
static struct certmap_view normalise(struct certmap_view utf8, bool fold, struct cm_arena *keep,
                                     struct cm_arena *scratch) {
    const size_t most = utf8.len * MAX_DECOMPOSED;
    utf8proc_int32_t *room = cm_arena_alloc(scratch, 2 * most * sizeof *room);
    if (room == NULL)
        return (struct certmap_view){NULL, 0};
    struct cm_points points = decompose(utf8, fold, room);
    order_marks(points, room + most);
    points.len = compose(points);
    return encode(points, keep);
}

/* Whether NFC changes nothing, at a glance: no lead byte of U+0300 or above. */
static bool is_inert(struct certmap_view utf8) {
    for (size_t i = 0; i < utf8.len; i++)
        if (utf8.data[i] >= (0xC0 | NFC_INERT_BELOW >> 6))
            return false;
    return true;
}

static void lower_word(uint8_t *lower, const uint8_t *ascii) {
    cm_word_store(lower, cm_word_lower(cm_word_load(ascii)));
}

/* The last word may overlap the one before it. */
static void lower_ascii(uint8_t *lower, struct certmap_view ascii) {
    size_t i = 0;
    if (ascii.len < CM_WORD) {
        for (; i < ascii.len; i++)
            lower[i] = cm_ascii_lower(ascii.data[i]);
        return;
    }
    const size_t last = ascii.len - CM_WORD;
    for (; i < last; i += CM_WORD)
        lower_word(lower + i, ascii.data + i);
    lower_word(lower + last, ascii.data + last);
}

bool cm_text_fold_ascii(struct cm_text *text, struct cm_arena *keep) {
    text->folded = text->nfc;
    if (all_words(text->nfc, cm_word_has_no_capital))
        return true;
    uint8_t *folded = cm_arena_alloc(keep, text->nfc.len + 1);
    if (folded == NULL)
        return false;
    lower_ascii(folded, text->nfc);
    folded[text->nfc.len] = 0;
    text->folded.data = folded;
    return true;
}

/* What is inert folds to code points that are in NFC by themselves, and none of them combines with another: but for
 * U+00B5, U+023A and U+023E, which become letters of three bytes at most, they stay below U+0300. */
static bool fold_inert(struct cm_text *text, struct cm_arena *keep) {
    const struct certmap_view nfc = text->nfc;
    uint8_t *folded = cm_arena_alloc(keep, nfc.len / 2 * 3 + 2);
    size_t len = 0;
    if (folded == NULL)
        return false;
    for (size_t i = 0; i < nfc.len;) {
        uint32_t cp = nfc.data[i];
        if (cp < 0x80) {
            folded[len++] = cm_ascii_lower(nfc.data[i++]);
        } else {
            i += cm_utf8_decode(nfc.data + i, nfc.len - i, &cp);
            len += cm_utf8_encode(folded + len, cm_fold(cp));
        }
    }
    folded[len] = 0;
    text->folded = (struct certmap_view){folded, len};
    return true;
}

bool cm_text_make(struct cm_text *text, struct certmap_view utf8, struct cm_arena *keep, struct cm_arena *scratch) {
    if (cm_is_ascii(utf8)) {
        text->nfc = cm_arena_text(keep, utf8);
        return text->nfc.data != NULL && cm_text_fold_ascii(text, keep);
    }
    if (is_inert(utf8)) {
        text->nfc = cm_arena_text(keep, utf8);
        return text->nfc.data != NULL && fold_inert(text, keep);
    }
    text->nfc = normalise(utf8, false, keep, scratch);
    if (text->nfc.data == NULL)
        return false;
    text->folded = normalise(text->nfc, true, keep, scratch);
    return text->folded.data != NULL;
}
