/* SPDX-License-Identifier: MIT */
/* The effects of an edit where mappings decide together, or the policy changed. What a rule set answers has one of a few
 * causes, each of which is a role:
 *
 *     nobody is not false        NONE
 *     a deny is not false        DENY
 *     an allow is true           ALLOW; or DENY, where what it gives cannot be built
 *     an allow is unknown        NONE; under most-specific with another one that is true, and better than any deny
 *     two allows are true        NONE, under unique
 *
 * Each role of the old rules is tried with each of the new ones. Where the mapping of the edit is all that differs, it has
 * a role on one side at least. */
#include "diff.h"

/* Most pairs of roles that are looked at for one edit: most need no question. */
#define MAX_PAIRS 2000000

struct joint {
    struct cm_diff *diff;
    uint32_t subject;
    struct cm_diff_suspects *suspects; /* of one plan, of each side */
    uint8_t *excluded[CM_DIFF_TIMES];  /* of each simple role: 1: it cannot be; 2: it can, as far as is known */
    size_t pairs;
};

/* ---- roles ---- */

static bool allows(const struct cm_diff *diff, uint32_t mapping) {
    return cm_lint_mapping_at(&diff->lint->model, mapping)->is.decision == CERTMAP_ALLOW;
}

/* The roles of one mapping: that it decides plainly, is unknown, or cannot be built. */
enum { PLAIN, UNKNOWN, FAILS, ROLES };

static bool make_role(const struct cm_diff *diff, struct cm_diff_role *role, uint32_t mapping, unsigned which) {
    *role = (struct cm_diff_role){.mapping = mapping, .also = CM_DIFF_NOBODY, .rail = CM_LINT_TRUE};
    if (which == PLAIN) {
        role->decision = allows(diff, mapping) ? CERTMAP_ALLOW : CERTMAP_DENY;
        role->rail = allows(diff, mapping) ? CM_LINT_TRUE : CM_LINT_NOT_FALSE;
        return true;
    }
    role->decision = which == UNKNOWN ? CERTMAP_NONE : CERTMAP_DENY;
    role->rail = which == UNKNOWN ? CM_LINT_NOT_TRUE : CM_LINT_TRUE;
    return allows(diff, mapping) && (which == UNKNOWN || cm_diff_may_fail(diff, mapping));
}

/* The roles of two mappings. */
static bool make_double(const struct cm_diff *diff, struct cm_diff_role *role, enum certmap_combining combining,
                        uint32_t mapping, uint32_t also) {
    const bool unique = combining == CERTMAP_COMBINING_UNIQUE;
    if (mapping == also || !allows(diff, mapping) || !allows(diff, also))
        return false;
    *role = (struct cm_diff_role){.decision = CERTMAP_NONE,
                                  .mapping = mapping,
                                  .rail = unique ? CM_LINT_TRUE : CM_LINT_NOT_TRUE,
                                  .also = also,
                                  .also_rail = CM_LINT_TRUE};
    return unique || combining == CERTMAP_COMBINING_MOST_SPECIFIC;
}

static size_t live_count(const struct cm_diff_side *side) {
    return side->disabled ? 0 : side->count;
}

static uint64_t role_count(const struct cm_diff_side *side) {
    const uint64_t count = live_count(side);
    const bool doubles =
        side->combining == CERTMAP_COMBINING_UNIQUE || side->combining == CERTMAP_COMBINING_MOST_SPECIFIC;
    return 1 + ROLES * count + (doubles ? count * count : 0);
}

/* The number-th role of a side. False: there is none of this number. */
static bool role_at(const struct cm_diff *diff, struct cm_diff_role *role, enum cm_diff_time time, uint64_t number) {
    const struct cm_diff_side *side = &diff->sides[time];
    const uint64_t count = live_count(side);
    if (number == 0) {
        *role = (struct cm_diff_role){.mapping = CM_DIFF_NOBODY, .also = CM_DIFF_NOBODY};
        return true;
    }
    if (count == 0)
        return false;
    number--;
    if (number < ROLES * count)
        return make_role(diff, role, side->mappings[number % count], (unsigned)(number / count));
    number -= ROLES * count;
    return make_double(diff, role, side->combining, side->mappings[number / count], side->mappings[number % count]);
}

