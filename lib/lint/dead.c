/* SPDX-License-Identifier: MIT */
/* Mappings that never answer, and why. */
#include "past.h"
#include "question.h"
#include "reach.h"
#include <stdio.h>
#include <string.h>

/* ---- words ---- */

/* The names of mappings: "a", "b" and "c"; of many the first ones. */
static const char *names_of(struct certmap_lint *lint, const struct cm_lint_reach *reach) {
    const size_t most = 4, count = reach->suspect_count < most ? reach->suspect_count : most;
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        const char *name = cm_lint_name(lint, reach->suspects[i]);
        const char *join = i == 0 ? "" : i + 1 == count && count == reach->suspect_count ? " and " : ", ";
        const size_t len = strlen(text) + strlen(name) + 32;
        char *longer = cm_lint_pool_take(&lint->scratch, len, 1);
        if (longer == NULL)
            return text;
        (void)snprintf(longer, len, "%s%s%s%s", text, join, name,
                       i + 1 == count && count < reach->suspect_count ? " and others" : "");
        text = longer;
    }
    return text;
}

/* ---- what is wrong ---- */

/* A mapping that answers nobody who is readable. */
struct dead {
    struct certmap_lint *lint;
    struct cm_lint_reach *reach;
    bool same_outcome; /* those in its place give what it would */
    bool duplicate;
    bool removable;        /* it can be left out, proven in three values */
    bool stops_unreadable; /* it cannot: reach->witness shows it */
    bool lets_in;          /* it refuses, and one of the others does not */
    bool odd;              /* but it answers those of a version that is none */
};

/* Whether mappings are tried in order, and the first one answers. */
static bool is_first(const struct certmap_lint *lint) {
    return certmap_rules_combining(lint->model.rules) == CERTMAP_COMBINING_FIRST;
}

/* Under the other policies there is no order, but for what `all` refuses several times. */
static enum certmap_code code_of_others(const struct dead *dead) {
    const struct certmap_lint *lint = dead->lint;
    return certmap_rules_combining(lint->model.rules) == CERTMAP_COMBINING_ALL &&
                   cm_lint_mapping_at(&lint->model, dead->reach->mapping)->is.decision == CERTMAP_DENY
               ? CERTMAP_CODE_MAKES_NO_DIFFERENCE
               : CERTMAP_CODE_NEVER_WINS;
}

static enum certmap_code code_of(const struct dead *dead) {
    const size_t count = dead->reach->suspect_count;
    if (!is_first(dead->lint) && count > 0)
        return code_of_others(dead);
    if (dead->lets_in)
        return CERTMAP_CODE_DEAD_DENY;
    if (dead->stops_unreadable)
        return CERTMAP_CODE_DECIDES_ONLY_UNREADABLE;
    if (count == 0)
        return CERTMAP_CODE_NEVER_TRUE;
    return dead->duplicate ? CERTMAP_CODE_DUPLICATE_CONDITION
           : count > 1     ? CERTMAP_CODE_SHADOWED_BY_SEVERAL
                           : CERTMAP_CODE_SHADOWED;
}

/* What others do to a mapping that never wins. */
static const char *reason_of(const struct certmap_lint *lint, bool several) {
    const enum certmap_combining policy = certmap_rules_combining(lint->model.rules);
    if (policy == CERTMAP_COMBINING_MOST_SPECIFIC)
        return several ? "go first, one or the other" : "goes first";
    if (policy == CERTMAP_COMBINING_UNIQUE)
        return several ? "are, one or the other, and nobody gets an account" : "is, too, and nobody gets an account";
    return several ? "refuse, one or the other" : "refuses";
}

static struct certmap_lint_report *add_report(struct dead *dead) {
    struct certmap_lint *lint = dead->lint;
    const size_t mapping = dead->reach->mapping;
    const struct certmap_position place = cm_lint_mapping_place(lint, mapping);
    const enum certmap_code code = code_of(dead);
    const bool several = dead->reach->suspect_count > 1;
    if (!cm_lint_wants(lint, code))
        return NULL;
    const char *names = names_of(lint, dead->reach);
#define ADD(...) cm_lint_report_add(lint, code, CERTMAP_CERTAINTY_PROVEN, mapping, place, __VA_ARGS__)
    switch ((int)code) {
    case CERTMAP_CODE_DEAD_DENY:
        return ADD("refuses nobody: %s, above it, %s everyone whom it is about first", names,
                   several ? "together take" : "takes");
    case CERTMAP_CODE_DECIDES_ONLY_UNREADABLE:
        return ADD("answers only certificates with a value that cannot be read: it stops them%s%s",
                   names[0] != '\0' ? "; all others go to " : "", names);
    case CERTMAP_CODE_NEVER_WINS:
        return ADD("never answers: whenever it is true, %s %s", names, reason_of(lint, several));
    case CERTMAP_CODE_MAKES_NO_DIFFERENCE:
        return ADD("makes no difference: %s %s everyone whom it is about", names,
                   several ? "together refuse" : "refuses");
    case CERTMAP_CODE_NEVER_TRUE:
        return ADD("never answers: no certificate can have all that it asks for");
    case CERTMAP_CODE_DUPLICATE_CONDITION:
        return ADD("never answers: %s, above it, asks for the same", names);
    case CERTMAP_CODE_SHADOWED_BY_SEVERAL:
        return ADD("never answers: %s together take all of it", names);
    default:
        return ADD("never answers: %s, above it, takes everyone whom it is about", names);
    }
#undef ADD
}

