/* SPDX-License-Identifier: MIT */
/* UTF-8, folding of single code points, unsafe characters, and the two forms of a text. What Unicode's
 * own files say about all code points is in test_unicode_data.c. */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/unicode.h"
#include "base/view.h"
#include "support/alloc.h"
#include "support/der.h"
#include "support/run.h"
#include <stdlib.h>

/* ---- decoding ---- */

static const struct {
    const char *what;
    struct certmap_view bytes;
    size_t len; /* 0: no code point */
    uint32_t cp;
} decodings[] = {
    {"NUL", CM_VIEW_OF("\0"), 1, 0},
    {"ASCII", CM_VIEW_OF("A"), 1, 'A'},
    {"DEL", CM_VIEW_OF("\x7F"), 1, 0x7F},
    {"two bytes, smallest", CM_VIEW_OF("\xC2\x80"), 2, 0x80},
    {"two bytes, largest", CM_VIEW_OF("\xDF\xBF"), 2, 0x7FF},
    {"three bytes, smallest", CM_VIEW_OF("\xE0\xA0\x80"), 3, 0x800},
    {"before the surrogates", CM_VIEW_OF("\xED\x9F\xBF"), 3, 0xD7FF},
    {"after the surrogates", CM_VIEW_OF("\xEE\x80\x80"), 3, 0xE000},
    {"three bytes, largest", CM_VIEW_OF("\xEF\xBF\xBF"), 3, 0xFFFF},
    {"four bytes, smallest", CM_VIEW_OF("\xF0\x90\x80\x80"), 4, 0x10000},
    {"four bytes, largest", CM_VIEW_OF("\xF4\x8F\xBF\xBF"), 4, 0x10FFFF},
    {"more text follows", CM_VIEW_OF("\xC3\xA9xyz"), 2, 0xE9},

    {"a continuation byte first", CM_VIEW_OF("\x80"), 0, 0},
    {"the last continuation byte first", CM_VIEW_OF("\xBF\x80"), 0, 0},
    {"overlong NUL", CM_VIEW_OF("\xC0\x80"), 0, 0},
    {"overlong slash", CM_VIEW_OF("\xC0\xAF"), 0, 0},
    {"overlong DEL", CM_VIEW_OF("\xC1\xBF"), 0, 0},
    {"overlong in three bytes", CM_VIEW_OF("\xE0\x9F\xBF"), 0, 0},
    {"overlong NUL in three bytes", CM_VIEW_OF("\xE0\x80\x80"), 0, 0},
    {"overlong in four bytes", CM_VIEW_OF("\xF0\x8F\xBF\xBF"), 0, 0},
    {"overlong NUL in four bytes", CM_VIEW_OF("\xF0\x80\x80\x80"), 0, 0},
    {"the first surrogate", CM_VIEW_OF("\xED\xA0\x80"), 0, 0},
    {"the last surrogate", CM_VIEW_OF("\xED\xBF\xBF"), 0, 0},
    {"a pair of surrogates (CESU-8)", CM_VIEW_OF("\xED\xA0\xBD\xED\xB8\x80"), 0, 0},
    {"past U+10FFFF", CM_VIEW_OF("\xF4\x90\x80\x80"), 0, 0},
    {"lead byte F5", CM_VIEW_OF("\xF5\x80\x80\x80"), 0, 0},
    {"lead byte F7", CM_VIEW_OF("\xF7\xBF\xBF\xBF"), 0, 0},
    {"five bytes", CM_VIEW_OF("\xF8\x88\x80\x80\x80"), 0, 0},
    {"six bytes", CM_VIEW_OF("\xFC\x84\x80\x80\x80\x80"), 0, 0},
    {"FE", CM_VIEW_OF("\xFE"), 0, 0},
    {"FF", CM_VIEW_OF("\xFF"), 0, 0},
    {"Latin-1", CM_VIEW_OF("\xE9t"), 0, 0},
    {"two bytes, cut", CM_VIEW_OF("\xC3"), 0, 0},
    {"three bytes, cut after one", CM_VIEW_OF("\xE2"), 0, 0},
    {"three bytes, cut after two", CM_VIEW_OF("\xE2\x82"), 0, 0},
    {"four bytes, cut after one", CM_VIEW_OF("\xF0"), 0, 0},
    {"four bytes, cut after two", CM_VIEW_OF("\xF0\x9F"), 0, 0},
    {"four bytes, cut after three", CM_VIEW_OF("\xF0\x9F\x98"), 0, 0},
    {"second byte below", CM_VIEW_OF("\xC3\x7F"), 0, 0},
    {"second byte above", CM_VIEW_OF("\xC3\xC0"), 0, 0},
    {"third byte wrong", CM_VIEW_OF("\xE2\x82\x41"), 0, 0},
    {"fourth byte wrong", CM_VIEW_OF("\xF0\x9F\x98\x41"), 0, 0},
};

