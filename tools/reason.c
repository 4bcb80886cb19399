/* SPDX-License-Identifier: MIT */
#include "reason.h"
#include "client.h"
#include <string.h>

/* What certmap_explain tells about the first thing that stood in the way in the mapping that decided. */
struct cause {
    enum certmap_explain_kind kind; /* CONDITION: one that is unknown; OUTPUT: one that cannot be built */
    size_t mapping;
    bool found;
    enum certmap_code why;
    struct tool_text field;
    struct tool_text text;
};

static void find_cause(void *ctx, const struct certmap_explain_item *item) {
    struct cause *cause = ctx;
    if (cause->found || item->kind != cause->kind || item->mapping != cause->mapping || item->why == CERTMAP_CODE_NONE)
        return;
    if (item->kind == CERTMAP_EXPLAIN_CONDITION && (!item->read || item->truth != CERTMAP_UNKNOWN))
        return;
    cause->found = true;
    cause->why = item->why;
    tool_text_add(&cause->field, item->field);
    tool_text_add(&cause->text, item->text);
}

static bool look_for(struct cause *cause, const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    return certmap_explain(rules, peer, &result, find_cause, cause, NULL) == CERTMAP_OK && cause->found;
}

static void free_cause(struct cause *cause) {
    tool_text_free(&cause->field);
    tool_text_free(&cause->text);
}

static const char *why_text(enum certmap_code why) {
    static const struct {
        enum certmap_code code;
        const char *text;
    } texts[] = {
        {CERTMAP_CODE_VALUE_TYPE, "a value's ASN.1 type holds no text"},
        {CERTMAP_CODE_VALUE_ENCODING, "a value's bytes are not valid in its string type"},
        {CERTMAP_CODE_VALUE_AMBIGUOUS, "platforms read a value differently"},
        {CERTMAP_CODE_VALUE_NUL, "a value holds a NUL character"},
        {CERTMAP_CODE_VALUE_TOO_LONG, "a value is too long"},
        {CERTMAP_CODE_NOT_SUPPLIED, "this part of the certificate was not supplied"},
        {CERTMAP_CODE_STEPS, "the work for one match ran out"},
        {CERTMAP_CODE_MALFORMED_PIECE, "this part of the certificate is malformed"},
        {CERTMAP_CODE_DUPLICATE_EXTENSION, "the certificate has this extension twice"},
        {CERTMAP_CODE_HOLE_NO_VALUE, "the certificate has no such value"},
        {CERTMAP_CODE_HOLE_SEVERAL_VALUES, "the certificate has several such values, and the hole chooses none"},
        {CERTMAP_CODE_HOLE_UNREADABLE, "a value in it cannot be read"},
        {CERTMAP_CODE_HOLE_EMPTY, "nothing is left of a value"},
        {CERTMAP_CODE_HOLE_CHARACTER, "a value holds a character that could change the meaning"},
        {CERTMAP_CODE_HOLE_TOO_LONG, "it is too long"},
        {CERTMAP_CODE_HOLE_USER_NAME, "it is no portable user name"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].code == why)
            return texts[i].text;
    return "it is not known";
}

/* Whether a condition is about the whole certificate, whose digits say nothing to people. */
static bool is_certificate(struct certmap_view condition) {
    static const char begin[] = "certificate = \"";
    return condition.len > strlen(begin) && memcmp(condition.data, begin, strlen(begin)) == 0;
}

void tool_reason_condition(struct tool_text *text, struct certmap_view condition, size_t most) {
    const bool cut = condition.len > most;
    if (is_certificate(condition)) {
        tool_text_format(text, "certificate = (%zu bytes)", (condition.len - strlen("certificate = \"\"")) / 2);
        return;
    }
    if (cut)
        condition.len = most;
    while (cut && (condition.data[condition.len] & 0xC0) == 0x80)
        condition.len--; /* not in the middle of a character */
    tool_text_add(text, condition);
    tool_text_string(text, cut ? "..." : "");
}

void tool_reason_mapping(struct tool_text *text, struct certmap_view name) {
    if (name.len == 0) {
        tool_text_string(text, "a one-to-one mapping");
        return;
    }
    tool_text_string(text, "mapping ");
    tool_text_quoted(text, name);
}

/* ---- A condition is unknown ---- */

/* Whether FIELD.SUBFIELD, as the library names it, is the path of a value. */
static bool is_path(struct certmap_view path, const char *field, struct certmap_view subfield) {
    const size_t len = strlen(field);
    return path.len == len + 1 + subfield.len && memcmp(path.data, field, len) == 0 &&
           memcmp(path.data + len + 1, subfield.data, subfield.len) == 0;
}

