/* SPDX-License-Identifier: MIT */
/* Regular expressions: a table, what is refused, random ones against another engine, and work. */
#include "arenas.h"
#include "base/glob.h"
#include "base/regex_inside.h"
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/limits.h"
#include "rules.h"
#include "support/random.h"

#if defined(__linux__)
#include <regex.h>
#include <stdlib.h>
#endif

static struct certmap_diagnostic error;

static enum certmap_status compile(struct certmap_view *program, struct certmap_view text, bool nocase) {
    struct certmap_view shown;
    cm_arena_reset(&arena);
    cm_arena_reset(&scratch);
    error = (struct certmap_diagnostic){.status = CERTMAP_OK};
    return cm_regex_compile(program, &shown, text, nocase, &arena, &scratch, &error);
}

/* What an expression says of a text; what it requires must not say less. */
static enum certmap_truth match(struct certmap_view program, struct certmap_view text) {
    size_t steps = CERTMAP_DEFAULT_STEPS, glob_steps = CERTMAP_MAX_STEPS;
    const enum certmap_truth truth = cm_regex_match(program, text, &steps);
    ck_assert_msg(truth != CERTMAP_TRUE || cm_glob_match(cm_regex_glob(program), text, &glob_steps) == CERTMAP_TRUE,
                  "its literals are not in the text");
    return truth;
}

/* ---- a table ---- */

