/* SPDX-License-Identifier: MIT */
/* Case mapping, and NFC without working memory, held to what cm_text_make gives, which test_unicode_data.c holds
 * to Unicode's own files. */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/unicode.h"
#include "base/view.h"
#include "support/der.h"
#include "support/run.h"
#include <stdio.h>

enum { LAST = 0x10FFFF, ROOM = 65536, MANY = 1000000 };

/* ---- single code points ---- */

static const struct {
    uint32_t cp, lower, upper;
    const char *what;
} cases[] = {
    {'A', 'a', 'A', "A"},
    {'z', 'z', 'Z', "z"},
    {'[', '[', '[', "no letter"},
    {0xC9, 0xE9, 0xC9, "E with acute"},
    {0xB5, 0xB5, 0x39C, "micro sign"},
    {0xDF, 0xDF, 0xDF, "sharp s has no simple upper case"},
    {0x1E9E, 0xDF, 0x1E9E, "capital sharp s"},
    {0x130, 0x130, 0x130, "dotted capital i"},
    {0x131, 0x131, 0x131, "dotless i"},
    {0x17F, 0x17F, 'S', "long s"},
    {0x1C5, 0x1C6, 0x1C4, "D with small z with caron, a title case"},
    {0x1F0, 0x1F0, 0x1F0, "j with caron"},
    {0x345, 0x345, 0x399, "combining iota subscript becomes a letter"},
    {0x3C2, 0x3C2, 0x3A3, "final sigma"},
    {0x1FB3, 0x1FB3, 0x1FBC, "alpha with iota subscript"},
    {0x13A0, 0xAB70, 0x13A0, "Cherokee"},
    {0x10D0, 0x10D0, 0x1C90, "Georgian"},
    {0xFB03, 0xFB03, 0xFB03, "a ligature"},
    {0x10428, 0x10428, 0x10400, "Deseret"},
    {LAST, LAST, LAST, "the last"},
};

T_TEST(one_code_point) {
    ck_assert_msg(cm_lower(cases[_i].cp) == cases[_i].lower, "%s: U+%04X", cases[_i].what,
                  (unsigned)cm_lower(cases[_i].cp));
    ck_assert_msg(cm_upper(cases[_i].cp) == cases[_i].upper, "%s: U+%04X", cases[_i].what,
                  (unsigned)cm_upper(cases[_i].cp));
}

/* Code points come from code points; what a case is, is its own case. */
T_TEST(case_is_final) {
    for (uint32_t cp = 0; cp <= LAST; cp++) {
        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        const uint32_t lower = cm_lower(cp), upper = cm_upper(cp);
        if (lower > LAST || upper > LAST || cm_lower(lower) != lower || cm_upper(upper) != upper)
            ck_abort_msg("U+%04X", (unsigned)cp);
    }
}

/* ---- texts ---- */

static uint32_t same(uint32_t cp) {
    return cp;
}

typedef uint32_t map_fn(uint32_t);
static map_fn *const maps[] = {same, cm_lower, cm_upper};

static struct cm_arena keep, scratch;
static uint8_t room[ROOM], mapped[4 * ROOM];

static void set_up(void) {
    struct certmap_allocator allocator;
    ck_assert(cm_allocator_init(&allocator, NULL));
    cm_arena_init(&keep, &allocator, SIZE_MAX);
    cm_arena_init(&scratch, &allocator, SIZE_MAX);
}

static void tear_down(void) {
    cm_arena_free(&keep);
    cm_arena_free(&scratch);
}

/* The mapped text in NFC, with memory. */
static struct certmap_view expected(struct certmap_view utf8, map_fn *map) {
    struct cm_text text;
    size_t len = 0;
    for (size_t i = 0; i < utf8.len;) {
        uint32_t cp;
        i += cm_utf8_decode(utf8.data + i, utf8.len - i, &cp);
        len += cm_utf8_encode(mapped + len, map(cp));
    }
    cm_arena_reset(&keep);
    cm_arena_reset(&scratch);
    ck_assert(cm_text_make(&text, cm_view(mapped, len), &keep, &scratch));
    return text.nfc;
}

static struct certmap_view written(struct certmap_view utf8, map_fn *map) {
    size_t steps = MANY;
    const size_t len = cm_nfc_write(room, sizeof room, utf8, map, &steps);
    ck_assert_uint_ne(len, SIZE_MAX);
    return cm_view(room, len);
}

/* The text as code points, for messages. */
static const char *shown(struct certmap_view utf8) {
    static char text[512];
    size_t len = 0;
    for (size_t i = 0; i < utf8.len && len + 10 < sizeof text;) {
        uint32_t cp;
        i += cm_utf8_decode(utf8.data + i, utf8.len - i, &cp);
        len += (size_t)snprintf(text + len, sizeof text - len, " %04X", (unsigned)cp);
    }
    return text;
}

