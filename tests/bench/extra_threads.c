/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "certmap/build.h"
#include "clock.h"
#include "extra.h"
#include "rules.h"
#include <pthread.h>
#include <unistd.h>

/* Prepared certificates of each thread, which are looked up over and over. */
enum { THREADS = 2, PEERS = 32 };

/* How long one thread takes for a sample: much longer than the system needs to give each thread its processor. */
#define SAMPLE_SECONDS 0.25

struct thread {
    pthread_t id;
    const struct certmap_rules *rules;
    struct t_buf ders[PEERS];
    struct certmap_peer *peers[PEERS];
    pthread_barrier_t *ready;
    size_t matches;
    size_t unmatched;
};

static void *run(void *ctx) {
    struct thread *thread = ctx;
    pthread_barrier_wait(thread->ready);
    for (size_t i = 0; i < thread->matches; i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        if (certmap_match(thread->rules, thread->peers[i % PEERS], &result, NULL) != CERTMAP_OK ||
            result.decision != CERTMAP_ALLOW)
            thread->unmatched++;
    }
    return NULL;
}

/* The seconds that so many threads take for as many matches each. */
static double time_of(struct thread *threads, unsigned count, size_t matches) {
    pthread_barrier_t ready;
    pthread_barrier_init(&ready, NULL, count + 1);
    for (unsigned i = 0; i < count; i++) {
        threads[i].matches = matches;
        threads[i].ready = &ready;
        if (pthread_create(&threads[i].id, NULL, run, &threads[i]) != 0)
            b_die("threads", "cannot be started");
    }
    pthread_barrier_wait(&ready);
    const double start = b_now();
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i].id, NULL);
    const double seconds = b_now() - start;
    pthread_barrier_destroy(&ready);
    return seconds;
}

static void take_peer(struct thread *thread, size_t k, const struct t_buf *der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    thread->ders[k] = (struct t_buf)T_BUF_INIT;
    t_bytes(&thread->ders[k], der->data, der->len);
    if (certmap_peer_new(&thread->peers[k], NULL, NULL) != CERTMAP_OK ||
        certmap_cert_from_der(&cert, t_view(&thread->ders[k]), NULL) != CERTMAP_OK ||
        certmap_peer_set(thread->peers[k], &cert, NULL) != CERTMAP_OK)
        b_die("threads", "a certificate cannot be prepared");
}

static void take_peers(struct thread *thread, const struct b_contest *contest, size_t size) {
    for (size_t k = 0; k < PEERS; k++) {
        b_batch_random(contest->batch, contest->workload, size, 1, B_FORM_DER, &contest->settings->random);
        take_peer(thread, k, &contest->batch->ders[0]);
    }
}

static void give_peers(struct thread *thread) {
    for (size_t k = 0; k < PEERS; k++) {
        certmap_peer_free(thread->peers[k]);
        t_buf_free(&thread->ders[k]);
    }
}

static void report(const struct b_contest *contest, struct b_stats *speed, size_t size) {
    char what[160], number[32];
    printf("  two threads do %.2f times as much as one (%.2f .. %.2f); %ld processors\n", speed->median, speed->low,
           speed->high, sysconf(_SC_NPROCESSORS_ONLN));
    b_json_object(&contest->report->json, "threads");
    b_json_number(&contest->report->json, "mappings", (double)size);
    b_json_number(&contest->report->json, "processors", (double)sysconf(_SC_NPROCESSORS_ONLN));
    b_json_stats(&contest->report->json, "speed", speed);
    b_json_object_end(&contest->report->json);
    snprintf(what, sizeof what, "%s, %s: two threads / one thread", b_workload_name(contest->workload),
             b_number(number, (double)size));
    b_report_goal(contest->report, 1.9, true, speed, what);
}

void b_extra_threads(const struct b_contest *contest, size_t size) {
    struct thread threads[THREADS] = {{.matches = 0}};
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    double speed[B_ROUNDS];
    const size_t rounds = contest->settings->rounds;
    char number[32];
    printf("\nTwo threads, %s, %s mappings\n", b_workload_name(contest->workload), b_number(number, (double)size));
    if (b_rules_build(&rules, NULL, contest->workload, size, NULL, &error) != CERTMAP_OK)
        b_die("certmap_builder", error.text);
    for (size_t i = 0; i < THREADS; i++) {
        take_peers(&threads[i], contest, size);
        threads[i].rules = rules;
    }
    const double one = time_of(threads, 1, PEERS) / PEERS;
    const size_t matches = (size_t)(SAMPLE_SECONDS / one) + 1;
    for (size_t i = 0; i < rounds; i++) {
        const double alone = time_of(threads, 1, matches);
        speed[i] = 2 * alone / time_of(threads, THREADS, matches);
    }
    struct b_stats stats = b_stats_of(speed, rounds);
    contest->report->wrong += threads[0].unmatched + threads[1].unmatched;
    report(contest, &stats, size);
    for (size_t i = 0; i < THREADS; i++)
        give_peers(&threads[i]);
    certmap_rules_free(rules);
}
