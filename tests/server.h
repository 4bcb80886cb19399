/* SPDX-License-Identifier: MIT */
/* A service in tests: its files in a folder of its own, its log, its clock, and who asks. Each test is a process: the
 * folder is made in it, and removed by s_end. */
#ifndef T_SERVER_H
#define T_SERVER_H

#include "certmap/server.h"
#include "support/alloc.h"
#include "support/der.h"
#include "support/run.h"
#include "support/tls.h"
#include <fcntl.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char s_rules[] = "certmap 1;\n"
                              "mapping \"contractors\" { when subject.OU = \"Contractors\"; deny; }\n"
                              "mapping \"sales\" {\n"
                              "    when subject.OU = \"Sales\";\n"
                              "    allow \"CONTOSO\\\\alice\";\n"
                              "    group \"staff\";\n"
                              "    group \"s\\u{E5}les, north\";\n"
                              "    attribute \"mail\" = \"alice@contoso.example\";\n"
                              "}\n"
                              "mapping \"warehouse\" { when subject.OU = \"Warehouse\"; allow \"orders\"; }\n";

/* What a test has. */
struct s_case {
    char folder[64];
    char rules[96];
    struct certmap_service_options options;
    struct certmap_service *service;
    int64_t now; /* what the clock says; 0: the system's */
    pthread_mutex_t lock;
    char log[16384]; /* all lines, each with its severity: "1 site.rules: ..." */
};

static struct t_pki *s_pki;

static inline void s_log(void *ctx, enum certmap_severity severity, const char *line) {
    struct s_case *test = ctx;
    pthread_mutex_lock(&test->lock);
    const size_t len = strlen(test->log);
    snprintf(test->log + len, sizeof test->log - len, "%d %s\n", (int)severity, line);
    pthread_mutex_unlock(&test->lock);
}

static inline int64_t s_clock(void *ctx) {
    const struct s_case *test = ctx;
    return test->now != 0 ? test->now : (int64_t)time(NULL);
}

static inline const char *s_path(const struct s_case *test, const char *name) {
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", test->folder, name);
    return path;
}

static inline void s_write_bytes(const char *path, const void *bytes, size_t len) {
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "%s", path);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

static inline void s_write(const char *path, const char *text) {
    s_write_bytes(path, text, strlen(text));
}

/* The folder, with rules in "site.rules". */
static inline void s_begin(struct s_case *test, const char *rules) {
    *test = (struct s_case){.folder = "/tmp/certmap-server-XXXXXX", .lock = PTHREAD_MUTEX_INITIALIZER};
    ck_assert_ptr_nonnull(mkdtemp(test->folder));
    snprintf(test->rules, sizeof test->rules, "%s/site.rules", test->folder);
    if (rules != NULL)
        s_write(test->rules, rules);
    test->options = (struct certmap_service_options)CERTMAP_SERVICE_OPTIONS_INIT;
    test->options.file = test->rules;
    test->options.log = s_log;
    test->options.log_ctx = test;
    test->options.clock = s_clock;
    test->options.clock_ctx = test;
}

static inline void s_open(struct s_case *test) {
    struct certmap_diagnostic err = {.text = ""};
    const enum certmap_status status = certmap_service_open(&test->service, &test->options, &err);
    ck_assert_msg(status == CERTMAP_OK, "%s\n%s", err.text, test->log);
    test->log[0] = '\0';
}

static inline void s_end(struct s_case *test) {
    char command[128];
    certmap_service_close(test->service);
    snprintf(command, sizeof command, "rm -rf '%s'", test->folder);
    ck_assert_int_eq(system(command), 0);
}

/* Whether the log has this; and forgets the log. */
static inline void s_expect_log(struct s_case *test, const char *expected) {
    ck_assert_msg(strstr(test->log, expected) != NULL, "not in the log: %s\n%s", expected, test->log);
    test->log[0] = '\0';
}

/* ---- asking with bytes ---- */

static inline struct certmap_presented s_presented(const uint8_t *der, size_t len) {
    struct certmap_presented presented = CERTMAP_PRESENTED_INIT;
    presented.certificate = (struct certmap_view){der, len};
    presented.present = presented.verified = true;
    presented.client = "192.0.2.7:4711";
    return presented;
}

/* The caller frees *der. */
static inline struct certmap_presented s_present(unsigned char **der, enum t_id id) {
    *der = NULL;
    const int len = i2d_X509(t_pki_certificate(s_pki, id), der);
    ck_assert_int_gt(len, 0);
    return s_presented(*der, (size_t)len);
}

/* The answer for somebody's certificate, as bytes that the server has verified. The caller frees it. */
static inline struct certmap_answer *s_ask(struct s_case *test, enum t_id id) {
    struct certmap_answer *answer = NULL;
    struct certmap_diagnostic err = {.text = ""};
    unsigned char *der = NULL;
    const struct certmap_presented presented = s_present(&der, id);
    const enum certmap_status status = certmap_service_ask_der(test->service, &answer, &presented, &err);
    ck_assert_msg(status == CERTMAP_OK && answer != NULL, "%s", err.text);
    OPENSSL_free(der);
    return answer;
}

static inline const char *s_text(const struct certmap_answer *answer, enum certmap_answer_text text,
                                 enum certmap_form form) {
    const struct certmap_view view = certmap_answer_text(answer, text, form);
    ck_assert_uint_eq(view.data[view.len], 0);
    return (const char *)view.data;
}

/* "allow CONTOSO\alice", "deny", "none no-match" ...: the outcome and the account or the reason. */
static inline const char *s_told(const struct certmap_answer *answer) {
    static char told[256];
    const bool allow = certmap_answer_outcome(answer) == CERTMAP_OUTCOME_ALLOW;
    const char *more = s_text(answer, allow ? CERTMAP_ANSWER_ACCOUNT : CERTMAP_ANSWER_REASON, CERTMAP_FORM_PLAIN);
    snprintf(told, sizeof told, "%s%s%s", certmap_answer_outcome_name(certmap_answer_outcome(answer)),
             more[0] != '\0' ? " " : "", more);
    return told;
}

/* What somebody is told now. */
static inline const char *s_ask_told(struct s_case *test, enum t_id id) {
    struct certmap_answer *answer = s_ask(test, id);
    const char *told = s_told(answer);
    certmap_answer_free(answer);
    return told;
}

static inline struct certmap_counts s_counts(const struct s_case *test) {
    struct certmap_counts counts = CERTMAP_COUNTS_INIT;
    ck_assert_int_eq(certmap_service_counts(test->service, &counts, NULL), CERTMAP_OK);
    ck_assert_uint_eq(counts.asked, counts.allowed + counts.denied + counts.none + counts.unverified + counts.errors);
    return counts;
}

#endif
