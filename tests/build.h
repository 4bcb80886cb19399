/* SPDX-License-Identifier: MIT */
/* What struct certmap_build_options promises, whatever makes the rule set. */
#ifndef T_BUILD_H
#define T_BUILD_H

#include "certmap/build.h"
#include "support/alloc.h"
#include "support/run.h"

/* Makes a rule set; what is tested. */
typedef enum certmap_status t_build_fn(struct certmap_rules **rules, const struct certmap_allocator *allocator,
                                       const struct certmap_build_options *build, struct certmap_diagnostic *err);

/* ---- progress ---- */

/* What a progress function was told, and when it says to stop. */
struct t_progress {
    size_t calls;
    size_t done, total;
    size_t stop_at; /* the call that says so, from 0; SIZE_MAX: none */
};

static inline bool t_progress_tell(void *ctx, size_t done, size_t total) {
    struct t_progress *progress = ctx;
    ck_assert_uint_gt(total, 0);
    ck_assert_uint_le(done, total);
    if (progress->calls > 0) {
        ck_assert_uint_eq(total, progress->total);
        ck_assert_uint_ge(done, progress->done);
        ck_assert_msg(progress->calls <= progress->stop_at, "told again after it said to stop");
    }
    progress->done = done;
    progress->total = total;
    return progress->calls++ != progress->stop_at;
}

static inline struct certmap_build_options t_progress_options(struct t_progress *progress, size_t stop_at) {
    struct certmap_build_options options = CERTMAP_BUILD_OPTIONS_INIT;
    *progress = (struct t_progress){.stop_at = stop_at};
    options.progress = t_progress_tell;
    options.progress_ctx = progress;
    return options;
}

/* It is told from the start to the end, at least so many times and never too often; returns how often. */
static inline size_t t_check_progress(t_build_fn *build, size_t least) {
    struct t_progress progress;
    const struct certmap_build_options options = t_progress_options(&progress, SIZE_MAX);
    struct certmap_rules *rules = NULL;
    ck_assert_int_eq(build(&rules, NULL, &options, NULL), CERTMAP_OK);
    ck_assert_uint_ge(progress.calls, least);
    ck_assert_uint_le(progress.calls, 205);
    ck_assert_uint_eq(progress.done, progress.total);
    certmap_rules_free(rules);
    return progress.calls;
}

/* Stopped at any call, nothing results and nothing is left; the last one is not too late. */
static inline void t_check_cancel(t_build_fn *build) {
    const size_t calls = t_check_progress(build, 1);
    for (size_t n = 0; n < calls; n++) {
        struct t_alloc memory = T_ALLOC_INIT;
        struct t_progress progress;
        struct certmap_allocator allocator = t_alloc_allocator(&memory);
        struct certmap_build_options options = t_progress_options(&progress, n);
        struct certmap_rules *rules = NULL;
        struct certmap_diagnostic error = {.status = CERTMAP_OK};
        options.memory = n % 2 == 0 ? 0 : SIZE_MAX;
        ck_assert_int_eq(build(&rules, &allocator, &options, &error), CERTMAP_ERROR_CANCELLED);
        ck_assert_int_eq(error.status, CERTMAP_ERROR_CANCELLED);
        ck_assert_int_eq(error.code, CERTMAP_CODE_CANCELLED);
        ck_assert_str_eq(error.text, "loading was cancelled by the program's progress function");
        ck_assert_ptr_null(rules);
        ck_assert_uint_eq(memory.live, 0);
        ck_assert_uint_eq(progress.calls, n + 1);
    }
}

/* ---- memory ---- */

/* Builds under a limit. Returns whether it was enough; *peak gets the most that was held. */
static inline bool t_build_within(t_build_fn *build, size_t limit, size_t *peak) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_build_options options = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    options.memory = limit;
    const enum certmap_status status = build(&rules, &allocator, &options, &error);
    if (status != CERTMAP_OK) {
        ck_assert_int_eq(status, CERTMAP_ERROR_LIMIT);
        ck_assert_int_eq(error.status, CERTMAP_ERROR_LIMIT);
        ck_assert_int_eq(error.code, CERTMAP_CODE_MEMORY_LIMIT);
        ck_assert_ptr_null(rules);
    }
    certmap_rules_free(rules);
    ck_assert_uint_eq(memory.live, 0);
    *peak = memory.peak;
    return status == CERTMAP_OK;
}

/* The least limit that is enough, below one that is. */
static inline size_t t_least_limit(t_build_fn *build, size_t enough) {
    size_t peak, few = 0;
    ck_assert(t_build_within(build, enough, &peak));
    while (enough - few > 1) {
        const size_t middle = few + (enough - few) / 2;
        if (t_build_within(build, middle, &peak))
            enough = middle;
        else
            few = middle;
    }
    return enough;
}

/* Lack of memory is not taken for the limit, and the other way round. */
static inline void t_check_starved(t_build_fn *build) {
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_build_options options = CERTMAP_BUILD_OPTIONS_INIT;
    options.memory = SIZE_MAX;
    for (size_t n = 0;; n++) {
        struct certmap_rules *rules = NULL;
        struct certmap_diagnostic error = {.status = CERTMAP_OK};
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = build(&rules, &allocator, &options, &error);
        const bool failed = t_alloc_failed(&memory);
        certmap_rules_free(rules);
        ck_assert_uint_eq(memory.live, 0);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        if (!failed)
            return;
        ck_assert_int_eq(error.code, CERTMAP_CODE_MEMORY);
    }
}

#endif
