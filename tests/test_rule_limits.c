/* SPDX-License-Identifier: MIT */
/* The limits on rules, each at its edge and one over. Those on certificates are in test_limits.c, the one on
 * diagnostics in test_parse.c. */
#include "certmap/limits.h"
#include "compile/builder.h"
#include "rules.h"

static void repeat(struct t_buf *buf, const char *unit, size_t count) {
    for (size_t i = 0; i < count; i++)
        t_put(buf, unit);
}

static enum certmap_status parse(struct certmap_rules **rules, struct t_buf *text, struct certmap_diagnostic *error) {
    *error = (struct certmap_diagnostic){.status = CERTMAP_OK};
    *rules = NULL;
    return certmap_rules_parse(rules, t_view(text), NULL, error);
}

/* Loads, and is true for a subject. */
static void assert_matches(struct t_buf *text, const char *subject) {
    struct certmap_rules *rules;
    struct certmap_diagnostic error;
    struct t_buf trace = T_BUF_INIT;
    struct t_peer peer;
    ck_assert_msg(parse(&rules, text, &error) == CERTMAP_OK, "%zu:%zu: %s", error.line, error.column, error.text);
    t_peer_make(&peer, subject, "CN=CA");
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_DENY);
    t_trace(&trace, rules, peer.peer);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&trace);
}

static void assert_fails(struct t_buf *text, enum certmap_status status, enum certmap_code code,
                         const char *column_of) {
    struct certmap_rules *rules;
    struct certmap_diagnostic error;
    ck_assert_int_eq(parse(&rules, text, &error), status);
    ck_assert_ptr_null(rules);
    ck_assert_msg(error.code == code, "%s", error.text);
    ck_assert_uint_eq(error.line, 1);
    const char *start = t_cstr(text), *at = strstr(start, column_of);
    ck_assert_ptr_nonnull(at);
    ck_assert_uint_eq(error.offset, (size_t)(at - start));
    ck_assert_uint_eq(error.column, error.offset + 1);
}

/* ---- texts ---- */

/* Where a text of `a` is, and what is around it. */
static const struct {
    const char *about, *before, *after;
} places[] = {
    {"a mapping's name", "certmap 1; mapping ", " { when subject.O present; deny; }"},
    {"an operand", "certmap 1; mapping \"m\" { when subject.CN = ", "; deny; }"},
    {"an operand nocase", "certmap 1; mapping \"m\" { when subject.CN = nocase ", "; deny; }"},
    {"one of a list", "certmap 1; mapping \"m\" { when subject.CN in (\"a\", ", "); deny; }"},
    {"a pattern", "certmap 1; mapping \"m\" { when subject.CN like ", "; deny; }"},
    {"a pattern nocase", "certmap 1; mapping \"m\" { when subject.CN like nocase ", "; deny; }"},
};

static void put_text_at(struct t_buf *text, int place, const char *unit, size_t count) {
    t_put(text, places[place].before);
    t_put(text, "\"");
    repeat(text, unit, count);
    t_put(text, "\"");
    t_put(text, places[place].after);
}

T_TEST(text_at_the_limit) {
    struct t_buf text = T_BUF_INIT;
    put_text_at(&text, _i, "a", CERTMAP_MAX_TEXT_SIZE);
    assert_matches(&text, "O=x | CN=\\{a*65536}");
    t_buf_free(&text);
}

/* One diagnostic, at the text, and no second one about what became of it. */
static void count_diagnostic(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    size_t *count = ctx;
    ck_assert_int_eq(severity, CERTMAP_SEVERITY_ERROR);
    ck_assert_int_eq(diagnostic->code, CERTMAP_CODE_TEXT_TOO_LONG);
    ++*count;
}

