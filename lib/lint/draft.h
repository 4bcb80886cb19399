/* SPDX-License-Identifier: MIT */
/* The values of one certificate that a mapping is probably about, made from the text of the mapping: what each of its
 * conditions asks for, and nothing else. It may be wrong, as where conditions exclude each other; so nothing is said of
 * it before the rules were matched with it.
 *
 *     subject.O = "Contoso" and (subject.OU like "Sales*" or ...) and not subject.L = "Rome"
 *         ->  subject.O "Contoso", subject.OU "Salesx"
 */
#ifndef CM_LINT_DRAFT_H
#define CM_LINT_DRAFT_H

#include "lint.h"

/* Most values of a draft: a certificate that people are to look at, and that work in proportion to its square does not
 * hurt. */
#define CM_LINT_MAX_VALUES 256

/* Values in the order of the fields, in the scratch pool of the analysis. */
struct cm_lint_draft {
    struct certmap_lint *lint;
    struct cm_lint_value *values;
    size_t count, cap;
};

/* Which member of an `or` to take: the first of which it says so, else the first. term is an index of the model, and so
 * is condition, of the first condition in it or after it. */
typedef bool cm_lint_prefers_fn(void *ctx, size_t term, size_t condition, bool positive);

/* False: there is no memory, which the scratch pool says. */
bool cm_lint_draft_begin(struct cm_lint_draft *draft, struct certmap_lint *lint);
/* Adds what the mapping asks for. prefers may be NULL. False: of a condition it is not known what would satisfy it, or
 * there are too many values, or there is no memory. */
bool cm_lint_draft_mapping(struct cm_lint_draft *draft, size_t mapping, cm_lint_prefers_fn *prefers, void *ctx);
/* Adds what a condition asks for, by its index in the model. */
bool cm_lint_draft_condition(struct cm_lint_draft *draft, size_t condition);

/* ---- values ---- */

/* The first value of the path, or draft->count. */
size_t cm_lint_draft_find(const struct cm_lint_draft *draft, const struct cm_lint_path *path);
size_t cm_lint_draft_values(const struct cm_lint_draft *draft, const struct cm_lint_path *path);
/* Adds a readable value after, or before, those of the path that there are. False: there is no room, or text is NULL. */
bool cm_lint_draft_add(struct cm_lint_draft *draft, const struct cm_lint_path *path, struct certmap_view text);
bool cm_lint_draft_add_before(struct cm_lint_draft *draft, const struct cm_lint_path *path, struct certmap_view text);
void cm_lint_draft_drop(struct cm_lint_draft *draft, size_t index);
/* Drops what there is of the path, and adds a value. */
bool cm_lint_draft_replace(struct cm_lint_draft *draft, const struct cm_lint_path *path, struct certmap_view text);

/* ---- answers ---- */

struct cm_lint_witness cm_lint_draft_witness(const struct cm_lint_draft *draft);
/* What the rules say of it. False: no certificate can have these values, or there is no memory. */
bool cm_lint_draft_answer(struct cm_lint_draft *draft, struct certmap_result *result);
/* The account that this mapping gives it, alone or under `all` with others; data NULL: none. It is in the scratch pool. */
struct certmap_view cm_lint_draft_account(struct cm_lint_draft *draft, size_t mapping);
/* Whether this mapping answers it, alone or under `all` with others, and how. */
bool cm_lint_draft_is_answered(struct cm_lint_draft *draft, size_t mapping, enum certmap_decision decision);
/* Drops, of paths with several values, what the answer does not need. */
void cm_lint_draft_minimise(struct cm_lint_draft *draft);
/* Gives it an issuer and a subject where nobody asked for any, if the answer stays. */
void cm_lint_draft_dress(struct cm_lint_draft *draft);
/* Minimises, dresses and shows it. */
void cm_lint_draft_show(struct cm_lint_draft *draft, struct certmap_lint_report *report);

#endif
