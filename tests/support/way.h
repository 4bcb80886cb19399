/* SPDX-License-Identifier: MIT */
/* The ways from the bytes of a certificate to struct certmap_cert, each in a file of its own: way_der.c,
 * way_openssl.c, way_crypt32.c. A program is built with one of them. */
#ifndef T_WAY_H
#define T_WAY_H

#include "certmap/certmap.h"

/* What a certificate's views point into. */
struct t_way;

/* What refused-NAME.txt is called after; NULL for certmap_cert_from_der, by which others are measured. */
extern const char *const t_way_name;
/* What refuses, for the head of that file. */
extern const char *const t_way_title;
/* Whether the library is the one that refused-NAME.txt is about; another one may refuse others. */
bool t_way_is_listed(void);

/* Fills cert from one certificate, with digests computed by the way's own library; der must stay. *way is closed
 * by the caller. Where the library itself refuses, the code is LIBRARY_REFUSED and the text says why, if the
 * library does. Errors: MEMORY, CERTIFICATE; then *way is NULL. */
enum certmap_status t_way_open(struct t_way **way, struct certmap_cert *cert, struct certmap_view der, unsigned needs,
                               struct certmap_diagnostic *err);
void t_way_close(struct t_way *way);

#endif