T_TEST(text_over_the_limit) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    size_t count = 0;
    put_text_at(&text, _i, "a", CERTMAP_MAX_TEXT_SIZE + 1);
    assert_fails(&text, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_TEXT_TOO_LONG, "\"aa");
    options.diagnostic = count_diagnostic;
    options.diagnostic_ctx = &count;
    ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), &options, NULL), CERTMAP_ERROR_SYNTAX);
    ck_assert_uint_eq(count, 1);
    t_buf_free(&text);
}

/* What counts is the text, not its escapes. */
T_TEST(escapes_are_counted_once_read) {
    struct t_buf text = T_BUF_INIT;
    put_text_at(&text, _i, "\\u{61}", CERTMAP_MAX_TEXT_SIZE);
    assert_matches(&text, "O=x | CN=\\{a*65536}");
    t_buf_clear(&text);
    put_text_at(&text, _i, "\\u{61}", CERTMAP_MAX_TEXT_SIZE + 1);
    assert_fails(&text, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_TEXT_TOO_LONG, "\"\\u{61}");
    t_buf_free(&text);
}

T_TEST(account_at_the_limit_and_over) {
    for (size_t over = 0; over < 2; over++) {
        struct t_buf text = T_BUF_INIT;
        struct certmap_rules *rules;
        struct certmap_diagnostic error;
        t_put(&text, "certmap 1; mapping \"m\" { when subject.CN present; allow \"");
        repeat(&text, "a", CERTMAP_MAX_TEXT_SIZE + over);
        t_put(&text, "\"; }");
        ck_assert_int_eq(parse(&rules, &text, &error), over == 0 ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
        ck_assert_int_eq(error.code, over == 0 ? CERTMAP_CODE_NONE : CERTMAP_CODE_TEXT_TOO_LONG);
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
}

/* Characters that normalising and folding make longer than any others, as literals of patterns and between
 * wildcards. U+1D160 becomes three times as long, U+1FA2 decomposes into four, U+023A folds to a longer one. */
static const struct {
    const char *about, *unit;
    size_t bytes;
} growing[] = {
    {"excluded from composition", "\xF0\x9D\x85\xA0", 4},
    {"four code points, composed again", "\xE1\xBE\xA2", 3},
    {"longer when folded", "\xC8\xBA", 2},
    {"folded, and then composed", "\xE1\xBF\xBC", 3},
    {"Hangul", "\xEA\xB0\x81", 3},
    {"between wildcards", "*\xF0\x9D\x85\xA0?", 6},
    {"wildcards alone", "*", 1},
};

T_TEST(patterns_that_grow) {
    const size_t count = CERTMAP_MAX_TEXT_SIZE / growing[_i].bytes;
    for (int nocase = 0; nocase < 2; nocase++) {
        struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
        t_put(&text, "certmap 1; mapping \"m\" { when subject.CN like ");
        t_put(&text, nocase == 1 ? "nocase \"" : "\"");
        repeat(&text, growing[_i].unit, count);
        t_put(&text, "\"; deny; }");
        t_put(&subject, "CN=");
        for (size_t i = 0; i < count; i++) /* the same without the stars, and x for ? */
            for (const char *at = growing[_i].unit; *at != 0; at++)
                t_put(&subject, *at == '*' ? "" : (const char[]){*at == '?' ? 'x' : *at, 0});
        assert_matches(&text, t_cstr(&subject));
        t_buf_free(&text);
        t_buf_free(&subject);
    }
}

/* The same texts through the builder, which measures a pattern as it is written. */
T_TEST(texts_of_a_builder) {
    for (size_t over = 0; over < 2; over++) {
        for (int use = 0; use < 5; use++) {
            struct certmap_builder *builder = t_builder();
            struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
            struct certmap_condition condition = CERTMAP_CONDITION_INIT;
            struct certmap_diagnostic error = {.status = CERTMAP_OK, .code = CERTMAP_CODE_NONE};
            struct t_buf text = T_BUF_INIT;
            repeat(&text, "a", CERTMAP_MAX_TEXT_SIZE + over);
            const struct certmap_view view = t_view(&text);
            mapping.decision = CERTMAP_ALLOW;
            mapping.name = use == 0 ? view : t_text("m");
            mapping.account = use == 1 ? view : t_text("a");
            condition.subfield = t_text("CN");
            condition.op = use < 3 ? CERTMAP_OP_EQUAL : CERTMAP_OP_LIKE;
            condition.flags = use == 4 ? CERTMAP_IIS_PATTERN : 0;
            condition.operands = &view;
            condition.operand_count = 1;
            enum certmap_status status = certmap_builder_mapping(builder, &mapping, &error);
            if (use >= 2)
                status = certmap_builder_condition(builder, &condition, &error);
            ck_assert_int_eq(status, over == 0 ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
            ck_assert_int_eq(error.code, over == 0 ? CERTMAP_CODE_NONE : CERTMAP_CODE_TEXT_TOO_LONG);
            certmap_builder_free(builder);
            t_buf_free(&text);
        }
    }
}

/* ---- nesting ---- */

static const struct {
    const char *about, *open, *close;
    size_t levels; /* in one open */
} nests[] = {
    {"parentheses", "(", ")", 1},
    {"not", "not ", "", 1},
    {"not and parentheses", "not (", ")", 2},
    {"groups", "(subject.O present and ", ")", 1},
    {"groups of two kinds", "(subject.O present and (subject.L present or ", "))", 2},
};

static void put_nest(struct t_buf *text, int row, size_t levels) {
    t_put(text, "certmap 1; mapping \"m\" { when ");
    repeat(text, nests[row].open, levels / nests[row].levels);
    t_put(text, "subject.CN = \"a\"");
    repeat(text, nests[row].close, levels / nests[row].levels);
    t_put(text, "; deny; }");
}

T_TEST(nesting_at_the_limit) {
    struct t_buf text = T_BUF_INIT;
    put_nest(&text, _i, CERTMAP_MAX_NESTING);
    assert_matches(&text, "CN=a | O=b");
    t_buf_free(&text);
}

T_TEST(nesting_over_the_limit) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_rules *rules;
    struct certmap_diagnostic error;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    repeat(&text, nests[_i].open, CERTMAP_MAX_NESTING / nests[_i].levels);
    const size_t wanted = text.len;
    t_put(&text, "(subject.CN = \"a\")");
    repeat(&text, nests[_i].close, CERTMAP_MAX_NESTING / nests[_i].levels);
    t_put(&text, "; deny; }");
    ck_assert_int_eq(parse(&rules, &text, &error), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(error.code, CERTMAP_CODE_NESTING);
    ck_assert_uint_eq(error.offset, wanted);
    ck_assert_uint_eq(error.length, 1);
    t_buf_free(&text);
}

/* One level is left again when a group is closed. */
T_TEST(nesting_is_depth_not_number) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when (subject.CN = \"a\")");
    repeat(&text, " and (not not subject.CN = \"a\")", 1000);
    t_put(&text, "; deny; }");
    assert_matches(&text, "CN=a");
    t_buf_free(&text);
}

T_TEST(groups_of_a_builder) {
    static const enum certmap_join joins[] = {CERTMAP_ALL, CERTMAP_ANY, CERTMAP_NOT};
    struct certmap_builder *builder = t_builder();
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    struct t_buf trace = T_BUF_INIT;
    struct t_peer peer;
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", NULL, NULL);
    for (size_t i = 0; i < CERTMAP_MAX_NESTING; i++)
        ck_assert_int_eq(certmap_builder_open(builder, joins[i % 3], NULL), CERTMAP_OK);
    t_add_equal(builder, "CN", "a", NULL);
    for (size_t i = 0; i < CERTMAP_MAX_NESTING; i++)
        ck_assert_int_eq(certmap_builder_close(builder, NULL), CERTMAP_OK);
    struct certmap_rules *rules = t_finish(builder);
    t_peer_make(&peer, "CN=a", "CN=CA");
    t_trace(&trace, rules, peer.peer);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&trace);

    builder = t_builder();
    t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", NULL, NULL);
    for (size_t i = 0; i < CERTMAP_MAX_NESTING; i++)
        ck_assert_int_eq(certmap_builder_open(builder, joins[i % 3], NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_open(builder, CERTMAP_ALL, &error), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_NESTING);
    certmap_builder_free(builder);
}

/* ---- how many ---- */

static void put_conditions(struct t_buf *text, size_t count) {
    t_put(text, "certmap 1; mapping \"m\" { when subject.O present");
    repeat(text, " and subject.CN present", count - 1);
}

T_TEST(conditions_at_the_limit) {
    struct t_buf text = T_BUF_INIT;
    put_conditions(&text, CERTMAP_MAX_CONDITIONS);
    t_put(&text, "; deny; } mapping \"n\" { when subject.CN present; deny; }"); /* the next one counts anew */
    assert_matches(&text, "CN=a | O=b");
    t_buf_free(&text);
}

T_TEST(conditions_over_the_limit) {
    struct t_buf text = T_BUF_INIT;
    put_conditions(&text, CERTMAP_MAX_CONDITIONS);
    t_put(&text, " and subject.L present; deny; } mapping \"n\" { when nonsense; }");
    assert_fails(&text, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "L present");
    t_buf_free(&text);
}

T_TEST(operands_at_the_limit) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when subject.CN in (\"a\"");
    repeat(&text, ",\"b\"", CERTMAP_MAX_CONDITIONS - 2);
    t_put(&text, ",\"c\"); deny; }");
    assert_matches(&text, "CN=c");
    t_buf_free(&text);
}

T_TEST(operands_over_the_limit) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when subject.CN in (\"a\"");
    repeat(&text, ",\"b\"", CERTMAP_MAX_CONDITIONS);
    t_put(&text, "); deny; }");
    assert_fails(&text, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY, "CN in");
    t_buf_free(&text);
}

