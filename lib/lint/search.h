/* SPDX-License-Identifier: MIT */
/* The last step of text.h: the product of the automata of the atoms, searched breadth first. */
#ifndef CM_LINT_SEARCH_H
#define CM_LINT_SEARCH_H

#include "text.h"

/* A letter that no atom of the question has. */
uint32_t cm_lint_fresh_letter(const struct cm_lint_question *question);
/* On EXISTS the shortest text, as code points, made in the pool. UNDECIDED where it takes more states than it may, or
 * there is no memory. */
enum cm_lint_exists cm_lint_search(const uint32_t **text, size_t *len, struct cm_lint_pool *pool,
                                   const struct cm_lint_question *question);

#endif
