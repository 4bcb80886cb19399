/* SPDX-License-Identifier: MIT */
#include "stream.h"
#include "listener.h"
#include <event2/buffer.h>
#include <stdlib.h>
#include <sys/queue.h>

struct stream {
    TAILQ_ENTRY(stream) entry;
    struct streams *streams;
    struct bufferevent *bev;
    struct conn *conn;
    void *state;
    bool ending;
};

TAILQ_HEAD(stream_list, stream);

struct streams {
    struct event_base *base;
    struct conns *conns;
    struct evconnlistener *listener; /* NULL: stopped */
    const struct protocol *protocol;
    void *arg;
    struct stream_list all;
};

/* ---- one connection ---- */

static void free_stream(struct stream *stream) {
    TAILQ_REMOVE(&stream->streams->all, stream, entry);
    if (stream->state != NULL)
        stream->streams->protocol->close(stream->state);
    if (stream->conn != NULL)
        conn_free(stream->conn);
    bufferevent_free(stream->bev);
    free(stream);
}

static bool has_output(const struct stream *stream) {
    return evbuffer_get_length(bufferevent_get_output(stream->bev)) > 0;
}

void stream_end(struct stream *stream) {
    stream->ending = true;
    (void)bufferevent_disable(stream->bev, EV_READ);
}

void stream_write(struct stream *stream, const uint8_t *bytes, size_t len) {
    if (bufferevent_write(stream->bev, bytes, len) != 0)
        stream_end(stream);
}

void stream_asks(struct stream *stream) {
    conn_asks(stream->conn);
}

void stream_answered(struct stream *stream) {
    conn_answered(stream->conn);
}

/* Gives the protocol what is there. False: nothing was taken, or the connection ends. */
static bool read_once(struct stream *stream, struct evbuffer *input) {
    const size_t len = evbuffer_get_length(input);
    const uint8_t *bytes = len > 0 ? evbuffer_pullup(input, -1) : NULL;
    if (bytes == NULL)
        return false;
    const size_t done = stream->streams->protocol->read(stream->state, bytes, len);
    (void)evbuffer_drain(input, done < len ? done : len);
    return done > 0 && !stream->ending;
}

/* A peer that does not read what it is told is not read either, until it has. */
static bool is_full(const struct stream *stream) {
    return evbuffer_get_length(bufferevent_get_output(stream->bev)) > STREAM_MAX_OUTPUT;
}

static void take(struct bufferevent *bev, void *arg) {
    struct stream *stream = arg;
    struct evbuffer *input = bufferevent_get_input(bev);
    while (!is_full(stream) && read_once(stream, input)) {
        /* until it wants more bytes than there are */
    }
    if (is_full(stream))
        (void)bufferevent_disable(bev, EV_READ);
    else if (evbuffer_get_length(input) > stream->streams->protocol->max_rest)
        stream_end(stream);
    if (stream->ending && !has_output(stream))
        free_stream(stream);
}

/* All that was written has left. */
static void gave(struct bufferevent *bev, void *arg) {
    struct stream *stream = arg;
    if (stream->ending) {
        free_stream(stream);
        return;
    }
    if ((bufferevent_get_enabled(bev) & EV_READ) == 0) {
        (void)bufferevent_enable(bev, EV_READ);
        take(bev, stream);
    }
}

static void gone(struct bufferevent *bev, short what, void *arg) {
    (void)bev;
    (void)what;
    free_stream(arg);
}

static bool set_up(struct stream *stream) {
    const struct streams *streams = stream->streams;
    stream->conn = conn_new(streams->conns, stream->bev);
    if (stream->conn == NULL)
        return false;
    stream->state = streams->protocol->open(streams->arg, stream);
    bufferevent_setcb(stream->bev, take, gave, gone, stream);
    return stream->state != NULL && bufferevent_enable(stream->bev, EV_READ | EV_WRITE) == 0;
}

static void accept_stream(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *name, int len,
                          void *arg) {
    struct streams *streams = arg;
    (void)listener;
    (void)name;
    (void)len;
    struct bufferevent *bev = bufferevent_socket_new(streams->base, fd, BEV_OPT_CLOSE_ON_FREE);
    struct stream *stream = bev != NULL ? calloc(1, sizeof *stream) : NULL;
    if (stream == NULL) {
        if (bev != NULL)
            bufferevent_free(bev);
        else
            (void)evutil_closesocket(fd);
        return;
    }
    *stream = (struct stream){.streams = streams, .bev = bev};
    TAILQ_INSERT_TAIL(&streams->all, stream, entry);
    if (!set_up(stream))
        free_stream(stream);
}

/* ---- all of them ---- */

struct streams *streams_new(struct event_base *base, struct conns *conns, int fd, const struct protocol *protocol,
                            void *arg) {
    struct streams *streams = calloc(1, sizeof *streams);
    if (streams == NULL)
        return NULL;
    *streams = (struct streams){.base = base, .conns = conns, .protocol = protocol, .arg = arg};
    TAILQ_INIT(&streams->all);
    streams->listener = listener_new(base, fd);
    if (streams->listener == NULL) {
        free(streams);
        return NULL;
    }
    evconnlistener_set_cb(streams->listener, accept_stream, streams);
    return streams;
}

void streams_resume(struct streams *streams) {
    if (streams->listener != NULL)
        listener_resume(streams->listener);
}

void streams_stop(struct streams *streams) {
    struct stream *stream = TAILQ_FIRST(&streams->all);
    if (streams->listener != NULL)
        evconnlistener_free(streams->listener);
    streams->listener = NULL;
    while (stream != NULL) {
        struct stream *next = TAILQ_NEXT(stream, entry);
        if (streams->protocol->drain != NULL)
            streams->protocol->drain(stream->state);
        stream_end(stream);
        if (!has_output(stream))
            free_stream(stream);
        stream = next;
    }
}

void streams_free(struct streams *streams) {
    struct stream *stream = TAILQ_FIRST(&streams->all);
    while (stream != NULL) {
        struct stream *next = TAILQ_NEXT(stream, entry);
        free_stream(stream);
        stream = next;
    }
    if (streams->listener != NULL)
        evconnlistener_free(streams->listener);
    free(streams);
}
