/* SPDX-License-Identifier: MIT */
/* Certificates of a corpus that get no answer, by the mapping that each missed by the least: of each mapping how many, and
 * what the first of them misses. */
#include "certmap/explain.h"
#include "certmap/limits.h"
#include "lint.h"
#include <string.h>

/* A certificate is compared with every mapping: so many comparisons take some seconds. Certificates after that are
 * counted, and in no group. */
#define MAX_COMPARISONS 5000000
/* Most groups that are reported; of more, the largest. */
#define MAX_GROUPS 10
/* Longest value that is named. */
#define MAX_VALUE 64

struct cm_lint_group {
    uint64_t count;
    const char *first; /* what the first certificate misses */
};

/* ---- what a certificate misses ---- */

struct missed {
    struct certmap_lint *lint;
    size_t mapping, missing;
    size_t nots[CERTMAP_MAX_NESTING + 2]; /* the depths of the `not` groups around an item */
    size_t not_count;
    size_t passed_over; /* what is deeper gives what it should; 0: nothing */
    const char *condition, *value;
    bool found; /* the items that follow are values of the condition */
};

static const char *copy(struct certmap_lint *lint, struct certmap_view text) {
    char *made = cm_lint_pool_take(&lint->scratch, text.len + 1, 1);
    if (made == NULL)
        return "";
    if (text.len > 0)
        memcpy(made, text.data, text.len);
    return made;
}

static bool find_nearest(void *ctx, const struct certmap_explain_item *item) {
    struct missed *missed = ctx;
    if (item->kind != CERTMAP_EXPLAIN_NEAREST)
        return true;
    if (item->held == 0 && item->missing > 0)
        return false; /* nothing of it holds: it is as far as all others, and only the first of them */
    missed->mapping = item->mapping;
    missed->missing = item->missing;
    return false;
}

/* Inside an odd number of `not` a member helps by being false. A group that gives what it should is passed over. */
static bool find_condition(void *ctx, const struct certmap_explain_item *item) {
    struct missed *missed = ctx;
    const bool condition = item->kind == CERTMAP_EXPLAIN_CONDITION;
    if (missed->found && item->kind == CERTMAP_EXPLAIN_VALUE && item->text.data != NULL && item->text.len <= MAX_VALUE)
        missed->value = cm_lint_quote(missed->lint, item->text);
    if (missed->found)
        return item->kind == CERTMAP_EXPLAIN_VALUE && missed->value == NULL;
    if (!condition && item->kind != CERTMAP_EXPLAIN_GROUP)
        return true;
    if (missed->passed_over != 0 && item->depth > missed->passed_over)
        return true;
    while (missed->not_count > 0 && missed->nots[missed->not_count - 1] >= item->depth)
        missed->not_count--;
    const bool right = item->truth == (missed->not_count % 2 == 0 ? CERTMAP_TRUE : CERTMAP_FALSE);
    missed->passed_over = right ? item->depth : 0;
    missed->found = !right && condition;
    if (missed->found)
        missed->condition = copy(missed->lint, item->text);
    else if (!right && item->term == CERTMAP_TERM_NOT && missed->not_count < sizeof missed->nots / sizeof(size_t))
        missed->nots[missed->not_count++] = item->depth;
    return true;
}

static const char *describe(const struct missed *missed, struct certmap_view label) {
    struct certmap_lint *lint = missed->lint;
    const char *only = missed->missing == 1 ? "only " : "",
               *name = label.data == NULL ? cm_lint_print(lint, "certificate %zu", lint->corpus->taken)
                                          : cm_lint_escape(lint, label);
    if (missed->condition == NULL)
        return cm_lint_print(lint, "%s is one", name);
    if (missed->value == NULL)
        return cm_lint_print(lint, "%s misses %s%s", name, only, missed->condition);
    return cm_lint_print(lint, "%s misses %s%s, and has %s", name, only, missed->condition, missed->value);
}

enum certmap_status cm_lint_corpus_group(struct certmap_lint *lint, struct certmap_peer *peer,
                                         struct certmap_view label, uint64_t count, struct certmap_diagnostic *err) {
    struct cm_lint_corpus *corpus = lint->corpus;
    const size_t mappings = lint->model.mappings.count;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct missed missed = {.lint = lint, .mapping = SIZE_MAX};
    if (!cm_lint_wants(lint, CERTMAP_CODE_UNMAPPED_CERTIFICATES))
        return CERTMAP_OK;
    if (mappings > MAX_COMPARISONS - corpus->comparisons) {
        corpus->uncompared = cm_lint_corpus_sum(corpus->uncompared, count);
        return CERTMAP_OK;
    }
    corpus->comparisons += mappings;
    enum certmap_status status = certmap_explain(lint->model.rules, peer, &result, find_nearest, &missed, err);
    if (status != CERTMAP_OK || missed.mapping >= mappings)
        return status;
    struct cm_lint_group *group = &corpus->groups[missed.mapping];
    const bool first = group->count == 0;
    group->count = cm_lint_corpus_sum(group->count, count);
    if (!first)
        return status;
    status = certmap_explain_mapping(lint->model.rules, peer, &result, missed.mapping, find_condition, &missed, err);
    group->first = (const char *)cm_lint_pool_copy(&lint->pool, certmap_view_of(describe(&missed, label))).data;
    return status;
}

/* ---- groups ---- */

bool cm_lint_corpus_begin_groups(struct certmap_lint *lint) {
    lint->corpus->groups = cm_lint_pool_take(&lint->pool, lint->model.mappings.count + 1, sizeof(struct cm_lint_group));
    return lint->corpus->groups != NULL;
}

/* The mapping of the largest group that has not been reported; SIZE_MAX: there is none. */
static size_t largest(const struct certmap_lint *lint) {
    size_t found = SIZE_MAX;
    uint64_t count = 0;
    for (size_t i = 0; i < lint->model.mappings.count; i++)
        if (lint->corpus->groups[i].count > count) {
            found = i;
            count = lint->corpus->groups[i].count;
        }
    return found;
}

void cm_lint_corpus_tell_groups(struct certmap_lint *lint, struct certmap_lint_report *report) {
    for (size_t i = 0; i < MAX_GROUPS; i++) {
        const size_t mapping = largest(lint);
        if (mapping == SIZE_MAX)
            return;
        struct cm_lint_group *group = &lint->corpus->groups[mapping];
        cm_lint_report_relate(lint, report, mapping, cm_lint_mapping_place(lint, mapping),
                              "%s is nearest to %llu of them: %s", cm_lint_name(lint, mapping),
                              (unsigned long long)group->count, group->first != NULL ? group->first : "");
        group->count = 0;
    }
}
