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

static const char *const patterns[] = {"*",     "a*",         "*a",      "Contoso Sales 0*",
                                       "*1",    "*sales 01",  "Cont*01", "Contoso*02",
                                       "S*s",   "*Sales 01*", "?a*",     "A*B",
                                       "*t*s*", "*9 02",      "Sales*s", "*Contoso Sales 0123456789 0123456789 02"};
static const char *any_pattern(struct t_random *random) {
    return patterns[t_random_below(random, COUNT(patterns))];
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
        put(text, "%s in (\"%s\", \"%s\")", path, any_text(random), any_text(random));
    else if (kind == 2)
        put(text, "(%s = \"%s\" or issuer.O = \"%s\")", path, any_text(random), any_text(random));
    else if (kind == 3)
        put(text, "not (%s = \"%s\" and issuer.O = \"%s\")", path, any_text(random), any_text(random));
    else if (kind < 7)
        put(text, "%s%s like %s\"%s\"", kind == 4 ? "not " : "", path, kind == 5 ? "nocase " : "", any_pattern(random));
    else
        put(text, "%s%s = %s\"%s\"", kind < 9 ? "not " : "", path, kind % 2 == 0 ? "nocase " : "", any_text(random));
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
    return t_rules_each("first", 1 + t_random_below(random, CM_MAX_PLANNED), random, put_mapping);
}

/* Mostly one value of a type; now and then none, two, or one that cannot be read. */
static void put_values(struct t_buf *name, struct t_random *random, const char *type) {
    const size_t kind = t_random_below(random, 16);
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
    return rules->plan != NULL && cm_plan_search(rules, peer->peer).mapping != NULL;
}

static bool is_all_tests(const struct cm_plan *plan) {
    size_t i = 0;
    while (i < plan->mapping_count && plan->mappings[i].rest == 0)
        i++;
    return i == plan->mapping_count;
}

/* What is set aside is enough for the plain evaluator. */
static bool is_set_aside(const struct certmap_rules *rules, const struct t_peer *peer) {
    return !is_served(rules, peer) || !is_all_tests(rules->plan) ||
           t_search_steps(rules, peer->peer, true) <= rules->plan->steps;
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
            ck_assert_msg(is_set_aside(rules, &peer), "set %zu, certificate %zu: too few steps", set, i);
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

/* ---- parts of values, at random ---- */

/* As many patterns with one end as make a part, and more. */
static struct certmap_rules *make_ends(struct t_random *random) {
    static const char *const outputs[] = {"deny", "allow \"u\""};
    struct t_buf text = T_BUF_INIT;
    const bool nocase = t_random_below(random, 2) == 0;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < CM_MAX_PLANNED; i++) {
        char end[3] = {(char)('a' + t_random_below(random, 4)), (char)('a' + t_random_below(random, 4)), 0};
        const bool front = t_random_below(random, 2) == 0, whole = t_random_below(random, 6) == 0;
        put(&text, "mapping \"m%zu\" { when %ssubject.CN %s %s\"%s%s%s\" and subject.L like \"*a*\"; %s; }\n", i,
            t_random_below(random, 6) == 0 ? "not " : "", whole ? "=" : "like", nocase ? "nocase " : "",
            front || whole ? "" : "*", end, front && !whole ? "*" : "",
            outputs[t_random_below(random, COUNT(outputs))]);
    }
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

static void set_letters(struct t_peer *peer, struct t_random *random) {
    char name[32] = "L=a | CN=";
    size_t len = strlen(name);
    for (size_t left = t_random_below(random, 6); left > 0; left--)
        name[len++] = (char)((t_random_below(random, 4) == 0 ? 'A' : 'a') + (int)t_random_below(random, 4));
    t_peer_make(peer, name, "CN=CA");
}

static size_t count_parts(const struct cm_plan *plan) {
    size_t count = 0;
    for (size_t i = 0; plan != NULL && i < plan->place_count; i++)
        count += plan->places[i].part != CM_PLAN_WHOLE;
    return count;
}

T_TEST(random_parts) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    size_t parts = 0;
    for (size_t set = 0; set < SETS_A_TEST; set++) {
        struct certmap_rules *rules = make_ends(&random);
        parts += count_parts(rules->plan);
        for (size_t i = 0; i < CERTS_A_SET; i++) {
            struct t_peer peer;
            set_letters(&peer, &random);
            ck_assert(is_served(rules, &peer) && is_set_aside(rules, &peer));
            ck_assert_msg(t_search_agree(rules, peer.peer), "set %zu, certificate %zu", set, i);
            t_peer_free(&peer);
        }
        certmap_rules_free(rules);
    }
    ck_assert_uint_ge(parts, SETS_A_TEST / 4);
}

