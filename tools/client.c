/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "adapter.h"
#include "bundle.h"
#include "certfile.h"
#include "chain.h"
#include "hash.h"
#include "issuer.h"
#include "moment.h"
#include "style.h"
#include <string.h>

/* What stays the same from certificate to certificate. */
struct run {
    const struct tool_options *options;
    unsigned needs;
    int64_t time;       /* 0: not needed */
    int64_t now;        /* what the time would be if it were */
    const char *bundle; /* what is to be said of the file, or NULL */
    struct tool_issuer issuer;
    struct tool_chain chain;
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
    for (size_t i = 0; value->type.len > 0 && i < sizeof names / sizeof *names; i++)
        if (names[i].tag == value->der.data[0]) {
            tool_text_string(text, names[i].name);
            return;
        }
    tool_text_add(text, value->type);
}

static void report(const struct run *run, const char *label, const struct certmap_diagnostic *err, const char *place) {
    struct tool_client client = {.label = label, .cert = CERTMAP_CERT_INIT, .error = err, .place = place};
    run->fn(run->ctx, &client);
}

/* ---- The certificates of --issuer and --chain ---- */

/* Whether the certificate of --issuer can have issued this one. That it did is for whoever verified the chain, but
 * with another Name it surely did not, and a condition on the issuer would be answered for another certificate. */
static bool may_be_issuer(const struct run *run, const char *label, const struct certmap_cert *cert) {
    if (run->issuer.der.data == NULL || tool_issuer_fits(&run->issuer, cert->issuer))
        return true;
    struct tool_stream err = tool_stream_open(stderr, run->options->color);
    static const char message[] =
        "warning: the certificate of --issuer is not that of its issuer, which has another Name; taken as not given";
    tool_complain(&err, label, tool_view(message));
    tool_stream_close(&err);
    return false;
}

static void warn_of_chain(const struct run *run, const char *label) {
    struct tool_stream err = tool_stream_open(stderr, run->options->color);
    tool_complain(
        &err, label,
        tool_view("warning: the certificates of --chain are not its CAs from the issuer to the root, which have "
                  "other Names; taken as not given"));
    tool_stream_close(&err);
}

/* ---- Certificates ---- */

/* Prepares the peer for a decoded certificate and hands it on. */
static void prepare(const struct run *run, const char *label, struct certmap_cert *cert, struct certmap_view der) {
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    cert->hash = tool_hash;
    cert->time = run->time;
    if (may_be_issuer(run, label, cert))
        cert->issuer_certificate = run->issuer.der;
    if (!tool_chain_add(cert, &run->chain, der))
        warn_of_chain(run, label);
    struct certmap_cert read = *cert; /* no digest is computed that no rule reads */
    certmap_cert_restrict(&read, run->needs);
    if (certmap_peer_set(run->peer, &read, &err) != CERTMAP_OK) {
        report(run, label, &err, err.status == CERTMAP_ERROR_CERTIFICATE ? " of the Name" : NULL);
        return;
    }
    struct tool_client client = {.label = label, .cert = *cert, .peer = run->peer, .bundle = run->bundle};
    tool_validity_read(&client.validity, der, run->now);
    run->fn(run->ctx, &client);
    certmap_peer_clear(run->peer);
}

static void decode(const struct run *run, const char *label, struct certmap_view der) {
    struct certmap_diagnostic err = {.code = CERTMAP_CODE_NONE};
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct tool_adapter *adapter = NULL;
    enum certmap_status status = run->options->adapter != NULL
                                     ? tool_adapter_decode(&adapter, &cert, der, run->needs, &err)
                                     : certmap_cert_from_der(&cert, der, &err);
    if (status == CERTMAP_OK)
        prepare(run, label, &cert, der);
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

/* The client of a file, which others follow as its chain. */
static void decode_first(const struct run *run, const char *path, const struct tool_pem *pem) {
    struct tool_text bundle = {NULL, 0, 0};
    struct run with = *run;
    tool_bundle_add_note(&bundle, pem);
    with.bundle = bundle.data;
    decode(&with, path, tool_input_view(&pem->items[0]));
    tool_text_free(&bundle);
}

static void read_file(const struct run *run, const char *path) {
    struct certmap_diagnostic err;
    struct tool_pem certificates;
    if (tool_certfile_read(&certificates, path, &err) != CERTMAP_OK)
        report(run, path, &err, NULL);
    else if (run->options->each)
        decode_each(run, path, &certificates);
    else
        decode_first(run, path, &certificates);
    tool_pem_free(&certificates);
}

/* The certificate of --store. */
static void read_store(const struct run *run, const struct certmap_diagnostic *before) {
    struct certmap_diagnostic err;
    struct tool_pem certificates = {NULL, 0};
    struct tool_text label = {NULL, 0, 0};
    tool_store_add_label(&label, &run->options->store);
    if (before != NULL)
        report(run, label.data, before, NULL);
    else if (tool_store_read(&certificates, &run->options->store, &err) != CERTMAP_OK)
        report(run, label.data, &err, NULL);
    else
        decode(run, label.data, tool_input_view(&certificates.items[0]));
    tool_pem_free(&certificates);
    tool_text_free(&label);
}

/* ---- All of them ---- */

void tool_clients_each(const struct tool_options *options, unsigned needs, tool_client_fn *fn, void *ctx) {
    const int64_t now = options->time != 0 ? options->time : tool_moment_now();
    struct run run = {.options = options, .needs = needs, .now = now, .fn = fn, .ctx = ctx};
    run.time = (needs & (unsigned)CERTMAP_PIECE_TIME) ? now : 0;
    struct certmap_diagnostic err;
    if (certmap_peer_new(&run.peer, NULL, NULL) != CERTMAP_OK)
        tool_no_memory();
    const bool ready = tool_issuer_read(&run.issuer, options->issuer, &err) == CERTMAP_OK &&
                       tool_chain_read(&run.chain, options->chain, &err) == CERTMAP_OK;
    if (options->store.name != NULL)
        read_store(&run, ready ? NULL : &err);
    for (size_t i = 0; i < options->operand_count && !ferror(stdout); i++)
        if (ready)
            read_file(&run, options->operands[i]);
        else
            report(&run, options->operands[i], &err, NULL);
    certmap_peer_free(run.peer);
    tool_issuer_free(&run.issuer);
    tool_chain_free(&run.chain);
}
