/* SPDX-License-Identifier: MIT */
/* Work that whoever makes a certificate can cause: it takes steps, there is one purse of them for a match, and what runs
 * out of them is never less safe. Nothing here is timed. */
#include "base/glob.h"
#include "field/compare.h"
#include "field/peer.h"
#include "field/value_set.h"
#include "match/output.h"
#include "rule/store.h"
#include "rules.h"
#include "support/random.h"
#include "support/search.h"

#define EXTENSION(oid) "SEQUENCE{ OID{ " oid " } OCTETSTRING{ SEQUENCE{ "

static void set_extensions(struct t_peer *peer, struct t_buf *bytes, const struct t_buf *text) {
    struct t_buf copy = T_BUF_INIT;
    t_bytes(&copy, text->data, text->len);
    t_der(bytes, t_cstr(&copy));
    t_buf_free(&copy);
    peer->cert.extensions = t_view(bytes);
    ck_assert_int_eq(certmap_peer_set(peer->peer, &peer->cert, NULL), CERTMAP_OK);
}

/* ---- many values of several fields, one of each of which cannot be read ---- */

enum { MAPPINGS = 1000 };

static struct certmap_rules *ordinary_rules(void) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MAPPINGS; i++)
        t_put_line(
            &text,
            "mapping \"u%\" { when subject.CN = \"user-%\" and subject.OU = \"Unit %\" and subject.O = \"Org %\" and "
            "eku = \"clientAuth\" and san.email = \"user-%@contoso.example\" and issuer.CN = \"Contoso CA %\"; allow "
            "\"CONTOSO\\\\u%\"; }\n",
            i);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

static void hostile_peer(struct t_peer *peer, struct t_buf *bytes, size_t values) {
    struct t_buf subject = T_BUF_INIT, extensions = T_BUF_INIT;
    t_put(&subject, "octet CN=x | octet OU=x | octet O=x");
    for (size_t i = 0; i < values; i++)
        t_put_line(&subject, " | CN=somebody % | OU=unit % | O=organization %", i);
    t_peer_make(peer, t_cstr(&subject), "CN=Partner CA");
    t_put(&extensions, "SEQUENCE{ " EXTENSION("2.5.29.17"));
    for (size_t i = 0; i < values; i++)
        t_put_line(&extensions, "81{ \"somebody%@partner.example\" } ", i);
    t_put(&extensions, "81{ FF } } } } " EXTENSION("2.5.29.37"));
    for (size_t i = 0; i < values; i++)
        t_put_line(&extensions, "OID{ 1.3.6.1.4.1.32473.9.% } ", i);
    t_put(&extensions, "OID{ 1.3.6.1.5.5.7.3.2 } } } } }");
    set_extensions(peer, bytes, &extensions);
    t_buf_free(&subject);
    t_buf_free(&extensions);
}

/* All mappings are looked at, each for a few steps, however many values there are. Before, each of six value sets was
 * filled anew for each mapping. */
T_TEST(unreadable_values_among_many) {
    struct certmap_rules *rules = ordinary_rules();
    size_t taken[2];
    for (size_t i = 0; i < 2; i++) {
        struct t_buf bytes = T_BUF_INIT;
        struct t_peer peer;
        char answer[64];
        hostile_peer(&peer, &bytes, i == 0 ? 100 : 400);
        taken[i] = t_search_steps(rules, peer.peer, false);
        const struct certmap_result result = t_match(rules, peer.peer);
        t_answer(answer, sizeof answer, &result);
        ck_assert_str_eq(answer, "none no-match");
        ck_assert(t_search_agree(rules, peer.peer) || i == 1); /* plainly it takes all steps there are */
        t_peer_free(&peer);
        t_buf_free(&bytes);
    }
    ck_assert_uint_ge(taken[0], 2 * MAPPINGS);
    ck_assert_uint_lt(taken[1], 50 * MAPPINGS);
    ck_assert_uint_lt(taken[1], taken[0] + taken[0] / 2 + 10000);
    certmap_rules_free(rules);
}

/* ---- types of AVAs ---- */

/* So few values that they have no set by type, and as many as have one. */
enum { TYPED_VALUES = CM_VALUE_SET_MIN - 1, MANY_TYPED = 50, ARCS = 1000 };

static void put_type(struct t_buf *text, const char *last) {
    t_put(text, "1.2");
    for (size_t i = 0; i < ARCS; i++)
        t_put(text, ".9");
    t_put(text, last);
}

/* One mapping, in which a % is a type as long as there may be, and a peer with many values of types as long that differ
 * from it at their end. */
