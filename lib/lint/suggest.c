/* SPDX-License-Identifier: MIT */
/* A suggestion from its beginning to its end. */
#include "suggest.h"
#include "certmap/limits.h"
#include "certmap/names.h"
#include "certmap/versioned.h"
#include <string.h>

#define FIRST_OPTIONS CERTMAP_STRUCT_END(struct certmap_suggest_options, attempts)
#define FIRST_RESULT CERTMAP_STRUCT_END(struct certmap_suggest_result, note_count)

/* Each attempt asks all candidates of all certificates: as many as there are groups worth a try. */
#define DEFAULT_ATTEMPTS 256

static enum certmap_status fail_argument(struct certmap_diagnostic *err, const char *text) {
    return cm_suggest_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT, "%s", text);
}

static enum certmap_status fail_memory(struct certmap_diagnostic *err) {
    return cm_suggest_fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
}

/* ---- beginning ---- */

static bool are_sound(const struct certmap_suggest_options *options) {
    return options != NULL && options->reserved == 0 &&
           (options->decision == CERTMAP_ALLOW || options->decision == CERTMAP_DENY) &&
           (options->groups != NULL || options->group_count == 0) && options->group_count <= CERTMAP_MAX_OUTPUTS;
}

static bool copy_options(struct certmap_suggest *made, const struct certmap_suggest_options *given) {
    struct certmap_view *groups = cm_lint_pool_take(&made->pool, given->group_count + 1, sizeof *groups);
    made->options = *given;
    made->options.groups = groups;
    made->options.account = cm_suggest_source(&made->pool, given->account);
    made->options.name = cm_lint_pool_copy(&made->pool, given->name);
    for (size_t i = 0; groups != NULL && i < given->group_count; i++)
        groups[i] = cm_suggest_source(&made->pool, given->groups[i]);
    if (given->decision == CERTMAP_DENY)
        made->options.group_count = 0;
    made->attempts = given->attempts > 0 ? given->attempts : DEFAULT_ATTEMPTS;
    return !made->pool.failed;
}

enum certmap_status certmap_suggest_new(struct certmap_suggest **suggest, const struct certmap_suggest_options *options,
                                        struct certmap_diagnostic *err) {
    struct certmap_suggest_options room;
    struct cm_lint_pool pool;
    options = options == NULL ? NULL : certmap_struct_read(&room, options, FIRST_OPTIONS, sizeof room);
    if (suggest == NULL || !are_sound(options))
        return fail_argument(err,
                             "certmap_suggest_new: suggest is NULL, or the options are not what this version knows");
    *suggest = NULL;
    if (!cm_lint_pool_init(&pool, options->allocator))
        return fail_argument(err, "certmap_suggest_new: a function of the allocator is NULL");
    struct certmap_suggest *made = pool.allocator.alloc(pool.allocator.ctx, sizeof *made);
    if (made == NULL)
        return fail_memory(err);
    static const struct certmap_suggest_result none = CERTMAP_SUGGEST_RESULT_INIT;
    *made = (struct certmap_suggest){.allocator = pool.allocator, .pool = pool, .scratch = pool, .result = none};
    enum certmap_status status = copy_options(made, options) ? CERTMAP_OK : fail_memory(err);
    if (status == CERTMAP_OK)
        status = certmap_peer_new(&made->peer, &made->allocator, err);
    if (status == CERTMAP_OK)
        status = cm_suggest_check_options(made, err);
    if (status == CERTMAP_OK)
        *suggest = made;
    else
        certmap_suggest_free(made);
    return status;
}

void certmap_suggest_free(struct certmap_suggest *suggest) {
    if (suggest == NULL)
        return;
    const struct certmap_allocator allocator = suggest->allocator;
    for (size_t i = 0; i < CERTMAP_MAX_SUGGEST_MAPPINGS; i++)
        certmap_rules_free(suggest->alike[i]);
    certmap_rules_free(suggest->made);
    certmap_peer_free(suggest->peer);
    struct cm_lint_array *const arrays[6] = {&suggest->spoken,     &suggest->corpus,     &suggest->values,
                                             &suggest->candidates, &suggest->conditions, &suggest->notes};
    for (size_t i = 0; i < 6; i++)
        cm_lint_array_free(arrays[i], &allocator);
    cm_lint_pool_free(&suggest->scratch);
    cm_lint_pool_free(&suggest->pool);
    allocator.release(allocator.ctx, suggest);
}

