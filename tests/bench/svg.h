/* SPDX-License-Identifier: MIT */
/* A drawing of how times grow with the number of rules: both axes logarithmic, in SVG. */
#ifndef B_SVG_H
#define B_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { B_POINTS = 8 };

struct b_curve {
    const char *name; /* text without markup; it is escaped */
    bool level;       /* does not depend on the number of rules: the mean of its points, right across */
    bool own;         /* one of ours: drawn to stand out */
    size_t count;
    double x[B_POINTS]; /* rules, ascending */
    double y[B_POINTS]; /* nanoseconds */
};

/* Writes the document. Curves without a point, or with one that is not above zero, are left out. */
void b_svg(FILE *out, const char *title, const struct b_curve *curves, size_t count);

#endif