/* The same through the builder, which does not look at operands that are too many. */
T_TEST(operands_of_a_builder) {
    const size_t most = CERTMAP_MAX_CONDITIONS, counts[] = {most, most + 1, most + 2};
    struct certmap_view *operands = calloc(most + 2, sizeof *operands);
    ck_assert_ptr_nonnull(operands);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct certmap_builder *builder = t_builder();
        struct certmap_condition condition = CERTMAP_CONDITION_INIT;
        struct certmap_diagnostic error = {.status = CERTMAP_OK, .code = CERTMAP_CODE_NONE};
        condition.subfield = t_text("CN");
        condition.operands = operands;
        condition.operand_count = counts[i];
        t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", NULL, NULL);
        ck_assert_int_eq(certmap_builder_condition(builder, &condition, &error),
                         counts[i] > most ? CERTMAP_ERROR_LIMIT : CERTMAP_OK);
        ck_assert_int_eq(error.code, counts[i] > most ? CERTMAP_CODE_TOO_MANY : CERTMAP_CODE_NONE);
        certmap_builder_free(builder);
    }
    free(operands);
}

/* Mappings that are false, as many as there may be. */
static struct certmap_builder *full_builder(size_t count) {
    struct certmap_builder *builder = t_builder();
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.subfield = t_text("L");
    condition.op = CERTMAP_OP_PRESENT;
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good = good && t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, NULL, NULL, NULL) == CERTMAP_OK &&
               certmap_builder_condition(builder, &condition, NULL) == CERTMAP_OK;
    ck_assert(good);
    return builder;
}

