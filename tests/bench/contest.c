/* SPDX-License-Identifier: MIT */
#include "contest.h"
#include "certmap/openssl.h"
#include "clock.h"
#include "memory.h"
#include "rules.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The small set that the growth is measured from. */
enum { SMALL = 100 };
/* Batches of certificates about which answers are compared with what they should be. */
enum { SAMPLE = 8 };

#define MATCH_RANDOM "certmap match, random"
#define MATCH_HOT "certmap match, hot"
#define MATCH_SMALL "certmap match, hot, 100 mappings"
#define FROM_DER "certmap DER to decision"
#define FROM_X509 "certmap X509 to decision"

/* ---- certmap ------------------------------------------------------------------------------------------- */

struct own {
    struct certmap_rules *rules;
    struct certmap_peer *peer; /* for what prepares a certificate itself */
};

/* A result is used again, as a server may have one beside its peer. */
static void own_match(const struct own *own, struct certmap_peer *peer, struct certmap_result *result) {
    struct certmap_diagnostic error;
    if (certmap_match(own->rules, peer, result, &error) != CERTMAP_OK)
        b_die("certmap_match", error.text);
}

static void run_match(void *ctx, struct b_batch *batch, size_t count) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    for (size_t i = 0; i < count; i++)
        own_match(ctx, batch->peers[i % batch->count], &result);
}

static void set_and_match(const struct own *own, const struct certmap_cert *cert, struct certmap_result *result) {
    struct certmap_diagnostic error;
    if (certmap_peer_set(own->peer, cert, &error) != CERTMAP_OK)
        b_die("certmap_peer_set", error.text);
    own_match(own, own->peer, result);
}

static void run_from_der(void *ctx, struct b_batch *batch, size_t count) {
    const unsigned needs = certmap_rules_needs(((const struct own *)ctx)->rules);
    struct certmap_result result = CERTMAP_RESULT_INIT;
    for (size_t i = 0; i < count; i++) {
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        struct certmap_diagnostic error;
        if (certmap_cert_from_der(&cert, t_view(&batch->ders[i % batch->count]), &error) != CERTMAP_OK)
            b_die("certmap_cert_from_der", error.text);
        certmap_cert_restrict(&cert, needs);
        set_and_match(ctx, &cert, &result);
    }
}

static void run_from_x509(void *ctx, struct b_batch *batch, size_t count) {
    const struct own *own = ctx;
    struct certmap_openssl_holder holder = CERTMAP_OPENSSL_HOLDER_INIT;
    const unsigned needs = certmap_rules_needs(own->rules);
    struct certmap_result result = CERTMAP_RESULT_INIT;
    for (size_t i = 0; i < count; i++) {
        struct certmap_cert cert = CERTMAP_CERT_INIT;
        struct certmap_diagnostic error;
        if (certmap_openssl_cert(&cert, &holder, batch->x509s[i % batch->count], needs, &error) != CERTMAP_OK)
            b_die("certmap_openssl_cert", error.text);
        set_and_match(ctx, &cert, &result);
    }
    certmap_openssl_holder_free(&holder);
}

static void own_free(struct own *own) {
    certmap_rules_free(own->rules);
    certmap_peer_free(own->peer);
}

static void own_build(struct own *own, struct b_built *built, enum b_workload workload, size_t size,
                      const struct certmap_allocator *allocator) {
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    if (b_rules_build(&own->rules, built, workload, size, allocator, &error) != CERTMAP_OK ||
        certmap_peer_new(&own->peer, NULL, &error) != CERTMAP_OK)
        b_die("certmap_builder", error.text);
}

static void goal_at(const struct b_contest *contest, double goal, bool at_least, double found, const char *what,
                    size_t size) {
    char text[128], number[32];
    snprintf(text, sizeof text, "%s, %s: %s", b_workload_name(contest->workload), b_number(number, (double)size), what);
    b_report_goal_value(contest->report, goal, at_least, found, text);
}

/* What is judged of compiling the largest set. Of whole certificates the peak is, too, where the store has several blocks. */
static void judge_build(struct b_contest *contest, const struct b_built *built, const struct b_memory *memory,
                        size_t size) {
    const double n = (double)size, beyond = ((double)memory->bytes - (double)built->text) / n;
    const double peak = (double)memory->peak / n, text = (double)built->text / n;
    const bool whole = contest->workload == B_ONE_TO_ONE;
    goal_at(contest, whole ? 45 : 48, false, beyond, "bytes a mapping beyond its text", size);
    if (!whole)
        goal_at(contest, 300, false, peak, "bytes a mapping at the peak of compiling", size);
    else if (size >= 1000000)
        goal_at(contest, 1.25 * text + 60, false, peak, "bytes a mapping at the peak of compiling, 1.25 times its text",
                size);
    if (!whole)
        goal_at(contest, 700000, true, n / built->seconds, "mappings a second compiled", size);
}

