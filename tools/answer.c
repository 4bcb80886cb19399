/* SPDX-License-Identifier: MIT */
#include "answer.h"
#include "reason.h"
#include <string.h>

#define NO_VIEW ((struct certmap_view){NULL, 0})

/* ---- Why there is no answer ---- */

static const char *none_text(enum certmap_code reason) {
    return reason == CERTMAP_CODE_DISABLED      ? "client certificate mapping is switched off"
           : reason == CERTMAP_CODE_EMPTY_RULES ? "there is no mapping"
                                                : "no mapping matches";
}

void tool_answer_add_hints(struct tool_answer *answer, const struct tool_rules *rules) {
    for (size_t i = 0; i < rules->diagnostics.count && answer->hints; i++) {
        const struct certmap_diagnostic *diagnostic = &rules->diagnostics.items[i];
        if (!tool_rules_explains_none(diagnostic))
            continue;
        tool_text_string(&answer->message, "; ");
        tool_text_string(&answer->message, diagnostic->text);
    }
}

void tool_answer_print_hints(struct tool_stream *stream, const struct tool_rules *rules) {
    for (size_t i = 0; i < rules->diagnostics.count; i++)
        if (tool_rules_explains_none(&rules->diagnostics.items[i]))
            tool_diagnostic_print(stream, rules->path, NO_VIEW, &rules->diagnostics.items[i]);
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
    const struct certmap_diagnostic *error = tool_diagnostics_error(&rules->diagnostics);
    answer_error(answer, NULL, error->code);
    tool_position_add(&answer->message, rules->path, error);
    tool_text_string(&answer->message, ": ");
    tool_text_string(&answer->message, error->text);
}

static void answer_mapping(struct tool_answer *answer, const struct certmap_result *result) {
    answer->kind = certmap_kind_name(result->kind);
    answer->mapping = result->mapping.len == 0 ? NO_VIEW : result->mapping; /* a one-to-one mapping has no name */
    answer->other = result->other;
}

static void answer_result(struct tool_answer *answer, const struct tool_rules *rules, const struct tool_client *client,
                          const struct certmap_result *result) {
    *answer = (struct tool_answer){.certificate = client->label,
                                   .decision = certmap_decision_name(result->decision),
                                   .status = result->decision == CERTMAP_ALLOW ? TOOL_OK : TOOL_DIAGNOSTICS};
    if (result->reason != CERTMAP_CODE_NONE)
        answer->reason = certmap_code_name(result->reason);
    if (result->decision != CERTMAP_NONE || result->reason == CERTMAP_CODE_AMBIGUOUS)
        answer_mapping(answer, result);
    answer->hints = result->decision == CERTMAP_NONE && result->index == SIZE_MAX;
    if (answer->hints)
        tool_text_string(&answer->message, none_text(result->reason));
    else if (result->reason != CERTMAP_CODE_NONE)
        tool_reason_add(&answer->message, rules->rules, client->peer, result);
    if (result->decision == CERTMAP_ALLOW)
        answer->result = *result;
}

/* That the TLS library of a server would refuse the certificate does not change the answer. */
static void add_validity(struct tool_text *note, const struct tool_validity *validity) {
    if (validity->state == TOOL_VALIDITY_EXPIRED)
        tool_text_format(note, "the certificate expired at %s", validity->after);
    else if (validity->state == TOOL_VALIDITY_EARLY)
        tool_text_format(note, "the certificate is not valid before %s", validity->before);
    else
        return;
    tool_text_string(note, "; a server's TLS library would refuse it, certmap does not verify");
}

static void add_note(struct tool_answer *answer, const struct tool_client *client) {
    if (client->peer == NULL)
        return;
    answer->validity = client->validity.state;
    add_validity(&answer->note, &client->validity);
    if (client->bundle == NULL)
        return;
    tool_text_string(&answer->note, answer->note.len > 0 ? "; " : "");
    tool_text_string(&answer->note, client->bundle);
}

void tool_answer_make(struct tool_answer *answer, const struct tool_rules *rules, const struct tool_client *client) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct tool_client failed = {.label = client->label, .error = &err};
    if (client->peer == NULL)
        answer_client_error(answer, client);
    else if (certmap_match(rules->rules, client->peer, &result, &err) != CERTMAP_OK)
        answer_client_error(answer, &failed);
    else
        answer_result(answer, rules, client, &result);
    add_note(answer, client);
}

void tool_answer_free(struct tool_answer *answer) {
    tool_text_free(&answer->message);
    tool_text_free(&answer->note);
}

/* ---- For people ---- */