static void assert_same(struct certmap_view utf8) {
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        if (!cm_view_equal(written(utf8, maps[i]), expected(utf8, maps[i])))
            ck_abort_msg("map %zu:%s", i, shown(utf8));
}

static const struct {
    const char *what, *utf8, *lower, *upper;
} texts[] = {
    {"empty", "", "", ""},
    {"ASCII", "Alice 7", "alice 7", "ALICE 7"},
    {"composed", "\xC3\x89t\xC3\xA9", "\xC3\xA9t\xC3\xA9", "\xC3\x89T\xC3\x89"},
    {"decomposed", "E\xCC\x81te\xCC\x81", "\xC3\xA9t\xC3\xA9", "\xC3\x89T\xC3\x89"},
    {"j with caron has no capital", "J\xCC\x8C", "\xC7\xB0", "J\xCC\x8C"},
    {"h with line below", "H\xCC\xB1", "\xE1\xBA\x96", "H\xCC\xB1"},
    {"the line below comes before the circumflex", "\xC4\xA4\xCC\xB1", "\xE1\xBA\x96\xCC\x82", "\xC4\xA4\xCC\xB1"},
    {"iota subscript becomes a letter", "x\xCC\x81\xCD\x85", "x\xCC\x81\xCD\x85", "X\xCC\x81\xCE\x99"},
    {"which composes with the mark behind it", "x\xCD\x85\xCC\x81", "x\xCC\x81\xCD\x85", "X\xCE\x8A"},
    {"Turkish", "\xC4\xB0\xC4\xB1", "\xC4\xB0\xC4\xB1", "\xC4\xB0\xC4\xB1"},
    {"Hangul", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C", "\xED\x95\x9C"},
    {"no consonant of Hangul", "\xEA\xB0\x80\xE1\x86\xA7", "\xEA\xB0\x80\xE1\x86\xA7", "\xEA\xB0\x80\xE1\x86\xA7"},
    {"a mark alone", "\xCC\x81", "\xCC\x81", "\xCC\x81"},
    {"a mark behind a mark that has the starter", "a\xCC\xA7\xCC\x81", "\xC3\xA1\xCC\xA7", "\xC3\x81\xCC\xA7"},
    {"longer than before", "\xC8\xBA", "\xE2\xB1\xA5", "\xC8\xBA"},
};

T_TEST(both_cases) {
    const struct certmap_view utf8 = cm_view(texts[_i].utf8, strlen(texts[_i].utf8));
    const struct certmap_view lower = cm_view(texts[_i].lower, strlen(texts[_i].lower)),
                              upper = cm_view(texts[_i].upper, strlen(texts[_i].upper));
    ck_assert_msg(cm_view_equal(written(utf8, cm_lower), lower), "%s: lower:%s", texts[_i].what,
                  shown(written(utf8, cm_lower)));
    ck_assert_msg(cm_view_equal(written(utf8, cm_upper), upper), "%s: upper:%s", texts[_i].what,
                  shown(written(utf8, cm_upper)));
    assert_same(utf8);
}

static size_t put(uint8_t *bytes, size_t len, uint32_t cp) {
    return len + cm_utf8_encode(bytes + len, cp);
}

T_TEST(every_code_point) {
    for (uint32_t cp = 0; cp <= LAST; cp++) {
        uint8_t bytes[4];
        if (cp < 0xD800 || cp > 0xDFFF)
            assert_same(cm_view(bytes, cm_utf8_encode(bytes, cp)));
    }
}

/* Marks of many classes, letters that compose with marks and each other, and what is special about them. */
static const uint32_t interesting[] = {
    'a',    'e',    'H',    'J',    'i',    'I',    ' ',    0xC4,   0xE7,   0x130,  0x131,   0xDF,    0x1EA4,  0x1E08,
    0x300,  0x301,  0x302,  0x304,  0x308,  0x30C,  0x31B,  0x323,  0x327,  0x328,  0x331,   0x334,   0x338,   0x340,
    0x344,  0x345,  0x35C,  0x360,  0x3B1,  0x3B9,  0x399,  0x391,  0x1FB3, 0x1FBC, 0x1F80,  0x390,   0x5B0,   0x5BC,
    0x64B,  0x651,  0x915,  0x93C,  0x94D,  0x9C7,  0x9BE,  0xBC6,  0xBD7,  0xDD9,  0xDCF,   0xDCA,   0xDDD,   0xE38,
    0xF71,  0xF72,  0xF73,  0xF81,  0x1025, 0x102E, 0x1100, 0x1112, 0x1161, 0x1175, 0x11A7,  0x11A8,  0x11C2,  0xAC00,
    0xAC01, 0x2126, 0x212A, 0x212B, 0x302A, 0x3099, 0x304B, 0x30AB, 0xFB2C, 0xFB1D, 0x1D160, 0x11131, 0x11127, 0x1D165,
};

/* Every cased letter with every one of those after it, and one more. */
T_TEST(cased_letters_and_marks) {
    for (uint32_t cp = 0; cp <= LAST; cp++) {
        if ((cp >= 0xD800 && cp <= 0xDFFF) || (cm_lower(cp) == cp && cm_upper(cp) == cp))
            continue;
        for (size_t i = 0; i < sizeof interesting / sizeof *interesting; i++) {
            uint8_t bytes[16];
            size_t len = put(bytes, put(bytes, 0, cp), interesting[i]);
            assert_same(cm_view(bytes, len));
            assert_same(cm_view(bytes, put(bytes, len, 0x301)));
        }
    }
}

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

T_TEST(random_texts) {
    uint32_t state = 20261122;
    for (int n = 0; n < 60000; n++) {
        uint8_t bytes[64];
        size_t len = 0;
        for (uint32_t left = 1 + next_random(&state) % 12; left > 0; left--)
            len = put(bytes, len, interesting[next_random(&state) % (sizeof interesting / sizeof *interesting)]);
        assert_same(cm_view(bytes, len));
    }
}

/* ---- bounds ---- */

T_TEST(every_room) {
    const struct certmap_view utf8 = cm_view(texts[_i].utf8, strlen(texts[_i].utf8));
    struct t_buf wanted = T_BUF_INIT;
    const struct certmap_view lower = written(utf8, cm_lower);
    t_bytes(&wanted, lower.data, lower.len);
    for (size_t cap = 0; cap <= wanted.len + 3; cap++) {
        size_t steps = MANY;
        uint8_t *out = malloc(cap + 1); /* of this size, so that a sanitizer sees a write past it */
        ck_assert_ptr_nonnull(out);
        const size_t len = cm_nfc_write(out + 1, cap, utf8, cm_lower, &steps);
        ck_assert_msg(len == wanted.len || (len == SIZE_MAX && cap < wanted.len), "%s: room %zu: %zu", texts[_i].what,
                      cap, len);
        ck_assert(len == SIZE_MAX || len == 0 || (len <= cap && memcmp(out + 1, wanted.data, len) == 0));
        free(out);
    }
    t_buf_free(&wanted);
}

/* Few steps: SIZE_MAX up to a number, and the text from there on. */
T_TEST(every_number_of_steps) {
    const struct certmap_view utf8 = cm_view("x\xCC\x87\xCC\xA3\xCC\xA7y\xCC\x81", 10);
    bool enough = false;
    for (size_t most = 0; most < 100; most++) {
        size_t steps = most;
        const size_t len = cm_nfc_write(room, sizeof room, utf8, same, &steps);
        ck_assert_msg(!enough || len != SIZE_MAX, "%zu steps", most);
        enough = len != SIZE_MAX;
        ck_assert(!enough || most - steps >= 5);
    }
    ck_assert(enough);
}

static const struct {
    const char *what, *text; /* t_der */
    size_t steps;            /* at most */
} long_texts[] = {
    {"ASCII", "16000*\"aB\"", 40000},
    {"marks in order", "\"e\" 8000*\"\xCC\x81\"", 40000},
    {"marks of two classes, out of order", "\"e\" 4000*\"\xCC\x81\xCC\xA7\"", 60000},
    {"marks of four classes, out of order", "\"e\" 2000*\"\xCD\x85\xCC\x81\xCC\xA7\xCC\xB4\"", 80000},
};

T_TEST(work_is_bounded) {
    struct t_buf utf8 = T_BUF_INIT;
    size_t steps = long_texts[_i].steps;
    t_der(&utf8, long_texts[_i].text);
    ck_assert_msg(cm_nfc_write(room, sizeof room, t_view(&utf8), cm_lower, &steps) != SIZE_MAX, "%s",
                  long_texts[_i].what);
    assert_same(t_view(&utf8));
    t_buf_free(&utf8);
}

T_TESTS("nfc", T_CASE("code points", T_LOOP(one_code_point, COUNT(cases)), case_is_final),
        T_CASE("texts", T_EACH(set_up, tear_down), T_LOOP(both_cases, COUNT(texts)), T_LOOP(every_room, COUNT(texts)),
               every_number_of_steps, T_LOOP(work_is_bounded, COUNT(long_texts))),
        T_CASE("many texts", T_EACH(set_up, tear_down), T_TAGS(T_SLOW), every_code_point, cased_letters_and_marks,
               random_texts))
