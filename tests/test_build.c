/* SPDX-License-Identifier: MIT */
/* How a rule set is made: progress, and a limit of memory, of the builder and of rule text. */
#include "base/progress.h"
#include "build.h"
#include "compile/builder.h"
#include "rules.h"

/* ---- the units ---- */

T_TEST(each_unit_is_told_once) {
    struct t_progress told = {.stop_at = SIZE_MAX};
    struct cm_progress progress;
    cm_progress_start(&progress, t_progress_tell, &told);
    for (size_t i = 0; i <= 100000; i++)
        ck_assert(cm_progress_at(&progress, i, 100000));
    ck_assert_uint_eq(told.calls, CM_PROGRESS_TOTAL + 1);
    ck_assert_uint_eq(told.done, CM_PROGRESS_TOTAL);
    ck_assert(cm_progress_at(&progress, 1, 1));
    ck_assert_uint_eq(told.calls, CM_PROGRESS_TOTAL + 1);
}

T_TEST(phases_have_their_share) {
    struct t_progress told = {.stop_at = SIZE_MAX};
    struct cm_progress progress;
    cm_progress_start(&progress, t_progress_tell, &told);
    cm_progress_phase(&progress, 0, 50);
    cm_progress_at(&progress, 1, 2);
    ck_assert_uint_eq(told.done, 25);
    cm_progress_at(&progress, SIZE_MAX / 256, SIZE_MAX / 256);
    ck_assert_uint_eq(told.done, 50);
    cm_progress_phase(&progress, 50, CM_PROGRESS_TOTAL);
    cm_progress_at(&progress, 0, 7); /* told already */
    ck_assert_uint_eq(told.calls, 2);
    cm_progress_at(&progress, 7, 7);
    ck_assert_uint_eq(told.done, CM_PROGRESS_TOTAL);
}

T_TEST(who_stops_is_not_asked_again) {
    struct t_progress told = {.stop_at = 1};
    struct cm_progress progress;
    cm_progress_start(&progress, t_progress_tell, &told);
    ck_assert(cm_progress_at(&progress, 0, 2));
    ck_assert(!cm_progress_at(&progress, 1, 2));
    ck_assert(!cm_progress_at(&progress, 2, 2));
    ck_assert_uint_eq(told.calls, 2);
}

T_TEST(nobody_asks) {
    struct cm_progress progress = {.fn = NULL};
    ck_assert(cm_progress_at(&progress, 1, 2));
    cm_progress_start(&progress, NULL, NULL);
    ck_assert(cm_progress_at(&progress, 1, 2));
}

/* ---- what makes rule sets ---- */

static enum certmap_status parse(struct certmap_rules **rules, const char *text,
                                 const struct certmap_allocator *allocator, const struct certmap_build_options *build,
                                 struct certmap_diagnostic *err) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    options.allocator = allocator;
    options.build = build;
    return certmap_rules_parse(rules, t_text(text), &options, err);
}

/* Mappings of every kind, and what only a text has: lists of issuers, escapes. */
static enum certmap_status parse_mappings(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                          const struct certmap_build_options *build, struct certmap_diagnostic *err) {
    struct t_buf text = T_BUF_INIT;
    char line[256];
    t_put(&text, "certmap 1; policy most-specific; issuers \"own\" { sha256 "
                 "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"; }\n");
    for (int i = 0; i < 40; i++) {
        snprintf(line, sizeof line,
                 "mapping \"m%d\" { when (issuer is \"own\" or subject.OU in (\"a%d\", \"b\")) and not "
                 "subject.CN like nocase \"c\\u{41}%d*\"; allow \"x\\\\u%d\"; group \"${subject.CN}\"; }\n",
                 i, i, i, i);
        t_put(&text, line);
    }
    const enum certmap_status status = parse(rules, t_cstr(&text), allocator, build, err);
    t_buf_free(&text);
    return status;
}