static const struct {
    const char *expression, *yes, *no; /* texts with " | " between them */
    bool nocase;
} rows[] = {
    {"", "", "a", false},
    {"abc", "abc", "ab | abcd | xabc | ABC", false},
    {".", "a | \xC3\xA9 | \xF0\x9F\x98\x80 | \n", "ab | ", false},
    {"a|b|cd", "a | b | cd", "c | ad | ", false},
    {"a\\,b\\:{2}c", "a,b::c", "a\\,b::c | a,b:c", false},
    {"e\\,\xCC\x81x\\:\xCC\x81", "e,\xCC\x81x:\xCC\x81", "e,x: | \xC3\xA9,x:", false},
    {"A\\,\xC3\x89\\:", "a,\xC3\xA9:", "b,\xC3\xA9:", true},
    {"a||b", "a |  | b", "ab", false},
    {"a*", " | a | aaaa", "b | aab", false},
    {"a+", "a | aa", " | ab", false},
    {"a?b", "b | ab", "aab | a", false},
    {"a{2}", "aa", "a | aaa", false},
    {"a{2,}", "aa | aaaa", "a", false},
    {"a{2,3}", "aa | aaa", "a | aaaa", false},
    {"a{0}b", "b", "ab", false},
    {"a{0,1}", " | a", "aa", false},
    {"(ab){2}", "abab", "ab | aabb", false},
    {"(a|bc)*d", "d | abcd | bcad", "abd | a", false},
    {"(?:ab)+", "ab | abab", "a", false},
    {"((a*)*)*", " | aa", "b", false},
    {"()", "", "a", false},
    {"(a|b?)(c{0}|d)", " | a | b | bd | d", "c | ab", false},
    {"[abc]", "a | b | c", "d | ab", false},
    {"[a-c0-2]+", "a1 | b0c2", "d | 3", false},
    {"[^a-c]", "d | \xE4\xB8\xAD | \n", "a | dd", false},
    {"[-a]", "- | a", "b", false},
    {"[a-]", "- | a", "b", false},
    {"[+--]", "+ | , | -", ".", false},
    {"[a-z-9]", "- | 9 | q", "0", false},
    {"[\\]\\[\\^\\\\-]", "] | [ | ^ | \\ | -", "a", false},
    {"[a^]", "a | ^", "b", false},
    {"[.*+?(){}|$]", ". | $ | {", "a", false},
    {"[\\d_]+", "1_2", "a", false},
    {"[^\\D]", "5", "a", false},
    {"\\d\\w\\s", "1a\t | 9_ ", "a1 ", false},
    {"\\D\\W\\S", "a-b", "1ab", false},
    {"\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\\\/\\-\\ ", ".*+?()[]{}|^$\\/- ", "a", false},
    {"\\n\\t\\r", "\n\t\r", "ntr", false},
    {"a\"b", "a\"b", "ab", false},
    {"[\xC3\xA0-\xC3\xBF]{2}", "\xC3\xA9\xC3\xBC", "\xC3\xA9", false},
    {"e\xCC\x81", "\xC3\xA9", "e\xCC\x81", false}, /* texts are NFC, and so are expressions */
    {"=\xCC\xB8", "\xE2\x89\xA0", "=", false},
    {"[^\xE4\xB8\x80-\xE9\xBF\xBF]", "a | \xF0\x9F\x98\x80", "\xE4\xB8\xAD", false},
    {"[\xF0\x9F\x98\x80-\xF4\x8F\xBF\xBF]", "\xF0\x9F\x98\x80 | \xF4\x8F\xBF\xBF", "a", false},
    {"[^\\d\\D]", "", "a", false},
    {"PNO[A-Z]{2}-[0-9]{8,11}", "PNOSE-12345678 | PNOFI-12345678901",
     "PNOse-12345678 | PNOSE-1234567 | XPNOSE-12345678", false},
    {"([^.]+\\.)*[0-9]{10}", "ADAMS.JOHN.Q.1234567890 | 1234567890", "ADAMS.1234567890.X | a..1234567890", false},
    /* folded texts */
    {"AbC[D-F]", "abcd | abcf", "abcg", true},
    {"[^A-C]", "d", "a | b", true},
    {"[\xC3\x80-\xC3\x9E]", "\xC3\xA0 | \xC3\xBE", "a | \xC3\xBF", true},
    {"\xC3\x89", "\xC3\xA9", "\xC3\x89", true},
    {"J\xCC\x8C", "\xC7\xB0", "j", true},
    {"\xE2\x84\xAA", "k", "K", true},
    {"[\xCE\xA3]", "\xCF\x83", "\xCF\x82", true},
    {"[\\W]", "-", "k | s", true},
    {"\\W", "-", "k | s", true},
    /* what is asked of the whole text first */
    {"(a|bcd){0,3}", "bcdbcdbcd | abcda | aaa", "bcdbcdbcda | aaaa | bcdbcdbcdbcd", false},
    {"\xF0\x9F\x98\x80{2,3}", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80", "aaaaaaaaaaaa | aaa", false},
    {"(x{0,2}y){0,4}z?", "xxyxxyxxyxxyz | yyyy", "xxyxxyxxyxxyzz | yyyyy", false},
    {"[a-z]*9995[a-z]{1,3}", "a9995b | abcdefghijklmnopqrstuvw9995xyz | 9995x",
     "abcdefghijklmnopqrstuvw999xyz | 9995 | abcdefghijklmnopqrstuvw9995xyzw", false},
    {"[a-z]*(x|-)[a-z]*end", "abcdefghijklmnopqrstuvwxyz-end | xend", "abcdefghijklmnopqrstuvwyz-enx | end", false},
    {"(ab)*(-cd-)?(ab)*-ef-[ab]*", "ababababababababababab-ef-ab | abababababababababab-cd-ababababababab-ef-",
     "ababababababababababababab-cd-ab | ababababababababababababab-fe-", false},
    {"[a-z]*\xC3\xA9", "abcdefghijklmnopqrstuvw\xC3\xA9",
     "abcdefghijklmnopqrstuvw\xC3\xA8 | abcdefghijklmnopqrstuvwxyz", false},
};

static void check_texts(struct certmap_view program, const char *expression, const char *texts,
                        enum certmap_truth wanted) {
    for (const char *at = texts, *end; at != NULL; at = end != NULL ? end + 3 : NULL) {
        end = strstr(at, " | ");
        const struct certmap_view text = cm_view(at, end != NULL ? (size_t)(end - at) : strlen(at));
        const enum certmap_truth truth = match(program, text);
        ck_assert_msg(truth == wanted, "\"%s\" on \"%.*s\" is %s", expression, (int)text.len, at, t_truth(truth));
    }
}

T_TEST(table) {
    struct certmap_view program;
    const enum certmap_status status = compile(&program, t_text(rows[_i].expression), rows[_i].nocase);
    ck_assert_msg(status == CERTMAP_OK, "%s: %s", rows[_i].expression, error.text);
    if (strcmp(rows[_i].expression, "[^\\d\\D]") != 0) /* which nothing is */
        check_texts(program, rows[_i].expression, rows[_i].yes, CERTMAP_TRUE);
    check_texts(program, rows[_i].expression, rows[_i].no, CERTMAP_FALSE);
}

/* ---- what is no expression ---- */

static const struct {
    const char *expression, *text;
} refused[] = {
    {"(a)\\1", "a backreference needs backtracking"},
    {"\\k<a>", "a backreference needs backtracking"},
    {"(?=a)b", "look-ahead needs backtracking"},
    {"(?!a)b", "look-ahead needs backtracking"},
    {"(?<=a)b", "look-behind needs backtracking"},
    {"(?<!a)b", "look-behind needs backtracking"},
    {"a*?", "a lazy repetition needs backtracking"},
    {"a+?", "a lazy repetition needs backtracking"},
    {"a??", "a lazy repetition needs backtracking"},
    {"a{2,3}?", "a lazy repetition needs backtracking"},
    {"a*+", "a possessive repetition needs backtracking"},
    {"a**", "two repetitions follow one another"},
    {"a{2}{3}", "two repetitions follow one another"},
    {"(?>a)", "an atomic group needs backtracking"},
    {"(?(1)a)", "need backtracking"},
    {"(?R)", "need backtracking"},
    {"(*ACCEPT)", "verbs such as"},
    {"^a", "leave out ^"},
    {"a$", "leave out $"},
    {"\\ba", "anchors are not needed"},
    {"\\Aa\\z", "anchors are not needed"},
    {"(?i)a", "write \"matches nocase\""},
    {"(?P<n>a)", "groups have no names"},
    {"(?<n>a)", "groups have no names"},
    {"(?#x)a", "no comments"},
    {"\\p{L}", "properties of characters are not known"},
    {"\\x41", "a character is written by its number"},
    {"\\e", "a backslash belongs before punctuation"},
    {"\\\xC3\xA9", "a backslash belongs before punctuation"},
    {"a\\", "a backslash is the last character"},
    {"*a", "there is nothing to repeat"},
    {"a|+", "there is nothing to repeat"},
    {"(?a)", "options are not written in the expression"},
    {"(*)", "there is nothing to repeat"},
    {"a{", "a repetition is written {2}, {2,} or {2,5}"},
    {"a{2\\,3}", "a repetition is written {2}, {2,} or {2,5}"},
    {"(?\\:a)", "options are not written in the expression"},
    {"a{,3}", "a repetition is written"},
    {"a{x}", "a repetition is written"},
    {"a{3,2}", "a repetition ends before it begins"},
    {"a}", "} without {"},
    {"a]", "] without ["},
    {"a)", ") without ("},
    {"(a", "the group does not end"},
    {"[a", "the class does not end"},
    {"[", "the class does not end"},
    {"[]", "the class is empty"},
    {"[^]", "the class is empty"},
    {"[z-a]", "a range ends before it begins"},
    {"[\\d-z]", "a range does not begin with a class"},
    {"[a-\\d]", "a backslash in a class belongs before"},
    {"[[:alpha:]]", "classes have no names"},
    {"[a[b]]", "a class holds no other one"},
    {"[a&&b]", "classes are not intersected"},
    {"[\\", "a backslash in a class belongs before"},
    {"ab\xC3\xA9(?=c)", "(at character 5 of the expression)"},
};

T_TEST(refusals) {
    struct certmap_view program;
    const enum certmap_status status = compile(&program, t_text(refused[_i].expression), false);
    ck_assert_msg(status == CERTMAP_ERROR_SYNTAX && error.code == CERTMAP_CODE_BAD_REGEX, "%s: %d",
                  refused[_i].expression, (int)status);
    ck_assert_msg(strstr(error.text, refused[_i].text) != NULL, "%s: %s", refused[_i].expression, error.text);
}

/* ---- limits ---- */

/* Each at its edge: the largest, and one more. */
static const struct {
    const char *largest, *more; /* t_der */
} limits[] = {
    {"256*\"a\"", "257*\"a\""},
    {"\"(a{16}){16}\"", "\"(a{16}){16}b\""},
    {"\"a{256}\"", "\"a{257}\""},
    {"\"a{0,256}\"", "\"(a|b){0,200}\""},
    {"256*\"(\" \"a\" 256*\")\"", "257*\"(\" \"a\" 257*\")\""},
    {"4096*\"()\"", "4096*\"()\" \"a\""},
    {"\"((()){256}){256}\"", "\"(a{0,200}b){2}\""},
};

T_TEST(limits_at_their_edge) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_view program;
    t_der(&text, limits[_i].largest);
    ck_assert_msg(compile(&program, t_view(&text), false) == CERTMAP_OK, "%s: %s", limits[_i].largest, error.text);
    text.len = 0;
    t_der(&text, limits[_i].more);
    ck_assert_int_eq(compile(&program, t_view(&text), false), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_REGEX_TOO_LARGE);
    t_buf_free(&text);
}

