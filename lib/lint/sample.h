/* SPDX-License-Identifier: MIT */
/* A text that a condition is about: what a certificate of a draft has. */
#ifndef CM_LINT_SAMPLE_H
#define CM_LINT_SAMPLE_H

#include "model.h"

/* The text of a value that satisfies the operand, as struct cm_lint_value has it: a pattern has a letter in place of
 * each wildcard. data NULL: it is not known how, or there is no memory. */
struct certmap_view cm_lint_sample(struct cm_lint_pool *pool, const struct cm_lint_path *path,
                                   const struct cm_lint_condition *condition, const struct cm_lint_operand *operand);
/* A pattern with other texts in place of its wildcards. data NULL: there is no memory. */
struct certmap_view cm_lint_fill(struct cm_lint_pool *pool, struct certmap_view pattern, const char *one,
                                 const char *many);
/* A Name that a pattern over Names probably describes. data NULL: there is no memory. */
struct certmap_view cm_lint_fill_name(struct cm_lint_pool *pool, struct certmap_view pattern);
/* The number-th text that a value of the path can be, where nothing is asked of it. data NULL: none is known. */
struct certmap_view cm_lint_any_text(struct cm_lint_pool *pool, const struct cm_lint_path *path, size_t number);
/* Whether a certificate has one value of the path at most. */
bool cm_lint_is_single(const struct cm_lint_path *path);
/* Whether the path is a whole Name. */
bool cm_lint_is_whole_name(const struct cm_lint_path *path);
/* Whether the subfield has this name. */
bool cm_lint_is_named(struct certmap_view subfield, const char *name);

#endif
