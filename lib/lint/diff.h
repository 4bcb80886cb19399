/* SPDX-License-Identifier: MIT */
/* A comparison on its way. Both rule sets are one model, in which a mapping that both have is there once:
 *
 *     before     [ a | b | c | d ]          mappings 0 to 3 of the model
 *     after      [ a | e | c | b ]          0, 4, 2, 1: e was added to the model; b is not where it was
 *
 *     diff_align.c   which mappings are the same, and which stayed
 *     diff_answer.c  what both rule sets say of a certificate
 *     diff_ask.c     whether a certificate exists that both answer as a plan says
 *     diff_first.c   the plans of an edit where the first mapping decides
 *     diff_joint.c   the plans of an edit where mappings decide together
 *     diff_show.c    certificates for people
 *     diff.c         from the beginning to the end
 *
 * A plan says who is to decide on each side. The solver makes a certificate of it; the real matcher then says who decides.
 * Where that is somebody else, the plan asks for him to be false, and so on, until the matcher agrees or there is no
 * certificate left. */
#ifndef CM_LINT_DIFF_H
#define CM_LINT_DIFF_H

#include "certmap/diff.h"
#include "draft.h"
#include "question.h"
#include "reach.h"

#define CM_DIFF_NOBODY UINT32_MAX

enum cm_diff_time { CM_DIFF_BEFORE, CM_DIFF_AFTER, CM_DIFF_TIMES };
enum { CM_DIFF_EFFECTS = CERTMAP_DIFF_LEFT + 1 };

/* A rule set of the two. */
struct cm_diff_side {
    const struct certmap_rules *rules;
    uint32_t *mappings; /* of each of its mappings, the number in the model */
    uint32_t *indices;  /* of each mapping of the model, its index here; CM_DIFF_NOBODY: it is not here */
    size_t count;
    enum certmap_combining combining;
    bool disabled;
};

/* Mappings of the model; CM_DIFF_NOBODY: there is none at that time. */
struct cm_diff_edit {
    enum certmap_diff_edit_kind kind;
    uint32_t mappings[CM_DIFF_TIMES];
};

/* What a rule set says of a certificate. */
struct cm_diff_answer {
    enum certmap_decision decision;
    enum certmap_code reason;
    uint32_t mapping, other; /* of the model */
};

/* What is known of a kind of effect of an edit. */
struct cm_diff_effect {
    bool found, open;
    size_t *why; /* of open: a counter of the lint's summary */
    struct cm_lint_witness witness;
};

struct cm_diff {
    struct certmap_lint *lint; /* the model, the engine, the peer */
    struct cm_diff_side sides[CM_DIFF_TIMES];
    struct cm_lint_array edits; /* of struct cm_diff_edit */
    size_t same;
    bool first;                  /* both rule sets: the first mapping decides; they are not switched off */
    struct cm_lint_pool pool;    /* of one edit */
    uint8_t *blocked;            /* of a condition: the rails on which it excludes what is asked for; diff_first.c */
    struct cm_lint_array blocks; /* of uint32_t: those conditions */
    struct certmap_peer *second; /* for the new rules, so that both results live */
    bool differ;                 /* the answers of the last certificate; how */
    enum certmap_diff_effect_kind kind;
    const struct cm_diff_edit *edit;
    struct cm_diff_effect effects[CM_DIFF_EFFECTS];
    size_t questions, steps;
    struct certmap_diff_summary summary;
};

/* ---- diff_align.c ---- */

/* Reads both rule sets, and finds the edits. False: there is no memory. */
bool cm_diff_align(struct cm_diff *diff);

/* ---- diff_answer.c ---- */

/* How the answers differ; false: they do not. */
bool cm_diff_kind_of(enum certmap_decision before, enum certmap_decision after, bool same_given,
                     enum certmap_diff_effect_kind *kind);
/* What both rule sets say of the witness. False: it cannot be matched, or there is no memory. */
bool cm_diff_answers(struct cm_diff *diff, const struct cm_lint_witness *witness,
                     struct cm_diff_answer answers[CM_DIFF_TIMES]);
