/* SPDX-License-Identifier: MIT */
/* Patterns on many values, and on long ones: with the filter of their pieces and without it they give the same. */
#include "base/glob.h"
#include "match/piece_filter.h"
#include "rules.h"
#include "support/random.h"
#include "support/search.h"

/* ---- rules ---- */

/* Several mappings that share conditions, whose patterns are asked about often enough that rows are filled. */
static const char *const expressions[] = {
    "subject.OU like \"*nit %9*\"",
    "subject.OU like nocase \"*UNIT %*x*\"",
    "not subject.OU like \"*other-%*\"",
    "subject.OU like \"*it*\" and not subject.OU like \"*zz*\" and subject.CN like \"*%\"",
    "subject.CN like \"*b%*\" or subject.OU like \"?nit %\"",
    "every subject.OU like \"Unit*\" and subject.CN like \"*a*b?%*\"",
    "subject.OU matches \"[a-z]*nit %[0-9]?\" or subject.1.2.3.4 matches \"x[0-9]%\"",
    "not subject.any like \"*zz%*\"",
    "not subject.1.2.3.4 like (\"*zz%*\", \"*yy%*\") and not (not subject.1.2.3.4 = \"x%\")",
    "subject.any like \"*it %9*\" or not subject.any matches \"[a-z]+zz%\"",
    "not subject.1.2.3.4 like \"*zz%*\" and not subject.any like nocase \"*other-?ther-%*\"",
    "subject.1.2.3.4 like \"*%*\" or subject.L like \"*%*\" or subject.O like \"*%*\" or subject.ST like \"*%*\"",
};

static const char *const subjects[] = {
    "CN=\\{a*2000}b7 | OU=Unit 1",
    "CN=a | CN=\\{ab*400} | OU=Unit 9 | OU=Unit 19 | 1.2.3.4=x3",
    "octet CN=x | CN=\\{a*600} | OU=Unit 4 x | O=5 | L=6 | ST=7",
    "CN=x | OU=\\{other-*200} | octet OU=y",
    "CN=x | octet 1.2.3.5=y | 1.2.3.4=x29",
};

/* As it is, and with many units. */
static void check(const struct certmap_rules *rules, const char *subject, size_t units) {
    struct t_buf spec = T_BUF_INIT;
    struct t_peer peer;
    t_put(&spec, subject);
    for (size_t i = 0; i < units; i++)
        t_put_line(&spec, " | OU=Unit %", i);
    t_peer_make(&peer, t_cstr(&spec), "CN=CA");
    ck_assert_msg(t_search_agree(rules, peer.peer), "%s, %zu units", subject, units);
    t_peer_free(&peer);
    t_buf_free(&spec);
}

