/* SPDX-License-Identifier: MIT */
/* One plan: the solver makes certificates of it until both rule sets answer one as it says, or there is none left. */
#include "certmap/names.h"
#include "diff.h"
#include "draft.h"
#include "placeholder_paths.h"
#include "sample.h"
#include <string.h>

/* Most questions to the solver for one edit, which take a second or so. */
#define MAX_QUESTIONS 6000

/* ---- what is known of the edit ---- */

unsigned cm_diff_missing(const struct cm_diff *diff, unsigned kinds) {
    for (unsigned i = 0; i < CM_DIFF_EFFECTS; i++)
        if (diff->effects[i].found)
            kinds &= ~(1u << i);
    return kinds;
}

void cm_diff_open(struct cm_diff *diff, unsigned kinds, size_t *why) {
    for (unsigned i = 0; i < CM_DIFF_EFFECTS; i++)
        if ((kinds >> i & 1) != 0 && !diff->effects[i].open) {
            diff->effects[i].open = true;
            diff->effects[i].why = why != NULL ? why : &diff->lint->summary.by_model;
        }
}

bool cm_diff_goes_on(struct cm_diff *diff, unsigned kinds) {
    if (diff->lint->failed || diff->lint->cancelled)
        return false;
    if (diff->questions < MAX_QUESTIONS && !cm_lint_enough(diff->lint))
        return true;
    cm_diff_open(diff, kinds, &diff->lint->summary.by_budget);
    return false;
}

unsigned cm_diff_kind_bit(enum certmap_decision before, enum certmap_decision after, bool same_given) {
    enum certmap_diff_effect_kind kind;
    return cm_diff_kind_of(before, after, same_given, &kind) ? 1u << kind : 0;
}

void cm_diff_keep(struct cm_diff *diff, enum certmap_diff_effect_kind kind, const struct cm_lint_witness *witness) {
    struct cm_diff_effect *effect = &diff->effects[kind];
    struct cm_lint_value *values = cm_lint_pool_take(&diff->pool, witness->count + 1, sizeof *values);
    for (size_t i = 0; values != NULL && i < witness->count; i++) {
        values[i] = witness->values[i];
        values[i].subfield = cm_lint_pool_copy(&diff->pool, witness->values[i].subfield);
        if (witness->values[i].text.data != NULL)
            values[i].text = cm_lint_pool_copy(&diff->pool, witness->values[i].text);
    }
    effect->found = values != NULL && !diff->pool.failed;
    effect->witness = (struct cm_lint_witness){values, witness->count};
    diff->lint->failed = diff->lint->failed || !effect->found;
}

bool cm_diff_look(struct cm_diff *diff, const struct cm_lint_witness *witness,
                  struct cm_diff_answer answers[CM_DIFF_TIMES]) {
    enum certmap_diff_effect_kind kind;
    if (!cm_diff_answers(diff, witness, answers))
        return false;
    if (cm_diff_is_effect(diff, answers, &kind) && !diff->effects[kind].found)
        cm_diff_keep(diff, kind, witness);
    return true;
}

/* ---- the question of a plan ---- */

/* A list of wants, and where in it each role and the suspects of each side are. */
struct question {
    struct cm_lint_want *wants;
    size_t count, cap;
    struct {
        size_t role, role_end, suspects, suspects_end;
    } at[CM_DIFF_TIMES];
};

static void add_want(struct question *question, struct cm_lint_part part, enum cm_lint_rail rail) {
    if (question->count < question->cap)
        question->wants[question->count++] = (struct cm_lint_want){part, rail};
}

/* Term by term, so that a proof says which of them it needs. */
static void add_terms(const struct cm_diff *diff, struct question *question, uint32_t mapping, enum cm_lint_rail rail) {
    const struct cm_lint_model *model = &diff->lint->model;
    const struct cm_lint_part whole = cm_lint_part_of(model, mapping);
    for (struct cm_lint_part part = whole; part.term < part.end;) {
        const struct cm_lint_part first = cm_lint_first_of(model, &part);
        add_want(question, first, rail == CM_LINT_TRUE ? CM_LINT_TRUE : CM_LINT_NOT_FALSE);
        part = cm_lint_after(model, &part, &first);
    }
    if (rail == CM_LINT_NOT_TRUE)
        add_want(question, whole, CM_LINT_NOT_TRUE);
}