static struct certmap_rules *make_typed(struct t_peer *peer, size_t values, const char *mapping) {
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    t_put(&subject, "CN=x");
    for (size_t i = 0; i < values; i++) {
        t_put(&subject, " | ");
        put_type(&subject, ".8=x");
    }
    t_peer_make(peer, t_cstr(&subject), "CN=CA");
    t_put(&text, "certmap 1; ");
    for (; *mapping != 0; mapping++)
        if (*mapping == '%')
            put_type(&text, ".7");
        else
            t_bytes(&text, mapping, 1);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    t_buf_free(&subject);
    return rules;
}

static const char *const typed[] = {
    "mapping \"m\" { when not (subject.% like \"y?\") and subject.CN = \"y\"; deny; }",
    "mapping \"m\" { when subject.% present; deny; }",
    "mapping \"m\" { when every subject.% = \"y\"; deny; }",
};

static void check_long_types(const char *mapping, size_t values, size_t least) {
    struct t_peer peer;
    struct certmap_rules *rules = make_typed(&peer, values, mapping);
    ck_assert_uint_ge(t_search_steps(rules, peer.peer, false), least);
    ck_assert_uint_ge(t_search_steps(rules, peer.peer, true), least);
    rules->steps = least;
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_UNREADABLE);
    certmap_rules_free(rules);
    t_peer_free(&peer);
}

/* Comparing them takes steps, and so does looking for one of them. */
T_TEST(long_types) {
    check_long_types(typed[_i], TYPED_VALUES, TYPED_VALUES * ARCS / 16);
    check_long_types(typed[_i], MANY_TYPED, ARCS / 16);
}

T_TEST(long_type_of_a_placeholder) {
    struct t_peer peer;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_rules *rules =
        make_typed(&peer, MANY_TYPED, "mapping \"m\" { when subject.CN = \"x\"; allow \"u-${subject.%}\"; }");
    size_t steps = CERTMAP_MAX_STEPS;
    cm_output_build(&result, rules, cm_mapping_at(rules, 0), peer.peer, &steps);
    ck_assert_int_eq(result.reason, CERTMAP_CODE_PLACEHOLDER_NO_VALUE);
    ck_assert_uint_ge(CERTMAP_MAX_STEPS - steps, MANY_TYPED * ARCS / 16);
    steps = MANY_TYPED * ARCS / 16;
    cm_output_build(&result, rules, cm_mapping_at(rules, 0), peer.peer, &steps);
    ck_assert_int_eq(result.reason, CERTMAP_CODE_PLACEHOLDER_TOO_LONG);
    certmap_rules_free(rules);
    t_peer_free(&peer);
}

/* ---- whole Names ---- */

/* Each Name of the certificate, of so few that they have no set, is compared with each operand: a step at least, whether they
 * have as many RDNs or not. */
static const struct {
    const char *op, *name;
} names[] = {
    {"in", "SET{ SEQUENCE{ OID{ 2.5.4.3 } UTF8String{ \"a\" } } }"},
    {"in",
     "SET{ SEQUENCE{ OID{ 2.5.4.3 } UTF8String{ \"a\" } } } SET{ SEQUENCE{ OID{ 2.5.4.10 } UTF8String{ \"a\" } } } "
     "SET{ SEQUENCE{ OID{ 2.5.4.11 } UTF8String{ \"a\" } } }"},
    {"under", "SET{ SEQUENCE{ OID{ 2.5.4.3 } UTF8String{ \"a\" } } SEQUENCE{ OID{ 2.5.4.10 } UTF8String{ \"a\" } } }"},
    {"under", "SET{ SEQUENCE{ OID{ 2.5.4.3 } UTF8String{ \"a\" } } SEQUENCE{ OID{ 2.5.4.10 } UTF8String{ \"a\" } } } "
              "SET{ SEQUENCE{ OID{ 2.5.4.10 } UTF8String{ \"a\" } } } SET{ SEQUENCE{ OID{ 2.5.4.10 } UTF8String{ \"a\" "
              "} } }"},
};

T_TEST(each_name_and_operand_takes_a_step) {
    enum { NAMES = CM_VALUE_SET_MIN - 1, OPERANDS = 2000 };
    struct t_buf text = T_BUF_INIT, bytes = T_BUF_INIT, extensions = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; mapping \"p\" { when san.dirname ");
    t_put(&text, names[_i].op);
    for (size_t i = 0; i < OPERANDS; i++)
        t_put_line(&text, i == 0 ? " (\"CN=partner %,O=Contoso,C=US\"" : ", \"CN=partner %,O=Contoso,C=US\"", i);
    t_put(&text, ", \"CN=#0401FF,O=Contoso,C=US\"); deny; }"); /* which cannot be read: no set of operands knows it */
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_put(&extensions, "SEQUENCE{ " EXTENSION("2.5.29.17"));
    for (size_t i = 0; i < NAMES; i++) {
        t_put(&extensions, "A4{ SEQUENCE{ ");
        t_put(&extensions, names[_i].name);
        t_put(&extensions, " } } ");
    }
    t_put(&extensions, "} } } }");
    t_peer_make(&peer, "CN=x", "CN=CA");
    set_extensions(&peer, &bytes, &extensions);
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_NO_MATCH);
    ck_assert_uint_gt(t_search_steps(rules, peer.peer, false), NAMES * OPERANDS);
    rules->steps = NAMES * OPERANDS;
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_int_eq(result.decision, CERTMAP_DENY);
    ck_assert_int_eq(result.reason, CERTMAP_CODE_UNREADABLE);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&bytes);
    t_buf_free(&extensions);
}

