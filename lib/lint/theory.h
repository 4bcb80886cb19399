/* SPDX-License-Identifier: MIT */
/* Whether a value exists that some operands take and others do not, path by path: texts (text.h), addresses, whole
 * Names, words, and what is only equal or not. */
#ifndef CM_LINT_THEORY_H
#define CM_LINT_THEORY_H

#include "intern.h"
#include "text.h"

/* An operand of the path. */
struct cm_lint_item {
    const struct cm_lint_operand *operand;
    enum certmap_operator op;
    bool nocase, exact; /* as of the condition */
};

/* What is asked of a path: signs[i] > 0: items[i] takes the value; < 0: it does not; 0: it does not matter. */
struct cm_lint_wish {
    const struct cm_lint_item *items;
    const struct cm_lint_atom *atoms; /* of the items, where the path has texts */
    const signed char *signs;
    size_t count;
    bool odd; /* also values that a certificate can have and should not */
};

/* On EXISTS *value gets the value as a witness has it (witness.h), made in the pool. The peer is for comparing whole
 * Names, which the real matcher does. */
enum cm_lint_exists cm_lint_value_find(struct certmap_view *value, struct cm_lint_pool *pool, struct certmap_peer *peer,
                                       enum cm_lint_domain domain, const struct cm_lint_wish *wish);

/* ---- its parts ---- */

/* network.c: an address of 4 or 16 octets. */
enum cm_lint_exists cm_lint_address_find(struct certmap_view *value, struct cm_lint_pool *pool,
                                         const struct cm_lint_wish *wish);
/* names.c: a whole Name, in RFC 4514; empty: one that no operand has. */
enum cm_lint_exists cm_lint_name_find(struct certmap_view *value, struct cm_lint_pool *pool, struct certmap_peer *peer,
                                      const struct cm_lint_wish *wish);
/* names.c: prepares a peer whose subject is the Name. */
bool cm_lint_name_set(struct certmap_peer *peer, struct cm_lint_pool *pool, struct certmap_view name);

#endif
