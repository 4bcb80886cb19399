/* SPDX-License-Identifier: MIT */
/* Clauses. Whoever has no memory sets engine->failed; the solver then holds nonsense that is never asked. */
#include "question.h"
#include <stdlib.h>
#include <string.h>

/* ---- literals ---- */

static int variable(struct cm_lint_engine *engine) {
    return cm_lint_sat_variable(engine->sat);
}

#define CLAUSE(engine, ...)                                                                                            \
    do {                                                                                                               \
        const int clause_[] = {__VA_ARGS__};                                                                           \
        cm_lint_sat_clause((engine)->sat, clause_, sizeof clause_ / sizeof *clause_);                                  \
    } while (0)

static int *room(struct cm_lint_engine *engine, size_t count) {
    int *made = cm_lint_pool_take(&engine->pool, count + 1, sizeof *made);
    engine->failed = engine->failed || made == NULL;
    return made;
}

/* A literal that holds exactly if all of them do. */
static int and_of(struct cm_lint_engine *engine, const int *literals, size_t count) {
    if (count == 1)
        return literals[0];
    const int all = variable(engine);
    int *clause = room(engine, count + 1);
    if (clause == NULL)
        return all;
    for (size_t i = 0; i < count; i++) {
        CLAUSE(engine, -all, literals[i]);
        clause[i] = -literals[i];
    }
    clause[count] = all;
    cm_lint_sat_clause(engine->sat, clause, count + 1);
    return all;
}

/* One that holds exactly if one of them does. */
static int or_of(struct cm_lint_engine *engine, const int *literals, size_t count) {
    int *negated = room(engine, count);
    if (negated == NULL)
        return variable(engine);
    for (size_t i = 0; i < count; i++)
        negated[i] = -literals[i];
    return -and_of(engine, negated, count);
}

static int both(struct cm_lint_engine *engine, int a, int b) {
    return and_of(engine, (const int[]){a, b}, 2);
}

static int either(struct cm_lint_engine *engine, int a, int b) {
    return or_of(engine, (const int[]){a, b}, 2);
}

/* ---- paths ---- */

/* What is known of two operands at once: texts without wildcards differ. Else the theory finds out. */
static void separate(struct cm_lint_engine *engine, const struct cm_lint_track *track, size_t a, size_t b) {
    const bool apart = track->domain >= CM_LINT_DOMAIN_OID ||
                       (track->domain <= CM_LINT_DOMAIN_SID && track->atoms[a].exact && track->atoms[b].exact &&
                        track->atoms[a].nocase == track->atoms[b].nocase &&
                        !cm_lint_atom_matches(&track->atoms[a], track->atoms[b].symbols, track->atoms[b].count));
    for (size_t k = 0; apart && k < track->slot_count; k++)
        CLAUSE(engine, -track->slots[k].takes[a], -track->slots[k].takes[b]);
}

/* Most operands of a path of which pairs are looked at before the theory is asked. */
#define MAX_PAIRED 200

/* ---- many texts that differ ---- */

/* A text without wildcards. Those with the same hash are taken for the same. */
struct text {
    uint64_t hash;
    size_t operand;
};

static uint64_t hash_of(const struct cm_lint_atom *atom, bool folded) {
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < atom->count; i++)
        hash = (hash ^ (folded ? cm_lint_lower(atom->symbols[i]) : atom->symbols[i])) * UINT64_C(0x100000001B3);
    return hash;
}

static int compare_texts(const void *a, const void *b) {
    const struct text *left = a, *right = b;
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return left->operand < right->operand ? -1 : left->operand > right->operand;
}

/* Texts of which a value is one at most: those that are compared with case; or, folded, those without, and those with case that
 * are ASCII, of which it is known what they fold to. */
static bool is_among(const struct cm_lint_atom *atom, bool folded) {
    return atom->exact && (folded ? atom->nocase || cm_lint_atom_is_ascii(atom) : !atom->nocase);
}