T_TEST(decoding) {
    uint32_t cp = 0;
    const size_t len = cm_utf8_decode(decodings[_i].bytes.data, decodings[_i].bytes.len, &cp);
    ck_assert_msg(len == decodings[_i].len, "%s: %zu bytes", decodings[_i].what, len);
    ck_assert_msg(cp == decodings[_i].cp, "%s: U+%04X", decodings[_i].what, (unsigned)cp);
}

static bool is_surrogate(uint32_t cp) {
    return cp >= 0xD800 && cp <= 0xDFFF;
}

T_TEST(every_code_point_there_and_back) {
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        uint8_t bytes[4];
        uint32_t back = 0;
        const size_t len = cm_utf8_encode(bytes, cp);
        const size_t taken = cm_utf8_decode(bytes, len, &back);
        if (is_surrogate(cp) ? taken != 0 : taken != len || back != cp)
            ck_abort_msg("U+%04X", (unsigned)cp);
    }
}

/* The first and the last continuation byte, and what is beside them. */
static const uint8_t last_bytes[] = {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};

/* With any two bytes before the last one, as many sequences are taken as there are code points: none has two. */
T_TEST(no_code_point_twice_in_three_bytes) {
    size_t found[4] = {0};
    for (uint32_t all = 0; all <= 0xFFFF; all++) {
        for (size_t i = 0; i < sizeof last_bytes; i++) {
            const uint8_t bytes[3] = {(uint8_t)(all >> 8), (uint8_t)all, last_bytes[i]};
            uint32_t cp;
            found[cm_utf8_decode(bytes, sizeof bytes, &cp)]++;
        }
    }
    ck_assert_uint_eq(found[1], 0x80 * 0x100 * sizeof last_bytes);
    ck_assert_uint_eq(found[2], (0x800 - 0x80) * sizeof last_bytes);
    ck_assert_uint_eq(found[3], (0x10000 - 0x800 - 0x800) / 0x40 * 2);
}

T_TEST(no_code_point_twice_in_four_bytes) {
    size_t found = 0;
    for (uint32_t all = 0; all < 0x1000; all++) { /* lead bytes F0 to FF, all second bytes, two of the others */
        const uint8_t bytes[4] = {(uint8_t)(0xF0 | all >> 8), (uint8_t)(0x80 | (all >> 2 & 0x3F)),
                                  all & 1 ? 0x80 : 0xBF, all & 2 ? 0x80 : 0xBF};
        uint32_t cp;
        found += cm_utf8_decode(bytes, sizeof bytes, &cp) == 4;
    }
    ck_assert_uint_eq(found, 0x100000 / 0x1000 * 4);
}

static const struct {
    struct certmap_view text;
    size_t offset; /* of the first byte that is not UTF-8 */
    bool ascii;
} texts[] = {
    {CM_VIEW_OF(""), 0, true},
    {CM_VIEW_OF("plain\0text\x7F"), 11, true},
    {CM_VIEW_OF("Z\xC3\xBCrich"), 7, false},
    {CM_VIEW_OF("\xF0\x9F\x98\x80!"), 5, false},
    {CM_VIEW_OF("\xFF"), 0, false},
    {CM_VIEW_OF("ab\xC3"), 2, false},
    {CM_VIEW_OF("\xC3\xBC\xED\xA0\x80x"), 2, false},
    {CM_VIEW_OF("\xE2\x82\xAC\xE2\x82"), 3, false},
    {CM_VIEW_OF("a\x80z"), 1, false},
};

