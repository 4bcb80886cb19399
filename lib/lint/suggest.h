/* SPDX-License-Identifier: MIT */
/* A suggestion on its way.
 *
 *     spoken [ in ... | out ... ]   certificates that something was said of, each once
 *     values                        what they hold, sorted by path and text
 *     candidates                    conditions true of all of a group of those in, and what each gives of every one
 *     rules                         the chosen ones, a mapping each
 *
 * What a condition gives is never computed here: the candidates are a rule set, and certmap_explain says. */
#ifndef CM_LINT_SUGGEST_H
#define CM_LINT_SUGGEST_H

#include "array.h"
#include "certmap/explain.h"
#include "certmap/suggest.h"
#include "pool.h"

struct cm_suggest_cert {
    struct certmap_cert cert;
    struct certmap_view label;
    enum certmap_suggest_role role;
    bool covered; /* in, and a mapping takes it */
    bool grouped; /* in, and of the group for which a mapping is sought */
    bool reached; /* out, and not kept out by what was chosen so far */
};

struct cm_suggest_value {
    enum certmap_field field;
    struct certmap_view subfield, text;
    size_t cert; /* of spoken */
};

/* How a path is looked upon. */
struct cm_suggest_path {
    enum certmap_field field;
    const char *subfield; /* NULL: any other one */
    unsigned cost;        /* how easily a stranger gets the value: the lower the better */
    bool usable;          /* else no candidate is made of it */
    bool personal;        /* it names a person or a machine, not a group */
    bool counts;          /* one of the fields of subject and SAN of which there are to be two */
    bool domain;          /* its values end in a domain, which has no case */
};

struct cm_suggest_candidate {
    struct certmap_condition condition; /* operands in the scratch pool */
    bool exception;                     /* it is after `not` */
    bool counts;
    bool chosen;
    enum certmap_suggest_why why;
    unsigned cost;
    unsigned char *truth; /* of each of spoken: enum certmap_truth, `not` taken into account */
};

struct certmap_suggest {
    struct certmap_allocator allocator;
    struct certmap_suggest_options options; /* copies */
    struct cm_lint_pool pool, scratch;
    struct certmap_peer *peer;
    struct cm_lint_array spoken, corpus;                       /* of struct cm_suggest_cert */
    struct cm_lint_array values;                               /* of struct cm_suggest_value */
    struct cm_lint_array candidates;                           /* of struct cm_suggest_candidate */
    struct cm_lint_array conditions;                           /* of struct certmap_suggest_condition */
    struct cm_lint_array notes;                                /* of struct certmap_view */
    struct certmap_rules *alike[CERTMAP_MAX_SUGGEST_MAPPINGS]; /* of each mapping: all that its group has in common */
    size_t mappings;
    struct certmap_rules *made; /* from the text of the result */
    struct certmap_suggest_result result;
    size_t attempts;
    size_t done, total; /* of the progress */
    bool ran, finished, cancelled, failed;
};

static inline struct cm_suggest_cert *cm_suggest_spoken(const struct certmap_suggest *suggest, size_t i) {
    return (struct cm_suggest_cert *)suggest->spoken.items + i;
}

static inline struct cm_suggest_candidate *cm_suggest_candidate(const struct certmap_suggest *suggest, size_t i) {
    return (struct cm_suggest_candidate *)suggest->candidates.items + i;
}

static inline struct cm_suggest_value *cm_suggest_value(const struct certmap_suggest *suggest, size_t i) {
    return (struct cm_suggest_value *)suggest->values.items + i;
}

static inline bool cm_suggest_is_bad(const struct certmap_suggest *suggest) {
    return suggest->failed || suggest->cancelled || suggest->pool.failed || suggest->scratch.failed;
}

/* ---- suggest.c ---- */

/* Fills err. What of text does not fit is cut. */
enum certmap_status cm_suggest_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                    const char *format, ...) CM_LINT_PRINTF(4, 5);
/* Prepares the peer, with what needs asks for. False: no memory, which failed says, or a limit. */
bool cm_suggest_set(struct certmap_suggest *suggest, const struct cm_suggest_cert *cert, unsigned needs);
/* One certificate more. False: cancelled. */
bool cm_suggest_step(struct certmap_suggest *suggest);
/* A text in the pool, with a NUL at its end; "" without memory. */
struct certmap_view cm_suggest_print(struct certmap_suggest *suggest, const char *format, ...) CM_LINT_PRINTF(2, 3);
/* The label, escaped. */
const char *cm_suggest_label(struct certmap_suggest *suggest, const struct cm_suggest_cert *cert);
/* A text, escaped and in quotes. "?" without memory. */
const char *cm_suggest_quote(struct certmap_suggest *suggest, struct certmap_view text);
void cm_suggest_note(struct certmap_suggest *suggest, struct certmap_view text);

