/* SPDX-License-Identifier: MIT */
/* Findings about the order of mappings, and about those that make no difference, against small worlds (lint_world.h):
 * without what makes no difference every answer is the same, and where every answer is, that is reported. A refusal
 * that is late does not refuse the certificate that is shown. Under the other policies, what never wins answers nobody,
 * and what answers nobody is reported.
 *
 * CERTMAP_LINT_SETS in the environment: how many random rule sets, instead of 300. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/explain.h"
#include "lint_world.h"

#define MAX_MAPPINGS 8

static struct { bool dead[MAX_MAPPINGS], loses[MAX_MAPPINGS], needless[MAX_MAPPINGS], fixed[MAX_MAPPINGS]; } said;

static size_t late_count, needless_count, fixed_count, lost_count, pair_count, undecided;

static bool is_dead(enum certmap_code code) {
    return code >= CERTMAP_CODE_SHADOWED && code <= CERTMAP_CODE_DECIDES_ONLY_UNREADABLE;
}

static bool on_report(void *ctx, const struct certmap_lint_report *report) {
    const enum certmap_code code = report->diagnostic.code;
    (void)ctx;
    if (report->mapping == SIZE_MAX)
        return true;
    said.dead[report->mapping] = said.dead[report->mapping] || is_dead(code);
    if (code == CERTMAP_CODE_LATE_DENY) {
        ck_assert_ptr_nonnull(report->witness);
        ck_assert_int_eq(report->witness->decision, CERTMAP_ALLOW);
        ck_assert_uint_lt(report->witness->mapping, report->mapping);
        late_count++;
    }
    if (code == CERTMAP_CODE_MAKES_NO_DIFFERENCE) {
        said.needless[report->mapping] = true;
        said.fixed[report->mapping] = report->fixed_by_edits;
        ck_assert_ptr_nonnull(report->witness);
        needless_count++;
        fixed_count += report->fixed_by_edits;
    }
    if (is_dead(code) || code == CERTMAP_CODE_NEVER_WINS) {
        said.loses[report->mapping] = true;
        said.fixed[report->mapping] = report->fixed_by_edits;
        lost_count++;
    }
    if (code == CERTMAP_CODE_AMBIGUOUS_PAIR || code == CERTMAP_CODE_TIE) {
        ck_assert_ptr_nonnull(report->witness);
        ck_assert_uint_eq(report->related_count, 1);
        if (code == CERTMAP_CODE_AMBIGUOUS_PAIR)
            ck_assert_int_eq(report->witness->reason, CERTMAP_CODE_AMBIGUOUS);
        else
            ck_assert_uint_eq(report->witness->mapping, report->related[0].mapping);
        pair_count++;
    }
    return true;
}

/* ---- answers ---- */

static char answers[8192], others[8192]; /* a letter for each certificate */

static void answer_all(char *to, const struct certmap_rules *rules) {
    for (size_t i = 0; i < world_count; i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        ck_assert_int_eq(certmap_match(rules, world[i], &result, NULL), CERTMAP_OK);
        to[i] = result.decision == CERTMAP_DENY ? 'D' : '-';
        for (size_t k = 0; k < result.account_count; k++)
            to[i] = (char)(to[i] + result.accounts[k].data[0] - 'w');
    }
}

/* The text without a mapping: each has a line. */
static const char *without(size_t mapping) {
    static char changed[sizeof text];
    const char *line = text;
    for (size_t i = 0; i <= mapping + 1; i++)
        line = strchr(line, '\n') + 1;
    memcpy(changed, text, (size_t)(line - text));
    strcpy(changed + (line - text), strchr(line, '\n') + 1);
    return changed;
}

/* ---- rules ---- */

static size_t put_few_rules(const char *policy, unsigned depth) {
    const unsigned count = 2 + draw(3);
    text_len = 0;
    put("certmap 1;\npolicy %s;\n", policy);
    for (unsigned i = 0; i < count; i++) {
        put("mapping \"m%u\" { when ", i);
        put_expression(depth);
        if (draw(3) == 0)
            put("; deny; }\n");
        else
            put("; allow \"%c\"; }\n", 'x' + (int)draw(2));
    }
    return count;
}

static void check_mapping(size_t mapping) {
    struct certmap_rules *rules = load(without(mapping), NULL);
    bool readable = true, all = true;
    answer_all(others, rules);
    for (size_t i = 0; i < world_count && readable; i++) {
        all = all && answers[i] == others[i];
        readable = readable && (answers[i] == others[i] || !is_readable[i]);
    }
    all = all && readable;
    if (said.needless[mapping])
        ck_assert_msg(readable, "m%zu makes a difference:\n%s", mapping, text);
    if (said.fixed[mapping])
        ck_assert_msg(all, "m%zu makes a difference where values cannot be read:\n%s", mapping, text);
    if (asked == &t_whole && certmap_lint_has_solver() && readable && !said.dead[mapping])
        ck_assert_msg(said.needless[mapping], "m%zu makes no difference, which is not reported:\n%s", mapping, text);
    certmap_rules_free(rules);
}

