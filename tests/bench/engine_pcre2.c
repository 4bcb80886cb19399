/* SPDX-License-Identifier: MIT */
/* PCRE2 with its JIT compiler: a loop over the rules, one expression a condition. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "engine.h"
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct condition {
    pcre2_code *code;
    enum b_slot slot;
    bool negate;
};

struct rule {
    size_t count;
    struct condition conditions[B_CONDITIONS];
};

struct list {
    size_t size;
    struct rule *rules;
    pcre2_match_data *data;
};

static const char *unable(enum b_workload workload) {
    return workload == B_ONE_TO_ONE ? "compares text, not certificates" : NULL;
}

static pcre2_code *compile(const struct b_condition *condition) {
    char pattern[B_EXPRESSION];
    int error;
    PCRE2_SIZE offset;
    const size_t length = b_engine_pattern(condition->text, pattern);
    const uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | (condition->nocase ? PCRE2_CASELESS : 0U);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, length, options, &error, &offset, NULL);
    if (code == NULL || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0)
        b_engine_failed("PCRE2", "an expression does not compile");
    return code;
}

static void build_rule(struct rule *rule, const struct b_rule *from) {
    rule->count = from->count;
    for (size_t i = 0; i < from->count; i++) {
        const struct b_condition *condition = &from->conditions[i];
        rule->conditions[i] = (struct condition){compile(condition), condition->slot, condition->negate};
    }
}

static void *build(enum b_workload workload, size_t size) {
    struct list *list = malloc(sizeof *list);
    struct rule *rules = malloc(size * sizeof *rules);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (list == NULL || rules == NULL || data == NULL)
        b_engine_failed("PCRE2", "no memory");
    *list = (struct list){size, rules, data};
    for (size_t i = 0; i < size; i++) {
        struct b_rule rule;
        b_workload_rule(workload, b_workload_id(i, size), &rule);
        build_rule(&rules[i], &rule);
    }
    return list;
}

static void release(void *state) {
    struct list *list = state;
    for (size_t i = 0; i < list->size; i++)
        for (size_t k = 0; k < list->rules[i].count; k++)
            pcre2_code_free(list->rules[i].conditions[k].code);
    pcre2_match_data_free(list->data);
    free(list->rules);
    free(list);
}

static bool rule_holds(const struct list *list, const struct rule *rule, const struct b_person *person,
                       const size_t lengths[B_SLOTS]) {
    for (size_t i = 0; i < rule->count; i++) {
        const struct condition *condition = &rule->conditions[i];
        const char *value = person->values[condition->slot];
        const int found =
            pcre2_jit_match(condition->code, (PCRE2_SPTR)value, lengths[condition->slot], 0, 0, list->data, NULL);
        if ((found >= 0) == condition->negate)
            return false;
    }
    return true;
}

static size_t match(void *state, const struct b_person *person, struct certmap_view der) {
    const struct list *list = state;
    size_t lengths[B_SLOTS];
    (void)der;
    for (size_t slot = 0; slot < B_SLOTS; slot++)
        lengths[slot] = strlen(person->values[slot]);
    for (size_t i = 0; i < list->size; i++)
        if (rule_holds(list, &list->rules[i], person, lengths))
            return i;
    return SIZE_MAX;
}

const struct b_engine b_engine_pcre2 = {
    .name = "PCRE2-JIT loop",
    .how = "rule by rule, one anchored JIT expression a condition",
    .most = 100000,
    .unable = unable,
    .build = build,
    .release = release,
    .match = match,
};
