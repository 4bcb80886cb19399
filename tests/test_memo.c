/* SPDX-License-Identifier: MIT */
/* What a match remembers from mapping to mapping - what conditions gave, and what made mappings false: with it and without
 * it the same is found. */
#include "match/memo.h"
#include "rules.h"
#include "support/random.h"
#include "support/search.h"

/* ---- many mappings, for which it is worth remembering anything ---- */

enum { MAPPINGS = 400, UNITS = 60, SEEDS = 12, MEMBERS = 7 };

static const char *const conditions[] = {
    "subject.OU = \"Unit %\"",
    "subject.OU = nocase \"UNIT %\"",
    "subject.OU like \"*it %\"",
    "subject.OU in (\"x\", \"Unit %\")",
    "first subject.OU = \"Unit %\"",
    "subject.O = \"Org %\"",
    "subject.O like \"Org*%\"",
    "every subject.OU like \"*n*% *\"",
    "subject.1.2.3.4 = \"a%\"",
    "subject.any = \"Unit %\"",
    "subject.CN matches \"[a-z]*%\"",
    "san.dns = \"h%.example\"",
    "subject.any like (\"*it %\", \"Or?*%\", \"*bab*\")",
    "subject.OU like (\"*nit %\", \"y%*\")",
    "every subject.OU in (\"Unit %\", \"Unit 0\", \"Unit 1\")",
    "every subject.O = nocase \"ORG %\"",
    "every subject.any like (\"*n*\", \"*%*\", \"a?\")",
    "subject.1.2.3.4 like (\"a%*\", \"*b\")",
    "subject.OU matches (\"[a-z]*%\", \"Un.*%\")",
    "count(subject.OU) = %",
    "last subject.OU = \"Unit %\"",
    "at 19 subject.OU like \"*it %\"",
    "only subject.OU = \"Unit %\"",
    "count(subject.any) = %",
    "at 33 subject.any = \"Unit %\"",
};

static void put_condition(struct t_buf *text, struct t_random *random) {
    const char *condition = conditions[t_random_below(random, COUNT(conditions))];
    t_put_line(text, condition, t_random_below(random, t_random_chance(random, 50) ? 5 : 2 * UNITS));
}

/* A condition, the NOT of one, or a group. */
static void put_member(struct t_buf *text, struct t_random *random) {
    const bool group = t_random_chance(random, 10);
    t_put(text, t_random_chance(random, 75) ? " and not " : " and ");
    t_put(text, group ? "(" : "");
    put_condition(text, random);
    if (!group)
        return;
    t_put(text, " or not ");
    put_condition(text, random);
    t_put(text, ")");
}

/* Most mappings end in one of a few NOTs, as what people write often does. */
static void put_mapping(struct t_buf *text, struct t_random *random, size_t number) {
    t_put_line(text, "mapping \"m%\" { when issuer.CN present", number);
    for (size_t i = t_random_below(random, MEMBERS); i > 0; i--)
        put_member(text, random);
    if (t_random_chance(random, 90))
        t_put_line(text, " and not subject.OU = \"Unit %\"", t_random_below(random, 3));
    t_put(text, t_random_chance(random, 30) ? "; deny; }\n" : "; allow \"u\"; }\n");
}

static struct certmap_rules *random_rules(struct t_random *random) {
    static const char *const policies[] = {"first", "all", "unique", "most-specific"};
    return t_rules_each(policies[t_random_below(random, COUNT(policies))], MAPPINGS, random, put_mapping);
}

static void random_peer(struct t_peer *peer, struct t_random *random) {
    struct t_buf subject = T_BUF_INIT;
    t_put_line(&subject, "CN=abc% | O=Org 1 | 1.2.3.4=a1", t_random_below(random, UNITS));
    t_put(&subject, t_random_chance(random, 20) ? " | L=\\{ab*300}" : "");
    t_put(&subject, t_random_chance(random, 20) ? " | octet 1.2.3.4=x" : "");
    t_put(&subject, t_random_chance(random, 20) ? " | octet O=x" : "");
    t_put(&subject, t_random_chance(random, 20) ? " | octet OU=x" : "");
    for (size_t i = t_random_below(random, UNITS); i > 0; i--)
        t_put_line(&subject, " | OU=Unit %", i - 1);
    t_peer_make(peer, t_cstr(&subject), "CN=CA");
    t_buf_free(&subject);
}