static size_t collect_texts(const struct cm_lint_track *track, bool folded, struct text *texts) {
    size_t count = 0;
    for (size_t i = 0; i < track->operands.count; i++)
        if (is_among(&track->atoms[i], folded))
            texts[count++] = (struct text){hash_of(&track->atoms[i], folded), i};
    qsort(texts, count, sizeof *texts, compare_texts);
    return count;
}

/* That a slot takes one of them at most: a variable for each says that it takes this one or one before. */
static void encode_one_text(struct cm_lint_engine *engine, const struct cm_lint_slot *slot, const struct text *texts,
                            size_t count) {
    int before = 0, reached = 0; /* 0: there is none */
    for (size_t i = 0; i < count; i++) {
        const int takes = slot->takes[texts[i].operand];
        if (i == 0 || texts[i].hash != texts[i - 1].hash) {
            before = reached;
            reached = variable(engine);
            if (before != 0)
                CLAUSE(engine, -before, reached);
        }
        CLAUSE(engine, -takes, reached);
        if (before != 0)
            CLAUSE(engine, -before, -takes);
    }
}

static bool is_same_text(const struct cm_lint_atom *a, const struct cm_lint_atom *b, bool folded) {
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (folded ? cm_lint_lower(a->symbols[i]) != cm_lint_lower(b->symbols[i]) : a->symbols[i] != b->symbols[i])
            return false;
    return true;
}

/* Most texts of one hash that others are looked at beside: operands that are the same are one, but for the operator. */
#define MAX_ALIKE 8

/* That a slot which takes one of these, which have one hash, takes those that are the same; folded, those without case. */
static void encode_alike(struct cm_lint_engine *engine, const struct cm_lint_track *track, size_t slot, bool folded,
                         const struct text *texts, size_t count) {
    const int *takes = track->slots[slot].takes;
    for (size_t a = 0, looked_at = 0; count > 1 && a < count && looked_at < MAX_ALIKE; a++) {
        const struct cm_lint_atom *atom = &track->atoms[texts[a].operand];
        if (folded && !atom->nocase)
            continue;
        looked_at++;
        for (size_t b = 0; b < count; b++)
            if (a != b && is_same_text(&track->atoms[texts[b].operand], atom, folded))
                CLAUSE(engine, -takes[texts[b].operand], takes[texts[a].operand]);
    }
}

static void encode_all_alike(struct cm_lint_engine *engine, const struct cm_lint_track *track, size_t slot, bool folded,
                             const struct text *texts, size_t count) {
    for (size_t begin = 0, end = 0; begin < count; begin = end) {
        while (end < count && texts[end].hash == texts[begin].hash)
            end++;
        encode_alike(engine, track, slot, folded, texts + begin, end - begin);
    }
}

/* Of so many operands pairs are too many, and the theory would have to find out each. */
static void encode_many_texts(struct cm_lint_engine *engine, const struct cm_lint_track *track) {
    struct text *texts = cm_lint_pool_take(&engine->pool, track->operands.count, sizeof *texts);
    engine->failed = engine->failed || texts == NULL;
    for (int folded = 0; folded < 2 && texts != NULL; folded++) {
        const size_t count = collect_texts(track, folded != 0, texts);
        for (size_t k = 0; k < track->slot_count; k++) {
            encode_one_text(engine, &track->slots[k], texts, count);
            encode_all_alike(engine, track, k, folded != 0, texts, count);
        }
    }
}

/* In a whole Name some attributes may be unreadable: then it is another Name than one that differs in others, and is under
 * one, or fits a pattern, that does not look at them. */
static void encode_unsure(struct cm_lint_engine *engine, const struct cm_lint_track *track,
                          const struct cm_lint_slot *slot) {
    for (size_t i = 0; slot->unsure != NULL && i < track->operands.count; i++) {
        slot->unsure[i] = variable(engine);
        CLAUSE(engine, -slot->unsure[i], slot->unreadable);
        if (track->items[i].op == CERTMAP_OP_EQUAL)
            CLAUSE(engine, -slot->unreadable, -slot->takes[i], slot->unsure[i]);
    }
}

