/* SPDX-License-Identifier: MIT */
/* Whole Names, compared: a table, and small random Names against a plain definition. */
#include "arenas.h"
#include "base/view.h"
#include "certmap/limits.h"
#include "field/compare.h"
#include "rules.h"

#define T CERTMAP_TRUE
#define F CERTMAP_FALSE
#define U CERTMAP_UNKNOWN

/* ---- a table; each row also the other way round ---- */

static const struct {
    const char *a, *b;
    enum certmap_truth equal;
} equals[] = {
    {"", "", T},
    {"", "CN=a", F},
    {"CN=a", "CN=a", T},
    {"CN=a", "CN=b", F},
    {"CN=a", "O=a", F},
    {"CN=a", "CN=a | CN=a", F},
    {"C=SE | O=Contoso | CN=Alice", "C=SE | O=Contoso | CN=Alice", T},
    {"C=SE | O=Contoso | CN=Alice", "CN=Alice | O=Contoso | C=SE", F}, /* RDNs in order */
    {"C=SE | O=Contoso", "C=SE + O=Contoso", F},
    {"1.2.3=a", "1.2.3=a", T},
    {"1.2.3=a", "1.2.4=a", F},

    /* RFC 5280 7.1: string types, case, insignificant space */
    {"printable CN=Alice", "utf8 CN=Alice", T},
    {"bmp CN=Alice", "t61 CN=Alice", T},
    {"CN=Alice", "CN=aLICE", T},
    {"CN=\xC3\x89t\xC3\xA9", "CN=\xC3\xA9T\xC3\x89", T},
    {"CN=\xC3\xA9", "CN=e\xCC\x81", T},
    {"CN=stra\xC3\x9F"
     "e",
     "CN=strasse", F}, /* simple folding */
    {"CN=a b", "CN=a  b", T},
    {"CN=a b", "CN=a     b", T},
    {"CN=a b", "CN=ab", F},
    {"CN=a", "CN=\\x20a", T},
    {"CN=a", "CN=a\\x20", T},
    {"CN=a", "CN=\\x20\\x20\\x20a\\x20\\x20", T},
    {"CN=\\x20a\\x20b\\x20", "CN=a  b", T},
    {"CN=", "CN=", T},
    {"CN=", "CN=\\x20", T},
    {"CN=\\x20\\x20", "CN=\\x20", T},
    {"CN=a", "CN=", F},
    {"CN=a", "CN=\\x20", F},
    {"CN=a", "CN=ab", F},
    {"CN=a", "CN=a b", F},
    {"CN=a b", "CN=a c", F},
    {"CN=a b", "CN=a\\x09b", F},      /* a tab is no space, */
    {"CN=a b", "CN=a\\xC2\\xA0b", F}, /* nor is U+00A0 */
    {"CN=a b c d", "CN=a  b  c  d", T},

    /* the AVAs of an RDN are a set, and the same may be there twice */
    {"CN=a + O=b", "O=b + CN=a", T},
    {"CN=a + O=b", "CN=b + O=a", F},
    {"CN=a + O=b", "CN=a", F},
    {"CN=a + CN=b", "CN=b + CN=a", T},
    {"CN=a + CN=a", "CN=a + CN=b", F},
    {"CN=a + CN=a", "CN=a + CN=a", T},
    {"CN=a + CN=a + CN=b", "CN=a + CN=b + CN=b", F},
    {"CN=a + CN=a", "CN=a + O=a", F},
    {"CN=a + CN=A", "CN=a + CN=a", T},

    /* what cannot be read equals the same bytes, and may be anything of its type */
    {"octet CN=a", "octet CN=a", T},
    {"octet CN=a", "octet CN=b", U},
    {"octet CN=a", "CN=a", U},
    {"octet CN=a", "CN=", U},
    {"octet CN=a", "O=a", F},
    {"octet CN=a", "octet O=a", F},
    {"octet CN=a", "0x1B CN=a", U}, /* other tags are other bytes */
    {"utf8 CN=\\xFF", "utf8 CN=\\xFF", T},
    {"utf8 CN=\\xFF", "ia5 CN=\\xFF", U},
    {"utf8 CN=a\\x00", "utf8 CN=a", U},
    {"octet CN=a | O=b", "octet CN=c | O=b", U},
    {"octet CN=a | O=b", "octet CN=c | O=d", F}, /* whatever it is, the Names differ */
    {"O=b | octet CN=a", "O=d | octet CN=c", F},
    {"octet CN=a + O=b", "O=b + octet CN=a", T},
    {"octet CN=a + O=b", "O=b + CN=a", U},
    {"octet CN=a + CN=b", "CN=c + CN=b", U},
    {"octet CN=a + CN=b", "CN=c + CN=d", F},       /* nothing can be b */
    {"octet CN=a + CN=b", "octet CN=a + CN=c", F}, /* the first two are partners */
    {"octet CN=a + CN=b", "octet CN=x + CN=c", U},
    {"octet CN=a + octet CN=b", "CN=c + CN=d", U},
    {"octet CN=a + CN=b + CN=c", "octet CN=x + CN=d + CN=e", F}, /* one cannot stand for two */
    {"octet CN=a + octet CN=b + CN=c", "octet CN=x + octet CN=y + CN=d", U},
    {"octet CN=a + CN=b", "octet CN=a + O=b", F},
    {"octet CN=a + octet CN=a", "octet CN=a + octet CN=b", U},
    {"octet CN=a + O=b", "CN=x + octet O=y", U},
    {"octet CN=a + O=b", "CN=x + O=c", F},
};

