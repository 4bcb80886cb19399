/* SPDX-License-Identifier: MIT */
/* The analysis from its beginning to its end. */
#include "lint.h"
#include "certmap/versioned.h"
#include "passes.h"
#include "query.h"
#include "report.h"
#include "sat.h"
#include <string.h>

#define FIRST_OPTIONS CERTMAP_STRUCT_END(struct certmap_lint_options, only_count)
#define FIRST_SUMMARY CERTMAP_STRUCT_END(struct certmap_lint_summary, by_solver)

/* ---- errors ---- */

enum certmap_status cm_lint_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                 const char *text) {
    static const struct certmap_diagnostic none = CERTMAP_DIAGNOSTIC_INIT;
    if (err != NULL) {
        *err = none;
        err->status = status;
        err->code = code;
        strncpy(err->text, text, sizeof err->text - 1);
    }
    return status;
}

enum certmap_status cm_lint_fail_memory(struct certmap_diagnostic *err) {
    return cm_lint_fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
}

static enum certmap_status fail_argument(struct certmap_diagnostic *err, const char *text) {
    return cm_lint_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, text);
}

/* ---- beginning ---- */

static bool copy_options(struct certmap_lint *lint, const struct certmap_lint_options *given) {
    struct certmap_view *privileged = cm_lint_pool_take(&lint->pool, given->privileged_count + 1, sizeof *privileged);
    enum certmap_code *only = cm_lint_pool_take(&lint->pool, given->only_count + 1, sizeof *only);
    if (privileged == NULL || only == NULL)
        return false;
    for (size_t i = 0; i < given->privileged_count; i++)
        privileged[i] = cm_lint_pool_copy(&lint->pool, given->privileged[i]);
    if (given->only_count > 0)
        memcpy(only, given->only, given->only_count * sizeof *only);
    lint->options = *given;
    lint->options.allocator = &lint->allocator;
    lint->options.privileged = privileged;
    lint->options.only = given->only != NULL ? only : NULL;
    return !lint->pool.failed;
}

static bool are_sound(const struct certmap_lint_options *options) {
    return options != NULL && options->reserved == 0 && certmap_lint_profile_name(options->profile) != NULL &&
           (options->privileged != NULL || options->privileged_count == 0) &&
           (options->only != NULL || options->only_count == 0) && options->omit <= CERTMAP_SEVERITY_NOTE;
}

enum certmap_status certmap_lint_new(struct certmap_lint **lint, const struct certmap_lint_options *options,
                                     struct certmap_diagnostic *err) {
    static const struct certmap_lint_options none = CERTMAP_LINT_OPTIONS_INIT;
    struct certmap_lint_options room;
    struct cm_lint_pool pool;
    if (options != NULL)
        options = certmap_struct_read(&room, options, FIRST_OPTIONS, sizeof room);
    else
        options = &none;
    if (lint == NULL || !are_sound(options))
        return fail_argument(err, "certmap_lint_new: lint is NULL, or the options are not what this version knows");
    *lint = NULL;
    if (!cm_lint_pool_init(&pool, options->allocator))
        return fail_argument(err, "certmap_lint_new: a function of the allocator is NULL");
    struct certmap_lint *made = pool.allocator.alloc(pool.allocator.ctx, sizeof *made);
    if (made == NULL)
        return cm_lint_fail_memory(err);
    *made = (struct certmap_lint){.allocator = pool.allocator, .pool = pool, .pass = pool, .scratch = pool};
    made->open = cm_lint_pool_take(&made->pool, 1, sizeof *made->open);
    if (made->open != NULL)
        made->open->allocator = made->allocator;
    if (made->open == NULL || !copy_options(made, options) ||
        certmap_peer_new(&made->peer, &made->allocator, NULL) != CERTMAP_OK) {
        certmap_lint_free(made);
        return cm_lint_fail_memory(err);
    }
    *lint = made;
    return CERTMAP_OK;
}

void certmap_lint_added(void *lint, const struct certmap_description *description) {
    struct certmap_lint *self = lint;
    if (self != NULL && description != NULL && !self->ran)
        cm_lint_places_add(&self->places, &self->allocator, description);
}

/* What only the passes need. */
static void forget_rules(struct certmap_lint *lint) {
    cm_lint_engine_free(lint->engine);
    lint->engine = NULL;
    if (lint->read)
        cm_lint_model_free(&lint->model);
    cm_lint_places_free(&lint->places, &lint->allocator);
    if (lint->open != NULL)
        cm_lint_place_close(lint->open);
    cm_lint_array_free(&lint->spellings, &lint->allocator);
    cm_lint_array_free(&lint->making, &lint->allocator);
    cm_lint_array_free(&lint->packing, &lint->allocator);
    cm_lint_pool_free(&lint->pass);
    cm_lint_pool_free(&lint->scratch);
}

