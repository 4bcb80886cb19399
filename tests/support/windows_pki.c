/* SPDX-License-Identifier: MIT */
#include "windows_pki.h"
#include "der.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Who signs with which key. */
enum key { KEY_ROOT, KEY_ISSUING, KEY_FALSE, KEY_PERSON, KEY_COUNT };

#define ROOT_NAME "O=Contoso | CN=Contoso Root CA"
#define ISSUING_NAME "O=Contoso | CN=Contoso Issuing CA 1"
#define ALICE_NAME "O=Contoso | OU=Sales | CN=Alice"

static const struct person {
    const char *subject;
    const char *issuer;
    enum key key;
    enum key signer;
    int from; /* in days from now */
    int until;
    bool ca;
    const char *usage; /* the EKU; NULL: without extensions, unless it is a CA */
} people[T_ID_COUNT] = {
    [T_ROOT] = {ROOT_NAME, ROOT_NAME, KEY_ROOT, KEY_ROOT, -30, 30, true, NULL},
    [T_ISSUING] = {ISSUING_NAME, ROOT_NAME, KEY_ISSUING, KEY_ROOT, -30, 30, true, NULL},
    [T_ALICE] = {ALICE_NAME, ISSUING_NAME, KEY_PERSON, KEY_ISSUING, -30, 30, false, szOID_PKIX_KP_CLIENT_AUTH},
    [T_BOB] = {"O=Contoso | OU=Warehouse | CN=Bob", ROOT_NAME, KEY_PERSON, KEY_ROOT, -30, 30, false, NULL},
    [T_EVE] = {"O=Contoso | OU=Contractors | CN=Eve", ROOT_NAME, KEY_PERSON, KEY_ROOT, -30, 30, false, NULL},
    [T_STRANGER] = {"O=Fabrikam | CN=Zoe", ROOT_NAME, KEY_PERSON, KEY_ROOT, -30, 30, false, NULL},
    [T_EXPIRED] = {ALICE_NAME, ISSUING_NAME, KEY_PERSON, KEY_ISSUING, -30, -10, false, szOID_PKIX_KP_CLIENT_AUTH},
    [T_EARLY] = {ALICE_NAME, ISSUING_NAME, KEY_PERSON, KEY_ISSUING, 10, 30, false, szOID_PKIX_KP_CLIENT_AUTH},
    [T_WEB] = {ALICE_NAME, ISSUING_NAME, KEY_PERSON, KEY_ISSUING, -30, 30, false, szOID_PKIX_KP_SERVER_AUTH},
    [T_FALSE_CA] = {ISSUING_NAME, ISSUING_NAME, KEY_FALSE, KEY_FALSE, -30, 30, true, NULL},
    [T_MALLORY] = {ALICE_NAME, ISSUING_NAME, KEY_PERSON, KEY_FALSE, -30, 30, false, szOID_PKIX_KP_CLIENT_AUTH},
    [T_LONELY] = {ALICE_NAME, ALICE_NAME, KEY_PERSON, KEY_PERSON, -30, 30, false, NULL},
    [T_MANY_VALUES] = {"rdns 5000 CN=a", ROOT_NAME, KEY_PERSON, KEY_ROOT, -30, 30, false, NULL},
};

/* Windows has no const in these places. */
static char signature_oid[] = szOID_RSA_SHA256RSA;
static char constraints_oid[] = szOID_BASIC_CONSTRAINTS2;
static char usage_oid[] = szOID_ENHANCED_KEY_USAGE;
static char client_auth[] = szOID_PKIX_KP_CLIENT_AUTH;

struct t_windows_pki {
    HCRYPTPROV keys[KEY_COUNT];
    PCCERT_CONTEXT certificates[T_ID_COUNT];
    HCERTSTORE sent; /* what clients send along */
};

static void need(bool done, const char *step) {
    if (!done) {
        fprintf(stderr, "windows_pki: %s: error 0x%08lX\n", step, (unsigned long)GetLastError());
        exit(EXIT_FAILURE);
    }
}

/* A key that is forgotten with its handle. */
static HCRYPTPROV make_key(void) {
    HCRYPTPROV provider = 0;
    HCRYPTKEY key = 0;
    need(CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT), "CryptAcquireContext");
    need(CryptGenKey(provider, AT_SIGNATURE, 2048U << 16, &key), "CryptGenKey");
    CryptDestroyKey(key);
    return provider;
}

