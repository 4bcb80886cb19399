/* SPDX-License-Identifier: MIT */
/* What is known of a client's certificate, and whether it may be asked about. */
#ifndef CM_SERVER_CLIENT_H
#define CM_SERVER_CLIENT_H

#include <certmap/openssl.h>
#include <certmap/server.h>

/* Longest serial number that is shown, in octets; RFC 5280 stops at 20. */
#define CM_SERVER_MAX_SERIAL 64

struct cm_server_client {
    enum certmap_status status;    /* OK: cert is filled, as far as `needs` goes, and was verified */
    struct certmap_diagnostic err; /* else why not */
    struct certmap_cert cert;
    struct certmap_openssl_holder holder;
    X509 *decoded; /* of bytes; or NULL */
    int64_t now;
    unsigned needs;

    bool has_certificate; /* whatever is said of it: */
    size_t size;          /* in bytes, 0 where unknown */
    uint8_t sha256[CERTMAP_SHA256_SIZE];
    struct certmap_view serial;    /* the INTEGER's contents, len 0 where unknown */
    int64_t not_before, not_after; /* both within; not_before is the greater where they are not known */
};

/* How certificates of connections are looked at. */
struct cm_server_manner {
    enum certmap_resumed resumed;
    unsigned hold_seconds;
};

/* client is all zero. It borrows from ssl or presented until it is freed. */
void cm_server_client_from_ssl(struct cm_server_client *client, SSL *ssl, const struct cm_server_manner *manner,
                               unsigned needs, int64_t now);
void cm_server_client_from_der(struct cm_server_client *client, const struct certmap_presented *presented,
                               unsigned needs, int64_t now);
void cm_server_client_free(struct cm_server_client *client);

/* Verifies x509 by a store, for a TLS client, and adds its issuer and chain to the client. ssl: whose parameters hold, or NULL.
 * False, with client->err, where it is not accepted. */
bool cm_server_verify(struct cm_server_client *client, X509 *x509, X509_STORE *store, STACK_OF(X509) * chain, SSL *ssl);

/* Sets status and err. */
void cm_server_client_refuse(struct cm_server_client *client, enum certmap_status status, enum certmap_code code,
                             const char *text, const char *detail);

#endif
