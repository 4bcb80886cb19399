/* SPDX-License-Identifier: MIT */
/* The effects of an edit where the first mapping that is not false decides. Its mapping decides on one side; on the other
 * side anybody else may, who is not false:
 *
 *     before   [ a | b | c | d | e ]       x decides after: a, b and c are false. So before, it is d or e that decides, or
 *     after    [ a | b | c | x | d | e ]   nobody - or nobody else than d, where no certificate escapes it.
 *
 * Each of them is tried, in their order, until there is a certificate for each kind of effect. What excludes one of them
 * excludes others that ask for the same, without a question. */
#include "diff.h"
#include "sample.h"

/* A side on which the mapping of the edit decides. */
struct search {
    struct cm_diff *diff;
    enum cm_diff_time time, other;
    uint32_t mapping;
    enum cm_lint_rail rail;
    unsigned decisions;             /* what comes of it, as bits */
    struct cm_diff_suspects *own;   /* before it, on its side */
    struct cm_diff_suspects *their; /* of one plan, on the other side */
    size_t end;                     /* of the mappings that may decide on the other side */
};

/* ---- kinds ---- */

/* The kinds of effect where the sides decide so. */
static unsigned kinds_of(const struct search *search, unsigned own, unsigned theirs, bool same_given) {
    unsigned kinds = 0;
    for (enum certmap_decision mine = CERTMAP_NONE; mine <= CERTMAP_DENY; mine++)
        for (enum certmap_decision its = CERTMAP_NONE; its <= CERTMAP_DENY; its++)
            if ((own >> mine & 1) != 0 && (theirs >> its & 1) != 0)
                kinds |= search->time == CM_DIFF_BEFORE ? cm_diff_kind_bit(mine, its, same_given)
                                                        : cm_diff_kind_bit(its, mine, same_given);
    return kinds;
}

/* What comes of a mapping on a rail. */
static unsigned decisions_of(const struct cm_diff *diff, uint32_t mapping, enum cm_lint_rail rail) {
    if (rail == CM_LINT_NOT_FALSE)
        return 1u << CERTMAP_DENY;
    if (rail == CM_LINT_NOT_TRUE)
        return 1u << CERTMAP_NONE;
    return 1u << CERTMAP_ALLOW | (cm_diff_may_fail(diff, mapping) ? 1u << CERTMAP_DENY : 0);
}

/* ---- what cannot be ---- */

static bool is_fixed(const struct cm_diff *diff, size_t condition) {
    const struct cm_lint_condition *is = cm_lint_condition_at(&diff->lint->model, condition);
    const struct cm_lint_path *path = cm_lint_path_at(&diff->lint->model, is->path);
    return is->op == CERTMAP_OP_EQUAL && cm_lint_is_single(path) && cm_lint_domain_of(path) >= CM_LINT_DOMAIN_OID &&
           cm_lint_is_known(&diff->lint->model, is);
}

/* Whether two conditions on a field with one value have no value in common. */
static bool are_apart(const struct cm_diff *diff, size_t a, size_t b) {
    const uint32_t *operands = diff->lint->engine->intern.operands;
    const struct cm_lint_condition *left = cm_lint_condition_at(&diff->lint->model, a);
    const struct cm_lint_condition *right = cm_lint_condition_at(&diff->lint->model, b);
    if (left->path != right->path || left->nocase != right->nocase || !is_fixed(diff, b))
        return false;
    for (size_t i = 0; i < left->operand_count; i++)
        for (size_t k = 0; k < right->operand_count; k++)
            if (operands[left->operand + i] == operands[right->operand + k])
                return false;
    return true;
}

/* The next condition that has to hold, of those of a mapping that are in no group. False: there is none. */
static bool next_condition(const struct cm_lint_model *model, struct cm_lint_part *part, uint32_t *condition) {
    while (part->term < part->end) {
        const struct cm_lint_part first = cm_lint_first_of(model, part);
        *part = cm_lint_after(model, part, &first);
        *condition = first.condition;
        if (cm_lint_term_at(model, first.term)->kind == CERTMAP_TERM_CONDITION)
            return true;
    }
    return false;
}

/* Whether it is plain that not both can be: they ask for different keys, serial numbers or the like. */
static bool exclude_each_other(const struct search *search, uint32_t mapping) {
    const struct cm_lint_model *model = &search->diff->lint->model;
    uint32_t a, b;
    for (struct cm_lint_part mine = cm_lint_part_of(model, search->mapping); next_condition(model, &mine, &a);)
        if (is_fixed(search->diff, a))
            for (struct cm_lint_part its = cm_lint_part_of(model, mapping); next_condition(model, &its, &b);)
                if (are_apart(search->diff, a, b))
                    return true;
    return false;
}

