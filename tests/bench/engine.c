/* SPDX-License-Identifier: MIT */
#include "engine.h"
#include "batch.h"
#include "engines_found.h"
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define B_ENGINE(name) extern const struct b_engine b_engine_##name;
B_ENGINES_FOUND
#undef B_ENGINE

#define B_ENGINE(name) &b_engine_##name,
const struct b_engine *const b_engines[] = {B_ENGINES_FOUND};
#undef B_ENGINE
const size_t b_engine_count = sizeof b_engines / sizeof *b_engines;

/* Ends with an empty name, so that there is always one. */
const char *const b_engines_missing[] = {B_ENGINES_MISSING ""};
const size_t b_engine_missing_count = sizeof b_engines_missing / sizeof *b_engines_missing - 1;

void b_engine_failed(const char *name, const char *what) {
    b_die(name, what);
}

/* Only the rules of B_SHARED look at L. */
static bool uses(enum b_workload workload, size_t slot) {
    return slot != B_SUBJECT_L || workload == B_SHARED;
}

size_t b_engine_join(enum b_workload workload, const struct b_person *person, char joined[B_JOINED]) {
    size_t length = 0;
    for (size_t slot = 0; slot < B_SLOTS; slot++) {
        if (!uses(workload, slot))
            continue;
        const size_t part = strlen(person->values[slot]);
        memcpy(joined + length, person->values[slot], part);
        length += part;
        joined[length++] = '\n';
    }
    return length;
}

size_t b_engine_pattern(const char *text, char *expression) {
    size_t length = 0;
    for (; *text != '\0'; text++) {
        if (*text == '*') {
            memcpy(expression + length, "[^\n]*", 5);
            length += 5;
            continue;
        }
        if (strchr(".-", *text) != NULL)
            expression[length++] = '\\';
        expression[length++] = *text;
    }
    expression[length] = '\0';
    return length;
}

static const struct b_condition *condition_on(const struct b_rule *rule, size_t slot) {
    for (size_t i = 0; i < rule->count; i++)
        if (rule->conditions[i].slot == slot && !rule->conditions[i].negate)
            return &rule->conditions[i];
    return NULL;
}

bool b_engine_expression(enum b_workload workload, const struct b_rule *rule, char expression[B_EXPRESSION]) {
    size_t length = 0;
    bool any = false;
    for (size_t slot = 0; slot < B_SLOTS; slot++) {
        if (!uses(workload, slot))
            continue;
        const struct b_condition *condition = condition_on(rule, slot);
        any = any || condition != NULL;
        length += b_engine_pattern(condition != NULL ? condition->text : "*", expression + length);
        expression[length++] = '\n';
    }
    expression[length] = '\0';
    return any;
}

bool b_engine_negations_hold(enum b_workload workload, size_t id, const struct b_person *person) {
    struct b_rule rule;
    if (workload != B_SHARED || id % 10 != 9)
        return true;
    b_workload_rule(workload, id, &rule);
    for (size_t i = 0; i < rule.count; i++)
        if (rule.conditions[i].negate &&
            fnmatch(rule.conditions[i].text, person->values[rule.conditions[i].slot], 0) == 0)
            return false;
    return true;
}
