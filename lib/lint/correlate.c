/* SPDX-License-Identifier: MIT */
/* A whole Name says how many values each of its attributes has, and nearly what they are: Names compare without case and
 * without insignificant space (RFC 5280 7.1), attributes do not. So of an attribute only that is a fact which holds of
 * all texts that are the same in a Name. A Name under another one begins with its values. */
#include "certmap/explain.h"
#include "question.h"
#include <string.h>

/* A whole Name and an attribute of it. */
struct tie {
    uint32_t name, operand, track;
    bool subtree;
    size_t count;                /* of values */
    struct certmap_view *values; /* data NULL: unreadable */
};

/* Most values of an attribute of one Name that are followed. */
#define MAX_TIED 32

static bool is_of(const struct certmap_value *value, const struct cm_lint_path *path) {
    return value->subfield.len == path->subfield.len &&
           memcmp(value->subfield.data, path->subfield.data, path->subfield.len) == 0;
}

/* The values of an attribute of the peer's subject. */
static void read_values(struct cm_lint_engine *engine, struct tie *tie, const struct cm_lint_path *path) {
    struct certmap_peer *peer = engine->lint->peer;
    tie->values = cm_lint_pool_take(&engine->pool, MAX_TIED, sizeof *tie->values);
    for (size_t i = 0; tie->values != NULL && i < certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT); i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        const enum certmap_status status = certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, i, NULL);
        if (status != CERTMAP_OK) {
            engine->failed = engine->failed || status == CERTMAP_ERROR_MEMORY;
            engine->inexact = true;
            return;
        }
        if (!is_of(&value, path))
            continue;
        if (tie->count == MAX_TIED) {
            engine->inexact = true;
            return;
        }
        if (value.text.data != NULL)
            tie->values[tie->count] = cm_lint_pool_copy(&engine->pool, value.text);
        tie->count++;
    }
}

static void tie_operand(struct cm_lint_engine *engine, size_t name, size_t operand) {
    const struct cm_lint_track *from = cm_lint_track_at(engine, name);
    const enum certmap_field field = cm_lint_path_at(engine->model, from->path)->field;
    bool set = false;
    if (from->items[operand].op == CERTMAP_OP_LIKE)
        return; /* a pattern is no Name */
    for (size_t i = 0; i < engine->tracks.count && !engine->failed; i++) {
        struct cm_lint_track *track = cm_lint_track_at(engine, i);
        const struct cm_lint_path *path = cm_lint_path_at(engine->model, track->path);
        if (path->field != field || path->subfield.len == 0)
            continue;
        if (!set && !cm_lint_name_set(engine->lint->peer, &engine->pool, cm_lint_shown(from->items[operand].operand))) {
            engine->inexact = true;
            return;
        }
        set = true;
        struct tie *tie = cm_lint_array_add(&engine->ties, &engine->lint->allocator, sizeof *tie);
        if (tie == NULL) {
            engine->failed = true;
            return;
        }
        *tie = (struct tie){
            (uint32_t)name, (uint32_t)operand, (uint32_t)i, from->items[operand].op == CERTMAP_OP_UNDER, 0, NULL};
        read_values(engine, tie, path);
        const size_t needed = tie->count + track->needs + track->front + track->last + track->any;
        track->min_slots = track->min_slots > needed ? track->min_slots : needed;
    }
}

void cm_lint_correlate(struct cm_lint_engine *engine) {
    for (size_t i = 0; i < engine->tracks.count && !engine->failed; i++) {
        const struct cm_lint_track *track = cm_lint_track_at(engine, i);
        const enum certmap_field field = cm_lint_path_at(engine->model, track->path)->field;
        for (size_t k = 0;
             track->domain == CM_LINT_DOMAIN_NAME && field != CERTMAP_FIELD_SAN && k < track->operands.count; k++)
            tie_operand(engine, i, k);
    }
}

/* ---- what a value of a Name says ---- */

static bool is_plain(struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] >= 0x80)
            return false;
    return true;
}

/* The text in lower case and without spaces. */
static size_t squeeze(uint32_t *letters, struct certmap_view text, bool *has_space) {
    size_t len = 0;
    *has_space = false;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == ' ')
            *has_space = true;
        else
            letters[len++] = cm_lint_lower(text.data[i]);
    return len;
}

/* A pattern in lower case that takes, without its spaces, whatever the atom takes, at least. */
static struct cm_lint_atom widen(struct cm_lint_pool *pool, const struct cm_lint_atom *atom) {
    uint32_t *symbols = cm_lint_pool_take(pool, atom->count + 1, sizeof *symbols);
    struct cm_lint_atom wide = {symbols, 0, atom->exact, true};
    for (size_t i = 0; symbols != NULL && i < atom->count; i++)
        if (atom->symbols[i] >= CM_LINT_ONE)
            symbols[wide.count++] = CM_LINT_MANY;
        else if (atom->symbols[i] != ' ')
            symbols[wide.count++] = cm_lint_lower(atom->symbols[i]);
    return wide;
}