T_TEST(checking) {
    ck_assert_msg(cm_utf8_check(texts[_i].text) == texts[_i].offset, "row %d", _i);
    ck_assert_msg(cm_is_ascii(texts[_i].text) == texts[_i].ascii, "row %d", _i);
}

/* Longer than two of the words that are looked at in one step. */
#define FEW_WORDS 20

/* Texts of capital letters, of every length, in which one byte is another, at every place. Their memory ends where
 * they do. */
static void with_every_byte(void (*check)(struct certmap_view text, size_t at)) {
    for (size_t len = 1; len <= FEW_WORDS; len++) {
        uint8_t *text = malloc(len);
        ck_assert_ptr_nonnull(text);
        for (size_t at = 0; at < len; at++) {
            memset(text, 'Q', len);
            for (unsigned byte = 0; byte <= 0xFF; byte++) {
                text[at] = (uint8_t)byte;
                check(cm_view(text, len), at);
            }
        }
        free(text);
    }
}

static void check_byte(struct certmap_view text, size_t at) {
    const uint8_t byte = text.data[at];
    ck_assert_msg(cm_is_ascii(text) == (byte < 0x80), "%02X at %zu of %zu", byte, at, text.len);
    ck_assert_msg(cm_is_ascii_text(text) == (byte > 0 && byte < 0x80), "%02X at %zu of %zu", byte, at, text.len);
    ck_assert_msg(cm_utf8_check(text) == (byte < 0x80 ? text.len : at), "%02X at %zu of %zu", byte, at, text.len);
}

T_TEST(checking_every_byte) {
    with_every_byte(check_byte);
    ck_assert(cm_is_ascii(CM_VIEW_NONE));
    ck_assert(cm_is_ascii_text(CM_VIEW_NONE));
    ck_assert_uint_eq(cm_utf8_check(CM_VIEW_NONE), 0);
}

/* A character of two bytes at every place, across words too. */
T_TEST(checking_every_offset) {
    for (size_t at = 0; at + 2 <= FEW_WORDS; at++) {
        uint8_t text[FEW_WORDS];
        memset(text, 'q', sizeof text);
        memcpy(text + at, "\xC3\xA9", 2);
        ck_assert_uint_eq(cm_utf8_check(cm_view(text, sizeof text)), sizeof text);
        ck_assert_uint_eq(cm_utf8_check(cm_view(text, at + 1)), at);
        ck_assert(!cm_is_ascii(cm_view(text, sizeof text)));
    }
}

/* ---- code points ---- */

static const struct {
    uint32_t cp, folded;
    const char *what;
} foldings[] = {
    {'@', '@', "before A"},
    {'A', 'a', "A"},
    {'Z', 'z', "Z"},
    {'[', '[', "after Z"},
    {'a', 'a', "a"},
    {'0', '0', "a digit"},
    {0xB5, 0x3BC, "micro sign to mu: C"},
    {0xC0, 0xE0, "a capital with grave"},
    {0xD7, 0xD7, "multiplication sign"},
    {0xDF, 0xDF, "sharp s has a full folding only"},
    {0x1E9E, 0xDF, "capital sharp s: S"},
    {0x130, 0x130, "dotted capital i has full and Turkish foldings only"},
    {0x131, 0x131, "dotless i has none"},
    {0x149, 0x149, "n preceded by apostrophe: F only"},
    {0x17F, 's', "long s: C"},
    {0x1F0, 0x1F0, "j with caron: F only"},
    {0x212A, 'k', "Kelvin sign: C"},
    {0x212B, 0xE5, "Angstrom sign: C"},
    {0x3A3, 0x3C3, "capital sigma"},
    {0x3C2, 0x3C3, "final sigma"},
    {0x345, 0x3B9, "combining iota subscript: C"},
    {0x390, 0x390, "iota with dialytika and tonos: F only"},
    {0x1F88, 0x1F80, "capital alpha with prosgegrammeni: S beside F"},
    {0x1FBC, 0x1FB3, "capital alpha with prosgegrammeni: S beside F"},
    {0x13A0, 0x13A0, "Cherokee capitals stay"},
    {0xAB70, 0x13A0, "Cherokee small letters fold to capitals"},
    {0xFB03, 0xFB03, "ligature ffi: F only"},
    {0xFF21, 0xFF41, "fullwidth A"},
    {0x10400, 0x10428, "Deseret, past U+FFFF"},
    {0x1E900, 0x1E922, "Adlam"},
    {0xAC00, 0xAC00, "a Hangul syllable is not taken apart"},
    {0xE9, 0xE9, "a small letter with accent is not taken apart"},
    {0x378, 0x378, "not assigned"},
    {0xE000, 0xE000, "private use"},
    {0x10FFFF, 0x10FFFF, "the last"},
};

