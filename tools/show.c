/* SPDX-License-Identifier: MIT */
/* certmap show: the certificate in the words of the rules. */
#include "client.h"
#include "json.h"
#include "style.h"
#include "tool.h"

struct show {
    const struct tool_options *options;
    struct tool_stream out;
    struct tool_stream err;
    size_t shown; /* certificates, those that cannot be read included */
    enum tool_exit status;
};

static const struct {
    enum certmap_field field;
    const char *name;
} fields[] = {{CERTMAP_FIELD_SUBJECT, "subject"}, {CERTMAP_FIELD_ISSUER, "issuer"}};
#define FIELD_COUNT (sizeof fields / sizeof *fields)

/* A Name as RFC 4514 writes it. The peer was set from it, so that it is well-formed. */
static void add_rfc4514(struct tool_text *text, struct certmap_view name) {
    size_t len = 0;
    (void)certmap_name_to_text(NULL, 0, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL);
    tool_text_repeat(text, ' ', len);
    (void)certmap_name_to_text(text->data + text->len - len, len + 1, &len, name, CERTMAP_NAME_RFC4514,
                               CERTMAP_NAME_ROOT_LAST, NULL);
}

static struct certmap_view name_of(const struct tool_client *client, enum certmap_field field) {
    return field == CERTMAP_FIELD_SUBJECT ? client->cert.subject : client->cert.issuer;
}

static void take_value(const struct tool_client *client, struct certmap_value *value, enum certmap_field field,
                       size_t index) {
    *value = (struct certmap_value)CERTMAP_VALUE_INIT;
    if (certmap_peer_value(client->peer, value, field, index, NULL) != CERTMAP_OK)
        tool_no_memory();
}

/* ---- For people ---- */

static void print_name(struct show *show, const struct tool_client *client, size_t f) {
    struct tool_text name = {NULL, 0, 0};
    add_rfc4514(&name, name_of(client, fields[f].field));
    tool_text_format(&show->out.line, "# %s: ", fields[f].name);
    tool_text_safe(&show->out.line, tool_text_view(&name));
    tool_text_string(&show->out.line, name.len == 0 ? "(empty)" : "");
    tool_stream_end_line(&show->out);
    tool_text_free(&name);
}

/* A condition that holds for this value, or a comment that there can be none. */
static void print_value(struct show *show, const struct certmap_value *value, const char *field, bool *first) {
    struct tool_text *line = &show->out.line;
    bool readable = value->text.data != NULL;
    tool_style_begin(&show->out, readable ? TOOL_STYLE_PLAIN : TOOL_STYLE_DIM);
    tool_text_string(line, !readable ? "    # " : *first ? "    when  " : "      and ");
    tool_text_format(line, "%s.", field);
    tool_text_add(line, value->subfield);
    if (readable) {
        tool_text_string(line, " = ");
        tool_text_quoted(line, value->text);
        *first = false;
    } else {
        tool_text_string(line, ": ");
        tool_value_add_type(line, value);
        tool_text_format(line, ", unreadable (%s)", certmap_code_name(value->unreadable));
    }
    tool_style_end(&show->out);
    tool_stream_end_line(&show->out);
}

static void print_values(struct show *show, const struct tool_client *client, size_t f, bool *first) {
    size_t count = certmap_peer_value_count(client->peer, fields[f].field);
    for (size_t i = 0; i < count; i++) {
        struct certmap_value value;
        take_value(client, &value, fields[f].field, i);
        print_value(show, &value, fields[f].name, first);
    }
}

static void show_plain(struct show *show, const struct tool_client *client) {
    bool first = true;
    if (show->shown > 0)
        tool_stream_end_line(&show->out);
    tool_text_string(&show->out.line, "# ");
    tool_text_safe(&show->out.line, tool_view(client->label));
    tool_stream_end_line(&show->out);
    for (size_t f = 0; f < FIELD_COUNT; f++)
        print_name(show, client, f);
    for (size_t f = 0; f < FIELD_COUNT; f++)
        print_values(show, client, f, &first);
}

/* ---- For programs ---- */

static json_t *value_json(const struct certmap_value *value) {
    json_t *object = tool_json_object();
    const char *why = value->unreadable == CERTMAP_CODE_NONE ? NULL : certmap_code_name(value->unreadable);
    tool_json_set(object, "rdn", json_integer((json_int_t)value->rdn));
    tool_json_set(object, "subfield", tool_json_text(value->subfield));
    tool_json_set(object, "oid", tool_json_text(value->oid));
    tool_json_set(object, "type", tool_json_text(value->type));
    tool_json_set(object, "text", tool_json_text(value->text));
    tool_json_set(object, "unreadable", tool_json_string(why));
    return object;
}

static json_t *name_json(const struct tool_client *client, enum certmap_field field) {
    struct tool_text text = {NULL, 0, 0};
    json_t *object = tool_json_object(), *values = tool_json_array();
    add_rfc4514(&text, name_of(client, field));
    tool_json_set(object, "rfc4514", tool_json_text(tool_text_view(&text)));
    tool_json_set(object, "values", values);
    tool_text_free(&text);
    size_t count = certmap_peer_value_count(client->peer, field);
    for (size_t i = 0; i < count; i++) {
        struct certmap_value value;
        take_value(client, &value, field, i);
        tool_json_append(values, value_json(&value));
    }
    return object;
}

static json_t *error_json(const struct tool_client *client) {
    struct tool_text message = {NULL, 0, 0};
    json_t *object = tool_json_object();
    tool_client_add_error(&message, client);
    tool_json_set(object, "code", tool_json_string(certmap_code_name(client->error->code)));
    tool_json_set(object, "message", tool_json_text(tool_text_view(&message)));
    tool_text_free(&message);
    return object;
}

static void show_json(const struct tool_client *client) {
    json_t *object = tool_json_object();
    tool_json_set(object, "certificate", tool_json_string(client->label));
    for (size_t f = 0; f < FIELD_COUNT; f++)
        tool_json_set(object, fields[f].name, client->error == NULL ? name_json(client, fields[f].field) : json_null());
    tool_json_set(object, "error", client->error == NULL ? json_null() : error_json(client));
    tool_json_print(object);
}

/* ---- The verb ---- */

static void complain(struct show *show, const struct tool_client *client) {
    struct tool_text message = {NULL, 0, 0};
    tool_client_add_error(&message, client);
    tool_complain(&show->err, client->label, tool_text_view(&message));
    tool_text_free(&message);
}

static void show_client(void *ctx, const struct tool_client *client) {
    struct show *show = ctx;
    if (client->error != NULL)
        show->status = TOOL_FAILED;
    if (show->options->json)
        show_json(client);
    else if (client->error != NULL)
        complain(show, client);
    else
        show_plain(show, client);
    show->shown += client->error == NULL;
}

enum tool_exit tool_show(const struct tool_options *options) {
    struct show show = {.options = options, .status = TOOL_OK};
    show.out = tool_stream_open(stdout, options->color);
    show.err = tool_stream_open(stderr, options->color);
    tool_clients_each(options, CERTMAP_PIECE_SUBJECT | CERTMAP_PIECE_ISSUER, show_client, &show);
    tool_stream_close(&show.out);
    tool_stream_close(&show.err);
    return show.status;
}
