/* SPDX-License-Identifier: MIT */
/* HTTP/1.1, by libevent's evhttp. What evhttp is lax about is looked at before it (screen.h) and after it: no request
 * that has a body, or a head that two parsers could read in two ways, gets to a handler. */
#ifndef CERTMAPD_HTTP_H
#define CERTMAPD_HTTP_H

#include "conn.h"
#include <event2/http.h>

/* Largest head of a request, in bytes. A certificate of 24 KB has 40 KB as percent-encoded PEM; beside it is what a
 * client has sent. */
#define HTTP_MAX_HEAD (128 * 1024)
/* Most lines in it. */
#define HTTP_MAX_HEADERS 256

/* How often http_tick is called while there are connections, in milliseconds: so long an ended one keeps its
 * descriptor. */
#define HTTP_TICK_MS 100

struct http;

/* Answers by http_answer, before it returns. */
typedef void http_handler_fn(void *arg, struct evhttp_request *request);

/* Serves what comes to fd, a socket that listens, whose owner the caller stays. NULL: no memory. */
struct http *http_new(struct event_base *base, struct conns *conns, int fd, http_handler_fn *handler, void *arg);
/* Lets go of what has ended. */
void http_tick(struct http *http);
void http_stop(struct http *http); /* nobody can connect any more */
void http_free(struct http *http); /* with its connections */

/* An answer with a body, which the caller frees; its headers are set already. */
void http_send(struct evhttp_request *request, int status, struct evbuffer *body);
/* An answer with a text; close: nothing more is read from this connection. */
void http_answer(struct evhttp_request *request, int status, const char *text, bool close);

#endif
