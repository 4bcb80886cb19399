/* SPDX-License-Identifier: MIT */
/* What every test program is made of: tests, and the table of them that runs.
 *
 *   T_TEST(one) { ... }
 *   T_TEST(row) { ... rows[_i] ... }
 *   T_TESTS("noun", T_CASE("what these are about", one, T_LOOP(row, COUNT(rows))))
 *
 * is a program. A test that is in no table is an unused variable: the compiler says so. */
#ifndef T_RUN_H
#define T_RUN_H

#include "support/check.h"
#include "support/count.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tag of cases that are about much work, or run again what others run: where each instruction takes many times as
 * long, they are left out (CK_EXCLUDE_TAGS). */
#define T_SLOW "slow"
/* The tag of cases that are about a TLS library's arithmetic, mostly; emulators leave them out. */
#define T_TLS "tls"

/* What sh puts before a program of ours: an emulator, where Meson or CERTMAP_WRAPPER has one. */
#define T_WRAPPER "${CERTMAP_WRAPPER:-$MESON_EXE_WRAPPER}"

/* Whether cases with this tag are left out: where tests do less of something than elsewhere. */
static inline bool t_left_out(const char *tag) {
    const char *tags = getenv("CK_EXCLUDE_TAGS");
    return tags != NULL && strstr(tags, tag) != NULL;
}

/* Whether Meson runs the program through an emulator. */
static inline bool t_is_emulated(void) {
    const char *wrapper = getenv("MESON_EXE_WRAPPER");
    return wrapper != NULL && *wrapper != 0;
}

/* Tells of tests that cannot run here: how many, which, and why. scripts/count-checks reads it. */
static inline void t_skipped(int count, const char *what, const char *why) {
    printf("skipped %d: %s (%s)\n", count, what, why);
}

/* An entry of the table: a case begins, what holds for it, or a test of it. */
struct t_entry {
    const char *name; /* of a case */
    const char *tags;
    double timeout;
    SFun set_up, tear_down;
    bool once; /* set up and tear down in the process that forks, before the first and after the last */
    const TTest *test;
    int first, end; /* _i is first up to end - 1 */
};

/* A test, whose body follows; _i is the number of its row. */
#define T_TEST(name)                                                                                                   \
    static void name##_body(int _i CK_ATTRIBUTE_UNUSED);                                                               \
    static const TTest name##_test = {#name, name##_body, __FILE__, __LINE__};                                         \
    static const struct t_entry name = {.test = &name##_test, .end = 1};                                               \
    static void name##_body(int _i CK_ATTRIBUTE_UNUSED)

static inline struct t_entry t_rows(struct t_entry entry, int first, int end) {
    entry.first = first;
    entry.end = end;
    return entry;
}

/* A test that runs once for each of so many rows. */
#define T_LOOP(name, count) t_rows(name, 0, count)
#define T_RANGE(name, first, end) t_rows(name, first, end)

/* A case: its name, what holds for it, its tests. */
#define T_CASE(title, ...) {.name = (title)}, __VA_ARGS__
#define T_EACH(before, after)                                                                                          \
    { .set_up = (before), .tear_down = (after) }
#define T_ONCE(before, after)                                                                                          \
    { .set_up = (before), .tear_down = (after), .once = true }
#define T_TAGS(words)                                                                                                  \
    { .tags = (words) }
#define T_TIMEOUT(seconds)                                                                                             \
    { .timeout = (seconds) }
/* A million mappings, under a sanitizer, on a machine with other work. */
#define T_LONG T_TIMEOUT(240)
#define T_SLOW_CASE(...) T_CASE("much work", T_TAGS(T_SLOW), T_LONG, __VA_ARGS__)

static inline void t_add(TCase *tcase, const struct t_entry *entry) {
    if (entry->tags != NULL)
        tcase_set_tags(tcase, entry->tags);
    if (entry->timeout > 0)
        tcase_set_timeout(tcase, entry->timeout);
    if (entry->set_up != NULL && entry->once)
        tcase_add_unchecked_fixture(tcase, entry->set_up, entry->tear_down);
    else if (entry->set_up != NULL)
        tcase_add_checked_fixture(tcase, entry->set_up, entry->tear_down);
    if (entry->test != NULL)
        tcase_add_loop_test(tcase, entry->test, entry->first, entry->end);
}

/* Runs a table, which begins with a case, and prints Check's summary; the exit status for main. */
static inline int t_run_table(const char *name, const struct t_entry *entries, size_t count) {
    Suite *suite = suite_create(name);
    TCase *tcase = NULL;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].name != NULL)
            suite_add_tcase(suite, tcase = tcase_create(entries[i].name));
        t_add(tcase, &entries[i]);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Runs these cases, as t_run_table does. */
#define T_RUN(name, ...)                                                                                               \
    t_run_table(name, (const struct t_entry[]){__VA_ARGS__},                                                           \
                sizeof((const struct t_entry[]){__VA_ARGS__}) / sizeof(struct t_entry))
/* A program that does nothing else. */
#define T_TESTS(name, ...)                                                                                             \
    int main(void) {                                                                                                   \
        return T_RUN(name, __VA_ARGS__);                                                                               \
    }

#endif
