/* SPDX-License-Identifier: MIT */
/* A certificate is verified again, or for the first time where a proxy only hands it on. */
#include "client.h"
#include "memory.h"
#include <openssl/x509_vfy.h>

void cm_server_client_refuse(struct cm_server_client *client, enum certmap_status status, enum certmap_code code,
                             const char *text, const char *detail) {
    client->status = cm_server_fail(&client->err, status, code, "%s%.200s", text, detail);
}

/* As OpenSSL verifies the certificate of a client in a handshake. */
static bool set_up(X509_STORE_CTX *ctx, X509 *x509, X509_STORE *store, STACK_OF(X509) * chain, SSL *ssl) {
    if (X509_STORE_CTX_init(ctx, store, x509, chain) != 1 || X509_STORE_CTX_set_default(ctx, "ssl_client") != 1)
        return false;
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    if (ssl == NULL)
        return true;
    X509_VERIFY_PARAM_set_auth_level(param, SSL_get_security_level(ssl));
    return X509_VERIFY_PARAM_set1(param, SSL_get0_param(ssl)) == 1;
}

static void add_issuer(struct cm_server_client *client, X509_STORE_CTX *ctx) {
    X509 *issuer = NULL;
    STACK_OF(X509) *cas = NULL;
    client->status = certmap_openssl_verified_issuer(&issuer, ctx, &client->err);
    if (client->status == CERTMAP_OK)
        client->status = certmap_openssl_issuer(&client->cert, &client->holder, issuer, client->needs, &client->err);
    if (client->status == CERTMAP_OK)
        client->status = certmap_openssl_verified_chain(&cas, ctx, &client->err);
    if (client->status == CERTMAP_OK)
        client->status = certmap_openssl_chain(&client->cert, &client->holder, cas, client->needs, &client->err);
    sk_X509_free(cas);
}

bool cm_server_verify(struct cm_server_client *client, X509 *x509, X509_STORE *store, STACK_OF(X509) * chain,
                      SSL *ssl) {
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    const bool ready = ctx != NULL && set_up(ctx, x509, store, chain, ssl);
    if (!ready)
        cm_server_client_refuse(client, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory", "");
    else if (X509_verify_cert(ctx) != 1)
        cm_server_client_refuse(
            client, CERTMAP_ERROR_UNVERIFIED, CERTMAP_CODE_NOT_VERIFIED,
            "the certificate is not accepted: ", X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
    else
        add_issuer(client, ctx);
    X509_STORE_CTX_free(ctx);
    return client->status == CERTMAP_OK;
}