/* What each of the others does. */
static void relate_others(struct dead *dead, struct certmap_lint_report *report) {
    struct certmap_lint *lint = dead->lint;
    for (size_t i = 0; i < dead->reach->suspect_count && i < 16; i++) {
        const size_t other = dead->reach->suspects[i];
        const struct cm_lint_about *is = &cm_lint_mapping_at(&lint->model, other)->is;
        if (is->decision == CERTMAP_ALLOW)
            cm_lint_report_relate(lint, report, other, cm_lint_mapping_place(lint, other), "%s gives them %s",
                                  cm_lint_name(lint, other), cm_lint_quote(lint, is->account));
        else
            cm_lint_report_relate(lint, report, other, cm_lint_mapping_place(lint, other), "%s refuses them",
                                  cm_lint_name(lint, other));
    }
}

/* The conditions that exclude each other. */
static void relate_conditions(struct dead *dead, struct certmap_lint_report *report) {
    struct certmap_lint *lint = dead->lint;
    const size_t mapping = dead->reach->mapping;
    const struct cm_lint_part whole = cm_lint_part_of(&lint->model, mapping);
    struct cm_lint_want *wants = cm_lint_pool_take(&lint->scratch, whole.end - whole.term + 1, sizeof *wants);
    bool *needed = cm_lint_pool_take(&lint->scratch, whole.end - whole.term + 1, sizeof *needed);
    struct cm_lint_query query = {wants, 0, true, false, false};
    struct cm_lint_witness witness;
    if (wants == NULL || needed == NULL)
        return;
    for (struct cm_lint_part part = whole; part.term < part.end;) {
        const struct cm_lint_part first = cm_lint_first_of(&lint->model, &part);
        wants[query.count++] = (struct cm_lint_want){first, CM_LINT_TRUE};
        part = cm_lint_after(&lint->model, &part, &first);
    }
    if (cm_lint_ask(lint->engine, &query, &witness, needed) != CM_LINT_IMPOSSIBLE)
        return;
    for (size_t i = 0; i < query.count; i++)
        if (needed[i] && cm_lint_conditions_in(&lint->model, wants[i].part.term, wants[i].part.end) > 0)
            cm_lint_report_relate(lint, report, mapping,
                                  cm_lint_condition_place(lint, mapping, wants[i].part.condition - whole.condition),
                                  "this cannot hold together with the rest");
}

/* ---- how to mend it ---- */

static void help(struct dead *dead, struct certmap_lint_report *report) {
    struct certmap_lint *lint = dead->lint;
    const char *name = cm_lint_name(lint, dead->reach->mapping);
    if (dead->lets_in)
        cm_lint_report_help(lint, report, "move %s above %s", name, cm_lint_name(lint, dead->reach->suspects[0]));
    else if (dead->removable)
        cm_lint_report_help(lint, report,
                            "delete %s; no answer changes, also not for certificates with unreadable values (proven)",
                            name);
    else if (dead->stops_unreadable)
        cm_lint_report_help(
            lint, report, "if it is not there to stop unreadable values, delete %s; the answer for them changes", name);
    else if (dead->odd)
        cm_lint_report_help(lint, report,
                            "delete %s, unless it is for certificates of another version than 1, 2 and 3, which there "
                            "are not to be: it answers those",
                            name);
    if (dead->lets_in || !dead->removable || report == NULL)
        return;
    const struct certmap_position extent = cm_lint_mapping_extent(lint, dead->reach->mapping);
    cm_lint_report_edit(lint, report, extent, certmap_view_of(""));
    report->fixed_by_edits = report->edit_count > 0;
}

/* ---- certificates ---- */