/* Whether a condition of the mapping is known to exclude the mapping of the edit. */
static bool is_blocked(const struct search *search, uint32_t mapping, enum cm_lint_rail rail) {
    const struct cm_lint_model *model = &search->diff->lint->model;
    const unsigned rails = 1u << CM_LINT_NOT_FALSE | (rail == CM_LINT_TRUE ? 1u << CM_LINT_TRUE : 0);
    uint32_t condition;
    for (struct cm_lint_part part = cm_lint_part_of(model, mapping); next_condition(model, &part, &condition);)
        if ((search->diff->blocked[search->diff->lint->engine->intern.conditions[condition]] & rails) != 0)
            return true;
    return false;
}

static void block(struct cm_diff *diff, const struct cm_lint_want *term) {
    const struct cm_lint_model *model = &diff->lint->model;
    if (cm_lint_term_at(model, term->part.term)->kind != CERTMAP_TERM_CONDITION ||
        term->part.end - term->part.term != 1 || term->rail == CM_LINT_NOT_TRUE)
        return;
    const uint32_t condition = diff->lint->engine->intern.conditions[term->part.condition];
    uint32_t *kept = cm_lint_array_add(&diff->blocks, &diff->lint->allocator, sizeof *kept);
    if (kept == NULL)
        return; /* it is asked again */
    *kept = condition;
    diff->blocked[condition] |= (uint8_t)(1u << term->rail);
}

static void unblock(struct cm_diff *diff) {
    for (size_t i = 0; i < diff->blocks.count; i++)
        diff->blocked[((const uint32_t *)diff->blocks.items)[i]] = 0;
    diff->blocks.count = 0;
}

/* ---- plans ---- */

static struct cm_diff_plan plan_of(const struct search *search, uint32_t mapping, enum cm_lint_rail rail,
                                   unsigned wanted) {
    struct cm_diff_plan plan = {.subject = CM_DIFF_NOBODY, .wanted = wanted};
    const struct cm_diff_role mine = {.decision = search->rail == CM_LINT_TRUE ? CERTMAP_ALLOW : CERTMAP_NONE,
                                      .mapping = search->mapping,
                                      .rail = search->rail,
                                      .also = CM_DIFF_NOBODY};
    const struct cm_diff_role its = {.decision = rail == CM_LINT_TRUE ? CERTMAP_ALLOW : CERTMAP_NONE,
                                     .mapping = mapping,
                                     .rail = rail,
                                     .also = CM_DIFF_NOBODY};
    plan.roles[search->time] = mine;
    plan.roles[search->other] = its;
    plan.suspects[search->time] = search->own;
    plan.suspects[search->other] = search->their;
    search->their->count = 0;
    return plan;
}

/* After a plan: what it leaves open. Placeholders that are always there, or never, are beyond the model. */
static void leave_open(struct cm_diff *diff, enum cm_lint_verdict verdict, unsigned wanted) {
    const unsigned missing = cm_diff_missing(diff, wanted);
    if (verdict != CM_LINT_IMPOSSIBLE && missing != 0)
        cm_diff_open(diff, missing, verdict == CM_LINT_OPEN ? diff->lint->engine->why : NULL);
}

/* A certificate that both are about, without the solver. */
static void try_draft(struct search *search, uint32_t mapping) {
    struct cm_diff_answer answers[CM_DIFF_TIMES];
    struct cm_lint_draft draft;
    cm_lint_forget(search->diff->lint);
    if (!cm_lint_draft_begin(&draft, search->diff->lint) ||
        !cm_lint_draft_mapping(&draft, search->mapping, NULL, NULL) ||
        (mapping != CM_DIFF_NOBODY && !cm_lint_draft_mapping(&draft, mapping, NULL, NULL)))
        return;
    cm_diff_fill(search->diff, &draft, search->mapping);
    if (mapping != CM_DIFF_NOBODY)
        cm_diff_fill(search->diff, &draft, mapping);
    const struct cm_lint_witness witness = cm_lint_draft_witness(&draft);
    (void)cm_diff_look(search->diff, &witness, answers);
}

/* Nobody decides on the other side. Where that cannot be, some are known of whom one is never false; after the last of
 * them nobody decides. False: the mapping of the edit never decides so on its side. */
static bool try_nobody(struct search *search) {
    struct cm_diff *diff = search->diff;
    const unsigned kinds = kinds_of(search, search->decisions, 1u << CERTMAP_NONE, false);
    struct cm_diff_plan plan = plan_of(search, CM_DIFF_NOBODY, CM_LINT_FALSE, cm_diff_missing(diff, kinds));
    const enum cm_lint_verdict verdict = cm_diff_ask(diff, &plan);
    leave_open(diff, verdict, kinds);
    if (verdict != CM_LINT_IMPOSSIBLE)
        return true;
    const struct cm_diff_proof *proof = &plan.proof[search->other];
    search->end = (size_t)proof->last + 1 < search->end ? (size_t)proof->last + 1 : search->end;
    return proof->suspects > 0;
}

