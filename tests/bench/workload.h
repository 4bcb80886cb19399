/* SPDX-License-Identifier: MIT */
/* Rules and certificates for measurements, made by number: nothing is stored, so that a million rules take
 * no memory but what a matcher takes for them.
 *
 * Rule `id` of a workload is the same whatever the size of the set. A set of N rules holds the rules N - 1 down
 * to 0 in this order: a certificate made for rule 7 is decided near the end of a set of ten and of a million,
 * so that a matcher that walks the list walks all of it. */
#ifndef B_WORKLOAD_H
#define B_WORKLOAD_H

#include "random.h"
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum b_workload {
    B_EXACT,      /* issuer.O = and subject.OU = and subject.CN = */
    B_MIXED,      /* 70 % as EXACT; the CN of the others is a prefix, a suffix or an inner literal */
    B_WILDCARDS,  /* all three conditions are patterns, without regard to case */
    B_SHARED,     /* every value is shared by many rules, one rule in ten has a NOT; nothing matches */
    B_ONE_TO_ONE, /* the whole certificate */
    B_WORKLOADS
};

/* The values that rules look at. Each certificate has one of each. */
enum b_slot { B_ISSUER_O, B_SUBJECT_L, B_SUBJECT_OU, B_SUBJECT_CN, B_SLOTS };

enum { B_TEXT = 64, B_CONDITIONS = 3, B_MAX_RULES = 1000000 };

struct b_condition {
    enum b_slot slot;
    bool negate;
    bool nocase;
    bool pattern;      /* * in text stands for any run of characters; else there is none in it */
    char text[B_TEXT]; /* ASCII letters, digits, space, '-', '.', and that '*' */
};

/* All of these conditions. */
struct b_rule {
    size_t count;
    struct b_condition conditions[B_CONDITIONS];
};

struct b_person {
    char values[B_SLOTS][B_TEXT];
};

const char *b_workload_name(enum b_workload workload);
/* The rule with this number. Not for B_ONE_TO_ONE. */
void b_workload_rule(enum b_workload workload, size_t id, struct b_rule *rule);
/* Somebody for whom rule id holds, and no other rule of the workload; under B_SHARED, for whom none does. What the
 * rule leaves open comes from random. */
void b_workload_person(enum b_workload workload, size_t id, struct b_random *random, struct b_person *person);
/* Where the rule that decides about that person is in a set of so many; SIZE_MAX: no rule does. */
size_t b_workload_expected(enum b_workload workload, size_t id, size_t size);
/* Which rule is there in a set of so many. */
size_t b_workload_id(size_t position, size_t size);

#ifdef __cplusplus
}
#endif

#endif