/* Every second character, so that none meets another. */
T_TEST(limit_of_ranges) {
    struct certmap_view program;
    for (size_t count = CERTMAP_MAX_REGEX_RANGES; count <= CERTMAP_MAX_REGEX_RANGES + 1; count++) {
        struct t_buf text = T_BUF_INIT;
        t_put(&text, "[");
        for (size_t i = 0; i < count; i++) {
            const unsigned cp = 0x4E00 + 2 * (unsigned)i;
            const uint8_t utf8[3] = {(uint8_t)(0xE0 | cp >> 12), (uint8_t)(0x80 | (cp >> 6 & 63)),
                                     (uint8_t)(0x80 | (cp & 63))};
            t_bytes(&text, utf8, 3);
        }
        t_put(&text, "]");
        ck_assert_int_eq(compile(&program, t_view(&text), false),
                         count <= CERTMAP_MAX_REGEX_RANGES ? CERTMAP_OK : CERTMAP_ERROR_LIMIT);
        t_buf_free(&text);
    }
}

/* ---- folding ---- */

static void put_point(struct t_buf *text, uint32_t cp) {
    uint8_t utf8[4];
    t_bytes(text, utf8, cm_utf8_encode(utf8, cp));
}

/* Classes of which each code point but those of ASCII may be looked up. */
static const struct {
    uint32_t first, last; /* of each class */
    unsigned classes, repeated;
    uint32_t looked_up; /* at most */
} folded[] = {
    {0xC0, 0xDE, 1, 1, 0xDE - 0xC0 + 1},
    {0xC0, 0xDE, 20, 1, 20 * (0xDE - 0xC0 + 1)},
    {0xC0, 0xDE, 100, 1, CM_REGEX_MAX_LOOKED_UP},
    {0xC0, 0xDE, 1, 900, 0xDE - 0xC0 + 1}, /* the same range many times is one */
    {0x80, 0x10FFFF, 1, 1, CM_REGEX_MAX_LOOKED_UP},
    {0x80, 0x10FFFF, 200, 1, CM_REGEX_MAX_LOOKED_UP},
    {0x400, 0x7FF, 1, 1, CM_REGEX_FEW_LOOKED_UP}, /* as many as are looked up one by one */
    {0x400, 0x800, 1, 1, CM_REGEX_MAX_LOOKED_UP},
};

