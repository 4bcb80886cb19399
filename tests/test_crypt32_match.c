/* SPDX-License-Identifier: MIT */
/* The one call for servers on Windows: on chains that Windows built, on chains that say what the test wants, and
 * with a Schannel that gives what the test wants. Whatever is refused here must be refused: every row that ends in
 * an error also holds the result to CERTMAP_NONE. */
#include "adapter.h"
#include "certmap/schannel.h"
#include "support/alloc.h"
#include "support/windows_pki.h"

#include <schannel.h>
#include <stdio.h>
#include <string.h>

#define REFUSED CERTMAP_ERROR_UNVERIFIED

static const char rule_text[] = "certmap 1;\n"
                                "mapping \"contractors\" { when subject.OU = \"Contractors\"; deny; }\n"
                                "mapping \"staff\" {\n"
                                "    when issuer.CN = \"Contoso Issuing CA 1\" and subject.CN = \"Alice\";\n"
                                "    allow \"CONTOSO\\\\portal\";\n"
                                "}\n"
                                "mapping \"warehouse\" { when subject.OU = \"Warehouse\"; allow \"orders\"; }\n"
                                "mapping \"self\" { when subject.OU = \"Sales\"; allow \"self\"; }\n";

static struct t_windows_pki *pki;
static struct certmap_rules *rules;

static void make_shared(void) {
    pki = t_windows_pki_new();
    rules = t_rules(rule_text);
}

static void free_shared(void) {
    certmap_rules_free(rules);
    t_windows_pki_free(pki);
}

/* ---- Schannel as the tests want it ---- */

static struct {
    SECURITY_STATUS connection_info;
    SECURITY_STATUS remote_certificate;
    PCCERT_CONTEXT certificate; /* given with a reference, as Schannel does */
    int given;
    PCtxtHandle asked;
} schannel;

static SECURITY_STATUS SEC_ENTRY answer(PCtxtHandle context, unsigned long attribute, void *buffer) {
    schannel.asked = context;
    if (attribute == SECPKG_ATTR_CONNECTION_INFO) {
        *(SecPkgContext_ConnectionInfo *)buffer = (SecPkgContext_ConnectionInfo){.dwProtocol = SP_PROT_TLS1_2_SERVER};
        return schannel.connection_info;
    }
    if (attribute != SECPKG_ATTR_REMOTE_CERT_CONTEXT)
        return SEC_E_UNSUPPORTED_FUNCTION;
    *(PCCERT_CONTEXT *)buffer = schannel.certificate;
    if (schannel.remote_certificate == SEC_E_OK) {
        CertDuplicateCertificateContext(schannel.certificate);
        schannel.given++;
    }
    return schannel.remote_certificate;
}

/* What the library calls QueryContextAttributesW through: linked in place of the one for secur32.dll. */
extern SECURITY_STATUS(SEC_ENTRY *const __imp_QueryContextAttributesW)(PCtxtHandle, unsigned long, void *);
SECURITY_STATUS(SEC_ENTRY *const __imp_QueryContextAttributesW)(PCtxtHandle, unsigned long, void *) = answer;

/* ---- one call, and what is always true of it ---- */

static const struct t_expected portal = ACCOUNT("CONTOSO\\portal");
static const struct t_expected not_verified = NOT_VERIFIED;