static void encode_slots(struct cm_lint_engine *engine, struct cm_lint_track *track) {
    for (size_t k = 0; k < track->slot_count; k++) {
        struct cm_lint_slot *slot = &track->slots[k];
        slot->there = variable(engine);
        slot->unreadable = variable(engine);
        if (engine->query->readable)
            CLAUSE(engine, -slot->unreadable);
        if (k > 0)
            CLAUSE(engine, -slot->there, track->slots[k - 1].there);
        for (size_t i = 0; i < track->operands.count; i++)
            slot->takes[i] = variable(engine);
        encode_unsure(engine, track, slot);
    }
    if (track->operands.count > MAX_PAIRED && track->domain <= CM_LINT_DOMAIN_SID)
        encode_many_texts(engine, track);
    for (size_t a = 0; a < track->operands.count && track->operands.count <= MAX_PAIRED; a++)
        for (size_t b = a + 1; b < track->operands.count; b++)
            separate(engine, track, a, b);
}

/* That there are so many values excludes one value, less, and any other number. */
static void encode_counts(struct cm_lint_engine *engine, struct cm_lint_track *track) {
    for (size_t i = 0; i < track->count_count; i++) {
        const int has = track->has_count[i] = variable(engine);
        CLAUSE(engine, -has, track->slots[0].there);
        CLAUSE(engine, -has, -track->only_one);
        if (track->counts[i] < track->slot_count)
            CLAUSE(engine, -has, -track->slots[track->counts[i]].there);
        for (size_t k = 0; k < i; k++)
            CLAUSE(engine, -has, -track->has_count[k]);
    }
}

/* Where conditions ask for the second value or a later one by its number, the slots are the first values one by one: only
 * the last slot may stand for several. */
static void encode_front(struct cm_lint_engine *engine, struct cm_lint_track *track) {
    if (track->front < 2 || track->slot_count < 2)
        return;
    CLAUSE(engine, -track->slots[0].there, track->only_one, track->slots[1].there);
    for (size_t i = 0; i < track->count_count; i++) {
        const size_t count = track->counts[i], last = count < track->slot_count ? count : track->slot_count;
        CLAUSE(engine, -track->has_count[i], track->slots[last - 1].there);
        if (count < track->slot_count)
            CLAUSE(engine, -track->slots[count - 1].there, track->slots[count].there, track->has_count[i]);
    }
}

/* Which fields are known or unknown together with others. */
static bool is_known_list(const struct cm_lint_engine *engine, const struct cm_lint_track *track) {
    const enum certmap_field field = cm_lint_path_at(engine->model, track->path)->field;
    return engine->query->readable || field == CERTMAP_FIELD_SUBJECT || field == CERTMAP_FIELD_ISSUER;
}

static int unknown_of(struct cm_lint_engine *engine, size_t number) {
    const enum certmap_field field = cm_lint_path_at(engine->model, cm_lint_track_at(engine, number)->path)->field;
    for (size_t i = 0; i < number && field != CERTMAP_FIELD_EXTENSION && field != CERTMAP_FIELD_EXTENSION_TEXT; i++)
        if (cm_lint_path_at(engine->model, cm_lint_track_at(engine, i)->path)->field == field)
            return cm_lint_track_at(engine, i)->unknown;
    return variable(engine);
}

static void encode_track(struct cm_lint_engine *engine, size_t number) {
    struct cm_lint_track *track = cm_lint_track_at(engine, number);
    track->unknown = unknown_of(engine, number);
    if (is_known_list(engine, track))
        CLAUSE(engine, -track->unknown);
    encode_slots(engine, track);
    track->only_one = variable(engine);
    CLAUSE(engine, -track->only_one, track->slots[0].there);
    if (track->slot_count > 1)
        CLAUSE(engine, -track->only_one, -track->slots[1].there);
    if (track->single)
        CLAUSE(engine, -track->slots[0].there, track->only_one);
    if (track->must)
        CLAUSE(engine, track->slots[0].there);
    encode_counts(engine, track);
    encode_front(engine, track);
}

