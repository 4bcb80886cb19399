/* SPDX-License-Identifier: MIT */
/* docs/examples/wolfssl.c on live connections, and what wolfSSL decodes. */
#include "tls_library.h"
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfio.h>

static WOLFSSL_CTX *ctx;

/* A mistake that docs/tls-libraries.md warns of. */
static int accept_all(int verified, WOLFSSL_X509_STORE_CTX *store) {
    (void)verified;
    (void)store;
    return 1;
}

static int push(WOLFSSL *ssl, char *bytes, int len, void *wire) {
    (void)ssl;
    t_bytes(&((struct wire *)wire)->to_client, bytes, (size_t)len);
    return len;
}

static int pull(WOLFSSL *ssl, char *bytes, int len, void *wire) {
    const size_t taken = wire_take(wire, bytes, (size_t)len);
    (void)ssl;
    return taken > 0 ? (int)taken : WOLFSSL_CBIO_ERR_WANT_READ;
}

static void start(const struct server_setup *setup) {
    const int strict = WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    struct t_buf chain = T_BUF_INIT;
    t_bytes(&chain, setup->own.data, setup->own.len);
    t_bytes(&chain, setup->ca.data, setup->ca.len);
    ck_assert_int_eq(wolfSSL_Init(), WOLFSSL_SUCCESS);
    ctx = wolfSSL_CTX_new(setup->tls13 ? wolfTLSv1_3_server_method() : wolfTLSv1_2_server_method());
    ck_assert_ptr_nonnull(ctx);
    ck_assert_int_eq(
        wolfSSL_CTX_load_verify_buffer(ctx, setup->root.data, (long)setup->root.len, WOLFSSL_FILETYPE_ASN1),
        WOLFSSL_SUCCESS);
    ck_assert_int_eq(
        wolfSSL_CTX_use_certificate_chain_buffer_format(ctx, chain.data, (long)chain.len, WOLFSSL_FILETYPE_ASN1),
        WOLFSSL_SUCCESS);
    ck_assert_int_eq(
        wolfSSL_CTX_use_PrivateKey_buffer(ctx, setup->key.data, (long)setup->key.len, WOLFSSL_FILETYPE_ASN1),
        WOLFSSL_SUCCESS);
    wolfSSL_CTX_set_verify(ctx, setup->lax ? WOLFSSL_VERIFY_PEER : strict, setup->lax ? accept_all : NULL);
    wolfSSL_CTX_SetIORecv(ctx, pull);
    wolfSSL_CTX_SetIOSend(ctx, push);
    t_buf_free(&chain);
}

static void stop(void) {
    wolfSSL_CTX_free(ctx);
    wolfSSL_Cleanup();
}

static void *open_server(struct wire *wire) {
    WOLFSSL *ssl = wolfSSL_new(ctx);
    ck_assert_ptr_nonnull(ssl);
    wolfSSL_SetIOReadCtx(ssl, wire);
    wolfSSL_SetIOWriteCtx(ssl, wire);
    return ssl;
}

static int handshake(void *ssl) {
    const int done = wolfSSL_accept(ssl);
    if (done == WOLFSSL_SUCCESS)
        return 1;
    return wolfSSL_get_error(ssl, done) == WOLFSSL_ERROR_WANT_READ ? 0 : -1;
}

static enum certmap_status match(void *ssl, const struct certmap_rules *rules, struct certmap_peer *peer,
                                 struct certmap_result *result, struct certmap_diagnostic *err) {
    return match_wolfssl(ssl, rules, peer, result, err);
}

static void close_server(void *ssl) {
    wolfSSL_free(ssl);
}

/* ---- decoding ---- */

static void begin_decoding(void) {
    ck_assert_int_eq(wolfSSL_Init(), WOLFSSL_SUCCESS);
}

static void end_decoding(void) {
    wolfSSL_Cleanup();
}

static bool decode(struct decoded *decoded, struct certmap_view der) {
    int len = 0;
    WOLFSSL_X509 *x509 = wolfSSL_X509_load_certificate_buffer(der.data, (int)der.len, WOLFSSL_FILETYPE_ASN1);
    if (x509 == NULL)
        return false;
    const unsigned char *whole = wolfSSL_X509_get_der(x509, &len);
    ck_assert_ptr_nonnull(whole);
    t_bytes(&decoded->whole, whole, (size_t)len);
    wolfSSL_X509_free(x509);
    return true;
}

int main(void) {
    static const struct library library = {
        .name = "wolfssl",
        .tls13 = true,
        .strict = true,
        .start = start,
        .stop = stop,
        .open = open_server,
        .handshake = handshake,
        .match = match,
        .close = close_server,
        .decode = decode,
        .begin_decoding = begin_decoding,
        .end_decoding = end_decoding,
    };
    return library_run(&library);
}