/* A peer that holds another certificate. */
static struct certmap_peer *set_peer(void) {
    struct certmap_peer *peer = t_peer_new();
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    ck_assert_int_eq(certmap_crypt32_cert(&cert, &holder, t_windows_pki_certificate(pki, T_ALICE), 0, NULL),
                     CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    return peer;
}

static void check_match(PCCERT_CONTEXT certificate, PCCERT_CHAIN_CONTEXT chain, const CERT_CHAIN_POLICY_STATUS *policy,
                        const struct certmap_rules *with, struct t_expected expected, const char *row) {
    struct certmap_peer *peer = set_peer();
    struct certmap_result result = t_stale_result();
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    const enum certmap_status status = certmap_crypt32_match(certificate, chain, policy, with, peer, &result, &err);
    t_check_outcome(peer, rules, &result, &err, status, expected, row);
}

/* The same by way of Schannel, which gives this certificate; it has to be given back. */
static void check_schannel(PCCERT_CONTEXT certificate, const struct t_windows_chain *verified,
                           struct t_expected expected, const char *row) {
    CtxtHandle context = {1, 2};
    struct certmap_peer *peer = set_peer();
    struct certmap_result result = t_stale_result();
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    schannel.certificate = certificate;
    schannel.asked = NULL;
    const enum certmap_status status =
        certmap_crypt32_match_schannel(&context, verified->chain, &verified->policy, rules, peer, &result, &err);
    ck_assert_ptr_eq(schannel.asked, &context);
    t_check_outcome(peer, rules, &result, &err, status, expected, row);
}

/* ---- chains that Windows built ---- */

#define REVOCATION (CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT | CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY)

static const struct built {
    const char *name;
    enum t_id client;
    enum t_id trusted;
    DWORD chain_flags;
    DWORD policy_flags;
    struct t_expected expected;
} built_rows[] = {
    {"verified, of the root", T_BOB, T_ROOT, 0, 0, ACCOUNT("orders")},
    {"verified, through an intermediate CA", T_ALICE, T_ROOT, 0, 0, ACCOUNT("CONTOSO\\portal")},
    {"verified, a deny mapping", T_EVE, T_ROOT, 0, 0, DENIED},
    {"verified, no mapping", T_STRANGER, T_ROOT, 0, 0, UNMATCHED},
    {"verified, trusted itself", T_LONELY, T_LONELY, 0, 0, ACCOUNT("self")},
    {"another CA of the same name", T_MALLORY, T_ROOT, 0, 0, NOT_VERIFIED},
    {"another CA, and a policy that forgives it", T_MALLORY, T_ROOT, 0, CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG,
     NOT_VERIFIED},
    {"self-signed", T_LONELY, T_ROOT, 0, 0, NOT_VERIFIED},
    {"self-signed, and a policy that forgives it", T_LONELY, T_ROOT, 0, CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG,
     NOT_VERIFIED},
    {"the root is not the trusted one", T_ALICE, T_FALSE_CA, 0, 0, NOT_VERIFIED},
    {"expired", T_EXPIRED, T_ROOT, 0, 0, NOT_VERIFIED},
    {"expired, and a policy that forgives it", T_EXPIRED, T_ROOT, 0, CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG,
     NOT_VERIFIED},
    {"not valid yet", T_EARLY, T_ROOT, 0, 0, NOT_VERIFIED},
    {"not for clients", T_WEB, T_ROOT, 0, 0, NOT_VERIFIED},
    {"not for clients, and a policy that forgives it", T_WEB, T_ROOT, 0, CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG,
     NOT_VERIFIED},
    {"no revocation to be had", T_ALICE, T_ROOT, REVOCATION, 0, NOT_VERIFIED},
    {"no revocation to be had, which the policy forgives", T_ALICE, T_ROOT, REVOCATION,
     CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS, ACCOUNT("CONTOSO\\portal")},
    {"a Name over the limit", T_MANY_VALUES, T_ROOT, 0, 0, TOO_LARGE},
};

T_TEST(chains_that_windows_built) {
    const struct built *row = &built_rows[_i];
    const PCCERT_CONTEXT certificate = t_windows_pki_certificate(pki, row->client);
    struct t_windows_chain verified =
        t_windows_chain_of(pki, row->client, row->trusted, row->chain_flags, row->policy_flags);
    if (row->policy_flags != 0)
        ck_assert_msg(verified.policy.dwError == 0, "%s: dwError 0x%08lX", row->name,
                      (unsigned long)verified.policy.dwError);
    check_match(certificate, verified.chain, &verified.policy, rules, row->expected, row->name);
    check_schannel(certificate, &verified, row->expected, row->name);
    t_windows_chain_free(&verified);
}

/* ---- who issued it ---- */

static const struct {
    const char *name;
    enum t_id client;
    enum t_id trusted;
    enum t_id issuer;
} issuer_rows[] = {
    {"of an intermediate CA", T_ALICE, T_ROOT, T_ISSUING},
    {"of the root", T_BOB, T_ROOT, T_ROOT},
    {"signed itself", T_LONELY, T_LONELY, T_LONELY},
    {"a CA", T_ISSUING, T_ROOT, T_ROOT},
    {"the root", T_ROOT, T_ROOT, T_ROOT},
};

static void check_issuer(PCCERT_CONTEXT issuer, enum t_id expected, const char *row) {
    const PCCERT_CONTEXT certificate = t_windows_pki_certificate(pki, expected);
    ck_assert_msg(issuer != NULL && issuer->cbCertEncoded == certificate->cbCertEncoded, "%s", row);
    ck_assert_msg(memcmp(issuer->pbCertEncoded, certificate->pbCertEncoded, issuer->cbCertEncoded) == 0, "%s", row);
}

T_TEST(the_verified_issuer) {
    const PCCERT_CONTEXT certificate = t_windows_pki_certificate(pki, issuer_rows[_i].client);
    struct t_windows_chain verified = t_windows_chain_of(pki, issuer_rows[_i].client, issuer_rows[_i].trusted, 0, 0);
    PCCERT_CONTEXT issuer = NULL;
    struct certmap_diagnostic err = {.text = ""};
    ck_assert_msg(certmap_crypt32_verified_issuer(&issuer, certificate, verified.chain, &verified.policy, &err) ==
                      CERTMAP_OK,
                  "%s: %s", issuer_rows[_i].name, err.text);
    check_issuer(issuer, issuer_rows[_i].issuer, issuer_rows[_i].name);
    t_windows_chain_free(&verified);
}

static void put_digest(char *rule, size_t cap, const char *field, const uint8_t *digest, bool negated) {
    char hexadecimal[2 * CERTMAP_SHA256_SIZE + 1];
    for (size_t i = 0; i < CERTMAP_SHA256_SIZE; i++)
        snprintf(hexadecimal + 2 * i, 3, "%02x", digest[i]);
    snprintf(rule, cap, "certmap 1; mapping \"of the CA\" { when %s%s \"%s\"; allow \"ca\"; }", negated ? "not " : "",
             field, hexadecimal);
}

/* The digests of id, as of an issuer. */
static struct certmap_crypt32_holder digests_of(enum t_id id) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_crypt32_holder holder = CERTMAP_CRYPT32_HOLDER_INIT;
    ck_assert_int_eq(certmap_crypt32_cert(&cert, &holder, t_windows_pki_certificate(pki, id),
                                          CERTMAP_PIECE_SHA256 | CERTMAP_PIECE_KEY_SHA256, NULL),
                     CERTMAP_OK);
    return holder;
}

