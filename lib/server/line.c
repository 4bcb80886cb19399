/* SPDX-License-Identifier: MIT */
/* The line for the audit log. Whatever comes from a client or from rules is in quotes there, and escaped. */
#include "answer.h"
#include <string.h>

static struct certmap_view cut(const char *text, size_t most) {
    const struct certmap_view view = certmap_view_of(text);
    return (struct certmap_view){view.data, view.len < most ? view.len : most};
}

static void add_client(struct cm_server_text *text, const char *name) {
    cm_server_text_string(text, "client=");
    if (name == NULL)
        cm_server_text_char(text, '-');
    else
        cm_server_text_escaped(text, cut(name, CERTMAP_SERVICE_MAX_CLIENT), true);
}

static void add_certificate(struct cm_server_text *text, const struct cm_server_client *client) {
    cm_server_text_string(text, client->has_certificate ? " cert=sha256:" : " cert=-");
    if (client->has_certificate)
        cm_server_text_hex(text, (struct certmap_view){client->sha256, sizeof client->sha256});
    cm_server_text_string(text, " serial=");
    if (client->serial.len > 0)
        cm_server_text_serial(text, client->serial);
    else
        cm_server_text_char(text, '-');
}

/* As certmap_result_format has it. */
static void add_result(struct cm_server_text *text, const struct certmap_result *result) {
    size_t len = 0;
    (void)certmap_result_format(NULL, 0, &len, result, NULL);
    char *room = cm_server_text_room(text, len + 1);
    if (room != NULL && certmap_result_format(room, len + 1, &len, result, NULL) == CERTMAP_OK)
        text->len += len;
}

static void add_error(struct cm_server_text *text, const struct cm_server_facts *facts) {
    cm_server_text_string(text, "decision=");
    cm_server_text_string(text, certmap_answer_outcome_name(cm_server_outcome(facts->status, CERTMAP_NONE)));
    cm_server_text_string(text, " mapping=- account=- reason=");
    cm_server_text_string(text, certmap_code_name(facts->err->code));
    cm_server_text_string(text, " message=");
    cm_server_text_escaped(text, certmap_view_of(facts->err->text), true);
}

void cm_server_line_add(struct cm_server_text *text, const struct cm_server_facts *facts) {
    add_client(text, facts->name);
    add_certificate(text, facts->client);
    cm_server_text_char(text, ' ');
    if (facts->status == CERTMAP_OK)
        add_result(text, facts->result);
    else
        add_error(text, facts);
    cm_server_text_string(text, " rules=sha256:");
    cm_server_text_string(text, facts->digest);
}
