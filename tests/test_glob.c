/* SPDX-License-Identifier: MIT */
/* Matching compiled wildcard patterns. In the patterns here, which no escape could be part of, * and ?
 * are always wildcards; tests/test_rules.c has the escapes of the rule language. */
#include "base/glob.h"
#include "base/view.h"
#include "certmap/limits.h"
#include "support/der.h"
#include "support/run.h"

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

static const char *truth_name(enum certmap_truth truth) {
    return truth == CERTMAP_TRUE ? "true" : truth == CERTMAP_FALSE ? "false" : "unknown";
}

/* ---- a table ---- */

static const struct {
    const char *pattern, *text;
    bool matches;
} rows[] = {
    {"", "", true},
    {"", "a", false},
    {"a", "", false},
    {"a", "a", true},
    {"a", "A", false},
    {"a", "aa", false},
    {"aa", "a", false},
    {"abc", "abc", true},
    {"abc", "abd", false},
    /* anchored at both ends */
    {"lic", "Alice", false},
    {"Alice", "Alice ", false},
    {"Alice", " Alice", false},
    /* any run, also none */
    {"*", "", true},
    {"*", "a", true},
    {"*", "anything at all", true},
    {"**", "", true},
    {"***", "abc", true},
    {"a*", "a", true},
    {"a*", "abc", true},
    {"a*", "ba", false},
    {"*a", "a", true},
    {"*a", "bca", true},
    {"*a", "ab", false},
    {"a*b", "ab", true},
    {"a*b", "axxb", true},
    {"a*b", "abc", false},
    {"a*b", "abcb", true},
    {"a*b*c", "abc", true},
    {"a*b*c", "acb", false},
    {"a*b*c", "abbc", true},
    {"a**c", "abc", true},
    {"*b*", "abc", true},
    {"*d*", "abc", false},
    {"*a*a*", "a", false},
    {"*a*a*", "aa", true},
    /* what follows a * is found again further right */
    {"*ab", "aab", true},
    {"*aab", "aaab", true},
    {"*abab", "abaabab", true},
    {"*ab*ab", "abab", true},
    {"*ab*ab", "aab", false},
    {"*issip*", "mississippi", true},
    {"m*iss*ppi", "mississippi", true},
    {"m*issx*", "mississippi", false},
    {"*.example.com", "a.example.com", true},
    {"*.example.com", "example.com", false},
    {"*.example.com", "a.example.com.evil.example", false},
    /* one code point */
    {"?", "", false},
    {"?", "a", true},
    {"?", "ab", false},
    {"??", "ab", true},
    {"a?c", "abc", true},
    {"a?c", "ac", false},
    {"a?", "a", false},
    {"?*", "", false},
    {"?*", "a", true},
    {"*?", "", false},
    {"*?", "abc", true},
    {"*?*", "a", true},
    {"*??", "a", false},
    {"*??", "ab", true},
    {"*?b", "ab", true},
    {"*?b", "b", false},
    {"*?b", "bb", true},
    {"a*?c", "ac", false},
    {"a*?c", "abc", true},
    /* of any number of bytes */
    {"?", "\xC3\xA9", true},
    {"?", "\xE2\x82\xAC", true},
    {"?", "\xF0\x9F\x98\x80", true},
    {"??", "\xC3\xA9", false},
    {"?", "\xC3\xA9\xC3\xA9", false},
    {"??", "\xC3\xA9\xF0\x9F\x98\x80", true},
    {"*?", "\xF0\x9F\x98\x80", true},
    {"?t?", "\xC3\xA9t\xC3\xA9", true},
    {"????", "\xF0\x9F\x98\x80", false},
    {"*\xC3\xA9", "\xC3\xA8\xC3\xA9", true},
    {"\xC3\xA9*", "\xC3\xA8", false}, /* the same first byte */
    {"*\xC3\xA9", "\xC4\xA9", false}, /* the same last byte */
    {"*\xE2\x82\xAC*", "100 \xE2\x82\xAC incl.", true},
    {"a\xC3\xA9?", "a\xC3\xA9\xE2\x82\xAC", true},
    {"*?\xC3\xA9", "\xC3\xA9\xC3\xA9", true},
    {"*?\xC3\xA9", "\xC3\xA9", false},
    /* a letter and a mark without a composed form are two */
    {"?", "q\xCC\x81", false},
    {"??", "q\xCC\x81", true},
    /* nothing else is special */
    {"[a]", "a", false},
    {"[a]", "[a]", true},
    {"a\\b", "a\\b", true},
    {"%", "abc", false},
    {"a.c", "abc", false},
    {"{a,b}", "a", false},
};

T_TEST(table) {
    struct t_buf pattern = T_BUF_INIT;
    size_t steps = 1000;
    compile(&pattern, t_text(rows[_i].pattern));
    const enum certmap_truth truth = cm_glob_match(t_view(&pattern), t_text(rows[_i].text), &steps);
    ck_assert_msg(truth == (rows[_i].matches ? CERTMAP_TRUE : CERTMAP_FALSE), "\"%s\" on \"%s\" is %s",
                  rows[_i].pattern, rows[_i].text, truth_name(truth));
    t_buf_free(&pattern);
}

/* With exactly the steps that it took the answer is the same, with any fewer it is unknown. */
T_TEST(steps_of_the_table) {
    struct t_buf pattern = T_BUF_INIT;
    size_t left = 1000;
    compile(&pattern, t_text(rows[_i].pattern));
    const enum certmap_truth truth = cm_glob_match(t_view(&pattern), t_text(rows[_i].text), &left);
    const size_t needed = 1000 - left;
    for (size_t given = 0; given <= needed; given++) {
        size_t steps = given;
        const enum certmap_truth now = cm_glob_match(t_view(&pattern), t_text(rows[_i].text), &steps);
        ck_assert_msg(now == (given < needed ? CERTMAP_UNKNOWN : truth), "\"%s\" on \"%s\" in %zu of %zu steps is %s",
                      rows[_i].pattern, rows[_i].text, given, needed, truth_name(now));
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
                ck_abort_msg("\"%s\" on \"%s\" is %s", pattern, text, truth_name(truth));
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
    {"quadratic, over the budget", "\"*\" 32000*\"a\" \"?b*\"", "64000*\"a\"", CERTMAP_UNKNOWN},
    {"quadratic, and would match in the end", "\"*\" 32000*\"a\" \"?b*\"", "64000*\"a\" \"b\"", CERTMAP_UNKNOWN},
    {"quadratic in two-byte code points", "\"*\" 16000*\"\xC3\xA9\" \"?b*\"", "32000*\"\xC3\xA9\"", CERTMAP_UNKNOWN},
    {"quadratic without a wildcard in it", "\"*\" 16000*\"a\" \"b\" 16000*\"a\" \"*\"", "64000*\"a\"", CERTMAP_UNKNOWN},
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
    ck_assert_msg(truth == large[_i].truth, "%s: %s", large[_i].what, truth_name(truth));
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
        T_CASE("table", T_LOOP(table, COUNT(rows)), T_LOOP(steps_of_the_table, COUNT(rows)), a_nul_is_a_code_point),
        T_CASE("definition", T_LOOP(as_defined, 6)),
        T_CASE("large and hostile", T_LOOP(large_and_hostile, COUNT(large)), stars_are_cheap, steps_are_shared))
