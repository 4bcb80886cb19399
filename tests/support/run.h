/* SPDX-License-Identifier: MIT */
/* The end of every test program. */
#ifndef T_RUN_H
#define T_RUN_H

#include "support/check.h"
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

/* A case of these in a suite. */
static inline TCase *t_slow_case(Suite *suite) {
    TCase *slow = tcase_create("much work");
    tcase_set_tags(slow, T_SLOW);
    tcase_set_timeout(slow, 240); /* a million mappings, under a sanitizer, on a machine with other work */
    suite_add_tcase(suite, slow);
    return slow;
}

/* Tells of tests that cannot run here: how many, which, and why. scripts/count-checks reads it. */
static inline void t_skipped(int count, const char *what, const char *why) {
    printf("skipped %d: %s (%s)\n", count, what, why);
}

/* Runs a suite, prints Check's summary, frees it; the exit status for main. */
static inline int t_run(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
