/* SPDX-License-Identifier: MIT */
/* An analysis from its beginning to its end: what it takes, and what it says when it cannot. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/lint.h"
#include "certmap/walk.h"
#include "rules.h"
#include "support/alloc.h"

static bool on_report(void *ctx, const struct certmap_lint_report *report) {
    ck_assert_uint_eq(report->size, sizeof *report);
    ++*(size_t *)ctx;
    return true;
}

static struct certmap_rules *load(const char *text) {
    struct certmap_rules *rules = NULL;
    ck_assert_int_eq(certmap_rules_parse(&rules, t_text(text), NULL, NULL), CERTMAP_OK);
    return rules;
}

T_TEST(a_run) {
    struct certmap_rules *rules = load("certmap 1; mapping \"a\" { when subject.CN = \"a\"; allow \"x\"; }");
    struct certmap_lint *lint = NULL;
    struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT;
    size_t count = 0;
    ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_report, &count, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_summarize(lint, &summary, NULL), CERTMAP_OK);
    ck_assert_uint_eq(summary.mappings, 1);
    ck_assert_uint_eq(summary.errors + summary.warnings + summary.notes, count);
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_report, &count, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
}

T_TEST(wrong_arguments) {
    struct certmap_rules *rules = load("certmap 1; mapping \"a\" { when subject.CN = \"a\"; deny; }");
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct certmap_lint *lint = NULL;
    ck_assert_int_eq(certmap_lint_new(NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    options.reserved = 1;
    ck_assert_int_eq(certmap_lint_new(&lint, &options, NULL), CERTMAP_ERROR_ARGUMENT);
    options.reserved = 0;
    options.profile = (enum certmap_lint_profile)9;
    ck_assert_int_eq(certmap_lint_new(&lint, &options, NULL), CERTMAP_ERROR_ARGUMENT);
    options.profile = CERTMAP_LINT_STRICT;
    options.omit = 3;
    ck_assert_int_eq(certmap_lint_new(&lint, &options, NULL), CERTMAP_ERROR_ARGUMENT);
    options.omit = 2;
    options.only_count = 1;
    ck_assert_int_eq(certmap_lint_new(&lint, &options, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(lint);
    ck_assert_int_eq(certmap_lint_run(NULL, rules, on_report, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_lint_summarize(NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_lint_free(NULL);
    certmap_rules_free(rules);
}

/* The mildest report that comes. */
static bool on_mild_report(void *ctx, const struct certmap_lint_report *report) {
    enum certmap_severity *mildest = ctx;
    *mildest = report->diagnostic.severity > *mildest ? report->diagnostic.severity : *mildest;
    return true;
}

/* What is omitted is counted as it was, also where a pass made a report milder. */
T_TEST(reports_that_are_only_counted) {
    static const enum certmap_severity mildest[] = {CERTMAP_SEVERITY_NOTE, CERTMAP_SEVERITY_WARNING,
                                                    CERTMAP_SEVERITY_ERROR};
    struct certmap_rules *rules =
        load("certmap 1;"
             "mapping \"a\" { when subject.CN = \"a\"; allow \"x\"; }"
             "mapping \"b\" { when subject.CN = \"a\" and subject.L = \"l\"; allow \"x\"; }" /* shadowed, to the same */
             "mapping \"c\" { when subject.CN = \"a\"; allow \"y\"; }"
             "mapping \"d\" { when serial = \"0x1F\"; allow \"z\"; }");
    struct certmap_lint_summary all = CERTMAP_LINT_SUMMARY_INIT;
    for (unsigned omit = 0; omit <= 2; omit++) {
        struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
        struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT;
        struct certmap_lint *lint = NULL;
        enum certmap_severity found = CERTMAP_SEVERITY_ERROR;
        options.omit = omit;
        ck_assert_int_eq(certmap_lint_new(&lint, &options, NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_lint_run(lint, rules, on_mild_report, &found, NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_lint_summarize(lint, &summary, NULL), CERTMAP_OK);
        ck_assert_int_eq(found, mildest[omit]);
        all = omit == 0 ? summary : all;
        ck_assert_uint_gt(summary.errors, 0);
        ck_assert_uint_eq(summary.errors, all.errors);
        ck_assert_uint_eq(summary.warnings, all.warnings);
        ck_assert_uint_eq(summary.notes, all.notes);
        certmap_lint_free(lint);
    }
    certmap_rules_free(rules);
}

T_TEST(names_of_words) {
    ck_assert_str_eq(certmap_certainty_name(CERTMAP_CERTAINTY_PROVEN), "proven");
    ck_assert_ptr_null(certmap_certainty_name((enum certmap_certainty)3));
    ck_assert_str_eq(certmap_lint_profile_name(CERTMAP_LINT_KB5014754), "kb5014754");
    ck_assert_ptr_null(certmap_lint_profile_name((enum certmap_lint_profile)3));
}

T_TESTS("lint", T_CASE("the library", a_run, wrong_arguments, reports_that_are_only_counted, names_of_words))
