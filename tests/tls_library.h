/* SPDX-License-Identifier: MIT */
/* What the tests of docs/tls-libraries.md share. Each library has a program tests/test_tls_<library>.c that says how
 * to do these things with it; the tests, the client (OpenSSL) and the certificates are in tls_library.c. Neither
 * includes the headers of the other. */
#ifndef TLS_LIBRARY_H
#define TLS_LIBRARY_H

#include "../docs/examples/recipe.h"
#include "support/der.h"
#include "support/run.h"

/* Bytes on their way to the server and from it. */
struct wire {
    struct t_buf to_server, to_client;
    size_t taken; /* of to_server */
};
/* Up to len bytes for the server; 0: there are none now. */
size_t wire_take(struct wire *wire, void *bytes, size_t len);

/* What a server needs, as DER; the key as PKCS #8. */
struct server_setup {
    struct certmap_view root;    /* whom it trusts */
    struct certmap_view own, ca; /* its certificate and that of its CA */
    struct certmap_view key;
    bool tls13; /* TLS 1.3 and no other, or TLS 1.2 and no other */
    bool lax;   /* the handshake goes on whatever the client's certificate is */
};

/* What a library has decoded. What it does not give as bytes stays empty. */
struct decoded {
    struct t_buf whole, subject, issuer, key;
    struct t_buf serial;     /* the contents of the INTEGER */
    struct t_buf extensions; /* the SEQUENCE */
};

struct library {
    const char *name;
    bool tls13;   /* has it */
    bool resumes; /* A resumed session gives the account; otherwise it is refused. */
    /* What is refused in a strict handshake: nothing where the library only looks when it is asked. */
    bool strict;
    /* Its assembler writes records that valgrind takes for uninitialised: the live tests are left out there. */
    bool opaque;
    void (*start)(const struct server_setup *setup);
    void (*stop)(void);
    void *(*open)(struct wire *wire);
    int (*handshake)(void *connection); /* 1: finished; 0: wants more bytes; -1: refused */
    enum certmap_status (*match)(void *connection, const struct certmap_rules *rules, struct certmap_peer *peer,
                                 struct certmap_result *result, struct certmap_diagnostic *err);
    void (*close)(void *connection);
    /* False: the library refuses it. Called between begin_decoding and end_decoding, which may be NULL. */
    bool (*decode)(struct decoded *decoded, struct certmap_view der);
    void (*begin_decoding)(void);
    void (*end_decoding)(void);
};

/* main of a test program. */
int library_run(const struct library *library);

#endif
