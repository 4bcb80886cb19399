/* SPDX-License-Identifier: MIT */
/* The placeholders of a text: which paths of a certificate it takes. */
#ifndef CM_LINT_PLACEHOLDER_PATHS_H
#define CM_LINT_PLACEHOLDER_PATHS_H

#include "lint.h"

/* Most placeholders of a text that are looked at. */
#define CM_LINT_MAX_PLACEHOLDERS 8

struct cm_lint_placeholders {
    struct cm_lint_path paths[CM_LINT_MAX_PLACEHOLDERS];
    size_t count;
    bool unknown; /* there is one of which nothing is known: too many, or another kind */
};

/* Reads a template. What a path is called is asked of the loader, so that each of its names does; the answers are kept
 * with the analysis. */
struct cm_lint_placeholders cm_lint_placeholders_of(struct certmap_lint *lint, struct certmap_view text);
/* Those of the account of a mapping; what a condition of it named is of that condition's path. */
struct cm_lint_placeholders cm_lint_placeholders_in(struct certmap_lint *lint, size_t mapping);
/* The text with the byte 1 in place of each placeholder, in the scratch pool. data NULL: there is no memory. */
struct certmap_view cm_lint_placeholders_shape(struct certmap_lint *lint, struct certmap_view text);

#endif
