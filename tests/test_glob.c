/* SPDX-License-Identifier: MIT */
/* Matching compiled wildcard patterns. */
#include "base/glob.h"
#include "base/view.h"
#include "certmap/limits.h"
#include "patterns.h"
#include "rules.h"
#include "support/random.h"

/* Compiles: * and ? become the bytes that stand for them. */
static void compile(struct t_buf *pattern, struct certmap_view text) {
    t_bytes(pattern, text.data, text.len);
    for (size_t i = 0; i < pattern->len; i++) {
        if (pattern->data[i] == '*')
            pattern->data[i] = CM_GLOB_MANY;
        else if (pattern->data[i] == '?')
            pattern->data[i] = CM_GLOB_ONE;
    }
}

/* ---- a table ---- */

T_TEST(table) {
    struct t_buf pattern = T_BUF_INIT;
    size_t steps = 1000;
    compile(&pattern, t_text(t_patterns[_i].pattern));
    const enum certmap_truth truth = cm_glob_match(t_view(&pattern), t_text(t_patterns[_i].text), &steps);
    ck_assert_msg(truth == (t_patterns[_i].matches ? CERTMAP_TRUE : CERTMAP_FALSE), "\"%s\" on \"%s\" is %s",
                  t_patterns[_i].pattern, t_patterns[_i].text, t_truth(truth));
    t_buf_free(&pattern);
}

/* With exactly the steps that it took the answer is the same, with any fewer it is unknown. */
T_TEST(steps_of_the_table) {
    struct t_buf pattern = T_BUF_INIT;
    size_t left = 1000;
    compile(&pattern, t_text(t_patterns[_i].pattern));
    const enum certmap_truth truth = cm_glob_match(t_view(&pattern), t_text(t_patterns[_i].text), &left);
    const size_t needed = 1000 - left;
    for (size_t given = 0; given <= needed; given++) {
        size_t steps = given;
        const enum certmap_truth now = cm_glob_match(t_view(&pattern), t_text(t_patterns[_i].text), &steps);
        ck_assert_msg(now == (given < needed ? CERTMAP_UNKNOWN : truth), "\"%s\" on \"%s\" in %zu of %zu steps is %s",
                      t_patterns[_i].pattern, t_patterns[_i].text, given, needed, t_truth(now));
        ck_assert_uint_eq(steps, 0);
    }
    t_buf_free(&pattern);
}

T_TEST(a_nul_is_a_code_point) {
    struct t_buf pattern = T_BUF_INIT;
    size_t steps = 100;
    compile(&pattern, CM_VIEW("a?c"));
    ck_assert_int_eq(cm_glob_match(t_view(&pattern), CM_VIEW("a\0c"), &steps), CERTMAP_TRUE);
    ck_assert_int_eq(cm_glob_match(t_view(&pattern), CM_VIEW("a\0"), &steps), CERTMAP_FALSE);
    t_buf_free(&pattern);
}

/* ---- all short patterns against all short texts ---- */

/* The definition, by recursion. */
static bool defined_to_match(const char *pattern, const char *text) {
    if (*pattern == 0)
        return *text == 0;
    if (*pattern == '*')
        return defined_to_match(pattern + 1, text) || (*text != 0 && defined_to_match(pattern, text + 1));
    return *text != 0 && (*pattern == '?' || *pattern == *text) && defined_to_match(pattern + 1, text + 1);
}

/* The number-th string of len letters. */
static void spell(char *out, size_t len, size_t number, const char *letters) {
    const size_t count = strlen(letters);
    out[len] = 0;
    for (size_t i = 0; i < len; i++) {
        out[i] = letters[number % count];
        number /= count;
    }
}

