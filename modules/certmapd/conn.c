/* SPDX-License-Identifier: MIT */
#include "conn.h"
#include <event2/buffer.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

/* For an answer to leave, when everything ends. */
#define DRAIN_SECONDS 1

/* What a connection waits for. */
enum phase { PHASE_FIRST, PHASE_QUESTION, PHASE_IDLE, PHASE_SHUT };

struct conn {
    TAILQ_ENTRY(conn) entry;
    struct conns *conns;
    struct bufferevent *socket;
    struct event *timer;
    enum phase phase;
};

TAILQ_HEAD(conn_list, conn);

struct conns {
    struct event_base *base;
    struct conn_list waiting; /* in order of the beginning of their phases; those that are shut are not in it */
    unsigned count, max;
    unsigned long accepted, evicted, expired;
    bool draining;
};

struct conns *conns_new(struct event_base *base, unsigned max) {
    struct conns *conns = calloc(1, sizeof *conns);
    if (conns == NULL)
        return NULL;
    conns->base = base;
    conns->max = max;
    TAILQ_INIT(&conns->waiting);
    return conns;
}

void conns_free(struct conns *conns) {
    free(conns);
}

bool conns_are_draining(const struct conns *conns) {
    return conns->draining;
}

unsigned conns_count(const struct conns *conns) {
    return conns->count;
}

unsigned conns_max(const struct conns *conns) {
    return conns->max;
}

unsigned long conns_accepted(const struct conns *conns) {
    return conns->accepted;
}

unsigned long conns_evicted(const struct conns *conns) {
    return conns->evicted;
}

unsigned long conns_expired(const struct conns *conns) {
    return conns->expired;
}

/* ---- one connection ---- */

void conn_shut(struct conn *conn) {
    const evutil_socket_t fd = bufferevent_getfd(conn->socket);
    if (conn->phase == PHASE_SHUT)
        return;
    conn->phase = PHASE_SHUT;
    TAILQ_REMOVE(&conn->conns->waiting, conn, entry);
    (void)event_del(conn->timer);
    if (fd >= 0)
        (void)shutdown(fd, SHUT_RDWR);
}

static void enter(struct conn *conn, enum phase phase, long seconds) {
    const struct timeval limit = {.tv_sec = seconds};
    if (conn->phase == PHASE_SHUT)
        return;
    conn->phase = phase;
    TAILQ_REMOVE(&conn->conns->waiting, conn, entry);
    TAILQ_INSERT_TAIL(&conn->conns->waiting, conn, entry);
    if (event_add(conn->timer, &limit) != 0)
        conn_shut(conn); /* nothing may wait without a limit */
}

static void expire(evutil_socket_t fd, short what, void *arg) {
    struct conn *conn = arg;
    (void)fd;
    (void)what;
    conn->conns->expired += conn->phase == PHASE_QUESTION;
    conn_shut(conn);
}

struct conn *conn_new(struct conns *conns, struct bufferevent *socket) {
    struct conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL)
        return NULL;
    *conn = (struct conn){.conns = conns, .socket = socket, .timer = evtimer_new(conns->base, expire, conn)};
    if (conn->timer == NULL) {
        free(conn);
        return NULL;
    }
    TAILQ_INSERT_TAIL(&conns->waiting, conn, entry);
    conns->accepted++;
    if (++conns->count > conns->max)
        conns_evict(conns);
    enter(conn, PHASE_FIRST, CONN_FIRST_SECONDS);
    return conn;
}

void conn_free(struct conn *conn) {
    if (conn->phase != PHASE_SHUT)
        TAILQ_REMOVE(&conn->conns->waiting, conn, entry);
    conn->conns->count--;
    event_free(conn->timer);
    free(conn);
}

void conn_asks(struct conn *conn) {
    if (conn->phase != PHASE_QUESTION)
        enter(conn, PHASE_QUESTION, CONN_QUESTION_SECONDS);
}

void conn_answered(struct conn *conn) {
    enter(conn, PHASE_IDLE, conn->conns->draining ? DRAIN_SECONDS : CONN_IDLE_SECONDS);
}

bool conn_is_shut(const struct conn *conn) {
    return conn->phase == PHASE_SHUT;
}

/* ---- all of them ---- */

void conns_evict(struct conns *conns) {
    struct conn *oldest = TAILQ_FIRST(&conns->waiting);
    if (oldest == NULL)
        return;
    conns->evicted++;
    conn_shut(oldest);
}

/* Of one that waits for a question. An answer that is being written is let out. */
static void drain(struct conn *conn) {
    if (evbuffer_get_length(bufferevent_get_output(conn->socket)) > 0)
        enter(conn, PHASE_IDLE, DRAIN_SECONDS);
    else
        conn_shut(conn);
}

void conns_drain(struct conns *conns) {
    struct conn *conn = TAILQ_FIRST(&conns->waiting);
    const struct conn *last = TAILQ_LAST(&conns->waiting, conn_list);
    conns->draining = true;
    while (conn != NULL) {
        struct conn *next = conn != last ? TAILQ_NEXT(conn, entry) : NULL; /* after it are those that were put there */
        if (conn->phase != PHASE_QUESTION)
            drain(conn);
        conn = next;
    }
}