/* ---- conditions ---- */

/* Whether the number of values is what a condition counts to. */
static int counted(struct cm_lint_engine *engine, const struct cm_lint_track *track,
                   const struct cm_lint_condition *condition) {
    if (condition->op == CERTMAP_OP_PRESENT)
        return track->slots[0].there;
    if (condition->op == CERTMAP_OP_ABSENT || condition->count == 0)
        return -track->slots[0].there;
    if (condition->count == 1)
        return track->only_one;
    for (size_t i = 0; i < track->count_count; i++)
        if (track->counts[i] == condition->count)
            return track->has_count[i];
    return variable(engine); /* the track is capped */
}

/* Of each slot: that it is there and satisfies the condition; that it is there and readable and does not. */
struct sides {
    int yes[CM_LINT_MAX_SLOTS], no[CM_LINT_MAX_SLOTS];
};

/* Of a whole Name each operand for itself may be one of which nothing is known. */
static void encode_name_sides(struct cm_lint_engine *engine, struct sides *sides, const struct cm_lint_track *track,
                              const struct cm_lint_condition *condition) {
    int *yes = room(engine, condition->operand_count), *no = room(engine, condition->operand_count);
    for (size_t k = 0; yes != NULL && no != NULL && k < track->slot_count; k++) {
        const struct cm_lint_slot *slot = &track->slots[k];
        for (uint32_t i = 0; i < condition->operand_count; i++) {
            const size_t place = engine->place_of[engine->intern.operands[condition->operand + i]] - 1;
            yes[i] = both(engine, slot->takes[place], -slot->unsure[place]);
            no[i] = both(engine, -slot->takes[place], -slot->unsure[place]);
        }
        sides->yes[k] = both(engine, slot->there, or_of(engine, yes, condition->operand_count));
        sides->no[k] = both(engine, slot->there, and_of(engine, no, condition->operand_count));
    }
}

static void encode_sides(struct cm_lint_engine *engine, struct sides *sides, const struct cm_lint_track *track,
                         const struct cm_lint_condition *condition) {
    if (track->domain == CM_LINT_DOMAIN_NAME) {
        encode_name_sides(engine, sides, track, condition);
        return;
    }
    int *takes = room(engine, condition->operand_count);
    for (size_t k = 0; takes != NULL && k < track->slot_count; k++) {
        const struct cm_lint_slot *slot = &track->slots[k];
        for (uint32_t i = 0; i < condition->operand_count; i++)
            takes[i] = slot->takes[engine->place_of[engine->intern.operands[condition->operand + i]] - 1];
        const int any = or_of(engine, takes, condition->operand_count);
        sides->yes[k] = and_of(engine, (const int[]){slot->there, -slot->unreadable, any}, 3);
        sides->no[k] = and_of(engine, (const int[]){slot->there, -slot->unreadable, -any}, 3);
    }
}

/* Each slot that is there is on the side. */
static int all_are(struct cm_lint_engine *engine, const struct cm_lint_track *track, const int *side) {
    int each[CM_LINT_MAX_SLOTS];
    for (size_t k = 0; k < track->slot_count; k++)
        each[k] = either(engine, -track->slots[k].there, side[k]);
    return and_of(engine, each, track->slot_count);
}

static int last_is(struct cm_lint_engine *engine, const struct cm_lint_track *track, const int *side) {
    int each[CM_LINT_MAX_SLOTS];
    for (size_t k = 0; k < track->slot_count; k++)
        each[k] = k + 1 < track->slot_count ? both(engine, side[k], -track->slots[k + 1].there) : side[k];
    return or_of(engine, each, track->slot_count);
}

