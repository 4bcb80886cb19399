/* SPDX-License-Identifier: MIT */
/* Where results go: a table on standard output for people, JSON for programs, curves for drawings. */
#ifndef B_REPORT_H
#define B_REPORT_H

#include "json.h"
#include "machine.h"
#include "measure.h"
#include "svg.h"

enum { B_GOALS = 512, B_CURVES = 24 };

/* What is to be reached, and what was. */
struct b_goal {
    char what[112];
    double goal;
    bool at_least; /* else at most */
    struct b_stats found;
};

struct b_report {
    struct b_json json;
    size_t goal_count;
    struct b_goal goals[B_GOALS];
    struct b_machine machine; /* when the last group was done */
    size_t wrong;             /* answers that were not as they should be */
};

/* 1234567 as "1,234,567". */
const char *b_number(char text[32], double number);
/* Nanoseconds as "12.3 ns" up to "1.23 s". */
const char *b_time(char text[32], double ns);

/* A group that was run, as rows: medians, quartiles, and ratios to those rows of it that are units. */
void b_report_group(struct b_report *report, const struct b_group *group);
/* In the table and in the open JSON array "skipped". */
void b_report_skip(struct b_report *report, const char *name, const char *why);

/* Notes a goal, to be printed by b_report_goals. */
void b_report_goal(struct b_report *report, double goal, bool at_least, const struct b_stats *found, const char *what);
/* The same of one number without a spread. */
void b_report_goal_value(struct b_report *report, double goal, bool at_least, double found, const char *what);
void b_report_goals(struct b_report *report);

/* Adds a point to the curve with this name, which is made if there is none. */
void b_curve_add(struct b_curve curves[B_CURVES], const char *name, bool level, double x, double y);
/* Writes the curves that have points to DIR/name. */
void b_curves_write(const char *dir, const char *name, const char *title, const struct b_curve curves[B_CURVES]);

#endif