T_TEST(equal) {
    const struct cm_list a = read_name(equals[_i].a), b = read_name(equals[_i].b);
    size_t steps = 10000;
    ck_assert_msg(cm_name_equal(&a, &b, false, &steps) == equals[_i].equal, "%s = %s", equals[_i].a, equals[_i].b);
    ck_assert_msg(cm_name_equal(&b, &a, false, &steps) == equals[_i].equal, "%s = %s", equals[_i].b, equals[_i].a);
    ck_assert_uint_gt(steps, 0);
    ck_assert_int_eq(cm_name_equal(&a, &a, false, &steps), T);
    /* A Name is under another of as many RDNs if it is that one. */
    if (a.rdn_count == b.rdn_count)
        ck_assert_int_eq(cm_name_under(&a, &b, &steps), equals[_i].equal);
}

static const struct {
    const char *name, *base;
    enum certmap_truth under;
} unders[] = {
    {"C=SE | O=Contoso | CN=Alice", "C=SE", T},
    {"C=SE | O=Contoso | CN=Alice", "C=SE | O=contoso", T},
    {"C=SE | O=Contoso | CN=Alice", "C=SE | O=Contoso | CN=Alice", T},
    {"C=SE | O=Contoso | CN=Alice", "C=SE | O=Contoso | CN=Alice | CN=x", F},
    {"C=SE | O=Contoso | CN=Alice", "O=Contoso", F},
    {"C=SE | O=Contoso | CN=Alice", "CN=Alice", F},
    {"C=SE | O=Contoso", "C=SE | O=Conto", F}, /* an RDN, not the start of a text */
    {"C=SE + O=Contoso | CN=Alice", "C=SE", F},
    {"C=SE + O=Contoso | CN=Alice", "O=Contoso + C=SE", T},
    {"", "C=SE", F},
    {"C=SE", "", T},
    {"", "", T},
    {"octet C=SE | CN=Alice", "C=SE", U},
    {"octet C=SE | O=x | CN=Alice", "C=SE | O=y", F},
    {"C=SE | octet CN=Alice", "C=SE", T}, /* what is further down does not matter */
    {"C=SE", "octet C=SE", U},
};

T_TEST(under) {
    const struct cm_list name = read_name(unders[_i].name), base = read_name(unders[_i].base);
    size_t steps = 10000;
    ck_assert_msg(cm_name_under(&name, &base, &steps) == unders[_i].under, "%s under %s", unders[_i].name,
                  unders[_i].base);
}

/* ---- steps ---- */

/* With less than is needed the answer is unknown or the right one, and with enough it is the right one. */
T_TEST(steps_run_out) {
    static const char *const names[][2] = {
        {"C=SE | O=Contoso + OU=a + OU=b | CN=Alice", "C=SE | OU=b + OU=a + O=Contoso | CN=Alice"},
        {"C=SE | O=Contoso + octet OU=a", "C=SE | OU=b + O=Contoso"},
        {"CN=a + CN=b", "CN=a + CN=c"},
        {"CN=0123456789012345678901234567890123456789", "CN=0123456789012345678901234567890123456789"},
        {"octet CN=0123456789012345678901234567890123456789", "octet CN=0123456789012345678901234567890123456789"},
    };
    const struct cm_list a = read_name(names[_i][0]), b = read_name(names[_i][1]);
    size_t left = 1000;
    const enum certmap_truth truth = cm_name_equal(&a, &b, false, &left);
    const size_t needed = 1000 - left;
    ck_assert_uint_gt(needed, 2);
    for (size_t steps = 0; steps <= needed; steps++) {
        left = steps;
        const enum certmap_truth less = cm_name_equal(&a, &b, false, &left);
        ck_assert_msg(less == U || less == truth, "%zu steps of %zu", steps, needed);
        if (steps < needed && truth == T)
            ck_assert_int_eq(less, U);
        if (less == U && truth != U)
            ck_assert_uint_eq(left, 0);
    }
    left = needed + 1;
    ck_assert_int_eq(cm_name_equal(&a, &b, false, &left), truth);
}