T_TEST(as_without_it) {
    for (size_t policy = 0; policy < 2; policy++) {
        struct t_buf text = T_BUF_INIT;
        t_put(&text, policy == 0 ? "certmap 1;\n" : "certmap 1; policy all;\n");
        for (size_t i = 0; i < 30; i++) {
            t_put_line(&text, "mapping \"m%\" { when ", i);
            t_put_line(&text, expressions[_i], i);
            t_put(&text, "; allow \"a\"; }\n");
        }
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        for (size_t i = 0; i < COUNT(subjects); i++) {
            check(rules, subjects[i], 0);
            check(rules, subjects[i], 40);
        }
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
}

/* Many mappings, each of which is found at several values, and mostly is false. */
enum { FALSE_MAPPINGS = 2500 };

static void put_mapping(struct t_buf *text, size_t number, const char *when) {
    t_put_line(text, "mapping \"m%\" { when ", number);
    t_put_line(text, when, number);
    t_put(text, "; allow \"a\"; }\n");
}

T_TEST(many_are_false) {
    static const char *const kinds[] = {
        "subject.OU like \"*%*\" and not subject.CN like \"*%*\"",
        "subject.OU matches \"[0-9]*%[0-9]*\" and subject.O = \"nobody\"",
        "subject.OU like \"*%*\" and subject.L matches \"[a-z]*%\"",
    };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, _i % 2 == 0 ? "certmap 1;\n" : "certmap 1; policy all;\n");
    for (size_t i = 0; i < FALSE_MAPPINGS; i++)
        put_mapping(&text, i, kinds[(size_t)_i / 2]);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    check(rules, "CN=1234567890 | L=ab77", 0);
    check(rules, "CN=12345678901112131415 | OU=100200 | OU=122333444 | OU=2021222324 | L=ab24 | L=x122", 8);
    check(rules, "octet CN=1 | OU=100200 | OU=122333444 | OU=2021222324", 30);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- the filter itself ---- */

enum { VALUES = 40, LONGEST = 12, PATTERNS = 2000 };

struct made {
    struct cm_value values[VALUES];
    char texts[VALUES][LONGEST];
    uint32_t first[1];
    struct cm_list list;
};

static struct certmap_view random_text(struct t_random *random, char *text, size_t len, const char *letters) {
    for (size_t i = 0; i < len; i++)
        text[i] = letters[t_random_below(random, strlen(letters))];
    return (struct certmap_view){(const uint8_t *)text, len};
}

static void make(struct made *made, struct t_random *random) {
    for (size_t i = 0; i < VALUES; i++) {
        const struct certmap_view text =
            random_text(random, made->texts[i], t_random_below(random, LONGEST), "abcdefgh");
        made->values[i] = (struct cm_value){.text = {text, text}};
    }
    made->list = (struct cm_list){.values = made->values, .count = VALUES, .first = made->first};
    cm_list_chain(&made->list, 0);
}

static bool is_any_like(const struct made *made, struct certmap_view pattern) {
    bool any = false;
    for (size_t i = 0; i < VALUES; i++) {
        size_t steps = 10000;
        any = any || cm_glob_match(pattern, made->values[i].text.nfc, &steps) == CERTMAP_TRUE;
    }
    return any;
}

/* Whether the filter knows that no value of the row is like the pattern; then *truth is FALSE, or UNKNOWN where one cannot
 * be read, or the steps have run out. */
static bool excludes(struct cm_piece_filter *filter, const struct cm_list *list, uint32_t row, bool nocase,
                     struct certmap_view pattern, size_t *steps, enum certmap_truth *truth) {
    struct cm_piece_places places;
    if (!cm_piece_filter_find(filter, list, row, nocase, pattern, steps, &places) || places.parts != 0)
        return false;
    *truth = *steps > 0 && !places.row->unreadable ? CERTMAP_FALSE : CERTMAP_UNKNOWN;
    return true;
}

/* What it excludes is like no value; and many patterns that are like none it excludes. */
T_TEST(at_random) {
    static struct cm_piece_filter filter;
    static struct made made;
    struct t_random random = T_RANDOM_SEED(_i + 1);
    size_t excluded = 0, none = 0;
    make(&made, &random);
    cm_piece_filter_begin(&filter);
    for (size_t i = 0; i < PATTERNS; i++) {
        char text[LONGEST];
        enum certmap_truth truth = CERTMAP_TRUE;
        size_t steps = 10000;
        const struct certmap_view pattern =
            random_text(&random, text, 1 + t_random_below(&random, LONGEST - 1), "abcdefgh\xFF\xFF\xFE");
        const bool like = is_any_like(&made, pattern);
        const bool says = excludes(&filter, &made.list, 0, false, pattern, &steps, &truth);
        ck_assert(!says || (!like && truth == CERTMAP_FALSE));
        ck_assert(i >= CM_FILTER_ASKED || !says);
        excluded += says;
        none += !like;
    }
    ck_assert_uint_gt(excluded, none / 3);
}

/* ---- where pieces are ---- */

enum { MANY = 200, LONG = 700, LITERAL = 90, LITERALS = 400 };

struct made_long {
    struct cm_value values[MANY];
    char texts[MANY][LONG];
    uint32_t first[1];
    struct cm_list list;
};

/* Values of about so many bytes; every tenth is empty. */
static void make_long(struct made_long *made, struct t_random *random, size_t count, size_t len, const char *letters) {
    for (size_t i = 0; i < count; i++) {
        const bool empty = i % 10 == 3 || (i == 0 && count > 1);
        const size_t size = empty ? 0 : len / 2 + t_random_below(random, len / 2);
        const struct certmap_view text = random_text(random, made->texts[i], size, letters);
        made->values[i] = (struct cm_value){.text = {text, text}};
    }
    made->list = (struct cm_list){.values = made->values, .count = count, .first = made->first};
    cm_list_chain(&made->list, 0);
}

/* A pattern that one of the values is like: literals of it, between stars. */
static struct certmap_view pattern_of(const struct made_long *made, struct t_random *random, char *pattern) {
    const struct certmap_view text = made->values[t_random_below(random, made->list.count)].text.nfc;
    size_t len = 0, at = 0;
    pattern[len++] = '\xFF';
    for (size_t i = 0; i < 2 && at < text.len; i++) {
        at += t_random_below(random, text.len - at);
        const size_t most = text.len - at < LITERAL ? text.len - at : LITERAL, size = 1 + t_random_below(random, most);
        memcpy(pattern + len, text.data + at, size);
        len += size;
        at += size;
        pattern[len++] = '\xFF';
    }
    return (struct certmap_view){(const uint8_t *)pattern, len};
}

/* Every value that is like a pattern is among the places, each once and in order. */
static void check_places(const struct made_long *made, struct cm_piece_places *places, struct certmap_view pattern) {
    size_t enough = 1000000;
    uint32_t next = cm_piece_places_next(places, &enough);
    for (uint32_t i = 0; i < made->list.count; i++) {
        size_t steps = 1000000;
        const bool given = next == i;
        ck_assert(given || cm_glob_match(pattern, made->values[i].text.nfc, &steps) == CERTMAP_FALSE);
        if (given)
            next = cm_piece_places_next(places, &enough);
    }
    ck_assert_uint_eq(next, CM_VALUE_NONE);
}

static const struct {
    size_t count, len;
    const char *letters;
} longs[] = {
    {MANY, 20, "abcdefghijklmnop"},
    {MANY, LONG, "abcdefghijklmnop"},
    {MANY, 40, "ab"},
    {1, LONG, "abcdefgh"},
    {5, LONG, "abc"},
    {20, 8, "abcdefgh"},
};

T_TEST(where_pieces_are) {
    static struct cm_piece_filter filter;
    static struct made_long made;
    struct t_random random = T_RANDOM_SEED(_i + 1);
    make_long(&made, &random, longs[_i].count, longs[_i].len, longs[_i].letters);
    cm_piece_filter_begin(&filter);
    for (size_t i = 0; i < LITERALS; i++) {
        char text[2 * LITERAL + 4];
        struct cm_piece_places places;
        size_t steps = 1000000;
        const struct certmap_view pattern = i % 4 == 3   ? t_text("")
                                            : i % 8 == 1 ? t_text("\xFF")
                                                         : pattern_of(&made, &random, text);
        const bool found = cm_piece_filter_find(&filter, &made.list, 0, false, pattern, &steps, &places);
        ck_assert(found == (i >= CM_FILTER_ASKED));
        if (found)
            check_places(&made, &places, pattern);
    }
}

/* A value that cannot be read makes what is excluded unknown, and so does a lack of steps; rows beyond those that are kept
 * in mind are not excluded. */
T_TEST(unknown_and_full) {
    static struct cm_piece_filter filter;
    static struct made made;
    struct t_random random = T_RANDOM_SEED(1);
    const struct certmap_view pattern = t_text("\xFFxyz\xFF");
    enum certmap_truth truth = CERTMAP_TRUE;
    make(&made, &random);
    made.values[3] = (struct cm_value){.unreadable = CERTMAP_CODE_VALUE_TYPE};
    cm_list_chain(&made.list, 0);
    cm_piece_filter_begin(&filter);
    size_t steps = 10000;
    for (size_t i = 0; i <= CM_FILTER_ASKED; i++)
        ck_assert(excludes(&filter, &made.list, 0, false, pattern, &steps, &truth) == (i == CM_FILTER_ASKED));
    ck_assert_int_eq(truth, CERTMAP_UNKNOWN);
    made.values[3].unreadable = CERTMAP_CODE_NONE;
    for (size_t i = 0; i <= CM_FILTER_ASKED; i++)
        (void)excludes(&filter, &made.list, 0, true, pattern, &steps, &truth);
    ck_assert_int_eq(truth, CERTMAP_FALSE);
    steps = 1;
    ck_assert(excludes(&filter, &made.list, 0, true, pattern, &steps, &truth));
    ck_assert_int_eq(truth, CERTMAP_UNKNOWN);
    struct cm_list others[CM_FILTER_ROWS];
    steps = 100000;
    for (size_t i = 0; i < CM_FILTER_ROWS; i++) {
        others[i] = made.list;
        for (size_t k = 0; k < 5; k++)
            ck_assert(excludes(&filter, &others[i], 0, false, pattern, &steps, &truth) ==
                      (i < CM_FILTER_ROWS - 2 && k >= CM_FILTER_ASKED));
    }
}

/* A value without text is in no part, and an expression may fit it all the same. */
T_TEST(empty_in_front) {
    static const char *const fitting[] = {"matches \"[0-9]*\"", "matches \"(ab|ba)*\"", "like \"\"", "= \"\""};
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; mapping \"1\" { when subject.OU like \"*zz1*\"; deny; }\n"
                 "mapping \"2\" { when subject.OU like \"*zz2*\"; deny; } mapping \"3\" { when subject.OU ");
    t_put(&text, fitting[_i]);
    t_put(&text, "; deny; }\nmapping \"all\" { when subject.OU present; allow \"root\"; }");
    t_put(&subject, "CN=a | OU=");
    for (size_t i = 0; i < 20; i++)
        t_put_line(&subject, " | OU=Unit x%", i);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    ck_assert(t_search_agree(rules, peer.peer));
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_DENY);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&subject);
}

T_TESTS("piece filter", T_CASE("rules", T_LOOP(as_without_it, COUNT(expressions)), T_LOOP(many_are_false, 6)),
        T_CASE("filter", T_LOOP(at_random, 5), T_LOOP(where_pieces_are, COUNT(longs)), unknown_and_full,
               T_LOOP(empty_in_front, 4)))
