/* SPDX-License-Identifier: MIT */
/* Certificates for people: without what they need not have to show something, in the order of the fields, and with an
 * issuer and a subject. */
#ifndef CM_LINT_POLISH_H
#define CM_LINT_POLISH_H

#include "witness.h"

/* Whether a certificate shows it still. */
typedef bool cm_lint_shows_fn(void *ctx, const struct cm_lint_witness *witness);

/* The witness becomes one of the pool's that people can read; it stays as it is where there is no memory, or where the
 * other one does not show it. */
void cm_lint_polish(struct cm_lint_pool *pool, struct cm_lint_witness *witness, cm_lint_shows_fn *shows, void *ctx);

#endif