/* Where a text is like a pattern it has the literals of it; without ? the other way round, too. */
static void check_literals(struct certmap_view pattern, struct certmap_view text, enum certmap_truth like) {
    size_t steps = 100000;
    const enum certmap_truth ends = cm_glob_has_ends(pattern, text, &steps);
    const enum certmap_truth literals = cm_glob_has_literals(pattern, text, &steps);
    const bool exact = pattern.len == 0 || memchr(pattern.data, CM_GLOB_ONE, pattern.len) == NULL;
    ck_assert(ends == CERTMAP_TRUE || literals == CERTMAP_FALSE);
    ck_assert(exact ? literals == like : literals == CERTMAP_TRUE || like == CERTMAP_FALSE);
}

static void against_all_texts(const char *pattern) {
    struct t_buf compiled = T_BUF_INIT;
    char text[8];
    compile(&compiled, t_text(pattern));
    for (size_t len = 0; len <= 6; len++) {
        for (size_t number = 0; number < (size_t)1 << len; number++) {
            size_t steps = 10000;
            spell(text, len, number, "ab");
            const enum certmap_truth truth = cm_glob_match(t_view(&compiled), t_text(text), &steps);
            const enum certmap_truth wanted = defined_to_match(pattern, text) ? CERTMAP_TRUE : CERTMAP_FALSE;
            if (truth != wanted)
                ck_abort_msg("\"%s\" on \"%s\" is %s", pattern, text, t_truth(truth));
            check_literals(t_view(&compiled), t_text(text), truth);
        }
    }
    t_buf_free(&compiled);
}

T_TEST(as_defined) {
    char pattern[8];
    for (size_t number = 0; number < (size_t)1 << 2 * _i; number++) {
        spell(pattern, (size_t)_i, number, "ab*?");
        against_all_texts(pattern);
    }
}

/* The same in the product of both lengths: which ends of the pattern's beginning fit each end of the text's. */
static bool matches_slowly(const char *pattern, const char *text) {
    bool fits[100] = {true};
    const size_t len = strlen(text);
    ck_assert_uint_lt(len, sizeof fits);
    for (; *pattern != 0; pattern++) {
        bool before = false;
        for (size_t i = 0; i <= len; i++) {
            const bool here = fits[i];
            if (*pattern == '*')
                fits[i] = here || (i > 0 && fits[i - 1]);
            else
                fits[i] = before && (*pattern == '?' || *pattern == text[i - 1]);
            before = here;
        }
    }
    return fits[len];
}

/* Beginnings and ends that are compared eight bytes at a time: of any length, with nothing between them or too little, and with
 * one byte that differs. The number says how long they are, and what is wrong. */
T_TEST(ends_of_any_length) {
    enum { LONGEST = 20, TEXTS = 3 * LONGEST };
    for (size_t number = 0; number < LONGEST * LONGEST * TEXTS; number++) {
        const size_t front = number % LONGEST, back = number / LONGEST % LONGEST, len = number / LONGEST / LONGEST;
        struct t_buf compiled = T_BUF_INIT;
        char pattern[2 * LONGEST + 2], text[TEXTS + 1];
        size_t steps = 1000;
        for (size_t i = 0; i < front + back + 1; i++)
            pattern[i] = i == front ? '*' : (char)('a' + i % 8);
        pattern[front + 1 + back] = 0;
        for (size_t i = 0; i < len; i++)
            text[i] = (char)('a' + (i < front ? i : front + 1 + back + i - len) % 8);
        if (number % 3 > 0 && len > 0)
            text[number % 3 == 1 ? number % len : front < len ? front : 0] = 'z';
        text[len] = 0;
        compile(&compiled, t_text(pattern));
        const enum certmap_truth wanted = matches_slowly(pattern, text) ? CERTMAP_TRUE : CERTMAP_FALSE;
        ck_assert_msg(cm_glob_match(t_view(&compiled), t_text(text), &steps) == wanted, "\"%s\" on \"%s\"", pattern,
                      text);
        t_buf_free(&compiled);
    }
}

/* The same with `?` at any place beside those words, and letters of one to four bytes at any place in them. Each unit of the
 * pattern is a byte, or a letter by its number; wide letters are spelled afterwards. */