/* A million, and so many that the limit is theirs: ten million take more time and memory than a test may. */
enum { MANY_MAPPINGS = 1048576 };

T_TEST(mappings_at_the_limit) {
    struct certmap_builder *builder = full_builder(MANY_MAPPINGS - 1);
    struct t_peer peer;
    ck_assert_uint_eq(builder->most, CERTMAP_MAX_MAPPINGS);
    builder->most = MANY_MAPPINGS;
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "last", "account", NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_OK);
    struct certmap_rules *rules = t_finish(builder);
    ck_assert_uint_eq(certmap_rules_count(rules), MANY_MAPPINGS);
    t_peer_make(&peer, "CN=a", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
    ck_assert_uint_eq(result.index, MANY_MAPPINGS - 1);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TEST(mappings_over_the_limit) {
    struct certmap_builder *builder = full_builder(MANY_MAPPINGS);
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    builder->most = MANY_MAPPINGS;
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "more", NULL, &error), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_TOO_MANY);
    error.code = CERTMAP_CODE_NONE;
    ck_assert_int_eq(certmap_builder_finish(builder, &rules, &error), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_TOO_MANY);
    ck_assert_ptr_null(rules);
    certmap_builder_free(builder);
}

/* ---- the size of the rules ----
 *
 * Memory that is never touched need not be there: the reader gives up after CERTMAP_MAX_DIAGNOSTICS mistakes,
 * and what is too large is not read at all. */

