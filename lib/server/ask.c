/* SPDX-License-Identifier: MIT */
/* A question: who the client is, what the active rules say, and what the shadow would say. */
#include "answer.h"
#include "certmap/versioned.h"
#include "memory.h"
#include "service.h"
#include <string.h>

/* The size in the first release, which never changes. */
#define FIRST_PRESENTED CERTMAP_STRUCT_END(struct certmap_presented, reserved)

/* One question. */
struct question {
    struct certmap_service *service;
    struct cm_server_hold hold;
    struct cm_server_client client;
    const char *name;
    struct cm_server_event event;
};

static unsigned needs_of(const struct cm_server_set *set) {
    return set == NULL ? 0 : certmap_rules_needs(set->rules);
}

/* False: no memory for a peer. */
static bool begin(struct question *question, struct certmap_service *service, const char *name) {
    *question = (struct question){.service = service, .name = name};
    question->event = (struct cm_server_event){.outcome = CERTMAP_OUTCOME_ERROR, .mapping = SIZE_MAX};
    return cm_server_enter(&question->hold, service);
}

static struct cm_server_manner manner_of(const struct certmap_service *service) {
    return (struct cm_server_manner){service->resumed, service->hold_seconds};
}

static unsigned needs_of_all(const struct cm_server_hold *hold) {
    return needs_of(hold->sets[CM_SERVER_ACTIVE]) | needs_of(hold->sets[CM_SERVER_SHADOW]);
}

static unsigned needs(const struct question *question) {
    return needs_of_all(&question->hold);
}

/* What one of the rule sets says. The peer is set, if the client has status OK. */
static struct certmap_answer *answer_by(struct question *question, size_t which, size_t *mapping) {
    const struct cm_server_set *set = question->hold.sets[which];
    struct cm_server_client *client = &question->client;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct cm_server_facts facts = {
        .allocator = &question->service->allocator,
        .client = client,
        .name = question->name,
        .status = client->status,
        .err = &client->err,
        .result = &result,
        .digest = set->digest,
        .generation = question->hold.generation,
        .hold_seconds = question->service->hold_seconds,
    };
    if (facts.status == CERTMAP_OK)
        facts.status = certmap_match(set->rules, question->hold.spare->peer, &result, &client->err);
    *mapping = facts.status == CERTMAP_OK ? result.index : SIZE_MAX;
    return cm_server_answer_new(&facts);
}

static void log_difference(const struct certmap_service *service, const struct certmap_answer *active,
                           const struct certmap_answer *shadow) {
    const char *const texts[] = {"shadow differs: active: ", certmap_answer_line(active),
                                 "; shadow: ", certmap_answer_line(shadow)};
    if ((service->flags & CERTMAP_SERVICE_LOG_SHADOW) != 0)
        cm_server_log(&service->log, CERTMAP_SEVERITY_NOTE, NULL, texts, sizeof texts / sizeof *texts);
}

/* Asks the shadow, too, for the counters. Where there is no memory for that, it was not asked. */
static void ask_shadow(struct question *question, const struct certmap_answer *active) {
    size_t mapping = SIZE_MAX;
    if (question->hold.sets[CM_SERVER_SHADOW] == NULL || question->client.status != CERTMAP_OK)
        return;
    struct certmap_answer *shadow = answer_by(question, CM_SERVER_SHADOW, &mapping);
    question->event.shadow_asked = shadow != NULL;
    question->event.shadow_differs = shadow != NULL && !cm_server_answer_same(active, shadow);
    if (question->event.shadow_differs)
        log_difference(question->service, active, shadow);
    certmap_answer_free(shadow);
}

/* The client is known. */
static enum certmap_status answer(struct question *question, struct certmap_answer **given,
                                  struct certmap_diagnostic *err) {
    struct cm_server_client *client = &question->client;
    if (client->status == CERTMAP_OK)
        client->status = certmap_peer_set(question->hold.spare->peer, &client->cert, &client->err);
    if (client->status == CERTMAP_ERROR_MEMORY)
        return cm_server_no_memory(err);
    size_t mapping = SIZE_MAX;
    struct certmap_answer *active = answer_by(question, CM_SERVER_ACTIVE, &mapping);
    if (active == NULL)
        return cm_server_no_memory(err);
    question->event.mapping = mapping;
    question->event.outcome = active->outcome;
    ask_shadow(question, active);
    *given = active;
    return CERTMAP_OK;
}

static void end(struct question *question) {
    const bool small = question->client.size <= CM_SERVER_MAX_KEPT_CERTIFICATE;
    if (question->hold.spare != NULL)
        certmap_peer_clear(question->hold.spare->peer);
    cm_server_client_free(&question->client);
    cm_server_leave(question->service, &question->hold, &question->event, small);
}

/* A question that found no memory to be asked with. */
static enum certmap_status fail(struct question *question, struct certmap_diagnostic *err) {
    cm_server_leave(question->service, &question->hold, &question->event, false);
    return cm_server_no_memory(err);
}

enum certmap_status certmap_service_ask(struct certmap_service *service, struct certmap_answer **given, SSL *ssl,
                                        const char *client, struct certmap_diagnostic *err) {
    struct question question;
    if (given != NULL)
        *given = NULL;
    if (service == NULL || given == NULL || ssl == NULL)
        return cm_server_argument(err, "certmap_service_ask: service, answer or ssl is NULL");
    if (!begin(&question, service, client))
        return fail(&question, err);
    const struct cm_server_manner manner = manner_of(service);
    cm_server_client_from_ssl(&question.client, ssl, &manner, needs(&question), cm_server_now(service));
    const enum certmap_status status = answer(&question, given, err);
    end(&question);
    return status;
}

/* NULL: it, or a size of it, is none, or members that this library does not know are set. */
static const struct certmap_presented *read_presented(struct certmap_presented *room,
                                                      const struct certmap_presented *presented) {
    static const uint8_t zeros[sizeof room->reserved] = {0};
    const struct certmap_presented *known = certmap_struct_read(room, presented, FIRST_PRESENTED, sizeof *room);
    return known != NULL && memcmp(known->reserved, zeros, sizeof zeros) == 0 ? known : NULL;
}

enum certmap_status certmap_service_ask_der(struct certmap_service *service, struct certmap_answer **given,
                                            const struct certmap_presented *presented, struct certmap_diagnostic *err) {
    struct certmap_presented room;
    struct question question;
    const struct certmap_presented *known = read_presented(&room, presented);
    if (given != NULL)
        *given = NULL;
    if (service == NULL || given == NULL || known == NULL)
        return cm_server_argument(err, "certmap_service_ask_der: service, answer or presented is NULL, its size is not "
                                       "a size of it, or reserved is not 0");
    if (!begin(&question, service, known->client))
        return fail(&question, err);
    cm_server_client_from_der(&question.client, known, needs(&question), cm_server_now(service));
    const enum certmap_status status = answer(&question, given, err);
    end(&question);
    return status;
}

unsigned certmap_service_needs(struct certmap_service *service) {
    struct cm_server_hold hold;
    if (service == NULL)
        return 0;
    cm_server_hold_sets(&hold, service);
    const unsigned pieces = needs_of_all(&hold);
    cm_server_release_sets(service, &hold);
    return pieces;
}