static void report_build(struct b_contest *contest, const struct b_built *built, const struct b_memory *memory,
                         size_t size) {
    struct b_json *json = &contest->report->json;
    const double n = (double)size, beyond = ((double)memory->bytes - (double)built->text) / n;
    char rate[32];
    printf("  %s mappings a second compiled; bytes a mapping: %.1f of text, %.1f beyond it, %.1f at the peak\n",
           b_number(rate, n / built->seconds), (double)built->text / n, beyond, (double)memory->peak / n);
    b_json_object(json, "compiled");
    b_json_number(json, "seconds", built->seconds);
    b_json_number(json, "mappings_per_second", n / built->seconds);
    b_json_number(json, "text_bytes", (double)built->text);
    b_json_number(json, "bytes", (double)memory->bytes);
    b_json_number(json, "peak_bytes", (double)memory->peak);
    b_json_object_end(json);
    if (size == contest->settings->largest)
        judge_build(contest, built, memory, size);
}

static void fill_sample(const struct b_contest *contest, size_t size) {
    b_batch_random(contest->batch, contest->workload, size, B_BATCH, B_FORM_DER | B_FORM_PEER,
                   &contest->settings->random);
}

/* The answer about everybody in the batch is the one that the workload says. */
static void check_batch(struct b_contest *contest, const struct own *own, size_t size) {
    const struct b_batch *batch = contest->batch;
    for (size_t i = 0; i < batch->count; i++) {
        struct certmap_result result = CERTMAP_RESULT_INIT;
        const size_t expected = b_workload_expected(contest->workload, batch->ids[i], size);
        if (certmap_match(own->rules, batch->peers[i], &result, NULL) == CERTMAP_OK && result.index == expected)
            continue;
        printf("  WRONG: certmap gives mapping %zu about certificate %zu, not %zu\n", result.index, batch->ids[i],
               expected);
        contest->report->wrong++;
    }
}

/* As many batches as fit into a second. */
static void check_own(struct b_contest *contest, const struct own *own, size_t size) {
    const double start = b_now();
    for (size_t i = 0; i < SAMPLE && b_now() - start < 1; i++) {
        fill_sample(contest, size);
        check_batch(contest, own, size);
    }
}

/* ---- The other libraries ------------------------------------------------------------------------------- */

struct other {
    const struct b_engine *engine;
    void *state;
    bool failed; /* in an answer */
};

static void run_other(void *ctx, struct b_batch *batch, size_t count) {
    struct other *other = ctx;
    for (size_t i = 0; i < count; i++) {
        const size_t k = i % batch->count;
        struct certmap_view der = CERTMAP_NO_VIEW;
        if (other->engine->from_der)
            der = t_view(&batch->ders[k]);
        other->failed |= other->engine->match(other->state, &batch->people[k], der) == B_FAILED;
    }
}

/* Why the library is not measured at this size, or NULL. Ten times the rules are taken to need
 * ten times as much, except after the smallest sets, where most of the time does not depend on their size. */
static const char *reason_to_skip(const struct b_contest *contest, const struct b_engine *engine,
                                  const struct b_history *before, size_t size, char text[160]) {
    const struct b_settings *settings = contest->settings;
    const double growth = before->size > 10 ? (double)size / (double)before->size : 0;
    char when[32], number[32];
    if (engine->unable(contest->workload) != NULL)
        return engine->unable(contest->workload);
    if (before->failed)
        snprintf(text, 160, "it could not do with %s rules", b_number(number, (double)before->size));
    else if (size > engine->most)
        snprintf(text, 160, "its memory is kept to %s rules", b_number(number, (double)engine->most));
    else if (before->build_seconds * growth > settings->build_seconds)
        snprintf(text, 160, "loading took %s at %s rules", b_time(when, before->build_seconds * 1e9),
                 b_number(number, (double)before->size));
    else if (before->match_seconds * growth > settings->match_seconds)
        snprintf(text, 160, "one answer took %s at %s rules", b_time(when, before->match_seconds * 1e9),
                 b_number(number, (double)before->size));
    else
        return NULL;
    return text;
}

