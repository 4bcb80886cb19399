/* SPDX-License-Identifier: MIT */
/* Regular expressions: a text that one probably describes, and whether one does describe a text. */
#ifndef CM_LINT_REGEX_H
#define CM_LINT_REGEX_H

#include "pool.h"

/* A short text; more: with once more of what may be repeated. It is to be asked whether the expression takes it. data
 * NULL: none is found, or there is no memory. */
struct certmap_view cm_lint_regex_sample(struct cm_lint_pool *pool, struct certmap_view regex, bool more);
/* Asks the matcher, with a rule set of one condition. False: that cannot be said, or there is no memory. */
bool cm_lint_regex_takes(bool *takes, struct cm_lint_pool *pool, struct certmap_peer *peer, struct certmap_view regex,
                         bool nocase, struct certmap_view text);

#endif