T_TEST(folding) {
    ck_assert_msg(cm_fold(foldings[_i].cp) == foldings[_i].folded, "%s: U+%04X", foldings[_i].what,
                  (unsigned)cm_fold(foldings[_i].cp));
}

/* Ranges of what must not be sent raw; the code points right before and after one may be. */
static const struct {
    uint32_t first, last;
    const char *what;
} unsafe[] = {
    {0, 0x1F, "C0 controls"},
    {0x7F, 0x9F, "DEL and C1 controls"},
    {0x61C, 0x61C, "Arabic letter mark"},
    {0x200E, 0x200F, "left-to-right and right-to-left mark"},
    {0x2028, 0x202E, "separators, embeddings and overrides"},
    {0x2066, 0x206F, "isolates and deprecated format characters"},
    {0xFEFF, 0xFEFF, "byte order mark"},
    {0xFFF9, 0xFFFB, "interlinear annotation"},
    {0xE0000, 0xE007F, "tags"},
};

T_TEST(unsafe_ranges) {
    for (uint32_t cp = unsafe[_i].first; cp <= unsafe[_i].last; cp++)
        ck_assert_msg(cm_is_unsafe(cp), "%s: U+%04X", unsafe[_i].what, (unsigned)cp);
    ck_assert_msg(!cm_is_unsafe(unsafe[_i].last + 1), "after %s", unsafe[_i].what);
    if (unsafe[_i].first > 0)
        ck_assert_msg(!cm_is_unsafe(unsafe[_i].first - 1), "before %s", unsafe[_i].what);
}

/* ---- both forms ---- */

