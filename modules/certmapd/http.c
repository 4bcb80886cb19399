/* SPDX-License-Identifier: MIT */
#include "http.h"
#include "listener.h"
#include "log.h"
#include "screen.h"
#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

/* Most bytes of one connection that wait to be looked at, of one that sends and does not read. */
#define MAX_INPUT (2 * HTTP_MAX_HEAD)
/* As evhttp has them; one that it does not know is 501. */
#define METHODS                                                                                                        \
    (EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |    \
     EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH)

/* A body is refused, by 400; this much is read first, and of one that is longer evhttp says 413 at once. */
#define MAX_BODY 16384

struct way;
TAILQ_HEAD(ways, way);

struct http {
    struct event_base *base;
    struct conns *conns;
    struct evhttp *evhttp;
    struct evhttp_bound_socket *bound; /* NULL: stopped */
    http_handler_fn *handler;
    void *arg;
    struct ways ways;
    bool short_of_memory; /* was it ever */
};

/* ---- bytes: between the socket and evhttp ---- */

/* A connection, as long as its bufferevent, which evhttp frees without a word: so it has a reference of its own, and
 * reap looks which ones have no callbacks any more. */
struct way {
    TAILQ_ENTRY(way) entry;
    struct bufferevent *bev;
    struct conn *conn;
    struct screen screen;
    bool replacing; /* what is added to its input is from here */
};

static bool is_freed(const struct way *way) {
    bufferevent_event_cb event = NULL;
    bufferevent_getcb(way->bev, NULL, NULL, &event, NULL);
    return event == NULL;
}

static void free_way(struct http *http, struct way *way) {
    TAILQ_REMOVE(&http->ways, way, entry);
    conn_free(way->conn);
    (void)bufferevent_decref(way->bev);
    free(way);
}

static void reap(struct http *http) {
    struct way *way = TAILQ_FIRST(&http->ways);
    while (way != NULL) {
        struct way *next = TAILQ_NEXT(way, entry);
        if (is_freed(way))
            free_way(http, way);
        way = next;
    }
}

/* Looks at the last bytes of the input. */
static void look_at(struct way *way, struct evbuffer *input, size_t from) {
    struct evbuffer_ptr at;
    struct evbuffer_iovec piece;
    while (from < evbuffer_get_length(input) && !way->screen.refused) {
        if (evbuffer_ptr_set(input, &at, from, EVBUFFER_PTR_SET) != 0 || evbuffer_peek(input, -1, &at, &piece, 1) < 1) {
            way->screen.refused = true;
            return;
        }
        (void)screen_bytes(&way->screen, piece.iov_base, piece.iov_len);
        from += piece.iov_len;
    }
}

/* Called by libevent when bytes have come, and before evhttp sees them. */
static void take_bytes(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg) {
    struct way *way = arg;
    if (info->n_added == 0 || way->replacing)
        return;
    const bool before = way->screen.refused;
    if (is_freed(way))
        (void)bufferevent_disable(way->bev, EV_READ);
    conn_asks(way->conn);
    look_at(way, input, info->orig_size);
    if (!way->screen.refused)
        return;
    way->replacing = true;
    (void)evbuffer_drain(input, evbuffer_get_length(input));
    if (!before && evbuffer_add(input, SCREEN_REFUSAL, strlen(SCREEN_REFUSAL)) != 0)
        conn_shut(way->conn);
    way->replacing = false;
}

static void give_bytes(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg) {
    struct way *way = arg;
    (void)output;
    if (info->n_added > 0)
        conn_answered(way->conn);
}

static bool set_up_way(struct http *http, struct way *way) {
    way->conn = conn_new(http->conns, way->bev);
    if (way->conn == NULL)
        return false;
    if (evbuffer_add_cb(bufferevent_get_input(way->bev), take_bytes, way) != NULL &&
        evbuffer_add_cb(bufferevent_get_output(way->bev), give_bytes, way) != NULL)
        return true;
    conn_free(way->conn);
    return false;
}

/* Called by evhttp, which then sets the socket. NULL: it takes one of its own, and is_screened says no. */
static struct bufferevent *new_bufferevent(struct event_base *base, void *arg) {
    struct http *http = arg;
    if (conns_count(http->conns) >= conns_max(http->conns) / 2)
        reap(http);
    struct way *way = calloc(1, sizeof *way);
    struct bufferevent *bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (way != NULL && bev != NULL) {
        way->bev = bev;
        if (set_up_way(http, way)) {
            bufferevent_setwatermark(bev, EV_READ, 0, MAX_INPUT);
            bufferevent_incref(bev);
            TAILQ_INSERT_TAIL(&http->ways, way, entry);
            return bev;
        }
    }
    http->short_of_memory = true;
    free(way);
    if (bev != NULL)
        bufferevent_free(bev);
    return NULL;
}

