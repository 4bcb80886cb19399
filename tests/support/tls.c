/* SPDX-License-Identifier: MIT */
#include "support/tls.h"
#include "support/der.h"
#include <limits.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- who there is ---- */

#define CA "critical,CA:TRUE"
#define NO_CA "critical,CA:FALSE"

static const struct identity {
    const char *subject; /* spec of t_name, or NULL */
    const char *der;     /* of t_der, where there is no subject */
    enum t_id issuer;
    int from, to; /* days from now */
    const char *constraints;
    const char *usage;
    const char *alt_name;
} identities[T_ID_COUNT] = {
    [T_ROOT] = {"O=Contoso | CN=Contoso Root CA", NULL, T_ROOT, -30, 30, CA, NULL, NULL},
    [T_ISSUING] = {"O=Contoso | CN=Contoso Issuing CA 1", NULL, T_ROOT, -30, 30, CA, NULL, NULL},
    [T_SERVER] = {"O=Contoso | CN=server", NULL, T_ISSUING, -30, 30, NO_CA, "serverAuth", "DNS:localhost"},
    [T_ALICE] = {"O=Contoso | OU=Sales | CN=Alice", NULL, T_ISSUING, -30, 30, NO_CA, "clientAuth", NULL},
    [T_BOB] = {"O=Contoso | OU=Warehouse + printable C=US | CN=Bob", NULL, T_ROOT, -30, 30, NO_CA, "clientAuth", NULL},
    [T_EVE] = {"O=Contoso | OU=Contractors | CN=Eve", NULL, T_ROOT, -30, 30, NO_CA, "clientAuth", NULL},
    [T_STRANGER] = {"O=Fabrikam | CN=Alice", NULL, T_ROOT, -30, 30, NO_CA, "clientAuth", NULL},
    [T_UNNAMED] = {"", NULL, T_ROOT, -30, 30, NO_CA, "clientAuth", "email:unnamed@contoso.example"},
    [T_EXPIRED] = {"O=Contoso | OU=Sales | CN=Alice", NULL, T_ROOT, -20, -10, NO_CA, "clientAuth", NULL},
    [T_EARLY] = {"O=Contoso | OU=Sales | CN=Alice", NULL, T_ROOT, 10, 20, NO_CA, "clientAuth", NULL},
    [T_WEB] = {"O=Contoso | OU=Sales | CN=Alice", NULL, T_ROOT, -30, 30, NO_CA, "serverAuth", NULL},
    [T_FALSE_CA] = {"O=Contoso | CN=Contoso Issuing CA 1", NULL, T_FALSE_CA, -30, 30, CA, NULL, NULL},
    [T_MALLORY] = {"O=Contoso | OU=Sales | CN=Alice", NULL, T_FALSE_CA, -30, 30, NO_CA, "clientAuth", NULL},
    [T_LONELY] = {"O=Contoso | OU=Sales | CN=Alice", NULL, T_LONELY, -30, 30, NO_CA, "clientAuth", NULL},
    [T_LENGTHY] = {NULL, "SEQUENCE+{ SET{ SEQUENCE{ OID{2.5.4.3} UTF8String{\"Alice\"} } } }", T_ROOT, -30, 30, NO_CA,
                   "clientAuth", NULL},
    [T_MANY_VALUES] = {"rdns 5000 CN=a", NULL, T_ROOT, -30, 30, NO_CA, "clientAuth", NULL},
    [T_OTHER_ROOT] = {"O=Fabrikam | CN=Fabrikam Root CA", NULL, T_OTHER_ROOT, -30, 30, CA, NULL, NULL},
    [T_NAMESAKE] = {"O=Contoso | CN=Contoso Issuing CA 1", NULL, T_ISSUING, -30, 30, NO_CA, "clientAuth", NULL},
    [T_PLAIN] = {"O=Contoso | OU=Warehouse + printable C=US | CN=Bob", NULL, T_ROOT, -30, 30, NO_CA, NULL, NULL},
    [T_CROSS] = {"O=Contoso | CN=Contoso Issuing CA 1", NULL, T_OTHER_ROOT, -30, 30, CA, NULL, NULL},
};

struct t_pki {
    X509 *certificates[T_ID_COUNT];
    EVP_PKEY *keys[T_ID_COUNT];
};

static void need(bool ok, const char *what) {
    if (ok)
        return;
    fprintf(stderr, "tests/support/tls.c: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(EXIT_FAILURE);
}

static EVP_PKEY *make_key(void) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    need(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1, "keygen_init");
    need(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) == 1, "curve");
    need(EVP_PKEY_keygen(ctx, &key) == 1, "keygen");
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static X509_NAME *make_name(const struct identity *who) {
    struct t_buf der = T_BUF_INIT;
    if (who->subject != NULL)
        t_name(&der, who->subject);
    else
        t_der(&der, who->der);
    const uint8_t *at = t_view(&der).data;
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)der.len);
    need(name != NULL && at == der.data + der.len, "Name");
    t_buf_free(&der);
    return name;
}