void certmap_lint_free(struct certmap_lint *lint) {
    if (lint == NULL)
        return;
    const struct certmap_allocator allocator = lint->allocator;
    forget_rules(lint);
    cm_lint_array_free(&lint->reports, &allocator);
    certmap_peer_free(lint->peer);
    cm_lint_pool_free(&lint->pool);
    allocator.release(allocator.ctx, lint);
}

/* ---- running ---- */

/* Reads the rules, once. */
static enum certmap_status read_rules(struct certmap_lint *lint, const struct certmap_rules *rules,
                                      struct certmap_diagnostic *err) {
    if (lint->read)
        return lint->model.rules == rules && !lint->failed
                   ? CERTMAP_OK
                   : fail_argument(err, "the lint was begun with other rules, or there was no memory for them");
    cm_lint_places_trim(&lint->places, &lint->allocator);
    const enum certmap_status status = cm_lint_model_read(&lint->model, rules, &lint->places, &lint->allocator, err);
    lint->read = true;
    lint->failed = status != CERTMAP_OK;
    lint->summary.mappings = lint->model.mappings.count;
    return status;
}

enum certmap_status certmap_lint_certificate(struct certmap_lint *lint, const struct certmap_rules *rules,
                                             struct certmap_peer *peer, struct certmap_view label, uint64_t count,
                                             struct certmap_diagnostic *err) {
    if (lint == NULL || rules == NULL || peer == NULL || count == 0 || lint->ran)
        return fail_argument(
            err, "certmap_lint_certificate: lint, rules or peer is NULL, the count is 0, or the lint has run");
    const enum certmap_status status = read_rules(lint, rules, err);
    return status == CERTMAP_OK ? cm_lint_corpus_take(lint, peer, label, count, err) : status;
}

static enum certmap_status run(struct certmap_lint *lint, const struct certmap_rules *rules,
                               struct certmap_diagnostic *err) {
    const enum certmap_status status = read_rules(lint, rules, err);
    if (status != CERTMAP_OK)
        return status;
    lint->dead = cm_lint_pool_take(&lint->pool, lint->model.mappings.count + 1, sizeof *lint->dead);
    lint->engine = cm_lint_engine_make(lint);
    lint->failed = lint->engine == NULL || lint->places.failed;
    if (certmap_rules_disabled(rules))
        return lint->failed ? cm_lint_fail_memory(err) : CERTMAP_OK;
    for (size_t i = 0; !lint->failed && !lint->pool.failed && !lint->cancelled && cm_lint_passes[i] != NULL; i++) {
        cm_lint_passes[i](lint);
        cm_lint_forget(lint);
        lint->failed = lint->failed || lint->pass.failed || lint->open->failed;
        cm_lint_pool_free(&lint->pass);
    }
    return lint->cancelled
               ? cm_lint_fail(err, CERTMAP_ERROR_CANCELLED, CERTMAP_CODE_CANCELLED, "cancelled by the program")
           : lint->failed || lint->pool.failed ? cm_lint_fail_memory(err)
                                               : CERTMAP_OK;
}

enum certmap_status certmap_lint_run(struct certmap_lint *lint, const struct certmap_rules *rules,
                                     certmap_lint_fn *report, void *ctx, struct certmap_diagnostic *err) {
    if (lint == NULL || rules == NULL || report == NULL || lint->ran)
        return fail_argument(err, "certmap_lint_run: lint, rules or report is NULL, or the lint has run");
    lint->ran = true;
    const enum certmap_status status = run(lint, rules, err);
    forget_rules(lint); /* the caller may keep the reports, which takes memory, too */
    if (status == CERTMAP_OK && !cm_lint_reports_give(lint, report, ctx))
        return cm_lint_fail_memory(err);
    return status;
}

enum certmap_status certmap_lint_summarize(const struct certmap_lint *lint, struct certmap_lint_summary *summary,
                                           struct certmap_diagnostic *err) {
    if (lint == NULL || !certmap_struct_fits(summary, FIRST_SUMMARY, sizeof *summary))
        return fail_argument(err, "certmap_lint_summarize: lint or summary is NULL, or its size is not set");
    certmap_struct_write(summary, &lint->summary, sizeof *summary);
    return CERTMAP_OK;
}

bool certmap_lint_has_solver(void) {
    return cm_lint_sat_is_built();
}

/* ---- names ---- */

const char *certmap_certainty_name(enum certmap_certainty certainty) {
    switch (certainty) {
    case CERTMAP_CERTAINTY_ADVICE:
        return "advice";
    case CERTMAP_CERTAINTY_SHOWN:
        return "shown";
    case CERTMAP_CERTAINTY_PROVEN:
        return "proven";
    }
    return NULL;
}

const char *certmap_lint_profile_name(enum certmap_lint_profile profile) {
    switch (profile) {
    case CERTMAP_LINT_DEFAULT:
        return "default";
    case CERTMAP_LINT_STRICT:
        return "strict";
    case CERTMAP_LINT_KB5014754:
        return "kb5014754";
    }
    return NULL;
}
