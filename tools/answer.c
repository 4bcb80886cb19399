/* SPDX-License-Identifier: MIT */
#include "answer.h"
#include <string.h>

#define NO_VIEW ((struct certmap_view){NULL, 0})

/* ---- Why a mapping could not be decided ---- */

/* What certmap_explain tells about the first condition that stood in the way. */
struct cause {
    bool inside; /* the mapping at hand ended the search */
    bool found;
    enum certmap_code why;
    struct tool_text condition;
};

static void find_cause(void *ctx, const struct certmap_explain_item *item) {
    struct cause *cause = ctx;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING)
        cause->inside = item->decides;
    if (!cause->inside || cause->found || item->kind != CERTMAP_EXPLAIN_CONDITION || !item->read ||
        item->truth != CERTMAP_UNKNOWN)
        return;
    cause->found = true;
    cause->why = item->why;
    tool_text_add(&cause->condition, item->text);
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
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].code == why)
            return texts[i].text;
    return "it is not known";
}

/* Whether a condition in the rule language reads this subfield: it begins with FIELD.SUBFIELD. */
static bool reads_value(struct certmap_view condition, const char *field, struct certmap_view subfield) {
    size_t len = strlen(field);
    return condition.len > len + subfield.len && memcmp(condition.data, field, len) == 0 &&
           memcmp(condition.data + len, subfield.data, subfield.len) == 0 && condition.data[len + subfield.len] == ' ';
}

/* Adds the string type of the value that made the condition unknown, if it was a value. */
static void add_type(struct tool_text *message, const struct cause *cause, struct certmap_peer *peer) {
    static const char *const fields[] = {"subject.", "issuer."}; /* enum certmap_field */
    for (size_t f = 0; f < 2; f++) {
        enum certmap_field field = (enum certmap_field)f;
        size_t count = certmap_peer_value_count(peer, field);
        for (size_t i = 0; i < count; i++) {
            struct certmap_value value = CERTMAP_VALUE_INIT;
            if (certmap_peer_value(peer, &value, field, i, NULL) != CERTMAP_OK)
                return;
            if (value.unreadable == cause->why &&
                reads_value(tool_text_view(&cause->condition), fields[f], value.subfield)) {
                tool_text_string(message, ", ");
                tool_value_add_type(message, &value);
                return;
            }
        }
    }
}

/* A condition can be as long as a rule file; a message shows this many bytes of it. */
#define CONDITION_SHOWN 200

static void add_condition(struct tool_text *message, struct certmap_view condition) {
    bool cut = condition.len > CONDITION_SHOWN;
    if (cut)
        condition.len = CONDITION_SHOWN;
    while (cut && (condition.data[condition.len] & 0xC0) == 0x80)
        condition.len--; /* not in the middle of a character */
    tool_text_add(message, condition);
    tool_text_string(message, cut ? "..." : "");
}

static void add_mapping(struct tool_text *message, struct certmap_view name) {
    if (name.len == 0) {
        tool_text_string(message, "a one-to-one mapping");
        return;
    }
    tool_text_string(message, "mapping ");
    tool_text_quoted(message, name);
}

/* "mapping "M" cannot be decided: CONDITION is unknown, because WHY (code, type); and what follows from it" */
static void explain_unreadable(struct tool_text *message, const struct tool_rules *rules, struct certmap_peer *peer,
                               const struct certmap_result *undecided) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct cause cause = {.why = CERTMAP_CODE_NONE};
    add_mapping(message, undecided->mapping);
    tool_text_string(message, " cannot be decided");
    if (certmap_explain(rules->rules, peer, &result, find_cause, &cause, NULL) == CERTMAP_OK && cause.found) {
        tool_text_string(message, ": ");
        add_condition(message, tool_text_view(&cause.condition));
        tool_text_format(message, " is unknown, because %s (%s", why_text(cause.why), certmap_code_name(cause.why));
        add_type(message, &cause, peer);
        tool_text_string(message, ")");
    }
    tool_text_string(message, undecided->decision == CERTMAP_DENY ? "; an undecided deny refuses"
                                                                  : "; an undecided allow grants nothing");
    tool_text_free(&cause.condition);
}

/* ---- Why there is no answer ---- */

static const char *none_text(enum certmap_code reason) {
    return reason == CERTMAP_CODE_DISABLED      ? "client certificate mapping is switched off"
           : reason == CERTMAP_CODE_EMPTY_RULES ? "there is no mapping"
                                                : "no mapping matches";
}

void tool_answer_add_hints(struct tool_answer *answer, const struct tool_rules *rules) {
    for (size_t i = 0; i < rules->findings.count && answer->hints; i++) {
        const struct tool_finding *finding = &rules->findings.items[i];
        if (!tool_rules_explains_none(finding))
            continue;
        tool_text_string(&answer->message, "; ");
        tool_text_string(&answer->message, finding->error.text);
    }
}

