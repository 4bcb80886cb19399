/* SPDX-License-Identifier: MIT */
/* Pairs of mappings of which one certificate is, where that matters: under the policy `unique` nobody gets an account then,
 * and under `most-specific` the order decides between two that have the same score. With several values of everything
 * nearly any two have one; it is looked for with one value of each attribute and alternative name. */
#include "keys.h"
#include "late.h"
#include "reach.h"
#include <string.h>

/* Most mappings above one that are looked at, and of which the solver is asked. */
#define MAX_STEPS 4096
#define MAX_ASKED 32
/* Most questions about a rule set, some of 50 us each. */
#define MAX_QUESTIONS 20000

struct pairs {
    struct certmap_lint *lint;
    struct cm_lint_keys *keys; /* of each mapping */
    bool unique;
    size_t questions;
    size_t *open; /* why a question about the mapping stayed open; NULL: none did */
};

/* Whether it matters that a certificate is of both. */
static bool matters(const struct pairs *pairs, size_t a, size_t b) {
    const struct certmap_rules *rules = pairs->lint->model.rules;
    return !pairs->lint->dead[a] && (pairs->unique || (certmap_rules_score(rules, a) == certmap_rules_score(rules, b) &&
                                                       !cm_lint_gives_the_same(&pairs->lint->model, a, b)));
}

/* A certificate of both, which gets the answer that is reported. */
static bool find(struct pairs *pairs, size_t above, size_t mapping, struct cm_lint_witness *witness,
                 struct cm_lint_claim *claim) {
    struct certmap_lint *lint = pairs->lint;
    const struct cm_lint_want wants[] = {{cm_lint_part_of(&lint->model, above), CM_LINT_TRUE},
                                         {cm_lint_part_of(&lint->model, mapping), CM_LINT_TRUE}};
    const struct cm_lint_query query = {wants, 2, true, true, true};
    pairs->questions++;
    const enum cm_lint_verdict verdict = cm_lint_ask(lint->engine, &query, witness, NULL);
    if (verdict == CM_LINT_OPEN)
        pairs->open = cm_lint_open_why(lint);
    return verdict == CM_LINT_POSSIBLE && cm_lint_claim_of(lint, claim, witness, mapping, above, CERTMAP_TRUE) &&
           (pairs->unique ? claim->reason == CERTMAP_CODE_AMBIGUOUS : claim->answered == above);
}

/* Most fields that are named. */
#define MAX_NAMED 3

static bool asks_for(const struct cm_lint_model *model, size_t mapping, uint32_t path) {
    const struct cm_lint_mapping *made = cm_lint_mapping_at(model, mapping);
    for (uint32_t i = 0; i < made->condition_count; i++)
        if (cm_lint_condition_at(model, made->condition + i)->path == path)
            return true;
    return false;
}

/* The fields that a mapping asks for and another one does not: by these they meet. Empty: there are none. */
static const char *own_fields(struct certmap_lint *lint, size_t mapping, size_t other) {
    const struct cm_lint_model *model = &lint->model;
    const struct cm_lint_mapping *made = cm_lint_mapping_at(model, mapping);
    const char *text = "";
    uint32_t named[MAX_NAMED];
    size_t count = 0;
    for (uint32_t i = 0; i < made->condition_count && count < MAX_NAMED; i++) {
        const uint32_t path = cm_lint_condition_at(model, made->condition + i)->path;
        const struct cm_lint_path *is = cm_lint_path_at(model, path);
        bool known = asks_for(model, other, path);
        for (size_t k = 0; k < count; k++)
            known = known || named[k] == path;
        if (known)
            continue;
        text = cm_lint_print(lint, "%s%s%s%s%.*s", text, count > 0 ? " and " : "", certmap_field_name(is->field),
                             is->subfield.len > 0 ? "." : "", (int)is->subfield.len,
                             is->subfield.len > 0 ? (const char *)is->subfield.data : "");
        named[count++] = path;
    }
    return text;
}

