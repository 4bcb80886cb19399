/* SPDX-License-Identifier: MIT */
/* Certificates as nearly all are: no unique identifiers, algorithms with short OIDs, and no length over 65,535. They are
 * read in one pass. What is not so, and every fault, is for cert.c, which reads all certificates, and reads these alike. */
#ifndef CM_DER_PLAIN_CERT_H
#define CM_DER_PLAIN_CERT_H

#include "certmap/certmap.h"

/* Sets the pieces of a certificate that is plain; false: it is not, and some may be set. */
bool cm_plain_cert(struct certmap_cert *cert, struct certmap_view der);
/* The pieces of any certificate (cert.c). Errors: CERTIFICATE, then some may be set. */
enum certmap_status cm_cert_walk(struct certmap_cert *cert, struct certmap_view der, struct certmap_diagnostic *err);

#endif