static const struct {
    const char *what;
    struct certmap_view utf8, nfc, folded;
} forms[] = {
    {"empty", CM_VIEW_OF(""), CM_VIEW_OF(""), CM_VIEW_OF("")},
    {"small ASCII", CM_VIEW_OF("alice 7"), CM_VIEW_OF("alice 7"), CM_VIEW_OF("alice 7")},
    {"ASCII", CM_VIEW_OF("Alice [Z]"), CM_VIEW_OF("Alice [Z]"), CM_VIEW_OF("alice [z]")},
    {"composed", CM_VIEW_OF("\xC3\x89t\xC3\xA9"), CM_VIEW_OF("\xC3\x89t\xC3\xA9"), CM_VIEW_OF("\xC3\xA9t\xC3\xA9")},
    {"decomposed", CM_VIEW_OF("E\xCC\x81te\xCC\x81"), CM_VIEW_OF("\xC3\x89t\xC3\xA9"), CM_VIEW_OF("\xC3\xA9t\xC3\xA9")},
    {"marks in the wrong order", CM_VIEW_OF("q\xCC\x87\xCC\xA3"), CM_VIEW_OF("q\xCC\xA3\xCC\x87"),
     CM_VIEW_OF("q\xCC\xA3\xCC\x87")},
    {"marks of one class keep their order", CM_VIEW_OF("q\xCC\x81\xCC\x80"), CM_VIEW_OF("q\xCC\x81\xCC\x80"),
     CM_VIEW_OF("q\xCC\x81\xCC\x80")},
    {"a mark alone", CM_VIEW_OF("\xCC\x81"), CM_VIEW_OF("\xCC\x81"), CM_VIEW_OF("\xCC\x81")},
    {"sharp s is not ss",
     CM_VIEW_OF("STRASSE Stra\xC3\x9F"
                "e"),
     CM_VIEW_OF("STRASSE Stra\xC3\x9F"
                "e"),
     CM_VIEW_OF("strasse stra\xC3\x9F"
                "e")},
    {"capital sharp s", CM_VIEW_OF("\xE1\xBA\x9E"), CM_VIEW_OF("\xE1\xBA\x9E"), CM_VIEW_OF("\xC3\x9F")},
    {"dotted capital i", CM_VIEW_OF("\xC4\xB0"), CM_VIEW_OF("\xC4\xB0"), CM_VIEW_OF("\xC4\xB0")},
    {"dotless i", CM_VIEW_OF("\xC4\xB1"), CM_VIEW_OF("\xC4\xB1"), CM_VIEW_OF("\xC4\xB1")},
    {"Kelvin sign is K in NFC", CM_VIEW_OF("\xE2\x84\xAA"), CM_VIEW_OF("K"), CM_VIEW_OF("k")},
    {"no compatibility mapping", CM_VIEW_OF("\xEF\xAC\x81\xEF\xBC\xA1"), CM_VIEW_OF("\xEF\xAC\x81\xEF\xBC\xA1"),
     CM_VIEW_OF("\xEF\xAC\x81\xEF\xBD\x81")},
    {"nothing ignorable removed", CM_VIEW_OF("a\xC2\xAD\xE2\x80\x8B\xE2\x81\xA0z"),
     CM_VIEW_OF("a\xC2\xAD\xE2\x80\x8B\xE2\x81\xA0z"), CM_VIEW_OF("a\xC2\xAD\xE2\x80\x8B\xE2\x81\xA0z")},
    {"white space as it is", CM_VIEW_OF(" a \t b\xC2\xA0"), CM_VIEW_OF(" a \t b\xC2\xA0"),
     CM_VIEW_OF(" a \t b\xC2\xA0")},
    {"Hangul composes", CM_VIEW_OF("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"), CM_VIEW_OF("\xED\x95\x9C"),
     CM_VIEW_OF("\xED\x95\x9C")},
    {"excluded from composition", CM_VIEW_OF("\xE0\xA5\x98"), CM_VIEW_OF("\xE0\xA4\x95\xE0\xA4\xBC"),
     CM_VIEW_OF("\xE0\xA4\x95\xE0\xA4\xBC")},
    {"four code points of one", CM_VIEW_OF("\xE1\xBE\x82"), CM_VIEW_OF("\xE1\xBE\x82"), CM_VIEW_OF("\xE1\xBE\x82")},
    {"past U+FFFF, three times as long", CM_VIEW_OF("\xF0\x9D\x85\xA0"),
     CM_VIEW_OF("\xF0\x9D\x85\x98\xF0\x9D\x85\xA5\xF0\x9D\x85\xAE"),
     CM_VIEW_OF("\xF0\x9D\x85\x98\xF0\x9D\x85\xA5\xF0\x9D\x85\xAE")},
    {"Deseret", CM_VIEW_OF("\xF0\x90\x90\x80"), CM_VIEW_OF("\xF0\x90\x90\x80"), CM_VIEW_OF("\xF0\x90\x90\xA8")},
    /* Folding undoes NFC: the capital has no composed form, the small letter has. */
    {"j with caron", CM_VIEW_OF("J\xCC\x8C"), CM_VIEW_OF("J\xCC\x8C"), CM_VIEW_OF("\xC7\xB0")},
    {"h with line below", CM_VIEW_OF("H\xCC\xB1"), CM_VIEW_OF("H\xCC\xB1"), CM_VIEW_OF("\xE1\xBA\x96")},
    {"iota with dialytika and tonos", CM_VIEW_OF("\xCE\xAA\xCC\x81"), CM_VIEW_OF("\xCE\xAA\xCC\x81"),
     CM_VIEW_OF("\xCE\x90")},
    /* U+0345 becomes a letter, before which the marks no longer move. */
    {"iota subscript", CM_VIEW_OF("x\xCD\x85\xCC\x81"), CM_VIEW_OF("x\xCC\x81\xCD\x85"),
     CM_VIEW_OF("x\xCC\x81\xCE\xB9")},
    {"a NUL is a code point", CM_VIEW_OF("A\0\xC3\x89"), CM_VIEW_OF("A\0\xC3\x89"), CM_VIEW_OF("a\0\xC3\xA9")},
};

