/* SPDX-License-Identifier: MIT */
/* Conditions that make no difference where they are. A term matters at a place if a certificate has the members of each
 * group around it in the way - of "and" all hold, of "or" none does - and the term itself against what would be without
 * it. Below "not" that turns round for unknown: what is to be true there is to be not false. So the mapping stays the same
 * in three values without the term, if there is no such certificate for true, and none for not false.
 *
 *     A and (B or C) and not (D and E)        of C:  A holds, B does not, not (...) holds, C holds
 *                                             of E:  A, (B or C) and D hold, E does not */
#include "implied.h"
#include "sample.h"
#include <string.h>

/* Most conditions of a mapping whose parts are compared: the work is in proportion to the cube. */
#define MAX_COMPARED 64
/* Most terms beside one: each is a condition, or holds one. */
#define MAX_BESIDE (2 * MAX_COMPARED)

/* A term around which something is asked. */
struct beside {
    struct cm_lint_part part;
    bool holds;  /* it is to hold; else not */
    bool turned; /* below an odd number of "not" */
};

struct implied {
    struct certmap_lint *lint;
    uint32_t mapping;
    struct cm_lint_part whole;
    bool worth[MAX_COMPARED]; /* of each condition: another one speaks of its path, or it may hold of all */
    struct beside beside[MAX_BESIDE];
    size_t beside_count;
    bool open; /* a question was not decided */
};

/* ---- what is worth a question ---- */

static const struct cm_lint_condition *condition_at(const struct implied *implied, size_t number) {
    return cm_lint_condition_at(&implied->lint->model, implied->whole.condition + number);
}

static bool are_related(const struct cm_lint_model *model, uint32_t a, uint32_t b) {
    const struct cm_lint_path *left = cm_lint_path_at(model, a), *right = cm_lint_path_at(model, b);
    return a == b || (left->field == right->field && (left->subfield.len == 0 || right->subfield.len == 0));
}

/* Whether a condition may hold of every certificate, or of none, by itself. */
static bool may_be_constant(const struct cm_lint_model *model, const struct cm_lint_condition *condition) {
    const struct cm_lint_path *path = cm_lint_path_at(model, condition->path);
    const enum cm_lint_domain domain = cm_lint_domain_of(path);
    return condition->operand_count == 0 ? cm_lint_is_single(path)
                                         : domain == CM_LINT_DOMAIN_VERSION || domain == CM_LINT_DOMAIN_VALIDITY ||
                                               (condition->op == CERTMAP_OP_UNDER &&
                                                cm_lint_shown(cm_lint_operand_at(model, condition->operand)).len == 0);
}

static bool find_worth(struct implied *implied, size_t count) {
    const struct cm_lint_model *model = &implied->lint->model;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        implied->worth[i] = may_be_constant(model, condition_at(implied, i));
        for (size_t k = 0; k < count && !implied->worth[i]; k++)
            implied->worth[i] =
                k != i && are_related(model, condition_at(implied, i)->path, condition_at(implied, k)->path);
        any = any || implied->worth[i];
    }
    return any;
}

static size_t first_condition(const struct implied *implied, const struct cm_lint_part *term) {
    return term->condition - implied->whole.condition;
}

static size_t condition_count(const struct implied *implied, const struct cm_lint_part *term) {
    return cm_lint_conditions_in(&implied->lint->model, term->term, term->end);
}

/* Whether to ask about a term: of a value that has a name placeholders would miss it. */
static bool is_worth(const struct implied *implied, const struct cm_lint_part *term) {
    const size_t first = first_condition(implied, term), end = first + condition_count(implied, term);
    bool worth = false, named = false;
    for (size_t i = first; i < end; i++) {
        worth = worth || implied->worth[i];
        named = named || condition_at(implied, i)->named;
    }
    return worth && !named;
}

/* ---- questions ---- */

/* Whether the terms speak of the same. */
static bool touch(const struct implied *implied, const struct cm_lint_part *a, const struct cm_lint_part *b) {
    const struct cm_lint_model *model = &implied->lint->model;
    const uint32_t ends[] = {a->condition + (uint32_t)condition_count(implied, a),
                             b->condition + (uint32_t)condition_count(implied, b)};
    for (uint32_t i = a->condition; i < ends[0]; i++)
        for (uint32_t k = b->condition; k < ends[1]; k++)
            if (are_related(model, cm_lint_condition_at(model, i)->path, cm_lint_condition_at(model, k)->path))
                return true;
    return false;
}

