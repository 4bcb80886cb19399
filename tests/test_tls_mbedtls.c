/* SPDX-License-Identifier: MIT */
/* docs/examples/mbedtls.c on live connections, and what mbedTLS decodes. It has TLS 1.2 only, before 3.0. */
#include "tls_library.h"
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context random_numbers;
static mbedtls_ssl_config config;
static mbedtls_x509_crt root, own;
static mbedtls_pk_context key;
static mbedtls_ssl_ticket_context tickets;

static void read_certificates(const struct server_setup *setup) {
    mbedtls_x509_crt_init(&root);
    mbedtls_x509_crt_init(&own);
    mbedtls_pk_init(&key);
    ck_assert_int_eq(mbedtls_x509_crt_parse_der(&root, setup->root.data, setup->root.len), 0);
    ck_assert_int_eq(mbedtls_x509_crt_parse_der(&own, setup->own.data, setup->own.len), 0);
    ck_assert_int_eq(mbedtls_x509_crt_parse_der(&own, setup->ca.data, setup->ca.len), 0);
    ck_assert_int_eq(mbedtls_pk_parse_key(&key, setup->key.data, setup->key.len, NULL, 0), 0);
}

static void start(const struct server_setup *setup) {
    read_certificates(setup);
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random_numbers);
    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_ticket_init(&tickets);
    ck_assert_int_eq(mbedtls_ctr_drbg_seed(&random_numbers, mbedtls_entropy_func, &entropy, NULL, 0), 0);
    ck_assert_int_eq(mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                                 MBEDTLS_SSL_PRESET_DEFAULT),
                     0);
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random_numbers);
    mbedtls_ssl_conf_ca_chain(&config, &root, NULL);
    ck_assert_int_eq(mbedtls_ssl_conf_own_cert(&config, &own, &key), 0);
    mbedtls_ssl_conf_authmode(&config, setup->lax ? MBEDTLS_SSL_VERIFY_OPTIONAL : MBEDTLS_SSL_VERIFY_REQUIRED);
    ck_assert_int_eq(
        mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &random_numbers, MBEDTLS_CIPHER_AES_256_GCM, 3600),
        0);
    mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &tickets);
}

static void stop(void) {
    mbedtls_ssl_ticket_free(&tickets);
    mbedtls_ssl_config_free(&config);
    mbedtls_pk_free(&key);
    mbedtls_x509_crt_free(&own);
    mbedtls_x509_crt_free(&root);
    mbedtls_ctr_drbg_free(&random_numbers);
    mbedtls_entropy_free(&entropy);
}

static int push(void *wire, const unsigned char *bytes, size_t len) {
    t_bytes(&((struct wire *)wire)->to_client, bytes, len);
    return (int)len;
}

static int pull(void *wire, unsigned char *bytes, size_t len) {
    const size_t taken = wire_take(wire, bytes, len);
    return taken > 0 ? (int)taken : MBEDTLS_ERR_SSL_WANT_READ;
}

static void *open_server(struct wire *wire) {
    mbedtls_ssl_context *ssl = malloc(sizeof *ssl);
    ck_assert_ptr_nonnull(ssl);
    mbedtls_ssl_init(ssl);
    ck_assert_int_eq(mbedtls_ssl_setup(ssl, &config), 0);
    mbedtls_ssl_set_bio(ssl, wire, push, pull, NULL);
    return ssl;
}

static int handshake(void *ssl) {
    const int done = mbedtls_ssl_handshake(ssl);
    return done == 0 ? 1 : done == MBEDTLS_ERR_SSL_WANT_READ || done == MBEDTLS_ERR_SSL_WANT_WRITE ? 0 : -1;
}

static enum certmap_status match(void *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                                 struct certmap_result *result, struct certmap_diagnostic *err) {
    return match_mbedtls(ssl, rules, peer, result, err);
}

static void close_server(void *ssl) {
    mbedtls_ssl_free(ssl);
    free(ssl);
}

/* ---- decoding ---- */

static void put(struct t_buf *buf, const mbedtls_x509_buf *bytes) {
    t_bytes(buf, bytes->p, bytes->len);
}

static bool decode(struct decoded *decoded, struct certmap_view der) {
    mbedtls_x509_crt x509;
    mbedtls_x509_crt_init(&x509);
    const bool read = mbedtls_x509_crt_parse_der(&x509, der.data, der.len) == 0;
    if (read) {
        put(&decoded->whole, &x509.raw);
        put(&decoded->subject, &x509.subject_raw);
        put(&decoded->issuer, &x509.issuer_raw);
        put(&decoded->key, &x509.pk_raw);
        put(&decoded->serial, &x509.serial);
    }
    mbedtls_x509_crt_free(&x509);
    return read;
}

int main(void) {
    static const struct library library = {
        .name = "mbedtls",
        .strict = true,
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
