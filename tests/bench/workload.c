/* SPDX-License-Identifier: MIT */
#include "workload.h"
#include <stdio.h>
#include <string.h>

static const char *const names[B_WORKLOADS] = {
    [B_EXACT] = "exact",   [B_MIXED] = "mixed",           [B_WILDCARDS] = "wildcards",
    [B_SHARED] = "shared", [B_ONE_TO_ONE] = "one-to-one",
};

const char *b_workload_name(enum b_workload workload) {
    return names[workload];
}

size_t b_workload_id(size_t position, size_t size) {
    return size - 1 - position;
}

size_t b_workload_expected(enum b_workload workload, size_t id, size_t size) {
    return workload == B_SHARED ? SIZE_MAX : size - 1 - id;
}

/* Six hexadecimal digits that no other id below 2^24 has, and that do not follow one another. */
static unsigned code_of(size_t id) {
    return (unsigned)((id * 0x9E3779B1U) & 0xFFFFFFU);
}

static unsigned issuer_of(size_t id) {
    return (unsigned)(id % 20);
}

static unsigned unit_of(size_t id) {
    return (unsigned)(id / 20 % 200);
}

static const char *first_name(size_t id) {
    static const char *const first[] = {"alice", "bernd", "chloe", "diego", "elena", "farid", "grace", "henri"};
    return first[id % (sizeof first / sizeof *first)];
}

/* ---- Rules ----------------------------------------------------------------------------------------- */

/* The text of one more condition, to be written. */
static char *add(struct b_rule *rule, enum b_slot slot) {
    struct b_condition *condition = &rule->conditions[rule->count++];
    *condition = (struct b_condition){.slot = slot};
    return condition->text;
}

static void exact_rule(size_t id, struct b_rule *rule) {
    snprintf(add(rule, B_ISSUER_O), B_TEXT, "Contoso %02u Ltd", issuer_of(id));
    snprintf(add(rule, B_SUBJECT_OU), B_TEXT, "Unit %03u", unit_of(id));
    snprintf(add(rule, B_SUBJECT_CN), B_TEXT, "%s-%06x", first_name(id), code_of(id));
}

static void mixed_rule(size_t id, struct b_rule *rule) {
    exact_rule(id, rule);
    if (id % 10 < 7)
        return;
    rule->count--;
    if (id % 10 == 7)
        snprintf(add(rule, B_SUBJECT_CN), B_TEXT, "host%06x.*", code_of(id));
    else if (id % 10 == 8)
        snprintf(add(rule, B_SUBJECT_CN), B_TEXT, "*.%06x.example.net", code_of(id));
    else
        snprintf(add(rule, B_SUBJECT_CN), B_TEXT, "*-%06x-*", code_of(id));
}

static void wildcards_rule(size_t id, struct b_rule *rule) {
    snprintf(add(rule, B_ISSUER_O), B_TEXT, "contoso %02u*", issuer_of(id));
    snprintf(add(rule, B_SUBJECT_OU), B_TEXT, "*unit %03u", unit_of(id));
    if (id % 4 == 0)
        snprintf(add(rule, B_SUBJECT_CN), B_TEXT, "host%06x.*", code_of(id));
    else if (id % 4 == 1)
        snprintf(add(rule, B_SUBJECT_CN), B_TEXT, "*.%06x.example.net", code_of(id));
    else if (id % 4 == 2)
        snprintf(add(rule, B_SUBJECT_CN), B_TEXT, "*-%06x-*", code_of(id));
    else
        snprintf(add(rule, B_SUBJECT_CN), B_TEXT, "node*-%06x-*.example", code_of(id));
    for (size_t i = 0; i < rule->count; i++)
        rule->conditions[i].nocase = true;
}

/* The rules fill half of a grid of units and sites, as black fields fill a chess board. */
static unsigned shared_unit(size_t id) {
    return (unsigned)(id % 1000);
}

static unsigned shared_site(size_t id, bool black) {
    return (unsigned)(id / 1000 * 2 + (black ? id % 2 : 1 - id % 2));
}

static void shared_rule(size_t id, struct b_rule *rule) {
    static const char *const users[] = {"u*", "us*", "use*", "user*", "user-*"};
    snprintf(add(rule, B_ISSUER_O), B_TEXT, "Contoso");
    snprintf(add(rule, B_SUBJECT_OU), B_TEXT, "Unit %04u", shared_unit(id));
    if (id % 10 == 9) {
        snprintf(add(rule, B_SUBJECT_CN), B_TEXT, "%s", users[id / 10 % 5]);
        rule->conditions[rule->count - 1].negate = true;
    } else
        snprintf(add(rule, B_SUBJECT_L), B_TEXT, "Site %04u", shared_site(id, true));
}

void b_workload_rule(enum b_workload workload, size_t id, struct b_rule *rule) {
    static void (*const make[B_WORKLOADS])(size_t, struct b_rule *) = {
        [B_EXACT] = exact_rule,
        [B_MIXED] = mixed_rule,
        [B_WILDCARDS] = wildcards_rule,
        [B_SHARED] = shared_rule,
    };
    rule->count = 0;
    make[workload](id, rule);
    for (size_t i = 0; i < rule->count; i++)
        rule->conditions[i].pattern = strchr(rule->conditions[i].text, '*') != NULL;
}

/* ---- Certificates ----------------------------------------------------------------------------------- */

/* Four to eleven letters that are no hexadecimal digits: what is where a pattern has a star. */
static const char *filler(struct b_random *random, char text[16]) {
    size_t length = 4 + b_random_below(random, 8);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)('g' + b_random_below(random, 20));
    text[length] = '\0';
    return text;
}

/* What a pattern stands for, each star another filler. */
static void fill(const char *pattern, struct b_random *random, char value[B_TEXT]) {
    size_t length = 0;
    for (const char *c = pattern; *c != '\0'; c++) {
        char text[16] = {*c, '\0'};
        if (*c == '*')
            filler(random, text);
        length += (size_t)snprintf(value + length, B_TEXT - length, "%s", text);
    }
}

/* Letters in capitals, one in three. */
static void mix_case(struct b_random *random, char value[B_TEXT]) {
    for (char *c = value; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z' && b_random_below(random, 3) == 0)
            *c = (char)(*c - 'a' + 'A');
}

static void shared_person(size_t id, struct b_person *person) {
    snprintf(person->values[B_ISSUER_O], B_TEXT, "Contoso");
    snprintf(person->values[B_SUBJECT_OU], B_TEXT, "Unit %04u", shared_unit(id));
    snprintf(person->values[B_SUBJECT_L], B_TEXT, "Site %04u", shared_site(id, false));
    snprintf(person->values[B_SUBJECT_CN], B_TEXT, "user-%06x", code_of(id));
}

void b_workload_person(enum b_workload workload, size_t id, struct b_random *random, struct b_person *person) {
    struct b_rule rule;
    snprintf(person->values[B_SUBJECT_L], B_TEXT, "Springfield");
    if (workload == B_SHARED) {
        shared_person(id, person);
        return;
    }
    b_workload_rule(workload == B_ONE_TO_ONE ? B_EXACT : workload, id, &rule);
    for (size_t i = 0; i < rule.count; i++) {
        struct b_condition *condition = &rule.conditions[i];
        fill(condition->text, random, person->values[condition->slot]);
        if (condition->nocase)
            mix_case(random, person->values[condition->slot]);
    }
}
