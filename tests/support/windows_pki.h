/* SPDX-License-Identifier: MIT */
/* A PKI for tests on Windows, made afresh by each program with keys of its own, and chains that Windows builds
 * of it. A step that cannot fail but by a mistake in the tests ends the program with a message. Knows nothing
 * of Check. */
#ifndef T_WINDOWS_PKI_H
#define T_WINDOWS_PKI_H

#include "certmap/crypt32.h"

/* Everybody who has a certificate; windows_pki.c has their table. */
enum t_id {
    T_NOBODY,      /* has none */
    T_ROOT,        /* the CA that servers trust */
    T_ISSUING,     /* a CA under the root */
    T_ALICE,       /* of the issuing CA */
    T_BOB,         /* of the root */
    T_EVE,         /* of the root; the rules of the tests deny her */
    T_STRANGER,    /* of the root; the rules of the tests do not know her */
    T_EXPIRED,     /* Alice's subject; was valid until ten days ago */
    T_EARLY,       /* Alice's subject; will be valid in ten days */
    T_WEB,         /* Alice's subject; for server authentication only */
    T_FALSE_CA,    /* has the issuing CA's name, but signed itself */
    T_MALLORY,     /* Alice's subject, of the false CA */
    T_LONELY,      /* Alice's subject, signed itself */
    T_MANY_VALUES, /* of the root; its subject has more RDNs than certmap reads */
    T_ID_COUNT
};

struct t_windows_pki;

struct t_windows_pki *t_windows_pki_new(void);
void t_windows_pki_free(struct t_windows_pki *pki);
/* NULL for T_NOBODY. They belong to the PKI. */
PCCERT_CONTEXT t_windows_pki_certificate(const struct t_windows_pki *pki, enum t_id id);

/* What a server makes of a client's certificate. The chain is the caller's (t_windows_chain_free). */
struct t_windows_chain {
    PCCERT_CHAIN_CONTEXT chain;
    CERT_CHAIN_POLICY_STATUS policy;
};
/* Trusts this one alone, and knows the issuing CA and the false one, as if the client had sent them. chain_flags
 * are of CertGetCertificateChain, policy_flags of CertVerifyCertificateChainPolicy. */
struct t_windows_chain t_windows_chain_of(const struct t_windows_pki *pki, enum t_id id, enum t_id trusted,
                                          DWORD chain_flags, DWORD policy_flags);
void t_windows_chain_free(struct t_windows_chain *chain);

#endif
