/* SPDX-License-Identifier: MIT */
/* Random rule sets, and random certificates that hit them often: both are made of the same few texts.
 *
 *     struct t_random random = T_RANDOM_SEED(1);
 *     struct t_world world;
 *     t_world_make(&world, &random);            the texts and Names of one rule set and its certificates
 *     t_world_rules(&rules, &world);            a text that loads
 *     t_world_cert(&cert, &world);              a certificate that a peer can be set to
 *
 * Knows nothing of Check: fuzz targets use it too. */
#ifndef T_RANDOM_H
#define T_RANDOM_H

#include "der.h"

/* Numbers from bytes that somebody chose, and from a generator when these have come to their end. */
struct t_random {
    const uint8_t *bytes;
    size_t len;
    uint64_t state; /* not 0 */
};
#define T_RANDOM_SEED(seed)                                                                                            \
    { NULL, 0, (uint64_t)(seed)*0x9E3779B97F4A7C15u + 1 }

/* A number below limit, which is above 0. */
size_t t_random_below(struct t_random *random, size_t limit);
/* True in this many of a hundred times. */
bool t_random_chance(struct t_random *random, size_t percent);

enum { T_WORLD_TEXTS = 10, T_WORLD_NAMES = 5, T_WORLD_SHARED = 6, T_MAX_TEXT = 160, T_NAME_AVAS = 8 };

struct t_text {
    size_t len;
    char bytes[T_MAX_TEXT];
};

struct t_ava {
    size_t type; /* in the table of types */
    size_t rdn;
    bool octets; /* a value that is no text */
    struct t_text value;
};

struct t_random_name {
    size_t count;
    struct t_ava avas[T_NAME_AVAS];
};

/* What the rules and the certificates of one set have in common. */
struct t_world {
    struct t_random *random;
    struct t_text texts[T_WORLD_TEXTS];
    struct t_random_name names[T_WORLD_NAMES];
    struct t_text shared[T_WORLD_SHARED]; /* conditions that many mappings have */
    size_t most;                          /* mappings */
    bool plain;                           /* mappings are conjunctions of few conditions, like those of people */
};

void t_world_make(struct t_world *world, struct t_random *random);
/* Appends a rule file. */
void t_world_rules(struct t_buf *text, struct t_world *world);

/* A certificate and the bytes it points to. Begins as T_RANDOM_CERT_INIT; free with t_random_cert_free. */
struct t_random_cert {
    struct certmap_cert cert;
    struct t_buf subject, issuer, extensions, validity, serial;
};
#define T_RANDOM_CERT_INIT                                                                                             \
    { CERTMAP_CERT_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT }

/* Makes another certificate in the place of the one before. */
void t_world_cert(struct t_random_cert *made, struct t_world *world);
void t_random_cert_free(struct t_random_cert *made);

#endif