/* ---- certificates ---- */

static enum certmap_status keep(struct certmap_suggest *suggest, enum certmap_suggest_role role,
                                const struct certmap_cert *cert, struct certmap_view label,
                                struct certmap_diagnostic *err) {
    struct cm_lint_array *array = role == CERTMAP_SUGGEST_CORPUS ? &suggest->corpus : &suggest->spoken;
    const struct certmap_view copy = cm_lint_pool_copy(&suggest->pool, label);
    struct cm_suggest_cert *added =
        copy.data == NULL ? NULL : cm_lint_array_add(array, &suggest->allocator, sizeof *added);
    if (added == NULL)
        return fail_memory(err);
    added->cert = *cert;
    added->label = copy;
    added->role = role;
    return CERTMAP_OK;
}

enum certmap_status certmap_suggest_add(struct certmap_suggest *suggest, enum certmap_suggest_role role,
                                        const struct certmap_cert *cert, struct certmap_view label,
                                        struct certmap_diagnostic *err) {
    struct certmap_cert room;
    cert = cert == NULL ? NULL : certmap_struct_read(&room, cert, CERTMAP_FIRST_CERT, sizeof room);
    if (suggest == NULL || suggest->ran || cert == NULL || (unsigned)role > CERTMAP_SUGGEST_CORPUS)
        return fail_argument(err, "certmap_suggest_add: suggest, the role or the certificate is wrong, or it has run");
    if (role != CERTMAP_SUGGEST_CORPUS && suggest->spoken.count >= CERTMAP_MAX_SUGGEST_CERTIFICATES)
        return cm_suggest_fail(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY,
                               "more than %d certificates are to be in or out", CERTMAP_MAX_SUGGEST_CERTIFICATES);
    struct certmap_cert names = *cert;
    certmap_cert_restrict(&names, 0);
    const enum certmap_status status = certmap_peer_set(suggest->peer, &names, err);
    certmap_peer_clear(suggest->peer);
    return status == CERTMAP_OK ? keep(suggest, role, cert, label, err) : status;
}

/* ---- groups: where one mapping cannot take all ---- */

static bool solve(struct certmap_suggest *suggest, size_t *left) {
    cm_lint_pool_empty(&suggest->scratch);
    if (suggest->attempts == 0)
        return false;
    suggest->attempts--;
    return cm_suggest_solve(suggest, left);
}

static size_t count_uncovered(const struct certmap_suggest *suggest) {
    size_t count = 0;
    for (size_t i = 0; i < suggest->spoken.count; i++)
        count += cm_suggest_spoken(suggest, i)->role == CERTMAP_SUGGEST_IN && !cm_suggest_spoken(suggest, i)->covered;
    return count;
}

/* Groups all that no mapping takes yet. */
static void group_all(struct certmap_suggest *suggest) {
    for (size_t i = 0; i < suggest->spoken.count; i++) {
        struct cm_suggest_cert *cert = cm_suggest_spoken(suggest, i);
        cert->grouped = cert->role == CERTMAP_SUGGEST_IN && !cert->covered;
    }
}

/* Groups those who have a value, which is that of others after it, too; returns how many. */
static size_t group_by(struct certmap_suggest *suggest, size_t value) {
    const struct cm_suggest_value *of = cm_suggest_value(suggest, value);
    size_t count = 0;
    for (size_t i = 0; i < suggest->spoken.count; i++)
        cm_suggest_spoken(suggest, i)->grouped = false;
    for (size_t i = value; i < suggest->values.count && cm_suggest_same_path(of, cm_suggest_value(suggest, i)) &&
                           cm_suggest_same_text(of->text, cm_suggest_value(suggest, i)->text);
         i++) {
        struct cm_suggest_cert *cert = cm_suggest_spoken(suggest, cm_suggest_value(suggest, i)->cert);
        count += cert->role == CERTMAP_SUGGEST_IN && !cert->covered && !cert->grouped;
        cert->grouped = cert->role == CERTMAP_SUGGEST_IN && !cert->covered;
    }
    return count;
}

