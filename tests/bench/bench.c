/* SPDX-License-Identifier: MIT */
/* The benchmark: what a match costs, beside what a server does with a certificate anyway, and beside what other
 * libraries need for the same question. docs/performance.md explains what is measured. */
#include "extra.h"
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
    "usage: bench [--quick] [--largest N] [--rounds N] [--seed N] [--workload NAME] [--out DIR]\n"
    "\n"
    "  --quick          small sets and few rounds: half a minute, to see that everything runs\n"
    "  --largest N      the largest set, 10 to 1000000; 1000000 if not given, with --quick 10000\n"
    "  --rounds N       samples of each measurement, 3 to 64; 21 if not given, with --quick 5\n"
    "  --seed N         of the certificates; 1 if not given\n"
    "  --workload NAME  exact, mixed, wildcards, shared or one-to-one; all if not given; none: only threads, loading,\n"
    "                   lists, analysis and worst cases; lint: only analysis\n"
    "  --out DIR        a folder that is there, for results.json and the drawings; \".\" if not given\n"
    "\n"
    "Exit status: 0, or 1 where an answer was wrong, 2 for a mistake in the arguments.\n";

struct options {
    bool quick;
    size_t largest, rounds, seed;
    const char *workload;
    const char *out;
};

static bool number_of(const char *text, size_t low, size_t high, size_t *number) {
    char *end;
    const unsigned long long value = strtoull(text, &end, 10);
    *number = (size_t)value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value >= low && value <= high;
}

/* Of --workload, beside the workloads. */
#define NONE "none"
#define LINT "lint"

static bool workload_known(const char *name) {
    if (strcmp(name, NONE) == 0 || strcmp(name, LINT) == 0)
        return true;
    for (int i = 0; i < B_WORKLOADS; i++)
        if (strcmp(b_workload_name((enum b_workload)i), name) == 0)
            return true;
    return false;
}

/* One argument and what follows it; how many were taken, or 0 for a mistake. */
static int read_option(struct options *options, const char *name, const char *value) {
    if (strcmp(name, "--quick") == 0) {
        options->quick = true;
        return 1;
    }
    if (value == NULL)
        return 0;
    if (strcmp(name, "--largest") == 0)
        return number_of(value, 10, B_MAX_RULES, &options->largest) ? 2 : 0;
    if (strcmp(name, "--rounds") == 0)
        return number_of(value, 3, B_ROUNDS, &options->rounds) ? 2 : 0;
    if (strcmp(name, "--seed") == 0)
        return number_of(value, 0, SIZE_MAX, &options->seed) ? 2 : 0;
    if (strcmp(name, "--workload") == 0) {
        options->workload = value;
        return workload_known(value) ? 2 : 0;
    }
    options->out = value;
    return strcmp(name, "--out") == 0 ? 2 : 0;
}