/* RDNs of many AVAs in which every partner is at the other end: going past those that have one takes steps. */
T_TEST(partners_at_the_other_end) {
    enum { AVAS = 250 };
    static struct cm_value here[AVAS], there[AVAS];
    static char texts[AVAS][8];
    for (size_t i = 0; i < AVAS; i++) {
        snprintf(texts[i], sizeof texts[i], "v%zu", i);
        here[i] = (struct cm_value){.oid = t_text("U"), .text = {t_text(texts[i]), t_text(texts[i])}};
        there[AVAS - 1 - i] = here[i];
    }
    const struct cm_list a = {.values = here, .count = AVAS, .rdn_count = 1};
    const struct cm_list b = {.values = there, .count = AVAS, .rdn_count = 1};
    size_t steps = 1000000;
    ck_assert_int_eq(cm_name_equal(&a, &b, false, &steps), CERTMAP_TRUE);
    ck_assert_uint_gt(1000000 - steps, AVAS * AVAS / 2);
    steps = 1000000;
    ck_assert_int_eq(cm_name_equal(&a, &a, false, &steps), CERTMAP_TRUE);
    ck_assert_uint_gt(1000000 - steps, AVAS * (AVAS / 16)); /* each passes all before it */
}

/* An RDN of many AVAs, none of which a base of one is compared with: to count them takes steps. */
T_TEST(an_rdn_that_is_counted) {
    enum { AVAS = 200 };
    static struct cm_value many[AVAS];
    const struct cm_list name = {.values = many, .count = AVAS, .rdn_count = 1};
    const struct cm_list base = {.values = many, .count = 1, .rdn_count = 1};
    size_t steps = 1000000;
    ck_assert_int_eq(cm_name_under(&name, &base, &steps), CERTMAP_FALSE);
    ck_assert_uint_ge(1000000 - steps, AVAS / 4);
}

/* ---- literals of patterns ---- */

static size_t glob_steps(const char *front, size_t literal, const char *text) {
    struct t_buf pattern = T_BUF_INIT;
    size_t steps = 1000000;
    for (; *front != 0; front++)
        t_bytes(&pattern, *front == '*' ? "\xFF" : "\xFE", 1);
    for (size_t i = 0; i < literal; i++)
        t_put(&pattern, "a");
    t_put(&pattern, "b\xFF");
    ck_assert_int_eq(cm_glob_match(t_view(&pattern), t_text(text), &steps), CERTMAP_FALSE);
    t_buf_free(&pattern);
    return 1000000 - steps;
}

/* Of a literal that is longer than the text no more is read than is needed to see that; what is read takes steps. */
T_TEST(long_literals) {
    char text[2001];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    static const char *const fronts[] = {"*", "?*", "**", "*?*"};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        ck_assert_uint_ge(glob_steps(fronts[i], 60000, "aa"), 1);
        ck_assert_uint_lt(glob_steps(fronts[i], 60000, "aa"), 16);
        ck_assert_uint_ge(glob_steps(fronts[i], 60000, text), 2000 / 16);
    }
}

/* ---- one purse, and what is safe ---- */