static void add_extension(X509 *x509, int nid, const char *value) {
    if (value == NULL)
        return;
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    need(extension != NULL && X509_add_ext(x509, extension, -1) == 1, value);
    X509_EXTENSION_free(extension);
}

static void make_certificate(struct t_pki *pki, enum t_id id) {
    const struct identity *who = &identities[id];
    const long day = 24 * 60 * 60;
    X509_NAME *subject = make_name(who);
    X509_NAME *issuer = make_name(&identities[who->issuer]);
    X509 *x509 = X509_new();
    pki->certificates[id] = x509;
    need(x509 != NULL && X509_set_version(x509, 2) == 1, "X509_new");
    need(ASN1_INTEGER_set(X509_get_serialNumber(x509), (long)id) == 1, "serial number");
    need(X509_set_subject_name(x509, subject) == 1 && X509_set_issuer_name(x509, issuer) == 1, "Names");
    need(X509_gmtime_adj(X509_getm_notBefore(x509), who->from * day) != NULL, "notBefore");
    need(X509_gmtime_adj(X509_getm_notAfter(x509), who->to * day) != NULL, "notAfter");
    need(X509_set_pubkey(x509, pki->keys[id]) == 1, "public key");
    add_extension(x509, NID_basic_constraints, who->constraints);
    if (strcmp(who->constraints, CA) == 0) /* wolfSSL takes nothing else for a CA in the middle of a chain */
        add_extension(x509, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(x509, NID_ext_key_usage, who->usage);
    add_extension(x509, NID_subject_alt_name, who->alt_name);
    need(X509_sign(x509, pki->keys[who->issuer], EVP_sha256()) > 0, "signature");
    X509_NAME_free(subject);
    X509_NAME_free(issuer);
}

struct t_pki *t_pki_new(void) {
    struct t_pki *pki = calloc(1, sizeof *pki);
    need(pki != NULL, "memory");
    for (int id = T_NOBODY + 1; id < T_CROSS; id++)
        pki->keys[id] = make_key();
    need(EVP_PKEY_up_ref(pki->keys[T_ISSUING]) == 1, "key");
    pki->keys[T_CROSS] = pki->keys[T_ISSUING];
    for (int id = T_NOBODY + 1; id < T_ID_COUNT; id++)
        make_certificate(pki, (enum t_id)id);
    return pki;
}

void t_pki_free(struct t_pki *pki) {
    for (int id = T_NOBODY + 1; id < T_ID_COUNT; id++) {
        X509_free(pki->certificates[id]);
        EVP_PKEY_free(pki->keys[id]);
    }
    free(pki);
}

X509 *t_pki_certificate(const struct t_pki *pki, enum t_id id) {
    return pki->certificates[id];
}

EVP_PKEY *t_pki_key(const struct t_pki *pki, enum t_id id) {
    return pki->keys[id];
}

/* ---- the two ends ---- */

static SSL_CTX *make_end(const struct t_pki *pki, const SSL_METHOD *method, int version) {
    SSL_CTX *ctx = SSL_CTX_new(method);
    need(ctx != NULL, "SSL_CTX_new");
    need(SSL_CTX_set_min_proto_version(ctx, version) == 1 && SSL_CTX_set_max_proto_version(ctx, version) == 1,
         "version");
    need(X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), pki->certificates[T_ROOT]) == 1, "trust");
    return ctx;
}

/* The certificate, its key, and the certificate of its CA unless that is trusted anyway or itself. */
static void use_identity(SSL_CTX *ctx, const struct t_pki *pki, enum t_id id) {
    const enum t_id issuer = identities[id].issuer;
    need(SSL_CTX_use_certificate(ctx, pki->certificates[id]) == 1, "certificate");
    need(SSL_CTX_use_PrivateKey(ctx, pki->keys[id]) == 1, "private key");
    if (issuer != T_ROOT && issuer != id)
        need(SSL_CTX_add1_chain_cert(ctx, pki->certificates[issuer]) == 1, "chain");
}

SSL_CTX *t_tls_server(const struct t_pki *pki, int version) {
    static const unsigned char session_id_context[] = "certmap";
    SSL_CTX *ctx = make_end(pki, TLS_server_method(), version);
    use_identity(ctx, pki, T_SERVER);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    need(SSL_CTX_set_session_id_context(ctx, session_id_context, sizeof session_id_context) == 1, "session id context");
    return ctx;
}

SSL_CTX *t_tls_client(const struct t_pki *pki, int version, enum t_id id) {
    SSL_CTX *ctx = make_end(pki, TLS_client_method(), version);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    if (id != T_NOBODY)
        use_identity(ctx, pki, id);
    return ctx;
}