/* Rules that ask for the issuing CA: true for Alice, false for Bob, and never asked where nothing is verified. */
T_TEST(rules_about_the_issuer) {
    static const enum t_id clients[] = {T_ALICE, T_BOB, T_MALLORY};
    const bool by_key = _i % 2 == 1;
    const bool negated = _i / 2 == 1;
    const struct certmap_crypt32_holder digests = digests_of(T_ISSUING);
    const struct t_expected yes = ACCOUNT("ca");
    const struct t_expected no = UNMATCHED;
    char rule[256];
    put_digest(rule, sizeof rule, by_key ? "issuer is spki.sha256" : "issuer is sha256",
               by_key ? digests.key_sha256 : digests.sha256, negated);
    struct certmap_rules *asking = t_rules(rule);
    for (int i = 0; i < COUNT(clients); i++) {
        struct t_windows_chain verified = t_windows_chain_of(pki, clients[i], T_ROOT, 0, 0);
        const struct t_expected found = (clients[i] == T_ALICE) != negated ? yes : no;
        check_match(t_windows_pki_certificate(pki, clients[i]), verified.chain, &verified.policy, asking,
                    clients[i] == T_MALLORY ? not_verified : found, rule);
        t_windows_chain_free(&verified);
    }
    certmap_rules_free(asking);
}

