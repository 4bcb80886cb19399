/* SPDX-License-Identifier: MIT */
/* Lists of operands: one of 60,000 is to cost what one of ten does, whether a value is in it or not. */
#include "clock.h"
#include "extra.h"
#include <stdlib.h>

enum { FEW = 10, MOST = 60000, PEERS = 256, MATCHES = 8192 };

/* "Unit 17" is one of so many operands if it is below their number. */
static const struct list {
    const char *name;
    bool negated;
    bool among; /* the values of the certificates are operands */
} lists[] = {
    {"in, one of them", false, true},
    {"in, none of them", false, false},
    {"not in, one of them", true, true},
    {"not in, none of them", true, false},
};
enum { LISTS = sizeof lists / sizeof *lists, SIZES = 2 };
static const size_t sizes[SIZES] = {FEW, MOST};

/* Rules of one mapping, and certificates. */
struct side {
    struct certmap_rules *rules;
    struct certmap_peer *peers[PEERS];
};

static void make_rules(struct side *side, const struct list *list, size_t size) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    char unit[64];
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, list->negated ? "not subject.OU in (" : "subject.OU in (");
    for (size_t i = 0; i < size; i++) {
        snprintf(unit, sizeof unit, "%s\"Unit %zu\"", i > 0 ? ", " : "", i);
        t_put(&text, unit);
    }
    t_put(&text, "); allow \"a\"; }");
    if (certmap_rules_parse(&side->rules, t_view(&text), NULL, &error) != CERTMAP_OK)
        b_die("lists", error.text);
    t_buf_free(&text);
}

static struct certmap_peer *make_peer(size_t unit) {
    struct t_buf subject = T_BUF_INIT, issuer = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    char text[64];
    snprintf(text, sizeof text, "O=Contoso | OU=Unit %zu | CN=x", unit);
    t_name(&subject, text);
    t_name(&issuer, "CN=CA");
    cert.subject = t_view(&subject);
    cert.issuer = t_view(&issuer);
    if (certmap_peer_new(&peer, NULL, NULL) != CERTMAP_OK || certmap_peer_set(peer, &cert, NULL) != CERTMAP_OK)
        b_die("lists", "a certificate is refused");
    t_buf_free(&subject);
    t_buf_free(&issuer);
    return peer;
}

static void make_side(struct side *side, const struct list *list, size_t size, struct b_random *random) {
    make_rules(side, list, size);
    for (size_t i = 0; i < PEERS; i++)
        side->peers[i] = make_peer(list->among ? b_random_below(random, size) : MOST + i);
}

static void free_side(struct side *side) {
    certmap_rules_free(side->rules);
    for (size_t i = 0; i < PEERS; i++)
        certmap_peer_free(side->peers[i]);
}

/* Nanoseconds for one match. */
static double time_side(const struct side *side, enum certmap_decision wanted, size_t *wrong) {
    const double start = b_now();
    for (size_t i = 0; i < MATCHES; i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        if (certmap_match(side->rules, side->peers[i % PEERS], &result, NULL) != CERTMAP_OK)
            b_die("lists", "a match fails");
        *wrong += result.decision != wanted;
    }
    return (b_now() - start) * 1e9 / MATCHES;
}

static void report(const struct b_contest *contest, const struct list *list, double samples[SIZES][B_ROUNDS]) {
    const size_t rounds = contest->settings->rounds;
    double scratch[B_ROUNDS];
    char few[32], most[32], what[112];
    const struct b_stats ratio = b_stats_ratio(samples[1], samples[0], rounds, scratch);
    const struct b_stats stats[SIZES] = {b_stats_of(samples[0], rounds), b_stats_of(samples[1], rounds)};
    printf("  %-24s %9s with %d operands, %9s with %d: %.2f times\n", list->name, b_time(few, stats[0].median), FEW,
           b_time(most, stats[1].median), MOST, ratio.median);
    b_json_object(&contest->report->json, NULL);
    b_json_text(&contest->report->json, "name", list->name);
    b_json_stats(&contest->report->json, "few_ns", &stats[0]);
    b_json_stats(&contest->report->json, "most_ns", &stats[1]);
    b_json_object_end(&contest->report->json);
    snprintf(what, sizeof what, "%s: 60,000 operands / 10", list->name);
    b_report_goal(contest->report, 1.5, false, &ratio, what);
}

static void measure(const struct b_contest *contest, const struct list *list) {
    struct side sides[SIZES];
    double samples[SIZES][B_ROUNDS];
    const enum certmap_decision wanted = list->among != list->negated ? CERTMAP_ALLOW : CERTMAP_NONE;
    for (size_t k = 0; k < SIZES; k++)
        make_side(&sides[k], list, sizes[k], &contest->settings->random);
    for (size_t i = 0; i < contest->settings->rounds; i++)
        for (size_t k = 0; k < SIZES; k++)
            samples[k][i] = time_side(&sides[k], wanted, &contest->report->wrong);
    report(contest, list, samples);
    for (size_t k = 0; k < SIZES; k++)
        free_side(&sides[k]);
}

void b_extra_lists(const struct b_contest *contest) {
    puts("\nLists of operands, match alone");
    b_json_array(&contest->report->json, "lists");
    for (size_t i = 0; i < LISTS; i++)
        measure(contest, &lists[i]);
    b_json_array_end(&contest->report->json);
}