/* Whether a text can be without quotes: nothing in it could be taken for what is around it. */
static bool is_plain(struct certmap_view view) {
    static const char marks[] = "._-@\\$";
    bool plain = view.len > 0;
    for (size_t i = 0; i < view.len && plain; i++) {
        const uint8_t c = view.data[i];
        plain = c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                (c != 0 && strchr(marks, c) != NULL);
    }
    return plain;
}

/* `WORD A, B`, where there are any. */
static void add_list(struct tool_text *line, const char *word, const struct certmap_view *views, size_t count) {
    for (size_t i = 0; i < count; i++) {
        tool_text_string(line, i == 0 ? word : ", ");
        if (is_plain(views[i]))
            tool_text_safe(line, views[i]);
        else
            tool_text_quoted(line, views[i]);
    }
    tool_text_string(line, count > 0 ? "  " : "");
}

static void add_attributes(struct tool_text *line, const struct certmap_result *result) {
    for (size_t i = 0; i < result->attribute_count; i++) {
        tool_text_safe(line, result->attributes[i].name);
        tool_text_string(line, "=");
        tool_text_quoted(line, result->attributes[i].value);
        tool_text_string(line, "  ");
    }
}

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
    add_list(line, "", answer->result.accounts, answer->result.account_count);
    add_list(line, answer->result.group_count == 1 ? "group " : "groups ", answer->result.groups,
             answer->result.group_count);
    add_attributes(line, &answer->result);
    if (message)
        tool_text_safe(line, tool_text_view(&answer->message));
    if (answer->kind == NULL || message)
        return; /* the message names the mapping */
    tool_text_string(line, "(");
    tool_reason_mapping(line, answer->mapping);
    tool_text_string(line, ")");
}

void tool_answer_complain(struct tool_stream *stream, const struct tool_answer *answer) {
    tool_complain(stream, answer->certificate, tool_text_view(&answer->message));
}

void tool_answer_print_note(struct tool_stream *stream, const struct tool_answer *answer) {
    struct tool_text note = {NULL, 0, 0};
    if (answer->note.data == NULL)
        return;
    tool_text_string(&note, "note: ");
    tool_text_add(&note, tool_text_view(&answer->note));
    tool_complain(stream, answer->certificate, tool_text_view(&note));
    tool_text_free(&note);
}

/* ---- For programs ---- */

/* Whether the certificate is past its time; null where that is not known. */
static json_t *expired_json(const struct tool_answer *answer) {
    return answer->validity == TOOL_VALIDITY_UNKNOWN ? json_null()
                                                     : json_boolean(answer->validity == TOOL_VALIDITY_EXPIRED);
}

static json_t *views_json(const struct certmap_view *views, size_t count) {
    json_t *array = tool_json_array();
    for (size_t i = 0; i < count; i++)
        tool_json_append(array, tool_json_text(views[i]));
    return array;
}

static json_t *attributes_json(const struct certmap_result *result) {
    json_t *array = tool_json_array();
    for (size_t i = 0; i < result->attribute_count; i++) {
        json_t *attribute = tool_json_object();
        tool_json_set(attribute, "name", tool_json_text(result->attributes[i].name));
        tool_json_set(attribute, "value", tool_json_text(result->attributes[i].value));
        tool_json_append(array, attribute);
    }
    return array;
}

json_t *tool_answer_json(const struct tool_answer *answer) {
    const struct certmap_result *result = &answer->result;
    json_t *object = tool_json_object();
    tool_json_set(object, "certificate", tool_json_string(answer->certificate));
    tool_json_set(object, "decision", tool_json_string(answer->decision));
    tool_json_set(object, "kind", tool_json_string(answer->kind));
    tool_json_set(object, "mapping", tool_json_text(answer->mapping));
    tool_json_set(object, "account", tool_json_text(result->account));
    tool_json_set(object, "domain", tool_json_text(result->domain));
    tool_json_set(object, "user", tool_json_text(result->user));
    tool_json_set(object, "principal", result->account_count > 0 ? json_boolean(result->principals & 1) : json_null());
    tool_json_set(object, "reason", tool_json_string(answer->reason));
    tool_json_set(object, "message", tool_json_string(answer->message.data));
    tool_json_set(object, "accounts", views_json(result->accounts, result->account_count));
    tool_json_set(object, "groups", views_json(result->groups, result->group_count));
    tool_json_set(object, "attributes", attributes_json(result));
    tool_json_set(object, "other", tool_json_text(answer->other));
    tool_json_set(object, "note", tool_json_string(answer->note.data));
    tool_json_set(object, "expired", expired_json(answer));
    return object;
}