/* Whether the atom takes the text with whatever case and spaces: it looks for something inside, without case. */
static bool takes_anyhow(const struct cm_lint_atom *atom) {
    bool plain = atom->nocase && atom->count >= 2 && atom->symbols[0] == CM_LINT_MANY &&
                 atom->symbols[atom->count - 1] == CM_LINT_MANY;
    for (size_t i = 0; i < atom->count; i++)
        plain = plain && atom->symbols[i] != ' ' && atom->symbols[i] != CM_LINT_ONE;
    return plain;
}

/* 1: it takes each text that is the same in a Name; -1: none of them; 0: some. *usual: as this one. */
static int sign_of(struct cm_lint_engine *engine, const struct cm_lint_atom *atom, struct certmap_view text,
                   int *usual) {
    uint32_t *letters = cm_lint_pool_take(&engine->pool, text.len + 1, sizeof *letters);
    bool has_space;
    *usual = 0;
    if (letters == NULL || !is_plain(text))
        return 0;
    const struct cm_lint_atom wide = widen(&engine->pool, atom);
    const size_t len = squeeze(letters, text, &has_space);
    if (wide.symbols == NULL)
        return 0;
    if (!cm_lint_atom_matches(&wide, letters, len))
        return -1;
    if (takes_anyhow(atom) && !has_space)
        return 1;
    for (size_t i = 0; i < text.len; i++)
        letters[i] = text.data[i];
    *usual = cm_lint_atom_matches(atom, letters, text.len) ? 1 : -1;
    return 0;
}

/* ---- clauses ---- */

/* The Name implies the literal; only usually, if it is so. */
static void imply(struct cm_lint_engine *engine, const struct tie *tie, int literal, bool usually) {
    const struct cm_lint_slot *slot = &cm_lint_track_at(engine, tie->name)->slots[0];
    const int clause[] = {-slot->takes[tie->operand], slot->unreadable, literal, -engine->usual};
    cm_lint_sat_clause(engine->sat, clause, usually ? 4 : 3);
}

static void encode_value(struct cm_lint_engine *engine, const struct tie *tie, size_t at) {
    const struct cm_lint_track *track = cm_lint_track_at(engine, tie->track);
    const struct cm_lint_slot *slot = &track->slots[at];
    const struct certmap_view text = tie->values[at];
    imply(engine, tie, slot->there, false);
    imply(engine, tie, text.data != NULL ? -slot->unreadable : slot->unreadable, false);
    for (size_t i = 0; text.data != NULL && i < track->operands.count; i++) {
        int usual;
        const int sign =
            track->items[i].op == CERTMAP_OP_MATCHES ? usual = 0 : sign_of(engine, &track->atoms[i], text, &usual);
        if (sign != 0)
            imply(engine, tie, sign > 0 ? slot->takes[i] : -slot->takes[i], false);
        else if (usual != 0)
            imply(engine, tie, usual > 0 ? slot->takes[i] : -slot->takes[i], true);
    }
}

static void encode_number(struct cm_lint_engine *engine, const struct tie *tie) {
    const struct cm_lint_track *track = cm_lint_track_at(engine, tie->track);
    if (!tie->subtree && tie->count < track->slot_count)
        imply(engine, tie, -track->slots[tie->count].there, false);
    if (!tie->subtree || tie->count > 1)
        imply(engine, tie, tie->count == 1 ? track->only_one : -track->only_one, false);
    for (size_t i = 0; i < track->count_count; i++)
        if (tie->subtree ? track->counts[i] < tie->count : track->counts[i] != tie->count)
            imply(engine, tie, -track->has_count[i], false);
        else if (!tie->subtree)
            imply(engine, tie, track->has_count[i], false);
}

void cm_lint_encode_ties(struct cm_lint_engine *engine) {
    engine->usual = engine->ties.count > 0 ? cm_lint_sat_variable(engine->sat) : 0;
    for (size_t i = 0; i < engine->ties.count && !engine->failed; i++) {
        const struct tie *tie = (const struct tie *)engine->ties.items + i;
        const struct cm_lint_track *track = cm_lint_track_at(engine, tie->track);
        if (tie->values == NULL || track->slot_count < tie->count) {
            engine->inexact = true;
            continue;
        }
        for (size_t k = 0; k < tie->count; k++)
            encode_value(engine, tie, k);
        encode_number(engine, tie);
    }
}

size_t cm_lint_tied_slots(const struct cm_lint_engine *engine, size_t track) {
    size_t filled = 0;
    for (size_t i = 0; i < engine->ties.count; i++) {
        const struct tie *tie = (const struct tie *)engine->ties.items + i;
        const struct cm_lint_track *name = cm_lint_track_at(engine, tie->name);
        if (tie->track != track || !cm_lint_sat_holds(engine->sat, name->slots[0].takes[tie->operand]))
            continue;
        if (!tie->subtree)
            return SIZE_MAX;
        filled = tie->count > filled ? tie->count : filled;
    }
    return filled;
}
