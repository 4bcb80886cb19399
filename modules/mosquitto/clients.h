/* SPDX-License-Identifier: MIT */
/* Whom the plugin has been asked about. The broker has no place for what a plugin knows of a client, so it is found by
 * the client's address, from MOSQ_EVT_BASIC_AUTH to MOSQ_EVT_DISCONNECT.
 *
 * An address may be a new client's by the time it is looked up. So a record is valid only together with the very X509
 * that it holds, or with the client id. */
#ifndef MOSQUITTO_CERTMAP_CLIENTS_H
#define MOSQUITTO_CERTMAP_CLIENTS_H

#include <certmap/server.h>
#include <openssl/x509.h>

struct mosquitto;

/* Each state has a list of its own. */
enum client_state {
    CLIENT_MAPPED,   /* has its name from the rules */
    CLIENT_DEFERRED, /* has a certificate for which the rules name nobody, and somebody else has let it in */
    CLIENT_PLAIN,    /* has none, and somebody else has let it in */
    CLIENT_REFUSED,  /* is still connected, and has to be disconnected */
    CLIENT_PARTING,  /* is told to go */
    CLIENT_BARRED,   /* is not connected, as far as one knows, and may do nothing */
    CLIENT_GONE      /* was refused, and is not connected any more: its will is not published */
};
#define CLIENT_STATE_COUNT 7

struct client {
    const struct mosquitto *key;
    enum client_state state;
    X509 *certificate;             /* NULL: it has shown none */
    struct certmap_answer *answer; /* NULL: it was not asked for */
    char *id;
    char *name;    /* of CLIENT_MAPPED: its user name */
    char *address; /* for the log */
    struct client *before, *after;
};

/* In each list the client that was put there last comes last. */
struct clients {
    void *tree; /* of tsearch, by key */
    struct client *first[CLIENT_STATE_COUNT], *last[CLIENT_STATE_COUNT];
};

/* NULL: it is not known. */
struct client *clients_find(const struct clients *clients, const struct mosquitto *key);
/* A record for this client, in place of one that is there; NULL: no memory, and there is none. id and address are
 * copied, the certificate is shared. */
struct client *clients_add(struct clients *clients, const struct mosquitto *key, enum client_state state,
                           X509 *certificate);
/* Puts it last in the list of a state. */
void clients_move(struct clients *clients, struct client *client, enum client_state state);
/* What it holds beside its id is freed. */
void client_clear(struct client *client);
/* client may be NULL. */
void clients_remove(struct clients *clients, struct client *client);
void clients_free(struct clients *clients);

#endif
