/* SPDX-License-Identifier: MIT */
/* The plan of few mappings (rule/plan.h): which rules get one, what certificates it serves, and that it says what the
 * other searches say. */
#include "base/error.h"
#include "certmap/names.h"
#include "certmap/versioned.h"
#include "field/peer.h"
#include "index/tuning.h"
#include "match/plan.h"
#include "rules.h"
#include "support/random.h"
#include "support/search.h"
#include <stdarg.h>

/* ---- at random ---- */

enum { RANDOM_TESTS = 20, SETS_A_TEST = 200, CERTS_A_SET = 12 };

static const char *const texts[] = {"",
                                    "a",
                                    "A",
                                    "b",
                                    "ab",
                                    "Staff",
                                    "Sales",
                                    "Contoso Sales 01",
                                    "Contoso Sales 02",
                                    "contoso sales 01",
                                    "Contoso Sales 0123456789 0123456789 01",
                                    "Contoso Sales 0123456789 0123456789 02"};
static const char *const paths[] = {"subject.CN", "subject.OU", "subject.L", "issuer.O"};
static const char *any_text(struct t_random *random) {
    return texts[t_random_below(random, COUNT(texts))];
}

CM_PRINTF(2, 3) static void put(struct t_buf *text, const char *format, ...) {
    char line[512];
    va_list list;
    va_start(list, format);
    ck_assert_int_lt(vsnprintf(line, sizeof line, format, list), (int)sizeof line);
    va_end(list);
    t_put(text, line);
}

/* Mostly what is a test. */
static void put_condition(struct t_buf *text, struct t_random *random) {
    const char *path = paths[t_random_below(random, COUNT(paths))];
    const size_t kind = t_random_below(random, 12);
    if (kind == 0)
        put(text, "%s present", path);
    else if (kind == 1)
        put(text, "%s like \"%s*\"", path, any_text(random));
    else if (kind == 2)
        put(text, "(%s = \"%s\" or issuer.O = \"%s\")", path, any_text(random), any_text(random));
    else if (kind == 3)
        put(text, "not (%s = \"%s\" and issuer.O = \"%s\")", path, any_text(random), any_text(random));
    else
        put(text, "%s%s = %s\"%s\"", kind < 6 ? "not " : "", path, kind % 2 == 0 ? "nocase " : "", any_text(random));
}

static void put_mapping(struct t_buf *text, struct t_random *random, size_t number) {
    static const char *const outputs[] = {"deny", "allow \"u\"", "allow \"D\\\\u\"", "allow \"u@d\"",
                                          "allow \"${subject.CN}\""};
    const size_t conditions = 1 + t_random_below(random, 3);
    put(text, "mapping \"m%zu\" { when ", number);
    for (size_t i = 0; i < conditions; i++) {
        t_put(text, i > 0 ? " and " : "");
        put_condition(text, random);
    }
    put(text, "; %s; }\n", outputs[t_random_below(random, COUNT(outputs))]);
}

static struct certmap_rules *make_rules(struct t_random *random) {
    struct t_buf text = T_BUF_INIT;
    const size_t count = 1 + t_random_below(random, CM_MAX_PLANNED);
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < count; i++)
        put_mapping(&text, random, i);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

/* Mostly one value of a type; now and then none, two, or one that cannot be read. */
static void put_values(struct t_buf *name, struct t_random *random, const char *type) {
    const size_t kind = t_random_below(random, 12);
    if (kind == 0)
        return;
    put(name, " | %s%s=%s", kind == 1 ? "octet " : "", type, kind == 1 ? "x" : any_text(random));
    if (kind == 2)
        put(name, " | %s=%s", type, any_text(random));
}

static void set_random(struct t_peer *peer, struct t_random *random) {
    struct t_buf subject = T_BUF_INIT, issuer = T_BUF_INIT;
    t_put(&subject, "C=SE");
    t_put(&issuer, "C=SE");
    put_values(&subject, random, "CN");
    put_values(&subject, random, "OU");
    put_values(&subject, random, "L");
    put_values(&issuer, random, "O");
    t_peer_make(peer, t_cstr(&subject), t_cstr(&issuer));
    t_buf_free(&subject);
    t_buf_free(&issuer);
}