/* Whether the answers differ, and the edit has its part in that. The peer still has the certificate. */
bool cm_diff_is_effect(struct cm_diff *diff, const struct cm_diff_answer answers[CM_DIFF_TIMES],
                       enum certmap_diff_effect_kind *kind);
/* What a rule set says of a mapping; UNKNOWN where that cannot be known. */
enum certmap_truth cm_diff_truth(struct cm_diff *diff, enum cm_diff_time time, uint32_t mapping);

/* ---- diff_ask.c ---- */

/* Who is to decide on a side, and how. */
struct cm_diff_role {
    enum certmap_decision decision;
    uint32_t mapping;       /* CM_DIFF_NOBODY: nobody is to */
    enum cm_lint_rail rail; /* TRUE; NOT_FALSE; NOT_TRUE: unknown */
    uint32_t also;          /* a second mapping, on a rail; CM_DIFF_NOBODY: there is none */
    enum cm_lint_rail also_rail;
    bool any; /* whoever decides */
};

/* Mappings that have to be false, or on another rail. */
struct cm_diff_suspects {
    uint32_t mappings[CM_LINT_MAX_SUSPECTS];
    enum cm_lint_rail rails[CM_LINT_MAX_SUSPECTS];
    size_t count;
};

struct cm_diff_plan {
    struct cm_diff_role roles[CM_DIFF_TIMES];
    uint32_t subject; /* a mapping that is not to be false, whatever it decides; CM_DIFF_NOBODY: there is none */
    unsigned wanted;  /* kinds of effect, as bits; 0: only that the plan comes true */
    /* What has to be false on each side for its role; the plan adds to it. */
    struct cm_diff_suspects *suspects[CM_DIFF_TIMES];
    /* After IMPOSSIBLE: how many suspects of each side are in the proof, and the last of them by its index; how many
     * terms of the role of each side are, and one of them. */
    struct cm_diff_proof {
        size_t suspects, terms;
        uint32_t last;
        struct cm_lint_want term;
    } proof[CM_DIFF_TIMES];
};

/* POSSIBLE: a certificate with one of the effects that are wanted is known now, or the plan came true; OPEN: the lint's
 * engine says why. Certificates on the way that have other effects of the edit are kept. */
enum cm_lint_verdict cm_diff_ask(struct cm_diff *diff, struct cm_diff_plan *plan);
/* Looks at a certificate: whether it has an effect of the edit that is not known yet, which is kept. */
bool cm_diff_look(struct cm_diff *diff, const struct cm_lint_witness *witness,
                  struct cm_diff_answer answers[CM_DIFF_TIMES]);
/* Keeps a certificate that shows an effect, in place of the one that was kept. */
void cm_diff_keep(struct cm_diff *diff, enum certmap_diff_effect_kind kind, const struct cm_lint_witness *witness);
/* Adds to a draft what the account and the other outputs of a mapping take, where it is not there. */
void cm_diff_fill(struct cm_diff *diff, struct cm_lint_draft *draft, uint32_t mapping);
/* Kinds that are not known yet, of these. */
unsigned cm_diff_missing(const struct cm_diff *diff, unsigned kinds);
/* That these stay open; why NULL: the model and the matcher differ. */
void cm_diff_open(struct cm_diff *diff, unsigned kinds, size_t *why);
/* Whether there is time for another question, or a step on the way to one; where there is none, these kinds stay open. */
bool cm_diff_goes_on(struct cm_diff *diff, unsigned kinds);
/* The kind of effect of two decisions, as a bit; 0: none. Two that allow differ, unless they give the same. */
unsigned cm_diff_kind_bit(enum certmap_decision before, enum certmap_decision after, bool same_given);
/* Whether both give the same to everybody. */
bool cm_diff_gives_the_same(struct cm_diff *diff, uint32_t a, uint32_t b);
/* Whether what the mapping gives has placeholders, so that it may refuse instead. */
bool cm_diff_may_fail(const struct cm_diff *diff, uint32_t mapping);

/* ---- the plans ---- */

void cm_diff_first(struct cm_diff *diff);
void cm_diff_joint(struct cm_diff *diff);

/* ---- diff_show.c ---- */

/* Makes the witness of each effect smaller, and gives it a name where it has none. */
void cm_diff_polish(struct cm_diff *diff);

#endif
