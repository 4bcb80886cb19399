/* SPDX-License-Identifier: MIT */
/* A certificate that shows something: its values, and the certificate itself, which nobody has signed. */
#ifndef CM_LINT_WITNESS_H
#define CM_LINT_WITNESS_H

#include "certmap/lint.h"
#include "pool.h"

/* A value of a field, as certmap_peer_value would give it. */
struct cm_lint_value {
    enum certmap_field field;
    struct certmap_view subfield; /* the canonical name, or the dotted OID; empty without, and for a whole Name */
    struct certmap_view text;     /* of an address, its octets; of a whole Name, RFC 4514 */
    enum certmap_lint_state state;
};

/* In encoded order, where a field has several; attributes of a Name go from country to common name. What is not here
 * the certificate does not have, or it is what most have: version 3, valid, a serial number, an issuer without a name. */
struct cm_lint_witness {
    const struct cm_lint_value *values;
    size_t count;
};

/* The time at which a witness is looked at: 2030-01-01 00:00 UTC, at which it is valid unless a value says otherwise. */
#define CM_LINT_NOW 1893456000

/* The certificate, in DER, made in the pool. data NULL: there is no memory, or a value is none that a certificate can
 * have; then the pool did not fail. */
struct certmap_view cm_lint_witness_der(struct cm_lint_pool *pool, const struct cm_lint_witness *witness);
/* Prepares a peer of it, digests included, which no certificate can be made to have; they and the time are only here.
 * der: as above. False: a limit, or there is no memory. */
bool cm_lint_witness_set(struct certmap_peer *peer, struct cm_lint_pool *pool, const struct cm_lint_witness *witness,
                         struct certmap_view der);
/* The same for rules that need, as certmap_rules_needs says, no more than these pieces. */
bool cm_lint_witness_set_for(struct certmap_peer *peer, struct cm_lint_pool *pool,
                             const struct cm_lint_witness *witness, struct certmap_view der, unsigned needs);
/* Whether a file can have all of it: a digest that is asked for is one that no file can be made to have. */
bool cm_lint_witness_is_file(const struct cm_lint_witness *witness);

#endif