/* ---- which rules have a plan, and what is in it ---- */

static const struct {
    const char *about, *rules, *plan;
} plans[] = {
    {"tests, and a place for each row and case",
     "mapping \"m1\" { when subject.CN = \"a\" and not subject.OU = nocase \"b\"; deny; }",
     "2 places, 2 texts, 0 patterns, rest 0, made"},
    {"a place is there once", "mapping \"m2\" { when subject.CN = \"a\" and not subject.CN = \"b\"; deny; }",
     "1 places, 2 texts, 0 patterns, rest 0, made"},
    {"so are a text and a pattern",
     "mapping \"m2a\" { when subject.CN = \"a\" and not subject.CN like \"a*b\"; deny; }"
     "mapping \"m2b\" { when not subject.CN = \"a\" and subject.CN like \"a*b\"; deny; }",
     "1 places, 1 texts, 1 patterns, rest 0, made"},
    {"what is always true is no test", "mapping \"m3\" { when always; allow \"a\"; }",
     "0 places, 0 texts, 0 patterns, rest 0, made"},
    {"lists, groups and quantifiers are no tests",
     "mapping \"m4\" { when subject.CN = \"a\" and subject.CN like \"a*\" and subject.CN in (\"a\", \"b\") and "
     "(subject.OU = \"a\" or subject.OU = \"b\") and every subject.OU = \"a\"; deny; }",
     "1 places, 1 texts, 1 patterns, rest 5, made"},
    {"nor is what comes after them",
     "mapping \"m4a\" { when subject.CN in (\"a\", \"b\") and subject.CN = \"a\"; deny; }",
     "0 places, 0 texts, 0 patterns, rest 2, made"},
    {"nor what is told apart by its OID", "mapping \"m5\" { when subject.1.2.3 = \"a\"; deny; }",
     "0 places, 0 texts, 0 patterns, rest 1, made"},
    {"nor an address, nor a whole Name", "mapping \"m6\" { when san.ip = \"10.0.0.1\" and issuer = \"CN=a\"; deny; }",
     "0 places, 0 texts, 0 patterns, rest 2, made"},
    {"a pattern may have one literal between stars", "mapping \"m6a\" { when subject.CN like \"a*b*c\"; deny; }",
     "1 places, 0 texts, 1 patterns, rest 0, made"},
    {"but not two", "mapping \"m6a\" { when subject.CN like \"*a*b*\"; deny; }",
     "0 places, 0 texts, 0 patterns, rest 1, made"},
    {"nor a ?", "mapping \"m6b\" { when subject.CN like \"?a*\"; deny; }",
     "0 places, 0 texts, 0 patterns, rest 1, made"},
    {"nor no star", "mapping \"m6c\" { when subject.CN like \"a\\*\"; deny; }",
     "0 places, 0 texts, 0 patterns, rest 1, made"},
    {"a star alone is", "mapping \"m6d\" { when subject.CN like \"**\"; deny; }",
     "1 places, 0 texts, 1 patterns, rest 0, made"},
    {"an account with a placeholder is built", "mapping \"m7\" { when subject.CN = \"a\"; allow \"${subject.CN}\"; }",
     "1 places, 1 texts, 0 patterns, rest 0, built"},
    {"so is one with a group", "mapping \"m8\" { when subject.CN = \"a\"; allow \"a\"; group \"g\"; }",
     "1 places, 1 texts, 0 patterns, rest 0, built"},
    {"more places than there is room for",
     "mapping \"m9\" { when subject.CN = \"a\" and subject.OU = \"a\" and subject.O = \"a\" and subject.L = \"a\" and "
     "subject.C = \"a\" and subject.ST = \"a\" and issuer.CN = \"a\" and issuer.O = \"a\" and issuer.OU = \"a\"; deny; "
     "}",
     "8 places, 8 texts, 0 patterns, rest 1, made"},
    {"another policy", "policy all; mapping \"m10\" { when subject.CN = \"a\"; deny; }", "none"},
    {"few mappings without a test",
     "mapping \"m11\" { when subject.CN present; deny; } mapping \"m12\" { when subject.OU present; deny; }",
     "0 places, 0 texts, 0 patterns, rest 1, made"},
    {"as many as an index is better for",
     "mapping \"m13\" { when subject.CN like \"?a*\"; deny; } mapping \"m14\" { when subject.CN like \"?b*\"; deny; }"
     "mapping \"m15\" { when subject.CN like \"?c*\"; deny; } mapping \"m16\" { when subject.CN like \"?d*\"; deny; }"
     "mapping \"m17\" { when subject.CN like \"?e*\"; deny; } mapping \"m18\" { when subject.CN like \"?f*\"; deny; }",
     "none"},
};

