/* SPDX-License-Identifier: MIT */
/* What an agent writes. An answer sets every variable or unsets it, so that none is left of the answer before. HAProxy
 * drops a variable for which it has no memory without a word: so the decision is the last, and what it grants was unset
 * before it was set. */
#include "spop.h"

#define FLAG_FIN 1U
/* Actions of an ACK, and how many arguments each has. */
#define ACTION_SET 1
#define ARGUMENTS_SET 3
#define ACTION_UNSET 2
#define ARGUMENTS_UNSET 2

#define UNTIL "until"

const char *const spop_variables[SPOP_VARIABLES] = {
    [SPOP_ACCOUNT] = "account", [SPOP_USER] = "user",     [SPOP_DOMAIN] = "domain",     [SPOP_GROUPS] = "groups",
    [SPOP_MAPPING] = "mapping", [SPOP_REASON] = "reason", [SPOP_DECISION] = "decision",
};

/* ---- frames ---- */

/* Where its length will be. */
static size_t begin(struct spop_writer *to, enum spop_agent_type type, uint64_t stream, uint64_t number) {
    const size_t mark = to->len;
    spop_write_big_endian32(to, 0);
    spop_write_byte(to, (uint8_t)type);
    spop_write_big_endian32(to, FLAG_FIN);
    spop_write_varint(to, stream);
    spop_write_varint(to, number);
    return mark;
}

/* False: it does not fit, or is longer than it may be. */
static bool end(struct spop_writer *to, size_t mark, size_t max_frame) {
    const size_t len = to->len - mark;
    if (to->is_full || len > SPOP_PREFIX + max_frame)
        return false;
    struct spop_writer prefix = {to->data + mark, SPOP_PREFIX, 0, false};
    spop_write_big_endian32(&prefix, (uint32_t)(len - SPOP_PREFIX));
    return true;
}

static void write_name(struct spop_writer *to, const char *name) {
    spop_write_string(to, certmap_view_of(name));
}

void spop_write_hello(struct spop_writer *to, const struct spop_hello *agreed) {
    const size_t mark = begin(to, SPOP_AGENT_HELLO, 0, 0);
    write_name(to, "version");
    spop_write_text(to, certmap_view_of("2.0"));
    write_name(to, "max-frame-size");
    spop_write_uint32(to, agreed->max_frame);
    write_name(to, "capabilities");
    spop_write_text(to, certmap_view_of(agreed->pipelining ? "pipelining" : ""));
    (void)end(to, mark, agreed->max_frame);
}

void spop_write_goodbye(struct spop_writer *to, const struct spop_fault *fault) {
    const size_t mark = begin(to, SPOP_AGENT_DISCONNECT, 0, 0);
    write_name(to, "status-code");
    spop_write_uint32(to, (uint32_t)fault->code);
    write_name(to, "message");
    spop_write_text(to, certmap_view_of(fault->text));
    (void)end(to, mark, SPOP_MIN_FRAME);
}

/* ---- ACK ---- */

static void unset(struct spop_writer *to, enum spop_scope scope, const char *name) {
    spop_write_byte(to, ACTION_UNSET);
    spop_write_byte(to, ARGUMENTS_UNSET);
    spop_write_byte(to, (uint8_t)scope);
    write_name(to, name);
}

/* The value comes next. */
static void begin_set(struct spop_writer *to, enum spop_scope scope, const char *name) {
    spop_write_byte(to, ACTION_SET);
    spop_write_byte(to, ARGUMENTS_SET);
    spop_write_byte(to, (uint8_t)scope);
    write_name(to, name);
}

static void set_text(struct spop_writer *to, enum spop_scope scope, const char *name, struct certmap_view text) {
    begin_set(to, scope, name);
    spop_write_text(to, text);
}

static void write_variables(struct spop_writer *to, enum spop_scope scope, const struct spop_answer *answer) {
    for (size_t i = 0; i < SPOP_REASON; i++)
        unset(to, scope, spop_variables[i]);
    unset(to, scope, UNTIL);
    for (size_t i = 0; i < SPOP_DECISION; i++)
        if (answer->texts[i].len > 0 || i == SPOP_REASON)
            set_text(to, scope, spop_variables[i], answer->texts[i]);
    if (answer->until > 0) {
        begin_set(to, scope, UNTIL);
        spop_write_int64(to, answer->until);
    }
    set_text(to, scope, spop_variables[SPOP_DECISION], answer->texts[SPOP_DECISION]);
}

static struct spop_answer refusal_of(const char *reason) {
    struct spop_answer refusal = {.until = 0};
    refusal.texts[SPOP_DECISION] = certmap_view_of("error");
    refusal.texts[SPOP_REASON] = certmap_view_of(reason);
    return refusal;
}

bool spop_write_answer(struct spop_writer *to, size_t max_frame, const struct spop_question *question,
                       const struct spop_answer *answer) {
    const struct spop_writer before = *to;
    size_t mark = begin(to, SPOP_ACK, question->stream, question->number);
    write_variables(to, question->scope, answer);
    if (end(to, mark, max_frame))
        return true;
    const struct spop_answer refusal = refusal_of(SPOP_REASON_TOO_LARGE);
    *to = before;
    mark = begin(to, SPOP_ACK, question->stream, question->number);
    write_variables(to, question->scope, &refusal);
    (void)end(to, mark, max_frame);
    return false;
}

void spop_write_refusal(struct spop_writer *to, const struct spop_question *question, const char *reason) {
    const struct spop_answer refusal = refusal_of(reason);
    const size_t mark = begin(to, SPOP_ACK, question->stream, question->number);
    write_variables(to, SPOP_SESSION, &refusal);
    write_variables(to, SPOP_TRANSACTION, &refusal);
    (void)end(to, mark, SPOP_MIN_FRAME);
}
