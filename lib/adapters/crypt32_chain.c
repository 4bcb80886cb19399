/* SPDX-License-Identifier: MIT */
/* Whether the caller has verified the peer's certificate, who issued it, and the CAs above it.
 *
 *     chain->rgpChain[0]->rgpElement[0]->pCertContext    the certificate that the chain was built for
 *                        rgpElement[1]                   its issuer; the last one is the root
 *     chain->rgpChain[1] ...                             above a trust list, if one was used
 *
 * Every level has a dwErrorStatus of its own. The one of the chain should have the bits of all; here they are
 * counted again. */
#include "certmap/versioned.h"
#include "chain_digests.h"
#include "crypt32_inside.h"
#include <stddef.h>
#include <string.h>

/* As much of a chain as is read here; Windows has appended members. */
#define CHAIN_SIZE offsetof(CERT_CHAIN_CONTEXT, cLowerQualityChainContext)

/* What is left to the policy. */
#define REVOCATION_UNKNOWN ((DWORD)(CERT_TRUST_REVOCATION_STATUS_UNKNOWN | CERT_TRUST_IS_OFFLINE_REVOCATION))

static enum certmap_status not_verified(struct certmap_diagnostic *err, const char *text) {
    return cm_crypt32_fail(err, CERTMAP_ERROR_UNVERIFIED, CERTMAP_CODE_NOT_VERIFIED, text, "");
}

/* With CERT_CHAIN_ENABLE_PEER_TRUST, Windows builds no chain for a certificate in the store TrustedPeople, and sets
 * neither CERT_TRUST_IS_UNTRUSTED_ROOT nor CERT_TRUST_IS_PARTIAL_CHAIN: only this bit, which is no error, tells. */
static bool is_peer_trusted(PCCERT_CHAIN_CONTEXT chain) {
    const CERT_SIMPLE_CHAIN *simple = chain->rgpChain[0];
    const DWORD infos = chain->TrustStatus.dwInfoStatus | simple->TrustStatus.dwInfoStatus |
                        simple->rgpElement[0]->TrustStatus.dwInfoStatus;
    return (infos & CERT_TRUST_IS_PEER_TRUSTED) != 0;
}

static DWORD errors_of_simple(const CERT_SIMPLE_CHAIN *simple) {
    DWORD errors = simple->TrustStatus.dwErrorStatus;
    for (DWORD i = 0; i < simple->cElement; i++)
        errors |= simple->rgpElement[i]->TrustStatus.dwErrorStatus;
    return errors;
}

static DWORD errors_of(PCCERT_CHAIN_CONTEXT chain) {
    DWORD errors = chain->TrustStatus.dwErrorStatus;
    for (DWORD i = 0; i < chain->cChain; i++)
        errors |= errors_of_simple(chain->rgpChain[i]);
    return errors;
}

static bool same_certificate(PCCERT_CONTEXT a, PCCERT_CONTEXT b) {
    return a != NULL && a->cbCertEncoded == b->cbCertEncoded &&
           memcmp(a->pbCertEncoded, b->pbCertEncoded, a->cbCertEncoded) == 0;
}

static bool is_chain_of(PCCERT_CHAIN_CONTEXT chain, PCCERT_CONTEXT certificate) {
    return chain->cChain > 0 && chain->rgpChain[0]->cElement > 0 &&
           same_certificate(chain->rgpChain[0]->rgpElement[0]->pCertContext, certificate);
}

static enum certmap_status check(PCCERT_CONTEXT certificate, PCCERT_CHAIN_CONTEXT chain,
                                 const CERT_CHAIN_POLICY_STATUS *policy, struct certmap_diagnostic *err) {
    if (certificate == NULL)
        return cm_crypt32_fail(err, CERTMAP_ERROR_UNVERIFIED, CERTMAP_CODE_NO_CERTIFICATE,
                               "the peer sent no certificate", "");
    if (chain == NULL || policy == NULL)
        return not_verified(err, chain == NULL ? "no chain was built for the peer's certificate"
                                               : "no policy was asked about the chain of the peer's certificate");
    if (chain->cbSize < CHAIN_SIZE || policy->cbSize < sizeof *policy)
        return not_verified(err, "the chain or the policy status has not its cbSize: it was not filled");
    if (!is_chain_of(chain, certificate))
        return not_verified(err, "the chain was built for another certificate than the peer's");
    if (policy->dwError != 0)
        return cm_crypt32_refuse(err, CERTMAP_CODE_NOT_VERIFIED,
                                 "the policy did not accept the peer's certificate: dwError ", policy->dwError);
    const DWORD errors = errors_of(chain) & ~REVOCATION_UNKNOWN;
    if (errors != 0)
        return cm_crypt32_refuse(err, CERTMAP_CODE_NOT_VERIFIED,
                                 "the chain of the peer's certificate has errors: dwErrorStatus ", errors);
    if (is_peer_trusted(chain))
        return not_verified(err, "the peer's certificate is trusted without a chain: it is in the store TrustedPeople");
    return CERTMAP_OK;
}