/* Rules that ask for a CA of the chain: of Alice the issuing CA and the root, of Bob the root. */
T_TEST(rules_about_the_chain) {
    static const enum t_id clients[] = {T_ALICE, T_BOB, T_MALLORY}, cas[] = {T_ISSUING, T_ROOT};
    const bool by_key = _i % 2 == 1, negated = _i / 2 % 2 == 1;
    const enum t_id ca = cas[_i / 4];
    const struct certmap_crypt32_holder digests = digests_of(ca);
    const struct t_expected yes = ACCOUNT("ca");
    const struct t_expected no = UNMATCHED;
    char rule[256];
    put_digest(rule, sizeof rule, by_key ? "chain has spki.sha256" : "chain has sha256",
               by_key ? digests.key_sha256 : digests.sha256, negated);
    struct certmap_rules *asking = t_rules(rule);
    for (int i = 0; i < COUNT(clients); i++) {
        struct t_windows_chain verified = t_windows_chain_of(pki, clients[i], T_ROOT, 0, 0);
        const bool has = clients[i] == T_ALICE || ca == T_ROOT;
        check_match(t_windows_pki_certificate(pki, clients[i]), verified.chain, &verified.policy, asking,
                    clients[i] == T_MALLORY ? not_verified
                    : has != negated        ? yes
                                            : no,
                    rule);
        t_windows_chain_free(&verified);
    }
    certmap_rules_free(asking);
}

/* ---- chains that say what the test wants ---- */

enum { ELEMENTS = 3 };

/* Alice, the issuing CA and the root, and above them nothing or a second simple chain. */
struct made {
    CERT_CHAIN_ELEMENT elements[ELEMENTS];
    PCERT_CHAIN_ELEMENT element_list[ELEMENTS];
    CERT_SIMPLE_CHAIN simples[2];
    PCERT_SIMPLE_CHAIN simple_list[2];
    CERT_CHAIN_CONTEXT chain;
    CERT_CHAIN_POLICY_STATUS policy;
};

static void make(struct made *made) {
    static const enum t_id ids[ELEMENTS] = {T_ALICE, T_ISSUING, T_ROOT};
    memset(made, 0, sizeof *made);
    for (int i = 0; i < ELEMENTS; i++) {
        made->elements[i].cbSize = sizeof made->elements[i];
        made->elements[i].pCertContext = t_windows_pki_certificate(pki, ids[i]);
        made->element_list[i] = &made->elements[i];
    }
    for (int i = 0; i < 2; i++) {
        made->simples[i].cbSize = sizeof made->simples[i];
        made->simples[i].cElement = i == 0 ? ELEMENTS : 1;
        made->simples[i].rgpElement = i == 0 ? made->element_list : made->element_list + 2;
        made->simple_list[i] = &made->simples[i];
    }
    made->chain = (CERT_CHAIN_CONTEXT){.cbSize = sizeof made->chain, .cChain = 1, .rgpChain = made->simple_list};
    made->policy = (CERT_CHAIN_POLICY_STATUS){.cbSize = sizeof made->policy};
}

static void check_made(const struct made *made, struct t_expected expected, const char *row) {
    check_match(t_windows_pki_certificate(pki, T_ALICE), &made->chain, &made->policy, rules, expected, row);
}

T_TEST(a_chain_without_errors) {
    struct made made;
    make(&made);
    check_made(&made, portal, "one simple chain");
    made.chain.cChain = 2;
    check_made(&made, portal, "and a second one, above a trust list");
    for (int i = 0; i < ELEMENTS; i++)
        made.elements[i].TrustStatus.dwInfoStatus = ~(DWORD)CERT_TRUST_IS_PEER_TRUSTED;
    made.simples[0].TrustStatus.dwInfoStatus = made.elements[0].TrustStatus.dwInfoStatus;
    made.chain.TrustStatus.dwInfoStatus = made.elements[0].TrustStatus.dwInfoStatus;
    check_made(&made, portal, "what is no error does not matter");
    made.chain.cbSize += 16;
    made.policy.cbSize += 16;
    check_made(&made, portal, "of a later Windows");
    made.chain.cbSize = offsetof(CERT_CHAIN_CONTEXT, cLowerQualityChainContext);
    check_made(&made, portal, "of an earlier one");
}