static bool same_view(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* What fewer steps may do to an answer: an allow stays what it is or is none; a refusal stays one, or is none; what is
 * said to be no match is none. */
static void check_safe(const struct certmap_result *few, const struct certmap_result *all, size_t steps) {
    const bool same = few->decision == all->decision && few->index == all->index && few->reason == all->reason;
    if (few->decision == CERTMAP_ALLOW)
        ck_assert_msg(same && same_view(few->account, all->account) && few->account_count == all->account_count &&
                          few->group_count == all->group_count,
                      "allowed in %zu steps", steps);
    if (few->reason == CERTMAP_CODE_NO_MATCH)
        ck_assert_msg(same, "no match in %zu steps", steps);
}

/* With every few numbers of steps, under every policy. */
T_TEST(fewer_steps_are_safe) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct t_random_cert made = T_RANDOM_CERT_INIT;
    struct certmap_peer *peer = t_peer_new();
    size_t allowed = 0, unreadable = 0;
    for (size_t set = 0; set < 40; set++) {
        struct t_buf text = T_BUF_INIT;
        struct t_world world;
        t_world_make(&world, &random);
        t_world_rules(&text, &world);
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        ck_assert(t_index_make(rules));
        for (size_t i = 0; i < 5; i++) {
            t_world_cert(&made, &world);
            ck_assert_int_eq(certmap_peer_set(peer, &made.cert, NULL), CERTMAP_OK);
            rules->steps = CERTMAP_MAX_STEPS;
            /* Texts are in the peer, or in the rules: another match builds the same ones in the same place. */
            const struct certmap_result all = t_match(rules, peer);
            for (size_t steps = 1; steps < 3000; steps += 1 + steps / 4) {
                rules->steps = steps;
                const struct certmap_result few = t_match(rules, peer);
                check_safe(&few, &all, steps);
                allowed += few.decision == CERTMAP_ALLOW;
                unreadable += few.reason == CERTMAP_CODE_UNREADABLE;
            }
        }
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
    ck_assert_uint_gt(allowed, 50);
    ck_assert_uint_gt(unreadable, 500);
    certmap_peer_free(peer);
    t_random_cert_free(&made);
}

/* Twelve patterns that nearly match, and then what the certificate matches. The index evaluates all of them in vain,
 * and so they are evaluated one by one. */
static const struct {
    const char *policy, *last, *enough, *few;
} purses[] = {
    {"first", "deny", "deny last", "none m0 unreadable"},
    {"first", "allow \"a\"", "allow last", "none m0 unreadable"},
    {"unique", "deny", "deny last", "deny last unreadable"},
    {"unique", "allow \"a\"", "allow last", "none m0 unreadable"},
    {"all", "deny", "deny last", "deny last unreadable"},
    {"all", "allow \"a\"", "allow last", "none m0 unreadable"},
    {"most-specific", "deny", "deny last", "deny last unreadable"},
    {"most-specific", "allow \"a\"", "allow last", "none m0 unreadable"},
};

static void check_purse(int row, size_t *plain, size_t steps, const char *wanted) {
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    char answer[64];
    t_put(&text, "certmap 1; policy ");
    t_put(&text, purses[row].policy);
    t_put(&text, ";\n");
    for (size_t i = 0; i < 12; i++)
        t_put_line(&text, "mapping \"m%\" { when subject.CN like \"*aaaaaaaa?b%*\"; allow \"u\"; }\n", i);
    t_put(&text, "mapping \"last\" { when subject.O = \"o\"; ");
    t_put(&text, purses[row].last);
    t_put(&text, "; }\n");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, "CN=\\{a*500} | O=o", "CN=CA");
    *plain = t_search_steps(rules, peer.peer, true);
    if (steps > 0)
        rules->steps = steps;
    ck_assert_uint_le(t_search_steps(rules, peer.peer, false), rules->steps);
    const struct certmap_result result = t_match(rules, peer.peer);
    t_answer(answer, sizeof answer, &result);
    ck_assert_msg(strcmp(answer, wanted) == 0, "%s, %s, %zu steps: %s", purses[row].policy, purses[row].last, steps,
                  answer);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Where plainly n steps are enough, four times as many always are; where the index has taken its share in vain, there are
 * no more than were given. */
T_TEST(one_purse) {
    size_t plain, ignored;
    check_purse(_i, &plain, 0, purses[_i].enough);
    check_purse(_i, &ignored, 4 * plain + 4, purses[_i].enough);
    check_purse(_i, &ignored, plain / 100, purses[_i].few);
    check_purse(_i, &ignored, 1, purses[_i].few);
}

/* Seeds of the caller file mappings otherwise, and give the same answers. */
T_TEST(seeds_of_the_caller) {
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < 20; i++)
        t_put_line(&text, "mapping \"m%\" { when subject.CN = \"u%\"; deny; }\n", i);
    t_peer_make(&peer, "CN=u7", "CN=CA");
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
        struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
        struct certmap_rules *rules = NULL;
        build.seed = seed * 0x123456789ABCDEF1u;
        options.build = &build;
        ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), &options, NULL), CERTMAP_OK);
        ck_assert_uint_eq(t_match(rules, peer.peer).index, 7);
        certmap_rules_free(rules);
    }
    t_peer_free(&peer);
    t_buf_free(&text);
}

T_TESTS("steps",
        T_CASE("hostile", unreadable_values_among_many, T_LOOP(long_types, COUNT(typed)), long_type_of_a_placeholder,
               T_LOOP(each_name_and_operand_takes_a_step, COUNT(names)), partners_at_the_other_end,
               an_rdn_that_is_counted, long_literals),
        T_CASE("purse", T_LOOP(fewer_steps_are_safe, 10), T_LOOP(one_purse, COUNT(purses)), seeds_of_the_caller))
