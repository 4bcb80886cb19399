/* SPDX-License-Identifier: MIT */
/* What lint advises, case by case: tests/data/lint/NAME.cases.
 *
 *     === name of a case
 *     certmap 1; ...                         or an IIS file
 *     --- code line [decision [account]]     what is reported; with a decision, a certificate gets this answer
 *     --- profile name                       the profile
 *
 * Everything that is reported has to be written, but for what `ignored` names of a file. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/iis.h"
#include "certmap/lint.h"
#include "lint/witness.h"
#include "rules.h"
#include "support/alloc.h"

/* ---- cases ---- */

#define MAX_EXPECTED 16

struct expected {
    char code[40], decision[16], account[80];
    size_t line;
    bool found;
};

struct a_case {
    char name[120];
    struct t_buf rules;
    struct expected expected[MAX_EXPECTED];
    size_t count;
    enum certmap_lint_profile profile;
    const char *const *ignored;
};

static void read_expected(struct a_case *one, const char *line) {
    char word[40] = "", rest[80] = "";
    struct expected *expected = &one->expected[one->count];
    if (sscanf(line, "profile %39s", word) == 1) {
        while (strcmp(certmap_lint_profile_name(one->profile), word) != 0)
            one->profile++;
        return;
    }
    ck_assert_uint_lt(one->count, MAX_EXPECTED);
    memset(expected, 0, sizeof *expected);
    ck_assert_int_ge(sscanf(line, "%39s %zu %15s %79[^\n]", expected->code, &expected->line, expected->decision, rest),
                     2);
    strcpy(expected->account, rest);
    one->count++;
}

/* ---- reports ---- */

struct seen {
    struct a_case *one;
    const struct certmap_rules *rules;
};

static bool is_ignored(const struct a_case *one, const char *code) {
    for (const char *const *ignored = one->ignored; ignored != NULL && *ignored != NULL; ignored++)
        if (strcmp(*ignored, code) == 0)
            return true;
    return false;
}

static struct expected *find(struct a_case *one, const struct certmap_lint_report *report) {
    for (size_t i = 0; i < one->count; i++)
        if (!one->expected[i].found && one->expected[i].line == report->diagnostic.line &&
            strcmp(one->expected[i].code, certmap_code_name(report->diagnostic.code)) == 0)
            return &one->expected[i];
    return NULL;
}

static void assert_text(const char *name, struct certmap_view text, const char *expected) {
    ck_assert_msg(text.len == strlen(expected) && (text.len == 0 || memcmp(text.data, expected, text.len) == 0),
                  "%s: account \"%.*s\", not \"%s\"", name, (int)text.len,
                  text.data != NULL ? (const char *)text.data : "", expected);
}

/* The certificate of a file gets the answer that the report says. */
static void match_again(const struct seen *seen, const struct certmap_lint_witness *witness) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_peer *peer = NULL;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_cert_from_der(&cert, witness->der, NULL), CERTMAP_OK);
    cert.time = 1893456000;
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_match(seen->rules, peer, &result, NULL), CERTMAP_OK);
    ck_assert_int_eq(result.decision, witness->decision);
    ck_assert_uint_eq(result.index, witness->mapping);
    certmap_peer_free(peer);
}

static void check_witness(const struct seen *seen, const struct certmap_lint_report *report,
                          const struct expected *expected) {
    const struct certmap_lint_witness *witness = report->witness;
    if (expected->decision[0] == '\0')
        return;
    ck_assert_msg(witness != NULL, "%s: %s has no certificate", seen->one->name, expected->code);
    ck_assert_msg(strcmp(certmap_decision_name(witness->decision), expected->decision) == 0, "%s: %s: %s",
                  seen->one->name, expected->code, certmap_decision_name(witness->decision));
    assert_text(seen->one->name, witness->account, expected->account);
    if (witness->der.data != NULL)
        match_again(seen, witness);
}

