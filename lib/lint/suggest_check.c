/* SPDX-License-Identifier: MIT */
/* What the suggested rules answer, by matching: all in, none out, and how many of whom nobody spoke. */
#include "suggest.h"
#include <stdio.h>

static bool takes(const struct certmap_suggest *suggest, const struct certmap_result *result) {
    return result->decision == suggest->options.decision;
}

static bool match(struct certmap_suggest *suggest, const struct cm_suggest_cert *cert, struct certmap_result *result) {
    static const struct certmap_result none = CERTMAP_RESULT_INIT;
    *result = none;
    return cm_suggest_set(suggest, cert, certmap_rules_needs(suggest->made)) &&
           certmap_match(suggest->made, suggest->peer, result, NULL) == CERTMAP_OK;
}

static enum certmap_status check_one(struct certmap_suggest *suggest, const struct cm_suggest_cert *cert,
                                     struct certmap_diagnostic *err) {
    struct certmap_result result;
    const bool matched = match(suggest, cert, &result);
    if (cm_suggest_is_bad(suggest))
        return CERTMAP_OK;
    if (matched && takes(suggest, &result) == (cert->role == CERTMAP_SUGGEST_IN))
        return CERTMAP_OK;
    if (cert->role == CERTMAP_SUGGEST_IN && result.decision == CERTMAP_DENY)
        return cm_suggest_fail(err, CERTMAP_ERROR_CERTIFICATE, result.reason, "the account of %s cannot be built: %s",
                               cm_suggest_label(suggest, cert), certmap_code_name(result.reason));
    return cm_suggest_fail(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_NOT_SEPARABLE,
                           "the rule that was found does not answer %s as it should", cm_suggest_label(suggest, cert));
}

enum certmap_status cm_suggest_check(struct certmap_suggest *suggest, struct certmap_diagnostic *err) {
    enum certmap_status status = CERTMAP_OK;
    for (size_t i = 0; i < suggest->spoken.count && status == CERTMAP_OK && cm_suggest_step(suggest); i++)
        status = check_one(suggest, cm_suggest_spoken(suggest, i), err);
    return status;
}

/* ---- the corpus ---- */

struct likeness {
    size_t has, all;
};

static bool count_true(void *ctx, const struct certmap_explain_item *item) {
    struct likeness *likeness = ctx;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING) {
        likeness->all++;
        likeness->has += item->truth == CERTMAP_TRUE;
    }
    return true;
}

/* How much of what the group of a mapping has in common the peer's certificate has. */
static struct likeness likeness_of(struct certmap_suggest *suggest, const struct cm_suggest_cert *cert,
                                   size_t mapping) {
    struct likeness likeness = {0, 0};
    struct certmap_result result = CERTMAP_RESULT_INIT;
    const struct certmap_rules *rules = suggest->alike[mapping];
    if (!cm_suggest_set(suggest, cert, certmap_rules_needs(rules)))
        return likeness;
    if (certmap_explain(rules, suggest->peer, &result, count_true, &likeness, NULL) != CERTMAP_OK)
        suggest->failed = true;
    return likeness;
}

void cm_suggest_keep_example(struct certmap_suggest *suggest, struct certmap_suggest_example *examples,
                             size_t order[CERTMAP_MAX_SUGGEST_EXAMPLES], size_t *count, size_t at,
                             const struct cm_suggest_cert *cert, struct certmap_view reason) {
    size_t i = *count < CERTMAP_MAX_SUGGEST_EXAMPLES ? *count : CERTMAP_MAX_SUGGEST_EXAMPLES;
    if (i == CERTMAP_MAX_SUGGEST_EXAMPLES && order[i - 1] <= at)
        return;
    i -= i == CERTMAP_MAX_SUGGEST_EXAMPLES;
    for (; i > 0 && order[i - 1] > at; i--) {
        examples[i] = examples[i - 1];
        order[i] = order[i - 1];
    }
    order[i] = at;
    examples[i] = (struct certmap_suggest_example){
        sizeof *examples, cert->label,
        cm_suggest_print(suggest, "%.*s", (int)reason.len, reason.len > 0 ? (const char *)reason.data : "")};
    *count += *count < CERTMAP_MAX_SUGGEST_EXAMPLES;
}

