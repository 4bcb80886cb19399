/* SPDX-License-Identifier: MIT */
/* The plugin for Mosquitto: the rules say which user a client certificate is.
 *
 *     MOSQ_EVT_BASIC_AUTH   who is it? The user name becomes what the rules give. After a reload the broker asks again
 *     MOSQ_EVT_ACL_CHECK    only whether it was asked about, and whether the answer still holds: who may use which topic
 *                           is left to the acl_file
 *     MOSQ_EVT_TICK         whose answer does not hold any more is disconnected, also if it does nothing
 *     MOSQ_EVT_DISCONNECT   what was known of it is dropped, and whether it may have a will is decided
 *     MOSQ_EVT_RELOAD       the rules are loaded again
 *
 * The broker is one thread. It verifies certificates in the handshake, and hands out none that it has not accepted. It
 * does not hand out its SSL, so that who issued a certificate is not known here. */
#include "clients.h"
#include "log.h"
#include "options.h"
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))
/* The version of the interface that is implemented. */
#define INTERFACE 5
/* Most clients that are asked about in one round of the broker's loop, about 10 us each. The others come in the rounds
 * after it. */
#define MAX_ASKED_PER_TICK 64
/* Where no tick ends a reload, because the broker gives none with per_listener_settings: it is over when for so long no
 * client was looked at that is connected or has subscriptions. The broker takes some 10 us for each. */
#define RELOAD_MILLISECONDS 500
/* What a user name must not hold: with `pattern readwrite devices/%u/#` it would be part of a topic. */
#define TOPIC_CHARACTERS "+#/"

struct plugin {
    mosquitto_plugin_id_t *id;
    struct options options;
    struct certmap_service *service;
    struct clients clients;
    bool reloading; /* the broker is looking at everybody again */
    int64_t looked; /* and did so then, in milliseconds() */
};

/* Since some moment, whatever happens to the clock. */
static int64_t milliseconds(void) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the log ---- */

static void on_line(void *ctx, enum certmap_severity severity, const char *line) {
    (void)ctx;
    log_line(severity == CERTMAP_SEVERITY_ERROR     ? MOSQ_LOG_ERR
             : severity == CERTMAP_SEVERITY_WARNING ? MOSQ_LOG_WARNING
                                                    : MOSQ_LOG_NOTICE,
             "%s", line);
}

/* What was done about a client, and why: the answer, and what is not in it. */
static void log_answer(const struct plugin *plugin, bool refused, const char *done, const struct client *client,
                       const char *id, const char *asked, const struct certmap_answer *answer) {
    char quoted_id[QUOTED_SIZE], quoted_name[QUOTED_SIZE], quoted_asked[QUOTED_SIZE];
    if (plugin->options.log == LOG_NOTHING || (plugin->options.log == LOG_REFUSED && !refused))
        return;
    log_line(refused ? MOSQ_LOG_NOTICE : MOSQ_LOG_INFO, "%s: user=%s id=%s asked=%s %s", done,
             quote(quoted_name, client != NULL ? client->name : NULL), quote(quoted_id, id), quote(quoted_asked, asked),
             certmap_answer_line(answer));
}

/* ---- asking ---- */

/* NULL: no memory. */
static struct certmap_answer *ask(const struct plugin *plugin, X509 *certificate, const char *address) {
    struct certmap_presented presented = CERTMAP_PRESENTED_INIT;
    struct certmap_answer *answer = NULL;
    uint8_t *der = NULL;
    (void)ERR_set_mark();
    const int len = certificate != NULL ? i2d_X509(certificate, &der) : 0;
    (void)ERR_pop_to_mark();
    presented.client = address;
    presented.present = certificate != NULL;
    presented.verified = true;
    if (len > 0)
        presented.certificate = (struct certmap_view){der, (size_t)len};
    (void)certmap_service_ask_der(plugin->service, &answer, &presented, NULL);
    OPENSSL_free(der);
    return answer;
}

/* The user name of an answer, or NULL with the reason why a broker cannot have it. */
static const char *name_of(const struct plugin *plugin, const struct certmap_answer *answer, const char **why) {
    const struct certmap_view name = certmap_answer_text(answer, plugin->options.name, CERTMAP_FORM_PLAIN);
    const char *text = (const char *)name.data;
    if (name.len == 0)
        *why = "refused, the account has no user name";
    else if (name.len > UINT16_MAX || mosquitto_validate_utf8(text, (int)name.len) != MOSQ_ERR_SUCCESS)
        *why = "refused, the user name is too long for MQTT or has a control character";
    else if (text[0] == '$')
        *why = "refused, the user name begins with $, as the broker's own topics do";
    else if (strpbrk(text, TOPIC_CHARACTERS) != NULL)
        *why = "refused, the user name has one of " TOPIC_CHARACTERS ", which mean something in a topic";
    else
        return text;
    return NULL;
}