/* A question about a term. */
struct asked {
    struct beside term;
    size_t beside_count;         /* the first so many of the terms beside it count */
    size_t of[MAX_BESIDE];       /* which of them are in the query: those that it has to do with */
    bool needed[MAX_BESIDE + 1]; /* after IMPOSSIBLE: what of the query was needed; the term is the last */
    size_t count;
};

/* The terms that have to do with it, also by way of others: what has not can be had anyhow. */
static void choose(const struct implied *implied, struct asked *asked) {
    bool chosen[MAX_BESIDE] = {false}, grew = true;
    asked->count = 0;
    while (grew) {
        grew = false;
        for (size_t i = 0; i < asked->beside_count; i++) {
            const struct cm_lint_part *part = &implied->beside[i].part;
            bool related = touch(implied, part, &asked->term.part);
            for (size_t k = 0; k < asked->count && !related; k++)
                related = touch(implied, part, &implied->beside[asked->of[k]].part);
            if (chosen[i] || !related)
                continue;
            chosen[i] = grew = true;
            asked->of[asked->count++] = i;
        }
    }
}

static enum cm_lint_rail rail_of(const struct beside *beside, bool of_true) {
    const bool is_true = of_true != beside->turned;
    return beside->holds ? (is_true ? CM_LINT_TRUE : CM_LINT_NOT_FALSE) : is_true ? CM_LINT_NOT_TRUE : CM_LINT_FALSE;
}

static bool is_known(const struct implied *implied, const struct cm_lint_part *term) {
    const struct cm_lint_model *model = &implied->lint->model;
    const uint32_t end = term->condition + (uint32_t)condition_count(implied, term);
    for (uint32_t i = term->condition; i < end; i++)
        if (!cm_lint_is_known(model, cm_lint_condition_at(model, i)))
            return false;
    return true;
}

/* Whether no certificate has all of it. */
static bool is_impossible(struct implied *implied, struct asked *asked, bool of_true, bool readable) {
    struct cm_lint_want wants[MAX_BESIDE + 1];
    struct cm_lint_witness witness;
    bool known = is_known(implied, &asked->term.part);
    for (size_t i = 0; i < asked->count; i++) {
        const struct beside *beside = &implied->beside[asked->of[i]];
        wants[i] = (struct cm_lint_want){beside->part, rail_of(beside, of_true)};
        known = known && is_known(implied, &beside->part);
    }
    wants[asked->count] = (struct cm_lint_want){asked->term.part, rail_of(&asked->term, of_true)};
    const struct cm_lint_query query = {wants, asked->count + 1, readable, false, false};
    const enum cm_lint_verdict verdict = cm_lint_ask(implied->lint->engine, &query, &witness, asked->needed);
    if (readable && !implied->open && (verdict == CM_LINT_OPEN || (verdict == CM_LINT_POSSIBLE && !known))) {
        implied->open = true; /* once a mapping */
        cm_lint_open(implied->lint);
    }
    return verdict == CM_LINT_IMPOSSIBLE;
}

/* Whether the term can be this way, beside the first so many of the others: of certificates that can be read. */
static bool cannot(struct implied *implied, struct asked *asked, const struct cm_lint_part *term, bool holds,
                   bool turned, size_t beside_count) {
    asked->term = (struct beside){*term, holds, turned};
    asked->beside_count = beside_count;
    choose(implied, asked);
    return is_impossible(implied, asked, true, true);
}

/* The same of all certificates. */
static bool cannot_in_three_values(struct implied *implied, const struct asked *asked) {
    struct asked again = *asked;
    return is_impossible(implied, &again, true, false) && is_impossible(implied, &again, false, false);
}

/* ---- reports ---- */

static struct certmap_position place_of(const struct implied *implied, const struct cm_lint_part *term) {
    return cm_lint_condition_place(implied->lint, implied->mapping, first_condition(implied, term));
}

/* The conditions that the proof needed, but for the term's own. */
static void relate(struct implied *implied, struct certmap_lint_report *report, const struct asked *asked,
                   const char *text) {
    struct certmap_lint *lint = implied->lint;
    for (size_t i = 0; i < asked->count; i++) {
        const struct beside *beside = &implied->beside[asked->of[i]];
        if (asked->needed[i] && beside->holds)
            cm_lint_report_relate(lint, report, implied->mapping, place_of(implied, &beside->part), "%s", text);
    }
}