/* Which element is the first CA: the second one; of a chain of one, that one if it signed itself, else none. */
static DWORD first_ca(const CERT_SIMPLE_CHAIN *simple) {
    const bool signed_itself = (simple->rgpElement[0]->TrustStatus.dwInfoStatus & CERT_TRUST_IS_SELF_SIGNED) != 0;
    return simple->cElement == 1 && signed_itself ? 0 : 1;
}

enum certmap_status certmap_crypt32_verified_issuer(PCCERT_CONTEXT *issuer, PCCERT_CONTEXT certificate,
                                                    PCCERT_CHAIN_CONTEXT chain, const CERT_CHAIN_POLICY_STATUS *policy,
                                                    struct certmap_diagnostic *err) {
    if (issuer == NULL)
        return cm_crypt32_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_crypt32_verified_issuer: issuer is NULL", "");
    const enum certmap_status status = check(certificate, chain, policy, err);
    if (status != CERTMAP_OK)
        return status;
    const CERT_SIMPLE_CHAIN *simple = chain->rgpChain[0];
    const DWORD first = first_ca(simple);
    *issuer = first < simple->cElement ? simple->rgpElement[first]->pCertContext : NULL;
    return CERTMAP_OK;
}

/* ---- the CAs ---- */

/* By way of a cert and a holder of its own. */
static enum certmap_status digest_ca(struct cm_chain_digests *found, size_t index, PCCERT_CONTEXT ca,
                                     struct certmap_diagnostic *err) {
    struct certmap_cert own = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder own_holder = CERTMAP_CRYPT32_HOLDER_INIT;
    struct certmap_diagnostic own_err = {.status = CERTMAP_OK};
    if (certmap_crypt32_cert(&own, &own_holder, ca, cm_chain_digests_needs(found), &own_err) != CERTMAP_OK)
        return cm_crypt32_fail(err, own_err.status, own_err.code, "chain: ", own_err.text);
    cm_chain_digests_take(found, index, &own);
    return CERTMAP_OK;
}

static enum certmap_status digest_chain(struct certmap_cert *cert, struct certmap_crypt32_holder *holder,
                                        const CERT_SIMPLE_CHAIN *simple, unsigned needs,
                                        struct certmap_diagnostic *err) {
    const DWORD first = first_ca(simple), count = simple->cElement - first;
    struct cm_chain_digests found = cm_chain_digests_into(holder->chain_sha256, holder->chain_key_sha256, needs);
    if (!cm_chain_digests_wanted(&found, count))
        return CERTMAP_OK;
    for (DWORD i = 0; i < count; i++) {
        const enum certmap_status status = digest_ca(&found, i, simple->rgpElement[first + i]->pCertContext, err);
        if (status != CERTMAP_OK)
            return status;
    }
    cm_chain_digests_set(cert, &found, count);
    return CERTMAP_OK;
}

enum certmap_status certmap_crypt32_chain(struct certmap_cert *cert, struct certmap_crypt32_holder *holder,
                                          PCCERT_CONTEXT certificate, PCCERT_CHAIN_CONTEXT chain,
                                          const CERT_CHAIN_POLICY_STATUS *policy, unsigned needs,
                                          struct certmap_diagnostic *err) {
    struct certmap_cert room, filled = CERTMAP_CERT_INIT;
    const struct certmap_cert *given = certmap_struct_read(&room, cert, CERTMAP_FIRST_CERT, sizeof room);
    const struct certmap_view none = CERTMAP_NO_VIEW;
    if (given == NULL || !cm_crypt32_fit(cert, holder))
        return cm_crypt32_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_crypt32_chain: cert or holder is NULL, or a size is not a size of it", "");
    enum certmap_status status = check(certificate, chain, policy, err);
    if (status != CERTMAP_OK)
        return status;
    memcpy(&filled, given, sizeof filled);
    filled.size = sizeof filled;
    filled.chain = filled.chain_sha256 = filled.chain_key_sha256 = none;
    status = digest_chain(&filled, holder, chain->rgpChain[0], needs, err);
    if (status == CERTMAP_OK)
        certmap_struct_write(cert, &filled, sizeof filled);
    return status;
}
