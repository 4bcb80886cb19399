/* SPDX-License-Identifier: MIT */
/* fnmatch(3): a loop over the rules; a condition without a star is compared by strcmp, or strcasecmp. */
#define _GNU_SOURCE /* FNM_CASEFOLD */
#include "engine.h"
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct list {
    size_t size;
    struct b_rule *rules;
};

static const char *unable(enum b_workload workload) {
    return workload == B_ONE_TO_ONE ? "compares text, not certificates" : NULL;
}

static void *build(enum b_workload workload, size_t size) {
    struct list *list = malloc(sizeof *list);
    struct b_rule *rules = malloc(size * sizeof *rules);
    if (list == NULL || rules == NULL)
        b_engine_failed("fnmatch", "no memory");
    *list = (struct list){size, rules};
    for (size_t i = 0; i < size; i++)
        b_workload_rule(workload, b_workload_id(i, size), &rules[i]);
    return list;
}

static void release(void *state) {
    struct list *list = state;
    free(list->rules);
    free(list);
}

static bool holds(const struct b_condition *condition, const struct b_person *person) {
    const char *value = person->values[condition->slot];
    bool same;
    if (condition->pattern)
        same = fnmatch(condition->text, value, condition->nocase ? FNM_CASEFOLD : 0) == 0;
    else if (condition->nocase)
        same = strcasecmp(condition->text, value) == 0;
    else
        same = strcmp(condition->text, value) == 0;
    return same != condition->negate;
}

static bool rule_holds(const struct b_rule *rule, const struct b_person *person) {
    for (size_t i = 0; i < rule->count; i++)
        if (!holds(&rule->conditions[i], person))
            return false;
    return true;
}

static size_t match(void *state, const struct b_person *person, struct certmap_view der) {
    const struct list *list = state;
    (void)der;
    for (size_t i = 0; i < list->size; i++)
        if (rule_holds(&list->rules[i], person))
            return i;
    return SIZE_MAX;
}

const struct b_engine b_engine_fnmatch = {
    .name = "fnmatch loop",
    .how = "rule by rule, condition by condition; strcmp where there is no star",
    .most = B_MAX_RULES,
    .unable = unable,
    .build = build,
    .release = release,
    .match = match,
};
