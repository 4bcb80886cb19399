/* SPDX-License-Identifier: MIT */
/* A comparison from its beginning to its end. */
#include "diff.h"
#include "certmap/versioned.h"
#include <string.h>

#define FIRST_SUMMARY CERTMAP_STRUCT_END(struct certmap_diff_summary, same)

/* ---- beginning ---- */

static void set_side(struct cm_diff_side *side, const struct certmap_rules *rules) {
    side->rules = rules;
    side->count = certmap_rules_count(rules);
    side->combining = certmap_rules_combining(rules);
    side->disabled = certmap_rules_disabled(rules);
}

/* False: there is no memory. */
static bool begin(struct cm_diff *diff) {
    struct certmap_lint *lint = diff->lint;
    (void)cm_lint_pool_init(&diff->pool, &lint->allocator);
    if (certmap_peer_new(&diff->second, &lint->allocator, NULL) != CERTMAP_OK || !cm_diff_align(diff))
        return false;
    lint->engine = cm_lint_engine_make(lint);
    diff->blocked = cm_lint_pool_take(&lint->pool, lint->model.conditions.count + 1, sizeof *diff->blocked);
    diff->first = true;
    for (size_t t = 0; t < CM_DIFF_TIMES; t++)
        diff->first = diff->first && !diff->sides[t].disabled && diff->sides[t].combining == CERTMAP_COMBINING_FIRST;
    return lint->engine != NULL && diff->blocked != NULL;
}

static void end(struct cm_diff *diff) {
    cm_lint_array_free(&diff->edits, &diff->lint->allocator);
    cm_lint_array_free(&diff->blocks, &diff->lint->allocator);
    cm_lint_pool_free(&diff->pool);
    certmap_peer_free(diff->second);
    certmap_lint_free(diff->lint);
}

/* ---- reporting ---- */

/* Makes an effect for the caller. False: there is no memory, or the certificate cannot be matched again, which would be a
 * fault. */
static bool make_effect(struct cm_diff *diff, struct certmap_diff_effect *effect, enum certmap_diff_effect_kind kind) {
    const struct cm_lint_witness *witness = &diff->effects[kind].witness;
    cm_lint_forget(diff->lint);
    *effect = (struct certmap_diff_effect){.size = sizeof *effect, .kind = kind};
    effect->before = cm_lint_witness_show(diff->lint, &diff->pool, diff->sides[CM_DIFF_BEFORE].rules, witness);
    effect->after = cm_lint_witness_show(diff->lint, &diff->pool, diff->sides[CM_DIFF_AFTER].rules, witness);
    return effect->before != NULL && effect->after != NULL;
}

/* Why not all is known of the edit; NULL: it is. */
static size_t *why_open(const struct cm_diff *diff) {
    size_t *why = NULL;
    for (size_t i = 0; i < CM_DIFF_EFFECTS; i++)
        if (diff->effects[i].open && !diff->effects[i].found && why == NULL)
            why = diff->effects[i].why;
    return why;
}

static void count_open(struct cm_diff *diff, const size_t *why) {
    const struct certmap_lint_summary *of = &diff->lint->summary;
    diff->summary.undecided++;
    if (why == &of->by_budget)
        diff->summary.by_budget++;
    else if (why == &of->by_solver)
        diff->summary.by_solver++;
    else
        diff->summary.by_model++;
}

static size_t index_of(const struct cm_diff *diff, enum cm_diff_time time) {
    const uint32_t mapping = diff->edit->mappings[time];
    return mapping != CM_DIFF_NOBODY ? diff->sides[time].indices[mapping] : SIZE_MAX;
}

