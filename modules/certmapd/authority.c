/* SPDX-License-Identifier: MIT */
/* The service puts new rules in force in the thread that loads, whenever they are whole; new CAs come into force when
 * that thread has ended. In between an answer could be by new rules and old CAs. Such an answer says so itself: it has
 * the digest of the rules that gave it. Then the load is waited for, whose work is done, and the question asked again. */
#include "authority.h"
#include "log.h"
#include "trust.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An answer is asked for once, and once more after a load that it met. */
#define MAX_TRIES 2

struct authority {
    const struct options *options;
    struct certmap_service *service;
    X509_STORE *store;                        /* NULL: the proxy verifies */
    char digest[CERTMAP_SERVICE_DIGEST_SIZE]; /* of the rules that belong to store */
    int done[2];                              /* a byte for each load that has ended */
    bool loading, again;
    pthread_t thread;
    X509_STORE *fresh; /* of the thread, until it has ended */
    bool took_rules;   /* likewise */
};

/* ---- opening ---- */

static bool open_service(struct authority *authority) {
    const struct options *given = authority->options;
    struct certmap_service_options options = CERTMAP_SERVICE_OPTIONS_INIT;
    struct certmap_diagnostic err;
    options.file = given->rules;
    options.site = given->site;
    options.format = given->format;
    options.shadow_file = given->shadow;
    options.shadow_site = given->shadow_site;
    options.flags = CERTMAP_SERVICE_LOG_SHADOW | (given->count_mappings ? CERTMAP_SERVICE_COUNT_MAPPINGS : 0U);
    options.log = log_service;
    const enum certmap_status status = certmap_service_open(&authority->service, &options, &err);
    if (status == CERTMAP_ERROR_ARGUMENT || status == CERTMAP_ERROR_MEMORY)
        log_text(LOG_LEVEL_ERROR, err.text); /* no line is about it */
    return status == CERTMAP_OK && certmap_service_digest(authority->service, authority->digest, NULL) == CERTMAP_OK;
}

static bool open_pipe(struct authority *authority) {
    if (pipe2(authority->done, O_CLOEXEC | O_NONBLOCK) == 0)
        return true;
    log_line(LOG_LEVEL_ERROR, "no pipe: %s", strerror(errno));
    return false;
}

/* As the service says it of the rules, which are in force before: whoever waits for new CAs waits for this line. */
static void log_store(const struct options *options) {
    log_line(LOG_LEVEL_INFO, "%s: in force", options->ca_file);
    if (options->crl_file != NULL)
        log_line(LOG_LEVEL_INFO, "%s: in force", options->crl_file);
}

struct authority *authority_open(const struct options *options) {
    struct authority *authority = calloc(1, sizeof *authority);
    if (authority == NULL)
        return NULL;
    authority->options = options;
    authority->done[0] = authority->done[1] = -1;
    if (options->ca_file != NULL)
        authority->store = trust_load(options->ca_file, options->crl_file);
    if ((options->ca_file == NULL || authority->store != NULL) && open_service(authority) && open_pipe(authority)) {
        if (authority->store != NULL)
            log_store(options);
        return authority;
    }
    authority_close(authority);
    return NULL;
}

void authority_close(struct authority *authority) {
    authority->again = false; /* or the end of one load would be the beginning of another one */
    if (authority->loading)
        (void)authority_end_load(authority);
    for (size_t i = 0; i < 2; i++)
        if (authority->done[i] >= 0)
            (void)close(authority->done[i]);
    certmap_service_close(authority->service);
    X509_STORE_free(authority->store);
    free(authority);
}

/* ---- loading again ---- */

static void log_failure(const struct authority *authority, const char *what) {
    log_line(LOG_LEVEL_ERROR, "%s: not loaded; the old %s stay in force", what,
             authority->options->ca_file != NULL ? "rules and CAs" : "rules");
}

/* Whether the rules that answer are those of the file now: an error may be about the shadow alone. */
static bool load_rules(struct authority *authority) {
    const char *shadow = authority->options->shadow;
    struct certmap_diagnostic err = {.file = NULL};
    if (certmap_service_reload(authority->service, &err) == CERTMAP_OK)
        return true;
    return shadow != NULL && err.file != NULL && strcmp(shadow, authority->options->rules) != 0 &&
           strcmp(err.file, shadow) == 0;
}

