/* SPDX-License-Identifier: MIT */
/* certmap with OpenSSL 1.1.1 or later. Link with libcertmap-openssl. Conventions: certmap.h. */
#ifndef CERTMAP_OPENSSL_H
#define CERTMAP_OPENSSL_H

#include "certmap.h"
#include "limits.h"
#include <openssl/ssl.h>
#include <openssl/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Holds what OpenSSL does not keep as bytes. Begins as the macro has it; certmap_openssl_cert fills
 * it. A cert may have views into it: do not move it while that cert is used. */
struct certmap_openssl_holder {
    size_t size;          /* sizeof(struct certmap_openssl_holder) */
    uint8_t *certificate; /* i2d_X509's copy, or NULL; OpenSSL's memory */
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
#define CERTMAP_OPENSSL_HOLDER_INIT                                                                \
    {                                                                                              \
        sizeof(struct certmap_openssl_holder), NULL, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0},  \
            {0}, {{0}}, {{0}}, {                                                                   \
            0                                                                                      \
        }                                                                                          \
    }

/* Fills cert from x509 with the pieces that needs (certmap_rules_needs) has, the issuer's excepted:
 *   the Names always, as views into x509, which are not copied;
 *   the other parts of the certificate from one copy of the whole in holder, as
 * certmap_cert_from_der gives them. The copy is what i2d_X509 gives: the bytes that were sent,
 * except that what was not DER outside the signed part is DER now. The signed part, tbs, is as it
 * was sent; digests from that copy, by EVP_Digest, in holder. What OpenSSL does not compute, as
 * SHA-1 under some policies, is not supplied; the time, if it is needed, from the system's clock.
 * To use another, set cert->time afterwards. What is not needed is not supplied. The issuer is
 * added by certmap_openssl_issuer. What certmap_cert_from_der refuses of the copy is refused
 * whatever is needed, so that the answer to a certificate does not depend on which mappings are
 * beside those about it; where nothing of the copy is needed, it is not kept. cert is valid until
 * x509 is freed or changed, or holder is freed or filled again. cert->size and holder->size must be
 * set. What holder held before is freed on success; on failure cert and holder stay as they were.
 * Verifies nothing and reads nothing inside the Names. OpenSSL's error queue is left as it was.
 * Errors: ARGUMENT, MEMORY, CERTIFICATE (OpenSSL cannot encode x509, which the program made or
 * changed; or certmap_cert_from_der refuses the copy). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_openssl_cert(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                     const X509 *x509, unsigned needs, struct certmap_diagnostic *err);
/* Frees what the holder holds and zeroes it, its size excepted. holder may be NULL. */
CERTMAP_API void certmap_openssl_holder_free(struct certmap_openssl_holder *holder);

