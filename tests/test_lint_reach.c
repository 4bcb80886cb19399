/* SPDX-License-Identifier: MIT */
/* Findings about mappings that never answer, against small worlds (lint_world.h). What is said to answer nobody answers
 * none of them; what may be deleted is deleted, and no answer changes.
 *
 * CERTMAP_LINT_SETS in the environment: how many random rule sets, instead of 300. */
#define _POSIX_C_SOURCE 200809L

#include "lint_world.h"

/* ---- what is said ---- */

struct said {
    bool dead[16], removable[16];
    char fixed[16][1 << 14]; /* the rules without the mapping */
    size_t reports;
};

static bool is_dead(enum certmap_code code) {
    return code >= CERTMAP_CODE_SHADOWED && code <= CERTMAP_CODE_DECIDES_ONLY_UNREADABLE;
}

static bool on_report(void *ctx, const struct certmap_lint_report *report) {
    struct said *said = ctx;
    said->reports++;
    if (!is_dead(report->diagnostic.code))
        return true;
    said->dead[report->mapping] = true;
    said->removable[report->mapping] = report->fixed_by_edits;
    if (report->fixed_by_edits)
        apply(said->fixed[report->mapping], report);
    return true;
}

/* Decision and account are the answer of two rule sets. */
static bool is_same_answer(const struct certmap_result *a, const struct certmap_result *b) {
    return a->decision == b->decision && a->account.len == b->account.len &&
           (a->account.len == 0 || memcmp(a->account.data, b->account.data, a->account.len) == 0);
}

static void check_fixed(const struct certmap_rules *rules, const char *fixed) {
    if (strstr(fixed, "mapping") == NULL)
        return; /* no rules are no file */
    struct certmap_rules *without = load(fixed, NULL);
    for (size_t i = 0; i < world_count; i++) {
        struct certmap_result before = CERTMAP_RESULT_INIT, after = CERTMAP_RESULT_INIT;
        ck_assert_int_eq(certmap_match(rules, world[i], &before, NULL), CERTMAP_OK);
        char account[8];
        const size_t len = before.account.len;
        memcpy(account, before.account.data != NULL ? before.account.data : (const uint8_t *)"", len);
        ck_assert_int_eq(certmap_match(without, world[i], &after, NULL), CERTMAP_OK);
        before.account = (struct certmap_view){(const uint8_t *)account, len};
        ck_assert_msg(is_same_answer(&before, &after), "%s\n%s", text, fixed);
    }
    certmap_rules_free(without);
}

static void check_said(const struct certmap_rules *rules, const struct said *said, size_t count) {
    for (size_t i = 0; i < world_count; i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        ck_assert_int_eq(certmap_match(rules, world[i], &result, NULL), CERTMAP_OK);
        if (result.index != SIZE_MAX && result.reason != CERTMAP_CODE_UNREADABLE)
            ck_assert_msg(!said->dead[result.index], "m%zu answers:\n%s", result.index, text);
    }
    for (size_t i = 0; i < count; i++)
        if (said->removable[i])
            check_fixed(rules, said->fixed[i]);
}

static size_t undecided, dead_count, removable_count;

static void run_set(void) {
    static struct said said;
    struct certmap_lint *lint = NULL;
    struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT;
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    static const enum certmap_code only[] = {
        CERTMAP_CODE_SHADOWED,  CERTMAP_CODE_SHADOWED_BY_SEVERAL, CERTMAP_CODE_DUPLICATE_CONDITION,
        CERTMAP_CODE_DEAD_DENY, CERTMAP_CODE_NEVER_TRUE,          CERTMAP_CODE_DECIDES_ONLY_UNREADABLE};
    const size_t count = put_rules();
    memset(&said, 0, sizeof said);
    options.only = only;
    options.only_count = sizeof only / sizeof *only;
    ck_assert_int_eq(certmap_lint_new(&lint, &options, NULL), CERTMAP_OK);
    struct certmap_rules *rules = load(text, lint);
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_report, &said, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_summarize(lint, &summary, NULL), CERTMAP_OK);
    undecided += summary.undecided;
    for (size_t i = 0; i < count; i++) {
        dead_count += said.dead[i];
        removable_count += said.removable[i];
    }
    check_said(rules, &said, count);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
}

static void run_sets(bool rich) {
    const char *sets = getenv("CERTMAP_LINT_SETS");
    const long count = sets != NULL ? strtol(sets, NULL, 10) : 300;
    t_rich = rich;
    make_world(&t_wide);
    state = 0x9E3779B97F4A7C15u;
    undecided = dead_count = removable_count = 0;
    for (long i = 0; i < count; i++)
        run_set();
    free_world();
    if (certmap_lint_has_solver() && !rich) {
        ck_assert_uint_lt(undecided * 50, (size_t)count);
        ck_assert_uint_gt(dead_count, (size_t)count / 4);
        ck_assert_uint_gt(removable_count, (size_t)count / 8);
    }
}

T_TEST(random_rules) {
    run_sets(false);
}

T_TEST(rich_rules) {
    run_sets(true);
}

T_TESTS("lint_reach", T_CASE("against small worlds", T_LONG, random_rules, rich_rules))
