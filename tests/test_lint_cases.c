/* SPDX-License-Identifier: MIT */
/* tests/data/lint/cases.txt: rule sets with mistakes and without, and what is found at which line. Each witness is matched
 * again by the analysis itself; here it is read once more from its DER. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/lint.h"
#include "pages.h"
#include "rules.h"
#include "support/alloc.h"

/* ---- findings ---- */

static struct t_buf found;
static const struct certmap_rules *current;

static bool is_looked_at(enum certmap_code code) {
    return (code >= CERTMAP_CODE_SHADOWED && code < CERTMAP_CODE_ALLOW_BY_ABSENCE) ||
           (code >= CERTMAP_CODE_AMBIGUOUS_PAIR && code <= CERTMAP_CODE_TIE);
}

static struct certmap_lint_summary summary = CERTMAP_LINT_SUMMARY_INIT; /* of the last analysis */

/* The file of a certificate gets the answer that is said. */
static void check_witness(const struct certmap_lint_witness *witness) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_peer *peer = NULL;
    if (witness == NULL || witness->der.data == NULL)
        return;
    ck_assert_int_eq(certmap_cert_from_der(&cert, witness->der, NULL), CERTMAP_OK);
    cert.time = 1893456000;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_match(current, peer, &result, NULL), CERTMAP_OK);
    ck_assert_int_eq(result.decision, witness->decision);
    ck_assert_uint_eq(result.index, witness->mapping);
    certmap_peer_free(peer);
}

static bool on_report(void *ctx, const struct certmap_lint_report *report) {
    char line[128];
    (void)ctx;
    check_witness(report->witness);
    if (!is_looked_at(report->diagnostic.code))
        return true;
    (void)snprintf(line, sizeof line, "%zu %s\n", report->diagnostic.line, certmap_code_name(report->diagnostic.code));
    t_put(&found, line);
    return true;
}

static enum certmap_status run(struct certmap_view text, const struct certmap_allocator *allocator) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_lint_options lint_options = CERTMAP_LINT_OPTIONS_INIT;
    struct certmap_lint *lint = NULL;
    struct certmap_rules *rules = NULL;
    lint_options.allocator = allocator;
    enum certmap_status status = certmap_lint_new(&lint, &lint_options, NULL);
    build.added = certmap_lint_added;
    build.added_ctx = lint;
    options.build = &build;
    ck_assert_msg(certmap_rules_parse(&rules, text, &options, NULL) == CERTMAP_OK, "%.*s", (int)text.len,
                  (const char *)text.data);
    current = rules;
    if (status == CERTMAP_OK)
        status = certmap_lint_run(lint, rules, on_report, NULL, NULL);
    if (status == CERTMAP_OK)
        ck_assert_int_eq(certmap_lint_summarize(lint, &summary, NULL), CERTMAP_OK);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
    return status;
}

/* ---- the file ---- */

static struct certmap_view next_line(struct certmap_view *rest) {
    const uint8_t *end = memchr(rest->data, '\n', rest->len);
    const size_t len = end != NULL ? (size_t)(end - rest->data) + 1 : rest->len;
    const struct certmap_view line = {rest->data, len};
    rest->data += len;
    rest->len -= len;
    return line;
}

static bool begins_case(struct certmap_view line) {
    return line.len > 3 && memcmp(line.data, "== ", 3) == 0;
}

/* The codes that the comments of a rule set name. */
static void read_expected(struct t_buf *expected, struct certmap_view rules) {
    static const char mark[] = "# finds ";
    for (size_t number = 1; rules.len > 0; number++) {
        const struct certmap_view line = next_line(&rules);
        for (size_t i = 0; i + sizeof mark - 1 < line.len; i++)
            if (memcmp(line.data + i, mark, sizeof mark - 1) == 0) {
                char text[32];
                (void)snprintf(text, sizeof text, "%zu ", number);
                t_put(expected, text);
                t_bytes(expected, line.data + i + sizeof mark - 1, line.len - i - (sizeof mark - 1));
            }
    }
}

typedef void case_fn(struct certmap_view name, struct certmap_view rules);

static void each_case(case_fn *fn) {
    struct t_buf file = T_BUF_INIT;
    t_read_file(&file, "tests/data/lint/cases.txt");
    struct certmap_view rest = {file.data, file.len}, name = CERTMAP_NO_VIEW, rules = CERTMAP_NO_VIEW;
    while (rest.len > 0) {
        const struct certmap_view line = next_line(&rest);
        if (begins_case(line)) {
            if (name.data != NULL)
                fn(name, rules);
            name = line;
            rules = (struct certmap_view){rest.data, 0};
        } else if (name.data != NULL) {
            rules.len += line.len;
        }
    }
    fn(name, rules);
    t_buf_free(&file);
}

