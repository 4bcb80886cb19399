/* SPDX-License-Identifier: MIT */
/* Mappings that answer, and without which every answer would be the same. A mapping makes a difference if a certificate
 * that it answers would without it go to one that gives something else, or to none. There is none of the latter if those
 * below that give the same take all of it, and none of the former if no other one is in between.
 *
 *     the mapping
 *     an other one ........ a certificate of both, that none of the same before has, shows a difference
 *     one of the same
 *     an other one ........ and so on, down to the last one of the same
 *
 * What is found so holds of certificates that can be read; it is asked again of all of them, mapping for mapping. */
#include "draft.h"
#include "late.h"
#include "reach.h"
#include <string.h>

/* Most mappings below that give the same which are looked at: from the mapping on, and from the end. */
#define MAX_NEAR 8
#define MAX_FAR 8
#define MAX_SAME (MAX_NEAR + MAX_FAR)
/* Most mappings in between; of more it is not decided. */
#define MAX_BETWEEN 256
/* Most certificates that are tried for one of these, each of which an earlier mapping answers. */
#define MAX_EARLIER 16

/* Mappings that give the same: for each the next one, and for the first how many and which is the last. */
struct outcomes {
    uint32_t *next, *before; /* + 1; 0: there is none */
    uint32_t *last;          /* of the same outcome, + 1 */
};

struct needless {
    struct certmap_lint *lint;
    struct outcomes outcomes;
    uint32_t mapping;
    uint32_t candidates[MAX_SAME], same[MAX_SAME]; /* same: that take all of it together; both in order */
    size_t candidate_count, same_count;
    struct cm_lint_witness witness; /* one that it answers */
    struct cm_lint_claim claim;
};

/* ---- outcomes ---- */

static uint64_t mix(uint64_t hash, struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ text.data[i]) * UINT64_C(0x100000001B3);
    return hash ^ hash >> 29;
}

static uint64_t hash_of(const struct cm_lint_model *model, size_t mapping) {
    const struct cm_lint_mapping *made = cm_lint_mapping_at(model, mapping);
    uint64_t hash = mix(made->is.decision == CERTMAP_ALLOW ? 7 : 8, certmap_view_of("x"));
    if (made->is.decision != CERTMAP_ALLOW)
        return hash;
    hash = mix(hash, made->is.account);
    for (uint32_t i = 0; i < made->output_count; i++)
        hash = mix(hash, cm_lint_output_at(model, made->output + i)->value);
    return hash;
}

/* From the last mapping to the first; what is dead is not there. False: there is no memory. */
static bool find_outcomes(struct needless *needless) {
    struct certmap_lint *lint = needless->lint;
    struct outcomes *outcomes = &needless->outcomes;
    const size_t count = lint->model.mappings.count;
    size_t size = 16;
    while (size < 2 * count)
        size *= 2;
    uint32_t *heads = lint->allocator.alloc(lint->allocator.ctx, size * sizeof *heads);
    outcomes->next = cm_lint_pool_take(&lint->pass, count + 1, sizeof *outcomes->next);
    outcomes->before = cm_lint_pool_take(&lint->pass, count + 1, sizeof *outcomes->before);
    outcomes->last = cm_lint_pool_take(&lint->pass, count + 1, sizeof *outcomes->last);
    lint->failed = lint->failed || heads == NULL || lint->pass.failed;
    if (heads != NULL)
        memset(heads, 0, size * sizeof *heads);
    for (size_t i = count; !lint->failed && i > 0; i--) {
        if (lint->dead[i - 1])
            continue;
        size_t slot = (size_t)hash_of(&lint->model, i - 1) & (size - 1);
        while (heads[slot] != 0 && !cm_lint_gives_the_same(&lint->model, heads[slot] - 1, i - 1))
            slot = (slot + 1) & (size - 1);
        outcomes->next[i - 1] = heads[slot];
        if (heads[slot] != 0)
            outcomes->before[heads[slot] - 1] = (uint32_t)i;
        outcomes->last[i - 1] = heads[slot] != 0 ? outcomes->last[heads[slot] - 1] : (uint32_t)i;
        heads[slot] = (uint32_t)i;
    }
    if (heads != NULL)
        lint->allocator.release(lint->allocator.ctx, heads);
    return !lint->failed;
}