/* Whether a new answer says of a client what the old one did. */
static bool says_the_same(const struct plugin *plugin, const struct client *client,
                          const struct certmap_answer *answer) {
    const char *why = NULL;
    const enum certmap_outcome outcome = certmap_answer_outcome(answer);
    if (client->state == CLIENT_DEFERRED)
        return outcome == CERTMAP_OUTCOME_NONE || outcome == CERTMAP_OUTCOME_UNVERIFIED ||
               outcome == CERTMAP_OUTCOME_ALLOW;
    const char *name = outcome == CERTMAP_OUTCOME_ALLOW ? name_of(plugin, answer, &why) : NULL;
    return name != NULL && strcmp(name, client->name) == 0;
}

/* Asks again about a client whose answer has ended. */
static bool ask_again(struct plugin *plugin, struct client *client) {
    struct certmap_answer *answer = ask(plugin, client->certificate, client->address);
    const bool same = says_the_same(plugin, client, answer);
    if (!same)
        log_answer(plugin, true, "refused since, it has to connect again", client, client->id, NULL, answer);
    certmap_answer_free(client->answer);
    client->answer = answer;
    clients_move(&plugin->clients, client, same ? client->state : CLIENT_REFUSED);
    return same;
}

static bool is_current(const struct plugin *plugin, const struct client *client) {
    return certmap_service_is_current(plugin->service, client->answer, 0);
}

/* Whether a client that has come in may go on. */
static bool may_go_on(struct plugin *plugin, struct client *client) {
    switch (client->state) {
    case CLIENT_PLAIN:
        return true;
    case CLIENT_MAPPED:
    case CLIENT_DEFERRED:
        return is_current(plugin, client) || ask_again(plugin, client);
    case CLIENT_REFUSED:
    case CLIENT_PARTING:
    case CLIENT_BARRED:
    case CLIENT_GONE:
        break;
    }
    return false;
}

/* ---- MOSQ_EVT_BASIC_AUTH ---- */

/* What is remembered of a client that comes in. False: no memory. */
static bool remember(struct plugin *plugin, const struct mosquitto *key, X509 *certificate,
                     struct certmap_answer *answer, const char *name) {
    const enum client_state state = name != NULL ? CLIENT_MAPPED : certificate != NULL ? CLIENT_DEFERRED : CLIENT_PLAIN;
    struct client *client = clients_add(&plugin->clients, key, state, certificate);
    if (client == NULL)
        return false;
    client->name = name != NULL ? mosquitto_strdup(name) : NULL;
    if (name != NULL && client->name == NULL) {
        clients_remove(&plugin->clients, client);
        return false;
    }
    client->answer = answer;
    return true;
}

/* Whether the client id is one that the client may have, whose user name is this; NULL: it has none. */
static bool may_have_id(const struct plugin *plugin, const struct mosquitto *key, const char *name, const char **why) {
    const char *id = mosquitto_client_id(key);
    if (!plugin->options.own_id || (id != NULL && name != NULL && strcmp(id, name) == 0))
        return true;
    *why = "refused, the client id is not the user name (plugin_opt_clientid name)";
    return false;
}

/* The rules have named an account. */
static int map_client(struct plugin *plugin, struct mosquitto *key, X509 *certificate, struct certmap_answer *answer,
                      const char **done) {
    const char *name = name_of(plugin, answer, done);
    if (name == NULL)
        return MOSQ_ERR_AUTH;
    if (!may_have_id(plugin, key, name, done))
        return MOSQ_ERR_AUTH;
    if (mosquitto_set_username(key, name) != MOSQ_ERR_SUCCESS || !remember(plugin, key, certificate, answer, name)) {
        *done = "refused, out of memory";
        return MOSQ_ERR_AUTH;
    }
    *done = "accepted";
    return MOSQ_ERR_SUCCESS;
}