/* Each bit in each place. Two of them are left to the policy, which has said that all is well. */
T_TEST(every_error_of_a_chain) {
    const DWORD bit = (DWORD)1 << _i;
    const bool left = bit == CERT_TRUST_REVOCATION_STATUS_UNKNOWN || bit == CERT_TRUST_IS_OFFLINE_REVOCATION;
    struct made made;
    DWORD *const places[] = {
        &made.chain.TrustStatus.dwErrorStatus,       &made.simples[0].TrustStatus.dwErrorStatus,
        &made.simples[1].TrustStatus.dwErrorStatus,  &made.elements[0].TrustStatus.dwErrorStatus,
        &made.elements[1].TrustStatus.dwErrorStatus, &made.elements[2].TrustStatus.dwErrorStatus,
    };
    for (int place = 0; place < COUNT(places); place++) {
        char row[64];
        snprintf(row, sizeof row, "0x%08lX in place %d", (unsigned long)bit, place);
        make(&made);
        made.chain.cChain = 2;
        *places[place] = bit;
        check_made(&made, left ? portal : not_verified, row);
        made.policy.dwError = (DWORD)CERT_E_CHAINING;
        check_made(&made, not_verified, row);
    }
}

/* What Windows says of a certificate in TrustedPeople, whoever signed it, with CERT_CHAIN_ENABLE_PEER_TRUST. */
T_TEST(trusted_without_a_chain) {
    struct made made;
    DWORD *const places[] = {
        &made.chain.TrustStatus.dwInfoStatus,
        &made.simples[0].TrustStatus.dwInfoStatus,
        &made.elements[0].TrustStatus.dwInfoStatus,
    };
    for (int place = 0; place < COUNT(places); place++) {
        char row[64];
        snprintf(row, sizeof row, "CERT_TRUST_IS_PEER_TRUSTED in place %d", place);
        make(&made);
        made.simples[0].cElement = 1;
        check_made(&made, portal, "a chain of one");
        *places[place] = CERT_TRUST_IS_PEER_TRUSTED;
        check_made(&made, not_verified, row);
    }
}

T_TEST(the_message_has_the_number) {
    struct made made;
    struct certmap_peer *peer = t_peer_new();
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = {.text = ""};
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    make(&made);
    made.policy.dwError = (DWORD)CERT_E_UNTRUSTEDROOT;
    ck_assert_int_eq(certmap_crypt32_match(alice, &made.chain, &made.policy, rules, peer, &result, &err), REFUSED);
    ck_assert_str_eq(err.text, "the policy did not accept the peer's certificate: dwError 0x800B0109");
    make(&made);
    made.elements[1].TrustStatus.dwErrorStatus = CERT_TRUST_IS_REVOKED | CERT_TRUST_IS_OFFLINE_REVOCATION;
    ck_assert_int_eq(certmap_crypt32_match(alice, &made.chain, &made.policy, rules, peer, &result, &err), REFUSED);
    ck_assert_str_eq(err.text, "the chain of the peer's certificate has errors: dwErrorStatus 0x00000004");
    ck_assert_int_eq(certmap_crypt32_match(alice, &made.chain, &made.policy, rules, peer, &result, NULL), REFUSED);
    certmap_peer_free(peer);
}