/* Whole seconds, because a certificate has no smaller ones. */
static FILETIME in_days(int days) {
    const int64_t second = 10000000;
    FILETIME time;
    GetSystemTimeAsFileTime(&time);
    int64_t ticks = (int64_t)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime);
    ticks = (ticks / second + (int64_t)days * 24 * 60 * 60) * second;
    time.dwLowDateTime = (DWORD)(ticks & 0xFFFFFFFF);
    time.dwHighDateTime = (DWORD)(ticks >> 32);
    return time;
}

static CERT_PUBLIC_KEY_INFO *public_key(HCRYPTPROV key) {
    DWORD size = 0;
    need(CryptExportPublicKeyInfo(key, AT_SIGNATURE, X509_ASN_ENCODING, NULL, &size), "CryptExportPublicKeyInfo");
    CERT_PUBLIC_KEY_INFO *info = malloc(size);
    need(info != NULL && CryptExportPublicKeyInfo(key, AT_SIGNATURE, X509_ASN_ENCODING, info, &size),
         "CryptExportPublicKeyInfo");
    return info;
}

static CRYPT_INTEGER_BLOB blob(struct t_buf *buf) {
    const struct certmap_view view = t_view(buf);
    return (CRYPT_INTEGER_BLOB){(DWORD)view.len, (BYTE *)(uintptr_t)view.data};
}

static PCCERT_CONTEXT sign(CERT_INFO *info, HCRYPTPROV signer) {
    CRYPT_ALGORITHM_IDENTIFIER algorithm = {signature_oid, {0, NULL}};
    DWORD size = 1 << 20;
    BYTE *encoded = malloc(size);
    need(encoded != NULL &&
             CryptSignAndEncodeCertificate(signer, AT_SIGNATURE, X509_ASN_ENCODING, X509_CERT_TO_BE_SIGNED, info,
                                           &algorithm, NULL, encoded, &size),
         "CryptSignAndEncodeCertificate");
    const PCCERT_CONTEXT certificate = CertCreateCertificateContext(X509_ASN_ENCODING, encoded, size);
    need(certificate != NULL, "CertCreateCertificateContext");
    free(encoded);
    return certificate;
}

static PCCERT_CONTEXT certify(const struct t_windows_pki *pki, const struct person *person, BYTE serial) {
    struct t_buf subject = T_BUF_INIT, issuer = T_BUF_INIT, constraints = T_BUF_INIT, usage = T_BUF_INIT;
    char text[64];
    t_name(&subject, person->subject);
    t_name(&issuer, person->issuer);
    t_der(&constraints, "SEQUENCE{ BOOLEAN{FF} }");
    snprintf(text, sizeof text, "SEQUENCE{ OID{%s} }", person->usage == NULL ? client_auth : person->usage);
    t_der(&usage, text);
    CERT_EXTENSION constraints_extension = {constraints_oid, TRUE, blob(&constraints)};
    CERT_EXTENSION usage_extension = {usage_oid, FALSE, blob(&usage)};
    CERT_PUBLIC_KEY_INFO *key = public_key(pki->keys[person->key]);
    CERT_INFO info = {
        .dwVersion = CERT_V3,
        .SerialNumber = {1, &serial},
        .SignatureAlgorithm = {signature_oid, {0, NULL}},
        .Issuer = blob(&issuer),
        .NotBefore = in_days(person->from),
        .NotAfter = in_days(person->until),
        .Subject = blob(&subject),
        .SubjectPublicKeyInfo = *key,
        .cExtension = person->ca || person->usage != NULL,
        .rgExtension = person->ca ? &constraints_extension : &usage_extension,
    };
    const PCCERT_CONTEXT certificate = sign(&info, pki->keys[person->signer]);
    free(key);
    t_buf_free(&subject);
    t_buf_free(&issuer);
    t_buf_free(&constraints);
    t_buf_free(&usage);
    return certificate;
}

static HCERTSTORE new_store(void) {
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    need(store != NULL, "CertOpenStore");
    return store;
}

