/* SPDX-License-Identifier: MIT */
/* NOTIFY: what HAProxy says of a client. certmap.spoe has the messages and their arguments, each by its name. A message
 * with more, fewer or other ones is of a configuration that means something else: it is refused, not guessed at. */
#include "spop.h"

/* Most messages of one NOTIFY that are read to their end; one is answered. A message of HAProxy's configuration has a
 * name and an argument at least, so that this many are in no frame by mistake. */
#define MAX_MESSAGES 16

static const struct {
    const char *name;
    enum spop_scope scope;
} messages[] = {{"certmap-session", SPOP_SESSION}, {"certmap-request", SPOP_TRANSACTION}};

enum argument { CERTIFICATE, USED, VERIFY, CHAIN, SOURCE };
#define ARGUMENTS 5
static const char *const names[ARGUMENTS] = {"der", "used", "verify", "chain", "src"};

/* The first message of a frame, as far as it is like ours. */
struct message {
    const char *problem;
    enum spop_scope scope;
    bool is_there[ARGUMENTS];
    struct spop_value values[ARGUMENTS];
};

static void set_problem(struct message *message, const char *problem) {
    if (message->problem == NULL)
        message->problem = problem;
}

/* ---- reading ---- */

static void keep_argument(struct message *message, struct certmap_view name, const struct spop_value *value) {
    size_t i = 0;
    while (i < ARGUMENTS && !spop_is_text(name, names[i]))
        i++;
    if (i == ARGUMENTS) {
        set_problem(message, "an argument is none of der, used, verify, chain, src");
    } else if (message->is_there[i]) {
        set_problem(message, "an argument is there twice");
    } else {
        message->is_there[i] = true;
        message->values[i] = *value;
    }
}

static void keep_name(struct message *message, struct certmap_view name) {
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (spop_is_text(name, messages[i].name))
            message->scope = messages[i].scope;
    if (message->scope == 0)
        set_problem(message, "the message is neither certmap-session nor certmap-request");
}

static bool read_message(struct certmap_view *payload, struct message *message) {
    struct certmap_view name;
    struct spop_value value;
    uint8_t count = 0;
    if (!spop_read_string(payload, &name) || !spop_read_byte(payload, &count))
        return false;
    keep_name(message, name);
    for (unsigned i = 0; i < count; i++) {
        if (!spop_read_string(payload, &name) || !spop_read_value(payload, &value))
            return false;
        keep_argument(message, name, &value);
    }
    return true;
}

/* The first one into message; of the others it is only seen whether they can be read. */
static bool read_messages(struct certmap_view payload, struct message *message) {
    *message = (struct message){.problem = payload.len == 0 ? "there is no message" : NULL};
    for (unsigned count = 0; payload.len > 0; count++) {
        struct message other = {.problem = NULL};
        if (count == MAX_MESSAGES || !read_message(&payload, count == 0 ? message : &other))
            return false;
        if (count > 0)
            set_problem(message, "there is more than one message");
    }
    return true;
}

/* ---- what it says ---- */

static bool is_kind(const struct message *message, enum argument which, enum spop_kind kind) {
    return message->values[which].kind == kind;
}

static bool is_number(const struct message *message, enum argument which) {
    const enum spop_kind kind = message->values[which].kind;
    return kind == SPOP_INT32 || kind == SPOP_UINT32 || kind == SPOP_INT64 || kind == SPOP_UINT64;
}

/* Of a connection without TLS HAProxy says nothing at all. */
static bool is_without_tls(const struct message *message) {
    return is_kind(message, USED, SPOP_NULL) && is_kind(message, VERIFY, SPOP_NULL) &&
           is_kind(message, CERTIFICATE, SPOP_NULL) && is_kind(message, CHAIN, SPOP_NULL);
}

/* NULL, or what is wrong. */
static const char *look_at_types(const struct message *message) {
    for (size_t i = 0; i < ARGUMENTS; i++)
        if (!message->is_there[i])
            return "one of the arguments der, used, verify, chain, src is missing";
    if (!is_kind(message, CERTIFICATE, SPOP_BINARY) && !is_kind(message, CERTIFICATE, SPOP_NULL))
        return "the argument der is not binary: write der=ssl_c_der";
    if (!is_kind(message, CHAIN, SPOP_BINARY) && !is_kind(message, CHAIN, SPOP_NULL))
        return "the argument chain is not binary: write chain=ssl_c_chain_der";
    if (!is_kind(message, SOURCE, SPOP_IPV4) && !is_kind(message, SOURCE, SPOP_IPV6) &&
        !is_kind(message, SOURCE, SPOP_NULL))
        return "the argument src is not an address: write src=src";
    if (is_without_tls(message))
        return NULL;
    if (!is_kind(message, USED, SPOP_BOOL))
        return "the argument used is not a boolean: write used=ssl_c_used";
    if (!is_number(message, VERIFY))
        return "the argument verify is not a number: write verify=ssl_c_verify";
    if (!message->values[USED].truth && message->values[CERTIFICATE].bytes.len > 0)
        return "the argument der has a certificate, and used says that there is none";
    return NULL;
}

bool spop_read_question(const struct spop_frame *frame, struct spop_question *question, const char **problem,
                        struct spop_fault *fault) {
    struct message message;
    *question = (struct spop_question){.stream = frame->stream, .number = frame->number};
    if (!read_messages(frame->payload, &message)) {
        *fault = (struct spop_fault){SPOP_INVALID, "the messages of a NOTIFY cannot be read"};
        return false;
    }
    *problem = message.problem != NULL ? message.problem : look_at_types(&message);
    if (*problem != NULL)
        return true;
    question->scope = message.scope;
    question->certificate = message.values[CERTIFICATE].bytes;
    question->chain = message.values[CHAIN].bytes;
    question->source = message.values[SOURCE].bytes;
    question->present = message.values[USED].truth;
    question->accepted = question->present && message.values[VERIFY].number == 0;
    return true;
}