/* The number-th role that has the mapping of the edit in it. *ends: there is no later one. */
static bool involved_at(const struct joint *joint, struct cm_diff_role *role, enum cm_diff_time time, uint64_t number,
                        bool *ends) {
    const struct cm_diff *diff = joint->diff;
    const struct cm_diff_side *side = &diff->sides[time];
    const uint64_t count = live_count(side);
    const uint32_t mapping = diff->edit->mappings[time];
    *ends = mapping == CM_DIFF_NOBODY || count == 0 ||
            number >= ROLES + (role_count(side) > 1 + ROLES * count ? 2 * count : 0);
    if (*ends)
        return false;
    if (number < ROLES)
        return make_role(diff, role, mapping, (unsigned)number);
    number -= ROLES;
    return number < count ? make_double(diff, role, side->combining, mapping, side->mappings[number])
                          : make_double(diff, role, side->combining, side->mappings[number - count], mapping);
}

/* ---- plans ---- */

/* Two that allow may give the same; under all, others that are true count, too. */
static unsigned kind_of(struct cm_diff *diff, const struct cm_diff_role *before, const struct cm_diff_role *after) {
    const bool all = diff->sides[CM_DIFF_BEFORE].combining == CERTMAP_COMBINING_ALL ||
                     diff->sides[CM_DIFF_AFTER].combining == CERTMAP_COMBINING_ALL;
    const bool give = before->mapping != CM_DIFF_NOBODY && after->mapping != CM_DIFF_NOBODY &&
                      before->rail == CM_LINT_TRUE && after->rail == CM_LINT_TRUE && before->also == CM_DIFF_NOBODY &&
                      after->also == CM_DIFF_NOBODY;
    if (give && !all && cm_diff_gives_the_same(diff, before->mapping, after->mapping))
        return 0; /* if it can be built for one, it can for the other */
    return cm_diff_kind_bit(before->decision, after->decision, false);
}

static struct cm_diff_plan plan_of(struct joint *joint, const struct cm_diff_role *before,
                                   const struct cm_diff_role *after, unsigned wanted) {
    struct cm_diff_plan plan = {.subject = joint->subject, .wanted = wanted};
    plan.roles[CM_DIFF_BEFORE] = *before;
    plan.roles[CM_DIFF_AFTER] = *after;
    for (size_t t = 0; t < CM_DIFF_TIMES; t++) {
        plan.suspects[t] = &joint->suspects[t];
        plan.suspects[t]->count = 0;
    }
    return plan;
}

/* Whether a role of one mapping, or of nobody, cannot be, whatever the other side does. */
static bool is_excluded(struct joint *joint, enum cm_diff_time time, uint64_t number, const struct cm_diff_role *role) {
    const struct cm_diff_role any = {.mapping = CM_DIFF_NOBODY, .also = CM_DIFF_NOBODY, .any = true};
    struct cm_diff *diff = joint->diff;
    if (number > ROLES * (uint64_t)live_count(&diff->sides[time]))
        return false;
    uint8_t *known = &joint->excluded[time][number];
    if (*known == 0) {
        struct cm_diff_plan plan =
            time == CM_DIFF_BEFORE ? plan_of(joint, role, &any, 0) : plan_of(joint, &any, role, 0);
        *known = cm_diff_ask(diff, &plan) == CM_LINT_IMPOSSIBLE ? 1 : 2;
    }
    return *known == 1;
}

/* False: there are no more steps, or nothing is missing. */
static bool try_pair(struct joint *joint, const struct cm_diff_role *before, const struct cm_diff_role *after) {
    struct cm_diff *diff = joint->diff;
    const unsigned kinds = kind_of(diff, before, after);
    if (cm_diff_missing(diff, kinds) == 0)
        return true;
    if (!cm_diff_goes_on(diff, UINT32_MAX))
        return false;
    struct cm_diff_plan plan = plan_of(joint, before, after, kinds);
    const enum cm_lint_verdict verdict = cm_diff_ask(diff, &plan);
    if (verdict != CM_LINT_IMPOSSIBLE && cm_diff_missing(diff, kinds) != 0)
        cm_diff_open(diff, kinds, verdict == CM_LINT_OPEN ? diff->lint->engine->why : NULL);
    return !diff->lint->failed;
}

static bool counts(struct joint *joint) {
    if (joint->pairs++ < MAX_PAIRS)
        return cm_diff_missing(joint->diff, (1u << CM_DIFF_EFFECTS) - 1) != 0;
    cm_diff_open(joint->diff, UINT32_MAX, &joint->diff->lint->summary.by_budget);
    return false;
}

