/* SPDX-License-Identifier: MIT */
/* Which conditions and operands are the same: each has a representative, the first one that it equals. A condition that
 * the analysis does not know is the same as one that is written alike: what it says of a certificate is one thing. */
#ifndef CM_LINT_INTERN_H
#define CM_LINT_INTERN_H

#include "model.h"

struct cm_lint_intern {
    uint32_t *conditions; /* of each condition, the representative */
    uint32_t *operands;   /* of each operand */
};

/* What kind of value a path has, as far as it matters which values there can be. */
enum cm_lint_domain {
    CM_LINT_DOMAIN_TEXT, /* any text */
    CM_LINT_DOMAIN_DNS,
    CM_LINT_DOMAIN_EMAIL,
    CM_LINT_DOMAIN_URI,
    CM_LINT_DOMAIN_UPN,
    CM_LINT_DOMAIN_KRB5,
    CM_LINT_DOMAIN_SID,
    CM_LINT_DOMAIN_ADDRESS, /* octets, of which some bits count */
    CM_LINT_DOMAIN_NAME,    /* a whole Name */
    CM_LINT_DOMAIN_OID,     /* from here on: equal or not */
    CM_LINT_DOMAIN_SERIAL,
    CM_LINT_DOMAIN_OCTETS,
    CM_LINT_DOMAIN_SHA256,
    CM_LINT_DOMAIN_SHA1,
    CM_LINT_DOMAIN_SHA512,
    CM_LINT_DOMAIN_USAGE, /* from here on: one of a few words */
    CM_LINT_DOMAIN_VERSION,
    CM_LINT_DOMAIN_VALIDITY,
    CM_LINT_DOMAIN_UNKNOWN
};

enum cm_lint_domain cm_lint_domain_of(const struct cm_lint_path *path);
/* Whether the analysis knows exactly what the condition says. */
bool cm_lint_is_known(const struct cm_lint_model *model, const struct cm_lint_condition *condition);
/* Made in the pool. False: there is no memory. */
bool cm_lint_intern_make(struct cm_lint_intern *intern, struct cm_lint_pool *pool, const struct cm_lint_model *model);

#endif