static bool on_report(void *ctx, const struct certmap_lint_report *report) {
    const struct seen *seen = ctx;
    struct expected *expected = find(seen->one, report);
    const char *code = certmap_code_name(report->diagnostic.code);
    if (expected == NULL) {
        ck_assert_msg(is_ignored(seen->one, code), "%s: line %zu: %s: %s", seen->one->name, report->diagnostic.line,
                      code, report->diagnostic.text);
        return true;
    }
    expected->found = true;
    ck_assert_msg(report->certainty != CERTMAP_CERTAINTY_SHOWN || report->witness != NULL, "%s: %s", seen->one->name,
                  code);
    ck_assert_msg(report->help != NULL, "%s: %s has no help", seen->one->name, code);
    check_witness(seen, report, expected);
    return true;
}

/* Native rules, or an IIS file. */
static struct certmap_rules *load_case(struct a_case *one, struct certmap_lint *lint) {
    struct certmap_parse_options parse = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_iis_options iis = CERTMAP_IIS_OPTIONS_INIT;
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    build.added = certmap_lint_added;
    build.added_ctx = lint;
    parse.build = iis.build = &build;
    const enum certmap_status status = t_cstr(&one->rules)[0] == '<'
                                           ? certmap_iis_load(&rules, NULL, t_view(&one->rules), &iis, &err)
                                           : certmap_rules_parse(&rules, t_view(&one->rules), &parse, &err);
    ck_assert_msg(status == CERTMAP_OK, "%s: %zu: %s", one->name, err.line, err.text);
    return rules;
}

static void run(struct a_case *one) {
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct certmap_lint *lint = NULL;
    options.profile = one->profile;
    ck_assert_int_eq(certmap_lint_new(&lint, &options, NULL), CERTMAP_OK);
    struct certmap_rules *rules = load_case(one, lint);
    struct seen seen = {one, rules};
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_report, &seen, NULL), CERTMAP_OK);
    for (size_t i = 0; i < one->count; i++)
        ck_assert_msg(one->expected[i].found, "%s: line %zu: no %s", one->name, one->expected[i].line,
                      one->expected[i].code);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
}

/* Runs the cases of a file; all else than these codes has to be expected. */
static void run_file(const char *path, const char *const *ignored) {
    FILE *file = fopen(path, "rb");
    char line[8192];
    struct a_case one = {.rules = T_BUF_INIT, .ignored = ignored};
    size_t count = 0;
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "--- ", 4) == 0) {
            read_expected(&one, line + 4);
        } else if (strncmp(line, "=== ", 4) == 0) {
            if (count++ > 0)
                run(&one);
            t_buf_clear(&one.rules);
            one = (struct a_case){.rules = one.rules, .ignored = ignored};
            sscanf(line, "=== %119[^\n]", one.name);
        } else if (count > 0) {
            t_put(&one.rules, line);
        }
    }
    run(&one);
    t_buf_free(&one.rules);
    fclose(file);
}

T_TEST(breadth) {
    run_file("tests/data/lint/breadth.cases", NULL);
}

/* Whom patterns let in is not about issuers, and these are known by name for the sake of short rules. */
static const char *const of_breadth[] = {"no-issuer",        "issuer-by-name", "single-field",
                                         "common-name-only", "weak-mapping",   NULL};

T_TEST(patterns) {
    run_file("tests/data/lint/pattern.cases", of_breadth);
}

T_TEST(texts) {
    run_file("tests/data/lint/text.cases", of_breadth);
}

T_TEST(accounts) {
    run_file("tests/data/lint/account.cases", of_breadth);
}

T_TEST(iis_files) {
    if (certmap_lint_has_solver()) /* it also finds what is about the order of mappings */
        run_file("tests/data/lint/iis.cases", of_breadth);
}

static const char *const of_decoys[] = {
    "no-issuer", "issuer-by-name", "single-field", "common-name-only", "weak-mapping", "open-pattern", NULL};