/* How many answers about the batch are others than certmap's. */
static size_t wrong_in_batch(const struct b_contest *contest, const struct other *other, size_t size) {
    struct b_batch *batch = contest->batch;
    const struct b_engine *engine = other->engine;
    size_t wrong = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const size_t found = (engine->which != NULL ? engine->which : engine->match)(other->state, &batch->people[i],
                                                                                     t_view(&batch->ders[i]));
        wrong += found != b_workload_expected(contest->workload, batch->ids[i], size);
    }
    return wrong;
}

/* Whether it gives the answers that certmap was found to give; as many batches as fit into a second. */
static void check_other(struct b_contest *contest, const struct other *other, size_t size) {
    const double start = b_now();
    size_t wrong = 0;
    for (size_t i = 0; i < SAMPLE && b_now() - start < 1; i++) {
        fill_sample(contest, size);
        wrong += wrong_in_batch(contest, other, size);
    }
    if (wrong > 0)
        printf("  WRONG: %s gives another answer than certmap for %zu certificates\n", other->engine->name, wrong);
    contest->report->wrong += wrong;
}

/* Loads the rules, tries the answers, and notes what both took. False if the library could not. */
static bool build_other(struct b_contest *contest, struct other *other, struct b_history *history, size_t size) {
    double start = b_now();
    other->state = other->engine->build(contest->workload, size);
    history->build_seconds = b_now() - start;
    history->size = size;
    history->failed = other->state == NULL;
    if (history->failed)
        return false;
    fill_sample(contest, size);
    start = b_now();
    run_other(other, contest->batch, 1);
    history->match_seconds = b_now() - start;
    history->failed = other->failed;
    if (history->failed)
        other->engine->release(other->state);
    else
        check_other(contest, other, size);
    return !history->failed;
}

/* Loads the rules into one library. False if it is left out, and the table says why. */
static bool take_other(struct b_contest *contest, struct other *other, size_t which, size_t size) {
    char text[160];
    struct b_history *history = &contest->history[which];
    *other = (struct other){.engine = b_engines[which]};
    const char *why = reason_to_skip(contest, other->engine, history, size, text);
    if (why == NULL && build_other(contest, other, history, size))
        return true;
    b_report_skip(contest->report, other->engine->name, why != NULL ? why : "it cannot do with so many rules");
    return false;
}

/* Loads the rules into each library that can take them; returns how many. */
static size_t build_others(struct b_contest *contest, struct other *others, size_t size) {
    size_t count = 0;
    if (b_engine_count > B_ENGINES)
        b_die("libraries", "there is no room for so many");
    b_json_array(&contest->report->json, "skipped");
    for (size_t i = 0; i < b_engine_count; i++)
        count += take_other(contest, &others[count], i, size);
    b_json_array_end(&contest->report->json);
    return count;
}

/* After the measurements. A library that could not answer in one of them has no times. */
static void end_others(struct b_contest *contest, const struct other *others, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (others[i].failed) {
            printf("  WRONG: %s could not answer all the time\n", others[i].engine->name);
            contest->report->wrong++;
        }
        others[i].engine->release(others[i].state);
    }
}

/* ---- Together ------------------------------------------------------------------------------------------ */

static void goal_ratio(const struct b_contest *contest, const struct b_group *group, double goal, bool at_least,
                       const char *a, const char *b) {
    char what[160], number[32];
    const struct b_measurement *over = b_group_find(group, a), *under = b_group_find(group, b);
    if (over == NULL || under == NULL)
        return;
    const struct b_stats ratio = b_group_ratio(group, over, under);
    snprintf(what, sizeof what, "%s, %s: %s / %s", b_workload_name(contest->workload),
             b_number(number, (double)group->size), a, b);
    b_report_goal(contest->report, goal, at_least, &ratio, what);
}

static double goal_from_der(size_t size) {
    return size == 10 ? 50 : size == 1000 ? 1000 : size == 10000 ? 10000 : 0;
}

/* The goals about other libraries hold at every size at which they were measured, from ten on; the first library,
 * fnmatch, is not to be much ahead with a single mapping either. */
static void goals_against(const struct b_contest *contest, const struct b_group *group, const struct other *others,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *name = others[i].engine->name;
        if (!others[i].engine->from_der && (group->size >= 10 || others[i].engine == b_engines[0]))
            goal_ratio(contest, group, group->size >= 10 ? 1 : 0.4, true, name, MATCH_RANDOM);
        if (others[i].engine->from_der && goal_from_der(group->size) > 0)
            goal_ratio(contest, group, goal_from_der(group->size), true, name, FROM_DER);
    }
}