/* What was not filled, or is about somebody else. */
T_TEST(what_does_not_belong_together) {
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    const PCCERT_CONTEXT bob = t_windows_pki_certificate(pki, T_BOB);
    const CERT_CHAIN_CONTEXT no_chain = {0};
    const CERT_CHAIN_POLICY_STATUS no_policy = {0};
    struct made made;
    make(&made);
    check_match(NULL, &made.chain, &made.policy, rules, (struct t_expected)NO_CERTIFICATE, "no certificate");
    check_match(NULL, NULL, NULL, rules, (struct t_expected)NO_CERTIFICATE, "nothing at all");
    check_match(alice, NULL, &made.policy, rules, not_verified, "no chain");
    check_match(alice, &made.chain, NULL, rules, not_verified, "no policy status");
    check_match(alice, NULL, NULL, rules, not_verified, "neither");
    check_match(alice, &no_chain, &made.policy, rules, not_verified, "an empty chain");
    check_match(alice, &made.chain, &no_policy, rules, not_verified, "a policy status that nobody filled");
    check_match(bob, &made.chain, &made.policy, rules, not_verified, "the chain of another certificate");
    check_match(made.elements[1].pCertContext, &made.chain, &made.policy, rules, not_verified, "not the first one");
    made.chain.cChain = 0;
    check_made(&made, not_verified, "a chain without a simple chain");
    make(&made);
    made.simples[0].cElement = 0;
    check_made(&made, not_verified, "a simple chain without a certificate");
    make(&made);
    made.elements[0].pCertContext = NULL;
    check_made(&made, not_verified, "an element without a certificate");
    CERT_CONTEXT shorter = *alice;
    shorter.cbCertEncoded--;
    made.elements[0].pCertContext = &shorter;
    check_made(&made, not_verified, "an element with the beginning of the certificate");
    make(&made);
    made.policy.cbSize--;
    check_made(&made, not_verified, "a policy status that is too small");
    make(&made);
    made.chain.cbSize = offsetof(CERT_CHAIN_CONTEXT, cLowerQualityChainContext) - 1;
    check_made(&made, not_verified, "a chain that is too small");
}

/* Alice's certificate with one bit of its signature turned over is another certificate. */
T_TEST(almost_the_same_certificate) {
    struct made made;
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    BYTE *bytes = malloc(alice->cbCertEncoded);
    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, alice->pbCertEncoded, alice->cbCertEncoded);
    make(&made);
    const PCCERT_CONTEXT copy = CertCreateCertificateContext(X509_ASN_ENCODING, bytes, alice->cbCertEncoded);
    bytes[alice->cbCertEncoded - 1] ^= 1;
    const PCCERT_CONTEXT forged = CertCreateCertificateContext(X509_ASN_ENCODING, bytes, alice->cbCertEncoded);
    ck_assert(copy != NULL && forged != NULL);
    check_match(copy, &made.chain, &made.policy, rules, portal, "another context of the same bytes");
    check_match(forged, &made.chain, &made.policy, rules, not_verified, "another certificate");
    CertFreeCertificateContext(copy);
    CertFreeCertificateContext(forged);
    free(bytes);
}

/* A certificate that is trusted itself, with nothing above it: `issuer is` is false. */
T_TEST(no_issuer) {
    const struct certmap_crypt32_holder digests = digests_of(T_ISSUING);
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    PCCERT_CONTEXT issuer = alice;
    struct made made;
    char rule[256];
    make(&made);
    made.simples[0].cElement = 1;
    ck_assert_int_eq(certmap_crypt32_verified_issuer(&issuer, alice, &made.chain, &made.policy, NULL), CERTMAP_OK);
    ck_assert_ptr_null(issuer);
    for (int negated = 0; negated < 2; negated++) {
        put_digest(rule, sizeof rule, "issuer is sha256", digests.sha256, negated == 1);
        struct certmap_rules *asking = t_rules(rule);
        const struct t_expected no = UNMATCHED;
        const struct t_expected yes = ACCOUNT("ca");
        check_match(alice, &made.chain, &made.policy, asking, negated == 1 ? yes : no, rule);
        certmap_rules_free(asking);
    }
    made.elements[0].TrustStatus.dwInfoStatus = CERT_TRUST_IS_SELF_SIGNED;
    ck_assert_int_eq(certmap_crypt32_verified_issuer(&issuer, alice, &made.chain, &made.policy, NULL), CERTMAP_OK);
    ck_assert_ptr_eq(issuer, alice);
}

