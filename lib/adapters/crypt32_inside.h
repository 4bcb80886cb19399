/* SPDX-License-Identifier: MIT */
/* What the files of the crypt32 adapter share. Every function of Windows that they call exists in Windows 7. */
#ifndef CM_CRYPT32_INSIDE_H
#define CM_CRYPT32_INSIDE_H

#include "certmap/crypt32.h"

/* Writes an error whose text is both texts in a row, the second up to 200 bytes, and returns its status. */
enum certmap_status cm_crypt32_fail(struct certmap_diagnostic *err, enum certmap_status status, enum certmap_code code,
                                    const char *text, const char *detail);

/* The same for UNVERIFIED, with a number of Windows, such as 0x800B0109, after the text. */
enum certmap_status cm_crypt32_refuse(struct certmap_diagnostic *err, enum certmap_code code, const char *text,
                                      unsigned long number);

/* Whether both can be written; what cert holds beyond what is known here stays as it is. */
bool cm_crypt32_fit(const struct certmap_cert *cert, const struct certmap_crypt32_holder *holder);

/* Makes peer empty and result the answer NONE. Errors: ARGUMENT (result is NULL, or its size is too small). */
enum certmap_status cm_crypt32_begin(struct certmap_peer *peer, struct certmap_result *result,
                                     struct certmap_diagnostic *err);

#endif
