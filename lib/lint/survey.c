/* SPDX-License-Identifier: MIT */
#include "question.h"
#include <string.h>

static bool is_name_field(enum certmap_field field) {
    return field == CERTMAP_FIELD_SUBJECT || field == CERTMAP_FIELD_ISSUER;
}

static bool is_string(struct certmap_view view, const char *string) {
    return view.len == strlen(string) && memcmp(view.data, string, view.len) == 0;
}

/* Whether a certificate has one value of the path, or none. */
static bool is_single(const struct cm_lint_engine *engine, const struct cm_lint_path *path) {
    switch ((int)path->field) {
    case CERTMAP_FIELD_SUBJECT:
    case CERTMAP_FIELD_ISSUER:
        return path->subfield.len == 0 || engine->query->one ||
               (engine->query->single && !is_string(path->subfield, "OU") && !is_string(path->subfield, "DC"));
    case CERTMAP_FIELD_SAN:
    case CERTMAP_FIELD_SAN_DIRNAME:
        return engine->query->one;
    case CERTMAP_FIELD_SERIAL:
    case CERTMAP_FIELD_SHA256:
    case CERTMAP_FIELD_SHA1:
    case CERTMAP_FIELD_KEY_SHA256:
    case CERTMAP_FIELD_TBS_SHA256:
    case CERTMAP_FIELD_SKI:
    case CERTMAP_FIELD_AKI:
    case CERTMAP_FIELD_MS_SID:
    case CERTMAP_FIELD_VERSION:
    case CERTMAP_FIELD_VALIDITY:
    case CERTMAP_FIELD_EXTENSION:
    case CERTMAP_FIELD_ISSUER_SHA256:
    case CERTMAP_FIELD_ISSUER_KEY_SHA256:
    case CERTMAP_FIELD_SHA512:
    case CERTMAP_FIELD_KEY_SHA512:
    case CERTMAP_FIELD_KEY_SHA1:
    case CERTMAP_FIELD_ISSUER_SHA1:
    case CERTMAP_FIELD_EXTENSION_TEXT:
        return true;
    default:
        return false;
    }
}

/* Whether every certificate has a value of the path. */
static bool must_be(const struct cm_lint_path *path) {
    switch ((int)path->field) {
    case CERTMAP_FIELD_SERIAL:
    case CERTMAP_FIELD_SHA256:
    case CERTMAP_FIELD_SHA1:
    case CERTMAP_FIELD_KEY_SHA256:
    case CERTMAP_FIELD_TBS_SHA256:
    case CERTMAP_FIELD_SHA512:
    case CERTMAP_FIELD_KEY_SHA512:
    case CERTMAP_FIELD_KEY_SHA1:
    case CERTMAP_FIELD_VERSION:
    case CERTMAP_FIELD_VALIDITY:
        return true;
    default:
        return is_name_field(path->field) && path->subfield.len == 0;
    }
}

/* ---- what there is ---- */

/* What has to be set back after the query: an entry of one of the three tables. */
static void touch(struct cm_lint_engine *engine, uint32_t *entry, size_t number) {
    uint32_t **touched = cm_lint_array_add(&engine->touched, &engine->lint->allocator, sizeof *touched);
    if (touched == NULL) {
        engine->failed = true;
        return;
    }
    *touched = entry;
    *entry = (uint32_t)number + 1;
}

static uint32_t track_of(struct cm_lint_engine *engine, uint32_t path) {
    uint32_t *entry = &engine->track_of[path];
    if (*entry != 0)
        return *entry - 1;
    struct cm_lint_track *track = cm_lint_array_add(&engine->tracks, &engine->lint->allocator, sizeof *track);
    if (track == NULL) {
        engine->failed = true;
        return 0;
    }
    const struct cm_lint_path *is = cm_lint_path_at(engine->model, path);
    track->path = path;
    track->domain = cm_lint_domain_of(is);
    track->single = is_single(engine, is);
    track->must = must_be(is);
    touch(engine, entry, engine->tracks.count - 1);
    return (uint32_t)engine->tracks.count - 1;
}

static void add_operands(struct cm_lint_engine *engine, struct cm_lint_track *track,
                         const struct cm_lint_condition *condition) {
    for (uint32_t i = 0; i < condition->operand_count; i++) {
        const uint32_t operand = engine->intern.operands[condition->operand + i];
        if (engine->place_of[operand] != 0)
            continue;
        uint32_t *added = cm_lint_array_add(&track->operands, &engine->lint->allocator, sizeof *added);
        if (added == NULL) {
            engine->failed = true;
            return;
        }
        *added = operand;
        touch(engine, &engine->place_of[operand], track->operands.count - 1);
    }
}