T_TEST(an_issuer_only_of_what_is_verified) {
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    PCCERT_CONTEXT issuer = alice;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct made made;
    make(&made);
    ck_assert_int_eq(certmap_crypt32_verified_issuer(NULL, alice, &made.chain, &made.policy, &err),
                     CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_int_eq(certmap_crypt32_verified_issuer(&issuer, NULL, &made.chain, &made.policy, &err), REFUSED);
    ck_assert_int_eq(err.code, CERTMAP_CODE_NO_CERTIFICATE);
    made.elements[2].TrustStatus.dwErrorStatus = CERT_TRUST_IS_UNTRUSTED_ROOT;
    ck_assert_int_eq(certmap_crypt32_verified_issuer(&issuer, alice, &made.chain, &made.policy, &err), REFUSED);
    ck_assert_int_eq(err.code, CERTMAP_CODE_NOT_VERIFIED);
    ck_assert_ptr_eq(issuer, alice); /* untouched */
}

/* The certificate is verified, but is not what certmap reads. */
T_TEST(a_certificate_that_is_refused) {
    struct made made;
    CERT_CONTEXT changed = *t_windows_pki_certificate(pki, T_ALICE);
    make(&made);
    changed.cbCertEncoded--;
    made.elements[0].pCertContext = &changed;
    check_match(&changed, &made.chain, &made.policy, rules, (struct t_expected)MALFORMED, "cut short");
}

/* ---- Schannel ---- */

static const struct {
    const char *name;
    SECURITY_STATUS connection_info;
    SECURITY_STATUS remote_certificate;
    enum t_id certificate; /* that Schannel has; the chain is Alice's */
    struct t_expected expected;
    const char *message;
} schannel_rows[] = {
    {"finished", SEC_E_OK, SEC_E_OK, T_ALICE, ACCOUNT("CONTOSO\\portal"), ""},
    {"not finished", SEC_E_INVALID_HANDLE, SEC_E_OK, T_ALICE, UNFINISHED,
     "the TLS handshake is not finished: Schannel says 0x80090301"},
    {"no certificate", SEC_E_OK, SEC_E_NO_CREDENTIALS, T_NOBODY, NO_CERTIFICATE,
     "the peer sent no certificate: Schannel says 0x8009030E"},
    {"an error, and something left behind", SEC_E_OK, SEC_E_INTERNAL_ERROR, T_ALICE, NO_CERTIFICATE,
     "the peer sent no certificate: Schannel says 0x80090304"},
    {"no certificate, and no error either", SEC_E_OK, SEC_E_OK, T_NOBODY, NO_CERTIFICATE,
     "the peer sent no certificate: Schannel says 0x00000000"},
    {"another certificate than the chain's", SEC_E_OK, SEC_E_OK, T_BOB, NOT_VERIFIED,
     "the chain was built for another certificate than the peer's"},
};

T_TEST(what_schannel_says) {
    struct t_windows_chain verified = t_windows_chain_of(pki, T_ALICE, T_ROOT, 0, 0);
    struct certmap_peer *peer = t_peer_new();
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = {.text = ""};
    CtxtHandle context = {1, 2};
    const PCCERT_CONTEXT certificate = t_windows_pki_certificate(pki, schannel_rows[_i].certificate);
    schannel.connection_info = schannel_rows[_i].connection_info;
    schannel.remote_certificate = schannel_rows[_i].remote_certificate;
    check_schannel(certificate, &verified, schannel_rows[_i].expected, schannel_rows[_i].name);
    ck_assert_int_eq(
        certmap_crypt32_match_schannel(&context, verified.chain, &verified.policy, rules, peer, &result, &err),
        schannel_rows[_i].expected.status);
    ck_assert_str_eq(err.text, schannel_rows[_i].message);
    schannel.connection_info = schannel.remote_certificate = SEC_E_OK;
    certmap_peer_free(peer);
    t_windows_chain_free(&verified);
}

/* The certificate that Schannel gave is freed, whatever the outcome: a store that holds it can be closed. */
T_TEST(no_reference_is_kept) {
    static const enum t_id chains[] = {T_ALICE, T_BOB};
    for (int i = 0; i < COUNT(chains); i++) {
        HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
        struct t_windows_chain verified = t_windows_chain_of(pki, chains[i], T_ROOT, 0, 0);
        PCCERT_CONTEXT stored = NULL;
        ck_assert(CertAddCertificateContextToStore(store, t_windows_pki_certificate(pki, T_ALICE),
                                                   CERT_STORE_ADD_ALWAYS, &stored));
        schannel.given = 0;
        check_schannel(stored, &verified, chains[i] == T_ALICE ? portal : not_verified, "stored");
        ck_assert_int_eq(schannel.given, 1);
        CertFreeCertificateContext(stored);
        ck_assert(CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG));
        t_windows_chain_free(&verified);
    }
}