static size_t size_of(const struct cm_diff *diff, uint32_t mapping) {
    return mapping != CM_DIFF_NOBODY ? cm_lint_mapping_at(&diff->lint->model, mapping)->term_count + 1 : 0;
}

static bool make_question(struct cm_diff *diff, struct question *question, const struct cm_diff_plan *plan) {
    question->cap = size_of(diff, plan->subject);
    for (size_t t = 0; t < CM_DIFF_TIMES; t++)
        question->cap +=
            size_of(diff, plan->roles[t].mapping) + size_of(diff, plan->roles[t].also) + plan->suspects[t]->count;
    question->count = 0;
    question->wants = cm_lint_pool_take(&diff->lint->scratch, question->cap + 1, sizeof *question->wants);
    if (question->wants == NULL)
        return false;
    if (plan->subject != CM_DIFF_NOBODY)
        add_want(question, cm_lint_part_of(&diff->lint->model, plan->subject), CM_LINT_NOT_FALSE);
    for (size_t t = 0; t < CM_DIFF_TIMES; t++) {
        const struct cm_diff_role *role = &plan->roles[t];
        question->at[t].role = question->count;
        if (role->mapping != CM_DIFF_NOBODY)
            add_terms(diff, question, role->mapping, role->rail);
        if (role->also != CM_DIFF_NOBODY)
            add_terms(diff, question, role->also, role->also_rail);
        question->at[t].role_end = question->at[t].suspects = question->count;
        for (size_t i = 0; i < plan->suspects[t]->count; i++)
            add_want(question, cm_lint_part_of(&diff->lint->model, plan->suspects[t]->mappings[i]),
                     plan->suspects[t]->rails[i]);
        question->at[t].suspects_end = question->count;
    }
    return true;
}

/* What the proof that there is no certificate needs. */
static void learn(const struct cm_diff *diff, struct cm_diff_plan *plan, const struct question *question,
                  const bool *needed) {
    for (size_t t = 0; t < CM_DIFF_TIMES; t++) {
        struct cm_diff_proof *proof = &plan->proof[t];
        *proof = (struct cm_diff_proof){.last = 0};
        for (size_t i = question->at[t].role; i < question->at[t].role_end; i++)
            if (needed[i]) {
                proof->terms++;
                proof->term = question->wants[i];
            }
        for (size_t i = question->at[t].suspects; i < question->at[t].suspects_end; i++) {
            const uint32_t mapping = plan->suspects[t]->mappings[i - question->at[t].suspects];
            const uint32_t index = diff->sides[t].indices[mapping];
            proof->suspects += needed[i];
            if (needed[i] && index > proof->last)
                proof->last = index;
        }
    }
}

/* ---- who stands in the way ---- */

/* A mapping that has to be on a rail, or else a role is not played. */
struct offender {
    uint32_t mapping; /* CM_DIFF_NOBODY: there is none */
    enum cm_lint_rail rail;
};

/* Where a deny should be the best: an allow that is better, which the answer does not say. */
static struct offender find_better(struct cm_diff *diff, enum cm_diff_time time, uint32_t than) {
    const struct cm_diff_side *side = &diff->sides[time];
    const size_t score = certmap_rules_score(side->rules, side->indices[than]);
    for (uint32_t i = 0; i < side->count; i++)
        if (side->mappings[i] != than && certmap_rules_score(side->rules, i) >= score &&
            cm_lint_mapping_at(&diff->lint->model, side->mappings[i])->is.decision == CERTMAP_ALLOW &&
            cm_diff_truth(diff, time, side->mappings[i]) == CERTMAP_TRUE)
            return (struct offender){side->mappings[i], CM_LINT_NOT_TRUE};
    return (struct offender){CM_DIFF_NOBODY, CM_LINT_FALSE};
}

