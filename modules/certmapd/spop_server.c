/* SPDX-License-Identifier: MIT */
#include "spop_server.h"
#include "log.h"
#include <arpa/inet.h>
#include <certmap/names.h>
#include <stdlib.h>

/* Longest text of a DISCONNECT that is logged, in bytes; one that is longer is left out. */
#define MAX_MESSAGE 256

struct spop_connection {
    struct spop_server *server;
    struct stream *stream;
    struct spop_session session;
};

/* ---- questions ---- */

/* NULL: HAProxy has no address for it, as where it listens on a Unix socket. */
static const char *print_source(char text[INET6_ADDRSTRLEN], struct certmap_view source) {
    if (source.len == 0)
        return NULL;
    return inet_ntop(source.len == sizeof(struct in_addr) ? AF_INET : AF_INET6, source.data, text, INET6_ADDRSTRLEN);
}

static struct certmap_answer *decide(struct spop_server *server, const struct spop_question *asked) {
    char client[INET6_ADDRSTRLEN];
    const struct question question = {
        .certificate = asked->certificate,
        .chain = asked->chain,
        .present = asked->present,
        .verified = asked->accepted,
        .rejected = !asked->accepted,
        .client = print_source(client, asked->source),
    };
    return authority_ask(server->authority, &question);
}

/* ---- answers ---- */

static const enum certmap_answer_text texts[SPOP_VARIABLES] = {
    [SPOP_ACCOUNT] = CERTMAP_ANSWER_ACCOUNT,  [SPOP_USER] = CERTMAP_ANSWER_USER,
    [SPOP_DOMAIN] = CERTMAP_ANSWER_DOMAIN,    [SPOP_GROUPS] = CERTMAP_ANSWER_GROUPS,
    [SPOP_MAPPING] = CERTMAP_ANSWER_MAPPING,  [SPOP_REASON] = CERTMAP_ANSWER_REASON,
    [SPOP_DECISION] = CERTMAP_ANSWER_OUTCOME,
};

static void answer(struct spop_connection *connection, const struct spop_question *question, struct spop_writer *to) {
    struct spop_server *server = connection->server;
    struct certmap_answer *decided = decide(server, question);
    struct spop_answer variables = {.until = 0};
    for (size_t i = 0; i < SPOP_VARIABLES; i++)
        variables.texts[i] = certmap_answer_text(decided, texts[i], server->options->header_form);
    if (certmap_answer_may_be_kept(decided))
        variables.until = certmap_answer_holds_until(decided);
    if (decided == NULL) /* which has no texts */
        variables.texts[SPOP_DECISION] = certmap_view_of(certmap_answer_outcome_name(CERTMAP_OUTCOME_ERROR));
    server->counts.answers[certmap_answer_outcome(decided)]++;
    if (!spop_write_answer(to, connection->session.max_frame, question, &variables))
        log_line(LOG_LEVEL_ERROR, "SPOP: refused: an answer is longer than the frames that HAProxy takes: %lu bytes",
                 (unsigned long)connection->session.max_frame);
    certmap_answer_free(decided);
}

/* ---- frames ---- */

static void log_goodbye(const struct spop_goodbye *goodbye) {
    char text[MAX_MESSAGE];
    size_t len = 0;
    if (goodbye->code == SPOP_NORMAL)
        return;
    if (certmap_text_escape(text, sizeof text, &len, goodbye->message, true, NULL) != CERTMAP_OK)
        text[0] = '\0';
    log_line(LOG_LEVEL_NOTICE, "SPOP: HAProxy ends a connection: %lu %s", (unsigned long)goodbye->code, text);
}

static void end_turn(struct spop_connection *connection, const struct spop_turn *turn) {
    struct spop_counts *counts = &connection->server->counts;
    if (turn->problem != NULL) {
        counts->misunderstood++;
        log_line(LOG_LEVEL_WARNING, "SPOP: refused: a question is not as certmap.spoe has it: %s", turn->problem);
    }
    if (turn->fault.code != SPOP_NORMAL) {
        counts->faults++;
        log_line(LOG_LEVEL_WARNING, "SPOP: a connection ends: %d %s", (int)turn->fault.code, turn->fault.text);
    }
    log_goodbye(&turn->goodbye);
}

static size_t read_frame(void *state, const uint8_t *bytes, size_t len) {
    struct spop_connection *connection = state;
    struct spop_server *server = connection->server;
    struct spop_writer to = {server->room, sizeof server->room, 0, false};
    struct spop_turn turn;
    stream_asks(connection->stream);
    const size_t done = spop_session_take(&connection->session, (struct certmap_view){bytes, len}, &turn, &to);
    if (!turn.took)
        return done;
    if (turn.asks)
        answer(connection, &turn.question, &to);
    end_turn(connection, &turn);
    stream_write(connection->stream, to.data, to.len);
    if (turn.ends)
        stream_end(connection->stream);
    else
        stream_answered(connection->stream);
    return done;
}

/* ---- connections ---- */

static void *open_connection(void *arg, struct stream *stream) {
    struct spop_connection *connection = calloc(1, sizeof *connection);
    if (connection != NULL)
        *connection = (struct spop_connection){.server = arg, .stream = stream};
    return connection;
}

static void drain_connection(void *state) {
    struct spop_connection *connection = state;
    struct spop_server *server = connection->server;
    struct spop_writer to = {server->room, sizeof server->room, 0, false};
    spop_session_end(&connection->session, &to);
    stream_write(connection->stream, to.data, to.len);
}

const struct protocol spop_protocol = {
    .max_rest = SPOP_PREFIX + SPOP_MAX_FRAME,
    .open = open_connection,
    .read = read_frame,
    .drain = drain_connection,
    .close = free,
};
