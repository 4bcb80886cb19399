/* SPDX-License-Identifier: MIT */
/* CAs and revocation lists by which certmapd verifies. */
#ifndef CERTMAPD_TRUST_H
#define CERTMAPD_TRUST_H

#include <openssl/x509.h>

/* Largest file, in bytes: the system's list of all public CAs has 0.2 MB, revocation lists may have ten of them. */
#define TRUST_MAX_FILE (64 * 1024 * 1024)

/* Certificates in PEM, all of a file, and revocation lists likewise; crl_file may be NULL, and else every CA of a chain
 * must have a list that is current. NULL: logged. */
X509_STORE *trust_load(const char *ca_file, const char *crl_file);

#endif