T_TEST(many_mappings) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct certmap_rules *rules = random_rules(&random);
    for (size_t i = 0; i < 8; i++) {
        struct t_peer peer;
        random_peer(&peer, &random);
        ck_assert(t_search_agree(rules, peer.peer));
        t_peer_free(&peer);
    }
    certmap_rules_free(rules);
}

/* What made mappings false makes one false only where it is a member of its root, and as it was: not in a group, and not
 * without its NOT. */
T_TEST(the_same_elsewhere) {
    static const char *const lasts[] = {
        "subject.L present and (not subject.O = \"o\" or not subject.CN = \"x\")",
        "subject.CN like \"*\" and subject.O = \"o\"",
        "not (subject.L = \"l\" and not subject.O = \"o\")",
    };
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MAPPINGS; i++)
        t_put_line(&text, "mapping \"m%\" { when not subject.L = \"x%\" and not subject.O = \"o\"; deny; }\n", i);
    t_put(&text, "mapping \"last\" { when ");
    t_put(&text, lasts[_i]);
    t_put(&text, "; allow \"u\"; }\n");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, "O=o | CN=c | L=l2", "CN=CA");
    ck_assert(t_search_agree(rules, peer.peer));
    ck_assert_uint_eq(t_match(rules, peer.peer).index, MAPPINGS);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Which of three members makes a mapping false changes after every ten, and the last mapping holds. */
T_TEST(another_member) {
    static const char *const subjects[] = {"CN=a | O=a | OU=a", "CN=a | O=a | octet OU=a", "CN=a | O=a | OU=b",
                                           "CN=a | O=a | OU=x | OU=a"};
    static const char *const members[] = {
        "not subject.CN = ", " and not (subject.O = \"z\" or subject.O = ", ") and not subject.OU like "};
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i <= MAPPINGS; i++) {
        t_put_line(&text, "mapping \"m%\" { when ", i);
        for (size_t k = 0; k < COUNT(members); k++) {
            t_put(&text, members[k]);
            t_put_line(&text, i < MAPPINGS && i / 10 % COUNT(members) == k ? "\"a\"" : "\"b%\"", i);
        }
        t_put(&text, i < MAPPINGS ? "; deny; }\n" : "; allow \"u\"; }\n");
    }
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, subjects[_i], "CN=CA");
    ck_assert(t_search_agree(rules, peer.peer));
    ck_assert(_i > 0 || t_match(rules, peer.peer).index == MAPPINGS);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Mappings of many members that no other has, and what makes them false is at the end of each: hardly any but that is looked
 * at. */
static const char *const dear_members[] = {
    " and not subject.OU like \"*nit*x%\"",
    " and (subject.OU = \"y%\" or not subject.OU = \"Unit 5\" or not every subject.OU like \"x%*\")",
    " and not last subject.OU = \"y%\"",
    " and not subject.OU in (\"y%\", \"z\")",
    " and every subject.OU like (\"Unit *\", \"%\") and not every subject.OU like \"U*%\"",
};

T_TEST(what_made_others_false_is_tried_first) {
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    struct t_peer peer;
    enum { MANY = 600, OWN = 5, UNITS_HERE = 40, ALL_SMALL = 80000, STEPS_EACH = 16 };
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MANY; i++) {
        t_put_line(&text, "mapping \"m%\" { when issuer.CN present", i);
        for (size_t k = 0; k < OWN; k++)
            t_put_line(&text, dear_members[_i], i * OWN + k);
        t_put_line(&text, " and not subject.OU = \"Unit %\"; deny; }\n", i % UNITS_HERE);
    }
    for (size_t i = 0; i < UNITS_HERE; i++)
        t_put_line(&subject, i > 0 ? " | OU=Unit %" : "OU=Unit %", i);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_NO_MATCH);
    ck_assert_uint_lt(t_search_steps(rules, peer.peer, false), ALL_SMALL + MANY * STEPS_EACH);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&subject);
    t_buf_free(&text);
}

