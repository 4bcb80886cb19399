/* SPDX-License-Identifier: MIT */
/* Findings about conditions and operands that make no difference, against small worlds (lint_world.h). What is reported
 * is cut out here, and the mapping gives the same of each certificate: of those that can be read, or of all, as is said.
 * What can be cut out and is not reported is a mistake as well.
 *
 * CERTMAP_LINT_SETS in the environment: how many random rule sets, instead of 300. */
#define _POSIX_C_SOURCE 200809L

#include "lint_world.h"

/* ---- what the loader and the analysis say ---- */

struct found {
    struct certmap_position place, edit;
    enum certmap_code code;
    bool fixed;
};

static struct {
    struct certmap_lint *lint;
    struct certmap_position terms[64]; /* extents; line 0: none */
    struct certmap_position first[64]; /* of the first condition in each */
    size_t term_count;
    struct certmap_position operands[16]; /* of the first condition */
    size_t operand_count;
    struct found found[64];
    size_t found_count;
    bool dead;
} said;

static void on_added(void *ctx, const struct certmap_description *added) {
    size_t condition = 0;
    (void)ctx;
    certmap_lint_added(said.lint, added);
    ck_assert_uint_le(added->term_count, 64);
    said.term_count = added->term_count;
    for (size_t i = 0; i < added->term_count; i++) {
        said.terms[i] = added->term_extents[i];
        if (condition < added->condition_count)
            said.first[i] = added->condition_positions[condition].field;
        condition += added->terms[i].kind == CERTMAP_TERM_CONDITION;
    }
    said.operand_count = added->conditions[0].operand_count;
    for (size_t i = 0; i < said.operand_count; i++)
        said.operands[i] = added->condition_positions[0].operands[i];
}

static bool is_looked_at(enum certmap_code code) {
    return code >= CERTMAP_CODE_REDUNDANT_CONDITION && code <= CERTMAP_CODE_ALWAYS_TRUE_CONDITION;
}

static bool on_report(void *ctx, const struct certmap_lint_report *report) {
    const enum certmap_code code = report->diagnostic.code;
    (void)ctx;
    said.dead = said.dead || (code >= CERTMAP_CODE_SHADOWED && code <= CERTMAP_CODE_DECIDES_ONLY_UNREADABLE);
    if (!is_looked_at(code))
        return true;
    ck_assert_uint_lt(said.found_count, 64);
    struct found *found = &said.found[said.found_count++];
    *found = (struct found){.code = code, .fixed = report->fixed_by_edits};
    found->place = (struct certmap_position){report->diagnostic.line, report->diagnostic.column,
                                             report->diagnostic.offset, report->diagnostic.length};
    ck_assert_uint_le(report->edit_count, 1);
    ck_assert_int_eq(report->certainty, CERTMAP_CERTAINTY_PROVEN);
    if (report->edit_count > 0)
        found->edit = report->edits[0].position;
    return true;
}

static struct certmap_rules *analyse(struct certmap_lint_summary *summary) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    memset(&said, 0, sizeof said);
    ck_assert_int_eq(certmap_lint_new(&said.lint, NULL, NULL), CERTMAP_OK);
    build.added = on_added;
    options.build = &build;
    ck_assert_msg(certmap_rules_parse(&rules, t_text(text), &options, NULL) == CERTMAP_OK, "%s", text);
    ck_assert_int_eq(certmap_lint_run(said.lint, rules, on_report, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_summarize(said.lint, summary, NULL), CERTMAP_OK);
    certmap_lint_free(said.lint);
    return rules;
}

/* ---- the same without ---- */

static unsigned char truths[8192]; /* of the mapping, of each certificate of the world */

/* A refusal tells what it gives: true refuses, false does not, and unknown refuses and says why. */
static unsigned char truth_of(const struct certmap_rules *rules, size_t certificate) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    ck_assert_int_eq(certmap_match(rules, world[certificate], &result, NULL), CERTMAP_OK);
    return result.decision != CERTMAP_DENY ? 'F' : result.reason == CERTMAP_CODE_UNREADABLE ? 'U' : 'T';
}

struct difference {
    bool readable, all; /* there is none */
};

static struct difference compare(const char *changed) {
    struct certmap_rules *rules = load(changed, NULL);
    struct difference same = {true, true};
    for (size_t i = 0; i < world_count && same.readable; i++) {
        const bool differs = truth_of(rules, i) != truths[i];
        same.all = same.all && !differs;
        same.readable = same.readable && (!differs || !is_readable[i]);
    }
    same.all = same.all && same.readable;
    certmap_rules_free(rules);
    return same;
}

static struct difference without(struct certmap_position extent) {
    static char changed[sizeof text];
    memcpy(changed, text, extent.offset);
    strcpy(changed + extent.offset, text + extent.offset + extent.length);
    return compare(changed);
}

/* ---- checks ---- */

static size_t found_count, fixed_count;

/* Whether the mapping is true of all that can be read: then there is nothing to be without. */
static bool is_always_true(void) {
    bool always = true;
    for (size_t i = 0; i < world_count; i++)
        always = always && (truths[i] == 'T' || !is_readable[i]);
    return always;
}