/* ---- those that may take its place ---- */

/* Those below that give the same, in order. */
static void find_candidates(struct needless *needless) {
    const struct outcomes *outcomes = &needless->outcomes;
    uint32_t far[MAX_FAR] = {0};
    size_t count = 0;
    uint32_t at = outcomes->next[needless->mapping];
    needless->candidate_count = 0;
    for (size_t i = 0; at != 0 && i < MAX_NEAR; i++, at = outcomes->next[at - 1])
        needless->candidates[needless->candidate_count++] = at - 1;
    uint32_t last = at != 0 ? outcomes->last[at - 1] : 0;
    for (; at != 0 && count < MAX_FAR && last >= at; last = outcomes->before[last - 1])
        far[count++] = last - 1;
    while (count > 0)
        needless->candidates[needless->candidate_count++] = far[--count];
}

static bool is_same(const struct needless *needless, uint32_t mapping) {
    for (size_t i = 0; i < needless->same_count; i++)
        if (needless->same[i] == mapping)
            return true;
    return false;
}

/* Adds the candidates that the certificate that was matched last would go to. False: there is none. */
static bool add_same(struct needless *needless) {
    uint32_t same[MAX_SAME] = {0};
    size_t count = 0;
    for (size_t i = 0; i < needless->candidate_count; i++)
        if (is_same(needless, needless->candidates[i]) ||
            cm_lint_truth(needless->lint, needless->candidates[i]) == CERTMAP_TRUE)
            same[count++] = needless->candidates[i];
    const bool grew = count > needless->same_count;
    memcpy(needless->same, same, count * sizeof *same);
    needless->same_count = count;
    return grew;
}

/* ---- questions ---- */

#define MAX_WANTS (MAX_SAME + MAX_EARLIER + 2)

struct question {
    struct cm_lint_want wants[MAX_WANTS];
    size_t count;
    bool readable;
};

static void want(struct needless *needless, struct question *question, size_t mapping, enum cm_lint_rail rail) {
    question->wants[question->count++] = (struct cm_lint_want){cm_lint_part_of(&needless->lint->model, mapping), rail};
}

static enum cm_lint_verdict ask(struct needless *needless, const struct question *question,
                                struct cm_lint_witness *witness) {
    const struct cm_lint_query query = {question->wants, question->count, question->readable, false, false};
    return cm_lint_enough(needless->lint) ? CM_LINT_OPEN : cm_lint_ask(needless->lint->engine, &query, witness, NULL);
}

/* A question about what the mapping answers: of certificates that can be read, or of all. */
static struct question question_of(struct needless *needless, bool readable) {
    struct question question = {.count = 0, .readable = readable};
    want(needless, &question, needless->mapping, readable ? CM_LINT_TRUE : CM_LINT_NOT_FALSE);
    return question;
}

static void exclude_same(struct needless *needless, struct question *question, size_t below) {
    for (size_t i = 0; i < needless->same_count && needless->same[i] < below; i++)
        want(needless, question, needless->same[i], CM_LINT_FALSE);
}

/* Whether a certificate of the question exists that the mapping does answer: those that earlier mappings answer are
 * excluded. */
static enum cm_lint_verdict is_answered(struct needless *needless, struct question *question) {
    for (size_t i = 0; i < MAX_EARLIER; i++) {
        struct cm_lint_witness witness;
        struct cm_lint_claim claim;
        const enum cm_lint_verdict verdict = ask(needless, question, &witness);
        if (verdict != CM_LINT_POSSIBLE)
            return verdict;
        if (!cm_lint_claim_of(needless->lint, &claim, &witness, SIZE_MAX, SIZE_MAX, CERTMAP_TRUE) ||
            claim.answered > needless->mapping)
            return CM_LINT_OPEN;
        if (claim.answered == needless->mapping)
            return CM_LINT_POSSIBLE;
        want(needless, question, claim.answered, CM_LINT_FALSE);
    }
    return CM_LINT_OPEN;
}

