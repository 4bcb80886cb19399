/* SPDX-License-Identifier: MIT */
/* What a mapping asks for in each way in which it can be true: through each member of each `or`. */
#ifndef CM_LINT_NEED_H
#define CM_LINT_NEED_H

#include "lint.h"

/* What each way asks for. */
enum {
    CM_LINT_NEEDS_ISSUER = 1,     /* something of whoever issued it, if only a name */
    CM_LINT_NEEDS_ISSUER_KEY = 2, /* what no other issuer has: a key, a certificate, or an identifier of these */
    CM_LINT_NEEDS_SERIAL = 4,
    CM_LINT_NEEDS_DIGEST = 8, /* one certificate, or one key */
    CM_LINT_NEEDS_SID = 16,
    CM_LINT_NEEDS_SKI = 32,
    CM_LINT_NEEDS_PERSON = 64, /* one value of what names a person: an address, a principal, a subject */
};

/* How many paths of subject and SAN a way asks for; each that there is a way of. */
struct cm_lint_ways {
    bool none, single, several;
    bool mixed;    /* single: not always the same path */
    uint32_t path; /* of single */
};

struct cm_lint_needs {
    unsigned all;   /* what every way asks for */
    size_t asked;   /* conditions on subject and SAN that have to hold */
    size_t refused; /* and that must not, wherever they are */
    struct cm_lint_ways ways;
};

struct cm_lint_needs cm_lint_needs_of(const struct cm_lint_model *model, const struct cm_lint_mapping *mapping);
/* The same of a term, whose first condition is given. positive: of ways in which it holds, else does not hold. */
struct cm_lint_needs cm_lint_needs_of_term(const struct cm_lint_model *model, size_t term, size_t condition,
                                           bool positive);
/* Whether one value of the path is one person's. */
bool cm_lint_names_person(const struct cm_lint_path *path);
/* Whether a path is a part of the subject or of the SAN. */
bool cm_lint_is_subject(const struct cm_lint_path *path);

#endif