static void spell_wide(struct t_buf *wide, const char *narrow) {
    static const char *const letters[] = {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xC3\xA8"};
    for (; *narrow != 0; narrow++) {
        if (*narrow >= '0' && *narrow <= '3')
            t_put(wide, letters[*narrow - '0']);
        else
            t_bytes(wide, narrow, 1);
    }
}

/* A text, and a pattern that it is like or nearly: some letters are wildcards, and often one letter is another. */
static void random_ends(char *pattern, char *text, struct t_random *random) {
    static const char letters[] = "abcdefgh0123";
    const size_t front = t_random_below(random, 20), back = t_random_below(random, 20), len = front + back;
    size_t at = 0;
    for (size_t i = 0; i < len; i++) {
        text[i] = letters[t_random_below(random, sizeof letters - 1)];
        if (i == front && t_random_chance(random, 70))
            pattern[at++] = '*';
        pattern[at++] = t_random_chance(random, 5) ? '?' : text[i];
    }
    text[len] = pattern[at] = 0;
    if (len > 0 && t_random_chance(random, 40))
        text[t_random_below(random, len)] = letters[t_random_below(random, sizeof letters - 1)];
    if (len > 0 && t_random_chance(random, 20))
        text[len - 1] = 0;
}

T_TEST(ends_of_wide_letters) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    size_t alike = 0;
    for (size_t round = 0; round < 20000; round++) {
        struct t_buf source = T_BUF_INIT, compiled = T_BUF_INIT, wide = T_BUF_INIT;
        char pattern[48], text[48];
        size_t steps = 10000;
        random_ends(pattern, text, &random);
        spell_wide(&source, pattern);
        spell_wide(&wide, text);
        compile(&compiled, t_view(&source));
        const enum certmap_truth wanted = matches_slowly(pattern, text) ? CERTMAP_TRUE : CERTMAP_FALSE;
        ck_assert_msg(cm_glob_match(t_view(&compiled), t_view(&wide), &steps) == wanted, "\"%s\" on \"%s\"", pattern,
                      text);
        check_literals(t_view(&compiled), t_view(&wide), wanted);
        alike += wanted == CERTMAP_TRUE;
        t_buf_free(&source);
        t_buf_free(&compiled);
        t_buf_free(&wide);
    }
    ck_assert_uint_gt(alike, 2000);
}

/* Literals that nearly are at many places of a text: found by their last byte, and eight places at a time. */
T_TEST(literals_at_many_places) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    for (size_t round = 0; round < 3000; round++) {
        struct t_buf compiled = T_BUF_INIT;
        char text[96], pattern[48];
        size_t steps = 100000, len = 0;
        const size_t text_len = t_random_below(&random, sizeof text);
        for (size_t i = 0; i < text_len; i++)
            text[i] = t_random_chance(&random, 85) ? 'a' : 'b';
        text[text_len] = 0;
        pattern[len++] = '*';
        for (size_t i = t_random_below(&random, 40); i > 0; i--)
            pattern[len++] = t_random_chance(&random, 90) ? 'a' : t_random_chance(&random, 80) ? 'b' : "?*"[i % 2];
        pattern[len++] = '*';
        pattern[len] = 0;
        compile(&compiled, t_text(pattern));
        const enum certmap_truth wanted = matches_slowly(pattern, text) ? CERTMAP_TRUE : CERTMAP_FALSE;
        const enum certmap_truth truth = cm_glob_match(t_view(&compiled), t_text(text), &steps);
        ck_assert_msg(truth == wanted, "\"%s\" on \"%s\" is %s", pattern, text, t_truth(truth));
        check_literals(t_view(&compiled), t_text(text), truth);
        t_buf_free(&compiled);
    }
}

/* ---- large and hostile ---- */