void tool_answer_print_hints(struct tool_stream *stream, const struct tool_rules *rules) {
    for (size_t i = 0; i < rules->findings.count; i++)
        if (tool_rules_explains_none(&rules->findings.items[i]))
            tool_finding_print(stream, rules->path, NO_VIEW, &rules->findings.items[i]);
}

/* ---- Answers ---- */

static void answer_error(struct tool_answer *answer, const char *label, enum certmap_code code) {
    *answer = (struct tool_answer){
        .certificate = label, .decision = "error", .reason = certmap_code_name(code), .status = TOOL_FAILED};
}

static void answer_client_error(struct tool_answer *answer, const struct tool_client *client) {
    answer_error(answer, client->label, client->error->code);
    tool_client_add_error(&answer->message, client);
}

void tool_answer_rules(struct tool_answer *answer, const struct tool_rules *rules) {
    const struct certmap_error *error = tool_findings_error(&rules->findings);
    answer_error(answer, NULL, error->code);
    tool_position_add(&answer->message, rules->path, error);
    tool_text_string(&answer->message, ": ");
    tool_text_string(&answer->message, error->text);
}

static void answer_result(struct tool_answer *answer, const struct tool_rules *rules, const struct tool_client *client,
                          const struct certmap_result *result) {
    *answer = (struct tool_answer){.certificate = client->label,
                                   .decision = certmap_decision_name(result->decision),
                                   .status = result->decision == CERTMAP_ALLOW ? TOOL_OK : TOOL_FINDINGS};
    if (result->reason != CERTMAP_CODE_NONE)
        answer->reason = certmap_code_name(result->reason);
    if (result->reason == CERTMAP_CODE_UNREADABLE)
        explain_unreadable(&answer->message, rules, client->peer, result);
    else if (result->decision == CERTMAP_NONE)
        tool_text_string(&answer->message, none_text(result->reason));
    answer->hints = result->decision == CERTMAP_NONE && result->reason != CERTMAP_CODE_UNREADABLE;
    if (result->decision == CERTMAP_NONE)
        return;
    answer->kind = certmap_kind_name(result->kind);
    answer->mapping = result->mapping.len == 0 ? NO_VIEW : result->mapping; /* a one-to-one mapping has no name */
    answer->account = result->account;
    answer->domain = result->domain;
    answer->user = result->user;
}

void tool_answer_make(struct tool_answer *answer, const struct tool_rules *rules, const struct tool_client *client) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_error err = {.code = CERTMAP_CODE_NONE};
    struct tool_client failed = {.label = client->label, .error = &err};
    if (client->peer == NULL)
        answer_client_error(answer, client);
    else if (certmap_match(rules->rules, client->peer, &result, &err) != CERTMAP_OK)
        answer_client_error(answer, &failed);
    else
        answer_result(answer, rules, client, &result);
}

void tool_answer_free(struct tool_answer *answer) {
    tool_text_free(&answer->message);
}

/* ---- For people ---- */

static enum tool_style decision_style(const char *decision) {
    return strcmp(decision, "allow") == 0  ? TOOL_STYLE_GOOD
           : strcmp(decision, "none") == 0 ? TOOL_STYLE_WARN
                                           : TOOL_STYLE_BAD;
}

void tool_answer_add(struct tool_stream *stream, const struct tool_answer *answer, size_t width) {
    struct tool_text *line = &stream->line;
    bool message = answer->message.data != NULL;
    tool_style_word(stream, decision_style(answer->decision), answer->decision, width);
    tool_text_string(line, "  ");
    if (answer->account.data != NULL) {
        tool_text_safe(line, answer->account);
        tool_text_string(line, "  ");
    }
    if (message)
        tool_text_safe(line, tool_text_view(&answer->message));
    if (answer->kind == NULL || message)
        return; /* the message names the mapping */
    tool_text_string(line, "(");
    add_mapping(line, answer->mapping);
    tool_text_string(line, ")");
}

void tool_answer_complain(struct tool_stream *stream, const struct tool_answer *answer) {
    tool_complain(stream, answer->certificate, tool_text_view(&answer->message));
}

/* ---- For programs ---- */

json_t *tool_answer_json(const struct tool_answer *answer) {
    json_t *object = tool_json_object();
    tool_json_set(object, "certificate", tool_json_string(answer->certificate));
    tool_json_set(object, "decision", tool_json_string(answer->decision));
    tool_json_set(object, "kind", tool_json_string(answer->kind));
    tool_json_set(object, "mapping", tool_json_text(answer->mapping));
    tool_json_set(object, "account", tool_json_text(answer->account));
    tool_json_set(object, "domain", tool_json_text(answer->domain));
    tool_json_set(object, "user", tool_json_text(answer->user));
    tool_json_set(object, "reason", tool_json_string(answer->reason));
    tool_json_set(object, "message", tool_json_string(answer->message.data));
    return object;
}
