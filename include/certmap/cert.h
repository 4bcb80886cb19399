/* SPDX-License-Identifier: MIT */
/* The pieces of a certificate. certmap.h includes this; its conventions hold. */
#ifndef CERTMAP_CERT_H
#define CERTMAP_CERT_H

#include "certmap.h"

#ifdef __cplusplus
extern "C" {
#endif

enum certmap_hash { CERTMAP_HASH_SHA256 = 0, CERTMAP_HASH_SHA1 = 1, CERTMAP_HASH_SHA512 = 2 };
/* Computes a digest of data with the caller's cryptography; the core has none. digest has room for
 * the digest of that hash. False when it cannot be computed, and then it is as if not supplied: so
 * for a hash that it does not know. */
typedef bool certmap_hash_fn(void *ctx, uint8_t *digest, enum certmap_hash hash,
                             struct certmap_view data);

/* The pieces of one certificate, most of them views of DER that somebody else owns. An adapter
 * fills it, or certmap_cert_from_der, or anyone by hand. data == NULL: not supplied, so that
 * conditions on the piece are unknown; data != NULL and len 0: the certificate does not have it.
 * subject and issuer must be supplied. Where a piece is named for a field of RFC 5280 4.1 it is all
 * of it, tag and length included. */
struct certmap_cert {
    size_t size;                     /* sizeof(struct certmap_cert) */
    struct certmap_view subject;     /* Name, RFC 5280 4.1.2.6 */
    struct certmap_view issuer;      /* Name, RFC 5280 4.1.2.4 */
    struct certmap_view certificate; /* Certificate, RFC 5280 4.1: all of it, as it was sent */
    struct certmap_view version;     /* the INTEGER in [0]; len 0: version 1 */
    struct certmap_view serial;      /* the INTEGER */
    struct certmap_view validity;    /* the SEQUENCE of both times */
    struct certmap_view key;         /* SubjectPublicKeyInfo */
    struct certmap_view extensions;  /* the SEQUENCE in [3]; len 0: none */
    /* Digests, here and below: as many bytes as CERTMAP_SHA256_SIZE and its like say. What is not
     * supplied is computed by hash, if there is one, from certificate, key or tbs. */
    struct certmap_view sha256;     /* of certificate */
    struct certmap_view sha1;       /* of certificate */
    struct certmap_view key_sha256; /* of key */
    /* The certificate that issued this one, in the chain that the caller has *verified*: never one
     * that the client merely sent; a certificate that signed itself is its own issuer. len 0: that
     * chain has none, because this certificate is itself trusted. */
    struct certmap_view issuer_certificate;
    struct certmap_view issuer_sha256;     /* its digest, or computed by hash */
    struct certmap_view issuer_key_sha256; /* of its SubjectPublicKeyInfo, or computed by hash */
    certmap_hash_fn *hash;                 /* may be NULL; called by certmap_peer_set only */
    void *hash_ctx;
    int64_t time; /* now, in seconds since 1970-01-01 00:00 UTC; 0: not supplied */
    /* What the issuer signed, so that its holder cannot change it as he can the signature
     * (docs/security.md). Where it is not supplied, it is looked for in certificate. */
    struct certmap_view tbs;        /* TBSCertificate, RFC 5280 4.1, in certificate */
    struct certmap_view tbs_sha256; /* its digest, or computed by hash */
    /* More digests, supplied or computed as those above. */
    struct certmap_view sha512;      /* of certificate */
    struct certmap_view key_sha512;  /* of key */
    struct certmap_view key_sha1;    /* of key */
    struct certmap_view issuer_sha1; /* of issuer_certificate */
    /* The CAs of the chain that the caller has *verified*, as issuer_certificate is: from the
     * certificate that issued this one to the root, which is among them, at most CERTMAP_MAX_CHAIN;
     * a certificate that signed itself is the one CA of its chain. Each is a Certificate, one after
     * another. len 0: that chain has no CA, because this certificate is itself trusted. */
    struct certmap_view chain;
    struct certmap_view chain_sha256;     /* their digests one after another, or computed by hash */
    struct certmap_view chain_key_sha256; /* of their SubjectPublicKeyInfo, or computed by hash */
    /* CERTMAP_PIECE_SUBJECT, _ISSUER: no rule reads this Name. Its form is checked all the same,
     * its values are as if they were not supplied. certmap_cert_restrict sets it. */
    unsigned unread;
    unsigned reserved; /* 0 */
};
#define CERTMAP_CERT_INIT                                                                          \
    {                                                                                              \
        sizeof(struct certmap_cert), CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,            \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,   \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,   \
            CERTMAP_NO_VIEW, NULL, NULL, 0, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,     \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,   \
            CERTMAP_NO_VIEW, 0, 0                                                                  \
    }

/* Fills cert with views into der, one DER-encoded certificate (RFC 5280 4.1): every piece that is
 * DER. Digests, issuer_..., chain..., hash and time are made not supplied. Checks the DER strictly
 * from the outside down to both Names, whose insides certmap_peer_set checks; it looks at no
 * signature, date or extension. cert->size must be set. No allocation.
 * Errors: ARGUMENT, CERTIFICATE (offset: the byte of der at fault). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_cert_from_der(struct certmap_cert *cert, struct certmap_view der,
                      struct certmap_diagnostic *err);

/* The same for bytes of PEM or DER: what begins with 0x30 and a byte over 0x7F, as certificates do
 * and no text does, is DER; else the first block between
 * -----BEGIN CERTIFICATE----- and -----END CERTIFICATE----- (RFC 7468) is the certificate, whatever
 * is before and after it. It is decoded in bytes, which are the caller's: they are overwritten,
 * also on failure, and the views are into them. Linear in len. No allocation. Errors: ARGUMENT;
 * CERTIFICATE with NOT_A_CERTIFICATE (offset: the byte of the PEM at fault) or with a code of
 * certmap_cert_from_der (offset: the byte of the DER, which then begins bytes). */
CERTMAP_API enum certmap_status certmap_cert_from_pem(struct certmap_cert *cert, uint8_t *bytes,
                                                      size_t len, struct certmap_diagnostic *err);

/* Takes one certificate of a list, which certmap_cert_from_der takes. der is valid during the call
 * only. False: no more are wanted. */
typedef bool certmap_cert_der_fn(void *ctx, struct certmap_view der);

/* Calls take with each certificate in bytes: the one that is DER, or all in PEM, with the labels
 * CERTIFICATE, X509 CERTIFICATE, and TRUSTED CERTIFICATE without what OpenSSL appends to it. For
 * the files of issuers that rules name (certmap_issuer_file_fn): no certificate is lost without a
 * word. An error is a block that cannot be decoded, or whose DER certmap_cert_from_der refuses; a
 * line that is nearly one that begins a certificate; one that ends a certificate, or has the base64
 * of one, where none has begun, also under another label and with something around it; a block of
 * PKCS #7; what is no text, as DER behind PEM and UTF-16; and no certificate at all. Other text and
 * other blocks, as requests, keys and CRLs, are passed over. Each is decoded in bytes, which are
 * the caller's: they are overwritten. Linear in len. No allocation. Errors: ARGUMENT; CERTIFICATE
 * (line: the one at fault, in which the block begins, or 0). Certificates before the error were
 * taken. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_certs_from_pem(uint8_t *bytes, size_t len, certmap_cert_der_fn *take, void *ctx,
                       struct certmap_diagnostic *err);

/* Makes every piece not supplied that needs, of certmap_rules_needs, does not read, so that
 * certmap_peer_set has less to do; subject and issuer stay, and become unread. Answers stay the
 * same for rules with these needs. What hash, if it is set, computes a digest from stays with the
 * digest. cert->size must be set; a NULL cert is left alone. */
CERTMAP_API void certmap_cert_restrict(struct certmap_cert *cert, unsigned needs);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_hash);

#ifdef __cplusplus
}
#endif

#endif