T_TEST(few_code_points_are_looked_up) {
    struct t_buf text = T_BUF_INIT;
    struct cm_regex_tree tree;
    struct certmap_view shown;
    for (unsigned i = 0; i < folded[_i].classes; i++) {
        t_put(&text, "[");
        for (unsigned k = 0; k < folded[_i].repeated; k++) {
            put_point(&text, folded[_i].first);
            t_put(&text, "-");
            put_point(&text, folded[_i].last);
        }
        t_put(&text, "]");
    }
    ck_assert_int_eq(cm_regex_parse(&tree, &shown, t_view(&text), true, &scratch, &error), CERTMAP_OK);
    ck_assert_uint_gt(tree.looked_up, 0);
    ck_assert_uint_le(tree.looked_up, folded[_i].looked_up);
    ck_assert_int_eq(cm_regex_parse(&tree, &shown, t_view(&text), false, &scratch, &error), CERTMAP_OK);
    ck_assert_uint_eq(tree.looked_up, 0);
    t_buf_free(&text);
}

/* A class holds what its members fold to, whichever way this was found; and one that is written as many small ranges is
 * the same as one that is written as a wide one. */
T_TEST(folded_members) {
    struct t_buf wide = T_BUF_INIT, narrow = T_BUF_INIT;
    struct certmap_view programs[2], shown;
    const uint32_t first = 0x80 + 0x800 * (uint32_t)_i, last = first + 0x7FF;
    t_put(&wide, "[");
    put_point(&wide, first);
    t_put(&wide, "-");
    put_point(&wide, last);
    t_put(&wide, "]");
    t_put(&narrow, "[");
    for (uint32_t cp = first; cp <= last; cp += 0x200) {
        put_point(&narrow, cp);
        t_put(&narrow, "-");
        put_point(&narrow, cp + 0x1FF);
    }
    t_put(&narrow, "]");
    ck_assert_int_eq(cm_regex_compile(&programs[0], &shown, t_view(&wide), true, &arena, &scratch, &error), CERTMAP_OK);
    ck_assert_int_eq(cm_regex_compile(&programs[1], &shown, t_view(&narrow), true, &arena, &scratch, &error),
                     CERTMAP_OK);
    bool folds_into[0x20000] = {false};
    for (uint32_t cp = first; cp <= last; cp++)
        folds_into[cm_fold(cp)] = true;
    for (uint32_t cp = 1; cp < 0x20000; cp++) {
        uint8_t utf8[4];
        const struct certmap_view text = cm_view(utf8, cm_utf8_encode(utf8, cp));
        const bool wanted = folds_into[cp] || (cp >= first && cp <= last);
        if (cp >= 0xD800 && cp < 0xE000)
            continue;
        ck_assert_msg(match(programs[0], text) == (wanted ? CERTMAP_TRUE : CERTMAP_FALSE), "U+%04X", (unsigned)cp);
        ck_assert_msg(match(programs[1], text) == (wanted ? CERTMAP_TRUE : CERTMAP_FALSE), "U+%04X", (unsigned)cp);
    }
    t_buf_free(&wide);
    t_buf_free(&narrow);
}