static uint8_t *huge(size_t size) {
    static const char mistake[] = "mapping 1 }\n";
    const size_t len = sizeof mistake - 1;
    uint8_t *text = calloc(1, size);
    for (size_t i = 0; text != NULL && i <= CERTMAP_MAX_DIAGNOSTICS; i++)
        memcpy(text + i * len, mistake, len);
    return text;
}

T_TEST(rules_at_the_limit_and_over) {
    const size_t size = (size_t)CERTMAP_MAX_RULES_SIZE;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    uint8_t *text = huge(size + 1);
    if (text == NULL) /* a machine that has no such stretch of addresses has no such rules */
        return;
    ck_assert_int_eq(certmap_rules_parse(&rules, (struct certmap_view){text, size}, NULL, &error),
                     CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(error.code, CERTMAP_CODE_MISSING_VERSION);
    ck_assert_int_eq(certmap_rules_parse(&rules, (struct certmap_view){text, size + 1}, NULL, &error),
                     CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_RULES_TOO_LARGE);
    ck_assert_ptr_null(rules);
    free(text);
}

/* ---- steps ----
 *
 * 100 values, each a step, compared with 7 operands of 96 bytes, each seven, after a step for the condition; one more
 * would make a set of them. A value of a type that is in no table is looked at by itself, however many there are. */

enum { STEP_VALUES = 100, STEP_OPERANDS = 7, STEP_BYTES = 96 };
enum { STEPS_OF_IN = 1 + STEP_VALUES * (1 + STEP_OPERANDS * (1 + STEP_BYTES / 16)) };

static const struct {
    const char *about, *before;
    size_t more;
} budgets[] = {
    {"one condition", "", 0},
    {"a look that finds nothing", "not subject.L present and ", 1},
    {"a value that is looked at", "issuer.CN present and ", 2},
    {"a value that is compared", "issuer.CN = \"CA\" and ", 3},
    {"a whole Name that is compared", "issuer = \"CN=CA\" and ", 6},
};

static struct certmap_rules *budget_rules(const char *before, const char *decision, size_t steps) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    build.steps = steps;
    options.build = &build;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, before);
    t_put(&text, "subject.1.2.3.4 in (");
    for (int i = 0; i < STEP_OPERANDS; i++) {
        t_put(&text, i > 0 ? ",\"" : "\"");
        repeat(&text, "b", STEP_BYTES);
        t_put(&text, "\"");
    }
    t_put(&text, "); ");
    t_put(&text, decision);
    t_put(&text, "; }");
    ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), &options, NULL), CERTMAP_OK);
    t_buf_free(&text);
    return rules;
}

