/* SPDX-License-Identifier: MIT */
/* certmap with the certificates of Windows (crypt32), Windows 7 or later. Link with
 * libcertmap-crypt32. For Schannel see also schannel.h. Conventions: certmap.h. A program that uses
 * <winsock2.h> includes it before this header, as before <windows.h>. */
#ifndef CERTMAP_CRYPT32_H
#define CERTMAP_CRYPT32_H

#include "certmap.h"
#include "limits.h"
#include <windows.h>

#include <wincrypt.h> /* after windows.h */

#ifdef __cplusplus
extern "C" {
#endif

/* Holds the digests, which Windows does not keep as bytes. Begins as the macro has it;
 * certmap_crypt32_cert fills it. A cert may have views into it: do not move it while that cert is
 * used. It holds nothing that would have to be freed. */
struct certmap_crypt32_holder {
    size_t size; /* sizeof(struct certmap_crypt32_holder) */
    uint8_t sha256[CERTMAP_SHA256_SIZE];
    uint8_t sha1[CERTMAP_SHA1_SIZE];
    uint8_t key_sha256[CERTMAP_SHA256_SIZE];
    uint8_t issuer_sha256[CERTMAP_SHA256_SIZE];
    uint8_t issuer_key_sha256[CERTMAP_SHA256_SIZE];
    uint8_t tbs_sha256[CERTMAP_SHA256_SIZE];
    uint8_t sha512[CERTMAP_SHA512_SIZE];
    uint8_t key_sha512[CERTMAP_SHA512_SIZE];
    uint8_t key_sha1[CERTMAP_SHA1_SIZE];
    uint8_t issuer_sha1[CERTMAP_SHA1_SIZE];
    uint8_t chain_sha256[CERTMAP_MAX_CHAIN][CERTMAP_SHA256_SIZE];
    uint8_t chain_key_sha256[CERTMAP_MAX_CHAIN][CERTMAP_SHA256_SIZE];
    uint8_t reserved[4]; /* 0 */
};
#define CERTMAP_CRYPT32_HOLDER_INIT                                                                \
    {                                                                                              \
        sizeof(struct certmap_crypt32_holder), {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0},   \
            {{0}}, {{0}}, {                                                                        \
            0                                                                                      \
        }                                                                                          \
    }

/* Fills cert from context with the pieces that needs (certmap_rules_needs) has, the issuer's
 * excepted: the Names always, as views into the CERT_NAME_BLOBs of context->pCertInfo, which hold
 * them as they were sent; the other parts of the certificate as views into context->pbCertEncoded,
 * as certmap_cert_from_der gives them. Nothing that Windows decoded is used; digests of those
 * bytes, by CryptHashCertificate2, in holder. What Windows does not compute is not supplied; the
 * time, if it is needed, from the system's clock. To use another, set cert->time afterwards. What
 * is not needed is not supplied (certmap_cert_restrict). The issuer is added by
 * certmap_crypt32_issuer. Nothing is copied and nothing allocated. cert is valid until context is
 * freed (its last reference) or changed, or holder is filled again. cert->size and holder->size
 * must be set. On failure cert and holder stay as they were. context is only read. Verifies nothing
 * and reads nothing inside the Names. Errors: ARGUMENT, CERTIFICATE (certmap_cert_from_der refuses
 * pbCertEncoded, whatever is needed, bytes after the certificate included; dwCertEncodingType does
 * not say X509_ASN_ENCODING; or a Name of pCertInfo is not the one in pbCertEncoded, which only a
 * program that changed them can bring about). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_crypt32_cert(struct certmap_cert *cert, struct certmap_crypt32_holder *holder,
                     PCCERT_CONTEXT context, unsigned needs, struct certmap_diagnostic *err);

/* Adds the digests of the issuer to a cert that certmap_crypt32_cert has filled, as far as needs
 * has them: CERTMAP_PIECE_ISSUER_SHA256, _ISSUER_KEY_SHA256 and _ISSUER_SHA1. issuer has to come
 * from the chain that was verified (certmap_crypt32_verified_issuer), never from the store that
 * came with the peer's certificate: that is what the client says. NULL: the verified chain has
 * none, so that `issuer is` is false. Not calling this leaves it unknown. issuer is not used after
 * the call; holder has the digests. On failure cert stays as it was. Errors: ARGUMENT, CERTIFICATE
 * (as certmap_crypt32_cert, for issuer). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_crypt32_issuer(struct certmap_cert *cert, struct certmap_crypt32_holder *holder,
                       PCCERT_CONTEXT issuer, unsigned needs, struct certmap_diagnostic *err);

/* The issuer of certificate in chain, which the caller has built (CertGetCertificateChain) and
 * verified (CertVerifyCertificateChainPolicy): the second certificate of the first simple chain.
 * Where the chain is the certificate alone, the issuer is the certificate itself if it signed
 * itself (CERT_TRUST_IS_SELF_SIGNED), else none
 * (*issuer is NULL). *issuer belongs to chain. Refuses with UNVERIFIED whatever
 * certmap_crypt32_match refuses with it. Errors: ARGUMENT, UNVERIFIED. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_crypt32_verified_issuer(PCCERT_CONTEXT *issuer, PCCERT_CONTEXT certificate,
                                PCCERT_CHAIN_CONTEXT chain, const CERT_CHAIN_POLICY_STATUS *policy,
                                struct certmap_diagnostic *err);

/* Adds the digests of the CAs of chain, which is that of certificate and was verified, to a cert
 * that certmap_crypt32_cert has filled, as far as needs has them: CERTMAP_PIECE_CHAIN_SHA256 and
 * _CHAIN_KEY_SHA256. They are the certificates of the first simple chain from the one that
 * certmap_crypt32_verified_issuer says up to the last. There is none where there is no issuer, so
 * that `chain has` is false. Not calling this leaves it unknown, and so do more than
 * CERTMAP_MAX_CHAIN. Refuses with UNVERIFIED whatever certmap_crypt32_match refuses with it. holder
 * has the digests. On failure cert stays as it was. Errors: ARGUMENT, CERTIFICATE (as
 * certmap_crypt32_cert, for one of them), UNVERIFIED. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_crypt32_chain(struct certmap_cert *cert, struct certmap_crypt32_holder *holder,
                      PCCERT_CONTEXT certificate, PCCERT_CHAIN_CONTEXT chain,
                      const CERT_CHAIN_POLICY_STATUS *policy, unsigned needs,
                      struct certmap_diagnostic *err);

/* The one call for servers: the account of the client that certificate was received from. The
 * server has asked for the certificate in the handshake, built its chain and verified that. What
 * comes of both is given here, and the call refuses with UNVERIFIED, and decision NONE, unless all
 * of this holds; the code of err says what does not:
 * - NO_CERTIFICATE: there is a certificate.
 * - NOT_VERIFIED: there is a chain, and its first certificate is this one, byte for byte;
 * there is a policy status, its cbSize is that of CERT_CHAIN_POLICY_STATUS at least, and its
 * dwError is 0; and dwErrorStatus of the chain context, of each simple chain and of each
 * certificate in them is 0, but for CERT_TRUST_REVOCATION_STATUS_UNKNOWN and
 * CERT_TRUST_IS_OFFLINE_REVOCATION: these two are left to the policy, because there are CAs without
 * revocation, and servers that would rather go on when a responder is down. The policies of Windows
 * refuse both unless CERT_CHAIN_POLICY_IGNORE_..._REV_UNKNOWN_FLAGs say otherwise. So whatever else
 * a policy's flags forgive - another root, an expired certificate, a wrong usage - is refused all
 * the same, and so is a certificate that is trusted without a chain, through the store
 * TrustedPeople: dwInfoStatus of the chain context, of its first simple chain and of the
 * certificate there is without CERT_TRUST_IS_PEER_TRUSTED, which Windows sets instead of errors
 * where the chain was built with CERT_CHAIN_ENABLE_PEER_TRUST.
 *
 * Not checked, and the caller's to do:
 * - that the handshake is finished (AcceptSecurityContext gave SEC_E_OK), so that the client has
 * proven that it has the private key; certmap_crypt32_match_schannel asks Schannel about that;
 * - that Schannel asked for a certificate (ASC_REQ_MUTUAL_AUTH); it verifies none for a server;
 * - which CAs may issue client certificates: CertGetCertificateChain with an engine that has them
 * as hExclusiveRoot. The default engine trusts every root that the machine trusts;
 * - that the certificate is for clients: szOID_PKIX_KP_CLIENT_AUTH as RequestedUsage of
 * CERT_CHAIN_PARA. The chain does not say what was requested;
 * - revocation, at CERT_CHAIN_REVOCATION_CHECK_...; without these flags Windows looks at none, and
 * no bit says so;
 * - that CertGetCertificateChain and CertVerifyCertificateChainPolicy returned TRUE, that the
 * policy was CERT_CHAIN_POLICY_SSL, with AUTHTYPE_CLIENT, or one as strict, and that policy is what
 * it said of this chain: let dwError begin as something else than 0;
 * - that chain and policy are not older than the connection.
 *
 * docs/windows.md shows a server that does.
 *
 * The time is the system's clock, and who issued the certificate is what
 * certmap_crypt32_verified_issuer says. A resumed session brings its certificate with it; chain and
 * policy are made anew, so that the answer is of today.
 *
 * peer is set to the certificate as by certmap_peer_set, and is empty when the call returns,
 * whatever it held before and whatever the outcome; its memory is kept for the next connection.
 * result->size must be set. Its views live as long as rules, and those that are built from the
 * certificate until the next use of peer. On failure result holds NONE. certificate, chain and
 * policy are only read, and not used after the call. peer belongs to one thread at a time, rules to
 * any number. Errors: ARGUMENT, MEMORY, LIMIT, CERTIFICATE, UNVERIFIED. */
CERTMAP_API enum certmap_status
certmap_crypt32_match(PCCERT_CONTEXT certificate, PCCERT_CHAIN_CONTEXT chain,
                      const CERT_CHAIN_POLICY_STATUS *policy, const struct certmap_rules *rules,
                      struct certmap_peer *peer, struct certmap_result *result,
                      struct certmap_diagnostic *err);

#ifdef __cplusplus
}
#endif

#endif