/* Whether any condition of the mapping is about the version. */
static bool has_version(const struct cm_lint_model *model, size_t mapping) {
    const struct cm_lint_mapping *is = cm_lint_mapping_at(model, mapping);
    for (uint32_t i = is->condition; i < is->condition + is->condition_count; i++)
        if (cm_lint_path_at(model, cm_lint_condition_at(model, i)->path)->field == CERTMAP_FIELD_VERSION)
            return true;
    return false;
}

/* Whether a certificate that can be read, and has a version that is none, gets past those that answer all others. Where
 * neither the mapping nor any of those asks for a version, what was proven of them holds of it, too. */
static enum cm_lint_verdict answers_odd(struct certmap_lint *lint, const struct cm_lint_reach *reach) {
    struct cm_lint_reach odd = *reach;
    bool asked = has_version(&lint->model, reach->mapping);
    for (size_t i = 0; i < reach->suspect_count; i++)
        asked = asked || has_version(&lint->model, reach->suspects[i]);
    if (!asked)
        return CM_LINT_IMPOSSIBLE;
    lint->engine->odd = true;
    const enum cm_lint_verdict verdict = cm_lint_reach(lint, &odd, true);
    lint->engine->odd = false;
    if (verdict == CM_LINT_OPEN)
        cm_lint_open(lint);
    return verdict;
}

/* Of the certificates that the mapping stops, one with as few unreadable values as can be: part by part of it that is
 * tried to be true. */
static void clear_up(struct dead *dead) {
    struct certmap_lint *lint = dead->lint;
    const size_t mapping = dead->reach->mapping;
    struct cm_lint_part part = cm_lint_part_of(&lint->model, mapping);
    struct cm_lint_want *wants =
        cm_lint_pool_take(&lint->scratch, part.end - part.term + dead->reach->suspect_count + 1, sizeof *wants);
    struct cm_lint_query query = {wants, 0, false, false, false};
    struct cm_lint_witness witness;
    struct cm_lint_claim claim;
    size_t terms = 0;
    for (; wants != NULL && part.term < part.end; terms++) {
        const struct cm_lint_part first = cm_lint_first_of(&lint->model, &part);
        wants[query.count++] = (struct cm_lint_want){first, CM_LINT_NOT_FALSE};
        part = cm_lint_after(&lint->model, &part, &first);
    }
    for (size_t i = 0; wants != NULL && i < dead->reach->suspect_count; i++)
        wants[query.count++] =
            (struct cm_lint_want){cm_lint_part_of(&lint->model, dead->reach->suspects[i]), CM_LINT_FALSE};
    for (size_t i = 0; i < terms && terms <= 32; i++) {
        wants[i].rail = CM_LINT_TRUE;
        if (cm_lint_ask(lint->engine, &query, &witness, NULL) == CM_LINT_POSSIBLE &&
            cm_lint_claim_of(lint, &claim, &witness, mapping, SIZE_MAX, CERTMAP_UNKNOWN) && claim.answered == mapping)
            dead->reach->witness = witness;
        else
            wants[i].rail = CM_LINT_NOT_FALSE;
    }
}

/* A certificate that the mapping is true of, and that another one answers. */
static void show(struct dead *dead, struct certmap_lint_report *report) {
    struct certmap_lint *lint = dead->lint;
    const size_t mapping = dead->reach->mapping;
    struct cm_lint_claim claim;
    struct cm_lint_witness witness;
    if (dead->stops_unreadable && !dead->lets_in) {
        clear_up(dead);
        if (cm_lint_claim_of(lint, &claim, &dead->reach->witness, mapping, SIZE_MAX, CERTMAP_UNKNOWN))
            cm_lint_show(lint, report, &claim, &dead->reach->witness);
    } else if (dead->reach->suspect_count > 0 &&
               cm_lint_escapes(lint, mapping, NULL, 0, true, &witness, NULL) == CM_LINT_POSSIBLE &&
               cm_lint_claim_of(lint, &claim, &witness, mapping, SIZE_MAX, CERTMAP_TRUE)) {
        cm_lint_show(lint, report, &claim, &witness);
    }
}

static void report_dead(struct dead *dead) {
    struct certmap_lint_report *report = add_report(dead);
    if (report == NULL)
        return;
    const enum certmap_code code = report->diagnostic.code;
    const bool weak = dead->same_outcome && dead->reach->suspect_count > 0 &&
                      (code == CERTMAP_CODE_SHADOWED || code == CERTMAP_CODE_SHADOWED_BY_SEVERAL ||
                       code == CERTMAP_CODE_DUPLICATE_CONDITION);
    if (weak && dead->lint->options.profile != CERTMAP_LINT_STRICT)
        report->diagnostic.severity = CERTMAP_SEVERITY_NOTE;
    relate_others(dead, report);
    if (dead->reach->suspect_count == 0)
        relate_conditions(dead, report);
    show(dead, report);
    help(dead, report);
}