static struct t_alloc memory;
static struct certmap_allocator allocator;
static struct cm_arena keep, scratch;

static void set_up(void) {
    memory = (struct t_alloc)T_ALLOC_INIT;
    allocator = t_alloc_allocator(&memory);
    cm_arena_init(&keep, &allocator, SIZE_MAX);
    cm_arena_init(&scratch, &allocator, SIZE_MAX);
}

static void tear_down(void) {
    cm_arena_free(&keep);
    cm_arena_free(&scratch);
    ck_assert_uint_eq(memory.live, 0);
}

T_TEST(both_forms) {
    struct cm_text text;
    const char *what = forms[_i].what;
    ck_assert(cm_text_make(&text, forms[_i].utf8, &keep, &scratch));
    ck_assert_msg(cm_view_equal(text.nfc, forms[_i].nfc), "%s: NFC", what);
    ck_assert_msg(cm_view_equal(text.folded, forms[_i].folded), "%s: folded", what);
    ck_assert_msg(text.nfc.data[text.nfc.len] == 0 && text.folded.data[text.folded.len] == 0, "%s: no NUL", what);
    ck_assert_msg(text.nfc.data != forms[_i].utf8.data, "%s: not a copy", what);
}

/* What comes out of NFC stays as it is, and so does what comes out of folding. */
T_TEST(both_forms_are_final) {
    struct cm_text text, again;
    ck_assert(cm_text_make(&text, forms[_i].utf8, &keep, &scratch));
    ck_assert(cm_text_make(&again, text.nfc, &keep, &scratch));
    ck_assert_msg(cm_view_equal(again.nfc, text.nfc), "%s: NFC", forms[_i].what);
    ck_assert(cm_text_make(&again, text.folded, &keep, &scratch));
    ck_assert_msg(cm_view_equal(again.nfc, text.folded), "%s: NFC of the folded text", forms[_i].what);
    ck_assert_msg(cm_view_equal(again.folded, text.folded), "%s: folded", forms[_i].what);
}

T_TEST(small_ascii_is_kept_once) {
    struct cm_text text;
    ck_assert(cm_text_make(&text, CM_VIEW("alice"), &keep, &scratch));
    ck_assert_ptr_eq(text.folded.data, text.nfc.data);
}

/* Of what with_every_byte makes, the small letter q between capitals and each other byte. */
static void check_forms(struct certmap_view utf8, size_t at) {
    struct cm_text text;
    const uint8_t byte = utf8.data[at];
    if (byte >= 0x80)
        return;
    cm_arena_reset(&keep);
    ck_assert(cm_text_make(&text, utf8, &keep, &scratch));
    ck_assert(cm_view_equal(text.nfc, utf8));
    ck_assert_uint_eq(text.folded.len, utf8.len);
    ck_assert_uint_eq(text.nfc.data[utf8.len] | text.folded.data[utf8.len], 0);
    for (size_t i = 0; i < utf8.len; i++)
        ck_assert_msg(text.folded.data[i] == (i == at ? cm_fold(byte) : 'q'), "%02X at %zu of %zu", byte, at, utf8.len);
}

T_TEST(both_forms_of_every_byte) {
    with_every_byte(check_forms);
}