/* Whether one that is reported as dead is there: it may be what makes another one needless. */
static bool has_dead(size_t count) {
    bool dead = false;
    for (size_t i = 0; i < count; i++)
        dead = dead || said.dead[i];
    return dead;
}

/* ---- other policies ---- */

static bool on_item(void *ctx, const struct certmap_explain_item *item) {
    *(enum certmap_truth *)ctx = item->truth;
    return false;
}

/* Whether the mapping answers the certificate: alone, or together with others that allow. */
static bool answers_it(const struct certmap_rules *rules, size_t mapping, size_t certificate, bool all) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    enum certmap_truth truth = CERTMAP_UNKNOWN;
    ck_assert_int_eq(certmap_match(rules, world[certificate], &result, NULL), CERTMAP_OK);
    if (!all || result.decision != CERTMAP_ALLOW)
        return result.index == mapping && result.reason == CERTMAP_CODE_NONE;
    ck_assert_int_eq(certmap_explain_mapping(rules, world[certificate], &result, mapping, on_item, &truth, NULL),
                     CERTMAP_OK);
    return truth == CERTMAP_TRUE;
}

static void check_loser(const struct certmap_rules *rules, size_t mapping) {
    const bool all = certmap_rules_combining(rules) == CERTMAP_COMBINING_ALL;
    bool answered = false;
    for (size_t i = 0; i < world_count && !answered; i++)
        answered = is_readable[i] && answers_it(rules, mapping, i, all);
    if (answered)
        ck_assert_msg(!said.loses[mapping] && !(all && said.needless[mapping]), "m%zu answers:\n%s", mapping, text);
    if (!answered && asked == &t_whole && certmap_lint_has_solver())
        ck_assert_msg(said.loses[mapping] || said.needless[mapping], "m%zu never answers, which is not reported:\n%s",
                      mapping, text);
    if (!said.fixed[mapping])
        return;
    struct certmap_rules *changed = load(without(mapping), NULL);
    answer_all(others, changed);
    ck_assert_msg(memcmp(answers, others, world_count) == 0, "m%zu makes a difference:\n%s", mapping, text);
    certmap_rules_free(changed);
}

static void run_set(const char *policy, unsigned depth) {
    struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT;
    struct certmap_lint *lint = NULL;
    const size_t count = put_few_rules(policy, depth);
    memset(&said, 0, sizeof said);
    ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
    struct certmap_rules *rules = load(text, lint);
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_report, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_summarize(lint, &summary, NULL), CERTMAP_OK);
    undecided += summary.undecided;
    answer_all(answers, rules);
    const bool dead = has_dead(count);
    for (size_t i = 0; i < count; i++)
        if (certmap_rules_combining(rules) != CERTMAP_COMBINING_FIRST)
            check_loser(rules, i);
        else if (said.needless[i] || !dead)
            check_mapping(i);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
}

static void run_sets(const struct t_world_kind *of, const char *policy, unsigned depth, bool rich) {
    t_rich = rich;
    const char *sets = getenv("CERTMAP_LINT_SETS");
    const long count = sets != NULL ? strtol(sets, NULL, 10) : 300;
    make_world(of);
    state = 0x9E3779B97F4A7C15u + depth;
    late_count = needless_count = fixed_count = lost_count = pair_count = undecided = 0;
    for (long i = 0; i < count; i++)
        run_set(policy, depth);
    free_world();
    if (certmap_lint_has_solver()) {
        ck_assert_uint_gt(needless_count + lost_count, (size_t)count / 32);
        ck_assert_uint_gt(fixed_count + pair_count + (strcmp(policy, "all") == 0), 0);
        ck_assert(t_rich || undecided * 50 < (size_t)count + 50);
    }
}

T_TEST(deep_expressions) {
    run_sets(&t_wide, "first", 2, false);
}

T_TEST(rich_expressions) {
    run_sets(&t_wide, "first", 1, true);
}

T_TEST(all_are_found) {
    run_sets(&t_whole, "first", 0, false);
}

static const char *const policies[] = {"most-specific", "unique", "all"};

T_TEST(deep_expressions_of_others) {
    run_sets(&t_wide, policies[_i], 2, false);
}

T_TEST(rich_expressions_of_others) {
    run_sets(&t_wide, policies[_i], 1, true);
}

T_TEST(all_are_found_of_others) {
    run_sets(&t_whole, policies[_i], 0, false);
}

T_TESTS("lint_order", T_CASE("against small worlds", T_LONG, deep_expressions, rich_expressions, all_are_found,
                             T_LOOP(deep_expressions_of_others, 3), T_LOOP(rich_expressions_of_others, 3),
                             T_LOOP(all_are_found_of_others, 3)))