static bool is_served(const struct certmap_rules *rules, const struct t_peer *peer) {
    struct cm_plan_found found;
    return rules->plan != NULL && cm_plan_search(&found, rules, peer->peer);
}

T_TEST(random_rules) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    size_t served = 0, decisions[3] = {0, 0, 0};
    for (size_t set = 0; set < SETS_A_TEST; set++) {
        struct certmap_rules *rules = make_rules(&random);
        for (size_t i = 0; i < CERTS_A_SET; i++) {
            struct t_peer peer;
            set_random(&peer, &random);
            ck_assert_msg(t_search_agree(rules, peer.peer), "set %zu, certificate %zu", set, i);
            served += is_served(rules, &peer);
            decisions[t_match(rules, peer.peer).decision]++;
            t_peer_free(&peer);
        }
        certmap_rules_free(rules);
    }
    ck_assert_uint_ge(served, SETS_A_TEST * CERTS_A_SET / 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_ge(decisions[i], SETS_A_TEST * CERTS_A_SET / 20);
}

/* ---- which rules have a plan, and what is in it ---- */

static const struct {
    const char *about, *rules, *plan;
} plans[] = {
    {"tests, and a place for each row and case",
     "mapping \"m1\" { when subject.CN = \"a\" and not subject.OU = nocase \"b\"; deny; }",
     "2 places, tests 2, rest 0, made"},
    {"a place is there once", "mapping \"m2\" { when subject.CN = \"a\" and not subject.CN = \"b\"; deny; }",
     "1 places, tests 2, rest 0, made"},
    {"what is always true is no test", "mapping \"m3\" { when always; allow \"a\"; }",
     "0 places, tests 0, rest 0, made"},
    {"patterns, lists, groups and quantifiers are no tests",
     "mapping \"m4\" { when subject.CN = \"a\" and subject.CN like \"a*\" and subject.CN in (\"a\", \"b\") and "
     "(subject.OU = \"a\" or subject.OU = \"b\") and every subject.OU = \"a\"; deny; }",
     "1 places, tests 1, rest 6, made"},
    {"nor what is told apart by its OID", "mapping \"m5\" { when subject.1.2.3 = \"a\"; deny; }",
     "0 places, tests 0, rest 1, made"},
    {"nor an address, nor a whole Name", "mapping \"m6\" { when san.ip = \"10.0.0.1\" and issuer = \"CN=a\"; deny; }",
     "0 places, tests 0, rest 2, made"},
    {"an account with a placeholder is built", "mapping \"m7\" { when subject.CN = \"a\"; allow \"${subject.CN}\"; }",
     "1 places, tests 1, rest 0, built"},
    {"so is one with a group", "mapping \"m8\" { when subject.CN = \"a\"; allow \"a\"; group \"g\"; }",
     "1 places, tests 1, rest 0, built"},
    {"more places than there is room for",
     "mapping \"m9\" { when subject.CN = \"a\" and subject.OU = \"a\" and subject.O = \"a\" and subject.L = \"a\" and "
     "subject.C = \"a\" and subject.ST = \"a\" and issuer.CN = \"a\" and issuer.O = \"a\" and issuer.OU = \"a\"; deny; "
     "}",
     "8 places, tests 8, rest 1, made"},
    {"another policy", "policy all; mapping \"m10\" { when subject.CN = \"a\"; deny; }", "none"},
    {"few mappings without a test",
     "mapping \"m11\" { when subject.CN like \"a*\"; deny; } mapping \"m12\" { when subject.CN like \"b*\"; deny; }",
     "0 places, tests 0, rest 1, made"},
    {"as many as an index is better for",
     "mapping \"m13\" { when subject.CN like \"a*\"; deny; } mapping \"m14\" { when subject.CN like \"b*\"; deny; }"
     "mapping \"m15\" { when subject.CN like \"c*\"; deny; } mapping \"m16\" { when subject.CN like \"d*\"; deny; }"
     "mapping \"m17\" { when subject.CN like \"e*\"; deny; } mapping \"m18\" { when subject.CN like \"f*\"; deny; }",
     "none"},
};