/* Where mappings decide together. What is unknown may be true as well, but under unique. */
static struct offender find_offender(struct cm_diff *diff, enum cm_diff_time time, const struct cm_diff_role *role,
                                     const struct cm_diff_answer *answer) {
    const struct offender none = {CM_DIFF_NOBODY, CM_LINT_FALSE}, plain = {answer->mapping, CM_LINT_FALSE};
    const enum certmap_combining combining = diff->sides[time].combining;
    const bool ambiguous = answer->reason == CERTMAP_CODE_AMBIGUOUS;
    const bool unknown = answer->reason == CERTMAP_CODE_UNREADABLE && answer->decision == CERTMAP_NONE;
    if (role->decision == CERTMAP_NONE && role->mapping == CM_DIFF_NOBODY)
        return ambiguous ? none : plain;
    if (answer->mapping == role->mapping && !ambiguous)
        return none; /* what it gives can be built, or not */
    if (answer->decision == role->decision &&
        (role->decision != CERTMAP_ALLOW || combining == CERTMAP_COMBINING_ALL || answer->mapping == role->mapping))
        return none;
    if (role->decision == CERTMAP_DENY && answer->decision == CERTMAP_NONE)
        return find_better(diff, time, role->mapping);
    if (role->decision == CERTMAP_DENY)
        return (struct offender){answer->mapping, CM_LINT_NOT_TRUE};
    if (ambiguous && answer->mapping == role->mapping)
        return (struct offender){answer->other, CM_LINT_FALSE};
    return (struct offender){answer->mapping,
                             unknown && combining != CERTMAP_COMBINING_UNIQUE ? CM_LINT_KNOWN : CM_LINT_FALSE};
}

static bool is_on(struct cm_diff *diff, enum cm_diff_time time, uint32_t mapping, enum cm_lint_rail rail) {
    const enum certmap_truth truth = mapping != CM_DIFF_NOBODY ? cm_diff_truth(diff, time, mapping) : CERTMAP_TRUE;
    return mapping == CM_DIFF_NOBODY || (rail == CM_LINT_TRUE       ? truth == CERTMAP_TRUE
                                         : rail == CM_LINT_NOT_TRUE ? truth == CERTMAP_UNKNOWN
                                                                    : truth != CERTMAP_FALSE);
}

/* Whether who decides stands in the way of a role. A condition that the model does not know may hold in it and not of the
 * certificate: then the mapping of the role is not true, and who decides in its place may come after it. */
static bool is_in_the_way(struct cm_diff *diff, enum cm_diff_time time, const struct cm_diff_role *role,
                          const struct cm_diff_answer *answer) {
    const struct cm_diff_side *side = &diff->sides[time];
    if (side->combining != CERTMAP_COMBINING_FIRST)
        return is_on(diff, time, role->mapping, role->rail) && is_on(diff, time, role->also, role->also_rail);
    return answer->mapping != CM_DIFF_NOBODY &&
           (role->mapping == CM_DIFF_NOBODY || side->indices[answer->mapping] < side->indices[role->mapping]);
}

static struct offender offender_of(struct cm_diff *diff, enum cm_diff_time time, const struct cm_diff_role *role,
                                   const struct cm_diff_answer *answer) {
    const struct offender none = {CM_DIFF_NOBODY, CM_LINT_FALSE};
    if (role->any || diff->sides[time].disabled || !is_in_the_way(diff, time, role, answer))
        return none;
    if (diff->sides[time].combining != CERTMAP_COMBINING_FIRST)
        return find_offender(diff, time, role, answer);
    return (struct offender){answer->mapping, CM_LINT_FALSE};
}

/* False: there is no room, or it is there already, so that the model and the matcher differ. One that must not be unknown
 * may turn out to have to be false. */
static bool add_suspect(struct cm_diff_suspects *suspects, struct offender offender) {
    size_t i = 0;
    while (i < suspects->count && suspects->mappings[i] != offender.mapping)
        i++;
    if (i < suspects->count && (suspects->rails[i] != CM_LINT_KNOWN || offender.rail == CM_LINT_KNOWN))
        return false;
    if (i == CM_LINT_MAX_SUSPECTS)
        return false;
    suspects->mappings[i] = offender.mapping;
    suspects->rails[i] = offender.rail;
    suspects->count += i == suspects->count;
    return true;
}