/* Keeps the answer if the client comes in. */
static int decide(struct plugin *plugin, struct mosquitto *key, X509 *certificate, struct certmap_answer *answer,
                  const char **done) {
    const enum certmap_outcome outcome = certmap_answer_outcome(answer);
    *done = "refused";
    if (outcome == CERTMAP_OUTCOME_ALLOW)
        return map_client(plugin, key, certificate, answer, done);
    if ((outcome != CERTMAP_OUTCOME_NONE && outcome != CERTMAP_OUTCOME_UNVERIFIED) || !plugin->options.defer)
        return MOSQ_ERR_AUTH;
    if (!may_have_id(plugin, key, mosquitto_client_username(key), done) ||
        !remember(plugin, key, certificate, answer, NULL))
        return MOSQ_ERR_AUTH;
    *done = "deferred";
    return MOSQ_ERR_PLUGIN_DEFER;
}

static int authenticate(struct plugin *plugin, struct mosquitto_evt_basic_auth *event, X509 *certificate) {
    const char *done = NULL;
    clients_remove(&plugin->clients, clients_find(&plugin->clients, event->client));
    struct certmap_answer *answer = ask(plugin, certificate, mosquitto_client_address(event->client));
    /* The name that the client has asked for, before it gets another one. */
    char *asked = event->username != NULL ? mosquitto_strdup(event->username) : NULL;
    const int status = decide(plugin, event->client, certificate, answer, &done);
    log_answer(plugin, status == MOSQ_ERR_AUTH, done, clients_find(&plugin->clients, event->client),
               mosquitto_client_id(event->client), asked, answer);
    mosquitto_free(asked);
    if (status == MOSQ_ERR_AUTH)
        certmap_answer_free(answer);
    return status;
}

/* Whether it is no client that is just connecting: it has come in before, or has subscriptions, which one that is
 * connecting gets later, with those of its session. */
static bool is_old(const struct plugin *plugin, const struct mosquitto *key, bool *connected) {
    const struct client *known = clients_find(&plugin->clients, key);
    *connected = known != NULL && known->state != CLIENT_GONE && known->state != CLIENT_BARRED;
    return *connected || mosquitto_client_sub_count(key) > 0;
}

/* After a reload the broker looks at sessions, too, whose clients are away, and asks for them as for clients without a
 * certificate. A refusal would have it disconnect what is not connected, which does its lists no good. There is nothing
 * to decide: the client is asked about when it comes back.
 * A session without subscriptions looks like a client that connects; it is let be while the broker reloads, and may do
 * nothing. It does not make the reload longer: a client that tries again and again would. */
static bool is_session(struct plugin *plugin, const struct mosquitto *key, const X509 *certificate) {
    const int64_t now = milliseconds();
    bool connected = false;
    const bool old = is_old(plugin, key, &connected);
    plugin->reloading = plugin->reloading && now - plugin->looked <= RELOAD_MILLISECONDS;
    if (old)
        plugin->looked = now;
    if (connected || certificate != NULL)
        return false;
    return old || (plugin->reloading && clients_add(&plugin->clients, key, CLIENT_BARRED, NULL) != NULL);
}

static int on_basic_auth(int event, void *data, void *user) {
    struct mosquitto_evt_basic_auth *basic_auth = data;
    struct plugin *plugin = user;
    (void)event;
    X509 *certificate = mosquitto_client_certificate(basic_auth->client);
    const int status = is_session(plugin, basic_auth->client, certificate)
                           ? MOSQ_ERR_SUCCESS
                           : authenticate(plugin, basic_auth, certificate);
    X509_free(certificate);
    return status;
}

/* ---- MOSQ_EVT_ACL_CHECK ---- */

/* What is known of this very client; what is known of one that had its address before is dropped. */
static struct client *find_valid(struct plugin *plugin, const struct mosquitto *key, const X509 *certificate) {
    struct client *client = clients_find(&plugin->clients, key);
    const char *id = mosquitto_client_id(key);
    if (client == NULL || (client->certificate == certificate && id != NULL && strcmp(client->id, id) == 0))
        return client;
    clients_remove(&plugin->clients, client);
    return NULL;
}

/* A client with a certificate that nobody has asked the rules about. */
static void refuse_unasked(struct plugin *plugin, const struct mosquitto *key, X509 *certificate) {
    char id[QUOTED_SIZE], name[QUOTED_SIZE];
    if (clients_add(&plugin->clients, key, CLIENT_REFUSED, certificate) == NULL)
        return; /* refused all the same, and again at its next message */
    log_line(MOSQ_LOG_ERR,
             "refused, the broker has let it in without asking the rules: user=%s id=%s: its listener has "
             "use_identity_as_username or use_subject_as_username: write false there, or another plugin has "
             "authenticated it",
             quote(name, mosquitto_client_username(key)), quote(id, mosquitto_client_id(key)));
}