static bool begins_text(const struct certmap_suggest *suggest, size_t value) {
    return value == 0 ||
           !cm_suggest_same_path(cm_suggest_value(suggest, value - 1), cm_suggest_value(suggest, value)) ||
           !cm_suggest_same_text(cm_suggest_value(suggest, value - 1)->text, cm_suggest_value(suggest, value)->text);
}

/* The value that most have of those who are uncovered, but fewer than `most`, or as many and later in order. */
static size_t next_value(struct certmap_suggest *suggest, size_t most, size_t after) {
    size_t best = SIZE_MAX, best_count = 1;
    for (size_t i = 0; i < suggest->values.count; i++) {
        const struct cm_suggest_value *value = cm_suggest_value(suggest, i);
        if (!begins_text(suggest, i) || !cm_suggest_path_of(value->field, value->subfield)->counts)
            continue;
        const size_t count = group_by(suggest, i);
        if (count > best_count && (count < most || (count == most && i > after && after != SIZE_MAX))) {
            best = i;
            best_count = count;
        }
    }
    return best;
}

/* Groups who have a value in common, the largest group first. */
static bool solve_by_value(struct certmap_suggest *suggest, size_t *left) {
    size_t most = count_uncovered(suggest), after = SIZE_MAX;
    while (suggest->attempts > 0 && !cm_suggest_is_bad(suggest)) {
        const size_t value = next_value(suggest, most, after);
        if (value == SIZE_MAX)
            return false;
        most = group_by(suggest, value);
        after = value;
        if (solve(suggest, left))
            return true;
    }
    return false;
}

static size_t first_uncovered(const struct certmap_suggest *suggest) {
    size_t i = 0;
    while (cm_suggest_spoken(suggest, i)->role != CERTMAP_SUGGEST_IN || cm_suggest_spoken(suggest, i)->covered)
        i++;
    return i;
}

static bool solve_one(struct certmap_suggest *suggest, size_t *left) {
    for (size_t i = 0; i < suggest->spoken.count; i++)
        cm_suggest_spoken(suggest, i)->grouped = false;
    cm_suggest_spoken(suggest, first_uncovered(suggest))->grouped = true;
    return solve(suggest, left);
}

static enum certmap_status fail_apart(struct certmap_suggest *suggest, size_t left, struct certmap_diagnostic *err) {
    if (cm_suggest_is_bad(suggest))
        return CERTMAP_OK;
    if (suggest->attempts == 0)
        return cm_suggest_fail(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NOT_SEPARABLE,
                               "no rule was found in so many attempts; give fewer certificates, of one group");
    return cm_suggest_fail(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_SEPARABLE,
                           "no condition tells %s, which is to be in, from %s, which is to be out",
                           cm_suggest_label(suggest, cm_suggest_spoken(suggest, first_uncovered(suggest))),
                           cm_suggest_label(suggest, cm_suggest_spoken(suggest, left)));
}

/* Those of the group are covered by what was chosen. */
static void record(struct certmap_suggest *suggest) {
    cm_suggest_record(suggest);
    for (size_t i = 0; i < suggest->spoken.count; i++)
        if (cm_suggest_spoken(suggest, i)->grouped)
            cm_suggest_spoken(suggest, i)->covered = true;
}