/* CAs first: if they cannot be read, no rules come into force either. */
static void *load(void *arg) {
    struct authority *authority = arg;
    const struct options *options = authority->options;
    authority->took_rules = false;
    authority->fresh = options->ca_file == NULL ? NULL : trust_load(options->ca_file, options->crl_file);
    if (options->ca_file != NULL && authority->fresh == NULL)
        log_failure(authority, options->ca_file);
    else
        authority->took_rules = load_rules(authority);
    const ssize_t written = write(authority->done[1], "", 1);
    (void)written; /* a full pipe is readable, too */
    return NULL;
}

void authority_begin_load(struct authority *authority) {
    sigset_t all, before;
    if (authority->loading) {
        authority->again = true;
        return;
    }
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* the thread inherits it: signals are for the loop */
    const int error = pthread_create(&authority->thread, NULL, load, authority);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    authority->loading = error == 0;
    if (error != 0)
        log_failure(authority, strerror(error));
}

bool authority_end_load(struct authority *authority) {
    char bytes[16];
    if (!authority->loading)
        return false;
    (void)pthread_join(authority->thread, NULL);
    while (read(authority->done[0], bytes, sizeof bytes) > 0) {
        /* one for each load that has ended */
    }
    authority->loading = false;
    if (authority->took_rules && authority->fresh != NULL) {
        X509_STORE_free(authority->store);
        authority->store = authority->fresh;
        log_store(authority->options);
    } else {
        X509_STORE_free(authority->fresh);
    }
    authority->fresh = NULL;
    (void)certmap_service_digest(authority->service, authority->digest, NULL);
    const bool again = authority->again;
    authority->again = false;
    if (again)
        authority_begin_load(authority);
    return again;
}

int authority_fd(const struct authority *authority) {
    return authority->done[0];
}

struct certmap_service *authority_service(const struct authority *authority) {
    return authority->service;
}

/* ---- asking ---- */

static struct certmap_answer *ask_once(struct authority *authority, const struct question *question) {
    struct certmap_presented presented = CERTMAP_PRESENTED_INIT;
    struct certmap_answer *answer = NULL;
    presented.certificate = question->certificate;
    presented.chain = question->chain;
    presented.client = question->client;
    presented.present = question->present;
    presented.verified = authority->options->proxy_verifies && question->verified && !question->rejected;
    presented.store = question->rejected ? NULL : authority->store;
    (void)certmap_service_ask_der(authority->service, &answer, &presented, NULL); /* NULL on an error */
    return answer;
}

static bool is_whole(const struct authority *authority, const struct certmap_answer *answer) {
    const struct certmap_view rules = certmap_answer_text(answer, CERTMAP_ANSWER_RULES, CERTMAP_FORM_PLAIN);
    return authority->store == NULL || answer == NULL ||
           (rules.len == strlen(authority->digest) && memcmp(rules.data, authority->digest, rules.len) == 0);
}

static void log_answer(const struct authority *authority, const struct certmap_answer *answer) {
    const bool allowed = certmap_answer_outcome(answer) == CERTMAP_OUTCOME_ALLOW;
    if (answer == NULL)
        log_text(LOG_LEVEL_ERROR, "refused: out of memory");
    else if (!allowed || authority->options->log_all)
        log_text(allowed ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE, certmap_answer_line(answer));
}

struct certmap_answer *authority_ask(struct authority *authority, const struct question *question) {
    struct certmap_answer *answer = NULL;
    bool whole = false;
    for (int tries = 0; tries < MAX_TRIES && !whole; tries++) {
        certmap_answer_free(answer);
        answer = ask_once(authority, question);
        whole = is_whole(authority, answer);
        if (!whole)
            (void)authority_end_load(authority);
    }
    if (!whole) { /* no load was going on: the two do not belong together, and nothing is granted */
        log_text(LOG_LEVEL_ERROR, "refused: the rules in force are not those that belong to the CAs");
        certmap_answer_free(answer);
        answer = NULL;
    }
    log_answer(authority, answer);
    return answer;
}