static bool is_allowed(struct plugin *plugin, const struct mosquitto_evt_acl_check *check, X509 *certificate) {
    struct client *client = find_valid(plugin, check->client, certificate);
    if (client == NULL && certificate != NULL)
        refuse_unasked(plugin, check->client, certificate);
    if (client == NULL)
        return certificate == NULL;
    if (client->state == CLIENT_GONE)
        return check->access != MOSQ_ACL_WRITE;
    /* The broker takes away subscriptions that are refused while it disconnects a client. They stay for the next time,
     * when the client is asked about again. */
    if (client->state == CLIENT_PARTING && client->name != NULL)
        return check->access == MOSQ_ACL_SUBSCRIBE;
    return may_go_on(plugin, client);
}

static int on_acl_check(int event, void *data, void *user) {
    const struct mosquitto_evt_acl_check *check = data;
    struct plugin *plugin = user;
    (void)event;
    X509 *certificate = mosquitto_client_certificate(check->client);
    const bool allowed = is_allowed(plugin, check, certificate);
    X509_free(certificate);
    if (!allowed)
        return MOSQ_ERR_ACL_DENIED;
    return plugin->options.all_topics ? MOSQ_ERR_SUCCESS : MOSQ_ERR_PLUGIN_DEFER;
}

/* ---- MOSQ_EVT_TICK ---- */

/* Asks about those whose answers are oldest. */
static void ask_oldest(struct plugin *plugin, enum client_state state) {
    for (unsigned i = 0; i < MAX_ASKED_PER_TICK; i++) {
        struct client *client = plugin->clients.first[state];
        if (client == NULL || is_current(plugin, client))
            return;
        (void)ask_again(plugin, client);
    }
}

static int on_tick(int event, void *data, void *user) {
    struct plugin *plugin = user;
    struct client *client = NULL;
    (void)event;
    (void)data;
    plugin->reloading = false;
    ask_oldest(plugin, CLIENT_MAPPED);
    ask_oldest(plugin, CLIENT_DEFERRED);
    while ((client = plugin->clients.first[CLIENT_REFUSED]) != NULL) {
        char *id = mosquitto_strdup(client->id); /* the record may be gone before the call is over */
        clients_move(&plugin->clients, client, CLIENT_PARTING);
        if (id != NULL)
            (void)mosquitto_kick_client_by_clientid(id, false);
        mosquitto_free(id);
    }
    return MOSQ_ERR_SUCCESS;
}

/* ---- MOSQ_EVT_DISCONNECT ---- */

/* The broker asks for the right to a will when its client is gone, and its certificate with it. Whom nobody has asked
 * about has no will. (A certificate is gone already when this is called for websockets.) */
static int on_disconnect(int event, void *data, void *user) {
    const struct mosquitto_evt_disconnect *disconnect = data;
    struct plugin *plugin = user;
    struct client *client = clients_find(&plugin->clients, disconnect->client);
    (void)event;
    if (client == NULL && mosquitto_client_id(disconnect->client) != NULL) {
        (void)clients_add(&plugin->clients, disconnect->client, CLIENT_GONE, NULL);
    } else if (client != NULL && may_go_on(plugin, client)) {
        clients_remove(&plugin->clients, client);
    } else if (client != NULL && client->state != CLIENT_BARRED) {
        client_clear(client);
        clients_move(&plugin->clients, client, CLIENT_GONE);
    }
    return MOSQ_ERR_SUCCESS;
}

/* ---- MOSQ_EVT_RELOAD ---- */

/* `issuer is` and `chain has` have no answer here: they are unknown, and grant nothing. */
static void warn_of_issuer(const struct plugin *plugin) {
    const unsigned issuer = (unsigned)CERTMAP_PIECE_ISSUER_SHA256 | (unsigned)CERTMAP_PIECE_ISSUER_KEY_SHA256 |
                            (unsigned)CERTMAP_PIECE_ISSUER_SHA1 | (unsigned)CERTMAP_PIECE_CHAIN_SHA256 |
                            (unsigned)CERTMAP_PIECE_CHAIN_KEY_SHA256;
    if ((certmap_service_needs(plugin->service) & issuer) != 0)
        log_line(
            MOSQ_LOG_WARNING,
            "%s: a mapping asks who issued the certificate (issuer is ..., chain has ...), which Mosquitto does not "
            "tell: such a "
            "condition is unknown, so that the mapping lets nobody in: write issuer.CN = \"...\", and name in cafile "
            "the CAs of clients only",
            plugin->options.rules);
}