/* How to mend it: by cutting the term out, if it has an extent of its own and that changes no answer. */
static void help(struct implied *implied, struct certmap_lint_report *report, const struct asked *asked, bool cut) {
    struct certmap_lint *lint = implied->lint;
    const struct cm_lint_part *term = &asked->term.part;
    const bool exact = cut && report != NULL && cannot_in_three_values(implied, asked);
    if (!cut)
        return;
    if (!exact) {
        cm_lint_report_help(lint, report,
                            "delete it, unless it is to stop certificates with values that cannot be read, or with a "
                            "version that is none: the answer for them may change");
    } else if (certmap_rules_combining(lint->model.rules) == CERTMAP_COMBINING_MOST_SPECIFIC) {
        cm_lint_report_help(lint, report, "delete it, unless it is to make the score of the mapping higher");
    } else {
        cm_lint_report_help(lint, report,
                            "delete it; no answer changes, also not for certificates with unreadable values");
        cm_lint_report_edit(lint, report, cm_lint_term_extent(lint, implied->mapping, term->term - implied->whole.term),
                            certmap_view_of(""));
        if (report != NULL)
            report->fixed_by_edits = report->edit_count > 0;
    }
}

#define ADD(implied, code, term, ...)                                                                                  \
    cm_lint_report_add((implied)->lint, code, CERTMAP_CERTAINTY_PROVEN, (implied)->mapping, place_of(implied, term),   \
                       __VA_ARGS__)

/* ---- a term in its place ---- */

/* What is done with a term. */
enum outcome { STAYS, IS_REPORTED };

/* Of an `or` that always holds: the member that does, if one alone does it. */
static struct cm_lint_part culprit(struct implied *implied, struct cm_lint_part term, bool turned) {
    const struct cm_lint_model *model = &implied->lint->model;
    while (cm_lint_term_at(model, term.term)->kind == CERTMAP_TERM_ANY) {
        struct cm_lint_part rest = cm_lint_members(&term);
        bool found = false;
        while (rest.term < rest.end && !found) {
            struct asked asked;
            const struct cm_lint_part first = cm_lint_first_of(model, &rest);
            found = is_worth(implied, &first) && cannot(implied, &asked, &first, false, turned, 0);
            if (found)
                term = first;
            rest = cm_lint_after(model, &rest, &first);
        }
        if (!found)
            break;
    }
    return term;
}

/* A term that always holds. */
static void report_constant(struct implied *implied, const struct asked *asked, bool cut) {
    const struct cm_lint_part at = culprit(implied, asked->term.part, asked->term.turned);
    struct certmap_lint_report *report =
        ADD(implied, CERTMAP_CODE_ALWAYS_TRUE_CONDITION, &at, "this holds of every certificate: it limits nothing");
    help(implied, report, asked, cut);
    if (!cut)
        cm_lint_report_help(implied->lint, report, "ask for what only those have who are meant");
}

/* A member of "and". */
static enum outcome judge_of_all(struct implied *implied, const struct cm_lint_part *term, bool turned) {
    struct asked asked;
    if (!cannot(implied, &asked, term, false, turned, implied->beside_count))
        return STAYS;
    bool alone = true;
    for (size_t i = 0; i < asked.count; i++)
        alone = alone && !asked.needed[i];
    if (!alone) {
        struct asked by_itself;
        alone = cannot(implied, &by_itself, term, false, turned, 0);
    }
    if (alone) {
        report_constant(implied, &asked, true);
        return IS_REPORTED;
    }
    struct certmap_lint_report *report =
        ADD(implied, CERTMAP_CODE_REDUNDANT_CONDITION, term,
            "this limits nothing: whoever has what else the mapping asks for here has this, too");
    relate(implied, report, &asked, "it follows from this");
    help(implied, report, &asked, true);
    return IS_REPORTED;
}

/* A member of "or"; before is how many terms are beside the group. */
static enum outcome judge_of_any(struct implied *implied, const struct cm_lint_part *term, bool turned, size_t before) {
    struct asked asked, in_place;
    if (!cannot(implied, &asked, term, true, turned, implied->beside_count))
        return STAYS;
    const bool never = cannot(implied, &in_place, term, true, turned, before);
    struct certmap_lint_report *report =
        never ? ADD(implied, CERTMAP_CODE_NEVER_TRUE_CONDITION, term,
                    "this member of the \"or\" can never hold: no certificate can have what it asks for here")
              : ADD(implied, CERTMAP_CODE_REDUNDANT_CONDITION, term,
                    "this adds nobody: the other members of the \"or\" hold wherever it does");
    if (never)
        relate(implied, report, &in_place, "it cannot hold together with this");
    help(implied, report, &asked, true);
    return IS_REPORTED;
}

