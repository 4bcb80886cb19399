/* SPDX-License-Identifier: MIT */
/* What the issuer signed of a certificate: its TBSCertificate (RFC 5280 4.1). What is around it - the signature, and
 * how it is encoded - can be changed by whoever has the certificate, without any key, into one that verifies as well
 * (docs/security.md). So it is this part that makes it one certificate and not another. */
#ifndef CM_FIELD_TBS_H
#define CM_FIELD_TBS_H

#include "certmap/certmap.h"

/* Finds it in the bytes of a certificate; false where they are not one. */
bool cm_tbs_find(struct certmap_view *tbs, struct certmap_view certificate);
/* The same of bytes in which it was found once: reads no more than two headers. */
struct certmap_view cm_tbs_in(struct certmap_view certificate);

#endif