/* ---- suggest_values.c: what certificates hold ---- */

/* Reads the values of all of spoken, and sorts them. */
void cm_suggest_read_values(struct certmap_suggest *suggest);
const struct cm_suggest_path *cm_suggest_path_of(enum certmap_field field, struct certmap_view subfield);
/* Whether two values are of the same field and subfield. */
bool cm_suggest_same_path(const struct cm_suggest_value *a, const struct cm_suggest_value *b);
bool cm_suggest_same_text(struct certmap_view a, struct certmap_view b);

/* ---- suggest_candidates.c: conditions ---- */

/* Adds the conditions that the values of the group have in common; the CA first. */
void cm_suggest_make_candidates(struct certmap_suggest *suggest);
/* Adds, as exceptions, the values of those out that are still reached. */
void cm_suggest_make_exceptions(struct certmap_suggest *suggest);
/* Adds a condition; NULL if there are too many, or no memory. */
struct cm_suggest_candidate *cm_suggest_add_candidate(struct certmap_suggest *suggest,
                                                      const struct cm_suggest_value *of, enum certmap_operator op,
                                                      const struct certmap_view *operands, size_t count);

/* ---- suggest_pattern.c: what texts have in common ---- */

/* The patterns that all of the texts match: of their head, of their tail, of both. Up to three are written; returns how
 * many. */
size_t cm_suggest_patterns(struct cm_lint_pool *pool, struct certmap_view patterns[3], const struct certmap_view *texts,
                           size_t count, bool domain);
/* The Name that all these Names, in DER, are or are below: as RFC 4514 text. len 0: none, or it says little. */
struct certmap_view cm_suggest_subtree(struct cm_lint_pool *pool, const struct certmap_view *names, size_t count);

/* ---- suggest_truth.c: what conditions give ---- */

/* Fills truth of the candidates from this one on; those that are not true of all of the group - exceptions: not false -
 * are dropped. */
void cm_suggest_try(struct certmap_suggest *suggest, size_t first);

/* ---- suggest_cover.c: choosing ---- */

/* Seeks a mapping for the group. True: chosen says of which candidates. Else *left gets one of those out that stays
 * reached. */
bool cm_suggest_solve(struct certmap_suggest *suggest, size_t *left);
/* Whether a condition keeps a certificate out, as far as the decision goes. */
bool cm_suggest_keeps_out(const struct certmap_suggest *suggest, const struct cm_suggest_candidate *candidate,
                          size_t cert);

/* ---- suggest_text.c: rules and reasons ---- */

/* The rules that these candidates are, one mapping each; NULL: no memory, which failed says. */
struct certmap_rules *cm_suggest_build(struct certmap_suggest *suggest, const struct cm_suggest_candidate *candidates,
                                       size_t count);
/* Makes conditions of the result of what was chosen, as the next mapping. */
void cm_suggest_record(struct certmap_suggest *suggest);
/* Makes the text of the result, and the rules of it. */
enum certmap_status cm_suggest_write(struct certmap_suggest *suggest, struct certmap_diagnostic *err);
/* A text as it is between double quotes in a rule file: only placeholders keep their meaning. */
struct certmap_view cm_suggest_source(struct cm_lint_pool *pool, struct certmap_view text);
/* Whether rules take name, account and groups. */
enum certmap_status cm_suggest_check_options(struct certmap_suggest *suggest, struct certmap_diagnostic *err);

/* ---- suggest_twins.c: the same certificate ---- */

/* Leaves each certificate once. Errors: CERTIFICATE (one is in and out), MEMORY. */
enum certmap_status cm_suggest_drop_twins(struct certmap_suggest *suggest, struct certmap_diagnostic *err);

/* ---- suggest_check.c: what the rules answer ---- */

/* Verifies the text, certificate by certificate. Errors: CERTIFICATE, MEMORY. */
enum certmap_status cm_suggest_check(struct certmap_suggest *suggest, struct certmap_diagnostic *err);
/* Counts what the rules take of the corpus. */
void cm_suggest_count_corpus(struct certmap_suggest *suggest);
/* Keeps an example of the result if it is among the first by order, the smallest first; else makes nothing of it. */
void cm_suggest_keep_example(struct certmap_suggest *suggest, struct certmap_suggest_example *examples,
                             size_t order[CERTMAP_MAX_SUGGEST_EXAMPLES], size_t *count, size_t at,
                             const struct cm_suggest_cert *cert, struct certmap_view reason);

/* ---- suggest_place.c: where in the rules that there are ---- */

enum certmap_status cm_suggest_place(struct certmap_suggest *suggest, struct certmap_diagnostic *err);

#endif