static void tell_plan(char *text, size_t cap, const struct cm_plan *plan) {
    if (plan == NULL) {
        snprintf(text, cap, "none");
        return;
    }
    const struct cm_plan_mapping *first = plan->mappings;
    snprintf(text, cap, "%zu places, tests %zd, rest %zd, %s", plan->place_count, first->tests_end - first->tests,
             first->rest_end - first->rest, first->result != NULL ? "made" : "built");
}

T_TEST(plan) {
    struct t_buf text = T_BUF_INIT;
    char told[128];
    t_put(&text, "certmap 1; ");
    t_put(&text, plans[_i].rules);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    tell_plan(told, sizeof told, rules->plan);
    ck_assert_msg(strcmp(told, plans[_i].plan) == 0, "%s: %s", plans[_i].about, told);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- limits ---- */

static struct certmap_rules *so_many(size_t mappings, size_t nodes, size_t steps) {
    struct certmap_build_options options = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options parse = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct t_buf text = T_BUF_INIT;
    options.steps = steps;
    parse.build = &options;
    t_put(&text, "certmap 1;");
    for (size_t i = 0; i < mappings; i++) {
        put(&text, "mapping \"%zu\" { when subject.CN = \"%02zu\"", i, i);
        for (size_t k = i > 0 ? nodes : 2; k < nodes; k++) /* the root, and the first condition */
            put(&text, " and subject.CN = \"%zu\"", k);
        t_put(&text, "; deny; }");
    }
    ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), &parse, NULL), CERTMAP_OK);
    t_buf_free(&text);
    return rules;
}

static bool has_plan(size_t mappings, size_t nodes, size_t steps) {
    struct certmap_rules *rules = so_many(mappings, nodes, steps);
    const bool has = rules->plan != NULL;
    certmap_rules_free(rules);
    return has;
}

T_TEST(most_mappings) {
    ck_assert(has_plan(CM_MAX_PLANNED, 2, 0));
    ck_assert(!has_plan(CM_MAX_PLANNED + 1, 2, 0));
}

T_TEST(most_nodes) {
    ck_assert(has_plan(1, CM_MAX_PLANNED_NODES, 0));
    ck_assert(!has_plan(1, CM_MAX_PLANNED_NODES + 1, 0));
}

/* Two tests of three steps each. */
T_TEST(least_steps) {
    ck_assert(has_plan(2, 2, 6 * CM_PLAN_PART_OF_STEPS));
    ck_assert(!has_plan(2, 2, 6 * CM_PLAN_PART_OF_STEPS - 1));
}

/* What tests take is not there for the rest. */
T_TEST(steps_are_set_aside) {
    struct certmap_rules *rules = so_many(2, 2, 6 * CM_PLAN_PART_OF_STEPS);
    ck_assert_uint_eq(rules->plan->steps, 6);
    certmap_rules_free(rules);
}

/* A result of a smaller size, as older programs have it, gets what is in front. */
T_TEST(smaller_result) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when subject.CN = \"a\"; allow \"D\\\\u\"; }");
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    result.size = CERTMAP_FIRST_RESULT;
    ck_assert_int_eq(certmap_match(rules, peer.peer, &result, NULL), CERTMAP_OK);
    ck_assert_uint_eq(result.size, CERTMAP_FIRST_RESULT);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
    ck_assert(certmap_text_same(result.accounts[0], result.account));
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TESTS("plan", T_CASE("at random", T_LOOP(random_rules, RANDOM_TESTS)),
        T_CASE("what is in it", T_LOOP(plan, COUNT(plans))),
        T_CASE("limits", most_mappings, most_nodes, least_steps, steps_are_set_aside, smaller_result))
