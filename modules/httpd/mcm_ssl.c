/* SPDX-License-Identifier: MIT */
/*
 * What a virtual host accepts, its realm, is told by the directives of mod_ssl:
 * its SSL_CTX does not hold all of them.  A certificate counts where the realm
 * of the handshake, that of the session, and that of the request are the same.
 */

#include "mod_certmap.h"

#include <http_core.h>
#include <mod_ssl.h>

#include <apr_hash.h>
#include <apr_optional_hooks.h>
#include <apr_strings.h>

/* From mod_ssl_openssl.h, which is not everywhere. */
APR_DECLARE_EXTERNAL_HOOK(ssl, SSL, int, init_server,
                          (server_rec * s, apr_pool_t *p, int is_proxy,
                           SSL_CTX *ctx))

static apr_hash_t *realms; /* const char * by SSL_CTX * */

void mcm_ssl_pre_config(apr_pool_t *p)
{
    realms = apr_hash_make(p);
}

static const char *needs_mod_ssl(cmd_parms *cmd)
{
    if (ap_find_linked_module("mod_ssl.c") == NULL) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name, " needs mod_ssl", NULL);
    }
    return NULL;
}

/* Of a server as a whole; what a directory says, mod_ssl sees to by itself. */
const char *mcm_ssl_setting(cmd_parms *cmd, void *dir, const char *args)
{
    mcm_server_conf *conf =
        ap_get_module_config(cmd->server->module_config, &certmap_module);

    if (cmd->path == NULL) {
        apr_table_merge(conf->settings, cmd->cmd->name, args);
    }
    return needs_mod_ssl(cmd);
}

const char *mcm_ssl_verify_client(cmd_parms *cmd, void *dir, const char *args)
{
    mcm_dir_conf *conf = dir;
    mcm_server_conf *server =
        ap_get_module_config(cmd->server->module_config, &certmap_module);
    const char *word = ap_getword_conf(cmd->temp_pool, &args);
    int none = strcasecmp(word, "none") == 0 || strcasecmp(word, "off") == 0;

    conf->verify = none ? MCM_VERIFY_NONE : MCM_VERIFY_ASKS;
    server->asks |= !none;
    return needs_mod_ssl(cmd);
}

static int by_name(const void *one, const void *two)
{
    const apr_table_entry_t *a = one;
    const apr_table_entry_t *b = two;

    return strcmp(a->key, b->key);
}

/*
 * What OpenSSL was told by other ways than the directives that are read here:
 * "SSLCipherSuite" sets the level of security, which bounds a certificate's
 * keys and digests, and Suite B, which is among the flags of certificates.
 */
static const char *openssl_settings(SSL_CTX *ctx, apr_pool_t *p)
{
    const X509_STORE *store = SSL_CTX_get_cert_store(ctx);

    return apr_psprintf(
        p, "httpd %d %lx %lx %lx", SSL_CTX_get_security_level(ctx),
        (unsigned long)SSL_CTX_set_cert_flags(ctx, 0), /* adds none */
        X509_VERIFY_PARAM_get_flags(SSL_CTX_get0_param(ctx)),
        X509_VERIFY_PARAM_get_flags(X509_STORE_get0_param(store)));
}

/* The same settings in another order are the same. */
static const char *make_realm(const mcm_server_conf *conf, SSL_CTX *ctx,
                              apr_pool_t *p)
{
    apr_array_header_t *rows =
        apr_array_copy(p, apr_table_elts(conf->settings));
    const char *realm = openssl_settings(ctx, p);
    int i;

    qsort(rows->elts, (size_t)rows->nelts, sizeof(apr_table_entry_t), by_name);
    for (i = 0; i < rows->nelts; i++) {
        const apr_table_entry_t *row =
            &APR_ARRAY_IDX(rows, i, apr_table_entry_t);

        realm = apr_pstrcat(p, realm, "\n", row->key, " ", row->val, NULL);
    }
    return realm;
}

/*
 * "SSLCipherSuite" of a location may set another level of security, but what it
 * accepts stays with the connection and so comes to all locations: the level of
 * the virtual host is the lowest for certificates.
 */
static void keep_level(X509_STORE_CTX *ctx, const SSL *ssl)
{
    int level = SSL_CTX_get_security_level(SSL_get_SSL_CTX(ssl));

    if (level > SSL_get_security_level(ssl)) {
        X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(ctx), level);
    }
}

/*
 * A certificate that a location asks for under TLS 1.3 comes into a session that
 * exists already, and cannot be written into: no ticket is given for it, so that
 * the next connection asks anew.
 */
static int verify(X509_STORE_CTX *ctx, void *realm)
{
    SSL *ssl =
        X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    unsigned char unread;

    if (ssl != NULL && SSL_version(ssl) >= TLS1_3_VERSION
        && SSL_get_peer_finished(ssl, &unread, 0) > 0) {
        SSL_set_num_tickets(ssl, 0);
    }
    if (ssl != NULL) {
        keep_level(ctx, ssl);
    }
    return certmap_service_keep_issuer(ctx, realm);
}

/* Of a key of realms, which is the address of an SSL_CTX. */
#define KEY_SIZE ((apr_ssize_t)sizeof(void *))

static int init_server(server_rec *s, apr_pool_t *p, int is_proxy, SSL_CTX *ctx)
{
    mcm_server_conf *conf;

    if (is_proxy) {
        return APR_SUCCESS;
    }
    conf = ap_get_module_config(s->module_config, &certmap_module);
    conf->realm = make_realm(conf, ctx, p);
    apr_hash_set(realms, apr_pmemdup(p, &ctx, KEY_SIZE), KEY_SIZE, conf->realm);
    SSL_CTX_set_cert_verify_callback(ctx, verify, (char *)conf->realm);
    return APR_SUCCESS;
}

const char *mcm_ssl_realm(const SSL *ssl)
{
    const SSL_CTX *ctx = SSL_get_SSL_CTX(ssl);

    return apr_hash_get(realms, &ctx, KEY_SIZE);
}

void mcm_ssl_register_hooks(apr_pool_t *p)
{
    APR_OPTIONAL_HOOK(ssl, init_server, init_server, NULL, NULL,
                      APR_HOOK_MIDDLE);
}