static void add_count(struct cm_lint_engine *engine, struct cm_lint_track *track, size_t count) {
    for (size_t i = 0; i < track->count_count; i++)
        if (track->counts[i] == count)
            return;
    if (track->count_count == CM_LINT_MAX_COUNTS)
        track->capped = true;
    else
        track->counts[track->count_count++] = count;
    (void)engine;
}

static struct cm_lint_clue *clue_of(struct cm_lint_engine *engine, uint32_t condition) {
    uint32_t *entry = &engine->clue_of[engine->intern.conditions[condition]];
    if (*entry != 0)
        return cm_lint_clue_at(engine, *entry - 1);
    const uint32_t representative = engine->intern.conditions[condition];
    const struct cm_lint_condition *is = cm_lint_condition_at(engine->model, representative);
    struct cm_lint_clue *clue = cm_lint_array_add(&engine->clues, &engine->lint->allocator, sizeof *clue);
    if (clue == NULL) {
        engine->failed = true;
        return NULL;
    }
    clue->condition = representative;
    clue->known = cm_lint_is_known(engine->model, is);
    touch(engine, entry, engine->clues.count - 1);
    if (!clue->known)
        return clue; /* it can be anything: what is impossible all the same is so */
    clue->track = track_of(engine, is->path);
    if (engine->failed)
        return NULL;
    add_operands(engine, cm_lint_track_at(engine, clue->track), is);
    if (is->op == CERTMAP_OP_COUNT && is->count > 1)
        add_count(engine, cm_lint_track_at(engine, clue->track), is->count);
    return clue;
}

/* ---- how many slots ---- */

/* Whether a condition on a rail needs a value of its own. */
static bool needs_value(const struct cm_lint_condition *condition, enum cm_lint_rail rail) {
    if (condition->operand_count == 0)
        return false;
    if (condition->quantifier == CERTMAP_ANY_VALUE)
        return rail == CM_LINT_TRUE || rail == CM_LINT_NOT_FALSE;
    return condition->quantifier == CERTMAP_EVERY_VALUE && (rail == CM_LINT_FALSE || rail == CM_LINT_NOT_TRUE);
}

/* How many of the first values it asks for by their number. */
static size_t front_of(const struct cm_lint_condition *condition) {
    if (condition->quantifier == CERTMAP_AT_VALUE)
        return condition->count;
    return condition->quantifier == CERTMAP_FIRST_VALUE || condition->quantifier == CERTMAP_ONLY_VALUE;
}

static void count_needs(struct cm_lint_engine *engine, uint32_t condition, enum cm_lint_rail rail) {
    struct cm_lint_clue *clue = clue_of(engine, condition);
    if (clue == NULL || !clue->known)
        return;
    const struct cm_lint_condition *is = cm_lint_condition_at(engine->model, clue->condition);
    struct cm_lint_track *track = cm_lint_track_at(engine, clue->track);
    if (needs_value(is, rail) && (clue->needs & 1u << rail) == 0) {
        clue->needs |= 1u << rail;
        track->needs++;
    }
    const size_t front = front_of(is);
    track->front = track->front > front ? track->front : front;
    track->last = track->last || is->quantifier == CERTMAP_LAST_VALUE;
    track->any = track->any || is->quantifier == CERTMAP_EVERY_VALUE || is->operand_count == 0;
}

static enum cm_lint_rail turned(enum cm_lint_rail rail) {
    static const enum cm_lint_rail other[] = {
        [CM_LINT_TRUE] = CM_LINT_FALSE,
        [CM_LINT_FALSE] = CM_LINT_TRUE,
        [CM_LINT_NOT_FALSE] = CM_LINT_NOT_TRUE,
        [CM_LINT_NOT_TRUE] = CM_LINT_NOT_FALSE,
    };
    return other[rail];
}