/* What keeps a certificate out, if it is one condition of a mapping. */
struct miss {
    const struct certmap_suggest *suggest;
    size_t mapping, number; /* SIZE_MAX: none */
    bool near;              /* of the mapping that is being explained */
};

static const struct certmap_suggest_condition *condition_at(const struct certmap_suggest *suggest, size_t mapping,
                                                            size_t number) {
    const struct certmap_suggest_condition *conditions = suggest->conditions.items;
    for (size_t i = 0; i < suggest->conditions.count; i++)
        if (conditions[i].mapping == mapping && number-- == 0)
            return &conditions[i];
    return NULL;
}

static bool find_miss(void *ctx, const struct certmap_explain_item *item) {
    struct miss *miss = ctx;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING)
        miss->near = item->missing == 1;
    if (item->kind != CERTMAP_EXPLAIN_CONDITION || !miss->near)
        return true;
    const struct certmap_suggest_condition *condition = condition_at(miss->suggest, item->mapping, item->number);
    const enum certmap_truth wanted =
        condition != NULL && condition->why == CERTMAP_SUGGEST_EXCEPTION ? CERTMAP_FALSE : CERTMAP_TRUE;
    if (condition == NULL || item->truth == wanted)
        return true;
    miss->mapping = item->mapping;
    miss->number = item->number;
    return false;
}

/* Where examples are gathered. */
struct border {
    struct certmap_suggest_example *taken, *near;
    size_t taken_order[CERTMAP_MAX_SUGGEST_EXAMPLES], near_order[CERTMAP_MAX_SUGGEST_EXAMPLES];
};

static void look_near(struct certmap_suggest *suggest, const struct cm_suggest_cert *cert, struct border *border) {
    struct miss miss = {suggest, SIZE_MAX, SIZE_MAX, false};
    struct certmap_result result = CERTMAP_RESULT_INIT;
    if (suggest->result.nearest_count == CERTMAP_MAX_SUGGEST_EXAMPLES)
        return;
    if (certmap_explain(suggest->made, suggest->peer, &result, find_miss, &miss, NULL) != CERTMAP_OK)
        suggest->failed = true;
    const struct certmap_suggest_condition *condition =
        miss.mapping == SIZE_MAX ? NULL : condition_at(suggest, miss.mapping, miss.number);
    if (condition == NULL)
        return;
    const struct certmap_view reason = cm_suggest_print(suggest, "only this keeps it out: %.*s",
                                                        (int)condition->text.len, (const char *)condition->text.data);
    cm_suggest_keep_example(suggest, border->near, border->near_order, &suggest->result.nearest_count, 0, cert, reason);
}

static void look_at(struct certmap_suggest *suggest, const struct cm_suggest_cert *cert, struct border *border) {
    struct certmap_result result;
    if (!match(suggest, cert, &result))
        return;
    if (!takes(suggest, &result)) {
        look_near(suggest, cert, border);
        return;
    }
    suggest->result.taken++;
    const struct likeness likeness = likeness_of(suggest, cert, result.index);
    char reason[96];
    (void)snprintf(reason, sizeof reason, "has %zu of the %zu things that those in have in common", likeness.has,
                   likeness.all);
    cm_suggest_keep_example(suggest, border->taken, border->taken_order, &suggest->result.example_count, likeness.has,
                            cert, certmap_view_of(reason));
}

void cm_suggest_count_corpus(struct certmap_suggest *suggest) {
    struct border border = {
        .taken = cm_lint_pool_take(&suggest->pool, CERTMAP_MAX_SUGGEST_EXAMPLES, sizeof *border.taken),
        .near = cm_lint_pool_take(&suggest->pool, CERTMAP_MAX_SUGGEST_EXAMPLES, sizeof *border.near)};
    suggest->result.corpus = suggest->corpus.count;
    suggest->result.examples = border.taken;
    suggest->result.nearest = border.near;
    for (size_t i = 0; i < suggest->corpus.count && cm_suggest_step(suggest) && !cm_suggest_is_bad(suggest); i++)
        look_at(suggest, (struct cm_suggest_cert *)suggest->corpus.items + i, &border);
}
