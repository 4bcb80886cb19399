/* SPDX-License-Identifier: MIT */
/* When a certificate is valid, for people: what rules say of it is the library's. */
#ifndef TOOL_VALIDITY_H
#define TOOL_VALIDITY_H

#include "certmap/certmap.h"
#include "moment.h"

enum tool_validity_state { TOOL_VALIDITY_UNKNOWN, TOOL_VALIDITY_EARLY, TOOL_VALIDITY_VALID, TOOL_VALIDITY_EXPIRED };

struct tool_validity {
    char before[TOOL_MOMENT_SIZE]; /* notBefore as YYYY-MM-DDTHH:MM:SSZ; "" where the two cannot be read */
    char after[TOOL_MOMENT_SIZE];  /* notAfter */
    enum tool_validity_state state;
};

/* Reads both times of a certificate in DER, in the forms of RFC 5280 4.1.2.5, and judges them as of now, which is in
 * seconds since 1970; 0: not known. */
void tool_validity_read(struct tool_validity *validity, struct certmap_view der, int64_t now);

#endif
