/* SPDX-License-Identifier: MIT */
/* One rule set, many threads, each with a peer of its own. Under ThreadSanitizer this finds what is shared. */
#include "rules.h"
#include <pthread.h>

enum { THREADS = 8, ROUNDS = 400 };

static const char rule_text[] =
    "certmap 1;\n"
    "mapping \"temps\" { when subject.OU = \"Temps\"; deny; }\n"
    "mapping \"staff\" {\n"
    "    when subject.O = nocase \"stra\\u{DF}e\" and not subject.CN like nocase \"test-*\";\n"
    "    allow \"CONTOSO\\\\portal\";\n"
    "}\n"
    "mapping \"sales\" { when subject.1.2.3 in (\"a\", \"b\") or issuer.CN = \"Sales CA\"; allow "
    "\"sales@contoso.example\"; }\n";

static const struct {
    const char *subject, *issuer, *answer;
} certificates[] = {
    {"O=stra\xC3\x9F"
     "e | CN=Alice",
     "CN=CA", "allow staff"},
    {"O=STRA\xE1\xBA\x9E"
     "E | CN=test-1",
     "CN=CA", "none no-match"},
    {"O=stra\xC3\x9F"
     "e | OU=Temps",
     "CN=CA", "deny temps"},
    {"octet OU=Temps", "CN=CA", "deny temps unreadable"},
    {"octet O=x", "CN=Sales CA", "none staff unreadable"},
    {"1.2.3=b", "CN=CA", "allow sales"},
    {"CN=x", "CN=Sales CA", "allow sales"},
    {"", "", "none no-match"},
};

/* Check's assertions belong to the main thread: a thread counts what was wrong. */
struct thread {
    pthread_t id;
    const struct certmap_rules *rules;
    struct t_peer *made; /* of all certificates; its DER is read, its peers are not used */
    size_t start;
    size_t items;
    size_t wrong;
};

static bool count_item(void *ctx, const struct certmap_explain_item *item) {
    struct thread *thread = ctx;
    thread->items += item->decides;
    return true;
}

static bool answers(struct thread *thread, struct certmap_peer *peer, size_t which) {
    struct certmap_result result = CERTMAP_RESULT_INIT, explained = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic error;
    char text[128] = "", line[256];
    size_t len;
    if (certmap_peer_set(peer, &thread->made[which].cert, &error) != CERTMAP_OK ||
        certmap_match(thread->rules, peer, &result, &error) != CERTMAP_OK ||
        certmap_explain(thread->rules, peer, &explained, count_item, thread, &error) != CERTMAP_OK ||
        certmap_result_format(line, sizeof line, &len, &result, &error) != CERTMAP_OK)
        return false;
    snprintf(text, sizeof text, "%s%s%.*s%s%s", certmap_decision_name(result.decision),
             result.mapping.data != NULL ? " " : "", (int)result.mapping.len,
             result.mapping.data != NULL ? (const char *)result.mapping.data : "",
             result.reason != CERTMAP_CODE_NONE ? " " : "", certmap_code_name(result.reason));
    return strcmp(text, certificates[which].answer) == 0 && explained.index == result.index &&
           explained.decision == result.decision;
}

static void *run(void *ctx) {
    struct thread *thread = ctx;
    struct certmap_peer *peer = NULL;
    if (certmap_peer_new(&peer, NULL, NULL) != CERTMAP_OK) {
        thread->wrong = ROUNDS;
        return NULL;
    }
    for (size_t i = 0; i < ROUNDS; i++)
        thread->wrong += !answers(thread, peer, (thread->start + i) % (size_t)COUNT(certificates));
    certmap_peer_free(peer);
    return NULL;
}

/* With a limit of memory, rules allocate through what counted while they were made. */
static struct certmap_rules *make_rules(size_t memory) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    build.memory = memory;
    options.build = &build;
    ck_assert_int_eq(certmap_rules_parse(&rules, t_text(rule_text), &options, NULL), CERTMAP_OK);
    return rules;
}

T_TEST(one_rule_set_for_all) {
    struct certmap_rules *rules = make_rules(_i == 0 ? 0 : 1000000);
    struct t_peer made[COUNT(certificates)];
    struct thread threads[THREADS];
    for (int i = 0; i < COUNT(certificates); i++)
        t_peer_make(&made[i], certificates[i].subject, certificates[i].issuer);
    for (size_t i = 0; i < THREADS; i++) {
        threads[i] = (struct thread){.rules = rules, .made = made, .start = i};
        ck_assert_int_eq(pthread_create(&threads[i].id, NULL, run, &threads[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i].id, NULL), 0);
        ck_assert_msg(threads[i].wrong == 0, "thread %zu: %zu answers are wrong", i, threads[i].wrong);
        ck_assert_uint_eq(threads[i].items, ROUNDS / COUNT(certificates) * 6); /* six of eight end the search */
    }
    for (int i = 0; i < COUNT(certificates); i++)
        t_peer_free(&made[i]);
    certmap_rules_free(rules);
}

/* Loading, too, shares nothing: each thread its own rule set, from the same text. */
static void *load(void *ctx) {
    struct thread *thread = ctx;
    for (size_t i = 0; i < ROUNDS / 8; i++) {
        struct certmap_rules *rules = NULL;
        struct certmap_diagnostic error;
        thread->wrong += certmap_rules_parse(&rules, t_text(rule_text), NULL, &error) != CERTMAP_OK ||
                         certmap_rules_count(rules) != 3;
        certmap_rules_free(rules);
    }
    return NULL;
}

T_TEST(loading_at_once) {
    struct thread threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        threads[i] = (struct thread){.wrong = 0};
        ck_assert_int_eq(pthread_create(&threads[i].id, NULL, load, &threads[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i].id, NULL), 0);
        ck_assert_uint_eq(threads[i].wrong, 0);
    }
}

T_TESTS("threads", T_CASE("threads", T_LOOP(one_rule_set_for_all, 2), loading_at_once))