/* Adds those who stand in the way. False: there is nobody, or no room. */
static bool add_suspects(struct cm_diff *diff, struct cm_diff_plan *plan,
                         const struct cm_diff_answer answers[CM_DIFF_TIMES]) {
    bool added = false;
    for (enum cm_diff_time t = CM_DIFF_BEFORE; t < CM_DIFF_TIMES; t++) {
        const struct offender offender = offender_of(diff, t, &plan->roles[t], &answers[t]);
        if (offender.mapping == CM_DIFF_NOBODY)
            continue;
        if (!add_suspect(plan->suspects[t], offender))
            return false;
        added = true;
    }
    return added;
}

/* ---- accounts that cannot be built ---- */

static void fill_text(struct cm_lint_draft *draft, struct certmap_view text) {
    const struct cm_lint_placeholders placeholders = cm_lint_placeholders_of(draft->lint, text);
    for (size_t i = 0; i < placeholders.count; i++) {
        const struct cm_lint_path *path = &placeholders.paths[i];
        if (cm_lint_draft_find(draft, path) == draft->count)
            (void)cm_lint_draft_add(draft, path, cm_lint_any_text(&draft->lint->scratch, path, 0));
    }
}

void cm_diff_fill(struct cm_diff *diff, struct cm_lint_draft *draft, uint32_t mapping) {
    const struct cm_lint_model *model = &diff->lint->model;
    const struct cm_lint_mapping *is = cm_lint_mapping_at(model, mapping);
    if (is->is.is_template)
        fill_text(draft, is->is.account);
    for (size_t i = 0; i < is->output_count; i++)
        if (cm_lint_output_at(model, is->output + i)->is_template)
            fill_text(draft, cm_lint_output_at(model, is->output + i)->value);
}

/* A draft of the values of a witness. False: some of them are not readable, or there is no memory. */
static bool draft_of(struct cm_diff *diff, struct cm_lint_draft *draft, const struct cm_lint_witness *witness) {
    bool made = cm_lint_draft_begin(draft, diff->lint);
    for (size_t i = 0; made && i < witness->count; i++) {
        const struct cm_lint_value *value = &witness->values[i];
        const struct cm_lint_path path = {value->field, value->subfield};
        made = value->state == CERTMAP_LINT_READABLE && cm_lint_draft_add(draft, &path, value->text);
    }
    return made;
}

static void look_at(struct cm_diff *diff, const struct cm_lint_draft *draft) {
    struct cm_diff_answer answers[CM_DIFF_TIMES];
    const struct cm_lint_witness witness = cm_lint_draft_witness(draft);
    (void)cm_diff_look(diff, &witness, answers);
}

/* What no account takes: a value that is not there, one of two, and one with a control character. */
static void spoil(struct cm_diff *diff, const struct cm_lint_witness *witness, struct certmap_view text) {
    const struct cm_lint_placeholders placeholders = cm_lint_placeholders_of(diff->lint, text);
    for (size_t i = 0; i < placeholders.count; i++) {
        const struct cm_lint_path *path = &placeholders.paths[i];
        struct cm_lint_draft draft;
        if (draft_of(diff, &draft, witness) &&
            cm_lint_draft_add(&draft, path, cm_lint_any_text(&diff->lint->scratch, path, 7)))
            look_at(diff, &draft);
        if (draft_of(diff, &draft, witness) && cm_lint_draft_replace(&draft, path, certmap_view_of("a\x01")))
            look_at(diff, &draft);
        if (!draft_of(diff, &draft, witness))
            return;
        for (size_t k = draft.count; k > 0; k--)
            if (draft.values[k - 1].field == path->field &&
                certmap_text_same(draft.values[k - 1].subfield, path->subfield))
                cm_lint_draft_drop(&draft, k - 1);
        look_at(diff, &draft);
    }
}