/* A mapping decides on the other side, on a rail. False: the mapping of the edit never decides so on its side. */
static bool try_decider(struct search *search, uint32_t mapping, enum cm_lint_rail rail) {
    struct cm_diff *diff = search->diff;
    const unsigned kinds = kinds_of(search, search->decisions, decisions_of(diff, mapping, rail), false);
    if (search->rail == CM_LINT_TRUE && rail == CM_LINT_TRUE && cm_diff_gives_the_same(diff, search->mapping, mapping))
        return true;
    if (cm_diff_missing(diff, kinds) == 0 || is_blocked(search, mapping, rail) ||
        ((search->rail == CM_LINT_TRUE || rail == CM_LINT_TRUE) && exclude_each_other(search, mapping)))
        return true;
    if (search->rail != CM_LINT_NOT_TRUE && rail != CM_LINT_NOT_TRUE)
        try_draft(search, mapping);
    if (cm_diff_missing(diff, kinds) == 0 || !cm_diff_goes_on(diff, cm_diff_missing(diff, kinds)))
        return true;
    struct cm_diff_plan plan = plan_of(search, mapping, rail, cm_diff_missing(diff, kinds));
    const enum cm_lint_verdict verdict = cm_diff_ask(diff, &plan);
    leave_open(diff, verdict, kinds);
    const struct cm_diff_proof *proof = &plan.proof[search->other];
    if (verdict != CM_LINT_IMPOSSIBLE || proof->suspects > 0)
        return true;
    if (proof->terms == 1)
        block(diff, &proof->term);
    return proof->terms > 0;
}

/* ---- sides ---- */

/* Those who may decide on the other side. */
static void try_deciders(struct search *search) {
    const struct cm_diff *diff = search->diff;
    const struct cm_diff_side *side = &diff->sides[search->time], *other = &diff->sides[search->other];
    const unsigned all =
        kinds_of(search, search->decisions, 1u << CERTMAP_NONE | 1u << CERTMAP_ALLOW | 1u << CERTMAP_DENY, false);
    for (size_t i = 0; i < search->end && cm_diff_missing(diff, all) != 0 && !diff->lint->failed; i++) {
        const uint32_t mapping = other->mappings[i];
        const uint32_t index = side->indices[mapping];
        if (index != CM_DIFF_NOBODY && index <= side->indices[search->mapping])
            continue; /* it would decide on both sides */
        if (cm_lint_mapping_at(&diff->lint->model, mapping)->is.decision == CERTMAP_DENY) {
            if (!try_decider(search, mapping, CM_LINT_NOT_FALSE))
                return;
        } else if (!try_decider(search, mapping, CM_LINT_TRUE) || !try_decider(search, mapping, CM_LINT_NOT_TRUE)) {
            return;
        }
    }
}

static void search_rail(struct search *search, enum cm_lint_rail rail) {
    struct cm_diff *diff = search->diff;
    const struct cm_diff_side *other = &diff->sides[search->other];
    const uint32_t index = other->indices[search->mapping];
    search->rail = rail;
    search->decisions = decisions_of(diff, search->mapping, rail);
    search->end = index != CM_DIFF_NOBODY ? index : other->count;
    const unsigned all =
        kinds_of(search, search->decisions, 1u << CERTMAP_NONE | 1u << CERTMAP_ALLOW | 1u << CERTMAP_DENY, false);
    if (cm_diff_missing(diff, all) == 0 || !cm_diff_goes_on(diff, cm_diff_missing(diff, all)))
        return;
    if (rail != CM_LINT_NOT_TRUE && index == CM_DIFF_NOBODY)
        try_draft(search, CM_DIFF_NOBODY);
    unblock(diff);
    if (index != CM_DIFF_NOBODY || try_nobody(search))
        try_deciders(search);
}

static void search_side(struct cm_diff *diff, enum cm_diff_time time, struct cm_diff_suspects suspects[2]) {
    struct search search = {.diff = diff,
                            .time = time,
                            .other = time == CM_DIFF_BEFORE ? CM_DIFF_AFTER : CM_DIFF_BEFORE,
                            .mapping = diff->edit->mappings[time],
                            .own = &suspects[0],
                            .their = &suspects[1]};
    if (search.mapping == CM_DIFF_NOBODY)
        return;
    suspects[0].count = 0;
    if (cm_lint_mapping_at(&diff->lint->model, search.mapping)->is.decision == CERTMAP_DENY) {
        search_rail(&search, CM_LINT_NOT_FALSE);
        return;
    }
    search_rail(&search, CM_LINT_TRUE);
    search_rail(&search, CM_LINT_NOT_TRUE);
}

void cm_diff_first(struct cm_diff *diff) {
    struct cm_diff_suspects *suspects = cm_lint_pool_take(&diff->pool, 2, sizeof *suspects);
    diff->lint->failed = diff->lint->failed || suspects == NULL;
    for (enum cm_diff_time time = CM_DIFF_BEFORE; suspects != NULL && time < CM_DIFF_TIMES; time++)
        search_side(diff, time, suspects);
}