/* The value of a number. Where there are fewer slots, the path has one value at most, or it is capped. */
static void encode_at(struct cm_lint_engine *engine, struct cm_lint_clue *clue, const struct cm_lint_track *track,
                      size_t number, const struct sides *sides) {
    if (number <= track->slot_count) {
        clue->is_true = sides->yes[number - 1];
        clue->is_false = either(engine, -track->slots[number - 1].there, sides->no[number - 1]);
        return;
    }
    clue->is_true = variable(engine);
    clue->is_false = -clue->is_true;
    if (!track->capped)
        CLAUSE(engine, clue->is_false);
}

static void encode_quantified(struct cm_lint_engine *engine, struct cm_lint_clue *clue,
                              const struct cm_lint_track *track, const struct cm_lint_condition *condition) {
    struct sides sides;
    memset(&sides, 0, sizeof sides);
    const size_t count = track->slot_count;
    const int none = -track->slots[0].there;
    encode_sides(engine, &sides, track, condition);
    if (engine->failed)
        return;
    switch (condition->quantifier) {
    case CERTMAP_ANY_VALUE:
        clue->is_true = or_of(engine, sides.yes, count);
        clue->is_false = all_are(engine, track, sides.no);
        break;
    case CERTMAP_EVERY_VALUE:
        clue->is_true = both(engine, -none, all_are(engine, track, sides.yes));
        clue->is_false = either(engine, none, or_of(engine, sides.no, count));
        break;
    case CERTMAP_FIRST_VALUE:
        clue->is_true = sides.yes[0];
        clue->is_false = either(engine, none, sides.no[0]);
        break;
    case CERTMAP_LAST_VALUE:
        clue->is_true = last_is(engine, track, sides.yes);
        clue->is_false = either(engine, none, last_is(engine, track, sides.no));
        break;
    case CERTMAP_ONLY_VALUE:
        clue->is_true = both(engine, track->only_one, sides.yes[0]);
        clue->is_false = either(engine, -track->only_one, sides.no[0]);
        break;
    case CERTMAP_AT_VALUE:
        encode_at(engine, clue, track, condition->count, &sides);
        break;
    }
}

/* What the analysis does not know is anything: true, false or unknown. */
static void encode_unknown(struct cm_lint_engine *engine, struct cm_lint_clue *clue) {
    clue->is_true = variable(engine);
    clue->is_false = variable(engine);
    CLAUSE(engine, -clue->is_true, -clue->is_false);
    if (engine->query->readable)
        CLAUSE(engine, clue->is_true, clue->is_false);
}

static void encode_clue(struct cm_lint_engine *engine, struct cm_lint_clue *clue) {
    if (!clue->known) {
        encode_unknown(engine, clue);
        return;
    }
    const struct cm_lint_condition *condition = cm_lint_condition_at(engine->model, clue->condition);
    const struct cm_lint_track *track = cm_lint_track_at(engine, clue->track);
    if (condition->operand_count == 0) {
        clue->is_true = counted(engine, track, condition);
        clue->is_false = -clue->is_true;
    } else {
        encode_quantified(engine, clue, track, condition);
    }
    clue->is_true = both(engine, -track->unknown, clue->is_true);
    clue->is_false = both(engine, -track->unknown, clue->is_false);
}

/* ---- expressions ---- */

static enum cm_lint_rail turned(enum cm_lint_rail rail) {
    return rail == CM_LINT_TRUE        ? CM_LINT_FALSE
           : rail == CM_LINT_FALSE     ? CM_LINT_TRUE
           : rail == CM_LINT_NOT_FALSE ? CM_LINT_NOT_TRUE
                                       : CM_LINT_NOT_FALSE;
}

static bool is_positive(enum cm_lint_rail rail) {
    return rail == CM_LINT_TRUE || rail == CM_LINT_NOT_FALSE;
}