/* One mapping, of many conditions. */
static enum certmap_status parse_conditions(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                            const struct certmap_build_options *build, struct certmap_diagnostic *err) {
    struct t_buf text = T_BUF_INIT;
    char line[64];
    t_put(&text, "certmap 1; mapping \"m\" { when subject.CN = \"a\"");
    for (int i = 0; i < 400; i++) {
        snprintf(line, sizeof line, "\n or subject.CN = \"a%d\"", i);
        t_put(&text, line);
    }
    t_put(&text, "; deny; }");
    const enum certmap_status status = parse(rules, t_cstr(&text), allocator, build, err);
    t_buf_free(&text);
    return status;
}

static void add_mappings(struct certmap_builder *builder, int count) {
    char name[16];
    struct certmap_view operand;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.subfield = t_text("CN");
    condition.operands = &operand;
    condition.operand_count = 1;
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "m%d", i);
        operand = t_text(name);
        (void)t_add_mapping(builder, i % 5 == 4 ? CERTMAP_KIND_ONE_TO_ONE : CERTMAP_KIND_NATIVE, name, "x\\y", NULL);
        (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
        (void)certmap_builder_condition(builder, &condition, NULL);
        (void)certmap_builder_close(builder, NULL);
    }
}

static enum certmap_status build_mappings(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                          const struct certmap_build_options *build, struct certmap_diagnostic *err) {
    struct certmap_builder *builder;
    const struct t_progress *progress = build->progress_ctx;
    enum certmap_status status = certmap_builder_new(&builder, allocator, err);
    if (status != CERTMAP_OK)
        return status;
    const enum certmap_status set = certmap_builder_options(builder, build, err);
    add_mappings(builder, 60);
    ck_assert(progress == NULL || progress->calls == 0);
    status = certmap_builder_finish(builder, rules, err);
    ck_assert(set == CERTMAP_OK || set == status);
    certmap_builder_free(builder);
    return status;
}

static enum certmap_status build_nothing(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                         const struct certmap_build_options *build, struct certmap_diagnostic *err) {
    struct certmap_builder *builder;
    enum certmap_status status = certmap_builder_new(&builder, allocator, err);
    if (status != CERTMAP_OK)
        return status;
    (void)certmap_builder_options(builder, build, err);
    status = certmap_builder_finish(builder, rules, err);
    certmap_builder_free(builder);
    return status;
}

static const struct {
    const char *what;
    t_build_fn *build;
    size_t least; /* calls of the progress function */
} ways[] = {
    {"rule text", parse_mappings, 80},
    {"one mapping of rule text", parse_conditions, 100},
    {"a builder", build_mappings, 50},
    {"a builder without mappings", build_nothing, 1},
};

T_TEST(progress_goes_from_start_to_end) {
    t_check_progress(ways[_i].build, ways[_i].least);
}

T_TEST(whoever_loads_may_stop) {
    t_check_cancel(ways[_i].build);
}

/* So much a builder takes before there is anything to limit: itself, the rules and the meter. */
enum { OBJECT = sizeof(struct certmap_builder) + sizeof(struct certmap_rules) + 512 };

/* Everything counts, so that the limit that is needed is the most that was held. */
T_TEST(the_limit_of_memory) {
    size_t peak, most;
    ck_assert(t_build_within(ways[_i].build, SIZE_MAX, &most));
    ck_assert_msg(t_build_within(ways[_i].build, most, &peak), "%s does not fit what it took", ways[_i].what);
    ck_assert_uint_eq(peak, most);
    ck_assert(!t_build_within(ways[_i].build, most - 1, &peak));
    ck_assert_uint_lt(peak, most);
    for (size_t limit = 1; limit < most; limit += 1 + most / 300) {
        ck_assert(!t_build_within(ways[_i].build, limit, &peak));
        ck_assert_msg(peak <= limit || limit < OBJECT, "%s: a limit of %zu, and %zu were taken", ways[_i].what, limit,
                      peak);
    }
}

