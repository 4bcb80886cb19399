/* SPDX-License-Identifier: MIT */
/* Values that load and cannot be what their author meant. */
#ifndef CM_FORMATS_IIS_DOUBT_H
#define CM_FORMATS_IIS_DOUBT_H

#include "certmap/certmap.h"

/* What is doubtful about a matchCriteria, and what to write, as the end of a sentence; NULL: nothing. Linear in its
 * length. */
const char *cm_iis_doubt_criterion(struct certmap_view criterion);
/* The same of a userName. */
const char *cm_iis_doubt_user(struct certmap_view user);
/* What else than a certificate in base64 a `certificate` looks like, and what belongs there; NULL: like nothing that is
 * known. */
const char *cm_iis_doubt_certificate(struct certmap_view text);
/* What is wrong with base64 that begins as a certificate does and ends at `at`: its own end, or what follows it; NULL: not
 * known. */
const char *cm_iis_doubt_end(struct certmap_view text, size_t at);
/* What the bytes look like that base64 gave, which is no certificate. */
const char *cm_iis_doubt_der(struct certmap_view der);

#endif
