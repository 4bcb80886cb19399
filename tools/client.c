/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "adapter.h"
#include "input.h"
#include "pem.h"

/* What stays the same from certificate to certificate. */
struct run {
    const struct tool_options *options;
    unsigned needs;
    struct certmap_peer *peer;
    tool_client_fn *fn;
    void *ctx;
};

void tool_client_add_error(struct tool_text *text, const struct tool_client *client) {
    tool_text_string(text, client->error->text);
    if (client->place != NULL)
        tool_text_format(text, " (at byte %zu%s)", client->error->offset, client->place);
}

void tool_value_add_type(struct tool_text *text, const struct certmap_value *value) {
    static const struct {
        uint8_t tag;
        const char *name;
    } names[] = {
        {0x01, "BOOLEAN"}, {0x02, "INTEGER"}, {0x03, "BIT STRING"},      {0x04, "OCTET STRING"}, {0x05, "NULL"},
        {0x06, "OID"},     {0x17, "UTCTime"}, {0x18, "GeneralizedTime"}, {0x30, "SEQUENCE"},     {0x31, "SET"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].tag == value->der.data[0]) {
            tool_text_string(text, names[i].name);
            return;
        }
    tool_text_add(text, value->type);
}

static void report(const struct run *run, const char *label, const struct certmap_error *err, const char *place) {
    struct tool_client client = {label, CERTMAP_CERT_INIT, NULL, err, place};
    run->fn(run->ctx, &client);
}

/* Prepares the peer for a decoded certificate and hands it on. */
static void prepare(const struct run *run, const char *label, const struct certmap_cert *cert) {
    struct certmap_error err = {.code = CERTMAP_CODE_NONE};
    if (certmap_peer_set(run->peer, cert, &err) != CERTMAP_OK) {
        report(run, label, &err, err.status == CERTMAP_ERROR_CERTIFICATE ? " of the Name" : NULL);
        return;
    }
    struct tool_client client = {label, *cert, run->peer, NULL, NULL};
    run->fn(run->ctx, &client);
    certmap_peer_clear(run->peer);
}

static void decode(const struct run *run, const char *label, struct certmap_view der) {
    struct certmap_error err = {.code = CERTMAP_CODE_NONE};
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct tool_adapter *adapter = NULL;
    enum certmap_status status = run->options->adapter != NULL
                                     ? tool_adapter_decode(&adapter, &cert, der, run->needs, &err)
                                     : certmap_cert_from_der(&cert, der, &err);
    if (status == CERTMAP_OK)
        prepare(run, label, &cert);
    else
        report(run, label, &err, err.code == CERTMAP_CODE_LIBRARY_REFUSED ? NULL : "");
    tool_adapter_free(adapter);
}

static void decode_each(const struct run *run, const char *path, const struct tool_pem *pem) {
    struct tool_text label = {NULL, 0, 0};
    for (size_t i = 0; i < pem->count; i++) {
        tool_text_string(&label, path);
        tool_text_format(&label, "#%zu", i + 1);
        decode(run, label.data, tool_input_view(&pem->items[i]));
        tool_text_free(&label);
    }
}

static void decode_pem(const struct run *run, const char *path, struct certmap_view text) {
    struct certmap_error err;
    struct tool_pem pem;
    if (tool_pem_read(&pem, text, &err) != CERTMAP_OK)
        report(run, path, &err, NULL);
    else if (run->options->each)
        decode_each(run, path, &pem);
    else
        decode(run, path, tool_input_view(&pem.items[0]));
    tool_pem_free(&pem);
}

static void decode_der(const struct run *run, const char *path, const struct tool_input *input) {
    struct tool_pem single = {.items = (struct tool_input[]){*input}, .count = 1};
    if (run->options->each)
        decode_each(run, path, &single);
    else
        decode(run, path, tool_input_view(input));
}

/* A SEQUENCE with a length of several bytes: every certificate begins so, and no text does. */
static bool begins_like_der(struct certmap_view content) {
    return content.len >= 2 && content.data[0] == 0x30 && content.data[1] >= 0x80;
}

/* Editors on Windows put a byte order mark before UTF-8. */
static struct certmap_view skip_mark(struct certmap_view text) {
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    bool has = text.len >= sizeof mark && text.data[0] == mark[0] && text.data[1] == mark[1] && text.data[2] == mark[2];
    return (struct certmap_view){text.data + (has ? sizeof mark : 0), text.len - (has ? sizeof mark : 0)};
}

static void read_file(const struct run *run, const char *path) {
    struct certmap_error err;
    struct tool_input input;
    if (tool_input_read(&input, path, TOOL_MAX_CERT_FILE, &err) != CERTMAP_OK) {
        report(run, path, &err, NULL);
        return;
    }
    struct certmap_view content = tool_input_view(&input);
    if (content.len == 0) {
        tool_error(&err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_CANNOT_READ, "the file is empty");
        report(run, path, &err, NULL);
    } else if (!begins_like_der(content) && tool_pem_detect(skip_mark(content))) {
        decode_pem(run, path, skip_mark(content));
    } else {
        decode_der(run, path, &input);
    }
    tool_input_free(&input);
}

void tool_clients_each(const struct tool_options *options, unsigned needs, tool_client_fn *fn, void *ctx) {
    struct run run = {options, needs, NULL, fn, ctx};
    if (certmap_peer_new(&run.peer, NULL, NULL) != CERTMAP_OK)
        tool_no_memory();
    for (size_t i = 0; i < options->cert_count && !ferror(stdout); i++)
        read_file(&run, options->certs[i]);
    certmap_peer_free(run.peer);
}
