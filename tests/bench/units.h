/* SPDX-License-Identifier: MIT */
/* What a server does with a client certificate anyway: the units in which a match is measured. */
#ifndef B_UNITS_H
#define B_UNITS_H

#include "measure.h"

/* The rows that ratios are taken against. */
#define B_D2I "d2i_X509 + X509_free"
#define B_SHA256 "SHA-256 of the certificate"

/* Keys and contexts for the verification and the handshake. */
struct b_units;

struct b_units *b_units_new(void);
void b_units_free(struct b_units *units);

/* d2i_X509 and SHA-256, for every group. */
void b_units_add(struct b_group *group, struct b_units *units);
/* And both Names as text, an ECDSA P-256 verification, a mutual TLS 1.3 handshake. */
void b_units_add_all(struct b_group *group, struct b_units *units);

#endif