static void goals_of(const struct b_contest *contest, const struct b_group *group, const struct other *others,
                     size_t count) {
    goals_against(contest, group, others, count);
    if (group->size != contest->settings->largest)
        return;
    goal_ratio(contest, group, 3, false, FROM_DER, B_SHA256);
    goal_ratio(contest, group, 0.015, false, FROM_X509, B_D2I);
    goal_ratio(contest, group, 1, false, MATCH_RANDOM, B_SHA256);
    const bool exact = contest->workload == B_EXACT || contest->workload == B_ONE_TO_ONE;
    goal_ratio(contest, group, exact ? 1.5 : 3, false, MATCH_HOT, MATCH_SMALL);
}

static void curves_of(struct b_contest *contest, const struct b_group *group) {
    for (size_t i = 0; i < group->count; i++) {
        const struct b_measurement *m = &group->list[i];
        const bool level = strcmp(m->name, B_D2I) == 0 || strcmp(m->name, B_SHA256) == 0;
        if (strcmp(m->name, MATCH_HOT) != 0 && strcmp(m->name, MATCH_SMALL) != 0)
            b_curve_add(contest->curves, m->name, level, (double)group->size, m->stats.median);
    }
}

static void add_own(struct b_group *group, struct own *own, struct own *small) {
    b_group_add(group, MATCH_RANDOM, run_match, own, B_FORM_PEER, false);
    b_group_add(group, MATCH_HOT, run_match, own, B_FORM_PEER, true);
    b_group_add(group, MATCH_SMALL, run_match, small, B_FORM_PEER, true);
    b_group_add(group, FROM_DER, run_from_der, own, B_FORM_DER, false);
    b_group_add(group, FROM_X509, run_from_x509, own, B_FORM_X509, false);
}

static void measure(struct b_contest *contest, struct own *own, struct own *small, size_t size) {
    struct other others[B_ENGINES];
    struct b_settings *settings = contest->settings;
    const size_t count = build_others(contest, others, size);
    struct b_group *group = calloc(1, sizeof *group);
    if (group == NULL)
        b_die("measurements", "no memory");
    group->workload = contest->workload;
    group->size = size;
    group->rounds = settings->rounds;
    group->budget = settings->sample_seconds;
    group->random = &settings->random;
    group->batch = contest->batch;
    add_own(group, own, small);
    for (size_t i = 0; i < count; i++)
        b_group_add(group, others[i].engine->name, run_other, &others[i], others[i].engine->from_der ? B_FORM_DER : 0U,
                    false);
    if (size == 1000 && contest->workload == B_EXACT)
        b_units_add_all(group, contest->units);
    else
        b_units_add(group, contest->units);
    b_group_run(group);
    b_report_group(contest->report, group);
    goals_of(contest, group, others, count);
    curves_of(contest, group);
    end_others(contest, others, count);
    free(group);
}

void b_contest_begin(struct b_contest *contest, enum b_workload workload) {
    contest->workload = workload;
    memset(contest->history, 0, sizeof contest->history);
    memset(contest->curves, 0, sizeof contest->curves);
}

/* How much memory a rule set takes. It is built once more to be measured, with the memory that servers give it. */
static void weigh(struct b_memory *memory, enum b_workload workload, size_t size) {
    struct own own = {NULL, NULL};
    const struct certmap_allocator allocator = b_memory_allocator(memory);
    *memory = (struct b_memory){0, 0};
    own_build(&own, NULL, workload, size, &allocator);
    const struct b_memory weighed = *memory;
    own_free(&own);
    *memory = weighed;
}

void b_contest_run(struct b_contest *contest, size_t size) {
    struct own own = {NULL, NULL}, small = {NULL, NULL};
    struct b_memory memory;
    struct b_built built;
    struct b_json *json = &contest->report->json;
    char number[32];
    fill_sample(contest, size);
    printf("\n%s, %s mapping%s, certificates of %zu bytes\n", b_workload_name(contest->workload),
           b_number(number, (double)size), size == 1 ? "" : "s", contest->batch->ders[0].len);
    b_json_object(json, NULL);
    b_json_text(json, "workload", b_workload_name(contest->workload));
    b_json_number(json, "mappings", (double)size);
    b_json_number(json, "certificate_bytes", (double)contest->batch->ders[0].len);
    weigh(&memory, contest->workload, size);
    own_build(&own, &built, contest->workload, size, NULL);
    own_build(&small, NULL, contest->workload, SMALL, NULL);
    report_build(contest, &built, &memory, size);
    check_own(contest, &own, size);
    measure(contest, &own, &small, size);
    b_json_object_end(json);
    own_free(&own);
    own_free(&small);
}
