/* SPDX-License-Identifier: MIT */
/* The seam for protocols that are not HTTP: bytes come in, bytes go out, the connection ends. A protocol sees neither
 * sockets nor the event loop. Limits are those of conn.h. */
#ifndef CERTMAPD_STREAM_H
#define CERTMAPD_STREAM_H

#include "conn.h"
#include <stddef.h>
#include <stdint.h>

/* Most bytes that wait to be written to one connection: of a peer that does not read, nothing more is taken. */
#define STREAM_MAX_OUTPUT (256 * 1024)

struct stream;  /* a connection */
struct streams; /* what listens for them */

struct protocol {
    /* Most bytes that read may leave for the next time; with more the connection ends. */
    size_t max_rest;
    /* The state of a new connection; NULL ends it. arg is that of streams_new. */
    void *(*open)(void *arg, struct stream *stream);
    /* Takes what has come, and returns how many bytes of it are done with. The others come again, with more after them.
     * May write and end. */
    size_t (*read)(void *state, const uint8_t *bytes, size_t len);
    /* The daemon ends: say so to the peer, and end. NULL: just end. */
    void (*drain)(void *state);
    /* The last call. The stream is gone. */
    void (*close)(void *state);
};

/* Serves what comes to fd, a socket that listens, whose owner the caller stays. NULL: no memory. */
struct streams *streams_new(struct event_base *base, struct conns *conns, int fd, const struct protocol *protocol,
                            void *arg);
void streams_resume(struct streams *streams); /* once a second */
void streams_stop(struct streams *streams);   /* nobody can connect any more; protocols drain */
void streams_free(struct streams *streams);   /* with its connections */

/* Bytes for the peer, copied. Where there is no memory the connection ends. */
void stream_write(struct stream *stream, const uint8_t *bytes, size_t len);
/* Nothing more is read, and the connection ends when what was written has left. */
void stream_end(struct stream *stream);
/* Whether a question has begun, or everything that was asked is answered: for the limits of time. */
void stream_asks(struct stream *stream);
void stream_answered(struct stream *stream);

#endif