static void add(HCERTSTORE store, PCCERT_CONTEXT certificate) {
    need(CertAddCertificateContextToStore(store, certificate, CERT_STORE_ADD_ALWAYS, NULL), "adding to a store");
}

struct t_windows_pki *t_windows_pki_new(void) {
    struct t_windows_pki *pki = calloc(1, sizeof *pki);
    need(pki != NULL, "calloc");
    for (int i = 0; i < KEY_COUNT; i++)
        pki->keys[i] = make_key();
    for (int id = T_NOBODY + 1; id < T_ID_COUNT; id++)
        pki->certificates[id] = certify(pki, &people[id], (BYTE)id);
    pki->sent = new_store();
    add(pki->sent, pki->certificates[T_ISSUING]);
    add(pki->sent, pki->certificates[T_FALSE_CA]);
    return pki;
}

void t_windows_pki_free(struct t_windows_pki *pki) {
    if (pki == NULL)
        return;
    CertCloseStore(pki->sent, 0);
    for (int id = 0; id < T_ID_COUNT; id++)
        CertFreeCertificateContext(pki->certificates[id]);
    for (int i = 0; i < KEY_COUNT; i++)
        CryptReleaseContext(pki->keys[i], 0);
    free(pki);
}

PCCERT_CONTEXT t_windows_pki_certificate(const struct t_windows_pki *pki, enum t_id id) {
    return pki->certificates[id];
}

/* ---- chains ---- */

static HCERTCHAINENGINE make_engine(HCERTSTORE trusted) {
    CERT_CHAIN_ENGINE_CONFIG config = {.hExclusiveRoot = trusted};
    HCERTCHAINENGINE engine = NULL;
    /* As Windows 7 has it: Wine 8 knows no later member. */
    config.cbSize = offsetof(CERT_CHAIN_ENGINE_CONFIG, hExclusiveTrustedPeople) + sizeof config.hExclusiveTrustedPeople;
    need(CertCreateCertificateChainEngine(&config, &engine), "CertCreateCertificateChainEngine");
    return engine;
}

static PCCERT_CHAIN_CONTEXT build(const struct t_windows_pki *pki, HCERTCHAINENGINE engine, enum t_id id, DWORD flags) {
    LPSTR usages[] = {client_auth};
    CERT_CHAIN_PARA para = {.cbSize = sizeof para};
    PCCERT_CHAIN_CONTEXT chain = NULL;
    para.RequestedUsage.dwType = USAGE_MATCH_TYPE_AND;
    para.RequestedUsage.Usage = (CERT_ENHKEY_USAGE){1, usages};
    need(CertGetCertificateChain(engine, pki->certificates[id], NULL, pki->sent, &para, flags, NULL, &chain),
         "CertGetCertificateChain");
    return chain;
}

/* SECURITY_FLAG_IGNORE_... of <wininet.h>: the same for the policy of TLS, and all that Wine looks at. */
#define IGNORE_REVOCATION 0x80U
#define IGNORE_WRONG_USAGE 0x200U

struct t_windows_chain t_windows_chain_of(const struct t_windows_pki *pki, enum t_id id, enum t_id trusted,
                                          DWORD chain_flags, DWORD policy_flags) {
    HTTPSPolicyCallbackData client = {.cbStruct = sizeof client, .dwAuthType = AUTHTYPE_CLIENT};
    client.fdwChecks |= policy_flags & CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG ? IGNORE_WRONG_USAGE : 0;
    client.fdwChecks |= policy_flags & CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG ? IGNORE_REVOCATION : 0;
    CERT_CHAIN_POLICY_PARA para = {sizeof para, policy_flags, &client};
    struct t_windows_chain made = {NULL, {.cbSize = sizeof made.policy, .dwError = (DWORD)TRUST_E_FAIL}};
    HCERTSTORE store = new_store();
    add(store, pki->certificates[trusted]);
    HCERTCHAINENGINE engine = make_engine(store);
    made.chain = build(pki, engine, id, chain_flags);
    need(CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, made.chain, &para, &made.policy),
         "CertVerifyCertificateChainPolicy");
    CertFreeCertificateChainEngine(engine);
    CertCloseStore(store, 0);
    return made;
}

void t_windows_chain_free(struct t_windows_chain *chain) {
    CertFreeCertificateChain(chain->chain);
    chain->chain = NULL;
}
