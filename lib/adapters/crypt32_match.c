/* SPDX-License-Identifier: MIT */
/* The one call for servers. */
#include "certmap/versioned.h"
#include "crypt32_inside.h"

#define PIECES_OF_ISSUER                                                                                               \
    ((unsigned)(CERTMAP_PIECE_ISSUER_SHA256 | CERTMAP_PIECE_ISSUER_KEY_SHA256 | CERTMAP_PIECE_ISSUER_SHA1))
#define PIECES_OF_CHAIN ((unsigned)(CERTMAP_PIECE_CHAIN_SHA256 | CERTMAP_PIECE_CHAIN_KEY_SHA256))

enum certmap_status cm_crypt32_begin(struct certmap_peer *peer, struct certmap_result *result,
                                     struct certmap_diagnostic *err) {
    const struct certmap_result none = CERTMAP_RESULT_INIT;
    certmap_peer_clear(peer);
    if (!certmap_struct_fits(result, CERTMAP_FIRST_RESULT, sizeof *result))
        return cm_crypt32_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "result is NULL, or its size is not a size of it", "");
    certmap_struct_write(result, &none, sizeof none);
    return CERTMAP_OK;
}

/* What the caller gives. */
struct given {
    PCCERT_CONTEXT certificate;
    PCCERT_CHAIN_CONTEXT chain;
    const CERT_CHAIN_POLICY_STATUS *policy;
    PCCERT_CONTEXT issuer; /* of the chain, or NULL */
};

/* The certificate, its issuer and its chain, if these are needed. */
static enum certmap_status fill(struct certmap_cert *cert, struct certmap_crypt32_holder *holder,
                                const struct given *given, unsigned needs, struct certmap_diagnostic *err) {
    enum certmap_status status = certmap_crypt32_cert(cert, holder, given->certificate, needs, err);
    if (status == CERTMAP_OK && (needs & PIECES_OF_ISSUER) != 0)
        status = certmap_crypt32_issuer(cert, holder, given->issuer, needs, err);
    if (status == CERTMAP_OK && (needs & PIECES_OF_CHAIN) != 0)
        status = certmap_crypt32_chain(cert, holder, given->certificate, given->chain, given->policy, needs, err);
    return status;
}

static enum certmap_status match_certificate(const struct given *given, const struct certmap_rules *rules,
                                             struct certmap_peer *peer, struct certmap_result *result,
                                             struct certmap_diagnostic *err) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    enum certmap_status status = fill(&cert, &holder, given, certmap_rules_needs(rules), err);
    if (status == CERTMAP_OK)
        status = certmap_peer_set(peer, &cert, err);
    if (status == CERTMAP_OK)
        status = certmap_match(rules, peer, result, err);
    certmap_peer_clear(peer);
    return status;
}

enum certmap_status certmap_crypt32_match(PCCERT_CONTEXT certificate, PCCERT_CHAIN_CONTEXT chain,
                                          const CERT_CHAIN_POLICY_STATUS *policy, const struct certmap_rules *rules,
                                          struct certmap_peer *peer, struct certmap_result *result,
                                          struct certmap_diagnostic *err) {
    struct given given = {certificate, chain, policy, NULL};
    enum certmap_status status = cm_crypt32_begin(peer, result, err);
    if (status != CERTMAP_OK)
        return status;
    if (rules == NULL || peer == NULL)
        return cm_crypt32_fail(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT,
                               "certmap_crypt32_match: rules or peer is NULL", "");
    status = certmap_crypt32_verified_issuer(&given.issuer, certificate, chain, policy, err);
    return status == CERTMAP_OK ? match_certificate(&given, rules, peer, result, err) : status;
}