T_TEST(no_memory_is_not_the_limit) {
    t_check_starved(ways[_i].build);
}

/* ---- rule sets afterwards ---- */

/* Whoever explains allocates without a limit, and gives back. */
T_TEST(rules_with_a_limit_are_like_others) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_rules *limited = NULL, *plain = NULL;
    struct t_buf traces[2] = {T_BUF_INIT, T_BUF_INIT};
    struct t_peer peer;
    char text[2][16384];
    size_t len[2];
    ck_assert(t_build_within(parse_mappings, SIZE_MAX, &build.memory));
    ck_assert_int_eq(parse_mappings(&limited, &allocator, &build, NULL), CERTMAP_OK);
    ck_assert_int_eq(parse_mappings(&plain, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_rules_print(text[0], sizeof text[0], &len[0], limited, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_rules_print(text[1], sizeof text[1], &len[1], plain, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_str_eq(text[0], text[1]);
    const size_t held = memory.live;
    t_peer_make(&peer, "CN=cA1x,OU=b", "O=a");
    t_trace(&traces[0], limited, peer.peer);
    t_trace(&traces[1], plain, peer.peer);
    ck_assert_str_eq(t_cstr(&traces[0]), t_cstr(&traces[1]));
    ck_assert_uint_eq(memory.live, held);
    t_peer_free(&peer);
    t_buf_free(&traces[0]);
    t_buf_free(&traces[1]);
    certmap_rules_free(limited);
    certmap_rules_free(plain);
    ck_assert_uint_eq(memory.live, 0);
}

/* ---- rule text ---- */

static void count_diagnostic(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    size_t *counts = ctx;
    counts[severity == CERTMAP_SEVERITY_ERROR && diagnostic->code == CERTMAP_CODE_UNKNOWN_SUBFIELD ? 0 : 1]++;
}

/* A text with mistakes is read on to find more; who stops that gets no other error. */
T_TEST(stopped_after_a_mistake) {
    static const char text[] = "certmap 1; mapping \"a\" { when subject.CM = \"a\"; deny; }\n"
                               "mapping \"b\" { when subject.CN = \"b\" and subject.CM = \"b\"; deny; }\n";
    struct t_progress progress;
    const struct certmap_build_options build = t_progress_options(&progress, (size_t)_i);
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    size_t counts[2] = {0, 0};
    options.diagnostic = count_diagnostic;
    options.diagnostic_ctx = counts;
    options.build = &build;
    ck_assert_int_eq(certmap_rules_parse(&rules, t_text(text), &options, &error), CERTMAP_ERROR_CANCELLED);
    ck_assert_int_eq(error.code, CERTMAP_CODE_CANCELLED);
    ck_assert_uint_eq(counts[0], _i == 0 || _i == 1 ? 0 : _i < 5 ? 1 : 2);
    ck_assert_uint_eq(counts[1], 0);
}

/* The limit ends the reading, and is the one diagnostic. */
T_TEST(the_limit_is_a_diagnostic) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    struct t_buf text = T_BUF_INIT;
    size_t counts[2] = {0, 0};
    t_put(&text, "certmap 1; mapping \"a\" { when subject.CN = \"");
    for (int i = 0; i < 60000; i++)
        t_put(&text, "a");
    t_put(&text, "\"; deny; }");
    options.diagnostic = count_diagnostic;
    options.diagnostic_ctx = counts;
    options.build = &build;
    build.memory = 20000;
    ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), &options, &error), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_MEMORY_LIMIT);
    ck_assert_str_eq(error.text, "the rules take more than 20000 bytes of memory to build, the limit that was given");
    ck_assert_uint_eq(error.line, 1);
    ck_assert_uint_eq(counts[1], 1);
    t_buf_free(&text);
}

T_TEST(options_of_a_text_have_a_size) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    build.size--;
    ck_assert_int_eq(parse(&rules, "certmap 1; mapping \"a\" { when always; deny; }", NULL, &build, NULL),
                     CERTMAP_ERROR_ARGUMENT);
    ck_assert_ptr_null(rules);
}

