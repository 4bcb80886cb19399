/* SPDX-License-Identifier: MIT */
#include "units.h"
#include "support/tls.h"
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE = 256 };

struct b_units {
    EVP_MD *sha256; /* fetched once, as a program that cares for speed does */
    EVP_MD_CTX *digest;
    EVP_MD_CTX *verify;
    EVP_PKEY *key;
    uint8_t message[MESSAGE];
    uint8_t signature[128];
    size_t signature_len;
    BIO *text;
    struct t_pki *pki;
    SSL_CTX *server;
    SSL_CTX *client;
};

static void sign(struct b_units *units) {
    units->signature_len = sizeof units->signature;
    if (EVP_DigestSignInit(units->verify, NULL, EVP_sha256(), NULL, units->key) != 1 ||
        EVP_DigestSign(units->verify, units->signature, &units->signature_len, units->message, MESSAGE) != 1)
        b_die("units", "OpenSSL does not sign");
}

struct b_units *b_units_new(void) {
    struct b_units *units = calloc(1, sizeof *units);
    if (units == NULL)
        b_die("units", "no memory");
    units->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    units->digest = EVP_MD_CTX_new();
    units->verify = EVP_MD_CTX_new();
    units->key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    units->text = BIO_new(BIO_s_mem());
    if (units->sha256 == NULL || units->digest == NULL || units->verify == NULL || units->key == NULL ||
        units->text == NULL)
        b_die("units", "OpenSSL has no memory, or no P-256");
    sign(units);
    units->pki = t_pki_new();
    units->server = t_tls_server(units->pki, TLS1_3_VERSION);
    units->client = t_tls_client(units->pki, TLS1_3_VERSION, T_ALICE);
    return units;
}

void b_units_free(struct b_units *units) {
    SSL_CTX_free(units->client);
    SSL_CTX_free(units->server);
    t_pki_free(units->pki);
    BIO_free(units->text);
    EVP_PKEY_free(units->key);
    EVP_MD_CTX_free(units->verify);
    EVP_MD_CTX_free(units->digest);
    EVP_MD_free(units->sha256);
    free(units);
}

static void run_d2i(void *ctx, struct b_batch *batch, size_t count) {
    (void)ctx;
    for (size_t i = 0; i < count; i++) {
        const struct t_buf *der = &batch->ders[i % batch->count];
        const unsigned char *at = der->data;
        X509 *x509 = d2i_X509(NULL, &at, (long)der->len);
        if (x509 == NULL)
            b_die("d2i_X509", "failed");
        X509_free(x509);
    }
}

static void run_sha256(void *ctx, struct b_batch *batch, size_t count) {
    const struct b_units *units = ctx;
    for (size_t i = 0; i < count; i++) {
        uint8_t digest[CERTMAP_SHA256_SIZE];
        const struct t_buf *der = &batch->ders[i % batch->count];
        if (EVP_DigestInit_ex(units->digest, units->sha256, NULL) != 1 ||
            EVP_DigestUpdate(units->digest, der->data, der->len) != 1 ||
            EVP_DigestFinal_ex(units->digest, digest, NULL) != 1)
            b_die("SHA-256", "failed");
    }
}

static void run_print(void *ctx, struct b_batch *batch, size_t count) {
    const struct b_units *units = ctx;
    for (size_t i = 0; i < count; i++) {
        const X509 *x509 = batch->x509s[i % batch->count];
        if (BIO_reset(units->text) != 1 ||
            X509_NAME_print_ex(units->text, X509_get_subject_name(x509), 0, XN_FLAG_RFC2253) < 0 ||
            X509_NAME_print_ex(units->text, X509_get_issuer_name(x509), 0, XN_FLAG_RFC2253) < 0)
            b_die("X509_NAME_print_ex", "failed");
    }
}

static void run_verify(void *ctx, struct b_batch *batch, size_t count) {
    const struct b_units *units = ctx;
    (void)batch;
    for (size_t i = 0; i < count; i++)
        if (EVP_DigestVerifyInit(units->verify, NULL, units->sha256, NULL, units->key) != 1 ||
            EVP_DigestVerify(units->verify, units->signature, units->signature_len, units->message, MESSAGE) != 1)
            b_die("ECDSA", "does not verify");
}

static void run_handshake(void *ctx, struct b_batch *batch, size_t count) {
    const struct b_units *units = ctx;
    (void)batch;
    for (size_t i = 0; i < count; i++) {
        struct t_link link = t_link_open(units->server, units->client);
        if (!t_link_handshake(&link))
            b_die("TLS", "the handshake fails");
        t_link_close(&link);
    }
}

void b_units_add(struct b_group *group, struct b_units *units) {
    b_group_add(group, B_D2I, run_d2i, units, B_FORM_DER, false);
    b_group_add(group, B_SHA256, run_sha256, units, B_FORM_DER, false);
}

void b_units_add_all(struct b_group *group, struct b_units *units) {
    b_units_add(group, units);
    b_group_add(group, "both Names, X509_NAME_print_ex", run_print, units, B_FORM_X509, false);
    b_group_add(group, "ECDSA P-256 verification", run_verify, units, 0, false);
    b_group_add(group, "TLS 1.3 mutual handshake", run_handshake, units, 0, false);
}
