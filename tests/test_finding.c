/* SPDX-License-Identifier: MIT */
/* What the command keeps of findings: of more that are alike than text shows, not the certificates. */
#define _POSIX_C_SOURCE 200809L

#include "finding.h"
#include "rules.h"

static struct tool_findings findings;

static void begin(bool wanted) {
    findings = (struct tool_findings){.items = NULL};
    findings.few.wanted = wanted;
    findings.few.level = CERTMAP_SEVERITY_WARNING;
}

/* Reports something that helps, and returns whether the help is kept. */
static bool is_whole(size_t line, size_t column, enum certmap_severity severity, const char *text) {
    struct certmap_lint_report report = {.size = sizeof report, .mapping = SIZE_MAX, .help = "help"};
    report.diagnostic = (struct certmap_diagnostic)CERTMAP_DIAGNOSTIC_INIT;
    report.diagnostic.code = CERTMAP_CODE_SHADOWED;
    report.diagnostic.severity = severity;
    report.diagnostic.line = line;
    report.diagnostic.column = column;
    (void)snprintf(report.diagnostic.text, sizeof report.diagnostic.text, "%s", text);
    ck_assert(tool_findings_report(&findings, &report));
    const struct tool_found *found = &findings.items[findings.count - 1].report;
    ck_assert_str_eq(found->diagnostic.text, text);
    ck_assert_uint_eq(found->diagnostic.line, line);
    return found->help != NULL;
}

/* The first are whole, to the last that text may show. */
T_TEST(the_first_of_many) {
    char text[64];
    begin(true);
    for (size_t i = 1; i <= 3 * TOOL_FINDINGS_FEW; i++) {
        (void)snprintf(text, sizeof text, "\"%zu\", above it, takes everyone", i); /* names are none of the kind */
        ck_assert_int_eq(is_whole(i, 1, CERTMAP_SEVERITY_WARNING, text), i <= TOOL_FINDINGS_FEW);
    }
    ck_assert(is_whole(100, 1, CERTMAP_SEVERITY_WARNING, "something else"));
    ck_assert(is_whole(100, 1, CERTMAP_SEVERITY_ERROR, "\"a\", above it, takes everyone")); /* no warning */
    tool_findings_free(&findings);
}

/* What is milder than the level is not shown at all, and does not count. */
T_TEST(milder_than_the_level) {
    begin(true);
    for (size_t i = 1; i <= 2 * TOOL_FINDINGS_FEW; i++)
        ck_assert(!is_whole(i, 1, CERTMAP_SEVERITY_NOTE, "alike"));
    ck_assert(is_whole(100, 1, CERTMAP_SEVERITY_WARNING, "alike"));
    tool_findings_free(&findings);
}

/* Where one comes after those of later lines, or columns, nothing is left out any more: what is sorted may be shown. */
static const struct {
    size_t line, column;
    bool before;
} places[] = {{50, 5, false}, {50, 6, false}, {51, 1, false}, {50, 4, true}, {49, 9, true}, {0, 0, true}};

T_TEST(out_of_order) {
    begin(true);
    for (size_t i = 0; i < 2 * TOOL_FINDINGS_FEW; i++)
        (void)is_whole(50, 5, CERTMAP_SEVERITY_WARNING, "alike");
    ck_assert_int_eq(is_whole(places[_i].line, places[_i].column, CERTMAP_SEVERITY_WARNING, "alike"),
                     places[_i].before);
    ck_assert_int_eq(is_whole(60, 1, CERTMAP_SEVERITY_WARNING, "alike"), places[_i].before);
    tool_findings_free(&findings);
}

/* The other formats show each. */
T_TEST(all_are_wanted) {
    begin(false);
    for (size_t i = 1; i <= 3 * TOOL_FINDINGS_FEW; i++)
        ck_assert(is_whole(i, 1, CERTMAP_SEVERITY_NOTE, "alike"));
    tool_findings_free(&findings);
}

/* As many kinds as there are findings: the table grows. */
T_TEST(many_kinds) {
    char text[64];
    begin(true);
    for (size_t i = 1; i <= 1000; i++) {
        (void)snprintf(text, sizeof text, "kind %zu", i);
        ck_assert(is_whole(i, 1, CERTMAP_SEVERITY_WARNING, text));
    }
    ck_assert_uint_eq(findings.few.count, 1000);
    tool_findings_free(&findings);
}

static const struct {
    const char *a, *b;
    bool alike;
} texts[] =
    {
        {"\"a\" takes it", "\"bc\" takes it", true},
        {"\"a\\\"b\" takes it", "\"c\" takes it", true}, /* a quote in a name is escaped */
        {"\"a\\\\\" takes it", "\"c\" takes it", true},
        {"\"a\" takes it", "\"a\" refuses it", false},
        {"", "x", false},
};

T_TEST(kinds) {
    const struct tool_brief a = {.code = CERTMAP_CODE_SHADOWED, .text = texts[_i].a};
    struct tool_brief b = {.code = CERTMAP_CODE_SHADOWED, .text = texts[_i].b};
    ck_assert_int_eq(tool_brief_kind(&a) == tool_brief_kind(&b), texts[_i].alike);
    b.code = CERTMAP_CODE_NEVER_WINS;
    ck_assert(tool_brief_kind(&a) != tool_brief_kind(&b));
    b.code = a.code;
    b.severity = CERTMAP_SEVERITY_NOTE;
    ck_assert(tool_brief_kind(&a) != tool_brief_kind(&b));
}

T_TESTS("finding",
        T_CASE("what is kept", the_first_of_many, milder_than_the_level, T_LOOP(out_of_order, COUNT(places)),
               all_are_wanted, many_kinds),
        T_CASE("what is alike", T_LOOP(kinds, COUNT(texts))))
