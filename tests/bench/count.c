/* SPDX-License-Identifier: MIT */
/* One workload at one size, matched so many times, for a program that counts instructions: see instructions.
 *
 *     count WORKLOAD MAPPINGS MATCHES
 *
 * Each certificate is decided from its DER on, in a peer that has served others. Valgrind counts nothing while rules and
 * certificates are made, and afterwards in the function that it is asked for. */
#include "certificate.h"
#include "rules.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

static int fail(const char *what) {
    fprintf(stderr, "count: %s\n", what);
    return EXIT_FAILURE;
}

/* A certificate, prepared, and which rule it is of. */
struct client {
    struct t_buf der;
    struct certmap_peer *peer;
    size_t id;
};

static bool prepare(struct client *client, enum b_workload workload, struct b_random *random) {
    struct b_person person;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct b_random own = {client->id};
    b_workload_person(workload, client->id, workload == B_ONE_TO_ONE ? &own : random, &person);
    (workload == B_ONE_TO_ONE ? b_certificate_small : b_certificate)(&client->der, &person);
    return certmap_cert_from_der(&cert, t_view(&client->der), NULL) == CERTMAP_OK &&
           certmap_peer_new(&client->peer, NULL, NULL) == CERTMAP_OK &&
           certmap_peer_set(client->peer, &cert, NULL) == CERTMAP_OK;
}

/* Finds the answer for a certificate, with no more of it than the rules need. */
static bool decide(const struct certmap_rules *rules, const struct client *client, size_t *found) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    if (certmap_cert_from_der(&cert, t_view(&client->der), NULL) != CERTMAP_OK)
        return false;
    certmap_cert_restrict(&cert, certmap_rules_needs(rules));
    const bool done = certmap_peer_set(client->peer, &cert, NULL) == CERTMAP_OK &&
                      certmap_match(rules, client->peer, &result, NULL) == CERTMAP_OK;
    *found = result.index;
    return done;
}

static bool match(const struct certmap_rules *rules, const struct client *clients, size_t count, size_t *found) {
    bool done = true;
    CALLGRIND_START_INSTRUMENTATION;
    for (size_t i = 0; i < count; i++)
        done = decide(rules, &clients[i], &found[i]) && done;
    CALLGRIND_STOP_INSTRUMENTATION;
    return done;
}

/* Matches random certificates; false if an answer is wrong. */
static bool run(const struct certmap_rules *rules, enum b_workload workload, size_t size, size_t matches) {
    struct b_random random = {1};
    struct client *clients = calloc(matches, sizeof *clients);
    size_t *found = calloc(matches, sizeof *found);
    bool right = clients != NULL && found != NULL;
    for (size_t i = 0; right && i < matches; i++) {
        clients[i].id = b_random_below(&random, size);
        right = prepare(&clients[i], workload, &random);
    }
    right = right && match(rules, clients, matches, found);
    for (size_t i = 0; right && i < matches; i++)
        right = found[i] == b_workload_expected(workload, clients[i].id, size);
    for (size_t i = 0; clients != NULL && i < matches; i++) {
        certmap_peer_free(clients[i].peer);
        t_buf_free(&clients[i].der);
    }
    free(found);
    free(clients);
    return right;
}

int main(int argc, char **argv) {
    struct certmap_rules *rules = NULL;
    int workload = 0;
    if (argc != 4)
        return fail("usage: count WORKLOAD MAPPINGS MATCHES");
    while (workload < B_WORKLOADS && strcmp(b_workload_name((enum b_workload)workload), argv[1]) != 0)
        workload++;
    const size_t size = strtoul(argv[2], NULL, 10), matches = strtoul(argv[3], NULL, 10);
    if (workload == B_WORKLOADS || size == 0 || size > B_MAX_RULES || matches == 0)
        return fail("no such workload or number");
    if (b_rules_build(&rules, NULL, (enum b_workload)workload, size, NULL, NULL) != CERTMAP_OK)
        return fail("the rules cannot be built");
    const bool right = run(rules, (enum b_workload)workload, size, matches);
    certmap_rules_free(rules);
    return right ? EXIT_SUCCESS : fail("an answer is wrong");
}
