/* SPDX-License-Identifier: MIT */
/* The one call for servers that have a context of Schannel. */
#include "certmap/schannel.h"
#include "crypt32_inside.h"

#include <schannel.h> /* after windows.h */

/* The certificate of the peer, which the caller frees. */
static enum certmap_status peer_certificate(PCCERT_CONTEXT *certificate, PCtxtHandle context,
                                            struct certmap_diagnostic *err) {
    SecPkgContext_ConnectionInfo info;
    PCCERT_CONTEXT given = NULL;
    SECURITY_STATUS status = QueryContextAttributesW(context, SECPKG_ATTR_CONNECTION_INFO, &info);
    if (status != SEC_E_OK)
        return cm_crypt32_refuse(err, CERTMAP_CODE_HANDSHAKE_UNFINISHED,
                                 "the TLS handshake is not finished: Schannel says ", (unsigned long)status);
    status = QueryContextAttributesW(context, SECPKG_ATTR_REMOTE_CERT_CONTEXT, (void *)&given);
    if (status != SEC_E_OK || given == NULL)
        return cm_crypt32_refuse(err, CERTMAP_CODE_NO_CERTIFICATE, "the peer sent no certificate: Schannel says ",
                                 (unsigned long)status);
    *certificate = given;
    return CERTMAP_OK;
}

enum certmap_status certmap_crypt32_match_schannel(PCtxtHandle context, PCCERT_CHAIN_CONTEXT chain,
                                                   const CERT_CHAIN_POLICY_STATUS *policy,
                                                   const struct certmap_rules *rules, struct certmap_peer *peer,
                                                   struct certmap_result *result, struct certmap_diagnostic *err) {
    PCCERT_CONTEXT certificate = NULL;
    enum certmap_status status = cm_crypt32_begin(peer, result, err);
    if (status != CERTMAP_OK)
        return status;
    if (context == NULL || rules == NULL || peer == NULL)
        return cm_crypt32_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_crypt32_match_schannel: context, rules or peer is NULL", "");
    status = peer_certificate(&certificate, context, err);
    if (status == CERTMAP_OK)
        status = certmap_crypt32_match(certificate, chain, policy, rules, peer, result, err);
    CertFreeCertificateContext(certificate);
    return status;
}