/* A hundred NOTs in each of thousands of mappings, and one of a hundred others at their end: a step for each. */
T_TEST(known_conditions_take_a_step) {
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    struct t_peer peer;
    enum { MANY = 1000, NOTS = 50 };
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MANY; i++) {
        t_put_line(&text, "mapping \"m%\" { when issuer.CN present", i);
        for (size_t k = 0; k < NOTS; k++)
            t_put_line(&text, " and not subject.OU = \"a%\"", (i * 7 + k) % 700);
        t_put_line(&text, " and not subject.OU = \"Unit %\"; deny; }\n", i % 100);
    }
    for (size_t i = 0; i < 100; i++)
        t_put_line(&subject, i > 0 ? " | OU=Unit %" : "OU=Unit %", i);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer); /* plainly it takes all steps there are */
    ck_assert_int_eq(result.reason, CERTMAP_CODE_NO_MATCH);
    ck_assert_uint_lt(t_search_steps(rules, peer.peer, false), 2 * MANY * NOTS);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&subject);
    t_buf_free(&text);
}

/* Mappings of NOTs, each false for a pattern of its own. The index may take half of the steps, which is not enough for all; those
 * that it got through need not be looked at again. */
T_TEST(what_the_index_found_is_kept) {
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    enum { MANY = 800, PART = 10, MORE = 13 };
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MANY; i++) {
        t_put_line(&text, "mapping \"m%\" { when not subject.OU like \"*x%?y\" and not subject.CN like \"", i);
        for (size_t k = 0; k < i; k++)
            t_put(&text, "?");
        t_put(&text, "*\"; deny; }\n");
    }
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, "CN=\\{ab*500} | OU=u | OU=xy", "CN=CA");
    rules->steps = CERTMAP_MAX_STEPS;
    const size_t steps = t_search_steps(rules, peer.peer, false);
    rules->steps = steps / PART * MORE + MANY;
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_NO_MATCH);
    rules->steps = steps / PART * (PART / 2); /* too few */
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_UNREADABLE);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- values by place and number ---- */

/* Around where there are enough values to be counted, and where their marks move apart. */
static const size_t counts[] = {0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 129, 200};

static const char *const questions[] = {
    "at % subject.OU = \"Unit %\"",
    "not at % subject.OU like \"*nit*\"",
    "subject.any like (\"*it %\", \"Or?*%\", \"*bab*\")",
    "subject.OU like (\"*nit %\", \"y%*\")",
    "subject.1.2.3.4 like (\"a%*\", \"*b\")",
    "subject.OU matches (\"[a-z]*%\", \"Un.*%\")",
    "count(subject.OU) = %",
    "not last subject.OU = nocase \"UNIT %\"",
    "at % subject.any in (\"x\", \"Unit %\")",
    "count(subject.any) = %",
    "last subject.1.2.3.4 = \"t%\"",
    "at % subject.1.2.3.4 = \"t%\"",
    "only subject.OU = \"Unit %\"",
    "count(subject.1.2.3.4) = %",
};

static void put_question(struct t_buf *text, struct t_random *random, size_t number) {
    t_put_line(text, "mapping \"m%\" { when ", number);
    t_put_line(text, questions[t_random_below(random, COUNT(questions))], 1 + number % (MAPPINGS / 2));
    t_put(text, " and subject.L absent; allow \"u\"; }\n");
}

