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

/* Holds what OpenSSL does not keep as bytes. Zero it with the macro; the adapter fills it. */
struct certmap_openssl_holder {
    size_t size;          /* sizeof(struct certmap_openssl_holder) */
    uint8_t *certificate; /* i2d_X509's copy, or NULL; OpenSSL's memory */
};
#define CERTMAP_OPENSSL_HOLDER_INIT                                                                                    \
    { sizeof(struct certmap_openssl_holder), NULL }

/* Fills cert from x509. The Names are views into x509 and are not copied. The whole certificate is
 * copied into holder, but only if needs (certmap_rules_needs) has CERTMAP_PIECE_CERTIFICATE. cert is
 * valid until x509 is freed or changed, or holder freed. A holder that is used again is emptied
 * first. Verifies nothing. OpenSSL's error queue is left as it was.
 * Errors: ARGUMENT, MEMORY, CERTIFICATE (OpenSSL cannot give the bytes). */
CERTMAP_API enum certmap_status certmap_openssl_cert(struct certmap_cert *cert, struct certmap_openssl_holder *holder,
                                                     const X509 *x509, unsigned needs, struct certmap_error *err);
/* Frees what the holder holds and zeroes it, its size excepted. holder may be NULL. */
CERTMAP_API void certmap_openssl_holder_free(struct certmap_openssl_holder *holder);

/* The one call for servers: the account of the client at the other end of ssl.
 *
 * Refuses with UNVERIFIED, and decision NONE, unless all of this holds:
 *   the handshake is finished (before that, possession of the private key is not proven);
 *   there is a peer certificate;
 *   SSL_get_verify_result is X509_V_OK. It is X509_V_OK too when there is no certificate.
 * A verify callback that lets a bad certificate pass by returning 1 leaves its error in the verify
 * result, and is refused. Not detected, and so forbidden to the caller: a verify callback that also
 * sets the error back to X509_V_OK, SSL_set_verify_result, and SSL_CTX_set_cert_verify_callback with
 * a function that accepts without verifying.
 *
 * On a resumed session OpenSSL gives the certificate and the verify result of the full handshake;
 * neither expiry nor revocation is looked at again. Give the SSL_CTX a session id context that
 * differs wherever the trusted CAs or the verify mode differ.
 *
 * peer is set to the certificate as by certmap_peer_set and is emptied again before the call
 * returns; its memory is kept for the next connection. result->size must be set; its views live as
 * long as rules. On failure result holds NONE.
 * Errors: ARGUMENT, MEMORY, LIMIT, CERTIFICATE, UNVERIFIED. */
CERTMAP_API enum certmap_status certmap_openssl_match(SSL *ssl, const struct certmap_rules *rules,
                                                      struct certmap_peer *peer, struct certmap_result *result,
                                                      struct certmap_error *err);

#ifdef __cplusplus
}
#endif

#endif