/* ---- the pass ---- */

static bool lets_in(const struct certmap_lint *lint, const struct cm_lint_reach *reach) {
    bool lets = false;
    for (size_t i = 0; i < reach->suspect_count; i++)
        lets = lets || cm_lint_mapping_at(&lint->model, reach->suspects[i])->is.decision == CERTMAP_ALLOW;
    return lets && cm_lint_mapping_at(&lint->model, reach->mapping)->is.decision == CERTMAP_DENY;
}

/* Most mappings of which it is asked whether they would answer in the place of one. */
#define MAX_FOLLOWERS 64

/* Whether a mapping that allows, and is never true, keeps another one from answering: without it an answer would be
 * another one than none. all: what is found to stop. Those before it answer only where there is no order; where there is
 * none, it is the accounts of others that it stops. */
static bool keeps_from_others(struct certmap_lint *lint, const struct cm_lint_reach *all) {
    const size_t count = lint->model.mappings.count;
    const enum certmap_decision decision = cm_lint_mapping_at(&lint->model, all->mapping)->is.decision;
    const size_t begin = is_first(lint) ? all->mapping + 1 : 0;
    if (decision == CERTMAP_DENY || count - begin > MAX_FOLLOWERS)
        return true;
    for (size_t i = begin; i < count; i++) {
        const bool allows = cm_lint_mapping_at(&lint->model, i)->is.decision == CERTMAP_ALLOW;
        if (i == all->mapping || (!allows && !is_first(lint)))
            continue;
        const struct cm_lint_want wants[] = {
            {cm_lint_part_of(&lint->model, all->mapping), CM_LINT_NOT_FALSE},
            {cm_lint_part_of(&lint->model, i), allows ? CM_LINT_TRUE : CM_LINT_NOT_FALSE}};
        const struct cm_lint_query query = {wants, 2, false, false, false};
        struct cm_lint_witness witness;
        if (cm_lint_ask(lint->engine, &query, &witness, NULL) != CM_LINT_IMPOSSIBLE)
            return true;
    }
    return false;
}

/* Under the other policies one that may be true counts, whatever else is: it can only be left out if it is always false. */
static void judge_others(struct dead *dead) {
    struct certmap_lint *lint = dead->lint;
    struct cm_lint_witness witness;
    struct cm_lint_claim claim;
    if (dead->reach->suspect_count == 0) {
        const enum cm_lint_verdict verdict =
            cm_lint_escapes(lint, dead->reach->mapping, NULL, 0, false, &witness, NULL);
        dead->removable = verdict == CM_LINT_IMPOSSIBLE;
        dead->stops_unreadable =
            verdict == CM_LINT_POSSIBLE &&
            cm_lint_claim_of(lint, &claim, &witness, dead->reach->mapping, SIZE_MAX, CERTMAP_UNKNOWN) &&
            claim.answered == dead->reach->mapping && keeps_from_others(lint, dead->reach);
        dead->removable = dead->removable || (verdict == CM_LINT_POSSIBLE && !dead->stops_unreadable &&
                                              !keeps_from_others(lint, dead->reach));
        dead->reach->witness = witness;
        if (verdict == CM_LINT_OPEN)
            cm_lint_open(lint);
    }
    lint->dead[dead->reach->mapping] = true;
    report_dead(dead);
}

/* Of the mapping and those in its place: what they give, and whether they ask for the same. */
static void compare(struct dead *dead) {
    struct certmap_lint *lint = dead->lint;
    const struct cm_lint_reach *reach = dead->reach;
    const struct cm_lint_part own = cm_lint_part_of(&lint->model, reach->mapping);
    dead->same_outcome = true;
    for (size_t i = 0; i < reach->suspect_count; i++) {
        const struct cm_lint_part other = cm_lint_part_of(&lint->model, reach->suspects[i]);
        dead->same_outcome =
            dead->same_outcome && cm_lint_gives_the_same(&lint->model, reach->mapping, reach->suspects[i]);
        dead->duplicate = reach->suspect_count == 1 && cm_lint_are_same(lint->engine, &own, &other);
    }
}

