/* SPDX-License-Identifier: MIT */
/* Which lines of a file of certificates, in none that can be read, may be of one nevertheless. */
#ifndef CM_DER_PEM_DOUBT_H
#define CM_DER_PEM_DOUBT_H

#include "base/view.h"

/* Where a line is that is in no certificate. {0} is the beginning, and after a certificate. */
struct cm_pem_place {
    bool block;  /* in a block */
    bool other;  /* which by its label holds none */
    bool base64; /* after a line that is base64 */
};

/* Why a line without blanks at its ends may be of a certificate that cannot be read, or NULL; *place becomes that of the line
 * after it. A label may be wrong: what is the base64 of a certificate is one in other blocks, too. What is missing at the end of
 * a block hides no line that begins a certificate. Linear. */
const char *cm_pem_doubt(struct cm_pem_place *place, struct certmap_view line);

#endif
