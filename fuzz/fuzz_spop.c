/* SPDX-License-Identifier: MIT */
/* What comes over a connection of HAProxy's. Whatever the bytes are, and however they are cut into pieces, the same is
 * said to them; what is said can be read, and is no longer than what was agreed on; and what a question says is in
 * those bytes. */
#include "spop_session.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Longest input that is also given byte by byte. */
#define MAX_SLOW 512

static void hold(bool condition) {
    if (!condition)
        abort();
}

/* ---- what is said ---- */

static void check_items(struct certmap_view payload) {
    struct certmap_view name;
    struct spop_value value;
    while (payload.len > 0)
        hold(spop_read_string(&payload, &name) && spop_read_value(&payload, &value) && name.len > 0);
}

/* Whether the last variable that is set is the decision. */
static void check_actions(struct certmap_view payload) {
    struct certmap_view name = CERTMAP_NO_VIEW;
    struct spop_value value = {.kind = SPOP_NULL};
    uint8_t action = 0, count = 0, scope = 0;
    while (payload.len > 0) {
        hold(spop_read_byte(&payload, &action) && spop_read_byte(&payload, &count) &&
             spop_read_byte(&payload, &scope) && spop_read_string(&payload, &name));
        hold((action == 1 && count == 3) || (action == 2 && count == 2));
        hold(scope == SPOP_SESSION || scope == SPOP_TRANSACTION);
        hold(action == 2 || spop_read_value(&payload, &value));
    }
    hold(action == 1 && spop_is_text(name, spop_variables[SPOP_DECISION]) && value.bytes.len > 0);
}

static void check_frame(struct certmap_view frame) {
    uint8_t type = 0;
    uint32_t flags = 0;
    uint64_t stream = 0, number = 0;
    hold(spop_read_byte(&frame, &type) && spop_read_big_endian32(&frame, &flags) && flags == 1);
    hold(spop_read_varint(&frame, &stream) && spop_read_varint(&frame, &number));
    hold(type == SPOP_AGENT_HELLO || type == SPOP_AGENT_DISCONNECT || type == SPOP_ACK);
    if (type == SPOP_ACK)
        check_actions(frame);
    else
        check_items(frame);
}

static void check_writer(const struct spop_session *session, const struct spop_writer *writer) {
    struct certmap_view said = {writer->data, writer->len}, frame;
    struct spop_fault fault;
    const size_t max_frame = session->max_frame > 0 ? session->max_frame : SPOP_MAX_FRAME;
    hold(!writer->is_full);
    while (said.len > 0) {
        hold(spop_cut(&said, max_frame, &frame, &fault) && frame.len > 0);
        check_frame(frame);
    }
}

/* ---- what is asked ---- */

static bool is_within(struct certmap_view part, const uint8_t *bytes, size_t len) {
    return part.len == 0 || (part.data >= bytes && part.len <= len && part.data - bytes <= (ptrdiff_t)(len - part.len));
}

static void check_question(const struct spop_question *question, const uint8_t *bytes, size_t len) {
    hold(question->scope == SPOP_SESSION || question->scope == SPOP_TRANSACTION);
    hold(is_within(question->certificate, bytes, len) && is_within(question->chain, bytes, len));
    hold(question->source.len == 0 || question->source.len == 4 || question->source.len == 16);
    hold(is_within(question->source, bytes, len));
    hold(question->present || (!question->accepted && question->certificate.len == 0));
}

/* An answer that is as long as the question. */
static void write_answer(const struct spop_session *session, const struct spop_question *question,
                         struct spop_writer *to) {
    struct spop_answer answer = {.until = (int64_t)question->number};
    answer.texts[SPOP_ACCOUNT] = question->certificate;
    answer.texts[SPOP_GROUPS] = question->chain;
    answer.texts[SPOP_DECISION] = certmap_view_of("allow");
    (void)spop_write_answer(to, session->max_frame, question, &answer);
}

/* ---- a connection ---- */

struct connection {
    struct spop_session session;
    uint8_t room[SPOP_PREFIX + SPOP_MAX_FRAME];
    uint64_t digest; /* of all that was said */
    size_t done;
};

static void add_to_digest(struct connection *connection, const struct spop_writer *writer) {
    for (size_t i = 0; i < writer->len; i++)
        connection->digest = (connection->digest ^ writer->data[i]) * UINT64_C(0x100000001B3);
}

/* Whether there was a frame. */
static bool take_one(struct connection *connection, const uint8_t *bytes, size_t len) {
    struct spop_writer writer = {connection->room, sizeof connection->room, 0, false};
    struct spop_turn turn;
    const size_t done = spop_session_take(&connection->session, (struct certmap_view){bytes, len}, &turn, &writer);
    hold(done <= len && (turn.took || (done == 0 && writer.len == 0)));
    hold(!turn.took || done > 0 || turn.ends);
    hold(!turn.asks || turn.problem == NULL);
    hold(turn.fault.code == SPOP_NORMAL || turn.ends);
    if (turn.asks) {
        check_question(&turn.question, bytes, len);
        write_answer(&connection->session, &turn.question, &writer);
    }
    check_writer(&connection->session, &writer);
    add_to_digest(connection, &writer);
    connection->done += done;
    return turn.took && !turn.ends;
}

static uint64_t run(const uint8_t *bytes, size_t size, size_t step) {
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return 0;
    for (size_t len = step; len < size + step && connection->session.state != SPOP_OVER; len += step) {
        const size_t there = len < size ? len : size;
        while (take_one(connection, bytes + connection->done, there - connection->done))
            continue;
    }
    const uint64_t digest = connection->digest;
    free(connection);
    return digest;
}

/* As one frame of a connection that has had its HELLO. */
static void check_one_frame(const uint8_t *bytes, size_t size) {
    struct spop_question question;
    struct spop_frame frame;
    struct spop_fault fault;
    const char *problem = NULL;
    if (!spop_read_frame((struct certmap_view){bytes, size}, &frame, &fault))
        return;
    if (spop_read_question(&frame, &question, &problem, &fault) && problem == NULL)
        check_question(&question, bytes, size);
}

/* A number that can be read is written in the same way. */
static void check_number(const uint8_t *bytes, size_t size) {
    struct certmap_view rest = {bytes, size};
    uint8_t room[SPOP_MAX_VARINT];
    struct spop_writer writer = {room, sizeof room, 0, false};
    uint64_t number = 0;
    if (!spop_read_varint(&rest, &number))
        return;
    spop_write_varint(&writer, number);
    hold(!writer.is_full && writer.len == size - rest.len && memcmp(room, bytes, writer.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *bytes = calloc(1, size > 0 ? size : 1);
    if (bytes == NULL)
        return 0;
    if (size > 0)
        memcpy(bytes, data, size);
    const uint64_t whole = run(bytes, size, size > 0 ? size : 1);
    if (size <= MAX_SLOW)
        hold(run(bytes, size, 1) == whole);
    check_one_frame(bytes, size);
    check_number(bytes, size);
    free(bytes);
    return 0;
}