/* Choices that are filed, without the one for none of them. */
static size_t count_texts(const struct cm_plan_place *place) {
    const size_t slots = place->slots != NULL ? (size_t)1 << (64 - place->shift) : 0;
    size_t count = 0;
    if (slots == 0)
        return place->only;
    for (size_t i = 0; i < slots; i++)
        for (size_t at = place->slots[i]; at != 0; at = place->choices[at].next)
            count++;
    return count;
}

static void tell_plan(char *text, size_t cap, const struct cm_plan *plan) {
    size_t choices = 0, wild = 0;
    if (plan == NULL) {
        snprintf(text, cap, "none");
        return;
    }
    for (size_t i = 0; i < plan->place_count; i++) {
        choices += count_texts(&plan->places[i]);
        wild += (size_t)(plan->places[i].patterns_end - plan->places[i].patterns);
    }
    const struct cm_plan_mapping *first = plan->mappings;
    const size_t rest = first->rest > 0 ? first->mapping->nodes->value - (size_t)first->rest : 0;
    snprintf(text, cap, "%zu places, %zu texts, %zu patterns, rest %zu, %s", plan->place_count, choices, wild, rest,
             first->made ? "made" : "built");
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

/* "a*" takes five: two to look at the value, one for its ends, one for the star, one for what follows it. */
T_TEST(least_steps_of_patterns) {
    struct certmap_rules *rules = t_rules("certmap 1; mapping \"m\" { when subject.CN like \"a*\"; deny; }");
    ck_assert_uint_eq(rules->plan->steps, 5);
    certmap_rules_free(rules);
}

/* Texts that have the first and last letter of the literal everywhere, so that it is compared at each place. */
T_TEST(steps_to_look_inside) {
    const size_t most = CM_MAX_PLAN_LOOKED;
    char text[128], name[128];
    struct t_peer peer;
    memset(name, 'a', sizeof name);
    memcpy(name, "CN=", 3);
    name[3 + most] = 0;
    snprintf(text, sizeof text, "certmap 1; mapping \"m\" { when subject.CN like \"*%.*sb%.*s*\"; deny; }", _i,
             name + 3, _i, name + 3);
    struct certmap_rules *rules = t_rules(text);
    t_peer_make(&peer, name, "CN=CA");
    ck_assert(is_served(rules, &peer));
    ck_assert(is_set_aside(rules, &peer));
    ck_assert(t_search_agree(rules, peer.peer));
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* A value that is longer is not looked through, unless nothing inside it is asked for. */
T_TEST(longest_value) {
    static const char *const about[] = {"subject.CN like \"*b*\"", "subject.CN like \"*b\"", "subject.CN = \"b\""};
    for (size_t i = 0; i < 2 * COUNT(about); i++) {
        const size_t len = CM_MAX_PLAN_LOOKED + i % 2;
        char text[128], name[128];
        struct t_peer peer;
        snprintf(name, sizeof name, "CN=%0*d", (int)len, 0);
        snprintf(text, sizeof text, "certmap 1; mapping \"m\" { when %s; deny; }", about[i / 2]);
        struct certmap_rules *rules = t_rules(text);
        t_peer_make(&peer, name, "CN=CA");
        ck_assert_int_eq(is_served(rules, &peer), i != 1);
        ck_assert(t_search_agree(rules, peer.peer));
        t_peer_free(&peer);
        certmap_rules_free(rules);
    }
}

/* A text that is longer than a test can have is compared by the evaluator. */
T_TEST(longest_text) {
    for (size_t len = CM_MAX_PLAN_TEXT; len <= CM_MAX_PLAN_TEXT + 1; len++) {
        struct t_buf text = T_BUF_INIT;
        char *operand = malloc(len + 1);
        memset(operand, 'a', len);
        operand[len] = 0;
        t_put(&text, "certmap 1; mapping \"m\" { when subject.CN = \"");
        t_put(&text, operand);
        t_put(&text, "\"; deny; }");
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        ck_assert_ptr_nonnull(rules->plan);
        ck_assert_int_eq(rules->plan->mappings->rest == 0, len <= CM_MAX_PLAN_TEXT);
        certmap_rules_free(rules);
        free(operand);
        t_buf_free(&text);
    }
}

/* As many patterns in one mapping, and the rest of them after its tests. */
static size_t count_patterns(size_t count) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when subject.CN like \"0*x\"");
    for (size_t i = 1; i < count; i++)
        put(&text, " and not subject.CN like \"%zu*x\"", i);
    t_put(&text, "; deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    const struct cm_plan_place *place = rules->plan->places;
    const size_t patterns_in = (size_t)(place->patterns_end - place->patterns);
    const bool all = rules->plan->mappings->rest == 0;
    ck_assert_int_eq(all, count <= CM_MAX_PLAN_PATTERNS);
    certmap_rules_free(rules);
    t_buf_free(&text);
    return patterns_in;
}

/* So many patterns that are as long are texts that a part is compared with, whichever end that is; fewer are not. */
T_TEST(fewest_of_a_part) {
    for (size_t i = 0; i < 4; i++) {
        struct t_buf text = T_BUF_INIT;
        const size_t count = i < 2 ? CM_MIN_PLAN_PART : CM_MIN_PLAN_PART - 1;
        t_put(&text, "certmap 1; mapping \"m\" { when subject.CN = \"a\"");
        for (size_t k = 0; k < count; k++)
            put(&text, " and not subject.CN like \"%s%c%s\"", i % 2 == 0 ? "" : "*", (int)('a' + k),
                i % 2 == 0 ? "*" : "");
        t_put(&text, "; deny; }");
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        ck_assert_uint_eq(count_parts(rules->plan), i < 2);
        ck_assert_uint_eq(rules->plan->place_count, 1 + (i < 2));
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
}

T_TEST(most_patterns) {
    ck_assert_uint_eq(count_patterns(CM_MAX_PLAN_PATTERNS), CM_MAX_PLAN_PATTERNS);
    ck_assert_uint_eq(count_patterns(CM_MAX_PLAN_PATTERNS + 1), CM_MAX_PLAN_PATTERNS);
}

/* Every length of a text and of what a pattern has before and after its star, around those that are compared at once. */
T_TEST(lengths) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    char operand[40], value[48];
    const size_t len = (size_t)_i;
    snprintf(operand, sizeof operand, "%.*s", (int)len, letters);
    for (size_t changed = 0; changed <= len; changed++) { /* the last time none */
        struct t_buf text = T_BUF_INIT;
        struct t_peer peer;
        snprintf(value, sizeof value, "CN=%s", operand);
        if (changed < len)
            value[3 + changed] = '-';
        put(&text,
            "certmap 1; mapping \"same\" { when subject.CN = \"%s\"; deny; }"
            "mapping \"front\" { when subject.CN like \"%.*s*\"; deny; }"
            "mapping \"back\" { when subject.CN like \"*%s\"; deny; }"
            "mapping \"inside\" { when subject.CN like \"*%s*\"; deny; }",
            operand, (int)(len / 2), operand, operand + len / 2, operand);
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        t_peer_make(&peer, value, "CN=CA");
        ck_assert(t_search_agree(rules, peer.peer));
        ck_assert_uint_eq(t_match(rules, peer.peer).index, changed == len ? 0 : changed >= len / 2 ? 1 : 2);
        t_peer_free(&peer);
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
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

T_TESTS("plan", T_CASE("at random", T_LOOP(random_rules, RANDOM_TESTS), T_LOOP(random_parts, RANDOM_TESTS)),
        T_CASE("what is in it", T_LOOP(plan, COUNT(plans))),
        T_CASE("limits", most_mappings, most_nodes, least_steps, least_steps_of_patterns, most_patterns,
               fewest_of_a_part, longest_value, longest_text, steps_are_set_aside, smaller_result, T_LOOP(lengths, 34),
               T_LOOP(steps_to_look_inside, 24)))