/* ---- who is trusted, and who sends what ---- */

void t_store_add(X509_STORE *store, const struct t_pki *pki, const enum t_id ids[T_MAX_LISTED]) {
    for (int i = 0; i < T_MAX_LISTED && ids[i] != T_NOBODY; i++)
        need(X509_STORE_add_cert(store, pki->certificates[ids[i]]) == 1, "store");
}

X509_STORE *t_store_new(const struct t_pki *pki, const enum t_id trusted[T_MAX_LISTED], bool partial) {
    X509_STORE *store = X509_STORE_new();
    need(store != NULL, "X509_STORE_new");
    t_store_add(store, pki, trusted);
    if (partial)
        need(X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1, "partial chain");
    return store;
}

SSL_CTX *t_tls_server_that_trusts(const struct t_pki *pki, int version, const enum t_id trusted[T_MAX_LISTED],
                                  bool partial) {
    SSL_CTX *ctx = t_tls_server(pki, version);
    SSL_CTX_set_cert_store(ctx, t_store_new(pki, trusted, partial));
    return ctx;
}

SSL_CTX *t_tls_client_that_sends(const struct t_pki *pki, int version, enum t_id id,
                                 const enum t_id sent[T_MAX_LISTED]) {
    SSL_CTX *ctx = t_tls_client(pki, version, id);
    SSL_CTX_clear_chain_certs(ctx);
    SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
    for (int i = 0; i < T_MAX_LISTED && sent[i] != T_NOBODY; i++)
        need(SSL_CTX_add1_chain_cert(ctx, pki->certificates[sent[i]]) == 1, "chain");
    return ctx;
}

void t_sha256(uint8_t digest[CERTMAP_SHA256_SIZE], X509 *x509, bool key) {
    unsigned char *der = NULL;
    const int len = key ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der) : i2d_X509(x509, &der);
    need(len > 0, "encode");
    need(EVP_Digest(der, (size_t)len, digest, NULL, EVP_sha256(), NULL) == 1, "digest");
    OPENSSL_free(der);
}

/* ---- connections ---- */

int t_verify_anything(int ok, X509_STORE_CTX *ctx) {
    (void)ok;
    (void)ctx;
    return 1;
}

static SSL *open_end(SSL_CTX *ctx) {
    SSL *ssl = SSL_new(ctx);
    BIO *in = BIO_new(BIO_s_mem());
    BIO *out = BIO_new(BIO_s_mem());
    need(ssl != NULL && in != NULL && out != NULL, "SSL_new");
    SSL_set_bio(ssl, in, out);
    return ssl;
}

struct t_link t_link_open(SSL_CTX *server, SSL_CTX *client) {
    struct t_link link = {open_end(server), open_end(client)};
    SSL_set_accept_state(link.server);
    SSL_set_connect_state(link.client);
    return link;
}

void t_link_close(struct t_link *link) {
    SSL_free(link->server);
    SSL_free(link->client);
}

void t_link_end(struct t_link *link) {
    SSL_shutdown(link->server);
    SSL_shutdown(link->client);
    t_link_close(link);
}

int t_link_move(SSL *from, SSL *to, int records) {
    unsigned char record[5 + 0xFFFF];
    unsigned char *waiting;
    int moved = 0;
    while (moved < records && BIO_get_mem_data(SSL_get_wbio(from), &waiting) > 0) {
        const int len = 5 + (waiting[3] << 8) + waiting[4]; /* RFC 8446 5.1 */
        need(BIO_read(SSL_get_wbio(from), record, len) == len, "record");
        need(BIO_write(SSL_get_rbio(to), record, len) == len, "record");
        moved++;
    }
    return moved;
}

/* Goes on with the handshake as far as it goes; false if this end refuses. */
static bool advance(SSL *ssl) {
    const int done = SSL_do_handshake(ssl);
    return done == 1 || SSL_get_error(ssl, done) == SSL_ERROR_WANT_READ;
}

bool t_link_handshake(struct t_link *link) {
    bool going = true;
    int moved = 1;
    while (going && moved > 0) {
        going = advance(link->client);
        moved = t_link_move(link->client, link->server, INT_MAX);
        going = going && advance(link->server);
        moved += t_link_move(link->server, link->client, INT_MAX);
    }
    if (going)
        t_link_pump(link);
    ERR_clear_error();
    return going && SSL_is_init_finished(link->client) && SSL_is_init_finished(link->server);
}

void t_link_pump(struct t_link *link) {
    char text[256];
    int moved;
    do {
        moved = t_link_move(link->client, link->server, INT_MAX);
        (void)SSL_read(link->server, text, sizeof text);
        moved += t_link_move(link->server, link->client, INT_MAX);
        (void)SSL_read(link->client, text, sizeof text);
    } while (moved > 0);
    ERR_clear_error();
}