/* ---- builders ---- */

/* What comes before the options, or is wrong with them. */
enum mistake { NO_BUILDER, NO_OPTIONS, TOO_SMALL, AFTER_A_MAPPING, AFTER_A_MISTAKE, AFTER_A_LIMIT, MISTAKES };

T_TEST(mistakes_with_options) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_builder *builder = t_builder();
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    build.memory = 100000;
    build.size -= _i == TOO_SMALL;
    if (_i == AFTER_A_MAPPING)
        add_mappings(builder, 1);
    if (_i == AFTER_A_MISTAKE)
        ck_assert_int_eq(certmap_builder_close(builder, NULL), CERTMAP_ERROR_ARGUMENT);
    if (_i == AFTER_A_LIMIT)
        ck_assert_int_eq(certmap_builder_options(builder, &build, NULL), CERTMAP_OK);
    ck_assert_int_eq(
        certmap_builder_options(_i == NO_BUILDER ? NULL : builder, _i == NO_OPTIONS ? NULL : &build, &error),
        CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_ARGUMENT);
    if (_i != NO_BUILDER)
        ck_assert_int_eq(certmap_builder_finish(builder, &rules, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_builder_free(builder);
}

/* Options are of one rule set: the next one has none. */
T_TEST(options_end_with_the_rule_set) {
    struct t_progress progress;
    struct certmap_build_options build = t_progress_options(&progress, SIZE_MAX);
    struct certmap_builder *builder = t_builder();
    struct certmap_rules *rules = NULL;
    build.memory = _i == 0 ? 1 : _i == 1 ? 8000 : 1000000;
    const enum certmap_status set = certmap_builder_options(builder, &build, NULL);
    ck_assert_int_eq(set, _i == 0 ? CERTMAP_ERROR_LIMIT : CERTMAP_OK);
    add_mappings(builder, 200);
    ck_assert_int_eq(certmap_builder_finish(builder, &rules, NULL), _i == 2 ? CERTMAP_OK : CERTMAP_ERROR_LIMIT);
    certmap_rules_free(rules);
    progress.calls = 0;
    add_mappings(builder, 200);
    ck_assert_int_eq(certmap_builder_finish(builder, &rules, NULL), CERTMAP_OK);
    ck_assert_uint_eq(certmap_rules_count(rules), 200);
    ck_assert_uint_eq(progress.calls, 0);
    certmap_rules_free(rules);
    certmap_builder_free(builder);
}

/* Left off half-way, with and without a limit. */
T_TEST(a_builder_is_freed_with_its_options) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_builder *builder;
    build.memory = _i < 2 ? 0 : 1000000;
    ck_assert_int_eq(certmap_builder_new(&builder, &allocator, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_options(builder, &build, NULL), CERTMAP_OK);
    add_mappings(builder, _i % 2 * 3);
    certmap_builder_free(builder);
    ck_assert_uint_eq(memory.live, 0);
}

T_TESTS("build",
        T_CASE("units", each_unit_is_told_once, phases_have_their_share, who_stops_is_not_asked_again, nobody_asks),
        T_CASE("each way", T_LOOP(progress_goes_from_start_to_end, COUNT(ways)),
               T_LOOP(the_limit_of_memory, COUNT(ways)), T_LOOP(no_memory_is_not_the_limit, COUNT(ways)),
               rules_with_a_limit_are_like_others),
        T_CASE("text", T_LOOP(stopped_after_a_mistake, 5), the_limit_is_a_diagnostic, options_of_a_text_have_a_size),
        T_CASE("builder", T_LOOP(mistakes_with_options, MISTAKES), T_LOOP(options_end_with_the_rule_set, 3),
               T_LOOP(a_builder_is_freed_with_its_options, 4)),
        T_SLOW_CASE(T_LOOP(whoever_loads_may_stop, COUNT(ways))))
