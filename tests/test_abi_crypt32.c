/* SPDX-License-Identifier: MIT */
/* Structs of crypt32.h and schannel.h from programs that were built with other ones. */
#include "abi.h"
#include "certmap/schannel.h"
#include "support/windows_pki.h"

#define FIRST_HOLDER CERTMAP_STRUCT_END(struct certmap_crypt32_holder, reserved)
#define ALL_PIECES (2u * T_LAST_PIECE - 1)

static struct t_windows_pki *pki;
static struct certmap_cert cert = CERTMAP_CERT_INIT;
static struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
static struct certmap_result result = CERTMAP_RESULT_INIT;

/* The other struct of the pair is as this version has it. */
static enum certmap_status call_cert(void *object) {
    struct certmap_crypt32_holder own = CERTMAP_CRYPT32_HOLDER_INIT;
    return certmap_crypt32_cert(object, &own, t_windows_pki_certificate(pki, T_ALICE), ALL_PIECES, NULL);
}

static enum certmap_status call_cert_holder(void *object) {
    struct certmap_cert own = CERTMAP_CERT_INIT;
    return certmap_crypt32_cert(&own, object, t_windows_pki_certificate(pki, T_ALICE), ALL_PIECES, NULL);
}

static enum certmap_status call_issuer(void *object) {
    struct certmap_crypt32_holder own = CERTMAP_CRYPT32_HOLDER_INIT;
    return certmap_crypt32_issuer(object, &own, t_windows_pki_certificate(pki, T_ISSUING), ALL_PIECES, NULL);
}

static enum certmap_status call_issuer_holder(void *object) {
    struct certmap_cert own = CERTMAP_CERT_INIT;
    return certmap_crypt32_issuer(&own, object, t_windows_pki_certificate(pki, T_ISSUING), ALL_PIECES, NULL);
}

/* Nobody's certificate is looked at, and refused. */
static enum certmap_status match_nobody(void *object, bool schannel) {
    static const char text[] = "certmap 1; mapping \"m\" { when always; allow \"a\"; }";
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    CtxtHandle context = {0, 0};
    ck_assert_int_eq(certmap_rules_parse(&rules, certmap_view_of(text), NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    const enum certmap_status status =
        schannel ? certmap_crypt32_match_schannel(&context, NULL, NULL, rules, peer, object, NULL)
                 : certmap_crypt32_match(NULL, NULL, NULL, rules, peer, object, NULL);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    return status == CERTMAP_ERROR_UNVERIFIED ? CERTMAP_OK : status;
}

static enum certmap_status call_match(void *object) {
    return match_nobody(object, false);
}

static enum certmap_status call_match_schannel(void *object) {
    return match_nobody(object, true);
}

static const struct t_abi_entry entries[] = {
    {"crypt32_cert", call_cert, &cert, sizeof cert, CERTMAP_FIRST_CERT, 408, false},
    {"crypt32_cert, holder", call_cert_holder, &holder, sizeof holder, FIRST_HOLDER, 1384, false},
    {"crypt32_issuer", call_issuer, &cert, sizeof cert, CERTMAP_FIRST_CERT, 408, true},
    {"crypt32_issuer, holder", call_issuer_holder, &holder, sizeof holder, FIRST_HOLDER, 1384, false},
    {"crypt32_match", call_match, &result, sizeof result, CERTMAP_FIRST_RESULT, 168, false},
    {"crypt32_match_schannel", call_match_schannel, &result, sizeof result, CERTMAP_FIRST_RESULT, 168, false},
};

static void set_up(void) {
    pki = t_windows_pki_new();
}

static void tear_down(void) {
    t_windows_pki_free(pki);
}

static const struct t_abi_entry *t_abi_entry(int i) {
    return &entries[i];
}

T_TESTS("abi of crypt32.h", T_CASE("sizes", T_ONCE(set_up, tear_down), T_ABI_SIZES(COUNT(entries))))
