/* SPDX-License-Identifier: MIT */
/* What an ordinary certificate may cost, and the diagnostic over-budget: whether rule sets of every kind are told that need
 * more steps than a match has, and no others. */
#include "rule/rules.h"
#include "rules.h"

struct told {
    size_t count;
    struct certmap_diagnostic last;
};

static void take_diagnostic(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    struct told *told = ctx;
    if (diagnostic->code != CERTMAP_CODE_OVER_BUDGET)
        return;
    ck_assert_int_eq(severity, CERTMAP_SEVERITY_WARNING);
    told->count++;
    told->last = *diagnostic;
}

static struct certmap_rules *load(const char *when, size_t count, size_t steps, struct told *told) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct t_buf text = T_BUF_INIT;
    *told = (struct told){.count = 0};
    build.steps = steps;
    options.build = &build;
    options.diagnostic = take_diagnostic;
    options.diagnostic_ctx = told;
    t_put(&text, "# rules\n  certmap 1;\n");
    for (size_t i = 0; i < count; i++) {
        t_put_line(&text, "mapping \"m%\" { when ", i);
        t_put_line(&text, when, i);
        t_put(&text, "; deny; }\n");
    }
    ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), &options, NULL), CERTMAP_OK);
    t_buf_free(&text);
    return rules;
}

/* ---- what is estimated ---- */

static const struct {
    const char *when;
    size_t count, cost;
} costs[] = {
    {"subject.CN = \"u%\"", 1, 1 + 25}, /* no index: one condition, four values of 1 + 1 + 4 */
    {"subject.CN = \"u%\"", 5, 5 * 26},
    {"subject.CN = \"u%\"", 1000, 0},         /* each has a key of its own */
    {"not subject.CN = \"u%\"", 1000, 26000}, /* none has */
    {"not subject.CN in (\"u%\", \"a\", \"b\")", 10, 10 * (1 + 1 + 4 * (1 + 3 + 4))},
    {"not subject.CN like \"*u%*\"", 10, 10 * (1 + 1 + 4 * 13)},
    {"not subject = \"CN=u%\"", 10, 10 * (1 + 1 + 4 * 17)},
    {"subject.O = \"x\" and not subject.CN = \"u%\"", 1000, 1000 * (1 + 25 + 25)}, /* they share one */
    {"(subject.CN = \"u%\" or subject.O = \"o%\") and not subject.L = \"l\"", 1000, 0},
};

/* A few keys may have the same hash, whose seed is another one in each run: their mappings are evaluated together. */
#define COLLISIONS 800

T_TEST(cost) {
    struct told told;
    size_t costly = 99;
    struct certmap_rules *rules = load(costs[_i].when, costs[_i].count, 0, &told);
    const size_t got = certmap_rules_cost(rules, &costly);
    const bool collides = costs[_i].cost == 0 && got > 0;
    ck_assert_msg(collides ? got <= COLLISIONS : got == costs[_i].cost, "%s: %zu", costs[_i].when, got);
    ck_assert_uint_eq(certmap_rules_cost(rules, NULL), got);
    ck_assert(collides || costly == 0);
    ck_assert_uint_eq(told.count, 0);
    certmap_rules_free(rules);
}

/* ---- when it is told ---- */

/* Just enough, and one step fewer. */
T_TEST(edge_of_the_budget) {
    struct told told;
    certmap_rules_free(load("not subject.CN = \"u%\"", 1000, 52000, &told));
    ck_assert_uint_eq(told.count, 0);
    certmap_rules_free(load("not subject.CN = \"u%\"", 1000, 51999, &told));
    ck_assert_uint_eq(told.count, 1);
    ck_assert_uint_eq(told.last.line, 2);
    ck_assert_uint_eq(told.last.column, 3);
    ck_assert_uint_eq(told.last.offset, 10);
    ck_assert_int_eq(told.last.status, CERTMAP_OK);
    ck_assert_msg(strstr(told.last.text, "26000 steps of the 51999") != NULL, "%s", told.last.text);
    ck_assert_msg(strstr(told.last.text, "\"m0\" in line 3") != NULL, "%s", told.last.text);
}

/* By default: tens of thousands of mappings without a key, or with one key; none of those with keys of their own. */
static const struct {
    const char *when;
    size_t count, told;
} defaults[] = {
    {"not subject.CN = \"u%\"", 25000, 0},
    {"not subject.CN = \"u%\"", 50000, 1},
    {"subject.O = \"x\" and not subject.CN = \"u%\"", 10000, 0},
    {"subject.O = \"x\" and not subject.CN = \"u%\"", 50000, 1},
    {"subject.O = \"x\" and subject.CN = \"u%\"", 50000, 0},
    {"subject.CN like \"*user-% *\" and not subject.OU = \"Guests\"", 50000, 0},
};

T_TEST(told_by_default) {
    struct told told;
    certmap_rules_free(load(defaults[_i].when, defaults[_i].count, 0, &told));
    ck_assert_msg(told.count == defaults[_i].told, "%zu of %s: %zu", defaults[_i].count, defaults[_i].when, told.count);
}

T_TEST(of_no_rules) {
    size_t costly = 1;
    ck_assert_uint_eq(certmap_rules_cost(NULL, &costly), 0);
    ck_assert_uint_eq(costly, 0);
}

T_TESTS("cost", T_CASE("estimate", T_LOOP(cost, COUNT(costs)), edge_of_the_budget, of_no_rules),
        T_SLOW_CASE(T_LOOP(told_by_default, COUNT(defaults))))
