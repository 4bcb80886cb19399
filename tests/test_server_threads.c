/* SPDX-License-Identifier: MIT */
/* Many threads ask one service while its rules are loaded again and again. Under ThreadSanitizer this finds what is
 * shared. No answer is by rules that were never whole. */
#define _POSIX_C_SOURCE 200809L
#include "server.h"
#include <stdatomic.h>

enum { THREADS = 8, ROUNDS = 200, LOADS = 40 };

/* Both sets give the name of the set to everybody; a broken one is between. */
static const char two[] = "certmap 1; mapping \"none\" { when subject.CN = \"nobody\"; deny; } "
                          "mapping \"two\" { when always; allow \"two\"; group \"two\"; attribute \"set\" = \"two\"; }";
static const char *const texts[] = {
    "certmap 1; mapping \"one\" { when always; allow \"one\"; group \"one\"; attribute \"set\" = \"one\"; }",
    "certmap 1; mapping \"one\" { when always; allow \"one\"; group \"none\"; ",
    two,
};

struct thread {
    pthread_t id;
    struct s_case *test;
    struct certmap_presented presented;
    size_t wrong;
    size_t kept;
};

static bool is(struct certmap_view view, const char *text) {
    return view.len == strlen(text) && memcmp(view.data, text, view.len) == 0;
}

/* All of it is of one set. */
static bool is_whole(const struct certmap_answer *answer) {
    const char *set =
        is(certmap_answer_text(answer, CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_PLAIN), "one") ? "one" : "two";
    return certmap_answer_outcome(answer) == CERTMAP_OUTCOME_ALLOW &&
           is(certmap_answer_text(answer, CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_PLAIN), set) &&
           is(certmap_answer_text(answer, CERTMAP_ANSWER_MAPPING, CERTMAP_FORM_PLAIN), set) &&
           is(certmap_answer_text(answer, CERTMAP_ANSWER_GROUPS, CERTMAP_FORM_ASCII), set) &&
           is(certmap_answer_attribute(answer, certmap_view_of("set"), CERTMAP_FORM_PLAIN), set);
}

static void *ask(void *ctx) {
    struct thread *thread = ctx;
    struct certmap_answer *kept = NULL;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct certmap_answer *answer = NULL;
        if (certmap_service_is_current(thread->test->service, kept, 0))
            thread->kept += is_whole(kept);
        if (certmap_service_ask_der(thread->test->service, &answer, &thread->presented, NULL) != CERTMAP_OK ||
            !is_whole(answer))
            thread->wrong++;
        certmap_answer_free(kept);
        kept = answer;
    }
    certmap_answer_free(kept);
    return NULL;
}

static bool add_count(void *ctx, struct certmap_view name, uint64_t count) {
    (void)name;
    *(uint64_t *)ctx += count;
    return true;
}

static void take_text(void *ctx, struct certmap_view text) {
    *(size_t *)ctx += text.len;
}

/* Loads, counts and writes, while the others ask. */
static void load_often(struct s_case *test) {
    char other[160];
    snprintf(other, sizeof other, "%s.new", test->rules);
    for (size_t i = 0; i < LOADS; i++) {
        size_t len = 0;
        s_write(other, texts[i % COUNT(texts)]);
        ck_assert_int_eq(rename(other, test->rules), 0);
        const bool loads = i % COUNT(texts) != 1;
        ck_assert_int_eq(certmap_service_reload(test->service, NULL), loads ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
        (void)certmap_service_reload_later(test->service, NULL);
        ck_assert_int_eq(certmap_service_metrics(&test->service, 1, take_text, &len, NULL), CERTMAP_OK);
        ck_assert_uint_gt(len, 0);
        (void)s_counts(test);
    }
}

T_TEST(nobody_gets_half_of_a_set) {
    struct s_case test;
    struct thread threads[THREADS];
    unsigned char *der = NULL;
    char shadow[160];
    uint64_t tallied = 0;
    s_begin(&test, texts[0]);
    snprintf(shadow, sizeof shadow, "%s/shadow.rules", test.folder);
    s_write(shadow, two);
    test.options.shadow_file = shadow;
    test.options.flags = CERTMAP_SERVICE_COUNT_MAPPINGS;
    test.options.log = NULL;
    s_open(&test);
    ck_assert_int_eq(certmap_service_watch(test.service, 1, NULL), CERTMAP_OK);
    const struct certmap_presented presented = s_present(&der, T_ALICE);
    for (size_t i = 0; i < THREADS; i++) {
        threads[i] = (struct thread){.test = &test, .presented = presented};
        ck_assert_int_eq(pthread_create(&threads[i].id, NULL, ask, &threads[i]), 0);
    }
    load_often(&test);
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i].id, NULL), 0);
        ck_assert_msg(threads[i].wrong == 0, "thread %zu: %zu answers are wrong", i, threads[i].wrong);
    }
    const struct certmap_counts counts = s_counts(&test);
    ck_assert_uint_eq(counts.asked, THREADS * ROUNDS); /* none is lost */
    ck_assert_uint_eq(counts.allowed, THREADS * ROUNDS);
    ck_assert_uint_eq(counts.shadow_asked, THREADS * ROUNDS);
    ck_assert_int_eq(certmap_service_mapping_counts(test.service, add_count, &tallied, NULL), CERTMAP_OK);
    ck_assert_uint_le(tallied, THREADS * ROUNDS);
    OPENSSL_free(der);
    s_end(&test);
}

/* With names that stay, each answer is in the count of its mapping, also one that was asked by the set before. */
T_TEST(no_count_is_lost) {
    static const char *const same_names[] = {
        "certmap 1; mapping \"a\" { when always; allow \"x\"; } mapping \"b\" { when always; deny; }",
        "certmap 1; mapping \"b\" { when subject.CN = \"nobody\"; deny; } mapping \"a\" { when always; allow \"x\"; }",
    };
    struct s_case test;
    struct thread threads[THREADS];
    unsigned char *der = NULL;
    uint64_t tallied = 0;
    s_begin(&test, same_names[0]);
    test.options.flags = CERTMAP_SERVICE_COUNT_MAPPINGS;
    test.options.log = NULL;
    s_open(&test);
    const struct certmap_presented presented = s_present(&der, T_ALICE);
    for (size_t i = 0; i < THREADS; i++) {
        threads[i] = (struct thread){.test = &test, .presented = presented};
        ck_assert_int_eq(pthread_create(&threads[i].id, NULL, ask, &threads[i]), 0);
    }
    for (size_t i = 0; i < LOADS; i++) {
        s_write(test.rules, same_names[i % 2]);
        ck_assert_int_eq(certmap_service_reload(test.service, NULL), CERTMAP_OK);
    }
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i].id, NULL), 0);
    ck_assert_int_eq(certmap_service_mapping_counts(test.service, add_count, &tallied, NULL), CERTMAP_OK);
    ck_assert_uint_eq(tallied, THREADS * ROUNDS);
    OPENSSL_free(der);
    s_end(&test);
}

static void make_pki(void) {
    s_pki = t_pki_new();
}

static void free_pki(void) {
    t_pki_free(s_pki);
}

T_TESTS("server_threads", T_CASE("threads", T_ONCE(make_pki, free_pki), nobody_gets_half_of_a_set, no_count_is_lost))
