/* SPDX-License-Identifier: MIT */
/* docs/examples/gnutls.c on live connections, and what GnuTLS decodes. */
#include "tls_library.h"
#include <errno.h>
#include <gnutls/x509.h>

static gnutls_certificate_credentials_t credentials;
static gnutls_priority_t priority;
static gnutls_datum_t ticket_key;

static gnutls_datum_t datum(struct certmap_view view) {
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)view.data, (unsigned)view.len};
}

static void start(const struct server_setup *setup) {
    const gnutls_datum_t root = datum(setup->root), own = datum(setup->own), ca = datum(setup->ca);
    const gnutls_datum_t key = datum(setup->key);
    const char *wanted = setup->tls13 ? "NORMAL:-VERS-ALL:+VERS-TLS1.3" : "NORMAL:-VERS-ALL:+VERS-TLS1.2";
    gnutls_x509_crt_t chain[2];
    gnutls_x509_privkey_t private_key;
    ck_assert_int_eq(gnutls_certificate_allocate_credentials(&credentials), 0);
    ck_assert_int_eq(gnutls_certificate_set_x509_trust_mem(credentials, &root, GNUTLS_X509_FMT_DER), 1);
    ck_assert_int_eq(gnutls_x509_crt_init(&chain[0]), 0);
    ck_assert_int_eq(gnutls_x509_crt_init(&chain[1]), 0);
    ck_assert_int_eq(gnutls_x509_crt_import(chain[0], &own, GNUTLS_X509_FMT_DER), 0);
    ck_assert_int_eq(gnutls_x509_crt_import(chain[1], &ca, GNUTLS_X509_FMT_DER), 0);
    ck_assert_int_eq(gnutls_x509_privkey_init(&private_key), 0);
    ck_assert_int_eq(gnutls_x509_privkey_import2(private_key, &key, GNUTLS_X509_FMT_DER, NULL, 0), 0);
    ck_assert_int_eq(gnutls_certificate_set_x509_key(credentials, chain, 2, private_key), 0);
    gnutls_x509_crt_deinit(chain[0]);
    gnutls_x509_crt_deinit(chain[1]);
    gnutls_x509_privkey_deinit(private_key);
    ck_assert_int_eq(gnutls_priority_init(&priority, wanted, NULL), 0);
    ck_assert_int_eq(gnutls_session_ticket_key_generate(&ticket_key), 0);
}

static void stop(void) {
    gnutls_certificate_free_credentials(credentials);
    gnutls_priority_deinit(priority);
    gnutls_memset(ticket_key.data, 0, ticket_key.size);
    gnutls_free(ticket_key.data);
}

static ssize_t push(gnutls_transport_ptr_t wire, const void *bytes, size_t len) {
    t_bytes(&((struct wire *)wire)->to_client, bytes, len);
    return (ssize_t)len;
}

static ssize_t pull(gnutls_transport_ptr_t wire, void *bytes, size_t len) {
    const size_t taken = wire_take(wire, bytes, len);
    if (taken > 0)
        return (ssize_t)taken;
    errno = EAGAIN;
    return -1;
}

static void *open_server(struct wire *wire) {
    gnutls_session_t session;
    ck_assert_int_eq(gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NONBLOCK), 0);
    ck_assert_int_eq(gnutls_priority_set(session, priority), 0);
    ck_assert_int_eq(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials), 0);
    ck_assert_int_eq(gnutls_session_ticket_enable_server(session, &ticket_key), 0);
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
    gnutls_transport_set_ptr(session, wire);
    gnutls_transport_set_push_function(session, push);
    gnutls_transport_set_pull_function(session, pull);
    return session;
}

static int handshake(void *session) {
    const int done = gnutls_handshake(session);
    return done == 0 ? 1 : gnutls_error_is_fatal(done) ? -1 : 0;
}

static enum certmap_status match(void *session, const struct certmap_rules *rules, struct certmap_peer *peer,
                                 struct certmap_result *result, struct certmap_diagnostic *err) {
    return match_gnutls(session, rules, peer, result, err);
}

static void close_server(void *session) {
    gnutls_deinit(session);
}

/* ---- decoding ---- */

static void put(struct t_buf *buf, int status, gnutls_datum_t *bytes) {
    ck_assert_int_eq(status, 0);
    t_bytes(buf, bytes->data, bytes->size);
    gnutls_free(bytes->data);
}

static bool decode(struct decoded *decoded, struct certmap_view der) {
    const gnutls_datum_t bytes = datum(der);
    gnutls_datum_t got = {NULL, 0};
    unsigned char serial[4096];
    size_t len = sizeof serial;
    gnutls_x509_crt_t x509;
    ck_assert_int_eq(gnutls_x509_crt_init(&x509), 0);
    const bool read = gnutls_x509_crt_import(x509, &bytes, GNUTLS_X509_FMT_DER) == 0;
    if (read) {
        put(&decoded->subject, gnutls_x509_crt_get_raw_dn(x509, &got), &got);
        put(&decoded->issuer, gnutls_x509_crt_get_raw_issuer_dn(x509, &got), &got);
        if (gnutls_x509_crt_get_serial(x509, serial, &len) == 0)
            t_bytes(&decoded->serial, serial, len);
    }
    gnutls_x509_crt_deinit(x509);
    return read;
}

int main(void) {
    static const struct library library = {
        .name = "gnutls",
        .tls13 = true,
        .resumes = true,
        .start = start,
        .stop = stop,
        .open = open_server,
        .handshake = handshake,
        .match = match,
        .close = close_server,
        .decode = decode,
    };
    return library_run(&library);
}
