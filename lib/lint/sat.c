/* SPDX-License-Identifier: MIT */
/* PicoSAT knows no failure of an allocation. So where there is no memory, its call is left by longjmp, the arena is emptied,
 * and it is never called again. No frame between has anything else to give back. */
#include "sat.h"

#ifdef CM_LINT_PICOSAT
#include <picosat/picosat.h>
#include <setjmp.h>
#include <string.h>

struct cm_lint_sat {
    struct cm_lint_arena *arena;
    PicoSAT *solver; /* NULL: it is spent */
    jmp_buf no_memory;
};

/* ---- memory ---- */

static void *take(void *state, size_t size) {
    struct cm_lint_sat *sat = state;
    void *taken = cm_lint_arena_take(sat->arena, size);
    if (taken == NULL)
        longjmp(sat->no_memory, 1);
    return taken;
}

static void give(void *state, void *bytes, size_t size) {
    struct cm_lint_sat *sat = state;
    cm_lint_arena_give(sat->arena, bytes, size);
}

static void *change(void *state, void *bytes, size_t before, size_t size) {
    void *changed = take(state, size);
    if (bytes != NULL)
        memcpy(changed, bytes, before < size ? before : size);
    give(state, bytes, before);
    return changed;
}

/* It is never used again. */
static void spend(struct cm_lint_sat *sat) {
    sat->solver = NULL;
    cm_lint_arena_empty(sat->arena);
}

/* Of each call of PicoSAT: whether it is to be made. Comes back with false, too, when the call had no memory. */
#define CAN_CALL(sat) ((sat)->solver != NULL && (setjmp((sat)->no_memory) == 0 || (spend(sat), false)))

/* ---- the calls ---- */

bool cm_lint_sat_is_built(void) {
    return true;
}

static void start(struct cm_lint_sat *sat) {
    if (setjmp(sat->no_memory) != 0) {
        spend(sat);
        return;
    }
    sat->solver = picosat_minit(sat, take, change, give);
    picosat_set_plain(sat->solver, 1);                /* probing costs more than these formulas */
    picosat_set_global_default_phase(sat->solver, 0); /* nothing is there that need not be */
}

struct cm_lint_sat *cm_lint_sat_new(struct cm_lint_arena *arena) {
    struct cm_lint_sat *sat = arena->allocator.alloc(arena->allocator.ctx, sizeof *sat);
    if (sat == NULL)
        return NULL;
    memset(sat, 0, sizeof *sat);
    sat->arena = arena;
    start(sat);
    return sat;
}

void cm_lint_sat_free(struct cm_lint_sat *sat) {
    if (sat == NULL)
        return;
    struct cm_lint_arena *arena = sat->arena;
    spend(sat);
    arena->allocator.release(arena->allocator.ctx, sat);
}

bool cm_lint_sat_is_spent(const struct cm_lint_sat *sat) {
    return sat->solver == NULL;
}

int cm_lint_sat_variable(struct cm_lint_sat *sat) {
    return CAN_CALL(sat) ? picosat_inc_max_var(sat->solver) : 0;
}

void cm_lint_sat_clause(struct cm_lint_sat *sat, const int *literals, size_t count) {
    if (!CAN_CALL(sat))
        return;
    for (size_t i = 0; i < count; i++)
        (void)picosat_add(sat->solver, literals[i]);
    (void)picosat_add(sat->solver, 0);
}

void cm_lint_sat_assume(struct cm_lint_sat *sat, int literal) {
    if (CAN_CALL(sat))
        picosat_assume(sat->solver, literal);
}

enum cm_lint_sat_answer cm_lint_sat_solve(struct cm_lint_sat *sat) {
    const int answer = CAN_CALL(sat) ? picosat_sat(sat->solver, CM_LINT_MAX_DECISIONS) : PICOSAT_UNKNOWN;
    if (answer == PICOSAT_UNKNOWN)
        return CM_LINT_NOT_SOLVED;
    return answer == PICOSAT_SATISFIABLE ? CM_LINT_SATISFIABLE : CM_LINT_UNSATISFIABLE;
}

bool cm_lint_sat_holds(struct cm_lint_sat *sat, int literal) {
    return CAN_CALL(sat) && picosat_deref(sat->solver, literal) > 0;
}

bool cm_lint_sat_failed(struct cm_lint_sat *sat, int literal) {
    return CAN_CALL(sat) && picosat_failed_assumption(sat->solver, literal) != 0;
}

#else

struct cm_lint_sat {
    struct cm_lint_arena *arena;
};

bool cm_lint_sat_is_built(void) {
    return false;
}

struct cm_lint_sat *cm_lint_sat_new(struct cm_lint_arena *arena) {
    struct cm_lint_sat *sat = arena->allocator.alloc(arena->allocator.ctx, sizeof *sat);
    if (sat != NULL)
        sat->arena = arena;
    return sat;
}

void cm_lint_sat_free(struct cm_lint_sat *sat) {
    if (sat != NULL)
        sat->arena->allocator.release(sat->arena->allocator.ctx, sat);
}

bool cm_lint_sat_is_spent(const struct cm_lint_sat *sat) {
    (void)sat;
    return false;
}

int cm_lint_sat_variable(struct cm_lint_sat *sat) {
    (void)sat;
    return 0;
}

void cm_lint_sat_clause(struct cm_lint_sat *sat, const int *literals, size_t count) {
    (void)sat;
    (void)literals;
    (void)count;
}

void cm_lint_sat_assume(struct cm_lint_sat *sat, int literal) {
    (void)sat;
    (void)literal;
}

enum cm_lint_sat_answer cm_lint_sat_solve(struct cm_lint_sat *sat) {
    (void)sat;
    return CM_LINT_NOT_SOLVED;
}

bool cm_lint_sat_holds(struct cm_lint_sat *sat, int literal) {
    (void)sat;
    (void)literal;
    return false;
}

bool cm_lint_sat_failed(struct cm_lint_sat *sat, int literal) {
    (void)sat;
    (void)literal;
    return false;
}

#endif