static int literal_of(const struct cm_lint_engine *engine, uint32_t condition, enum cm_lint_rail rail) {
    const struct cm_lint_clue *clue =
        cm_lint_clue_at(engine, engine->clue_of[engine->intern.conditions[condition]] - 1);
    switch (rail) {
    case CM_LINT_TRUE:
        return clue->is_true;
    case CM_LINT_FALSE:
        return clue->is_false;
    case CM_LINT_NOT_FALSE:
        return -clue->is_false;
    case CM_LINT_NOT_TRUE:
        return -clue->is_true;
    case CM_LINT_KNOWN:
        break;
    }
    return 0;
}

static void assert_terms(struct cm_lint_engine *engine, int guard, struct cm_lint_part part, bool each,
                         enum cm_lint_rail rail);

/* The guard implies that one term is on the rail. */
static void assert_term(struct cm_lint_engine *engine, int guard, const struct cm_lint_part *term,
                        enum cm_lint_rail rail) {
    switch (cm_lint_term_at(engine->model, term->term)->kind) {
    case CERTMAP_TERM_CONDITION:
        CLAUSE(engine, -guard, literal_of(engine, term->condition, rail));
        break;
    case CERTMAP_TERM_ALWAYS:
        if (!is_positive(rail))
            CLAUSE(engine, -guard);
        break;
    case CERTMAP_TERM_NOT:
        assert_terms(engine, guard, cm_lint_members(term), !is_positive(rail), turned(rail));
        break;
    case CERTMAP_TERM_ALL:
        assert_terms(engine, guard, cm_lint_members(term), is_positive(rail), rail);
        break;
    case CERTMAP_TERM_ANY:
        assert_terms(engine, guard, cm_lint_members(term), !is_positive(rail), rail);
        break;
    }
}

/* The guard implies that each term, or one of them, is on the rail. */
static void assert_terms(struct cm_lint_engine *engine, int guard, struct cm_lint_part part, bool each,
                         enum cm_lint_rail rail) {
    int *clause = each ? NULL : room(engine, part.end - part.term + 1);
    size_t count = 0;
    if (!each && clause == NULL)
        return;
    if (!each)
        clause[count++] = -guard;
    while (part.term < part.end) {
        const struct cm_lint_part first = cm_lint_first_of(engine->model, &part);
        if (each) {
            assert_term(engine, guard, &first, rail);
        } else if (cm_lint_term_at(engine->model, first.term)->kind == CERTMAP_TERM_CONDITION) {
            clause[count++] = literal_of(engine, first.condition, rail);
        } else {
            const int own = clause[count++] = variable(engine);
            assert_term(engine, own, &first, rail);
        }
        part = cm_lint_after(engine->model, &part, &first);
    }
    if (!each)
        cm_lint_sat_clause(engine->sat, clause, count);
}

/* The guard implies that what is wanted holds. */
static void assert_want(struct cm_lint_engine *engine, int guard, const struct cm_lint_want *want) {
    if (want->rail != CM_LINT_KNOWN) {
        assert_terms(engine, guard, want->part, is_positive(want->rail), want->rail);
        return;
    }
    const int is_true = variable(engine), is_false = variable(engine);
    CLAUSE(engine, -guard, is_true, is_false);
    assert_terms(engine, is_true, want->part, true, CM_LINT_TRUE);
    assert_terms(engine, is_false, want->part, false, CM_LINT_FALSE);
}

bool cm_lint_encode(struct cm_lint_engine *engine, int *guards) {
    for (size_t i = 0; i < engine->tracks.count; i++)
        encode_track(engine, i);
    cm_lint_encode_ties(engine);
    for (size_t i = 0; i < engine->clues.count && !engine->failed; i++)
        encode_clue(engine, cm_lint_clue_at(engine, i));
    for (size_t i = 0; i < engine->query->count && !engine->failed; i++) {
        guards[i] = variable(engine);
        assert_want(engine, guards[i], &engine->query->wants[i]);
    }
    return !engine->failed;
}