/* Each place and number of values is asked for, with policies that ask further. */
T_TEST(places_and_numbers) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct certmap_rules *rules = t_rules_each(_i % 2 == 0 ? "all" : "first", MAPPINGS, &random, put_question);
    struct t_buf subject = T_BUF_INIT;
    struct t_peer peer;
    t_put(&subject, _i % 3 == 0 ? "L=l" : "CN=c");
    for (size_t i = 0; i < counts[_i]; i++)
        t_put_line(&subject, i % 11 == 10 ? " | octet OU=x" : i % 4 == 3 ? " | 1.2.3.4=t%" : " | OU=Unit %", i + 1);
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    ck_assert(t_search_agree(rules, peer.peer));
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&subject);
}

/* Thousands of mappings ask a thousand values: they are counted once. */
static const char *const far_questions[] = {"not last subject.OU = \"Unit 999\" or count(subject.OU) = %",
                                            "at 977 subject.OU = \"x%\"", "at 600 subject.any like \"x*%\"",
                                            "count(subject.any) = %"};

T_TEST(values_are_counted_once) {
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    struct t_peer peer;
    enum { MANY = 2000, VALUES = 1000, STEPS_EACH = 100 };
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MANY; i++) {
        t_put_line(&text, "mapping \"m%\" { when ", i);
        t_put_line(&text, far_questions[_i], VALUES + 2 + i);
        t_put(&text, "; deny; }\n");
    }
    for (size_t i = 0; i < VALUES; i++)
        t_put_line(&subject, i > 0 ? " | OU=Unit %" : "OU=Unit %", i);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_NO_MATCH);
    ck_assert_uint_lt(t_search_steps(rules, peer.peer, false), MANY * STEPS_EACH);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&subject);
    t_buf_free(&text);
}

/* A place after the last value has none: not one that a mark is left of. Of mappings for each place, from the last to the first,
 * the first that holds is that of the last value. */
static const struct {
    const char *question, *value;
} any_values[] = {{"at % subject.OU like \"*\"", "OU=Unit %"},
                  {"at % subject.any like \"*\"", "OU=Unit %"},
                  {"at % subject.1.2.3.4 like \"*\"", "1.2.3.4=t%"}};

T_TEST(there_is_none_after_the_last) {
    enum { PLACES = 140, NEAREST = 17 };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < PLACES; i++) {
        t_put_line(&text, "mapping \"m%\" { when ", i);
        t_put_line(&text, any_values[_i].question, PLACES - i);
        t_put(&text, "; allow \"u\"; }\n");
    }
    struct certmap_rules *rules = t_rules_of(&text);
    for (size_t count = NEAREST; count <= PLACES; count++) {
        struct t_buf subject = T_BUF_INIT;
        struct t_peer peer;
        for (size_t i = 0; i < count; i++) {
            t_put(&subject, i > 0 ? " | " : "");
            t_put_line(&subject, any_values[_i].value, i);
        }
        t_peer_make(&peer, t_cstr(&subject), "CN=CA");
        ck_assert_uint_eq(t_match(rules, peer.peer).index, PLACES - count);
        t_peer_free(&peer);
        t_buf_free(&subject);
    }
    certmap_rules_free(rules);
}

/* ---- too few steps ---- */

/* With fewer steps than a match takes, nobody knows; no part of what was found out is taken for the whole. */
static void assert_unknown_with_fewer(const char *mapping, size_t many, size_t values) {
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < many; i++)
        t_put_line(&text, mapping, i);
    for (size_t i = 0; i < values; i++)
        t_put_line(&subject, i > 0 ? " | OU=Unit %" : "OU=Unit %", i);
    struct certmap_rules *rules = t_rules_of(&text);
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    rules->steps = CERTMAP_MAX_STEPS;
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_NO_MATCH);
    const size_t steps = t_search_steps(rules, peer.peer, false);
    for (rules->steps = 1; rules->steps < 3 * steps; rules->steps++) {
        const enum certmap_code code = t_match(rules, peer.peer).reason;
        if (code != CERTMAP_CODE_UNREADABLE && (code != CERTMAP_CODE_NO_MATCH || rules->steps <= steps))
            ck_abort_msg("%s with %zu of %zu steps", certmap_code_name(code), rules->steps, steps);
    }
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&subject);
}