/* Whether what a mapping gives can be built depends on values that no condition is about: with other ones. */
static void vary(struct cm_diff *diff, const struct cm_diff_plan *plan, const struct cm_lint_witness *witness) {
    const struct cm_lint_model *model = &diff->lint->model;
    struct cm_lint_draft draft;
    if (!draft_of(diff, &draft, witness))
        return;
    const size_t count = draft.count;
    for (size_t t = 0; t < CM_DIFF_TIMES; t++)
        if (plan->roles[t].mapping != CM_DIFF_NOBODY)
            cm_diff_fill(diff, &draft, plan->roles[t].mapping);
    if (draft.count > count)
        look_at(diff, &draft);
    const struct cm_lint_witness filled = cm_lint_draft_witness(&draft);
    for (size_t t = 0; t < CM_DIFF_TIMES && cm_diff_missing(diff, plan->wanted) != 0; t++) {
        const uint32_t mapping = plan->roles[t].mapping;
        if (mapping != CM_DIFF_NOBODY && cm_lint_mapping_at(model, mapping)->is.is_template)
            spoil(diff, &filled, cm_lint_mapping_at(model, mapping)->is.account);
    }
}

/* ---- certificates that people see often ---- */

/* Of the same plan a certificate of which all can be read, and that has one value of most. */
static void ask_nicer(struct cm_diff *diff, const struct question *question, unsigned wanted) {
    static const bool single[] = {false, true};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        const struct cm_lint_query query = {question->wants, question->count, true, single[i], false};
        struct cm_diff_answer answers[CM_DIFF_TIMES];
        struct cm_lint_witness witness;
        enum certmap_diff_effect_kind kind;
        if (cm_lint_ask(diff->lint->engine, &query, &witness, NULL) != CM_LINT_POSSIBLE ||
            !cm_diff_answers(diff, &witness, answers) || !cm_diff_is_effect(diff, answers, &kind))
            return;
        if ((wanted >> kind & 1) != 0)
            cm_diff_keep(diff, kind, &witness);
    }
}

/* ---- the loop ---- */

/* Looks at a certificate of the plan. POSSIBLE: it is what was wanted; IMPOSSIBLE: it is not, and another one is to be
 * asked for; OPEN: the model and the matcher differ, or what is given cannot be built. */
static enum cm_lint_verdict try_witness(struct cm_diff *diff, struct cm_diff_plan *plan,
                                        const struct question *question, const struct cm_lint_witness *witness) {
    struct cm_diff_answer answers[CM_DIFF_TIMES];
    const unsigned missing = cm_diff_missing(diff, plan->wanted);
    if (!cm_diff_look(diff, witness, answers))
        return CM_LINT_OPEN;
    const bool added = add_suspects(diff, plan, answers);
    if (!added && cm_diff_missing(diff, plan->wanted) != 0)
        vary(diff, plan, witness);
    const unsigned found = missing & ~cm_diff_missing(diff, plan->wanted);
    if (found != 0)
        ask_nicer(diff, question, found);
    if (found != 0 || (!added && plan->wanted == 0))
        return CM_LINT_POSSIBLE;
    return added ? CM_LINT_IMPOSSIBLE : CM_LINT_OPEN;
}

enum cm_lint_verdict cm_diff_ask(struct cm_diff *diff, struct cm_diff_plan *plan) {
    struct cm_lint_engine *engine = diff->lint->engine;
    for (;;) {
        struct question question;
        struct cm_lint_witness witness;
        cm_lint_forget(diff->lint);
        if (diff->lint->failed || !make_question(diff, &question, plan))
            return CM_LINT_OPEN;
        bool *needed = cm_lint_pool_take(&diff->lint->scratch, question.count + 1, sizeof *needed);
        if (needed == NULL)
            return CM_LINT_OPEN;
        const struct cm_lint_query query = {question.wants, question.count, false, false, false};
        diff->questions++;
        enum cm_lint_verdict verdict = cm_lint_ask(engine, &query, &witness, needed);
        if (verdict == CM_LINT_IMPOSSIBLE)
            learn(diff, plan, &question, needed);
        if (verdict != CM_LINT_POSSIBLE)
            return verdict;
        engine->why = NULL;
        verdict = try_witness(diff, plan, &question, &witness);
        if (verdict != CM_LINT_IMPOSSIBLE)
            return verdict;
        if (!cm_diff_goes_on(diff, 0)) {
            engine->why = &diff->lint->summary.by_budget;
            return CM_LINT_OPEN;
        }
    }
}