/* Where mappings are tried in order: whether it stops certificates with values that cannot be read. */
static void judge_unreadable(struct dead *dead) {
    struct certmap_lint *lint = dead->lint;
    struct cm_lint_reach all = *dead->reach;
    const enum cm_lint_verdict verdict = cm_lint_reach(lint, &all, false);
    dead->removable = verdict == CM_LINT_IMPOSSIBLE;
    if (verdict == CM_LINT_POSSIBLE) {
        dead->reach->witness = all.witness;
        dead->stops_unreadable = keeps_from_others(lint, &all);
        dead->removable = !dead->stops_unreadable;
    }
    if (verdict == CM_LINT_OPEN)
        cm_lint_open(lint);
}

/* It answers nobody who is readable: what of the others? Where it answers those of a version that is none, or may, it cannot
 * be left out, and no more needs to be known. */
static void judge(struct certmap_lint *lint, struct cm_lint_reach *reach) {
    struct dead dead = {.lint = lint, .reach = reach};
    const enum cm_lint_verdict odd = answers_odd(lint, reach);
    dead.odd = odd == CM_LINT_POSSIBLE;
    if (dead.odd && reach->suspect_count == 0)
        return; /* that is what it is there for */
    cm_lint_reduce(lint, reach);
    compare(&dead);
    if (!is_first(lint)) {
        judge_others(&dead);
        return;
    }
    dead.lets_in = lets_in(lint, reach);
    if (odd == CM_LINT_IMPOSSIBLE)
        judge_unreadable(&dead);
    lint->dead[reach->mapping] = true;
    report_dead(&dead);
}

/* Whether the matcher says that the mapping answers, also of what can be read. */
static bool is_answered(struct certmap_lint *lint, const struct certmap_result *result, size_t mapping) {
    return cm_lint_answers(lint, result, mapping) && result->reason != CERTMAP_CODE_UNREADABLE;
}

static void add_likely(struct cm_lint_reach *reach, size_t answered) {
    if (answered < reach->mapping && reach->likely_count < CM_LINT_MAX_LIKELY)
        reach->likely[reach->likely_count++] = (uint32_t)answered;
}

/* Whether the mapping answers its draft with what has got others past those that are in the way of it. If another one
 * does, that is more likely than those to be what keeps it from answering. */
static bool gets_past(const struct cm_lint_past *past, const struct cm_lint_draft *draft, struct cm_lint_reach *reach) {
    for (size_t i = 0; i < 2 * past->count; i++) {
        struct cm_lint_draft more;
        struct certmap_result result;
        if (!cm_lint_draft_begin(&more, past->lint) || !cm_lint_past_add(past, i / 2, &more, draft, i % 2 != 0) ||
            !cm_lint_draft_answer(&more, &result))
            continue;
        if (is_answered(past->lint, &result, reach->mapping))
            return true;
        add_likely(reach, result.index);
    }
    return false;
}

/* Most mappings need no proof: the matcher says at once that they answer. */
static bool draft_answers(struct certmap_lint *lint, struct cm_lint_reach *reach, const struct cm_lint_past *past) {
    struct cm_lint_draft draft;
    struct certmap_result result;
    if (!cm_lint_draft_begin(&draft, lint) || !cm_lint_draft_mapping(&draft, reach->mapping, NULL, NULL) ||
        !cm_lint_draft_answer(&draft, &result))
        return false;
    if (cm_lint_answers(lint, &result, reach->mapping))
        return result.reason != CERTMAP_CODE_UNREADABLE;
    if (is_first(lint) && result.index < reach->mapping)
        reach->suspects[reach->suspect_count++] = (uint32_t)result.index;
    return is_first(lint) && gets_past(past, &draft, reach);
}

void cm_lint_pass_reach(struct certmap_lint *lint) {
    struct cm_lint_reach *reach = cm_lint_pool_take(&lint->pass, 1, sizeof *reach);
    struct cm_lint_past past;
    const size_t count = lint->model.mappings.count;
    if (reach == NULL)
        return;
    cm_lint_past_begin(&past, lint);
    for (size_t i = 0; i < count && cm_lint_goes_on(lint, i); i++) {
        reach->mapping = i;
        reach->suspect_count = reach->likely_count = 0;
        if (draft_answers(lint, reach, &past))
            continue;
        const enum cm_lint_verdict verdict = cm_lint_reach(lint, reach, true);
        if (verdict == CM_LINT_POSSIBLE && reach->suspect_count > 0)
            cm_lint_past_keep(&past, i, &reach->witness);
        else if (verdict == CM_LINT_IMPOSSIBLE)
            judge(lint, reach);
        else if (verdict == CM_LINT_OPEN)
            cm_lint_open(lint);
    }
    cm_lint_past_free(&past);
}
