/* SPDX-License-Identifier: MIT */
#include "clients.h"
#include <mosquitto_broker.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* key comes first in a record, so that a record is found by an address of a key, too. */
static int compare(const void *left, const void *right) {
    const struct client *one = left, *other = right;
    return (one->key > other->key) - (one->key < other->key);
}

static void link_last(struct clients *clients, struct client *client) {
    client->before = clients->last[client->state];
    client->after = NULL;
    *(client->before != NULL ? &client->before->after : &clients->first[client->state]) = client;
    clients->last[client->state] = client;
}

static void unlink_client(struct clients *clients, struct client *client) {
    *(client->before != NULL ? &client->before->after : &clients->first[client->state]) = client->after;
    *(client->after != NULL ? &client->after->before : &clients->last[client->state]) = client->before;
}

struct client *clients_find(const struct clients *clients, const struct mosquitto *key) {
    const struct client sought = {.key = key};
    struct client *const *found = tfind(&sought, &clients->tree, compare);
    return found != NULL ? *found : NULL;
}

static void free_client(struct client *client) {
    client_clear(client);
    mosquitto_free(client->id);
    mosquitto_free(client);
}

struct client *clients_add(struct clients *clients, const struct mosquitto *key, enum client_state state,
                           X509 *certificate) {
    const char *id = mosquitto_client_id(key), *address = mosquitto_client_address(key);
    clients_remove(clients, clients_find(clients, key));
    struct client *client = mosquitto_calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->key = key;
    client->state = state;
    client->id = mosquitto_strdup(id != NULL ? id : "");
    client->address = mosquitto_strdup(address != NULL ? address : "-");
    client->certificate = certificate != NULL && X509_up_ref(certificate) == 1 ? certificate : NULL;
    if (client->id == NULL || client->address == NULL || client->certificate != certificate ||
        tsearch(client, &clients->tree, compare) == NULL) {
        free_client(client);
        return NULL;
    }
    link_last(clients, client);
    return client;
}

void clients_move(struct clients *clients, struct client *client, enum client_state state) {
    unlink_client(clients, client);
    client->state = state;
    link_last(clients, client);
}

void client_clear(struct client *client) {
    X509_free(client->certificate);
    certmap_answer_free(client->answer);
    mosquitto_free(client->name);
    mosquitto_free(client->address);
    client->certificate = NULL;
    client->answer = NULL;
    client->name = client->address = NULL;
}

void clients_remove(struct clients *clients, struct client *client) {
    if (client == NULL)
        return;
    (void)tdelete(client, &clients->tree, compare);
    unlink_client(clients, client);
    free_client(client);
}

void clients_free(struct clients *clients) {
    for (size_t state = 0; state < CLIENT_STATE_COUNT; state++)
        while (clients->first[state] != NULL)
            clients_remove(clients, clients->first[state]);
}