/* 256 AVAs against 256 others, each of 60 bytes: about 256 * 256 / 2 pairs. */
T_TEST(large_rdns) {
    enum { AVAS = CERTMAP_MAX_AVAS_PER_RDN };
    struct t_buf one = T_BUF_INIT, other = T_BUF_INIT;
    char ava[100];
    for (int i = 0; i < AVAS; i++) {
        snprintf(ava, sizeof ava, "%sOU=%050d", i == 0 ? "" : " + ", i);
        t_put(&one, ava);
        snprintf(ava, sizeof ava, "%sOU=%050d", i == 0 ? "" : " + ", AVAS - 1 - i);
        t_put(&other, ava);
    }
    const struct cm_list a = read_name(t_cstr(&one)), b = read_name(t_cstr(&other));
    size_t steps = 1000000;
    ck_assert_int_eq(cm_name_equal(&a, &b, false, &steps), T);
    ck_assert_uint_gt(steps, 0);
    ck_assert_uint_lt(steps, 1000000 - AVAS * AVAS / 2);
    steps = 1000;
    ck_assert_int_eq(cm_name_equal(&a, &b, false, &steps), U);
    ck_assert_uint_eq(steps, 0);
    t_buf_free(&one);
    t_buf_free(&other);
}

/* ---- random Names against a definition ----
 *
 * What cannot be read stands for some text that nobody knows. Names are equal if they are whatever that is, and
 * different if they are whatever that is. So: try all. */

enum { VALUES = 5, MAX_AVAS = 4, WORLDS = 16 };

/* Two texts and three values that cannot be read, x, y of CN and z of O. */
static const struct {
    const char *text;
    int type;
    int meaning; /* of what can be read: 0 or 1; else -1 */
} values[VALUES] = {{"CN=p", 0, 0}, {"CN=q", 0, 1}, {"octet CN=x", 0, -1}, {"octet CN=y", 0, -1}, {"O=p", 1, 0}};

/* What a value is in a world, in which x and y are each p, q, or one of two other texts. */
static int meaning_of(int value, int world) {
    const int x = world % 4, y = world / 4;
    return values[value].type * 10 + (value == 2 ? x : value == 3 ? y : values[value].meaning);
}

struct random_rdn {
    int values[MAX_AVAS];
    int count;
};

static bool equal_in_world(const struct random_rdn *a, const struct random_rdn *b, int world) {
    int counts[20] = {0};
    for (int i = 0; i < a->count; i++)
        counts[meaning_of(a->values[i], world)]++;
    for (int i = 0; i < b->count; i++)
        counts[meaning_of(b->values[i], world)]--;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i] != 0)
            return false;
    return true;
}

/* Bit 0: equal in some world; bit 1: different in some. */
static int worlds_of(const struct random_rdn *a, const struct random_rdn *b) {
    int seen = 0;
    for (int world = 0; world < WORLDS; world++)
        seen |= equal_in_world(a, b, world) ? 1 : 2;
    return seen;
}

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static struct random_rdn make_rdn(uint32_t *state, struct t_buf *text) {
    struct random_rdn rdn = {.count = 1 + (int)(next_random(state) % MAX_AVAS)};
    for (int i = 0; i < rdn.count; i++) {
        rdn.values[i] = (int)(next_random(state) % VALUES);
        t_put(text, i == 0 ? "" : " + ");
        t_put(text, values[rdn.values[i]].text);
    }
    return rdn;
}

/* Whether one of the values that cannot be read is there twice. That both mean the same is not seen: the
 * comparison says unknown where it could say false. */
static bool repeats(const struct random_rdn *rdn) {
    int x = 0, y = 0;
    for (int i = 0; i < rdn->count; i++) {
        x += rdn->values[i] == 2;
        y += rdn->values[i] == 3;
    }
    return x > 1 || y > 1;
}

T_TEST(random_rdns) {
    uint32_t state = (uint32_t)_i;
    for (int round = 0; round < 500; round++) {
        struct t_buf one = T_BUF_INIT, other = T_BUF_INIT;
        const struct random_rdn a = make_rdn(&state, &one), b = make_rdn(&state, &other);
        const struct cm_list list_a = read_name(t_cstr(&one)), list_b = read_name(t_cstr(&other));
        static const enum certmap_truth truths[] = {[1] = T, [2] = F, [3] = U};
        size_t steps = 10000;
        const enum certmap_truth got = cm_name_equal(&list_a, &list_b, false, &steps);
        enum certmap_truth wanted = truths[worlds_of(&a, &b)];
        if (wanted == F && got == U && (repeats(&a) || repeats(&b)))
            wanted = U;
        ck_assert_msg(got == wanted, "%s = %s: %d instead of %d", t_cstr(&one), t_cstr(&other), (int)got, (int)wanted);
        ck_assert_int_eq(cm_name_equal(&list_b, &list_a, false, &steps), got);
        t_buf_free(&one);
        t_buf_free(&other);
    }
}

T_TESTS("compare",
        T_CASE("table", T_EACH(start_arenas, free_arenas), T_LOOP(equal, COUNT(equals)), T_LOOP(under, COUNT(unders))),
        T_CASE("work", T_EACH(start_arenas, free_arenas), T_LOOP(steps_run_out, 5), large_rdns),
        T_CASE("random", T_EACH(start_arenas, free_arenas), T_LOOP(random_rdns, 20)))