static enum certmap_status find_rules(struct certmap_suggest *suggest, struct certmap_diagnostic *err) {
    while (count_uncovered(suggest) > 0 && !cm_suggest_is_bad(suggest)) {
        size_t left = 0;
        if (suggest->mappings == CERTMAP_MAX_SUGGEST_MAPPINGS)
            return cm_suggest_fail(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NOT_SEPARABLE,
                                   "more than %d mappings would be needed: those in have too little in common",
                                   CERTMAP_MAX_SUGGEST_MAPPINGS);
        group_all(suggest);
        if (!solve(suggest, &left) && !solve_by_value(suggest, &left) && !solve_one(suggest, &left))
            return fail_apart(suggest, left, err);
        record(suggest);
    }
    return CERTMAP_OK;
}

/* ---- running ---- */

static void count_roles(struct certmap_suggest *suggest) {
    for (size_t i = 0; i < suggest->spoken.count; i++) {
        suggest->result.in += cm_suggest_spoken(suggest, i)->role == CERTMAP_SUGGEST_IN;
        suggest->result.out += cm_suggest_spoken(suggest, i)->role == CERTMAP_SUGGEST_OUT;
    }
    suggest->total = 4 * suggest->spoken.count + 2 * suggest->corpus.count + 1;
}

static enum certmap_status run(struct certmap_suggest *suggest, struct certmap_diagnostic *err) {
    enum certmap_status status = cm_suggest_drop_twins(suggest, err);
    if (status != CERTMAP_OK)
        return status;
    count_roles(suggest);
    cm_suggest_read_values(suggest);
    status = find_rules(suggest, err);
    if (status == CERTMAP_OK && !cm_suggest_is_bad(suggest))
        status = cm_suggest_write(suggest, err);
    if (status == CERTMAP_OK && !cm_suggest_is_bad(suggest))
        status = cm_suggest_check(suggest, err);
    if (status == CERTMAP_OK && !cm_suggest_is_bad(suggest))
        cm_suggest_count_corpus(suggest);
    if (status == CERTMAP_OK && !cm_suggest_is_bad(suggest) && suggest->options.current != NULL)
        status = cm_suggest_place(suggest, err);
    return status;
}

static void finish(struct certmap_suggest *suggest) {
    struct certmap_suggest_result *result = &suggest->result;
    if (result->weak)
        cm_suggest_note(suggest,
                        certmap_view_of("weak: the CA is known by what any CA can write; give the certificate of "
                                        "the issuer, and the rule knows it by its key"));
    result->conditions = suggest->conditions.items;
    result->condition_count = suggest->conditions.count;
    result->mappings = suggest->mappings;
    result->notes = suggest->notes.items;
    result->note_count = suggest->notes.count;
    if (suggest->options.progress != NULL &&
        !suggest->options.progress(suggest->options.progress_ctx, suggest->total, suggest->total))
        suggest->cancelled = true;
}

enum certmap_status certmap_suggest_run(struct certmap_suggest *suggest, struct certmap_diagnostic *err) {
    size_t in = 0;
    for (size_t i = 0; suggest != NULL && i < suggest->spoken.count; i++)
        in += cm_suggest_spoken(suggest, i)->role == CERTMAP_SUGGEST_IN;
    if (suggest == NULL || suggest->ran || in == 0)
        return fail_argument(err, "certmap_suggest_run: suggest is NULL or has run, or no certificate is to be in");
    suggest->ran = true;
    const enum certmap_status status = run(suggest, err);
    if (status == CERTMAP_OK && !cm_suggest_is_bad(suggest))
        finish(suggest);
    if (suggest->cancelled)
        return cm_suggest_fail(err, CERTMAP_ERROR_CANCELLED, CERTMAP_CODE_CANCELLED, "cancelled by the program");
    if (cm_suggest_is_bad(suggest))
        return fail_memory(err);
    suggest->finished = status == CERTMAP_OK;
    return status;
}

enum certmap_status certmap_suggest_found(const struct certmap_suggest *suggest, struct certmap_suggest_result *result,
                                          struct certmap_diagnostic *err) {
    if (suggest == NULL || !suggest->finished || !certmap_struct_fits(result, FIRST_RESULT, sizeof *result))
        return fail_argument(err, "certmap_suggest_found: nothing was found, or the size of result is not set");
    certmap_struct_write(result, &suggest->result, sizeof *result);
    return CERTMAP_OK;
}