/* Whether a report at the place may be about the term: it begins there, or what always holds in it does. */
static bool may_be_about(const struct found *found, size_t term) {
    const struct certmap_position *extent = &said.terms[term];
    const size_t place = found->place.offset;
    return extent->line > 0 && (found->code == CERTMAP_CODE_ALWAYS_TRUE_CONDITION
                                    ? extent->offset <= place && place < extent->offset + extent->length
                                    : said.first[term].offset == place);
}

/* A term that it may be about can be cut out. */
static void check_condition(const struct found *found) {
    struct difference best = {false, false};
    bool tried = false;
    if (found->code == CERTMAP_CODE_ALWAYS_TRUE_CONDITION && is_always_true())
        return;
    for (size_t i = 0; i < said.term_count; i++)
        if (may_be_about(found, i)) {
            const struct difference same = without(said.terms[i]);
            tried = true;
            best.readable = best.readable || same.readable;
            best.all = best.all || same.all;
        }
    ck_assert_msg(!tried || best.readable, "%s at %zu: it makes a difference:\n%s", certmap_code_name(found->code),
                  found->place.column, text);
    ck_assert_msg(found->fixed || !best.all || !tried || asked != &t_whole, "%s at %zu could be fixed:\n%s",
                  certmap_code_name(found->code), found->place.column, text);
}

static void check_found(void) {
    for (size_t i = 0; i < said.found_count; i++) {
        const struct found *found = &said.found[i];
        if (found->fixed)
            ck_assert_msg(without(found->edit).all, "%s at %zu: the edit makes a difference:\n%s",
                          certmap_code_name(found->code), found->place.column, text);
        if (found->code != CERTMAP_CODE_REDUNDANT_OPERAND)
            check_condition(found);
        fixed_count += found->fixed;
    }
    found_count += said.found_count;
}

/* Where something can be cut out, something is reported. */
static void check_recall(void) {
    for (size_t i = 0; i < said.term_count && said.found_count == 0 && !said.dead; i++)
        if (said.terms[i].line > 0)
            ck_assert_msg(!without(said.terms[i]).readable, "the term at %zu is not reported:\n%s",
                          said.terms[i].column, text);
}

static void run_set(unsigned depth) {
    struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT;
    text_len = 0;
    put("certmap 1;\nmapping \"m\" { when ");
    put_expression(depth);
    put("; deny; }\n");
    struct certmap_rules *rules = analyse(&summary);
    for (size_t i = 0; i < world_count; i++)
        truths[i] = truth_of(rules, i);
    check_found();
    if (asked == &t_whole && certmap_lint_has_solver()) {
        check_recall();
        ck_assert_uint_eq(summary.undecided, 0);
    }
    certmap_rules_free(rules);
}

static long set_count(void) {
    const char *sets = getenv("CERTMAP_LINT_SETS");
    return sets != NULL ? strtol(sets, NULL, 10) : 300;
}

static void run_sets(const struct t_world_kind *of, unsigned depth) {
    const long count = set_count();
    make_world(of);
    state = 0x9E3779B97F4A7C15u + depth;
    found_count = fixed_count = 0;
    for (long i = 0; i < count; i++)
        run_set(depth);
    free_world();
    ck_assert_uint_gt(found_count, 0);
    if (certmap_lint_has_solver()) {
        ck_assert_uint_gt(found_count, (size_t)count / 8);
        ck_assert_uint_gt(fixed_count, (size_t)count / 16);
    }
}

T_TEST(deep_expressions) {
    run_sets(&t_wide, 3);
}

T_TEST(all_are_found) {
    run_sets(&t_whole, 1);
}

/* ---- lists ---- */

/* The list without one of its operands. */
static struct difference without_operand(size_t operand) {
    static char changed[2 * sizeof text];
    const struct certmap_position *last = &said.operands[said.operand_count - 1];
    size_t len = said.operands[0].offset;
    memcpy(changed, text, len);
    for (size_t i = 0; i < said.operand_count; i++) {
        if (i == operand)
            continue;
        len += (size_t)snprintf(changed + len, sizeof changed - len, "%.*s,", (int)said.operands[i].length,
                                text + said.operands[i].offset);
    }
    strcpy(changed + len - 1, text + last->offset + last->length);
    return compare(changed);
}

static void run_list(void) {
    struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT;
    const char *operator= draw(2) == 0 ? "like" : "in";
    text_len = 0;
    put("certmap 1;\nmapping \"m\" { when subject.CN %s %s", operator, draw(3) == 0 ? "nocase " : "");
    put_operands(operator);
    put("; deny; }\n");
    struct certmap_rules *rules = analyse(&summary);
    for (size_t i = 0; i < world_count; i++)
        truths[i] = truth_of(rules, i);
    check_found();
    for (size_t i = 0; said.operand_count > 1 && i < said.operand_count && said.found_count == 0; i++)
        ck_assert_msg(!without_operand(i).all, "operand %zu is not reported:\n%s", i, text);
    certmap_rules_free(rules);
}

T_TEST(lists) {
    const long count = set_count();
    make_world(&t_whole);
    state = 0x9E3779B97F4A7C15u;
    found_count = fixed_count = 0;
    for (long i = 0; i < count; i++)
        run_list();
    free_world();
    ck_assert_uint_gt(fixed_count, (size_t)count / 8);
}

T_TESTS("lint_implied", T_CASE("against small worlds", T_LONG, deep_expressions, all_are_found, lists))
