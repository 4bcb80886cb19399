/* SPDX-License-Identifier: MIT */
#include "question.h"
#include <string.h>

/* Most rounds of solving and excluding in one query. */
#define MAX_ROUNDS 5000

/* ---- the engine ---- */

struct cm_lint_engine *cm_lint_engine_make(struct certmap_lint *lint) {
    struct cm_lint_pool *pool = &lint->pool;
    const struct cm_lint_model *model = &lint->model;
    struct cm_lint_engine *engine = cm_lint_pool_take(pool, 1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    engine->lint = lint;
    engine->model = model;
    (void)cm_lint_pool_init(&engine->pool, &lint->allocator);
    cm_lint_arena_begin(&engine->arena, &lint->allocator);
    engine->track_of = cm_lint_pool_take(pool, model->paths.count + 1, sizeof *engine->track_of);
    engine->clue_of = cm_lint_pool_take(pool, model->conditions.count + 1, sizeof *engine->clue_of);
    engine->place_of = cm_lint_pool_take(pool, model->operands.count + 1, sizeof *engine->place_of);
    return !pool->failed && cm_lint_intern_make(&engine->intern, pool, model) ? engine : NULL;
}

static void end_query(struct cm_lint_engine *engine) {
    for (size_t i = 0; i < engine->touched.count; i++)
        *((uint32_t **)engine->touched.items)[i] = 0;
    for (size_t i = 0; i < engine->tracks.count; i++)
        cm_lint_array_free(&cm_lint_track_at(engine, i)->operands, &engine->lint->allocator);
    engine->touched.count = engine->tracks.count = engine->clues.count = engine->ties.count = 0;
    cm_lint_sat_free(engine->sat);
    engine->sat = NULL;
    engine->query = NULL;
    cm_lint_pool_empty(&engine->pool);
}

void cm_lint_engine_free(struct cm_lint_engine *engine) {
    if (engine == NULL)
        return;
    end_query(engine);
    cm_lint_array_free(&engine->tracks, &engine->lint->allocator);
    cm_lint_array_free(&engine->clues, &engine->lint->allocator);
    cm_lint_array_free(&engine->touched, &engine->lint->allocator);
    cm_lint_array_free(&engine->ties, &engine->lint->allocator);
    cm_lint_pool_free(&engine->pool);
    cm_lint_arena_free(&engine->arena);
}

/* Where the engine does not know why, it had a model that the matcher did not agree with. */
size_t *cm_lint_open_why(struct certmap_lint *lint) {
    size_t *why = lint->engine->why;
    return why != NULL ? why : &lint->summary.by_model;
}

void cm_lint_open(struct certmap_lint *lint) {
    cm_lint_undecided(lint, cm_lint_open_why(lint));
}

/* ---- from a model to values ---- */

/* A witness on its way. */
struct realising {
    struct cm_lint_engine *engine;
    struct cm_lint_array values; /* of struct cm_lint_value */
    bool excluded;               /* a slot has no text: a clause says so */
};

static bool holds(const struct cm_lint_engine *engine, int literal) {
    return cm_lint_sat_holds(engine->sat, literal);
}

static enum cm_lint_exists find(struct cm_lint_engine *engine, const struct cm_lint_track *track,
                                const signed char *signs, struct certmap_view *value) {
    const struct cm_lint_wish wish = {track->items, track->atoms, signs, track->operands.count,
                                      engine->odd || !engine->query->readable};
    return cm_lint_value_find(value, &engine->pool, engine->lint->peer, track->domain, &wish);
}

/* No slot of the path has a value with these signs. */
static void exclude(struct cm_lint_engine *engine, const struct cm_lint_track *track, const signed char *signs) {
    int *clause = cm_lint_pool_take(&engine->pool, track->operands.count + 1, sizeof *clause);
    for (size_t k = 0; clause != NULL && k < track->slot_count; k++) {
        size_t count = 0;
        for (size_t i = 0; i < track->operands.count; i++)
            if (signs[i] != 0)
                clause[count++] = signs[i] > 0 ? -track->slots[k].takes[i] : track->slots[k].takes[i];
        cm_lint_sat_clause(engine->sat, clause, count);
    }
    engine->failed = engine->failed || clause == NULL;
}

/* Most operands of which each is tried to be left out, each at the price of a search. */
#define MAX_REDUCED 64

static void keep_positives(signed char *to, const signed char *from, size_t count) {
    for (size_t i = 0; i < count; i++)
        to[i] = from[i] > 0 ? 1 : 0;
}

/* Leaves out what the contradiction does not need: first all that is not to match, or all of it but one. */
static void reduce(struct cm_lint_engine *engine, const struct cm_lint_track *track, signed char *signs) {
    const size_t count = track->operands.count;
    signed char *tried = cm_lint_pool_take(&engine->pool, count + 1, 1);
    struct certmap_view value;
    bool found = false;
    if (tried == NULL)
        return;
    keep_positives(tried, signs, count);
    found = find(engine, track, tried, &value) == CM_LINT_NONE;
    for (size_t i = 0; i < count && !found; i++) {
        if (signs[i] >= 0)
            continue;
        tried[i] = -1;
        found = find(engine, track, tried, &value) == CM_LINT_NONE;
        tried[i] = found ? -1 : 0;
    }
    if (found)
        memcpy(signs, tried, count);
    else if (count > MAX_REDUCED)
        return;
    for (size_t i = 0; i < count; i++) {
        const signed char sign = signs[i];
        if (sign == 0)
            continue;
        signs[i] = 0;
        if (find(engine, track, signs, &value) != CM_LINT_NONE)
            signs[i] = sign;
    }
}

static bool add_value(struct realising *realising, const struct cm_lint_track *track, struct certmap_view text,
                      enum certmap_lint_state state) {
    struct cm_lint_engine *engine = realising->engine;
    const struct cm_lint_path *path = cm_lint_path_at(engine->model, track->path);
    struct cm_lint_value *value = cm_lint_array_add(&realising->values, &engine->lint->allocator, sizeof *value);
    if (value == NULL) {
        engine->failed = true;
        return false;
    }
    *value = (struct cm_lint_value){path->field, path->subfield, text, state};
    if (state == CERTMAP_LINT_READABLE)
        value->text = cm_lint_pool_copy(&engine->lint->scratch, text);
    return true;
}

/* ---- whole Names ---- */

/* Whether every Name that the one operand takes the other one takes, too. */
static bool is_within(const struct cm_lint_engine *engine, const struct cm_lint_item *one,
                      const struct cm_lint_item *other) {
    const struct cm_lint_item items[] = {*one, *other};
    static const signed char signs[] = {1, -1};
    const struct cm_lint_wish wish = {items, NULL, signs, 2, false};
    struct certmap_view value;
    return cm_lint_value_find(&value, &engine->lint->scratch, engine->lint->peer, CM_LINT_DOMAIN_NAME, &wish) ==
           CM_LINT_NONE;
}

/* Whether each RDN that the one operand looks at the other one looks at, too, for the same values or more. Then whatever
 * of a Name can be read, the one is no truer than the other. */
static bool looks_at_more(const struct cm_lint_engine *engine, const struct cm_lint_item *one,
                          const struct cm_lint_item *other) {
    return one->op != CERTMAP_OP_LIKE && other->op != CERTMAP_OP_LIKE && !other->exact && is_within(engine, one, other);
}

/* How true the operand is: 0, false; 1, unknown; 2, true. */
static int degree_of(const struct cm_lint_engine *engine, const struct cm_lint_slot *slot, size_t operand) {
    return holds(engine, slot->unsure[operand]) ? 1 : holds(engine, slot->takes[operand]) ? 2 : 0;
}

/* In no slot is the one truer than the other: where that is false the one is, where the one is true that is. */
static void keep_within(struct cm_lint_engine *engine, const struct cm_lint_track *track, size_t one, size_t other) {
    for (size_t k = 0; k < track->slot_count; k++) {
        const int *takes = track->slots[k].takes, *unsure = track->slots[k].unsure;
        cm_lint_sat_clause(engine->sat, (const int[]){takes[other], unsure[other], -takes[one]}, 3);
        cm_lint_sat_clause(engine->sat, (const int[]){takes[other], unsure[other], -unsure[one]}, 3);
        cm_lint_sat_clause(engine->sat, (const int[]){-takes[one], unsure[one], takes[other]}, 3);
        cm_lint_sat_clause(engine->sat, (const int[]){-takes[one], unsure[one], -unsure[other]}, 3);
    }
}

/* Most operands of which each is looked at beside each, at the price of a match. */
#define MAX_NAMES 32

/* Whether a Name with attributes that cannot be read can have the truth of each operand; clauses say what it cannot. */
static bool suits_unreadable(struct cm_lint_engine *engine, const struct cm_lint_track *track,
                             const struct cm_lint_slot *slot) {
    const size_t count = slot->unsure != NULL && track->operands.count <= MAX_NAMES ? track->operands.count : 0;
    bool excluded[MAX_NAMES * MAX_NAMES];
    bool suits = true;
    for (size_t i = 0; i < count * count; i++) {
        const size_t one = i / count, other = i % count;
        excluded[i] = degree_of(engine, slot, one) > degree_of(engine, slot, other) &&
                      looks_at_more(engine, &track->items[one], &track->items[other]);
    }
    for (size_t i = 0; i < count * count; i++)
        if (excluded[i]) {
            keep_within(engine, track, i / count, i % count);
            suits = false;
        }
    return suits;
}

/* ---- from a model to values, slot by slot ---- */

/* One slot: its text, or a clause that says that there is none. */
static bool realise_slot(struct realising *realising, const struct cm_lint_track *track,
                         const struct cm_lint_slot *slot, bool keep) {
    struct cm_lint_engine *engine = realising->engine;
    struct certmap_view text = CERTMAP_NO_VIEW;
    if (holds(engine, slot->unreadable)) {
        realising->excluded = !suits_unreadable(engine, track, slot);
        return !realising->excluded && (!keep || add_value(realising, track, text, CERTMAP_LINT_UNREADABLE));
    }
    signed char *signs = cm_lint_pool_take(&engine->pool, track->operands.count + 1, 1);
    if (signs == NULL) {
        engine->failed = true;
        return false;
    }
    for (size_t i = 0; i < track->operands.count; i++)
        signs[i] = holds(engine, slot->takes[i]) ? 1 : -1;
    const enum cm_lint_exists exists = find(engine, track, signs, &text);
    if (exists == CM_LINT_EXISTS)
        return !keep || (track->domain == CM_LINT_DOMAIN_NAME && text.len == 0) ||
               add_value(realising, track, text, CERTMAP_LINT_READABLE);
    if (exists == CM_LINT_NONE)
        reduce(engine, track, signs);
    else
        track->capped ? (void)0 : (void)(engine->why = &engine->lint->summary.by_budget);
    engine->inexact = engine->inexact || exists == CM_LINT_UNDECIDED;
    exclude(engine, track, signs);
    realising->excluded = true;
    return false;
}

/* How many values there are to be, where the model says more than it has slots for. */
static size_t number_of(const struct cm_lint_engine *engine, const struct cm_lint_track *track, size_t there) {
    if (there == 0 || holds(engine, track->only_one))
        return there;
    for (size_t i = 0; i < track->count_count; i++)
        if (holds(engine, track->has_count[i]))
            return track->counts[i];
    size_t number = there == 1 ? 2 : there;
    for (size_t i = 0; i < track->count_count; i++)
        if (track->counts[i] == number) {
            number++;
            i = SIZE_MAX; /* from the first one again: at most CM_LINT_MAX_COUNTS times */
        }
    return number;
}

/* Most values that are repeated to have so many. */
#define MAX_REPEATED 3000

/* Repeats the first of the values from one on until there are so many more: it is still the first, and the last one is
 * still the last. Where values are asked for by their number, the last one is repeated. */
static bool repeat_one(struct realising *realising, const struct cm_lint_track *track, size_t first, size_t more) {
    if (track->front > 1)
        first = realising->values.count - 1;
    const size_t others = realising->values.count - first - 1;
    for (size_t i = 0; i < more; i++)
        if (!add_value(realising, track, certmap_no_view(), CERTMAP_LINT_UNREADABLE))
            return false;
    struct cm_lint_value *values = (struct cm_lint_value *)realising->values.items + first;
    memmove(values + 1 + more, values + 1, others * sizeof *values);
    for (size_t i = 1; i <= more; i++)
        values[i] = values[0];
    return true;
}

static bool realise_track(struct realising *realising, size_t number) {
    struct cm_lint_engine *engine = realising->engine;
    const struct cm_lint_track *track = cm_lint_track_at(engine, number);
    const size_t tied = cm_lint_tied_slots(engine, number), before = realising->values.count;
    size_t there = 0;
    if (holds(engine, track->unknown))
        return add_value(realising, track, certmap_no_view(), CERTMAP_LINT_UNKNOWN);
    for (; there < track->slot_count && holds(engine, track->slots[there].there); there++)
        if (!realise_slot(realising, track, &track->slots[there], there >= tied))
            return false;
    const size_t wanted = tied == SIZE_MAX ? 0 : number_of(engine, track, there);
    if (wanted > there + MAX_REPEATED || realising->values.count == before)
        return true;
    return wanted <= there || repeat_one(realising, track, before, wanted - there);
}

/* False: no certificate; excluded says whether to go on. */
static bool realise(struct cm_lint_engine *engine, struct cm_lint_witness *witness, bool *excluded) {
    struct realising realising = {engine, {NULL, 0, 0}, false};
    bool made = true;
    for (size_t i = 0; i < engine->tracks.count && made; i++)
        made = realise_track(&realising, i);
    *excluded = realising.excluded;
    if (made) {
        struct cm_lint_value *values =
            cm_lint_pool_take(&engine->lint->scratch, realising.values.count + 1, sizeof *values);
        if (values != NULL && realising.values.count > 0)
            memcpy(values, realising.values.items, realising.values.count * sizeof *values);
        *witness = (struct cm_lint_witness){values, realising.values.count};
        made = values != NULL;
    }
    cm_lint_array_free(&realising.values, &engine->lint->allocator);
    return made;
}

/* ---- the loop ---- */

static enum cm_lint_verdict stay_open(struct cm_lint_engine *engine, size_t *why) {
    engine->why = why;
    return CM_LINT_OPEN;
}

static bool is_capped(const struct cm_lint_engine *engine) {
    bool capped = false;
    for (size_t i = 0; i < engine->tracks.count; i++)
        capped = capped || cm_lint_track_at(engine, i)->capped;
    return capped;
}

static enum cm_lint_verdict impossible(struct cm_lint_engine *engine, const int *guards, bool *needed) {
    struct certmap_lint_summary *summary = &engine->lint->summary;
    if (engine->inexact || is_capped(engine))
        return stay_open(engine, engine->why != NULL ? engine->why : &summary->by_model);
    for (size_t i = 0; needed != NULL && i < engine->query->count; i++)
        needed[i] = cm_lint_sat_failed(engine->sat, guards[i]);
    return CM_LINT_IMPOSSIBLE;
}

/* Solves; where attributes of whole Names need not be as they are written, again without that. */
static enum cm_lint_sat_answer solve(struct cm_lint_engine *engine, const int *guards, bool usual) {
    for (size_t i = 0; i < engine->query->count; i++)
        cm_lint_sat_assume(engine->sat, guards[i]);
    if (usual && engine->usual != 0)
        cm_lint_sat_assume(engine->sat, engine->usual);
    const enum cm_lint_sat_answer answer = cm_lint_sat_solve(engine->sat);
    if (answer == CM_LINT_UNSATISFIABLE && usual && engine->usual != 0)
        return solve(engine, guards, false);
    return answer;
}

static enum cm_lint_verdict run(struct cm_lint_engine *engine, const int *guards, struct cm_lint_witness *witness,
                                bool *needed) {
    struct certmap_lint_summary *summary = &engine->lint->summary;
    for (size_t round = 0; round < MAX_ROUNDS; round++) {
        bool excluded;
        const enum cm_lint_sat_answer answer = solve(engine, guards, true);
        if (answer == CM_LINT_UNSATISFIABLE)
            return impossible(engine, guards, needed);
        if (answer != CM_LINT_SATISFIABLE)
            return stay_open(engine, cm_lint_sat_is_built() ? &summary->by_budget : &summary->by_solver);
        if (realise(engine, witness, &excluded))
            return CM_LINT_POSSIBLE;
        if (!excluded || engine->failed || engine->pool.failed || cm_lint_enough(engine->lint))
            return stay_open(engine, &summary->by_budget);
    }
    return stay_open(engine, &summary->by_budget);
}

enum cm_lint_verdict cm_lint_ask(struct cm_lint_engine *engine, const struct cm_lint_query *query,
                                 struct cm_lint_witness *witness, bool *needed) {
    enum cm_lint_verdict verdict = CM_LINT_OPEN;
    engine->query = query;
    engine->failed = engine->inexact = false;
    engine->why = NULL;
    engine->sat = cm_lint_sat_new(&engine->arena);
    int *guards = cm_lint_pool_take(&engine->pool, query->count + 1, sizeof *guards);
    if (engine->sat != NULL && guards != NULL && cm_lint_survey(engine) && cm_lint_encode(engine, guards))
        verdict = run(engine, guards, witness, needed);
    else
        engine->why = &engine->lint->summary.by_budget;
    if (engine->sat == NULL || cm_lint_sat_is_spent(engine->sat) || engine->failed || engine->pool.failed)
        engine->lint->failed = true;
    end_query(engine);
    return verdict;
}

/* ---- the same ---- */

/* Whole Names that are written in other ways, in case or space, and are the same. */
static bool are_same_names(const struct cm_lint_engine *engine, uint32_t a, uint32_t b) {
    const struct cm_lint_condition *left = cm_lint_condition_at(engine->model, a);
    const struct cm_lint_condition *right = cm_lint_condition_at(engine->model, b);
    if (left->path != right->path || left->op != CERTMAP_OP_EQUAL || right->op != CERTMAP_OP_EQUAL || left->exact ||
        right->exact || left->quantifier != right->quantifier || left->count != right->count ||
        left->operand_count != 1 || right->operand_count != 1 || !cm_lint_is_known(engine->model, left) ||
        !cm_lint_is_known(engine->model, right) ||
        cm_lint_domain_of(cm_lint_path_at(engine->model, left->path)) != CM_LINT_DOMAIN_NAME)
        return false;
    const struct cm_lint_item one = {cm_lint_operand_at(engine->model, left->operand), CERTMAP_OP_EQUAL, false, false};
    const struct cm_lint_item other = {cm_lint_operand_at(engine->model, right->operand), CERTMAP_OP_EQUAL, false,
                                       false};
    return is_within(engine, &one, &other) && is_within(engine, &other, &one);
}

static bool is_same_term(const struct cm_lint_engine *engine, const struct cm_lint_part *a,
                         const struct cm_lint_part *b) {
    const struct certmap_term *first = cm_lint_term_at(engine->model, a->term);
    const struct certmap_term *second = cm_lint_term_at(engine->model, b->term);
    if (first->kind != second->kind || first->size != second->size)
        return false;
    if (first->kind == CERTMAP_TERM_CONDITION)
        return engine->intern.conditions[a->condition] == engine->intern.conditions[b->condition] ||
               are_same_names(engine, a->condition, b->condition);
    const struct cm_lint_part left = cm_lint_members(a), right = cm_lint_members(b);
    return cm_lint_are_same(engine, &left, &right);
}

/* Whether a term is one of these, each of which counts once. */
static bool has_term(const struct cm_lint_engine *engine, struct cm_lint_part part, const struct cm_lint_part *term) {
    while (part.term < part.end) {
        const struct cm_lint_part first = cm_lint_first_of(engine->model, &part);
        if (is_same_term(engine, &first, term))
            return true;
        part = cm_lint_after(engine->model, &part, &first);
    }
    return false;
}

static bool has_all(const struct cm_lint_engine *engine, struct cm_lint_part part, const struct cm_lint_part *of) {
    while (part.term < part.end) {
        const struct cm_lint_part first = cm_lint_first_of(engine->model, &part);
        if (!has_term(engine, *of, &first))
            return false;
        part = cm_lint_after(engine->model, &part, &first);
    }
    return true;
}

/* As sets: a member that is there twice says nothing new. */
bool cm_lint_are_same(const struct cm_lint_engine *engine, const struct cm_lint_part *a, const struct cm_lint_part *b) {
    return has_all(engine, *a, b) && has_all(engine, *b, a);
}
