/* SPDX-License-Identifier: MIT */
#include "report.h"
#include "units.h"
#include <stdio.h>
#include <string.h>

const char *b_number(char text[32], double number) {
    char digits[32];
    const int count = snprintf(digits, sizeof digits, "%.0f", number);
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            text[length++] = ',';
        text[length++] = digits[i];
    }
    text[length] = '\0';
    return text;
}

const char *b_time(char text[32], double ns) {
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;
    for (; unit < 3 && ns >= 1000; unit++)
        ns /= 1000;
    snprintf(text, 32, ns < 10 ? "%.2f %s" : ns < 100 ? "%.1f %s" : "%.0f %s", ns, units[unit]);
    return text;
}

/* A ratio as people read it: three digits that count. */
static const char *ratio_text(char text[32], double ratio) {
    if (ratio >= 1000)
        return b_number(text, ratio);
    snprintf(text, 32, ratio >= 100 ? "%.0f" : ratio >= 10 ? "%.1f" : ratio >= 0.01 ? "%.3f" : "%.5f", ratio);
    return text;
}

/* The rows that others are compared with, each in a column. */
static const char *const bases[] = {"certmap match, random", B_SHA256, B_D2I};
static const char *const prefixes[] = {"/ match", "/ SHA-256", "/ d2i_X509"};
enum { BASES = sizeof bases / sizeof *bases };

static void print_row(const struct b_group *group, const struct b_measurement *m) {
    char median[32], low[32], high[32], ratio[32];
    printf("  %-34s %9s  %9s ..%9s", m->name, b_time(median, m->stats.median), b_time(low, m->stats.low),
           b_time(high, m->stats.high));
    for (size_t b = 0; b < BASES; b++) {
        const struct b_measurement *base = b_group_find(group, bases[b]);
        if (base == NULL)
            continue;
        const struct b_stats stats = b_group_ratio(group, m, base);
        printf(" %11s", ratio_text(ratio, stats.median));
    }
    putchar('\n');
}

static void json_row(struct b_json *json, const struct b_group *group, const struct b_measurement *m) {
    b_json_object(json, NULL);
    b_json_text(json, "name", m->name);
    b_json_stats(json, "ns", &m->stats);
    b_json_number(json, "certificates_per_round", (double)m->count);
    b_json_object(json, "ratios");
    for (size_t b = 0; b < BASES; b++) {
        const struct b_measurement *base = b_group_find(group, bases[b]);
        if (base == NULL)
            continue;
        const struct b_stats stats = b_group_ratio(group, m, base);
        b_json_stats(json, bases[b], &stats);
    }
    b_json_object_end(json);
    b_json_object_end(json);
}

/* How busy the machine was since the last group, and what came of it. */
static void print_machine(struct b_report *report, const struct b_group *group) {
    struct b_machine now;
    size_t unsteady = 0;
    for (size_t i = 0; i < group->count; i++)
        unsteady += b_stats_unsteady(&group->list[i].stats);
    if (group->repeats > 0)
        printf("  repeated %zu times, because quartiles were more than 20 %% apart; %zu rows still are\n",
               group->repeats, unsteady);
    if (!b_machine_now(&now))
        return;
    const double stolen = b_machine_stolen(&report->machine, &now);
    printf("  load %.2f; %.1f %% of the processors' time was stolen\n", now.load, stolen);
    b_json_number(&report->json, "load", now.load);
    b_json_number(&report->json, "stolen_percent", stolen);
    report->machine = now;
}

void b_report_group(struct b_report *report, const struct b_group *group) {
    printf("  %-34s %9s  %9s ..%9s", "", "median", "quartiles", "");
    for (size_t b = 0; b < BASES; b++)
        if (b_group_find(group, bases[b]) != NULL)
            printf(" %11s", prefixes[b]);
    putchar('\n');
    b_json_array(&report->json, "measurements");
    for (size_t i = 0; i < group->count; i++) {
        print_row(group, &group->list[i]);
        json_row(&report->json, group, &group->list[i]);
    }
    b_json_array_end(&report->json);
    b_json_number(&report->json, "repeats", (double)group->repeats);
    print_machine(report, group);
    fflush(stdout);
}

void b_report_skip(struct b_report *report, const char *name, const char *why) {
    printf("  %-34s skipped: %s\n", name, why);
    b_json_object(&report->json, NULL);
    b_json_text(&report->json, "name", name);
    b_json_text(&report->json, "why", why);
    b_json_object_end(&report->json);
}

/* ---- Goals --------------------------------------------------------------------------------------------- */

void b_report_goal(struct b_report *report, double goal, bool at_least, const struct b_stats *found, const char *what) {
    if (report->goal_count == B_GOALS)
        b_die(what, "too many goals");
    struct b_goal *added = &report->goals[report->goal_count++];
    *added = (struct b_goal){.goal = goal, .at_least = at_least, .found = *found};
    snprintf(added->what, sizeof added->what, "%s", what);
}

void b_report_goal_value(struct b_report *report, double goal, bool at_least, double found, const char *what) {
    const struct b_stats stats = {found, found, found, found, found};
    b_report_goal(report, goal, at_least, &stats, what);
}

static bool reached(const struct b_goal *goal) {
    return goal->at_least ? goal->found.median >= goal->goal : goal->found.median <= goal->goal;
}

static void print_goal(const struct b_goal *goal) {
    char wanted[32], median[32], low[32], high[32];
    printf("  %-72s %s %-9s %9s", goal->what, goal->at_least ? ">=" : "<=", ratio_text(wanted, goal->goal),
           ratio_text(median, goal->found.median));
    if (goal->found.min < goal->found.max)
        printf("  (%s .. %s)", ratio_text(low, goal->found.low), ratio_text(high, goal->found.high));
    puts(reached(goal) ? "" : "  NOT REACHED");
}

void b_report_goals(struct b_report *report) {
    size_t met = 0;
    puts("\nGoals (workload, mappings: what): the median, and the quartiles where there is a spread");
    b_json_array(&report->json, "goals");
    for (size_t i = 0; i < report->goal_count; i++) {
        const struct b_goal *goal = &report->goals[i];
        print_goal(goal);
        met += reached(goal);
        b_json_object(&report->json, NULL);
        b_json_text(&report->json, "what", goal->what);
        b_json_text(&report->json, "relation", goal->at_least ? "at least" : "at most");
        b_json_number(&report->json, "goal", goal->goal);
        b_json_stats(&report->json, "found", &goal->found);
        b_json_text(&report->json, "reached", reached(goal) ? "yes" : "no");
        b_json_object_end(&report->json);
    }
    b_json_array_end(&report->json);
    printf("  %zu of %zu reached\n", met, report->goal_count);
}

/* ---- Curves -------------------------------------------------------------------------------------------- */

void b_curve_add(struct b_curve curves[B_CURVES], const char *name, bool level, double x, double y) {
    size_t i = 0;
    while (i < B_CURVES && curves[i].name != NULL && strcmp(curves[i].name, name) != 0)
        i++;
    if (i == B_CURVES || curves[i].count == B_POINTS)
        b_die(name, "too many curves, or points of one");
    struct b_curve *curve = &curves[i];
    curve->name = name;
    curve->level = level;
    curve->own = strncmp(name, "certmap", 7) == 0;
    curve->x[curve->count] = x;
    curve->y[curve->count++] = y;
}

void b_curves_write(const char *dir, const char *name, const char *title, const struct b_curve curves[B_CURVES]) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        b_die(path, "cannot be written");
    b_svg(out, title, curves, B_CURVES);
    if (fclose(out) != 0)
        b_die(path, "cannot be written");
}