/* Another answer than that one would keep other plugins from loading theirs. */
static int on_reload(int event, void *data, void *user) {
    struct plugin *plugin = user;
    (void)event;
    (void)data;
    plugin->reloading = true;
    plugin->looked = milliseconds();
    if (certmap_service_reload(plugin->service, NULL) == CERTMAP_OK)
        warn_of_issuer(plugin);
    return MOSQ_ERR_PLUGIN_DEFER;
}

/* ---- beginning and end ---- */

static const struct {
    int event;
    MOSQ_FUNC_generic_callback function;
} callbacks[] = {
    {MOSQ_EVT_BASIC_AUTH, on_basic_auth}, {MOSQ_EVT_ACL_CHECK, on_acl_check}, {MOSQ_EVT_TICK, on_tick},
    {MOSQ_EVT_DISCONNECT, on_disconnect}, {MOSQ_EVT_RELOAD, on_reload},
};
#define CALLBACK_COUNT (sizeof callbacks / sizeof *callbacks)

static void unregister(const struct plugin *plugin, size_t count) {
    while (count-- > 0)
        (void)mosquitto_callback_unregister(plugin->id, callbacks[count].event, callbacks[count].function, NULL);
}

static int register_all(struct plugin *plugin) {
    for (size_t i = 0; i < CALLBACK_COUNT; i++) {
        const int status =
            mosquitto_callback_register(plugin->id, callbacks[i].event, callbacks[i].function, NULL, plugin);
        if (status == MOSQ_ERR_SUCCESS)
            continue;
        log_line(MOSQ_LOG_ERR, status == MOSQ_ERR_ALREADY_EXISTS
                                   ? "the plugin is there twice: write one line plugin for the broker, or one for each "
                                     "listener after per_listener_settings true"
                                   : "the broker takes no callbacks: it needs Mosquitto 2.0, and memory");
        unregister(plugin, i);
        return status;
    }
    return MOSQ_ERR_SUCCESS;
}

static void free_plugin(struct plugin *plugin) {
    clients_free(&plugin->clients);
    certmap_service_close(plugin->service);
    mosquitto_free(plugin);
}

static int open_service(struct plugin *plugin) {
    struct certmap_service_options options = CERTMAP_SERVICE_OPTIONS_INIT;
    struct certmap_diagnostic err;
    options.file = plugin->options.rules;
    options.site = plugin->options.site;
    options.format = plugin->options.format;
    options.shadow_file = plugin->options.shadow;
    options.shadow_site = plugin->options.shadow_site;
    options.flags = CERTMAP_SERVICE_LOG_SHADOW;
    options.hold_seconds = plugin->options.hold_seconds;
    options.log = on_line;
    const enum certmap_status status = certmap_service_open(&plugin->service, &options, &err);
    if (status == CERTMAP_OK) {
        warn_of_issuer(plugin);
        return MOSQ_ERR_SUCCESS;
    }
    log_line(MOSQ_LOG_ERR, "no rules from %s: %s (the file has to be readable by the user of the broker)",
             err.file != NULL ? err.file : plugin->options.rules, err.text);
    return MOSQ_ERR_INVAL;
}

EXPORT int mosquitto_plugin_version(int supported_version_count, const int *supported_versions) {
    for (int i = 0; i < supported_version_count; i++)
        if (supported_versions[i] == INTERFACE)
            return INTERFACE;
    return -1;
}

EXPORT int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata, struct mosquitto_opt *options,
                                 int option_count) {
    struct plugin *plugin = mosquitto_calloc(1, sizeof *plugin);
    int status = MOSQ_ERR_INVAL;
    if (plugin == NULL)
        return MOSQ_ERR_NOMEM;
    plugin->id = identifier;
    if (options_read(&plugin->options, options, option_count))
        status = open_service(plugin);
    if (status == MOSQ_ERR_SUCCESS)
        status = register_all(plugin);
    if (status != MOSQ_ERR_SUCCESS) {
        free_plugin(plugin);
        return status;
    }
    *userdata = plugin;
    return MOSQ_ERR_SUCCESS;
}

EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int option_count) {
    struct plugin *plugin = userdata;
    (void)options;
    (void)option_count;
    if (plugin == NULL)
        return MOSQ_ERR_SUCCESS;
    unregister(plugin, CALLBACK_COUNT);
    free_plugin(plugin);
    return MOSQ_ERR_SUCCESS;
}
