/* SPDX-License-Identifier: MIT */
/* One workload at one size, matched so many times, for a program that counts instructions: see instructions.
 *
 *     count WORKLOAD MAPPINGS MATCHES
 *
 * What makes rules and certificates is not counted: callgrind starts to collect in certmap_match. */
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

static bool prepare(struct certmap_peer *peer, struct t_buf *der, enum b_workload workload, size_t id,
                    struct b_random *random) {
    struct b_person person;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct b_random own = {id};
    t_buf_clear(der);
    b_workload_person(workload, id, workload == B_ONE_TO_ONE ? &own : random, &person);
    (workload == B_ONE_TO_ONE ? b_certificate_small : b_certificate)(der, &person);
    return certmap_cert_from_der(&cert, t_view(der), NULL) == CERTMAP_OK &&
           certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK;
}

/* Matches random certificates; false if an answer is wrong. */
static bool run(const struct certmap_rules *rules, struct certmap_peer *peer, enum b_workload workload, size_t size,
                size_t matches) {
    struct b_random random = {1};
    struct t_buf der = T_BUF_INIT;
    bool right = true;
    for (size_t i = 0; right && i < matches; i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        const size_t id = b_random_below(&random, size);
        right = prepare(peer, &der, workload, id, &random);
        CALLGRIND_START_INSTRUMENTATION;
        right = right && certmap_match(rules, peer, &result, NULL) == CERTMAP_OK;
        CALLGRIND_STOP_INSTRUMENTATION;
        right = right && result.index == b_workload_expected(workload, id, size);
    }
    t_buf_free(&der);
    return right;
}

int main(int argc, char **argv) {
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    int workload = 0;
    if (argc != 4)
        return fail("usage: count WORKLOAD MAPPINGS MATCHES");
    while (workload < B_WORKLOADS && strcmp(b_workload_name((enum b_workload)workload), argv[1]) != 0)
        workload++;
    const size_t size = strtoul(argv[2], NULL, 10), matches = strtoul(argv[3], NULL, 10);
    if (workload == B_WORKLOADS || size == 0 || size > B_MAX_RULES || matches == 0)
        return fail("no such workload or number");
    if (b_rules_build(&rules, NULL, (enum b_workload)workload, size, NULL, NULL) != CERTMAP_OK ||
        certmap_peer_new(&peer, NULL, NULL) != CERTMAP_OK)
        return fail("the rules cannot be built");
    const bool right = run(rules, peer, (enum b_workload)workload, size, matches);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    return right ? EXIT_SUCCESS : fail("an answer is wrong");
}