T_TEST(decoys) {
    run_file("tests/data/lint/decoys.cases", of_decoys);
}

/* ---- certificates that come in ---- */

struct found {
    struct t_buf text;
    bool wrong_witness;
};

static bool on_found(void *ctx, const struct certmap_lint_report *report) {
    struct found *found = ctx;
    char line[96];
    if (report->diagnostic.code < CERTMAP_CODE_UNUSED_MAPPING ||
        report->diagnostic.code > CERTMAP_CODE_UNMAPPED_CERTIFICATES)
        return true;
    snprintf(line, sizeof line, "%zu %s%s\n", report->diagnostic.line, certmap_code_name(report->diagnostic.code),
             report->witness != NULL ? " shown" : "");
    t_put(&found->text, line);
    if (report->witness != NULL && report->witness->decision != CERTMAP_NONE)
        found->wrong_witness = true;
    return true;
}

/* Loads rules for a lint. */
static struct certmap_rules *load(struct certmap_lint *lint, const char *text) {
    struct certmap_parse_options parse = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    build.added = certmap_lint_added;
    build.added_ctx = lint;
    parse.build = &build;
    ck_assert_int_eq(certmap_rules_parse(&rules, t_text(text), &parse, NULL), CERTMAP_OK);
    return rules;
}

/* Gives a lint a certificate of O=Contoso, this OU, issued by CA. */
static enum certmap_status give_often(struct certmap_lint *lint, const struct certmap_rules *rules, const char *unit,
                                      uint64_t count) {
    struct cm_lint_pool pool;
    const struct cm_lint_value values[] = {
        {CERTMAP_FIELD_SUBJECT, t_text("O"), t_text("Contoso"), CERTMAP_LINT_READABLE},
        {CERTMAP_FIELD_SUBJECT, t_text("OU"), t_text(unit), CERTMAP_LINT_READABLE},
        {CERTMAP_FIELD_ISSUER, t_text("CN"), t_text("CA"), CERTMAP_LINT_READABLE},
    };
    const struct cm_lint_witness witness = {values, sizeof values / sizeof *values};
    struct certmap_peer *peer = NULL;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert(cm_lint_pool_init(&pool, NULL));
    ck_assert(cm_lint_witness_set(peer, &pool, &witness, cm_lint_witness_der(&pool, &witness)));
    const enum certmap_status status = certmap_lint_certificate(lint, rules, peer, certmap_no_view(), count, NULL);
    certmap_peer_free(peer);
    cm_lint_pool_free(&pool);
    return status;
}

static enum certmap_status give(struct certmap_lint *lint, const struct certmap_rules *rules, const char *unit) {
    return give_often(lint, rules, unit, 1);
}

/* What is found of rules, where the certificates are of Sales, Sales and Support. */
static void assert_corpus(const char *text, const char *expected) {
    struct found found = {T_BUF_INIT, false};
    struct certmap_lint *lint = NULL;
    ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
    struct certmap_rules *rules = load(lint, text);
    ck_assert_int_eq(give(lint, rules, "Sales"), CERTMAP_OK);
    ck_assert_int_eq(give(lint, rules, "Sales"), CERTMAP_OK);
    ck_assert_int_eq(give(lint, rules, "Support"), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_found, &found, NULL), CERTMAP_OK);
    ck_assert_int_eq(give(lint, rules, "Sales"), CERTMAP_ERROR_ARGUMENT);
    ck_assert_str_eq(t_cstr(&found.text), expected);
    ck_assert(!found.wrong_witness);
    t_buf_free(&found.text);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
}

#define CA "certmap 1;\nmapping \"m\" {\n when issuer.CN = \"CA\" and subject.O = \"Contoso\"\n and "
#define OUT ";\n allow \"x\";\n}\n"

