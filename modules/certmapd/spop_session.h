/* SPDX-License-Identifier: MIT */
/* One connection of HAProxy's, from HELLO to DISCONNECT: which frame may come when, and what is said to it. Like the
 * frames it is bytes in, bytes out. */
#ifndef CERTMAPD_SPOP_SESSION_H
#define CERTMAPD_SPOP_SESSION_H

#include "spop.h"

enum spop_state { SPOP_BEFORE_HELLO = 0, SPOP_AGREED, SPOP_OVER };

/* Begins as zeros. */
struct spop_session {
    enum spop_state state;
    size_t max_frame; /* once agreed */
};

/* What one frame brought. */
struct spop_turn {
    bool took;                     /* there was a whole frame, or one that ends the connection */
    bool asks;                     /* question is one: the caller writes its answer */
    struct spop_question question; /* its views are of the bytes that were taken */
    const char *problem;           /* of a question that was refused already, because it is not understood; or NULL */
    bool ends;                     /* nothing more is to be read; the connection ends when what was written has left */
    struct spop_fault fault;       /* NORMAL, or why the agent ends it */
    struct spop_goodbye goodbye;   /* NORMAL, or why HAProxy does */
};

/* Takes at most one frame from the front of the bytes, and writes what is to be said to it at once. The writer has room
 * for a frame of SPOP_MAX_FRAME and its prefix. Returns how many bytes are done with. */
size_t spop_session_take(struct spop_session *session, struct certmap_view bytes, struct spop_turn *turn,
                         struct spop_writer *to);
/* The agent ends by itself. Before HELLO there is nobody to tell. */
void spop_session_end(struct spop_session *session, struct spop_writer *to);

#endif
