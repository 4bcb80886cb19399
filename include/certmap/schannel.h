/* SPDX-License-Identifier: MIT */
/* certmap with Schannel, the TLS of Windows. Link with libcertmap-crypt32. Conventions: certmap.h.
 * A program that uses <winsock2.h> includes it before this header, as before <windows.h>. */
#ifndef CERTMAP_SCHANNEL_H
#define CERTMAP_SCHANNEL_H

#include "crypt32.h"
#ifndef SECURITY_WIN32
#define SECURITY_WIN32
#endif
#include <security.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The one call for servers that have a context of Schannel: certmap_crypt32_match with the
 * certificate that QueryContextAttributes gives for SECPKG_ATTR_REMOTE_CERT_CONTEXT, so that chain
 * is held to be that of the client at the other end of this connection. Call it when
 * AcceptSecurityContext gave SEC_E_OK, on every connection, resumed ones included. Refuses with
 * UNVERIFIED, and decision NONE, what certmap_crypt32_match refuses, and: HANDSHAKE_UNFINISHED:
 * Schannel gives no SECPKG_ATTR_CONNECTION_INFO, which it has, by Microsoft's documentation, once
 * the connection is established. That is a second look: Wine gives it earlier, and only the caller
 * sees that AcceptSecurityContext gave SEC_E_OK; NO_CERTIFICATE: Schannel gives no certificate of
 * the peer. chain and policy may be NULL where there is no certificate; a server need not make a
 * difference.
 *
 * context may be a client's end, too: then the certificate is the server's, and what is said of
 * clients holds for servers. That it was made out for the host that was meant is for the caller's
 * policy to check.
 *
 * context is not changed. It and peer belong to one thread at a time.
 * Errors: ARGUMENT, MEMORY, LIMIT, CERTIFICATE, UNVERIFIED. */
CERTMAP_API enum certmap_status
certmap_crypt32_match_schannel(PCtxtHandle context, PCCERT_CHAIN_CONTEXT chain,
                               const CERT_CHAIN_POLICY_STATUS *policy,
                               const struct certmap_rules *rules, struct certmap_peer *peer,
                               struct certmap_result *result, struct certmap_diagnostic *err);

#ifdef __cplusplus
}
#endif

#endif