/* ---- work ---- */

static const char *const hostile[] = {
    "(a|a?|a*){32}(a*a*){64}", "((a*)*b?){100}.{0,50}", "(((.?){16}){16})*", ".*a.{200}", "(a*)*b", "(.*){64}b"};

/* The longest value ends within half of the steps of a match, whatever the expression. */
T_TEST(hostile_expressions) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_view program;
    size_t steps = CERTMAP_DEFAULT_STEPS / 2;
    t_der(&text, "65536*\"a\"");
    ck_assert_int_eq(compile(&program, t_text(hostile[_i]), false), CERTMAP_OK);
    ck_assert_int_ne(cm_regex_match(program, t_view(&text), &steps), CERTMAP_UNKNOWN);
    t_buf_free(&text);
}

static const struct {
    const char *expression, *text;
    enum certmap_truth truth;
} stepped[] = {
    {"(ab|.)*c{0,100}d", "ababxabd", CERTMAP_TRUE},
    {"(ab|.)*-0123456789abcdefgh-[a-z]*-0123456789abcdefgh",
     "abababababababababababab-0123456789abcdefgh--0123456789abcdefgh", CERTMAP_TRUE},
    {"[a-z]*-0123456789abcdefgh-[a-z]*xyz", "abcdefghijklmnopqrstuvwxyz", CERTMAP_FALSE},
};

/* With exactly the steps that it took the answer is the same, with any fewer it is unknown. */
T_TEST(steps) {
    struct certmap_view program;
    const struct certmap_view text = t_text(stepped[_i].text);
    ck_assert_int_eq(compile(&program, t_text(stepped[_i].expression), false), CERTMAP_OK);
    size_t left = 1000;
    ck_assert_int_eq(cm_regex_match(program, text, &left), stepped[_i].truth);
    for (size_t given = 0; given <= 1000 - left; given++) {
        size_t own = given;
        const enum certmap_truth wanted = given < 1000 - left ? CERTMAP_UNKNOWN : stepped[_i].truth;
        ck_assert_int_eq(cm_regex_match(program, text, &own), wanted);
        ck_assert_uint_eq(own, 0);
    }
}

/* A text that is too long, or ends otherwise, takes a few steps, however long it is. */
T_TEST(whole_texts_are_cheap) {
    static const char *const expressions[] = {"a{0,60}", "(a|b){1,4}c?", "a*b", "[a-z]*0123456789"};
    struct t_buf text = T_BUF_INIT;
    struct certmap_view program;
    size_t few = 8;
    t_der(&text, "65536*\"a\"");
    ck_assert_int_eq(compile(&program, t_text(expressions[_i]), false), CERTMAP_OK);
    ck_assert_int_eq(cm_regex_match(program, t_view(&text), &few), CERTMAP_FALSE);
    t_buf_free(&text);
}