T_TEST(corpus) {
    static const char *const rows[][2] = {
        {CA "subject.OU = \"Slaes\"" OUT, "0 unmapped-certificates\n2 unused-mapping\n4 unseen-value shown\n"},
        {CA "subject.OU = \"Marketing\"" OUT, "0 unmapped-certificates\n2 unused-mapping\n4 unseen-value\n"},
        {CA "subject.OU like \"Mark *\"" OUT, "0 unmapped-certificates\n2 unused-mapping\n4 unseen-value\n"},
        {CA "subject.L = \"Rome\"" OUT, "0 unmapped-certificates\n2 unused-mapping\n4 unseen-field\n"},
        {CA "subject.OU in (\"Sales\", \"Support\")" OUT, ""},
        {CA "subject.OU in (\"Sales\",\n\"Slaes\")" OUT, "0 unmapped-certificates\n5 unseen-value\n"},
        {CA "subject.OU like nocase \"s*\"" OUT, ""},
        {CA "subject.L absent" OUT, ""},
        {CA "subject.2.5.4.11 = \"Sales\"" OUT, "0 unmapped-certificates\n"},
        {"certmap 1;\nmapping \"a\" { when always; deny; }", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_corpus(rows[i][0], rows[i][1]);
}

/* What is said of certificates without an answer, by the mapping that is nearest. */
static bool on_group(void *ctx, const struct certmap_lint_report *report) {
    char line[512];
    for (size_t i = 0; report->diagnostic.code == CERTMAP_CODE_UNMAPPED_CERTIFICATES && i < report->related_count;
         i++) {
        snprintf(line, sizeof line, "%zu: %s\n", report->related[i].mapping, report->related[i].text);
        t_put(ctx, line);
    }
    return true;
}

static const char grouped[] =
    "certmap 1;\n"
    "mapping \"a\" { when issuer.CN = \"CA\" and subject.OU = \"Sales\"; allow \"x\"; }\n"
    "mapping \"b\" { when issuer.CN = \"CA\" and subject.O = \"Contoso\" and not subject.OU = \"Temp\"\n"
    " and subject.OU in (\"Ops\", \"Labs\"); allow \"y\"; }\n"
    "mapping \"c\" { when subject.O = \"Contoso\" and (subject.OU = \"none\" or subject.L present); deny; }\n";

T_TEST(corpus_groups) {
    static const char *const units[] = {"Temp", "Legal", "Sales", "Legal", "Ops", "L\xC3\xA4gal\xE2\x80\xAE"};
    struct certmap_lint *lint = NULL;
    struct t_buf text = T_BUF_INIT;
    ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
    struct certmap_rules *rules = load(lint, grouped);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        ck_assert_int_eq(give(lint, rules, units[i]), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_group, &text, NULL), CERTMAP_OK);
    ck_assert_str_eq(t_cstr(&text),
                     "1: \"b\" is nearest to 3 of them: certificate 2 misses only subject.OU in (\"Ops\", \"Labs\"), "
                     "and has \"Legal\"\n"
                     "0: \"a\" is nearest to 1 of them: certificate 1 misses only subject.OU = \"Sales\", and has "
                     "\"Temp\"\n");
    t_buf_free(&text);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
}

/* Each counts as often as it came, and no sum is more than a number can say. */
T_TEST(corpus_counts) {
    static const struct {
        uint64_t ops, legal, temp;
        const char *expected;
    } rows[] = {
        {5, 1000, 3,
         "1: \"b\" is nearest to 1000 of them: certificate 2 misses only subject.OU in (\"Ops\", \"Labs\"), and has "
         "\"Legal\"\n0: \"a\" is nearest to 3 of them: certificate 3 misses only subject.OU = \"Sales\", and has "
         "\"Temp\"\n"},
        {1, UINT64_MAX, UINT64_MAX - 1,
         "1: \"b\" is nearest to 18446744073709551615 of them: certificate 2 misses only subject.OU in (\"Ops\", "
         "\"Labs\"), and has \"Legal\"\n0: \"a\" is nearest to 18446744073709551614 of them: certificate 3 misses only "
         "subject.OU = \"Sales\", and has \"Temp\"\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct certmap_lint *lint = NULL;
        struct t_buf text = T_BUF_INIT;
        ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
        struct certmap_rules *rules = load(lint, grouped);
        ck_assert_int_eq(give_often(lint, rules, "Ops", rows[i].ops), CERTMAP_OK);
        ck_assert_int_eq(give_often(lint, rules, "Legal", rows[i].legal), CERTMAP_OK);
        ck_assert_int_eq(give_often(lint, rules, "Temp", rows[i].temp), CERTMAP_OK);
        ck_assert_int_eq(give_often(lint, rules, "Temp", 0), CERTMAP_ERROR_ARGUMENT);
        ck_assert_int_eq(certmap_lint_run(lint, rules, on_group, &text, NULL), CERTMAP_OK);
        ck_assert_str_eq(t_cstr(&text), rows[i].expected);
        t_buf_free(&text);
        certmap_lint_free(lint);
        certmap_rules_free(rules);
    }
}

static bool on_unanswered(void *ctx, const struct certmap_lint_report *report) {
    if (report->diagnostic.code == CERTMAP_CODE_UNMAPPED_CERTIFICATES)
        t_put(ctx, report->diagnostic.text);
    return true;
}

/* 5,000,000 comparisons are the most: 1,000 certificates with 5,000 mappings, and not one more. */
T_TEST(corpus_of_many) {
    static const char *const expected[] = {
        "of 1000 certificates 1000 get no answer",
        "of 1001 certificates 1001 get no answer, the first 1000 of which were compared with each mapping"};
    struct certmap_lint *lint = NULL;
    struct t_buf text = T_BUF_INIT, said = T_BUF_INIT;
    char line[128];
    t_put(&text, "certmap 1;\n");
    for (int i = 0; i < 5000; i++) {
        snprintf(line, sizeof line, "mapping \"m%d\" { when subject.OU = \"Unit %d\"; allow \"x\"; }\n", i, i);
        t_put(&text, line);
    }
    ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
    struct certmap_rules *rules = load(lint, t_cstr(&text));
    for (int i = 0; i < 1000 + _i; i++)
        ck_assert_int_eq(give(lint, rules, "Sales"), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_run(lint, rules, on_unanswered, &said, NULL), CERTMAP_OK);
    ck_assert_str_eq(t_cstr(&said), expected[_i]);
    t_buf_free(&text);
    t_buf_free(&said);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
}

T_TEST(named) {
    const struct certmap_view names[] = {t_text("breakglass"), t_text("CONTOSO\\ops")};
    static const struct {
        const char *account;
        bool named;
    } rows[] = {{"breakglass", true},
                {"EU\\BreakGlass", true},
                {"breakglass@contoso.example", true},
                {"contoso\\OPS", true},
                {"ops", false},
                {"EU\\ops", false},
                {"root", false},
                {"", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(certmap_lint_is_named(t_text(rows[i].account), names, 2) == rows[i].named, "%s", rows[i].account);
    ck_assert(!certmap_lint_is_named(t_text("breakglass"), NULL, 0));
    ck_assert(!certmap_lint_is_named(certmap_no_view(), names, 2));
}

T_TEST(corpus_of_other_rules) {
    struct certmap_lint *lint = NULL;
    struct certmap_rules *rules = t_rules(CA "subject.OU = \"a\"" OUT), *others = t_rules(CA "subject.OU = \"b\"" OUT);
    struct found none = {T_BUF_INIT, false};
    ck_assert_int_eq(certmap_lint_new(&lint, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_lint_certificate(lint, rules, NULL, certmap_no_view(), 1, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(give(lint, rules, "a"), CERTMAP_OK);
    ck_assert_int_eq(give(lint, others, "a"), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_lint_run(lint, others, on_found, &none, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_lint_free(lint);
    certmap_rules_free(rules);
    certmap_rules_free(others);
}

T_TEST(corpus_without_memory) {
    struct certmap_rules *rules = t_rules(CA "subject.OU in (\"Slaes\", \"x\") and subject.OU like \"S*\"" OUT);
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    for (size_t n = 0;; n++) {
        struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
        struct found found = {T_BUF_INIT, false};
        struct certmap_lint *lint = NULL;
        options.allocator = &allocator;
        t_alloc_fail_at(&memory, n);
        enum certmap_status status = certmap_lint_new(&lint, &options, NULL);
        if (status == CERTMAP_OK)
            status = give(lint, rules, "Sales");
        if (status == CERTMAP_OK)
            status = certmap_lint_run(lint, rules, on_found, &found, NULL);
        certmap_lint_free(lint);
        t_buf_free(&found.text);
        ck_assert_uint_eq(memory.live, 0);
        ck_assert_int_eq(status, t_alloc_failed(&memory) ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        if (!t_alloc_failed(&memory))
            break;
    }
    certmap_rules_free(rules);
}

/* ---- whole files ---- */

struct counting {
    size_t errors, warnings, notes;
};

static bool on_count(void *ctx, const struct certmap_lint_report *report) {
    struct counting *counting = ctx;
    size_t *counters[] = {&counting->errors, &counting->warnings, &counting->notes};
    ck_assert_uint_lt((size_t)report->diagnostic.severity, 3);
    ++*counters[report->diagnostic.severity];
    ck_assert_ptr_nonnull(report->help);
    return true;
}

static enum certmap_status lint_rules(const struct certmap_rules *rules, const struct certmap_allocator *allocator,
                                      struct counting *counting) {
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct certmap_lint *lint = NULL;
    options.allocator = allocator;
    enum certmap_status status = certmap_lint_new(&lint, &options, NULL);
    if (status == CERTMAP_OK)
        status = certmap_lint_run(lint, rules, on_count, counting, NULL);
    certmap_lint_free(lint);
    return status;
}

/* Rules that have something of every pass. */
static const char *const of_everything =
    "certmap 1;\n"
    "mapping \"1\" { when subject.O = \"Contoso\" and subject.CN like \"svc*\"; allow \"root\"; }\n"
    "mapping \"2\" { when issuer.CN = \"CA\" and subject.O = \"Contoso\" and subject.L like \"Rome\"; allow \"x\"; }\n"
    "mapping \"3\" { when issuer.CN = \"CA\" and subject.O = \"Contoso\" and san.ip = \"0.0.0.0/0\"; allow \"x\"; }\n"
    "mapping \"4\" { when issuer.CN = \"CA\" and subject.O = \"Contosso\" and subject.OU = \"a\"; allow \"y\"; }\n"
    "mapping \"5\" { when issuer.CN = \"B\" and subject.L = \"R\xD0\xBEme \"; allow \"${subject.UID}\"; }\n"
    "mapping \"6\" { when issuer.CN = \"C\" and subject.L = \"Bonn\"; allow \"${subject.UID}\"; }\n"
    "mapping \"7\" { when subject.L = \"Oslo\"; allow \"${subject.UID | lower}\"; }\n"
    "mapping \"8\" { when issuer.CN = \"D\" and not subject.L = \"Oslo\"; allow \"z\"; }\n";

T_TEST(each_allocation_fails) {
    struct certmap_rules *rules = t_rules(of_everything);
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    for (size_t n = 0;; n++) {
        struct counting counting = {0, 0, 0};
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = lint_rules(rules, &allocator, &counting);
        ck_assert_uint_eq(memory.live, 0);
        if (!t_alloc_failed(&memory)) {
            ck_assert_int_eq(status, CERTMAP_OK);
            ck_assert_uint_ge(counting.errors + counting.warnings, 12);
            break;
        }
        ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
    }
    certmap_rules_free(rules);
}

/* Nobody's rules: long, wide, deep, and with every character. */
static void lint_buf(struct t_buf *text) {
    struct counting counting = {0, 0, 0};
    struct certmap_rules *rules = t_rules(t_cstr(text));
    ck_assert_int_eq(lint_rules(rules, NULL, &counting), CERTMAP_OK);
    certmap_rules_free(rules);
    t_buf_free(text);
}

T_TEST(many_operands) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when issuer.CN = \"CA\" and subject.O like (");
    for (size_t i = 0; i < 10000; i++)
        t_put_line(&text, i == 0 ? "\"Word%*\"" : ", \"Word%*\"", i);
    t_put(&text, ") and subject.OU in (");
    for (size_t i = 0; i < 10000; i++)
        t_put_line(&text, i == 0 ? "\"Unit%\"" : ", \"Unit%\"", i);
    t_put(&text, "); allow \"x\"; }");
    lint_buf(&text);
}

T_TEST(long_patterns) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when subject.O like \"");
    for (size_t i = 0; i < 1000; i++)
        t_put(&text, "a*?b");
    t_put(&text, "\" and san.dns like \"*");
    for (size_t i = 0; i < 100; i++)
        t_put(&text, "a.*");
    t_put(&text, "\" and san.email like \"*@*@*@a*b.c*\" and san.uri like \"*://*/*?*\"; allow \"x\"; }");
    lint_buf(&text);
}

T_TEST(deep_groups) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    for (size_t i = 0; i < 200; i++)
        t_put(&text, "(subject.O = \"a\" or not (subject.L = \"b\" and ");
    t_put(&text, "subject.CN like \"x*\"");
    for (size_t i = 0; i < 200; i++)
        t_put(&text, "))");
    t_put(&text, "; allow \"x\"; }");
    struct certmap_rules *rules = NULL;
    struct counting counting = {0, 0, 0};
    if (certmap_rules_parse(&rules, t_view(&text), NULL, NULL) == CERTMAP_OK)
        ck_assert_int_eq(lint_rules(rules, NULL, &counting), CERTMAP_OK);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

static bool is_text(unsigned c) {
    char source[96];
    struct certmap_rules *rules = NULL;
    snprintf(source, sizeof source, "certmap 1; mapping \"m\" { when subject.O = \"a\\u{%X}b\"; deny; }", c);
    const bool taken = certmap_rules_parse(&rules, t_text(source), NULL, NULL) == CERTMAP_OK;
    certmap_rules_free(rules);
    return taken;
}

/* Code points between letters, a few in a mapping. */
T_TEST(every_character) {
    struct t_buf text = T_BUF_INIT;
    size_t count = 0;
    t_put(&text, "certmap 1;");
    for (unsigned c = 0x80; c < 0x110000; c += c < 0x700 ? 1 : 331) {
        if (!is_text(c))
            continue;
        t_put_line(&text, " mapping \"%\" { when issuer.CN = \"CA\" and subject.O = ", count++);
        char escape[64];
        snprintf(escape, sizeof escape, "\"a\\u{%X}b\"; allow \"x\"; }", c);
        t_put(&text, escape);
    }
    lint_buf(&text);
}

/* Nothing is quadratic in the mappings: twenty times as many are done within a test's time. */
T_TEST(many_mappings) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < 20000; i++)
        t_put_line(
            &text,
            "mapping \"m%\" { when issuer.CN = \"CA %\" and subject.O = \"Contoso\" and subject.CN = \"User %\"; allow "
            "\"u%-${subject.UID}\"; }\n",
            i);
    lint_buf(&text);
}

T_TESTS("lint_advice", T_CASE("cases", breadth, patterns, texts, accounts, iis_files, decoys),
        T_CASE("corpus", corpus, corpus_groups, corpus_counts, named, corpus_of_other_rules, corpus_without_memory),
        T_CASE("files", T_LONG, each_allocation_fails, many_operands, long_patterns, deep_groups, every_character,
               many_mappings),
        T_SLOW_CASE(T_LOOP(corpus_of_many, 2)))
