/* SPDX-License-Identifier: MIT */
#include "clock.h"
#include "extra.h"
#include "worst.h"

/* Seconds for all rounds of one case; the first is done in any case. */
#define BUDGET 3.0

/* How long one match took, round by round. */
static struct b_stats time_match(const struct certmap_rules *rules, struct certmap_peer *peer, size_t rounds,
                                 struct certmap_result *result) {
    double samples[B_ROUNDS];
    size_t taken = 0;
    const double begin = b_now();
    while (taken == 0 || (taken < rounds && b_now() - begin < BUDGET)) {
        const double start = b_now();
        if (certmap_match(rules, peer, result, NULL) != CERTMAP_OK)
            b_die("worst cases", "a match fails");
        samples[taken++] = (b_now() - start) * 1e9;
    }
    return b_stats_of(samples, taken);
}

static void report(const struct b_contest *contest, const struct b_worst *worst, size_t size,
                   const struct b_stats *stats, const struct certmap_result *result, size_t bytes) {
    struct b_json *json = &contest->report->json;
    const char *reason = certmap_code_name(result->reason);
    char number[32], median[32], low[32], high[32], what[112];
    printf("  %-12s %-56s %9s %9s  %9s ..%9s  %s %s\n", worst->name, worst->what, b_number(number, (double)size),
           b_time(median, stats->median), b_time(low, stats->low), b_time(high, stats->high),
           certmap_decision_name(result->decision), reason);
    fflush(stdout);
    b_json_object(json, NULL);
    b_json_text(json, "name", worst->name);
    b_json_text(json, "what", worst->what);
    b_json_number(json, "mappings", (double)size);
    b_json_number(json, "certificate_bytes", (double)bytes);
    b_json_stats(json, "ns", stats);
    b_json_text(json, "decision", certmap_decision_name(result->decision));
    b_json_text(json, "reason", reason);
    b_json_object_end(json);
    if (worst->most_ms == 0 || size != 10000)
        return;
    snprintf(what, sizeof what, "worst case %s, 10,000: ms for a certificate of %zu bytes", worst->name, bytes);
    const struct b_stats ms = {stats->median / 1e6, stats->low / 1e6, stats->high / 1e6, stats->min / 1e6,
                               stats->max / 1e6};
    b_report_goal(contest->report, worst->most_ms, false, &ms, what);
}

static void measure(const struct b_contest *contest, const struct b_worst *worst, size_t size) {
    struct t_buf der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    struct certmap_rules *rules = b_worst_rules(worst, size, &error);
    if (rules == NULL)
        b_die(worst->name, error.text);
    b_worst_certificate(&der, worst);
    if (certmap_peer_new(&peer, NULL, &error) != CERTMAP_OK ||
        certmap_cert_from_der(&cert, t_view(&der), &error) != CERTMAP_OK ||
        certmap_peer_set(peer, &cert, &error) != CERTMAP_OK)
        b_die(worst->name, error.text);
    const struct b_stats stats = time_match(rules, peer, contest->settings->quick ? 5 : 15, &result);
    report(contest, worst, size, &stats, &result, der.len);
    contest->report->wrong += result.decision == CERTMAP_ALLOW && worst->combining != CERTMAP_COMBINING_ALL;
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    t_buf_free(&der);
}

void b_extra_worst(const struct b_contest *contest, const size_t *sizes, size_t count) {
    puts("\nWorst cases, match alone");
    b_json_array(&contest->report->json, "worst");
    for (size_t i = 0; i < b_worst_count; i++)
        for (size_t k = 0; k < count; k++)
            measure(contest, &b_worst_cases[i], sizes[k]);
    b_json_array_end(&contest->report->json);
}
