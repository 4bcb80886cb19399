/* SPDX-License-Identifier: MIT */
/* Connections: how many there may be, and how long each may wait. Every protocol uses it alike. What has to go is shut
 * down, and its protocol then sees that the other end is gone. */
#ifndef CERTMAPD_CONN_H
#define CERTMAPD_CONN_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>

/* Most connections of those who ask: a proxy has a few for each of its processes. Each may hold a whole head, so that
 * all of them are 128 MB. Of more than these the one that has waited longest is closed. */
#define CONN_MAX 1024
/* Most of those who read the metrics: they do not take places from the others. */
#define CONN_MAX_METRICS 32
/* Fewest that are worth starting for. */
#define CONN_MIN 64
/* Descriptors beside those of connections: files, pipes, listeners, and what is accepted before others are closed. */
#define CONN_SPARE_FDS (512 + 64)

/* Until the first byte of a connection: a proxy asks when it has connected. */
#define CONN_FIRST_SECONDS 10
/* From the first byte of a question to its last. */
#define CONN_QUESTION_SECONDS 10
/* Between questions: longer than proxies keep connections that they do not use (nginx: 60). */
#define CONN_IDLE_SECONDS 75

struct conn;
struct conns;

struct conns *conns_new(struct event_base *base, unsigned max);
void conns_free(struct conns *conns); /* when it is empty */
/* Those that wait for a question are closed, and so is each one as soon as it does. */
void conns_drain(struct conns *conns);
bool conns_are_draining(const struct conns *conns);
unsigned conns_count(const struct conns *conns);
unsigned conns_max(const struct conns *conns);
unsigned long conns_accepted(const struct conns *conns); /* since the start */
unsigned long conns_evicted(const struct conns *conns);  /* that were one too many */
unsigned long conns_expired(const struct conns *conns);  /* that were too slow, in the midst of a question */
/* Closes the one that has waited longest. */
void conns_evict(struct conns *conns);

/* A new one, on a bufferevent that is a socket, or is to be one. NULL: no memory. */
struct conn *conn_new(struct conns *conns, struct bufferevent *socket);
void conn_free(struct conn *conn);
void conn_asks(struct conn *conn);     /* bytes of a question have come */
void conn_answered(struct conn *conn); /* the answer is on its way */
bool conn_is_shut(const struct conn *conn);
/* Ends it in both directions, which its protocol will see. */
void conn_shut(struct conn *conn);

#endif
