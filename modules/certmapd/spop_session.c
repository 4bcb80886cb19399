/* SPDX-License-Identifier: MIT */
#include "spop_session.h"

static void say_goodbye(struct spop_session *session, struct spop_turn *turn, struct spop_writer *to) {
    session->state = SPOP_OVER;
    turn->ends = true;
    spop_write_goodbye(to, &turn->fault);
}

static bool misplaced(struct spop_turn *turn, const char *text) {
    turn->fault = (struct spop_fault){SPOP_INVALID, text};
    return false;
}

/* After a health check HAProxy closes, and so does the agent, without a word more. */
static bool take_hello(struct spop_session *session, const struct spop_frame *frame, struct spop_turn *turn,
                       struct spop_writer *to) {
    struct spop_hello hello;
    if (session->state != SPOP_BEFORE_HELLO)
        return misplaced(turn, "HELLO comes twice");
    if (!spop_read_hello(frame, &hello, &turn->fault))
        return false;
    hello.max_frame = hello.max_frame < SPOP_MAX_FRAME ? hello.max_frame : SPOP_MAX_FRAME;
    session->max_frame = hello.max_frame;
    session->state = hello.healthcheck ? SPOP_OVER : SPOP_AGREED;
    turn->ends = hello.healthcheck;
    spop_write_hello(to, &hello);
    return true;
}

static bool take_notify(const struct spop_session *session, const struct spop_frame *frame, struct spop_turn *turn,
                        struct spop_writer *to) {
    if (session->state != SPOP_AGREED)
        return misplaced(turn, "NOTIFY comes before HELLO");
    if (!spop_read_question(frame, &turn->question, &turn->problem, &turn->fault))
        return false;
    turn->asks = turn->problem == NULL;
    if (!turn->asks)
        spop_write_refusal(to, &turn->question, SPOP_REASON_MESSAGE);
    return true;
}

static bool take_disconnect(struct spop_session *session, const struct spop_frame *frame, struct spop_turn *turn,
                            struct spop_writer *to) {
    if (!spop_read_goodbye(frame, &turn->goodbye, &turn->fault))
        return false;
    say_goodbye(session, turn, to);
    return true;
}

static bool take_frame(struct spop_session *session, struct certmap_view bytes, struct spop_turn *turn,
                       struct spop_writer *to) {
    struct spop_frame frame;
    if (!spop_read_frame(bytes, &frame, &turn->fault))
        return false;
    switch (frame.type) {
    case SPOP_HAPROXY_HELLO:
        return take_hello(session, &frame, turn, to);
    case SPOP_NOTIFY:
        return take_notify(session, &frame, turn, to);
    case SPOP_HAPROXY_DISCONNECT:
    default: /* there are three */
        return take_disconnect(session, &frame, turn, to);
    }
}

size_t spop_session_take(struct spop_session *session, struct certmap_view bytes, struct spop_turn *turn,
                         struct spop_writer *to) {
    struct certmap_view rest = bytes, frame;
    const size_t max_frame = session->state == SPOP_AGREED ? session->max_frame : SPOP_MAX_FRAME;
    *turn = (struct spop_turn){.fault = {SPOP_NORMAL, "goodbye"}};
    if (session->state == SPOP_OVER)
        return 0;
    const bool cut = spop_cut(&rest, max_frame, &frame, &turn->fault);
    turn->took = !cut || frame.len > 0;
    if (!cut || (turn->took && !take_frame(session, frame, turn, to)))
        say_goodbye(session, turn, to);
    return bytes.len - rest.len;
}

void spop_session_end(struct spop_session *session, struct spop_writer *to) {
    const struct spop_fault fault = {SPOP_NORMAL, "the agent ends"};
    if (session->state == SPOP_AGREED)
        spop_write_goodbye(to, &fault);
    session->state = SPOP_OVER;
}
