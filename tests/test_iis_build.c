/* SPDX-License-Identifier: MIT */
/* How the rule set of an IIS file is made: progress, and a limit of memory. */
#include "build.h"
#include "iis.h"
#include <stdio.h>

/* Mappings with rules; every fourth is disabled, and has rules that were cleared. */
static void write_file(struct t_buf *text, int mappings) {
    char line[512];
    t_put(text,
          "<iisClientCertificateMappingAuthentication enabled=\"true\" defaultLogonDomain=\"D\"><manyToOneMappings>\n");
    for (int i = 0; i < mappings; i++) {
        snprintf(line, sizeof line,
                 "<add name=\"m%d\" enabled=\"%s\" userName=\"u%d\" password=\"p\"><rules>"
                 "<add certificateField=\"Subject\" certificateSubField=\"CN\" matchCriteria=\"a%d*\"/>%s"
                 "<add certificateField=\"Issuer\" certificateSubField=\"O\" matchCriteria=\"b\"/></rules></add>\n",
                 i, i % 4 == 3 ? "false" : "true", i, i, i % 4 == 3 ? "<clear/>" : "");
        t_put(text, line);
    }
    t_put(text, "</manyToOneMappings></iisClientCertificateMappingAuthentication>");
}

static enum certmap_status load(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                const struct certmap_build_options *build, struct certmap_diagnostic *err, int mappings,
                                bool logon) {
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    struct certmap_iis_logon *passwords = NULL;
    struct t_buf text = T_BUF_INIT;
    options.allocator = allocator;
    options.build = build;
    write_file(&text, mappings);
    const enum certmap_status status = certmap_iis_load(rules, logon ? &passwords : NULL, t_view(&text), &options, err);
    ck_assert_int_eq(status == CERTMAP_OK && logon, passwords != NULL);
    certmap_iis_logon_free(passwords);
    t_buf_free(&text);
    return status;
}

static enum certmap_status load_few(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                    const struct certmap_build_options *build, struct certmap_diagnostic *err) {
    return load(rules, allocator, build, err, 12, true);
}

static enum certmap_status load_many(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                     const struct certmap_build_options *build, struct certmap_diagnostic *err) {
    return load(rules, allocator, build, err, 8000, false);
}

static enum certmap_status load_none(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                     const struct certmap_build_options *build, struct certmap_diagnostic *err) {
    return load(rules, allocator, build, err, 0, false);
}

T_TEST(progress_goes_from_start_to_end) {
    t_check_progress(load_few, 20);
    t_check_progress(load_many, 90);
    t_check_progress(load_none, 2);
}

T_TEST(whoever_loads_may_stop) {
    t_check_cancel(load_few);
    t_check_cancel(load_none);
}

/* While expat reads, which is in pieces of 64 KiB. */
T_TEST(a_large_file_can_be_stopped_early) {
    struct t_progress progress;
    const struct certmap_build_options options = t_progress_options(&progress, 2);
    struct certmap_rules *rules = NULL;
    ck_assert_int_eq(load_many(&rules, NULL, &options, NULL), CERTMAP_ERROR_CANCELLED);
    ck_assert_uint_lt(progress.done, progress.total / 4);
    ck_assert_ptr_null(rules);
}

T_TEST(the_limit_of_memory) {
    size_t peak;
    const size_t least = t_least_limit(load_few, 1000000);
    ck_assert_uint_gt(least, 5000);
    ck_assert(t_build_within(load_few, least, &peak));
    for (size_t limit = 1; limit < least; limit += 1 + least / 200)
        ck_assert(!t_build_within(load_few, limit, &peak));
}

/* The limit is not taken for a mistake in the file. */
T_TEST(the_limit_is_no_diagnostic) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    struct t_buf text = T_BUF_INIT;
    struct t_iis found = {.count = 0};
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    write_file(&text, 100);
    build.memory = 8000;
    options.build = &build;
    options.diagnostic = t_iis_collect;
    options.diagnostic_ctx = &found;
    ck_assert_int_eq(certmap_iis_load(&found.rules, NULL, t_view(&text), &options, &error), CERTMAP_ERROR_LIMIT);
    ck_assert_int_eq(error.code, CERTMAP_CODE_MEMORY_LIMIT);
    ck_assert_str_eq(error.text, "the rules take more than 8000 bytes of memory to build, the limit that was given");
    ck_assert_uint_eq(error.line, 0);
    ck_assert_uint_eq(found.count, 0);
    t_buf_free(&text);
}

T_TEST(no_memory_is_not_the_limit) {
    t_check_starved(load_few);
}

T_TEST(options_have_a_size) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    build.size--;
    ck_assert_int_eq(load_none(&rules, NULL, &build, &error), CERTMAP_ERROR_ARGUMENT);
    ck_assert_str_eq(error.text, "certmap_iis_load: the size of options->build is not a size of it");
    ck_assert_ptr_null(rules);
}

/* Steps are those of the caller, and a mapping that every certificate is compared with is reported where it is. */
T_TEST(steps_and_their_cost) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "<iisClientCertificateMappingAuthentication enabled=\"true\"><manyToOneMappings>\n");
    for (size_t i = 0; i < 12; i++) {
        static const char marks[] = "????????????*";
        const char *criteria = i < 3 ? "abc" : marks + i;
        char line[256];
        snprintf(
            line, sizeof line,
            "<add name=\"m%zu\" enabled=\"%s\" userName=\"u\" password=\"p\"><rules><add certificateField=\"Subject\" "
            "certificateSubField=\"CN\" matchCriteria=\"%s\"/></rules></add>\n",
            i, i == 0 ? "false" : "true", criteria);
        t_put(&text, line);
    }
    t_put(&text, "</manyToOneMappings></iisClientCertificateMappingAuthentication>");
    options.build = &build;
    for (size_t few = 0; few < 2; few++) {
        struct t_iis found = {.count = 0};
        build.steps = few != 0 ? 100 : 0;
        options.diagnostic = t_iis_collect;
        options.diagnostic_ctx = &found;
        ck_assert_int_eq(certmap_iis_load(&found.rules, NULL, t_view(&text), &options, &found.error), CERTMAP_OK);
        ck_assert_uint_eq(certmap_rules_steps(found.rules),
                          few != 0 ? 100 : CERTMAP_DEFAULT_STEPS + CERTMAP_STEPS_PER_MAPPING * 11);
        ck_assert_uint_eq(certmap_rules_cost(found.rules, NULL), 9 * (1 + 1 + 4 * 13));
        ck_assert_uint_eq(found.count, few);
        if (few != 0) {
            ck_assert_int_eq(found.diagnostics[0].error.code, CERTMAP_CODE_OVER_BUDGET);
            ck_assert_uint_eq(found.diagnostics[0].error.line, 5);
        }
        certmap_rules_free(found.rules);
    }
    t_buf_free(&text);
}

T_TESTS("iis_build", T_CASE("all", progress_goes_from_start_to_end, whoever_loads_may_stop,
                            a_large_file_can_be_stopped_early, the_limit_of_memory, the_limit_is_no_diagnostic,
                            no_memory_is_not_the_limit, options_have_a_size, steps_and_their_cost))