/* ---- arguments and memory ---- */

T_TEST(arguments) {
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    struct certmap_peer *peer = t_peer_new();
    struct certmap_result result;
    CtxtHandle context = {1, 2};
    struct made made;
    make(&made);
    schannel.certificate = alice;
    const struct {
        PCtxtHandle context; /* NULL: for certmap_crypt32_match_schannel alone */
        const struct certmap_rules *rules;
        struct certmap_peer *peer;
    } rows[] = {{&context, NULL, peer}, {&context, rules, NULL}, {&context, NULL, NULL}, {NULL, rules, peer}};
    for (int i = 0; i < COUNT(rows); i++) {
        struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
        result = t_stale_result();
        ck_assert_int_eq(certmap_crypt32_match_schannel(rows[i].context, &made.chain, &made.policy, rows[i].rules,
                                                        rows[i].peer, &result, &err),
                         CERTMAP_ERROR_ARGUMENT);
        ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
        t_check_none(&result, "Schannel");
        if (rows[i].context == NULL)
            continue;
        result = t_stale_result();
        err.code = CERTMAP_CODE_NONE;
        ck_assert_int_eq(
            certmap_crypt32_match(alice, &made.chain, &made.policy, rows[i].rules, rows[i].peer, &result, &err),
            CERTMAP_ERROR_ARGUMENT);
        ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
        t_check_none(&result, "chain");
    }
    result = t_stale_result();
    result.size = sizeof result - 1;
    ck_assert_int_eq(certmap_crypt32_match(alice, &made.chain, &made.policy, rules, peer, &result, NULL),
                     CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_crypt32_match_schannel(&context, &made.chain, &made.policy, rules, peer, &result, NULL),
                     CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW); /* what is said to be smaller is not written */
    ck_assert_int_eq(certmap_crypt32_match(NULL, NULL, NULL, NULL, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(certmap_crypt32_match_schannel(NULL, NULL, NULL, NULL, NULL, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    certmap_peer_free(peer);
}

T_TEST(every_allocation_fails_once) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    const PCCERT_CONTEXT alice = t_windows_pki_certificate(pki, T_ALICE);
    struct made made;
    size_t n = 0;
    make(&made);
    for (bool failed = true; failed; n++) {
        struct certmap_peer *peer = NULL;
        struct certmap_result result = t_stale_result();
        struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
        ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status =
            certmap_crypt32_match(alice, &made.chain, &made.policy, rules, peer, &result, &err);
        failed = t_alloc_failed(&memory);
        t_alloc_fail_at(&memory, SIZE_MAX);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        if (failed)
            t_check_none(&result, "out of memory");
        /* the same peer serves once there is memory */
        ck_assert_int_eq(certmap_crypt32_match(alice, &made.chain, &made.policy, rules, peer, &result, NULL),
                         CERTMAP_OK);
        ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
        certmap_peer_free(peer);
        ck_assert_uint_eq(memory.live, 0);
    }
    ck_assert_uint_gt(n, 1);
}

T_TESTS("crypt32_match",
        T_CASE("chains", T_ONCE(make_shared, free_shared), T_LOOP(chains_that_windows_built, COUNT(built_rows)),
               T_LOOP(the_verified_issuer, COUNT(issuer_rows)), T_LOOP(rules_about_the_issuer, 4),
               T_LOOP(rules_about_the_chain, 8), a_chain_without_errors, T_LOOP(every_error_of_a_chain, 32),
               trusted_without_a_chain, the_message_has_the_number, what_does_not_belong_together,
               almost_the_same_certificate, no_issuer, an_issuer_only_of_what_is_verified,
               a_certificate_that_is_refused, T_LOOP(what_schannel_says, COUNT(schannel_rows)), no_reference_is_kept,
               arguments, every_allocation_fails_once))
