/* SPDX-License-Identifier: MIT */
/* Certificates in DER for measurements. */
#ifndef B_CERTIFICATE_H
#define B_CERTIFICATE_H

#include "support/der.h"
#include "workload.h"

/* Appends the certificate of this person: about 1.3 KB, with an RSA key of 2048 bits and the nine extensions
 * that a certificate for a client usually has. Nobody signed it: the modulus and the signature are arbitrary, the
 * same for all. OpenSSL decodes it. */
void b_certificate(struct t_buf *der, const struct b_person *person);
/* Appends one of about 430 bytes, with a P-256 key and no extensions. The same person gives the same bytes. */
void b_certificate_small(struct t_buf *der, const struct b_person *person);

#endif
