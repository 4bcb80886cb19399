/* SPDX-License-Identifier: MIT */
/* Whether a mapping ever answers, and what keeps it from that. A certificate that it may be about is shown to the
 * matcher, which says who answers; that one is excluded, and another certificate asked for: until the mapping answers
 * itself, or there is no certificate left. */
#ifndef CM_LINT_REACH_H
#define CM_LINT_REACH_H

#include "query.h"
#include "show.h"

/* Most mappings that are excluded together. */
#define CM_LINT_MAX_SUSPECTS 400

/* From so many suspects on, more are taken at once than the one that answers: that saves a question for each. */
#define CM_LINT_MANY_SUSPECTS 8
/* Mappings that were in the way of others which had so many. */
#define CM_LINT_MAX_BROAD 64
struct cm_lint_broad {
    uint32_t of[CM_LINT_MAX_BROAD];
    size_t count, next; /* the newest replace the oldest */
};
#define CM_LINT_MAX_LIKELY 8

/* What stands between a mapping and its certificates. */
struct cm_lint_reach {
    struct cm_lint_broad broad;          /* found with mappings before */
    uint32_t likely[CM_LINT_MAX_LIKELY]; /* what answers certificates that get past those */
    size_t likely_count;
    size_t mapping;
    uint32_t suspects[CM_LINT_MAX_SUSPECTS]; /* mappings that answered in its place */
    size_t suspect_count;
    struct cm_lint_witness witness; /* after POSSIBLE: one that it answers */
};

/* IMPOSSIBLE: the mapping answers no certificate: of those that are readable, by being true; else by not being false.
 * suspects are then those that together answer in its place. what is in reach->suspects already is excluded. */
enum cm_lint_verdict cm_lint_reach(struct certmap_lint *lint, struct cm_lint_reach *reach, bool readable);
/* Whether there is a certificate that one mapping is true of, and of which others - of numbers - are false. */
enum cm_lint_verdict cm_lint_escapes(struct certmap_lint *lint, size_t mapping, const uint32_t *others, size_t count,
                                     bool readable, struct cm_lint_witness *witness, bool *needed);
/* Whether the mapping has its part in the answer to what was matched last: it gave it; or, where all together give it,
 * it is true and nobody refuses. */
bool cm_lint_answers(struct certmap_lint *lint, const struct certmap_result *result, size_t mapping);
/* Fewer suspects: one that is enough alone, or those that cannot be left out. */
void cm_lint_reduce(struct certmap_lint *lint, struct cm_lint_reach *reach);
/* Whether both give the same. */
bool cm_lint_gives_the_same(const struct cm_lint_model *model, size_t a, size_t b);

void cm_lint_pass_reach(struct certmap_lint *lint);

#endif