/* False: the caller has seen enough, or there is no memory. */
static bool report(struct cm_diff *diff, certmap_diff_fn *fn, void *ctx) {
    struct certmap_diff_effect effects[CM_DIFF_EFFECTS];
    struct certmap_diff_edit edit = {.size = sizeof edit,
                                     .kind = diff->edit->kind,
                                     .before = index_of(diff, CM_DIFF_BEFORE),
                                     .after = index_of(diff, CM_DIFF_AFTER),
                                     .effects = effects};
    const size_t *why = why_open(diff);
    edit.undecided = why != NULL;
    for (enum certmap_diff_effect_kind kind = CERTMAP_DIFF_GAIN; kind <= CERTMAP_DIFF_LEFT; kind++)
        if (diff->effects[kind].found && make_effect(diff, &effects[edit.effect_count], kind))
            edit.effect_count++;
    diff->lint->failed = diff->lint->failed || diff->pool.failed;
    if (diff->lint->failed)
        return false;
    diff->summary.edits++;
    diff->summary.effects += edit.effect_count;
    if (why != NULL)
        count_open(diff, why);
    return fn(ctx, &edit);
}

/* ---- the run ---- */

/* Finds the effects of one edit. Rules that are both switched off answer nobody. */
static void search(struct cm_diff *diff) {
    memset(diff->effects, 0, sizeof diff->effects);
    diff->questions = 0;
    if (diff->first)
        cm_diff_first(diff);
    else if (!diff->sides[CM_DIFF_BEFORE].disabled || !diff->sides[CM_DIFF_AFTER].disabled)
        cm_diff_joint(diff);
    cm_diff_polish(diff);
}

static enum certmap_status run(struct cm_diff *diff, certmap_diff_fn *fn, void *ctx, struct certmap_diagnostic *err) {
    bool goes_on = begin(diff);
    if (!goes_on)
        return cm_lint_fail_memory(err);
    diff->summary.same = diff->same;
    for (size_t i = 0; goes_on && i < diff->edits.count; i++) {
        diff->edit = (const struct cm_diff_edit *)diff->edits.items + i;
        if (!cm_lint_progress(diff->lint, i, diff->edits.count))
            return cm_lint_fail(err, CERTMAP_ERROR_CANCELLED, CERTMAP_CODE_CANCELLED, "cancelled by the program");
        search(diff);
        cm_lint_forget(diff->lint);
        goes_on = !diff->lint->failed && !diff->lint->pool.failed && report(diff, fn, ctx);
        cm_lint_pool_empty(&diff->pool);
    }
    if (diff->lint->failed || diff->lint->pool.failed)
        return cm_lint_fail_memory(err);
    return cm_lint_progress(diff->lint, diff->edits.count, diff->edits.count)
               ? CERTMAP_OK
               : cm_lint_fail(err, CERTMAP_ERROR_CANCELLED, CERTMAP_CODE_CANCELLED, "cancelled by the program");
}

enum certmap_status certmap_diff(const struct certmap_rules *before, const struct certmap_rules *after,
                                 const struct certmap_lint_options *options, certmap_diff_fn *report_fn, void *ctx,
                                 struct certmap_diff_summary *summary, struct certmap_diagnostic *err) {
    static const struct certmap_diff_summary none = CERTMAP_DIFF_SUMMARY_INIT;
    struct cm_diff diff = {.summary = none};
    if (before == NULL || after == NULL || report_fn == NULL ||
        (summary != NULL && !certmap_struct_fits(summary, FIRST_SUMMARY, sizeof *summary)))
        return cm_lint_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                            "certmap_diff: before, after or report is NULL, or the size of summary is not set");
    enum certmap_status status = certmap_lint_new(&diff.lint, options, err);
    if (status != CERTMAP_OK)
        return status;
    set_side(&diff.sides[CM_DIFF_BEFORE], before);
    set_side(&diff.sides[CM_DIFF_AFTER], after);
    status = run(&diff, report_fn, ctx, err);
    end(&diff);
    if (summary != NULL)
        certmap_struct_write(summary, &diff.summary, sizeof *summary);
    return status;
}

/* ---- names ---- */

const char *certmap_diff_edit_kind_name(enum certmap_diff_edit_kind kind) {
    static const char *const names[] = {"new", "removed", "changed", "moved", "policy"};
    return (size_t)kind < sizeof names / sizeof *names ? names[kind] : NULL;
}

const char *certmap_diff_effect_kind_name(enum certmap_diff_effect_kind kind) {
    static const char *const names[] = {"gain", "lose", "other", "refused", "left"};
    return (size_t)kind < sizeof names / sizeof *names ? names[kind] : NULL;
}