static const struct {
    const char *mapping; /* the number is its own */
    size_t many, values;
} with_fewer[] = {
    {"mapping \"m%\" { when not last subject.OU = \"Unit 599\" and subject.L absent; deny; }\n", 40, 600},
    {"mapping \"m%\" { when count(subject.OU) = 300 and subject.L absent; deny; }\n", 40, 600},
};

T_TEST(unknown_with_fewer_steps) {
    assert_unknown_with_fewer(with_fewer[_i].mapping, with_fewer[_i].many, with_fewer[_i].values);
}

/* Each of these is false for what is known of others, which takes steps, too: a match that has none left does not know. */
static struct certmap_rules *rules_of_known(void) {
    enum { MANY = 160, NOTS = 20, OTHERS = 300, AT_END = 40 };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MANY; i++) {
        t_put_line(&text, "mapping \"m%\" { when issuer.CN present", i);
        for (size_t k = 0; k < NOTS; k++)
            t_put_line(&text, " and not subject.OU = \"a%\"", (i * 7 + k) % OTHERS);
        t_put_line(&text, " and not subject.OU = \"Unit %\"; deny; }\n", i % AT_END);
    }
    return t_rules_of(&text);
}

static bool is_known_with(struct certmap_rules *rules, struct certmap_peer *peer, size_t steps) {
    rules->steps = steps;
    return t_match(rules, peer).reason == CERTMAP_CODE_NO_MATCH;
}

/* The fewest steps with which a match knows, by halves. */
static size_t fewest_steps(struct certmap_rules *rules, struct certmap_peer *peer) {
    size_t few = 0, enough = CERTMAP_MAX_STEPS;
    ck_assert(is_known_with(rules, peer, enough));
    while (enough - few > 1) {
        const size_t middle = (few + enough) / 2;
        if (is_known_with(rules, peer, middle))
            enough = middle;
        else
            few = middle;
    }
    return enough;
}

T_TEST(known_without_a_step_is_unknown) {
    enum { NEAR = 60 };
    struct t_buf subject = T_BUF_INIT;
    struct t_peer peer;
    for (size_t i = 0; i < 40; i++)
        t_put_line(&subject, i > 0 ? " | OU=Unit %" : "OU=Unit %", i);
    struct certmap_rules *rules = rules_of_known();
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    const size_t fewest = fewest_steps(rules, peer.peer);
    for (size_t steps = fewest - NEAR; steps < fewest + NEAR; steps++)
        if (is_known_with(rules, peer.peer, steps))
            ck_assert_uint_lt(t_search_steps(rules, peer.peer, false), steps);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&subject);
}

/* ---- what is worth a look ---- */

/* Steps of mappings that are false of so many values: some conditions of each are its own and take long, those of a pool are
 * shared. In the lines % is the number of the mapping, or its remainder. */
struct worth {
    const char *what, *own, *shared, *last;
    size_t many, values, pool;
    size_t places; /* members that may come after the one that is shared */
    size_t steps;  /* fewer are taken */
};

static const struct worth worths[] = {
    {"known of another mapping, at many places", " and every subject.OU like (\"*nit ?\", \"%\", \"*nit ??\")",
     " and not subject.OU = \"Unit %\"", " and not subject.CN = \"b%\"", 1000, 40, 40, 20, 250000},
    {"a quicker one after one that takes long", " and every subject.OU like (\"*nit ?\", \"*nit 1?\", \"x%\")",
     " and not subject.OU = \"Unit %\"", "", 600, 40, 40, 1, 100000},
    {"one that takes very long, of few mappings", " and every subject.OU like (\"*n?t*\", \"%\")",
     " and not subject.OU = \"Unit %\"", "", 60, 1000, 40, 1, 100000},
};

static struct certmap_rules *rules_of_worth(const struct worth *worth) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < worth->many; i++) {
        t_put_line(&text, "mapping \"m%\" { when issuer.CN present", i);
        t_put_line(&text, worth->own, i);
        t_put_line(&text, worth->shared, i % worth->pool);
        for (size_t k = i * 7 % worth->places; k > 0; k--)
            t_put_line(&text, worth->last, k);
        t_put(&text, "; deny; }\n");
    }
    return t_rules_of(&text);
}

