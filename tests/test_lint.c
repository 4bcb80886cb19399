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

/* ---- long lists ---- */

/* A list of so many: v0, v1 ... In the other letters, and from the other end. */
static void put_list(struct t_buf *text, char letter, bool backwards, size_t count) {
    char value[16];
    for (size_t i = 0; i < count; i++) {
        snprintf(value, sizeof value, "%s\"%c%u\"", i > 0 ? ", " : "(", letter,
                 (unsigned)(backwards ? count - 1 - i : i));
        t_put(text, value);
    }
    t_put(text, ")");
}

/* A list for each @; its letter is after it, and < turns it round. */
static void put_with_lists(struct t_buf *text, const char *form, size_t count) {
    for (; *form != '\0'; form++) {
        if (*form != '@') {
            t_bytes(text, form, 1);
            continue;
        }
        const bool backwards = form[1] == '<';
        form += backwards ? 2 : 1;
        put_list(text, *form, backwards, count);
    }
}

/* What is said: a line for each report. */
static bool tell_report(void *ctx, const struct certmap_lint_report *report) {
    struct t_buf *said = ctx;
    t_put(said, certmap_code_name(report->diagnostic.code));
    t_put(said, report->mapping == 0 ? " of a\n" : " of b\n");
    return true;
}

#define LISTS(of_a, of_b)                                                                                              \
    "certmap 1;\nmapping \"a\" { when issuer.CN = \"i\" and " of_a "; allow \"x\"; }\n"                                \
    "mapping \"b\" { when issuer.CN = \"i\" and " of_b "; deny; }\n"

static const struct {
    const char *form;
    const char *has; /* among what is said; NULL: it says nothing of b that is proven */
} long_lists[] = {
    {LISTS("subject.CN in @v", "subject.CN in @<v"), "dead-deny of b\n"},
    {LISTS("subject.CN in @v", "subject.CN in @w"), NULL},
    {LISTS("subject.CN in nocase @v", "subject.CN in @<v"), "dead-deny of b\n"},
    {LISTS("subject.CN in @v", "subject.CN in nocase @V"), NULL},
    {LISTS("subject.CN in @x", "only subject.CN in @v and only subject.CN in @w"), "never-true of b\n"},
    {LISTS("subject.CN in @x", "only subject.CN in @v and only subject.CN like (\"v1\", \"w*\")"), NULL},
    {LISTS("subject.CN in @x", "only subject.CN in @v and only subject.CN in nocase @V"), NULL},
    {LISTS("subject.CN in @x", "only subject.CN in nocase @v and only subject.CN in nocase @W"), "never-true of b\n"},
};

/* Far below what all pairs of operands need. */
#define PEAK_OF_LISTS 33554432

static void lint_lists(struct t_buf *said, const char *form, size_t count) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT;
    struct certmap_lint *lint = NULL;
    struct t_buf text = T_BUF_INIT;
    put_with_lists(&text, form, count);
    t_bytes(&text, "", 1);
    struct certmap_rules *rules = load((const char *)text.data);
    options.allocator = &allocator;
    ck_assert_int_eq(certmap_lint_new(&lint, &options, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_run(lint, rules, tell_report, said, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_summarize(lint, &summary, NULL), CERTMAP_OK);
    if (certmap_lint_has_solver())
        ck_assert_uint_eq(summary.undecided, 0);
    ck_assert_uint_lt(memory.peak, PEAK_OF_LISTS);
    certmap_lint_free(lint);
    ck_assert_uint_eq(memory.live, 0);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Pairs of few operands are told apart one by one, those of many in another way: the same is said of both. */
T_TEST(long_lists_are_as_short_ones) {
    struct t_buf few = T_BUF_INIT, many = T_BUF_INIT;
    lint_lists(&few, long_lists[_i].form, 40);
    lint_lists(&many, long_lists[_i].form, 500);
    t_bytes(&few, "", 1);
    t_bytes(&many, "", 1);
    ck_assert_str_eq((const char *)many.data, (const char *)few.data);
    const bool proven = strstr((const char *)many.data, "never-true of b") != NULL ||
                        strstr((const char *)many.data, "dead-deny of b") != NULL;
    if (long_lists[_i].has == NULL)
        ck_assert(!proven);
    else if (certmap_lint_has_solver())
        ck_assert_ptr_nonnull(strstr((const char *)many.data, long_lists[_i].has));
    t_buf_free(&few);
    t_buf_free(&many);
}

T_TEST(names_of_words) {
    ck_assert_str_eq(certmap_certainty_name(CERTMAP_CERTAINTY_PROVEN), "proven");
    ck_assert_ptr_null(certmap_certainty_name((enum certmap_certainty)3));
    ck_assert_str_eq(certmap_lint_profile_name(CERTMAP_LINT_KB5014754), "kb5014754");
    ck_assert_ptr_null(certmap_lint_profile_name((enum certmap_lint_profile)3));
}

T_TESTS("lint", T_CASE("the library", a_run, wrong_arguments, reports_that_are_only_counted, names_of_words),
        T_CASE("lists", T_LOOP(long_lists_are_as_short_ones, COUNT(long_lists))))