/* Whether those that give the same take all of it. */
static enum cm_lint_verdict escapes_same(struct needless *needless, bool readable) {
    struct question question = question_of(needless, readable);
    exclude_same(needless, &question, SIZE_MAX);
    return is_answered(needless, &question);
}

/* Whether one in between takes some of it. */
static enum cm_lint_verdict meets(struct needless *needless, size_t other, bool readable) {
    struct question question = question_of(needless, readable);
    want(needless, &question, other, readable ? CM_LINT_TRUE : CM_LINT_NOT_FALSE);
    exclude_same(needless, &question, other);
    return is_answered(needless, &question);
}

/* Down to the last one that gives the same: IMPOSSIBLE, none takes any of it. */
static enum cm_lint_verdict meets_any(struct needless *needless, bool readable) {
    const size_t last = needless->same[needless->same_count - 1];
    size_t asked = 0;
    for (size_t i = needless->mapping + 1; i < last; i++) {
        if (cm_lint_gives_the_same(&needless->lint->model, needless->mapping, i))
            continue;
        if (asked++ == MAX_BETWEEN)
            return CM_LINT_OPEN;
        const enum cm_lint_verdict verdict = meets(needless, i, readable);
        if (verdict != CM_LINT_IMPOSSIBLE)
            return verdict;
    }
    return CM_LINT_IMPOSSIBLE;
}

/* An account that is not known to be meant waits: without the mapping nobody must get it, and whoever has it must not
 * wait. So each of the others has to be true, false or unknown just as it is, or, in between, false. */
static bool waits_alike(struct needless *needless) {
    if (cm_lint_mapping_at(&needless->lint->model, needless->mapping)->is.decision == CERTMAP_DENY)
        return true;
    if (needless->same_count != 1)
        return false;
    static const enum cm_lint_rail rails[][2] = {{CM_LINT_NOT_TRUE, CM_LINT_TRUE}, {CM_LINT_TRUE, CM_LINT_NOT_TRUE}};
    for (size_t i = 0; i < 2; i++) {
        struct cm_lint_witness witness;
        struct question question = question_of(needless, false);
        want(needless, &question, needless->mapping, rails[i][0]);
        want(needless, &question, needless->same[0], rails[i][1]);
        if (ask(needless, &question, &witness) != CM_LINT_IMPOSSIBLE)
            return false;
    }
    return true;
}

/* Whether no mapping in between that gives the same takes any of it, which it could do without knowing. */
static bool is_alone_between(struct needless *needless) {
    for (size_t i = needless->mapping + 1; i < needless->same[0]; i++) {
        struct cm_lint_witness witness;
        struct question question = question_of(needless, false);
        if (i - needless->mapping > MAX_BETWEEN)
            return false;
        want(needless, &question, i, CM_LINT_NOT_FALSE);
        if (ask(needless, &question, &witness) != CM_LINT_IMPOSSIBLE)
            return false;
    }
    return true;
}

static bool is_removable(struct needless *needless) {
    const bool denies = cm_lint_mapping_at(&needless->lint->model, needless->mapping)->is.decision == CERTMAP_DENY;
    return escapes_same(needless, false) == CM_LINT_IMPOSSIBLE && meets_any(needless, false) == CM_LINT_IMPOSSIBLE &&
           waits_alike(needless) && (denies || is_alone_between(needless));
}

/* ---- reports ---- */