static void check_case(struct certmap_view name, struct certmap_view rules) {
    struct t_buf expected = T_BUF_INIT;
    found.len = 0;
    ck_assert_int_eq(run(rules, NULL), CERTMAP_OK);
    read_expected(&expected, rules);
    if (certmap_lint_has_solver() || summary.by_solver == 0)
        ck_assert_msg(strcmp(t_cstr(&expected), t_cstr(&found)) == 0, "%.*sexpected:\n%sfound:\n%s", (int)name.len,
                      (const char *)name.data, t_cstr(&expected), t_cstr(&found));
    t_buf_free(&expected);
}

T_TEST(each_is_found) {
    each_case(check_case);
    t_buf_free(&found);
}

/* Each request fails in turn, in a sample of them: an error, and nothing is left behind. */
static void check_memory(struct certmap_view name, struct certmap_view rules) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    (void)name;
    for (size_t n = 0;; n += 1 + n / 8) {
        t_alloc_fail_at(&memory, n);
        found.len = 0;
        const enum certmap_status status = run(rules, &allocator);
        ck_assert_uint_eq(memory.live, 0);
        if (!t_alloc_failed(&memory))
            break;
        ck_assert_msg(status == CERTMAP_ERROR_MEMORY, "%zu", n);
    }
}

T_TEST(no_memory) {
    each_case(check_memory);
    t_buf_free(&found);
}

/* ---- what can be deleted ---- */

/* Of whole Names that cannot be read all the same is proven: where a Name is not under another one, nothing is. */
static const struct removal {
    const char *rules;
    size_t edits; /* mappings that are proven to be of no use, whatever can be read */
} removals[] = {
    {"mapping \"a\" { when subject under \"O=Contoso,C=US\"; allow \"a\"; }"
     "mapping \"b\" { when subject under \"OU=Sales,O=contoso,C=US\"; allow \"b\"; }",
     1},
    {"mapping \"a\" { when subject under \"O=Contoso,C=US\"; allow \"a\"; }"
     "mapping \"b\" { when subject = \"OU=Sales,O=contoso,C=US\"; allow \"b\"; }"
     "mapping \"c\" { when subject = exact \"CN=Ada,O=CONTOSO,C=US\"; allow \"c\"; }",
     2},
    {"mapping \"a\" { when subject = \"O=Contoso,C=US\"; allow \"a\"; }"
     "mapping \"b\" { when subject = \"O=contoso,C=US\" and issuer.CN = \"CA\"; allow \"b\"; }",
     1},
    {"mapping \"a\" { when san.dirname under \"O=Contoso,C=US\"; allow \"a\"; }"
     "mapping \"b\" { when san.dirname under \"OU=Sales,O=Contoso,C=US\" and issuer.CN = \"CA\"; allow \"b\"; }",
     1},
    {"mapping \"a\" { when subject under \"OU=Sales,O=Contoso,C=US\" and version = \"3\"; allow \"a\"; }"
     "mapping \"b\" { when subject under \"OU=Sales,O=Contoso,C=US\" and version = \"1\"; allow \"a\"; }"
     "mapping \"c\" { when subject under \"OU=Sales,O=Contoso,C=US\" and version = \"2\"; allow \"a\"; }"
     "mapping \"d\" { when subject under \"CN=Ada,OU=Sales,O=Contoso,C=US\"; allow \"b\"; }",
     0}, /* it answers those of version 4 */
};

static bool count_edits(void *ctx, const struct certmap_lint_report *report) {
    *(size_t *)ctx += report->fixed_by_edits;
    return true;
}

T_TEST(what_can_be_deleted) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_lint *lint = NULL;
    struct certmap_rules *rules = NULL;
    char text[1024];
    size_t edits = 0;
    (void)snprintf(text, sizeof text, "certmap 1;%s", removals[_i].rules);
    ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
    build.added = certmap_lint_added;
    build.added_ctx = lint;
    options.build = &build;
    ck_assert_int_eq(certmap_rules_parse(&rules, certmap_view_of(text), &options, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_run(lint, rules, count_edits, &edits, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_summarize(lint, &summary, NULL), CERTMAP_OK);
    if (certmap_lint_has_solver()) {
        ck_assert_uint_eq(edits, removals[_i].edits);
        ck_assert_uint_eq(summary.undecided, 0);
    }
    certmap_lint_free(lint);
    certmap_rules_free(rules);
}

T_TESTS("lint_cases", T_CASE("what is found", T_LONG, each_is_found, no_memory),
        T_CASE("what can be deleted", T_LOOP(what_can_be_deleted, COUNT(removals))))