static bool read_options(struct options *options, int argc, char **argv) {
    for (int i = 1; i < argc;) {
        const int taken = read_option(options, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
        if (taken == 0)
            return false;
        i += taken;
    }
    if (options->largest == 0)
        options->largest = options->quick ? 10000 : B_MAX_RULES;
    if (options->rounds == 0)
        options->rounds = options->quick ? 5 : 21;
    return true;
}

static void json_head(struct b_json *json, const struct options *options) {
    char when[64];
    const time_t now = time(NULL);
    const struct tm *utc = gmtime(&now);
    b_json_object(json, NULL);
    b_json_text(json, "certmap", certmap_version());
    b_json_text(json, "openssl", OpenSSL_version(OPENSSL_VERSION));
    if (utc != NULL && strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", utc) > 0)
        b_json_text(json, "date", when);
    b_json_text(json, "quick", options->quick ? "yes" : "no");
    b_json_number(json, "rounds", (double)options->rounds);
    b_json_number(json, "seed", (double)options->seed);
}

static void print_head(struct b_json *json, const struct options *options) {
    printf("certmap %s, %s, %zu rounds, seed %zu\n", certmap_version(), OpenSSL_version(OPENSSL_VERSION),
           options->rounds, options->seed);
    b_json_array(json, "libraries");
    for (size_t i = 0; i < b_engine_count; i++) {
        printf("  %-16s %s\n", b_engines[i]->name, b_engines[i]->how);
        b_json_text(json, NULL, b_engines[i]->name);
    }
    b_json_array_end(json);
    b_json_array(json, "not_installed");
    for (size_t i = 0; i < b_engine_missing_count; i++) {
        printf("  %-16s skipped: was not installed when this was built\n", b_engines_missing[i]);
        b_json_text(json, NULL, b_engines_missing[i]);
    }
    b_json_array_end(json);
}

static void draw(const struct b_contest *contest, const char *out) {
    char name[64], title[128];
    const char *workload = b_workload_name(contest->workload);
    snprintf(title, sizeof title, "Certificates never seen before, workload \"%s\"", workload);
    snprintf(name, sizeof name, "growth-%s.svg", workload);
    b_curves_write(out, name, title, contest->curves);
    if (contest->workload == B_MIXED)
        b_curves_write(out, "growth.svg", title, contest->curves);
}

/* Powers of ten up to the largest, and the largest. */
static void run_workload(struct b_contest *contest, enum b_workload workload, const struct options *options) {
    b_contest_begin(contest, workload);
    for (size_t size = 1; size < options->largest; size *= options->quick && size >= 10 ? 100 : 10)
        b_contest_run(contest, size);
    b_contest_run(contest, options->largest);
    draw(contest, options->out);
}

static void run_workloads(struct b_contest *contest, const struct options *options) {
    b_json_array(&contest->report->json, "contests");
    for (int i = 0; i < B_WORKLOADS; i++) {
        const enum b_workload workload = (enum b_workload)i;
        if (options->workload == NULL || strcmp(options->workload, b_workload_name(workload)) == 0)
            run_workload(contest, workload, options);
    }
    b_json_array_end(&contest->report->json);
}

static void run_extras(struct b_contest *contest, const struct options *options) {
    static const size_t sizes[] = {1000, 10000, 100000};
    b_contest_begin(contest, B_MIXED);
    b_extra_threads(contest, options->largest < 100000 ? options->largest : 100000);
    b_extra_load(contest, options->largest);
    b_extra_lists(contest);
    b_extra_lint(contest, options->largest);
    b_extra_worst(contest, sizes, options->quick ? 2 : 3);
}

static void run_lint(struct b_contest *contest, const struct options *options) {
    b_contest_begin(contest, B_MIXED);
    b_extra_lint(contest, options->largest);
}

static void run(struct b_report *report, const struct options *options) {
    struct b_settings settings = {
        .quick = options->quick,
        .rounds = options->rounds,
        .largest = options->largest,
        .sample_seconds = options->quick ? 0.002 : 0.01,
        .match_seconds = options->quick ? 0.15 : 0.3,
        .build_seconds = options->quick ? 1 : 60,
        .random = {options->seed},
    };
    struct b_contest contest = {
        .settings = &settings, .report = report, .units = b_units_new(), .batch = b_batch_new()};
    print_head(&report->json, options);
    if (options->largest < B_MAX_RULES)
        printf("Goals that are about 1,000,000 mappings are held against %zu here.\n", options->largest);
    run_workloads(&contest, options);
    if (options->workload == NULL || strcmp(options->workload, NONE) == 0)
        run_extras(&contest, options);
    else if (strcmp(options->workload, LINT) == 0)
        run_lint(&contest, options);
    b_report_goals(report);
    b_batch_free(contest.batch);
    b_units_free(contest.units);
}

int main(int argc, char **argv) {
    struct options options = {.seed = 1, .out = "."};
    char path[1024];
    if (!read_options(&options, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    snprintf(path, sizeof path, "%s/results.json", options.out);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        b_die(path, "cannot be written");
    struct b_report report = {.json = b_json_to(out)};
    (void)b_machine_now(&report.machine);
    json_head(&report.json, &options);
    run(&report, &options);
    b_json_number(&report.json, "wrong_answers", (double)report.wrong);
    b_json_object_end(&report.json);
    if (fclose(out) != 0)
        b_die(path, "cannot be written");
    if (report.wrong > 0)
        printf("\n%zu answers are WRONG\n", report.wrong);
    return report.wrong > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