static void report_needless(struct needless *needless) {
    struct certmap_lint *lint = needless->lint;
    const size_t mapping = needless->mapping;
    const char *other = cm_lint_name(lint, needless->same[0]);
    struct certmap_lint_report *report = cm_lint_report_add(
        lint, CERTMAP_CODE_MAKES_NO_DIFFERENCE, CERTMAP_CERTAINTY_PROVEN, mapping, cm_lint_mapping_place(lint, mapping),
        "makes no difference: %s, below it, gives the same to all whom it is about%s", other,
        needless->same_count > 1 ? ", together with others" : "");
    for (size_t i = 0; i < needless->same_count; i++)
        cm_lint_report_relate(lint, report, needless->same[i], cm_lint_mapping_place(lint, needless->same[i]),
                              "%s gives the same", cm_lint_name(lint, needless->same[i]));
    cm_lint_show(lint, report, &needless->claim, &needless->witness);
    if (report == NULL)
        return;
    if (!is_removable(needless)) {
        cm_lint_report_help(lint, report,
                            "delete %s, unless it is to stop certificates with values that cannot be read: the answer "
                            "for them may change",
                            cm_lint_name(lint, mapping));
        return;
    }
    cm_lint_report_help(lint, report, "delete %s; no answer changes, also not for certificates with unreadable values",
                        cm_lint_name(lint, mapping));
    cm_lint_report_edit(lint, report, cm_lint_mapping_extent(lint, mapping), certmap_view_of(""));
    report->fixed_by_edits = report->edit_count > 0;
}

/* ---- the pass ---- */

/* Leaves out of those that give the same whom the others do not need, from the last one on. */
static void reduce(struct needless *needless) {
    for (size_t i = needless->same_count; i > 0 && needless->same_count > 1; i--) {
        const struct needless before = *needless;
        needless->same_count--;
        memmove(&needless->same[i - 1], &needless->same[i], (needless->same_count - (i - 1)) * sizeof *needless->same);
        if (escapes_same(needless, true) != CM_LINT_IMPOSSIBLE)
            *needless = before;
    }
}

/* A certificate that the mapping answers, made from its text. */
static bool has_draft(struct needless *needless) {
    struct cm_lint_draft draft;
    struct certmap_lint *lint = needless->lint;
    if (!cm_lint_draft_begin(&draft, lint) || !cm_lint_draft_mapping(&draft, needless->mapping, NULL, NULL))
        return false;
    needless->witness = cm_lint_draft_witness(&draft);
    return cm_lint_claim_of(lint, &needless->claim, &needless->witness, needless->mapping, SIZE_MAX, CERTMAP_TRUE) &&
           needless->claim.answered == needless->mapping;
}

static bool has_witness(struct needless *needless) {
    struct question question = question_of(needless, true);
    for (size_t i = 0; i < MAX_EARLIER; i++) {
        if (ask(needless, &question, &needless->witness) != CM_LINT_POSSIBLE ||
            !cm_lint_claim_of(needless->lint, &needless->claim, &needless->witness, needless->mapping, SIZE_MAX,
                              CERTMAP_TRUE))
            return false;
        if (needless->claim.answered == needless->mapping)
            return true;
        if (needless->claim.answered > needless->mapping)
            return false;
        want(needless, &question, needless->claim.answered, CM_LINT_FALSE);
    }
    return false;
}

static void look_at(struct needless *needless) {
    if (!has_draft(needless) && !has_witness(needless))
        return;
    find_candidates(needless);
    needless->same_count = 0;
    enum cm_lint_verdict verdict = CM_LINT_POSSIBLE;
    while (verdict == CM_LINT_POSSIBLE && add_same(needless))
        verdict = escapes_same(needless, true);
    if (verdict == CM_LINT_IMPOSSIBLE) {
        reduce(needless);
        verdict = meets_any(needless, true);
    }
    if (verdict == CM_LINT_IMPOSSIBLE)
        report_needless(needless);
    else if (verdict == CM_LINT_OPEN)
        cm_lint_open(needless->lint);
}

void cm_lint_pass_needless(struct certmap_lint *lint) {
    const size_t count = lint->model.mappings.count;
    struct needless needless = {.lint = lint};
    if (certmap_rules_combining(lint->model.rules) != CERTMAP_COMBINING_FIRST ||
        !cm_lint_wants(lint, CERTMAP_CODE_MAKES_NO_DIFFERENCE) || !find_outcomes(&needless))
        return;
    for (size_t i = 0; i < count && cm_lint_goes_on(lint, i); i++) {
        needless.mapping = (uint32_t)i;
        if (!lint->dead[i] && needless.outcomes.next[i] != 0)
            look_at(&needless);
    }
}