/* Adds the string type of the value that made the condition unknown, if it was one that has a type. */
static void add_type(struct tool_text *text, const struct cause *cause, struct certmap_peer *peer) {
    static const enum certmap_field fields[] = {CERTMAP_FIELD_SUBJECT, CERTMAP_FIELD_ISSUER, CERTMAP_FIELD_SAN_DIRNAME};
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
        const size_t count = certmap_peer_value_count(peer, fields[f]);
        for (size_t i = 0; i < count; i++) {
            struct certmap_value value = CERTMAP_VALUE_INIT;
            if (certmap_peer_value(peer, &value, fields[f], i, NULL) != CERTMAP_OK)
                return;
            if (value.unreadable == cause->why &&
                is_path(tool_text_view(&cause->field), certmap_field_name(fields[f]), value.subfield)) {
                tool_text_string(text, ", ");
                tool_value_add_type(text, &value);
                return;
            }
        }
    }
}

/* What the person can do about it. */
static void add_advice(struct tool_text *text, const struct cause *cause) {
    static const char issuer[] = "issuer is";
    if (cause->why == CERTMAP_CODE_NOT_SUPPLIED && cause->field.len > strlen(issuer) &&
        memcmp(cause->field.data, issuer, strlen(issuer)) == 0)
        tool_text_string(text, ": give it with --issuer");
}

/* "mapping "M" cannot be decided: CONDITION is unknown, because WHY (code, type); and what follows from it" */
static void add_unreadable(struct tool_text *text, const struct certmap_rules *rules, struct certmap_peer *peer,
                           const struct certmap_result *result) {
    struct cause cause = {.kind = CERTMAP_EXPLAIN_CONDITION, .mapping = result->index};
    tool_reason_mapping(text, result->mapping);
    tool_text_string(text, " cannot be decided");
    if (look_for(&cause, rules, peer)) {
        tool_text_string(text, ": ");
        tool_reason_condition(text, tool_text_view(&cause.text), TOOL_CONDITION_SHOWN);
        tool_text_format(text, " is unknown, because %s (%s", why_text(cause.why), certmap_code_name(cause.why));
        add_type(text, &cause, peer);
        tool_text_string(text, ")");
        add_advice(text, &cause);
    }
    tool_text_string(text, result->decision == CERTMAP_DENY ? "; an undecided deny refuses"
                                                            : "; an undecided allow grants nothing");
    free_cause(&cause);
}

/* ---- An answer cannot be built ---- */

bool tool_reason_is_attribute(struct certmap_view field) {
    static const char *const others[] = {"account", "domain", "group"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (field.len == strlen(others[i]) && memcmp(field.data, others[i], field.len) == 0)
            return false;
    return true;
}

/* "mapping "M" holds, but its account "A" cannot be built: WHY" */
static void add_hole(struct tool_text *text, const struct certmap_rules *rules, struct certmap_peer *peer,
                     const struct certmap_result *result) {
    struct cause cause = {.kind = CERTMAP_EXPLAIN_OUTPUT, .mapping = result->index};
    tool_reason_mapping(text, result->mapping);
    tool_text_string(text, " holds, but ");
    if (look_for(&cause, rules, peer)) {
        const bool attribute = tool_reason_is_attribute(tool_text_view(&cause.field));
        tool_text_string(text, attribute ? "its attribute \"" : "its ");
        tool_text_add(text, tool_text_view(&cause.field));
        tool_text_string(text, attribute ? "\" " : " ");
        tool_text_source(text, tool_text_view(&cause.text));
    } else {
        tool_text_string(text, "what it gives");
    }
    tool_text_format(text, " cannot be built: %s", why_text(result->reason));
    free_cause(&cause);
}

void tool_reason_add(struct tool_text *text, const struct certmap_rules *rules, struct certmap_peer *peer,
                     const struct certmap_result *result) {
    if (result->reason == CERTMAP_CODE_UNREADABLE) {
        add_unreadable(text, rules, peer, result);
    } else if (result->reason == CERTMAP_CODE_AMBIGUOUS) {
        tool_reason_mapping(text, result->mapping);
        tool_text_string(text, " and ");
        tool_reason_mapping(text, result->other);
        tool_text_string(text, " both hold, and the policy is unique");
    } else if (result->reason == CERTMAP_CODE_TOO_MANY_OUTPUTS) {
        tool_text_string(text, "the mappings that hold give more than an answer can have");
    } else if (result->decision == CERTMAP_DENY) {
        add_hole(text, rules, peer, result);
    }
}