/* Adds the digests of the issuer to a cert that certmap_openssl_cert has filled, as far as needs
 * has them: CERTMAP_PIECE_ISSUER_SHA256, _ISSUER_KEY_SHA256 and _ISSUER_SHA1. issuer has to come
 * from the chain that was verified (certmap_openssl_verified_issuer), never from
 * SSL_get_peer_cert_chain: that is what the client says. NULL: the verified chain has none, so that
 * `issuer is` is false. Not calling this leaves it unknown. issuer is not used after the call;
 * holder has the digests. On failure cert stays as it was. Errors: ARGUMENT, MEMORY, CERTIFICATE
 * (as certmap_openssl_cert, for issuer). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_openssl_issuer(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                       const X509 *issuer, unsigned needs, struct certmap_diagnostic *err);

/* The issuer of the certificate that ctx was asked about, after X509_verify_cert gave 1: the next
 * one in the chain if the trust comes from there or from above. Where the certificate is itself the
 * one that is trusted - it is in the store, and either signed itself or
 * X509_V_FLAG_PARTIAL_CHAIN is set - the issuer is the certificate itself if it signed itself, else
 * none (*issuer is NULL), whatever the peer sent along. *issuer belongs to ctx. Errors: ARGUMENT,
 * UNVERIFIED (ctx holds no chain, or an error). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_openssl_verified_issuer(X509 **issuer, X509_STORE_CTX *ctx, struct certmap_diagnostic *err);

/* The issuer of x509, the peer's certificate, as a handshake of this connection verified it: what
 * certmap_openssl_verified_issuer says, without the X509_STORE_CTX, which is gone after the
 * handshake. *issuer is NULL where there is none, and belongs to ssl or to x509. UNVERIFIED: it
 * cannot be told, because the session was resumed, the connection verified another certificate, or
 * the trust store is not that of the SSL_CTX. OpenSSL's error queue is left as it was.
 * Errors: ARGUMENT, UNVERIFIED. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_openssl_handshake_issuer(X509 **issuer, const SSL *ssl, X509 *x509,
                                 struct certmap_diagnostic *err);

/* Adds the digests of the CAs of the verified chain to a cert that certmap_openssl_cert has filled,
 * as far as needs has them: CERTMAP_PIECE_CHAIN_SHA256 and _CHAIN_KEY_SHA256. cas are those of
 * certmap_openssl_verified_chain or certmap_openssl_handshake_chain, from the issuer to the root:
 * not the peer's certificate, and never what the client says (SSL_get_peer_cert_chain). None in it:
 * the verified chain has none, so that `chain has` is false. Not calling this leaves it unknown,
 * and so do more than CERTMAP_MAX_CHAIN. cas is not used after the call; holder has the digests. On
 * failure cert stays as it was. Errors: ARGUMENT (also where cas is NULL), MEMORY, CERTIFICATE (as
 * certmap_openssl_cert, for one of cas). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_openssl_chain(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                      const STACK_OF(X509) * cas, unsigned needs, struct certmap_diagnostic *err);

/* The CAs of the chain of the certificate that ctx was asked about, after X509_verify_cert gave 1:
 * from the one that certmap_openssl_verified_issuer says up to the one that ends the chain. None
 * where there is no issuer. *cas is for the caller to free with sk_X509_free; what is in it belongs
 * to ctx. Errors: ARGUMENT, MEMORY, UNVERIFIED (ctx holds no chain, or an error). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_openssl_verified_chain(STACK_OF(X509) * *cas, X509_STORE_CTX *ctx,
                               struct certmap_diagnostic *err);

/* The same of x509, the peer's certificate, as a handshake of this connection verified it, without
 * the X509_STORE_CTX; what is in *cas belongs to ssl or to x509. UNVERIFIED: it cannot be told, as
 * certmap_openssl_handshake_issuer says, or the end of the chain is no longer in the trust store.
 * OpenSSL's error queue is left as it was. Errors: ARGUMENT, MEMORY, UNVERIFIED. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_openssl_handshake_chain(STACK_OF(X509) * *cas, const SSL *ssl, X509 *x509,
                                struct certmap_diagnostic *err);

/* The certificate of the peer at the other end of ssl, which belongs to its session; for servers
 * that cannot use certmap_openssl_match. Refuses with UNVERIFIED whatever that call refuses with
 * it. Errors: ARGUMENT, UNVERIFIED. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_openssl_peer_certificate(const SSL *ssl, X509 **x509, struct certmap_diagnostic *err);

/* The one call for servers: the account of the client at the other end of ssl. Call it when the
 * handshake is finished (SSL_accept gave 1), on every connection, resumed ones included.
 *
 * Refuses with UNVERIFIED, and decision NONE, unless all of this holds; the code of err says what
 * does not:
 * - HANDSHAKE_UNFINISHED: the handshake is finished. Before that, possession of the private key is
 * not proven. So in a verify callback, on early data, and while a post-handshake authentication, a
 * renegotiation or a key update is under way, the call refuses.
 * - NO_CERTIFICATE: there is a peer certificate.
 * - NOT_VERIFIED: SSL_get_verify_result is X509_V_OK. It can be X509_V_OK too when there is no
 * certificate. A verify callback that lets a bad certificate pass by returning 1 leaves its error
 * in the verify result, and is refused.
 *
 * Not detected, and so forbidden
 * to the caller: a verify callback that also sets the error back to X509_V_OK,
 * SSL_set_verify_result, and SSL_CTX_set_cert_verify_callback with a function that accepts without
 * verifying.
 *
 * On a resumed session OpenSSL gives the certificate and the verify result of the full handshake;
 * neither expiry nor revocation is looked at again, and with TLS 1.3 each resumption begins a new
 * term (docs/servers.md). Give the SSL_CTX a session id context that differs wherever the trusted
 * CAs or the verify mode differ.
 *
 * The time is the system's clock, and who issued the certificate comes from
 * SSL_get0_verified_chain: what certmap_openssl_verified_issuer says, too. Two cases in which it
 * cannot be told leave `issuer is` and `chain has` unknown, which grants nothing: a resumed
 * session, which has no such chain; and certificates that are trusted beside the store of the SSL
 * and the SSL_CTX (X509_STORE_CTX_set0_trusted_stack; before OpenSSL 3.0 also
 * SSL_CTX_set1_verify_cert_store). For servers that have such rules and do resume sessions,
 * docs/servers.md has two ways.
 *
 * ssl may be a client's end, too: then the certificate is the server's, and the same has to hold,
 * also under SSL_VERIFY_NONE. That it was made out for the host that was meant is part of the
 * verify result only if the client said which, with SSL_set1_host.
 *
 * peer is set to the certificate as by certmap_peer_set, and is empty when the call returns,
 * whatever it held before and whatever the outcome; its memory is kept for the next connection.
 * result->size must be set. Its views live as long as rules, and those that are built from the
 * certificate until the next use of peer. On failure result holds NONE. ssl is not changed, and
 * OpenSSL's error queue is left as it was. ssl and peer belong to one thread at a time, rules to
 * any number. Errors: ARGUMENT, MEMORY, LIMIT, CERTIFICATE, UNVERIFIED. */
CERTMAP_API enum certmap_status certmap_openssl_match(SSL *ssl, const struct certmap_rules *rules,
                                                      struct certmap_peer *peer,
                                                      struct certmap_result *result,
                                                      struct certmap_diagnostic *err);

#ifdef __cplusplus
}
#endif

#endif