/* Every code point below those that combine, between others of them: folded as what folds without memory does it. */
T_TEST(folded_form_without_marks) {
    static const uint32_t neighbours[] = {'a', 'Z', 0xB5, 0xC9, 0x17F, 0x23A, 0x23E, 0x2FF};
    const uint32_t neighbour = neighbours[_i];
    for (uint32_t cp = 0; cp < 0x300; cp++) {
        uint8_t utf8[16], wanted[32];
        size_t len = cm_utf8_encode(utf8, neighbour), steps = SIZE_MAX;
        struct cm_text text;
        len += cm_utf8_encode(utf8 + len, cp);
        len += cm_utf8_encode(utf8 + len, neighbour);
        const size_t folded = cm_nfc_write(wanted, sizeof wanted, cm_view(utf8, len), cm_fold, &steps);
        cm_arena_reset(&keep);
        ck_assert(cm_text_make(&text, cm_view(utf8, len), &keep, &scratch));
        ck_assert_msg(cm_view_equal(text.nfc, cm_view(utf8, len)), "U+%04X: NFC", (unsigned)cp);
        ck_assert_msg(cm_view_equal(text.folded, cm_view(wanted, folded)), "U+%04X: folded", (unsigned)cp);
        ck_assert_uint_eq(text.folded.data[text.folded.len], 0);
    }
}

/* One capital letter is enough for a folded form of its own, wherever it is. */
T_TEST(a_capital_at_every_place) {
    uint8_t small[FEW_WORDS];
    memset(small, 'q', sizeof small);
    for (size_t len = 1; len <= sizeof small; len++)
        for (size_t at = 0; at < len; at++) {
            struct cm_text text;
            cm_arena_reset(&keep);
            small[at] = 'Q';
            ck_assert(cm_text_make(&text, cm_view(small, len), &keep, &scratch));
            ck_assert_uint_eq(text.nfc.data[at], 'Q');
            small[at] = 'q';
            ck_assert_mem_eq(text.folded.data, small, len);
            ck_assert(cm_text_make(&text, cm_view(small, len), &keep, &scratch));
            ck_assert_ptr_eq(text.folded.data, text.nfc.data);
        }
}

/* Long enough that each piece needs a chunk of the arenas of its own. */
static const struct {
    const char *what, *text; /* t_der */
} long_texts[] = {
    {"small ASCII", "5000*\"a\""},     {"ASCII", "5000*\"A\""},
    {"Latin-1", "5000*\"\xC3\x89\""},  {"longer when folded", "5000*\"\xC8\xBA\""},
    {"Cyrillic", "5000*\"\xD0\x96\""}, {"decomposed", "5000*\"E\xCC\x81\""},
};

T_TEST(every_allocation_fails) {
    struct t_buf utf8 = T_BUF_INIT;
    t_der(&utf8, long_texts[_i].text);
    for (size_t n = 0;; n++) {
        struct cm_text text;
        t_alloc_fail_at(&memory, n);
        const bool made = cm_text_make(&text, t_view(&utf8), &keep, &scratch);
        const bool failed = t_alloc_failed(&memory);
        tear_down();
        ck_assert_msg(made != failed, "%s: request %zu", long_texts[_i].what, n);
        if (!failed) {
            ck_assert_uint_gt(n, 0);
            break;
        }
    }
    t_buf_free(&utf8);
}

/* ---- runs of marks ---- */

/* Class 230, 220, 216, 202, 1, 9 and 240: canonical order is by these numbers. */
static const struct mark {
    const char *utf8;
    int class;
} marks[] = {{"\xCC\x81", 230}, {"\xCC\xA3", 220},   {"\xCC\x9B", 216}, {"\xCC\xA1", 202},
             {"\xCC\xB4", 1},   {"\xE0\xA5\x8D", 9}, {"\xCD\x85", 240}};

/* Runs of every length around the one where the way of sorting changes: the mark at place i is
 * marks[i * 3 % 7], and the result has them by class. q composes with none of them. */