/* Always so, but where there was no memory. */
static bool is_screened(const struct http *http, struct evhttp_request *request) {
    struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    const struct way *way = TAILQ_FIRST(&http->ways);
    while (http->short_of_memory && way != NULL && way->bev != bev)
        way = TAILQ_NEXT(way, entry);
    return way != NULL;
}

/* ---- heads ---- */

static bool is_token(const char *name) {
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return name[0] != '\0' && name[strspn(name, token)] == '\0';
}

/* Also of a length that another program could see where evhttp sees none: a second one, one of a HEAD. */
static bool says_body(const struct evkeyval *header) {
    if (strcasecmp(header->key, "Transfer-Encoding") == 0)
        return true;
    return strcasecmp(header->key, "Content-Length") == 0 && strcmp(header->value, "0") != 0;
}

/* NULL, or why not. */
static const char *look_at_head(struct evhttp_request *request) {
    const struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
    const struct evkeyval *header = NULL;
    unsigned count = 0;
    TAILQ_FOREACH(header, headers, next) {
        if (++count > HTTP_MAX_HEADERS)
            return "too many headers";
        if (!is_token(header->key))
            return "the name of a header is not one";
        if (says_body(header))
            return "a question has no body";
    }
    return NULL;
}

/* ---- requests ---- */

static void take_request(struct evhttp_request *request, void *arg) {
    const struct http *http = arg;
    if (!is_screened(http, request)) {
        http_answer(request, HTTP_SERVUNAVAIL, "out of memory", true);
        return;
    }
    if (conns_are_draining(http->conns))
        (void)evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
    const char *problem = look_at_head(request);
    if (problem != NULL)
        http_answer(request, HTTP_BADREQUEST, problem, true);
    else
        http->handler(http->arg, request);
}

static const char *phrase_of(int status) {
    switch (status) {
    case HTTP_OK:
        return "OK";
    case HTTP_BADREQUEST:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case HTTP_NOTFOUND:
        return "Not Found";
    default:
        return "Service Unavailable";
    }
}

void http_send(struct evhttp_request *request, int status, struct evbuffer *body) {
    if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD)
        body = NULL; /* evhttp would send it */
    evhttp_send_reply(request, status, phrase_of(status), body);
}

/* Without memory for a header or the text, the connection is closed by whoever finds out: evhttp, or its peer. */
void http_answer(struct evhttp_request *request, int status, const char *text, bool close) {
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    struct evbuffer *body = evbuffer_new();
    if (close && evhttp_find_header(headers, "Connection") == NULL)
        (void)evhttp_add_header(headers, "Connection", "close");
    (void)evhttp_add_header(headers, "Content-Type", "text/plain; charset=utf-8");
    (void)evhttp_add_header(headers, "Cache-Control", "no-store");
    if (body != NULL)
        (void)evbuffer_add_printf(body, "%s\n", text);
    http_send(request, status, body);
    if (body != NULL)
        evbuffer_free(body);
}

/* ---- the server ---- */

static bool set_up(struct http *http, int fd) {
    http->evhttp = evhttp_new(http->base);
    struct evconnlistener *listener = http->evhttp != NULL ? listener_new(http->base, fd) : NULL;
    if (listener == NULL)
        return false;
    http->bound = evhttp_bind_listener(http->evhttp, listener);
    if (http->bound == NULL) {
        evconnlistener_free(listener);
        return false;
    }
    evhttp_set_bevcb(http->evhttp, new_bufferevent, http);
    evhttp_set_gencb(http->evhttp, take_request, http);
    evhttp_set_allowed_methods(http->evhttp, METHODS);
    evhttp_set_max_headers_size(http->evhttp, HTTP_MAX_HEAD);
    evhttp_set_max_body_size(http->evhttp, MAX_BODY);
    return true;
}

struct http *http_new(struct event_base *base, struct conns *conns, int fd, http_handler_fn *handler, void *arg) {
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL)
        return NULL;
    *http = (struct http){.base = base, .conns = conns, .handler = handler, .arg = arg};
    TAILQ_INIT(&http->ways);
    if (set_up(http, fd))
        return http;
    http_free(http);
    return NULL;
}

void http_tick(struct http *http) {
    reap(http);
    if (http->bound != NULL)
        listener_resume(evhttp_bound_socket_get_listener(http->bound));
}

void http_stop(struct http *http) {
    if (http->bound != NULL)
        evhttp_del_accept_socket(http->evhttp, http->bound);
    http->bound = NULL;
}

void http_free(struct http *http) {
    if (http->evhttp != NULL)
        evhttp_free(http->evhttp);
    while (!TAILQ_EMPTY(&http->ways))
        free_way(http, TAILQ_FIRST(&http->ways));
    free(http);
}
