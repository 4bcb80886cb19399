/* SPDX-License-Identifier: MIT */
/* What the certificates of a corpus have of what the rules ask for. They come one after the other, and nothing is kept of
 * them but counts and a few values; memory is in proportion to the rules. */
#ifndef CM_LINT_CORPUS_H
#define CM_LINT_CORPUS_H

#include "array.h"
#include "text.h"

struct certmap_lint;

struct cm_lint_corpus {
    size_t certificates, unanswered;
    size_t *answered;              /* of each mapping */
    bool *seen;                    /* of each operand */
    struct cm_lint_seen *paths;    /* of each path */
    struct cm_lint_sought *sought; /* of each operand that is looked for */
    size_t sought_count;
    uint32_t *slots; /* exact texts, by hash: index of sought + 1 */
    size_t mask;
};

/* Takes a certificate. Errors: as certmap_match. */
enum certmap_status cm_lint_corpus_take(struct certmap_lint *lint, struct certmap_peer *peer,
                                        struct certmap_diagnostic *err);

#endif