static const struct {
    const char *what, *pattern, *text; /* t_der */
    enum certmap_truth truth;          /* within CERTMAP_MAX_STEPS */
} large[] = {
    {"1,000 stars on 64 KiB", "1000*\"*\"", "65536*\"a\"", CERTMAP_TRUE},
    {"1,000 stars, each followed by a letter, on 64 KiB", "1000*\"*a\"", "65536*\"a\"", CERTMAP_TRUE},
    {"the same with another letter at the end", "1000*\"*a\" \"*b\"", "65536*\"a\"", CERTMAP_FALSE},
    {"the same with that letter in the text", "1000*\"*a\" \"*b\"", "65536*\"a\" \"b\"", CERTMAP_TRUE},
    {"1,000 stars with words between, found late", "1000*\"*ab\" \"*\"", "30000*\"a\" 1000*\"ab\"", CERTMAP_TRUE},
    {"1,000 stars, the last word missing", "1000*\"*ab\" \"*\"", "30000*\"a\" 999*\"ab\"", CERTMAP_FALSE},
    {"1,000 stars and question marks", "1000*\"*?\"", "65536*\"a\"", CERTMAP_TRUE},
    {"more question marks than code points", "1000*\"*?\" \"*\"", "999*\"\xC3\xA9\"", CERTMAP_FALSE},
    {"65,536 stars on 64 KiB", "65536*\"*\"", "65536*\"a\"", CERTMAP_TRUE},
    {"64 KiB of letters on themselves", "65536*\"a\"", "65536*\"a\"", CERTMAP_TRUE},
    {"64 KiB of letters, the last another", "65535*\"a\" \"b\"", "65536*\"a\"", CERTMAP_FALSE},
    {"quadratic, within the budget", "\"*\" 1000*\"a\" \"b\"", "60000*\"a\"", CERTMAP_FALSE},
    {"a long run that the text nearly has everywhere", "\"*\" 32000*\"a\" \"b*\"", "64000*\"a\"", CERTMAP_FALSE},
    {"a long run that the text has in the end", "\"*\" 32000*\"a\" \"b*\"", "64000*\"a\" \"b\"", CERTMAP_TRUE},
    {"a run of two-byte code points", "\"*\" 16000*\"\xC3\xA9\" \"b*\"", "32000*\"\xC3\xA9\"", CERTMAP_FALSE},
    {"a long literal at each place, and a ?", "\"*\" 32000*\"a\" \"?b*\"", "64000*\"a\"", CERTMAP_FALSE},
    {"the same, found in the end", "\"*\" 32000*\"a\" \"?b*\"", "64000*\"a\" \"b\"", CERTMAP_TRUE},
    {"the same in two-byte code points", "\"*\" 16000*\"\xC3\xA9\" \"?b*\"", "32000*\"\xC3\xA9\"", CERTMAP_FALSE},
    {"a long literal that differs in its middle", "\"*\" 16000*\"a\" \"b\" 16000*\"a\" \"*\"", "64000*\"a\"",
     CERTMAP_FALSE},
    {"quadratic, over the budget", "\"*\" 16000*\"a?\" \"b*\"", "64000*\"a\"", CERTMAP_UNKNOWN},
    {"quadratic, and would match in the end", "\"*\" 16000*\"a?\" \"b*\"", "64000*\"a\" \"b\"", CERTMAP_UNKNOWN},
    {"quadratic in two-byte code points", "\"*\" 8000*\"\xC3\xA9?\" \"b*\"", "32000*\"\xC3\xA9\"", CERTMAP_UNKNOWN},
    {"more question marks than characters", "30000*\"?\" \"*\" 30001*\"?\" \"*a*\"", "60001*\"a\"", CERTMAP_FALSE},
    {"as many question marks as characters", "30000*\"?\" \"*\" 30000*\"?\" \"*a*\"", "60001*\"a\"", CERTMAP_TRUE},
    {"quadratic in question marks", "\"*\" 32000*\"?\" \"b*\"", "64000*\"a\"", CERTMAP_UNKNOWN},
    {"a long end that the text does not have", "\"*\" 32000*\"a\" \"b\"", "64000*\"a\"", CERTMAP_FALSE},
    {"a long end that the text has", "\"*\" 32000*\"a\" \"b\"", "64000*\"a\" \"b\"", CERTMAP_TRUE},
    {"a beginning that the text does not have", "\"b*\" 32000*\"a\" \"b*\"", "64000*\"a\"", CERTMAP_FALSE},
    {"exponential for those who backtrack", "30*\"*a\" \"b\"", "2000*\"a\"", CERTMAP_FALSE},
};