/* How the two mappings differ in what they ask for. */
static const char *difference(struct certmap_lint *lint, size_t above, size_t mapping) {
    const char *other = own_fields(lint, above, mapping), *own = own_fields(lint, mapping, above);
    const char *alone = other[0] == '\0' ? own : other;
    if (other[0] != '\0' && own[0] != '\0')
        return strcmp(other, own) < 0 ? cm_lint_print(lint, ", one by %s, the other by %s", other, own)
                                      : cm_lint_print(lint, ", one by %s, the other by %s", own, other);
    return alone[0] == '\0' ? "" : cm_lint_print(lint, ", one without regard to %s", alone);
}

static void report_pair(struct pairs *pairs, size_t above, size_t mapping, const struct cm_lint_claim *claim,
                        const struct cm_lint_witness *witness) {
    struct certmap_lint *lint = pairs->lint;
    const struct certmap_position place = cm_lint_mapping_place(lint, mapping);
    const char *own = cm_lint_name(lint, mapping), *other = cm_lint_name(lint, above);
    const char *how = difference(lint, above, mapping);
    struct certmap_lint_report *report =
        pairs->unique
            ? cm_lint_report_add(lint, CERTMAP_CODE_AMBIGUOUS_PAIR, CERTMAP_CERTAINTY_SHOWN, mapping, place,
                                 "a certificate is of %s and of this one%s, so that it gets no account", other, how)
            : cm_lint_report_add(
                  lint, CERTMAP_CODE_TIE, CERTMAP_CERTAINTY_SHOWN, mapping, place,
                  "a certificate is of %s and of this one%s, which have the same score: the order decides", other, how);
    cm_lint_report_relate(lint, report, above, cm_lint_mapping_place(lint, above), "%s is true of it, too", other);
    cm_lint_report_help(lint, report,
                        pairs->unique ? "make %s or %s narrower, as with `not`"
                                      : "ask for more in %s or in %s, whichever is meant to go first",
                        own, other);
    cm_lint_show(lint, report, claim, witness);
}

/* One pair of each mapping is reported: with the nearest one above. */
static void look_at(struct pairs *pairs, size_t mapping) {
    const size_t end = mapping > MAX_STEPS ? mapping - MAX_STEPS : 0;
    size_t asked = 0;
    pairs->open = NULL;
    for (size_t i = mapping; i > end && asked < MAX_ASKED && pairs->questions < MAX_QUESTIONS; i--) {
        struct cm_lint_witness witness;
        struct cm_lint_claim claim;
        if (!matters(pairs, i - 1, mapping) ||
            !cm_lint_keys_may_meet(&pairs->lint->model, &pairs->keys[i - 1], &pairs->keys[mapping], true))
            continue;
        if (cm_lint_enough(pairs->lint))
            return;
        asked++;
        if (find(pairs, i - 1, mapping, &witness, &claim)) {
            report_pair(pairs, i - 1, mapping, &claim, &witness);
            return;
        }
    }
    if (pairs->open != NULL)
        cm_lint_undecided(pairs->lint, pairs->open);
}

void cm_lint_pass_pairs(struct certmap_lint *lint) {
    const enum certmap_combining policy = certmap_rules_combining(lint->model.rules);
    const size_t count = lint->model.mappings.count;
    struct pairs pairs = {.lint = lint, .unique = policy == CERTMAP_COMBINING_UNIQUE};
    if (!(pairs.unique && cm_lint_wants(lint, CERTMAP_CODE_AMBIGUOUS_PAIR)) &&
        !(policy == CERTMAP_COMBINING_MOST_SPECIFIC && cm_lint_wants(lint, CERTMAP_CODE_TIE)))
        return;
    pairs.keys = cm_lint_pool_take(&lint->pass, count + 1, sizeof *pairs.keys);
    for (size_t i = 0; pairs.keys != NULL && i < count && cm_lint_goes_on(lint, i); i++) {
        pairs.keys[i] = cm_lint_keys_of(lint, i);
        if (lint->dead[i])
            continue;
        if (pairs.questions < MAX_QUESTIONS)
            look_at(&pairs, i);
        else
            cm_lint_undecided(lint, &lint->summary.by_budget);
    }
}