static void check_budget(const char *before, const char *decision, size_t steps, const char *wanted) {
    struct certmap_rules *rules = budget_rules(before, decision, steps);
    struct t_buf trace = T_BUF_INIT;
    struct t_peer peer;
    char answer[64];
    t_peer_make(&peer, "rdns 50 avas 2 1.2.3.4=\\{a*96}", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    t_answer(answer, sizeof answer, &result);
    ck_assert_msg(strcmp(answer, wanted) == 0, "%s in %zu steps: %s", before, steps, answer);
    t_trace(&trace, rules, peer.peer); /* asserts that the explanation gives the same answer */
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&trace);
}

/* One step has to be left. With one fewer the condition is unknown: an allow gives nothing, a deny holds. */
T_TEST(steps) {
    const size_t needed = STEPS_OF_IN + budgets[_i].more;
    check_budget(budgets[_i].before, "allow \"a\"", needed + 1, "none no-match");
    check_budget(budgets[_i].before, "deny", needed + 1, "none no-match");
    check_budget(budgets[_i].before, "allow \"a\"", needed, "none m unreadable");
    check_budget(budgets[_i].before, "deny", needed, "deny m unreadable");
    check_budget(budgets[_i].before, "deny", 1, "deny m unreadable");
}

T_TEST(default_steps) {
    const size_t fit = (CERTMAP_MAX_STEPS - CERTMAP_DEFAULT_STEPS) / CERTMAP_STEPS_PER_MAPPING;
    ck_assert_uint_eq(cm_default_steps(0), CERTMAP_DEFAULT_STEPS);
    ck_assert_uint_eq(cm_default_steps(fit), CERTMAP_MAX_STEPS);
    ck_assert_uint_eq(cm_default_steps(fit - 1), CERTMAP_MAX_STEPS - CERTMAP_STEPS_PER_MAPPING);
    ck_assert_uint_eq(cm_default_steps(fit + 1), CERTMAP_MAX_STEPS);
    ck_assert_uint_eq(cm_default_steps(CERTMAP_MAX_MAPPINGS), CERTMAP_MAX_STEPS);
}

T_TEST(steps_of_options) {
    struct certmap_rules *rules = budget_rules("", "deny", 0);
    ck_assert_uint_eq(certmap_rules_steps(rules), CERTMAP_DEFAULT_STEPS + CERTMAP_STEPS_PER_MAPPING);
    certmap_rules_free(rules);
    rules = budget_rules("", "deny", CERTMAP_MAX_STEPS);
    ck_assert_uint_eq(certmap_rules_steps(rules), CERTMAP_MAX_STEPS);
    certmap_rules_free(rules);
    ck_assert_uint_eq(certmap_rules_steps(NULL), 0);
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_builder *builder = NULL;
    struct certmap_diagnostic error;
    build.steps = (size_t)CERTMAP_MAX_STEPS + 1;
    ck_assert_int_eq(certmap_builder_new(&builder, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_options(builder, &build, &error), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

T_TESTS("rule limits",
        T_CASE("texts", T_LOOP(text_at_the_limit, COUNT(places)), T_LOOP(text_over_the_limit, COUNT(places)),
               T_LOOP(escapes_are_counted_once_read, COUNT(places)), account_at_the_limit_and_over, texts_of_a_builder),
        T_CASE("nesting", T_LOOP(nesting_at_the_limit, COUNT(nests)), T_LOOP(nesting_over_the_limit, COUNT(nests)),
               nesting_is_depth_not_number, groups_of_a_builder),
        T_CASE("number", T_LONG, conditions_over_the_limit, operands_at_the_limit, operands_over_the_limit,
               operands_of_a_builder, rules_at_the_limit_and_over),
        T_CASE("steps", T_LOOP(steps, COUNT(budgets)), steps_of_options, default_steps),
        T_SLOW_CASE(T_LOOP(patterns_that_grow, COUNT(growing)), conditions_at_the_limit, mappings_at_the_limit,
                    mappings_over_the_limit))
