/* SPDX-License-Identifier: MIT */
/* certmap with OpenSSL 1.1.1 or later. Link with libcertmap-openssl. Conventions: certmap.h. */
#ifndef CERTMAP_OPENSSL_H
#define CERTMAP_OPENSSL_H

#include "certmap.h"
#include <openssl/ssl.h>
#include <openssl/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Holds what OpenSSL does not keep as bytes. Begins as the macro has it; certmap_openssl_cert fills it. */
struct certmap_openssl_holder {
    size_t size;          /* sizeof(struct certmap_openssl_holder) */
    uint8_t *certificate; /* i2d_X509's copy, or NULL; OpenSSL's memory */
};
#define CERTMAP_OPENSSL_HOLDER_INIT                                                                                    \
    { sizeof(struct certmap_openssl_holder), NULL }

/* Fills cert from x509. The Names are views into x509 and are not copied. The whole certificate is
 * copied into holder, but only if needs (certmap_rules_needs) has CERTMAP_PIECE_CERTIFICATE; without,
 * cert->certificate is not supplied and holder holds nothing. The copy is what i2d_X509 gives: the bytes
 * that were sent, except that what was not DER outside the signed part is DER now. cert is valid until x509 is freed or
 * changed, or holder is freed or filled again. cert->size and holder->size must be set. What holder held
 * before is freed on success; on failure cert and holder stay as they were. Verifies nothing and reads
 * nothing inside the Names. OpenSSL's error queue is left as it was.
 * Errors: ARGUMENT, MEMORY, CERTIFICATE (OpenSSL cannot encode x509, which the program made or changed). */
CERTMAP_API enum certmap_status certmap_openssl_cert(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                                                     const X509 *x509, unsigned needs, struct certmap_error *err);
/* Frees what the holder holds and zeroes it, its size excepted. holder may be NULL. */
CERTMAP_API void certmap_openssl_holder_free(struct certmap_openssl_holder *holder);

/* The one call for servers: the account of the client at the other end of ssl. Call it when the
 * handshake is finished (SSL_accept gave 1), on every connection, resumed ones included.
 *
 * Refuses with UNVERIFIED, and decision NONE, unless all of this holds; the code of err says what does
 * not:
 *   HANDSHAKE_UNFINISHED: the handshake is finished. Before that, possession of the private key is not
 *     proven. So in a verify callback, on early data, and while a post-handshake authentication, a
 *     renegotiation or a key update is under way, the call refuses.
 *   NO_CERTIFICATE: there is a peer certificate.
 *   NOT_VERIFIED: SSL_get_verify_result is X509_V_OK. It can be X509_V_OK too when there is no
 *     certificate.
 * A verify callback that lets a bad certificate pass by returning 1 leaves its error in the verify
 * result, and is refused. Not detected, and so forbidden to the caller: a verify callback that also
 * sets the error back to X509_V_OK, SSL_set_verify_result, and SSL_CTX_set_cert_verify_callback with
 * a function that accepts without verifying.
 *
 * On a resumed session OpenSSL gives the certificate and the verify result of the full handshake;
 * neither expiry nor revocation is looked at again, and with TLS 1.3 each resumption begins a new
 * term (docs/servers.md). Give the SSL_CTX a session id context that differs wherever the trusted CAs
 * or the verify mode differ.
 *
 * ssl may be a client's end, too: then the certificate is the server's, and the same has to hold,
 * also under SSL_VERIFY_NONE. That it was made out for the host that was meant is part of the verify
 * result only if the client said which, with SSL_set1_host.
 *
 * peer is set to the certificate as by certmap_peer_set, and is empty when the call returns, whatever
 * it held before and whatever the outcome; its memory is kept for the next connection. result->size
 * must be set; its views live as long as rules. On failure result holds NONE. ssl is not changed, and
 * OpenSSL's error queue is left as it was. ssl and peer belong to one thread at a time, rules to any
 * number.
 * Errors: ARGUMENT, MEMORY, LIMIT, CERTIFICATE, UNVERIFIED. */
CERTMAP_API enum certmap_status certmap_openssl_match(SSL *ssl, const struct certmap_rules *rules,
                                                      struct certmap_peer *peer, struct certmap_result *result,
                                                      struct certmap_error *err);

#ifdef __cplusplus
}
#endif

#endif
