/* SPDX-License-Identifier: MIT */
/* An analysis on its way: the rules as arrays, a peer to match certificates with, and what was found so far.
 *
 *     loader -> places --+
 *     rules  -> model  --+-> passes (reach, advice ...) -> reports -> sorted -> the caller
 *
 * A pass asks, and adds reports; it does not know the caller. A pass that says of a mapping that it is dead keeps the
 * later ones quiet about it. */
#ifndef CM_LINT_LINT_H
#define CM_LINT_LINT_H

#include "certmap/lint.h"
#include "corpus.h"
#include "kept.h"
#include "model.h"
#include "witness.h"

struct certmap_lint {
    struct certmap_allocator allocator;
    struct certmap_lint_options options; /* allocator, privileged and only are copies */
    struct cm_lint_places places;
    struct cm_lint_open_place *open; /* one of them, in the pool */
    struct cm_lint_model model;
    struct cm_lint_pool pool;    /* what the analysis has from its beginning to its end */
    struct cm_lint_pool scratch; /* emptied between questions */
    struct certmap_peer *peer;
    struct cm_lint_pool pass;       /* freed when the pass is over */
    struct cm_lint_array making;    /* pointers to reports that are made, in the scratch pool: report.c */
    struct cm_lint_array reports;   /* of struct cm_lint_kept */
    struct cm_lint_array packing;   /* room for one of them */
    struct cm_lint_array spellings; /* of paths in placeholders, and what they are: placeholder_paths.c */
    struct certmap_lint_summary summary;
    struct cm_lint_corpus *corpus; /* in the pool; NULL: no certificate came */
    struct cm_lint_engine *engine;
    bool *dead; /* of each mapping: a report says that it never answers, or never is true */
    bool cancelled, failed, ran, read;
};

/* ---- What the caller wants (context.c) ---- */

/* Whether the code is looked for: what nobody asked for need not be computed. */
bool cm_lint_wants(const struct certmap_lint *lint, enum certmap_code code);
/* Whether time is up. */
bool cm_lint_enough(const struct certmap_lint *lint);
/* Tells the caller how far it is. False: it is cancelled. */
bool cm_lint_progress(struct certmap_lint *lint, size_t done, size_t total);
/* Gives back what was only needed for one question, the texts of reports too, which are kept in few bytes; and keeps in mind
 * whether memory was missing. No report is changed after that. */
void cm_lint_forget(struct certmap_lint *lint);
/* A question that stays open, and which of the counters of the summary says why. */
void cm_lint_undecided(struct certmap_lint *lint, size_t *why);
/* Before each mapping of a pass: empties the scratch pool, and tells how far it is. False: the pass is over; where time
 * is up, the mappings that are left are counted as not decided. */
bool cm_lint_goes_on(struct certmap_lint *lint, size_t mapping);

/* ---- Errors (lint.c) ---- */

/* Sets err, which may be NULL, and returns the status. */
enum certmap_status cm_lint_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                 const char *text);
enum certmap_status cm_lint_fail_memory(struct certmap_diagnostic *err);

/* ---- Where (context.c) ---- */

/* Of a mapping: its name. Line 0 where nothing is known. */
struct certmap_position cm_lint_mapping_place(const struct certmap_lint *lint, size_t mapping);
struct certmap_position cm_lint_account_place(const struct certmap_lint *lint, size_t mapping);
/* Of all of the mapping; line 0 where nothing is known. */
struct certmap_position cm_lint_mapping_extent(const struct certmap_lint *lint, size_t mapping);
/* Of the number-th condition of the mapping; of its operator, line 0 where that is not known; of an operand, from 0. */
struct certmap_position cm_lint_condition_place(const struct certmap_lint *lint, size_t mapping, size_t number);
struct certmap_position cm_lint_operator_place(const struct certmap_lint *lint, size_t mapping, size_t number);
struct certmap_position cm_lint_operand_place(const struct certmap_lint *lint, size_t mapping, size_t number,
                                              size_t operand);
/* What could be cut out so that the number-th term of the mapping is gone; line 0 where nothing is known. */
struct certmap_position cm_lint_term_extent(const struct certmap_lint *lint, size_t mapping, size_t number);
struct certmap_position cm_lint_output_place(const struct certmap_lint *lint, size_t mapping, size_t number);

/* ---- Reports (report.c) ---- */

/* Adds a report, with the severity that the profile gives the code; mapping SIZE_MAX: of the rule set. Its text is cut
 * at 255 bytes. NULL where nobody wants it, or there is no memory: the calls below take that. */
struct certmap_lint_report *cm_lint_report_add(struct certmap_lint *lint, enum certmap_code code,
                                               enum certmap_certainty certainty, size_t mapping,
                                               struct certmap_position position, const char *format, ...)
    CM_LINT_PRINTF(6, 7);
void cm_lint_report_relate(struct certmap_lint *lint, struct certmap_lint_report *report, size_t mapping,
                           struct certmap_position position, const char *format, ...) CM_LINT_PRINTF(5, 6);
void cm_lint_report_help(struct certmap_lint *lint, struct certmap_lint_report *report, const char *format, ...)
    CM_LINT_PRINTF(3, 4);
void cm_lint_report_edit(struct certmap_lint *lint, struct certmap_lint_report *report,
                         struct certmap_position position, struct certmap_view text);
/* Shows a witness: with the answer that the rules give it, when the report is given. */
void cm_lint_report_witness(struct certmap_lint *lint, struct certmap_lint_report *report,
                            const struct cm_lint_witness *witness);
/* A text for the reports, until cm_lint_forget. "" where there is no memory. */
const char *cm_lint_print(struct certmap_lint *lint, const char *format, ...) CM_LINT_PRINTF(2, 3);
/* A witness for the caller, with the answer that the rules give it; made in the pool. NULL: it cannot be matched, or
 * there is no memory. */
const struct certmap_lint_witness *cm_lint_witness_show(struct certmap_lint *lint, struct cm_lint_pool *pool,
                                                        const struct certmap_rules *rules,
                                                        const struct cm_lint_witness *witness);
/* A text for the reports: escaped, in quotes. "" where there is no memory. */
const char *cm_lint_quote(struct certmap_lint *lint, struct certmap_view text);
/* The same without the quotes. */
const char *cm_lint_escape(struct certmap_lint *lint, struct certmap_view text);
/* The name of a mapping, in quotes. */
const char *cm_lint_name(struct certmap_lint *lint, size_t mapping);

/* Keeps what was made since the last time (kept.c). */
void cm_lint_reports_keep(struct certmap_lint *lint);

/* ---- Answers (answer.c) ---- */

/* What the rules say of a witness. False: it cannot be matched, or there is no memory. result lives until the next
 * call; der, which may be NULL, gets the certificate, in the scratch pool. */
bool cm_lint_answer(struct certmap_lint *lint, const struct certmap_rules *rules, const struct cm_lint_witness *witness,
                    struct certmap_result *result, struct certmap_view *der);

/* ---- Passes: each adds its reports ---- */

typedef void cm_lint_pass(struct certmap_lint *lint);

#endif
