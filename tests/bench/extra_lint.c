/* SPDX-License-Identifier: MIT */
#include "certmap/diff.h"
#include "certmap/lint.h"
#include "clock.h"
#include "extra.h"
#include "memory.h"
#include "rules.h"
#include <string.h>

/* What is analysed: mappings as people write them; the same in front of themselves, so that each of the second half never
 * answers; and mappings behind some that take whoever has no place. */
enum kind { PLAIN, TWICE, BEHIND, KINDS };
enum { BROAD = 40, EDITS = 10 };

static const char *const names[] = {"lint", "lint, half never answer", "lint, 40 broad ones in front"};

/* ---- texts ---- */

static const char head[] = "certmap 1;\n";

/* How much of the text from a place on is the beginning of a name or an account. */
static size_t begun_at(const struct t_buf *text, size_t at, size_t end) {
    static const char *const begins[] = {"mapping \"", "allow \""};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        const size_t len = strlen(begins[i]);
        if (end - at > len && memcmp(text->data + at, begins[i], len) == 0)
            return len;
    }
    return 0;
}

/* The mappings again, with other names and accounts. */
static void put_again(struct t_buf *text) {
    const struct t_buf once = {text->data, text->len, 0};
    struct t_buf again = T_BUF_INIT;
    for (size_t at = sizeof head - 1; at < once.len;) {
        const size_t begun = begun_at(&once, at, once.len), taken = begun > 0 ? begun : 1;
        t_bytes(&again, once.data + at, taken);
        t_put(&again, begun > 0 ? "again " : "");
        at += taken;
    }
    t_bytes(text, again.data, again.len);
    t_buf_free(&again);
}

static void put_broad(struct t_buf *text, size_t number) {
    char line[160];
    snprintf(line, sizeof line,
             "mapping \"broad %zu\" { when subject.OU = \"b_%zu\" or not subject.L like \"*k_%zu*\"; allow \"b\"; }\n",
             number, number, number);
    t_put(text, line);
}

/* After the head of a text, what is put by a function, then the rest. */
static void put_in_front(struct t_buf *to, const struct t_buf *text, size_t count,
                         void (*put)(struct t_buf *text, size_t number)) {
    t_put(to, head);
    for (size_t i = 0; i < count; i++)
        put(to, i);
    t_bytes(to, text->data + sizeof head - 1, text->len - (sizeof head - 1));
}

static void put_edit(struct t_buf *text, size_t number) {
    char line[160];
    snprintf(line, sizeof line, "mapping \"edit %zu\" { when subject.CN like \"edit-%zu-*\"; deny; }\n", number,
             number);
    t_put(text, line);
}

static void write_text(struct t_buf *text, enum kind kind, size_t size) {
    struct t_buf plain = T_BUF_INIT;
    b_rules_native(kind == BEHIND ? &plain : text, B_MIXED, kind == TWICE ? size / 2 : size);
    if (kind == TWICE)
        put_again(text);
    else if (kind == BEHIND)
        put_in_front(text, &plain, BROAD, put_broad);
    t_buf_free(&plain);
}

/* ---- measuring ---- */

/* One run: seconds for loading, and for loading and what comes after. */
struct took {
    double load, all;
    size_t peak;
};

static bool count_dead(void *ctx, const struct certmap_lint_report *report) {
    *(size_t *)ctx += report->diagnostic.code >= CERTMAP_CODE_SHADOWED &&
                      report->diagnostic.code <= CERTMAP_CODE_DECIDES_ONLY_UNREADABLE;
    return true;
}

static struct certmap_rules *load(struct t_buf *text, const struct certmap_allocator *allocator,
                                  struct certmap_lint *lint) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    options.allocator = allocator;
    build.added = lint != NULL ? certmap_lint_added : NULL;
    build.added_ctx = lint;
    options.build = &build;
    if (certmap_rules_parse(&rules, t_view(text), &options, &error) != CERTMAP_OK)
        b_die("lint", error.text);
    return rules;
}

/* Loads and analyses, as `certmap lint` does where notes are not shown. */
static struct took lint(struct t_buf *text, size_t dead, size_t *wrong) {
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct b_memory memory = {0, 0};
    const struct certmap_allocator allocator = b_memory_allocator(&memory);
    struct certmap_lint *lint = NULL;
    size_t found = 0;
    options.allocator = &allocator;
    options.omit = 1;
    const double start = b_now();
    if (certmap_lint_new(&lint, &options, NULL) != CERTMAP_OK)
        b_die("lint", "no analysis begins");
    struct certmap_rules *rules = load(text, &allocator, lint);
    const double loaded = b_now();
    if (certmap_lint_run(lint, rules, count_dead, &found, NULL) != CERTMAP_OK)
        b_die("lint", "the analysis does not end");
    const struct took took = {loaded - start, b_now() - start, memory.peak};
    *wrong += found != dead;
    certmap_lint_free(lint);
    certmap_rules_free(rules);
    return took;
}

static bool on_edit(void *ctx, const struct certmap_diff_edit *edit) {
    *(size_t *)ctx += edit->undecided == 0;
    return true;
}

