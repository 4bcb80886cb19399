/* SPDX-License-Identifier: MIT */
/* A solver of propositional formulas: PicoSAT, in an arena. PicoSAT ends the program where it gets none; here
 * the call is left instead, and the solver is spent: it takes no more clauses, and answers UNDECIDED. In a build without
 * PicoSAT each solver is one from the beginning. */
#ifndef CM_LINT_SAT_H
#define CM_LINT_SAT_H

#include "arena.h"

enum cm_lint_sat_answer { CM_LINT_UNSATISFIABLE, CM_LINT_SATISFIABLE, CM_LINT_NOT_SOLVED };

/* Most decisions of one call, which take some 0.2 s; after that it is UNDECIDED. */
#define CM_LINT_MAX_DECISIONS 200000

struct cm_lint_sat;

/* Whether there is a solver in this build. */
bool cm_lint_sat_is_built(void);
/* NULL: there is no memory. The arena is the solver's until it is freed. */
struct cm_lint_sat *cm_lint_sat_new(struct cm_lint_arena *arena);
void cm_lint_sat_free(struct cm_lint_sat *sat);
/* Whether there was no memory for it. */
bool cm_lint_sat_is_spent(const struct cm_lint_sat *sat);
/* A new variable, from 1. A literal is a variable, or minus that. 0 of a solver that is spent. */
int cm_lint_sat_variable(struct cm_lint_sat *sat);
/* One of the literals holds. */
void cm_lint_sat_clause(struct cm_lint_sat *sat, const int *literals, size_t count);
/* For the next call only. */
void cm_lint_sat_assume(struct cm_lint_sat *sat, int literal);
enum cm_lint_sat_answer cm_lint_sat_solve(struct cm_lint_sat *sat);
/* After SATISFIABLE: whether the literal holds. */
bool cm_lint_sat_holds(struct cm_lint_sat *sat, int literal);
/* After UNSATISFIABLE: whether the assumption is one of those that cannot hold together. */
bool cm_lint_sat_failed(struct cm_lint_sat *sat, int literal);

#endif