/* Term by term: within a group that is negated the rail is the other one. Groups nest a fixed number of times. */
static void survey(struct cm_lint_engine *engine, struct cm_lint_part part, enum cm_lint_rail rail) {
    while (part.term < part.end && !engine->failed) {
        const struct cm_lint_part first = cm_lint_first_of(engine->model, &part);
        const enum certmap_term_kind kind = cm_lint_term_at(engine->model, part.term)->kind;
        if (kind == CERTMAP_TERM_CONDITION)
            count_needs(engine, part.condition, rail);
        else if (kind != CERTMAP_TERM_ALWAYS)
            survey(engine, cm_lint_members(&first), kind == CERTMAP_TERM_NOT ? turned(rail) : rail);
        part = cm_lint_after(engine->model, &part, &first);
    }
}

/* ---- rooms ---- */

static bool make_items(struct cm_lint_engine *engine, struct cm_lint_track *track) {
    const size_t count = track->operands.count;
    track->items = cm_lint_pool_take(&engine->pool, count + 1, sizeof *track->items);
    track->atoms = cm_lint_pool_take(&engine->pool, count + 1, sizeof *track->atoms);
    for (size_t i = 0; track->items != NULL && i < count; i++)
        track->items[i].operand = cm_lint_operand_at(engine->model, cm_lint_track_operand(track, i));
    return !engine->pool.failed;
}

/* How each operand is compared, which its conditions say. */
static bool read_operands(struct cm_lint_engine *engine, const struct cm_lint_clue *clue) {
    const struct cm_lint_condition *condition = cm_lint_condition_at(engine->model, clue->condition);
    struct cm_lint_track *track = cm_lint_track_at(engine, clue->track);
    for (uint32_t i = 0; i < condition->operand_count; i++) {
        const uint32_t place = engine->place_of[engine->intern.operands[condition->operand + i]] - 1;
        struct cm_lint_atom *atom = &track->atoms[place];
        track->items[place].op = condition->op;
        track->items[place].nocase = condition->nocase;
        track->items[place].exact = condition->exact;
        if (track->domain > CM_LINT_DOMAIN_SID || atom->symbols != NULL)
            continue;
        *atom = condition->op == CERTMAP_OP_MATCHES
                    ? cm_lint_atom_make(&engine->pool, certmap_view_of("*"), true) /* theory.c asks the matcher */
                    : cm_lint_atom_make(&engine->pool, cm_lint_compared(track->items[place].operand),
                                        condition->op == CERTMAP_OP_LIKE);
        atom->nocase = condition->nocase;
    }
    return !engine->pool.failed;
}

static bool make_slots(struct cm_lint_engine *engine, struct cm_lint_track *track) {
    size_t count = track->single ? 1 : track->needs + track->front + track->last + track->any;
    count = count < track->min_slots && !track->single ? track->min_slots : count;
    track->capped = track->capped || count > CM_LINT_MAX_SLOTS;
    track->slot_count = count == 0 ? 1 : count > CM_LINT_MAX_SLOTS ? CM_LINT_MAX_SLOTS : count;
    track->slots = cm_lint_pool_take(&engine->pool, track->slot_count, sizeof *track->slots);
    for (size_t i = 0; track->slots != NULL && i < track->slot_count; i++)
        track->slots[i].takes = cm_lint_pool_take(&engine->pool, track->operands.count + 1, sizeof(int));
    for (size_t i = 0; track->slots != NULL && track->domain == CM_LINT_DOMAIN_NAME && i < track->slot_count; i++)
        track->slots[i].unsure = cm_lint_pool_take(&engine->pool, track->operands.count + 1, sizeof(int));
    return !engine->pool.failed;
}

bool cm_lint_survey(struct cm_lint_engine *engine) {
    for (size_t i = 0; i < engine->query->count && !engine->failed; i++) {
        const struct cm_lint_want *want = &engine->query->wants[i];
        survey(engine, want->part, want->rail == CM_LINT_KNOWN ? CM_LINT_TRUE : want->rail);
        if (want->rail == CM_LINT_KNOWN)
            survey(engine, want->part, CM_LINT_FALSE);
    }
    for (size_t i = 0; i < engine->tracks.count && !engine->failed; i++)
        engine->failed = !make_items(engine, cm_lint_track_at(engine, i));
    for (size_t i = 0; i < engine->clues.count && !engine->failed; i++)
        engine->failed = cm_lint_clue_at(engine, i)->known && !read_operands(engine, cm_lint_clue_at(engine, i));
    if (!engine->failed)
        cm_lint_correlate(engine);
    for (size_t i = 0; i < engine->tracks.count && !engine->failed; i++)
        engine->failed = !make_slots(engine, cm_lint_track_at(engine, i));
    return !engine->failed;
}