/* ---- random ones, against the regular expressions of POSIX ---- */

#if defined(__linux__)
enum { RANDOM_TESTS = 40, RANDOM_EACH = 500 };

/* How many expressions each test is of: those of CERTMAP_REGEX_EXPRESSIONS are shared by all of them. */
static unsigned long expressions_each(void) {
    const char *count = getenv("CERTMAP_REGEX_EXPRESSIONS");
    return count != NULL ? (strtoul(count, NULL, 10) + RANDOM_TESTS - 1) / RANDOM_TESTS : RANDOM_EACH;
}

static void put_random(struct t_random *random, struct t_buf *text, unsigned depth) {
    static const char *const atoms[] = {"a", "b", "c", "\\.", "-", ".", "[ab]", "[^a]", "[a-c-]", "[^b-d.]", "\\*"};
    static const char *const repetitions[] = {"*", "+", "?", "{2}", "{0,2}", "{1,3}", "{2,}", "{3}"};
    const size_t form = depth > 0 ? t_random_below(random, 4) : 0;
    if (form == 0) {
        t_put(text, atoms[t_random_below(random, COUNT(atoms))]);
        return;
    }
    t_put(text, form == 1 ? "" : "(");
    for (size_t i = t_random_below(random, 3) + 1; i > 0; i--) {
        put_random(random, text, depth - 1);
        if (form == 3 && i > 1)
            t_put(text, "|");
    }
    t_put(text, form == 1 ? "" : ")");
    if (form > 1 && t_random_chance(random, 60))
        t_put(text, repetitions[t_random_below(random, COUNT(repetitions))]);
}

static void against_posix(struct t_random *random, const char *expression) {
    char anchored[4096], text[16];
    regex_t posix;
    struct certmap_view program;
    snprintf(anchored, sizeof anchored, "^(%s)$", expression);
    if (strlen(expression) + 8 > sizeof anchored || compile(&program, t_text(expression), false) == CERTMAP_ERROR_LIMIT)
        return;
    ck_assert_msg(error.status == CERTMAP_OK, "%s: %s", expression, error.text);
    ck_assert_msg(regcomp(&posix, anchored, REG_EXTENDED | REG_NOSUB) == 0, "%s", anchored);
    for (unsigned i = 0; i < 10; i++) {
        size_t len = t_random_below(random, 9);
        for (size_t k = 0; k < len; k++)
            text[k] = "aaabbc.-*"[t_random_below(random, 9)];
        text[len] = 0;
        const bool wanted = regexec(&posix, text, 0, NULL, 0) == 0;
        ck_assert_msg(match(program, t_text(text)) == (wanted ? CERTMAP_TRUE : CERTMAP_FALSE),
                      "\"%s\" on \"%s\": POSIX says %s", expression, text, wanted ? "yes" : "no");
    }
    regfree(&posix);
}

T_TEST(as_posix) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct t_buf text = T_BUF_INIT;
    const unsigned long each = expressions_each();
    for (unsigned long i = 0; i < each; i++) {
        text.len = 0;
        put_random(&random, &text, 3);
        t_bytes(&text, "", 1);
        against_posix(&random, (const char *)text.data);
    }
    t_buf_free(&text);
}
#else
enum { RANDOM_TESTS = 1 };

T_TEST(as_posix) {
    t_skipped(1, "expressions against those of POSIX", "this system has none");
}
#endif

T_TESTS(
    "regex",
    T_CASE("table", T_EACH(start_arenas, free_arenas), T_LOOP(table, COUNT(rows)), T_LOOP(refusals, COUNT(refused))),
    T_CASE("limits", T_EACH(start_arenas, free_arenas), T_LOOP(limits_at_their_edge, COUNT(limits)), limit_of_ranges),
    T_CASE("folding", T_EACH(start_arenas, free_arenas), T_LOOP(few_code_points_are_looked_up, COUNT(folded)),
           T_LOOP(folded_members, 26)),
    T_CASE("work", T_EACH(start_arenas, free_arenas), T_LOOP(hostile_expressions, COUNT(hostile)),
           T_LOOP(steps, COUNT(stepped)), T_LOOP(whole_texts_are_cheap, 4)),
    T_CASE("random", T_EACH(start_arenas, free_arenas), T_TIMEOUT(600), T_LOOP(as_posix, RANDOM_TESTS), T_TAGS(T_SLOW)))
