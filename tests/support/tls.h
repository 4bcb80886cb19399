/* SPDX-License-Identifier: MIT */
/* A PKI for tests, made afresh by each program, and TLS connections within one thread: both ends write
 * to memory, and the test says when bytes move.
 *
 *     struct t_pki *pki = t_pki_new();
 *     SSL_CTX *server = t_tls_server(pki, TLS1_3_VERSION);
 *     SSL_CTX *client = t_tls_client(pki, TLS1_3_VERSION, T_ALICE);
 *     struct t_link link = t_link_open(server, client);
 *     bool finished = t_link_handshake(&link);
 *
 * A step that cannot fail but by a mistake in the tests ends the program with a message. Knows nothing of
 * Check. */
#ifndef T_TLS_H
#define T_TLS_H

#include "certmap/certmap.h"
#include <openssl/ssl.h>

/* Everybody who has a certificate; tls.c has their table. */
enum t_id {
    T_NOBODY,      /* has none */
    T_ROOT,        /* the CA that servers and clients trust */
    T_ISSUING,     /* a CA under the root */
    T_SERVER,      /* of the issuing CA, for localhost */
    T_ALICE,       /* of the issuing CA */
    T_BOB,         /* of the root */
    T_EVE,         /* of the root; the rules of the tests deny her */
    T_STRANGER,    /* of the root; the rules of the tests do not know her */
    T_UNNAMED,     /* of the root, with an empty subject */
    T_EXPIRED,     /* Alice's subject; was valid until ten days ago */
    T_EARLY,       /* Alice's subject; will be valid in ten days */
    T_WEB,         /* Alice's subject; for server authentication only */
    T_FALSE_CA,    /* has the issuing CA's name, but signed itself */
    T_MALLORY,     /* Alice's subject, of the false CA */
    T_LONELY,      /* Alice's subject, signed itself */
    T_LENGTHY,     /* of the root; its subject has a length that is not DER, which OpenSSL accepts */
    T_MANY_VALUES, /* of the root; its subject has more RDNs than certmap reads */
    T_OTHER_ROOT,  /* another root, which nobody trusts unless a test says so */
    T_NAMESAKE,    /* of the issuing CA, and has its name: the same subject and issuer, but not signed itself */
    T_PLAIN,       /* of the root, Bob's subject; says nothing about what it is for */
    T_CROSS,       /* has the issuing CA's name and key; of the other root */
    T_ID_COUNT
};

struct t_pki;

struct t_pki *t_pki_new(void);
void t_pki_free(struct t_pki *pki);
/* Not for T_NOBODY. They belong to the PKI. */
X509 *t_pki_certificate(const struct t_pki *pki, enum t_id id);
EVP_PKEY *t_pki_key(const struct t_pki *pki, enum t_id id);

/* A server that asks for a client certificate and does without one (SSL_VERIFY_PEER), caches sessions
 * and gives tickets. version: TLS1_2_VERSION or TLS1_3_VERSION, and no other. */
SSL_CTX *t_tls_server(const struct t_pki *pki, int version);
/* A client that sends its certificate, and that of its CA, when asked. */
SSL_CTX *t_tls_client(const struct t_pki *pki, int version, enum t_id id);

/* ---- who is trusted, and who sends what ---- */

/* Lists of certificates in tables: of as many, or up to T_NOBODY. */
#define T_MAX_LISTED 4

void t_store_add(X509_STORE *store, const struct t_pki *pki, const enum t_id ids[T_MAX_LISTED]);
/* Has only these. partial: X509_V_FLAG_PARTIAL_CHAIN. */
X509_STORE *t_store_new(const struct t_pki *pki, const enum t_id trusted[T_MAX_LISTED], bool partial);
/* A server that verifies by such a store. */
SSL_CTX *t_tls_server_that_trusts(const struct t_pki *pki, int version, const enum t_id trusted[T_MAX_LISTED],
                                  bool partial);
/* A client that sends its certificate and these. */
SSL_CTX *t_tls_client_that_sends(const struct t_pki *pki, int version, enum t_id id,
                                 const enum t_id sent[T_MAX_LISTED]);

/* The digest of a certificate, or of its key. */
void t_sha256(uint8_t digest[CERTMAP_SHA256_SIZE], X509 *x509, bool key);

/* ---- connections ---- */

/* A verify callback that lets the handshake go on whatever is wrong. */
int t_verify_anything(int ok, X509_STORE_CTX *ctx);

/* Both ends of a connection. */
struct t_link {
    SSL *server;
    SSL *client;
};

struct t_link t_link_open(SSL_CTX *server, SSL_CTX *client);
void t_link_close(struct t_link *link);
/* Says goodbye first, as both ends do: else OpenSSL takes the session out of the cache. */
void t_link_end(struct t_link *link);
/* Moves up to so many TLS records that one end has written to the other; returns how many. */
int t_link_move(SSL *from, SSL *to, int records);
/* Does the handshake and lets the client read the tickets after it. False if an end refuses.
 * OpenSSL's error queue is empty afterwards. */
bool t_link_handshake(struct t_link *link);
/* Moves all that is there and lets both ends read it, until there is nothing more to move. */
void t_link_pump(struct t_link *link);

#endif
