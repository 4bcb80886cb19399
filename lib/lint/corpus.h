/* SPDX-License-Identifier: MIT */
/* What the certificates of a corpus have of what the rules ask for. They come one after the other, and nothing is kept of
 * them but counts and a few values; memory is in proportion to the rules. */
#ifndef CM_LINT_CORPUS_H
#define CM_LINT_CORPUS_H

#include "array.h"
#include "text.h"

struct certmap_lint;
struct certmap_lint_report;

struct cm_lint_corpus {
    size_t taken;                      /* certificates, however often each came */
    uint64_t certificates, unanswered; /* each as often as it came */
    struct cm_lint_group *groups;      /* of each mapping: unanswered certificates to which it is nearest */
    size_t comparisons;                /* of certificates with mappings, for the groups */
    uint64_t uncompared;               /* unanswered, after too many of these */
    bool *answered;                    /* of each mapping: whether it has any, under `all` also with others */
    size_t asked;                      /* how often a mapping was asked whether it holds with others */
    bool open;                         /* that was too often: who else held is not known */
    bool *seen;                        /* of each operand */
    struct cm_lint_seen *paths;        /* of each path */
    struct cm_lint_sought *sought;     /* of each operand that is looked for */
    size_t sought_count;
    uint32_t *slots; /* exact texts, by hash: index of sought + 1 */
    size_t mask;
};

/* The sum, or the largest number there is. */
static inline uint64_t cm_lint_corpus_sum(uint64_t a, uint64_t b) {
    return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

/* Takes a certificate that came so often. Errors: as certmap_match. */
enum certmap_status cm_lint_corpus_take(struct certmap_lint *lint, struct certmap_peer *peer, struct certmap_view label,
                                        uint64_t count, struct certmap_diagnostic *err);

/* Beginning of the corpus: makes room for groups. False: no memory. */
bool cm_lint_corpus_begin_groups(struct certmap_lint *lint);
/* Takes a certificate that has no answer, which is the one that was counted last. Errors: as certmap_explain. */
enum certmap_status cm_lint_corpus_group(struct certmap_lint *lint, struct certmap_peer *peer,
                                         struct certmap_view label, uint64_t count, struct certmap_diagnostic *err);
/* Adds the groups to the report, the largest first. Once. */
void cm_lint_corpus_tell_groups(struct certmap_lint *lint, struct certmap_lint_report *report);

#endif
