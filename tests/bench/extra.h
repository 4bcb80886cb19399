/* SPDX-License-Identifier: MIT */
/* What is measured besides the contest of one workload at one size. Each writes to the table, to the open JSON
 * object, and to the goals. */
#ifndef B_EXTRA_H
#define B_EXTRA_H

#include "contest.h"

/* Two threads on one rule set against one. */
void b_extra_threads(const struct b_contest *contest, size_t size);
/* Native text and IIS files, loaded. */
void b_extra_load(const struct b_contest *contest, size_t size);
/* Rules analysed and compared, at powers of ten up to this one. */
void b_extra_lint(const struct b_contest *contest, size_t largest);
/* Conditions of few operands and of many. */
void b_extra_lists(const struct b_contest *contest);
/* Every worst case at each of these sizes. */
void b_extra_worst(const struct b_contest *contest, const size_t *sizes, size_t count);

#endif