T_TEST(order_in_runs_of_every_length) {
    struct t_buf utf8 = T_BUF_INIT, wanted = T_BUF_INIT;
    struct cm_text text;
    t_der(&utf8, "\"q\"");
    t_der(&wanted, "\"q\"");
    for (size_t i = 0; i < (size_t)_i; i++)
        t_bytes(&utf8, marks[i * 3 % 7].utf8, strlen(marks[i * 3 % 7].utf8));
    for (int class = 1; class <= 240; class ++)
        for (size_t i = 0; i < (size_t)_i; i++)
            if (marks[i * 3 % 7].class == class)
                t_bytes(&wanted, marks[i * 3 % 7].utf8, strlen(marks[i * 3 % 7].utf8));
    ck_assert(cm_text_make(&text, t_view(&utf8), &keep, &scratch));
    ck_assert_msg(cm_view_equal(text.nfc, t_view(&wanted)), "%d marks", _i);
    t_buf_free(&utf8);
    t_buf_free(&wanted);
}

/* 64 KiB are the most that a value has. Two mebibytes in the worst order would keep a quadratic sort busy
 * for longer than the timeout of a test. */
static const struct {
    const char *what, *text, *nfc; /* t_der */
} runs[] = {
    {"descending, 64 KiB", "\"q\" 16383*\"\xCC\x81\" 16384*\"\xCC\xA3\"",
     "\"q\" 16384*\"\xCC\xA3\" 16383*\"\xCC\x81\""},
    {"descending, 2 MiB", "\"q\" 524288*\"\xCC\x81\" 524288*\"\xCC\xA3\"",
     "\"q\" 524288*\"\xCC\xA3\" 524288*\"\xCC\x81\""},
    {"alternating, 2 MiB", "\"q\" 524288*\"\xCC\x81\xCC\xA3\"", "\"q\" 524288*\"\xCC\xA3\" 524288*\"\xCC\x81\""},
    {"no letter before, 2 MiB", "524288*\"\xCC\x81\xCC\xA3\"", "524288*\"\xCC\xA3\" 524288*\"\xCC\x81\""},
    {"one mark for a letter, 2 MiB", "\"q\" 1048576*\"\xCC\x81\"", "\"q\" 1048576*\"\xCC\x81\""},
    {"short runs, 2 MiB", "349525*\"q\xCC\x81\xCC\xA3\"", "349525*\"q\xCC\xA3\xCC\x81\""},
    {"all compose, 2 MiB", "699050*\"e\xCC\x81\"", "699050*\"\xC3\xA9\""},
};

T_TEST(long_runs) {
    struct t_buf utf8 = T_BUF_INIT, wanted = T_BUF_INIT;
    struct cm_text text;
    t_der(&utf8, runs[_i].text);
    t_der(&wanted, runs[_i].nfc);
    ck_assert(cm_text_make(&text, t_view(&utf8), &keep, &scratch));
    ck_assert_msg(cm_view_equal(text.nfc, t_view(&wanted)), "%s: NFC", runs[_i].what);
    ck_assert_msg(cm_view_equal(text.folded, t_view(&wanted)), "%s: folded", runs[_i].what);
    t_buf_free(&utf8);
    t_buf_free(&wanted);
}

T_TESTS("unicode",
        T_CASE("UTF-8", T_LOOP(decoding, COUNT(decodings)), every_code_point_there_and_back,
               no_code_point_twice_in_three_bytes, no_code_point_twice_in_four_bytes, T_LOOP(checking, COUNT(texts)),
               checking_every_byte, checking_every_offset),
        T_CASE("code points", T_LOOP(folding, COUNT(foldings)), T_LOOP(unsafe_ranges, COUNT(unsafe))),
        T_CASE("both forms", T_EACH(set_up, tear_down), T_LOOP(both_forms, COUNT(forms)),
               T_LOOP(both_forms_are_final, COUNT(forms)), small_ascii_is_kept_once, a_capital_at_every_place,
               T_LOOP(folded_form_without_marks, 8), T_LOOP(every_allocation_fails, COUNT(long_texts))),
        T_CASE("runs of marks", T_EACH(set_up, tear_down), T_LOOP(order_in_runs_of_every_length, 40)),
        T_SLOW_CASE(T_EACH(set_up, tear_down), both_forms_of_every_byte, T_LOOP(long_runs, COUNT(runs))))