/* ---- the walk ---- */

static void visit(struct implied *implied, struct cm_lint_part list, bool all, bool turned);

static void visit_below(struct implied *implied, const struct cm_lint_part *term, bool turned) {
    const enum certmap_term_kind kind = cm_lint_term_at(&implied->lint->model, term->term)->kind;
    if (kind == CERTMAP_TERM_ALL || kind == CERTMAP_TERM_ANY)
        visit(implied, cm_lint_members(term), kind == CERTMAP_TERM_ALL, turned);
    else if (kind == CERTMAP_TERM_NOT)
        visit(implied, cm_lint_members(term), true, !turned);
}

/* The only one of the mapping: there is nothing to be without. */
static enum outcome judge_whole(struct implied *implied, const struct cm_lint_part *term) {
    struct asked asked;
    if (!cannot(implied, &asked, term, false, false, 0))
        return STAYS;
    report_constant(implied, &asked, false);
    return IS_REPORTED;
}

/* Of members of "and" each is judged by itself. */
static bool is_whole(const struct implied *implied, const struct cm_lint_part *term) {
    return term->term == implied->whole.term && term->end == implied->whole.end &&
           cm_lint_term_at(&implied->lint->model, term->term)->kind != CERTMAP_TERM_ALL;
}

static enum outcome judge(struct implied *implied, const struct cm_lint_part *term, bool all, bool turned,
                          size_t before, bool several) {
    if (!is_worth(implied, term) || cm_lint_enough(implied->lint))
        return STAYS;
    if (!several)
        return is_whole(implied, term) && !turned ? judge_whole(implied, term) : STAYS;
    return all ? judge_of_all(implied, term, turned) : judge_of_any(implied, term, turned, before);
}

/* The members of a group, from the last one to the first, so that of two that imply each other the first stays: what is
 * reported is no longer there for the others. As deep as the expression. */
static void visit(struct implied *implied, struct cm_lint_part list, bool all, bool turned) {
    const struct cm_lint_model *model = &implied->lint->model;
    struct cm_lint_part *members = cm_lint_pool_take(&implied->lint->scratch, MAX_BESIDE, sizeof *members);
    const size_t before = implied->beside_count;
    size_t count = 0;
    if (members == NULL)
        return;
    for (; list.term < list.end && count < MAX_BESIDE; count++) {
        members[count] = cm_lint_first_of(model, &list);
        list = cm_lint_after(model, &list, &members[count]);
    }
    size_t left = count;
    for (size_t i = count; i > 0 && !implied->lint->failed; i--) {
        const struct cm_lint_part term = members[i - 1];
        implied->beside_count = before;
        for (size_t k = 0; k < left; k++)
            if (members[k].term != term.term && implied->beside_count < MAX_BESIDE)
                implied->beside[implied->beside_count++] = (struct beside){members[k], all, turned};
        if (judge(implied, &term, all, turned, before, left > 1) == STAYS) {
            visit_below(implied, &term, turned);
            continue;
        }
        memmove(&members[i - 1], &members[i], (left - i) * sizeof *members);
        left--;
    }
    implied->beside_count = before;
}

static void look_at(struct certmap_lint *lint, size_t mapping) {
    const size_t count = cm_lint_mapping_at(&lint->model, mapping)->condition_count;
    struct implied implied = {
        .lint = lint, .mapping = (uint32_t)mapping, .whole = cm_lint_part_of(&lint->model, mapping)};
    if (count == 0)
        return;
    if (count > MAX_COMPARED) {
        cm_lint_undecided(lint, &lint->summary.by_budget);
        return;
    }
    if (find_worth(&implied, count))
        visit(&implied, implied.whole, true, false);
}

void cm_lint_pass_implied(struct certmap_lint *lint) {
    static const enum certmap_code codes[] = {CERTMAP_CODE_REDUNDANT_CONDITION, CERTMAP_CODE_NEVER_TRUE_CONDITION,
                                              CERTMAP_CODE_ALWAYS_TRUE_CONDITION};
    const size_t count = lint->model.mappings.count;
    bool wanted = false;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        wanted = wanted || cm_lint_wants(lint, codes[i]);
    for (size_t i = 0; wanted && i < count && cm_lint_goes_on(lint, i); i++)
        if (!lint->dead[i])
            look_at(lint, i);
}