/* One role of a side with all of the other. */
static bool try_role(struct joint *joint, enum cm_diff_time time, const struct cm_diff_role *role) {
    const enum cm_diff_time other = time == CM_DIFF_BEFORE ? CM_DIFF_AFTER : CM_DIFF_BEFORE;
    const uint64_t count = role_count(&joint->diff->sides[other]);
    bool goes_on = true;
    for (uint64_t i = 0; goes_on && i < count; i++) {
        struct cm_diff_role its;
        goes_on = counts(joint);
        if (!goes_on || !role_at(joint->diff, &its, other, i))
            continue;
        const struct cm_diff_role *before = time == CM_DIFF_BEFORE ? role : &its;
        const struct cm_diff_role *after = time == CM_DIFF_BEFORE ? &its : role;
        if (cm_diff_missing(joint->diff, kind_of(joint->diff, before, after)) != 0 &&
            !is_excluded(joint, other, i, &its))
            goes_on = try_pair(joint, before, after);
    }
    return goes_on;
}

/* Those in which the mapping of the edit has a role. */
static bool try_involved(struct joint *joint) {
    bool goes_on = true;
    for (enum cm_diff_time time = CM_DIFF_BEFORE; goes_on && time < CM_DIFF_TIMES; time++) {
        bool ends = false;
        for (uint64_t i = 0; goes_on && !ends; i++) {
            struct cm_diff_role role;
            goes_on = counts(joint);
            if (goes_on && involved_at(joint, &role, time, i, &ends))
                goes_on = try_role(joint, time, &role);
        }
    }
    return goes_on;
}

static void try_all(struct joint *joint) {
    const uint64_t count = role_count(&joint->diff->sides[CM_DIFF_BEFORE]);
    bool goes_on = true;
    for (uint64_t i = 0; goes_on && i < count; i++) {
        struct cm_diff_role role;
        goes_on = counts(joint);
        if (goes_on && role_at(joint->diff, &role, CM_DIFF_BEFORE, i) && !is_excluded(joint, CM_DIFF_BEFORE, i, &role))
            goes_on = try_role(joint, CM_DIFF_BEFORE, &role);
    }
}

/* Where the old and the new mapping are not false; as the edit says which there are. */
static void search_subject(struct joint *joint, uint32_t subject) {
    struct cm_diff *diff = joint->diff;
    joint->subject = subject;
    for (size_t t = 0; t < CM_DIFF_TIMES; t++) {
        joint->excluded[t] =
            cm_lint_pool_take(&diff->pool, 1 + ROLES * (diff->sides[t].count + 1), sizeof *joint->excluded[t]);
        if (joint->excluded[t] == NULL) {
            diff->lint->failed = true;
            return;
        }
    }
    if ((subject == CM_DIFF_NOBODY || try_involved(joint)) && (subject == CM_DIFF_NOBODY || diff->edits.count > 1))
        try_all(joint);
}

/* Under unique the order does not matter. */
static bool is_without_order(const struct cm_diff *diff) {
    return diff->sides[CM_DIFF_BEFORE].combining == CERTMAP_COMBINING_UNIQUE &&
           diff->sides[CM_DIFF_AFTER].combining == CERTMAP_COMBINING_UNIQUE;
}

void cm_diff_joint(struct cm_diff *diff) {
    const struct cm_diff_edit *edit = diff->edit;
    struct joint joint = {.diff = diff,
                          .suspects = cm_lint_pool_take(&diff->pool, CM_DIFF_TIMES, sizeof *joint.suspects)};
    if (joint.suspects == NULL) {
        diff->lint->failed = true;
        return;
    }
    if (edit->kind == CERTMAP_DIFF_MOVED && is_without_order(diff) && diff->edits.count == 1)
        return;
    if (edit->kind == CERTMAP_DIFF_POLICY)
        search_subject(&joint, CM_DIFF_NOBODY);
    if (edit->mappings[CM_DIFF_BEFORE] != CM_DIFF_NOBODY)
        search_subject(&joint, edit->mappings[CM_DIFF_BEFORE]);
    if (edit->mappings[CM_DIFF_AFTER] != CM_DIFF_NOBODY &&
        edit->mappings[CM_DIFF_AFTER] != edit->mappings[CM_DIFF_BEFORE])
        search_subject(&joint, edit->mappings[CM_DIFF_AFTER]);
}
