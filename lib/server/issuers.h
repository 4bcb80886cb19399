/* SPDX-License-Identifier: MIT */
/* The certificates in a file that rules name in `issuers "x" { file "ca.pem"; }`. */
#ifndef CM_SERVER_ISSUERS_H
#define CM_SERVER_ISSUERS_H

#include "file.h"

/* Largest such file, in bytes: the system's whole list of public CAs has a quarter of a megabyte. */
#define CM_SERVER_MAX_ISSUER_FILE 16777216

/* Calls add with the digest of each certificate that certmap_certs_from_pem finds in the bytes, which it overwrites. What
 * PowerShell writes, UTF-16, is read as well. Returns NULL, or why it cannot be, in room. */
const char *cm_server_issuers(char room[160], struct cm_server_bytes *bytes, certmap_issuer_add_fn *add, void *add_ctx);

#endif