T_TEST(what_is_worth_a_look) {
    const struct worth *worth = &worths[_i];
    struct t_buf subject = T_BUF_INIT;
    struct t_peer peer;
    t_put(&subject, "O=o");
    for (size_t i = 0; i < worth->values; i++)
        t_put_line(&subject, " | OU=Unit %", i);
    struct certmap_rules *rules = rules_of_worth(worth);
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_NO_MATCH);
    const size_t steps = t_search_steps(rules, peer.peer, false);
    ck_assert_msg(steps < worth->steps, "%s: %zu", worth->what, steps);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&subject);
}

/* A pattern of so many question marks takes long at each place; that its last letters are nowhere is found out after a few. */
T_TEST(a_pattern_that_takes_long_is_left) {
    enum { MARKS = 100, LONG = 200000, SHORT = 20000 };
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; mapping \"m\" { when not subject.CN like \"*a");
    for (size_t i = 0; i < MARKS; i++)
        t_put(&text, "?");
    t_put(&text, "xyq*\" and not issuer.CN like \"*A\"; deny; }\n");
    struct certmap_rules *rules = t_rules_of(&text);
    t_peer_make(&peer, "CN=\\{a*5000}", "CN=CA");
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_NO_MATCH);
    ck_assert_uint_gt(t_search_steps(rules, peer.peer, true), LONG);
    ck_assert_uint_lt(t_search_steps(rules, peer.peer, false), SHORT);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- the memo ---- */

static const uint32_t ends[] = {10, 1000, CM_KNOWN - 1, CM_KNOWN, CM_KNOWN + 1, 3 * CM_KNOWN};

/* Whatever is recalled is what was kept; before there are many, and after. */
T_TEST(what_is_kept) {
    static struct cm_memo memo;
    struct t_random random = T_RANDOM_SEED(_i + 1);
    const uint32_t end = ends[_i];
    uint8_t *truths = calloc(end, 1);
    size_t recalled = 0;
    ck_assert_ptr_nonnull(truths);
    cm_memo_begin(&memo);
    for (size_t i = 0; i < 20000; i++) {
        const uint32_t offset = i % 5 == 0 ? end - 1 : (uint32_t)t_random_below(&random, end);
        enum certmap_truth truth;
        if (cm_memo_recall(&memo, offset, &truth)) {
            ck_assert_int_eq((int)truth + 1, truths[offset]);
            recalled++;
            continue;
        }
        truth = (enum certmap_truth)(truths[offset] > 0 ? truths[offset] - 1u : t_random_below(&random, 3));
        truths[offset] = (uint8_t)(truth + 1);
        cm_memo_keep(&memo, offset, end, truth);
    }
    ck_assert_uint_eq(memo.known_end, end < CM_KNOWN ? (end > CM_MEMOS ? end : 0) : CM_KNOWN);
    ck_assert_uint_gt(recalled, 1000);
    free(truths);
}

T_TESTS("memo",
        T_CASE("mappings", T_LOOP(many_mappings, SEEDS), T_LOOP(the_same_elsewhere, 3), T_LOOP(another_member, 4),
               T_LOOP(what_made_others_false_is_tried_first, COUNT(dear_members)), known_conditions_take_a_step,
               what_the_index_found_is_kept),
        T_CASE("counted", T_LOOP(places_and_numbers, COUNT(counts)),
               T_LOOP(values_are_counted_once, COUNT(far_questions)),
               T_LOOP(there_is_none_after_the_last, COUNT(any_values))),
        T_CASE("steps", T_LOOP(unknown_with_fewer_steps, COUNT(with_fewer)), known_without_a_step_is_unknown),
        T_CASE("worth", T_LOOP(what_is_worth_a_look, COUNT(worths)), a_pattern_that_takes_long_is_left),
        T_CASE("memo", T_LOOP(what_is_kept, COUNT(ends))))
