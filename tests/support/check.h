/* SPDX-License-Identifier: MIT */
/* Check, whose assertions cost little where they hold. */
#ifndef T_CHECK_H
#define T_CHECK_H

#include <check.h>

/* Check writes down each assertion that holds, so that it can say after which one a test crashed. Once for each line is
 * enough for that; a loop of a million comparisons spends most of its time there otherwise. */
static inline void t_mark(const char *file, int line) {
    enum { LINES = 2048 };
    static unsigned char seen[LINES];
    unsigned char *mark = &seen[(unsigned)line % LINES];
    if (!*mark)
        (_mark_point)(file, line);
    *mark = 1;
}
#define _mark_point(file, line) t_mark(file, line)

#endif