/* Loads two rule sets and compares them. */
static struct took diff(struct t_buf *before, struct t_buf *after, size_t *wrong) {
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct b_memory memory = {0, 0};
    const struct certmap_allocator allocator = b_memory_allocator(&memory);
    size_t decided = 0;
    options.allocator = &allocator;
    const double start = b_now();
    struct certmap_rules *old = load(before, &allocator, NULL), *new = load(after, &allocator, NULL);
    const double loaded = b_now();
    if (certmap_diff(old, new, &options, on_edit, &decided, NULL, NULL) != CERTMAP_OK)
        b_die("diff", "the comparison does not end");
    const struct took took = {loaded - start, b_now() - start, memory.peak};
    *wrong += decided != EDITS;
    certmap_rules_free(old);
    certmap_rules_free(new);
    return took;
}

/* ---- results ---- */

struct samples {
    double load[B_ROUNDS], all[B_ROUNDS];
    size_t rounds, peak;
};

static void add(struct samples *samples, struct took took) {
    samples->load[samples->rounds] = took.load;
    samples->all[samples->rounds++] = took.all;
    samples->peak = took.peak > samples->peak ? took.peak : samples->peak;
}

static void report(const struct b_contest *contest, const char *name, size_t size, struct samples *samples) {
    struct b_json *json = &contest->report->json;
    double scratch[B_ROUNDS];
    char number[32], load_time[32], time[32];
    const struct b_stats all = b_stats_of(samples->all, samples->rounds);
    const struct b_stats load_stats = b_stats_of(samples->load, samples->rounds);
    const struct b_stats ratio = b_stats_ratio(samples->all, samples->load, samples->rounds, scratch);
    printf("  %-28s %9s mappings %9s, loading alone %9s: %.1f times  peak %.0f bytes a mapping\n", name,
           b_number(number, (double)size), b_time(time, all.median * 1e9), b_time(load_time, load_stats.median * 1e9),
           ratio.median, (double)samples->peak / (double)size);
    b_json_object(json, NULL);
    b_json_text(json, "name", name);
    b_json_number(json, "mappings", (double)size);
    b_json_stats(json, "seconds", &all);
    b_json_stats(json, "load_seconds", &load_stats);
    b_json_stats(json, "ratio", &ratio);
    b_json_number(json, "peak_bytes", (double)samples->peak);
    b_json_object_end(json);
    fflush(stdout);
}

/* Few rounds of what takes long. */
static size_t rounds_of(const struct b_contest *contest, size_t size) {
    const size_t rounds = contest->settings->rounds;
    return size >= 1000000 ? 1 : rounds < 3 ? rounds : 3;
}

static void goal(const struct b_contest *contest, const char *name, size_t size, struct samples *samples,
                 double seconds) {
    char what[112], number[32];
    const struct b_stats all = b_stats_of(samples->all, samples->rounds);
    snprintf(what, sizeof what, "%s, %s: seconds", name, b_number(number, (double)size));
    b_report_goal(contest->report, seconds, false, &all, what);
}

static void measure_lint(const struct b_contest *contest, enum kind kind, size_t size, double seconds) {
    struct t_buf text = T_BUF_INIT;
    struct samples samples = {.rounds = 0};
    const size_t dead = kind == TWICE ? size / 2 : 0;
    write_text(&text, kind, size);
    for (size_t i = 0; i < rounds_of(contest, size); i++)
        add(&samples, lint(&text, dead, &contest->report->wrong));
    report(contest, names[kind], size, &samples);
    if (seconds > 0)
        goal(contest, names[kind], size, &samples, seconds);
    t_buf_free(&text);
}

static void measure_diff(const struct b_contest *contest, size_t size, double seconds) {
    struct t_buf before = T_BUF_INIT, after = T_BUF_INIT;
    struct samples samples = {.rounds = 0};
    b_rules_native(&before, B_MIXED, size);
    put_in_front(&after, &before, EDITS, put_edit);
    for (size_t i = 0; i < rounds_of(contest, size); i++)
        add(&samples, diff(&before, &after, &contest->report->wrong));
    report(contest, "diff of 10 edits", size, &samples);
    if (seconds > 0)
        goal(contest, "diff of 10 edits", size, &samples, seconds);
    t_buf_free(&before);
    t_buf_free(&after);
}

/* Goals in seconds: 1 for 10,000 mappings, 6 for 100,000, 60 for a million. */
static double goal_of(size_t size) {
    return size < 10000 ? 0 : size <= 10000 ? 1 : size <= 100000 ? 6 : 60;
}

void b_extra_lint(const struct b_contest *contest, size_t largest) {
    puts("\nLoading and analysing (lint), loading two and comparing (diff)");
    b_json_array(&contest->report->json, "lint");
    for (size_t size = 1000; size <= largest; size *= 10)
        measure_lint(contest, PLAIN, size, goal_of(size));
    for (size_t size = 1000; size <= largest && size <= 100000; size *= 10)
        measure_lint(contest, TWICE, size, goal_of(size));
    for (size_t size = 1000; size <= largest && size <= 10000; size *= 10)
        measure_lint(contest, BEHIND, size, size == 10000 ? 5 : 0);
    for (size_t size = 1000; size <= largest && size <= 100000; size *= 10)
        measure_diff(contest, size, size == 100000 ? 3 : 0);
    b_json_array_end(&contest->report->json);
}