T_TEST(large_and_hostile) {
    struct t_buf source = T_BUF_INIT, pattern = T_BUF_INIT, text = T_BUF_INIT;
    size_t steps = CERTMAP_MAX_STEPS;
    t_der(&source, large[_i].pattern);
    compile(&pattern, t_view(&source));
    t_der(&text, large[_i].text);
    const enum certmap_truth truth = cm_glob_match(t_view(&pattern), t_view(&text), &steps);
    ck_assert_msg(truth == large[_i].truth, "%s: %s", large[_i].what, t_truth(truth));
    ck_assert_msg((steps == 0) == (truth == CERTMAP_UNKNOWN), "%s: %zu steps left", large[_i].what, steps);
    t_buf_free(&source);
    t_buf_free(&pattern);
    t_buf_free(&text);
}

/* However they are laid out, 1,000 stars take no more than a few steps for each byte of the text and of
 * the pattern, as long as the words between them are short. */
T_TEST(stars_are_cheap) {
    struct t_buf source = T_BUF_INIT, pattern = T_BUF_INIT, text = T_BUF_INIT;
    size_t steps = CERTMAP_MAX_STEPS;
    t_der(&source, "1000*\"*a\" \"*b\"");
    compile(&pattern, t_view(&source));
    t_der(&text, "65536*\"a\"");
    ck_assert_int_eq(cm_glob_match(t_view(&pattern), t_view(&text), &steps), CERTMAP_FALSE);
    ck_assert_uint_lt(CERTMAP_MAX_STEPS - steps, 4 * (65536 + 2002));
    t_buf_free(&source);
    t_buf_free(&pattern);
    t_buf_free(&text);
}

/* One budget serves several matches. */
T_TEST(steps_are_shared) {
    struct t_buf pattern = T_BUF_INIT;
    size_t steps = 5;
    compile(&pattern, CM_VIEW("abc"));
    ck_assert_int_eq(cm_glob_match(t_view(&pattern), CM_VIEW("abc"), &steps), CERTMAP_TRUE);
    ck_assert_uint_eq(steps, 3);
    ck_assert_int_eq(cm_glob_match(t_view(&pattern), CM_VIEW("abc"), &steps), CERTMAP_TRUE);
    ck_assert_uint_eq(steps, 1);
    ck_assert_int_eq(cm_glob_match(t_view(&pattern), CM_VIEW("abc"), &steps), CERTMAP_UNKNOWN);
    ck_assert_uint_eq(steps, 0);
    ck_assert_int_eq(cm_glob_match(t_view(&pattern), CM_VIEW("x"), &steps), CERTMAP_UNKNOWN);
    t_buf_free(&pattern);
}

T_TESTS("glob",
        T_CASE("table", T_LOOP(table, COUNT(t_patterns)), T_LOOP(steps_of_the_table, COUNT(t_patterns)),
               a_nul_is_a_code_point),
        T_CASE("definition", T_LOOP(as_defined, 6), T_LOOP(literals_at_many_places, 4)),
        T_CASE("ends", T_TAGS(T_SLOW), ends_of_any_length, T_LOOP(ends_of_wide_letters, 4)),
        T_CASE("large and hostile", T_LOOP(large_and_hostile, COUNT(large)), stars_are_cheap, steps_are_shared))
