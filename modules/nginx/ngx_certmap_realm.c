/* SPDX-License-Identifier: MIT */

#include "ngx_certmap_realm.h"

#include <openssl/evp.h>


/* the length comes first, so that no two lists of values give the same bytes */

static ngx_int_t
ngx_certmap_put(EVP_MD_CTX *md, ngx_str_t *value)
{
    return EVP_DigestUpdate(md, &value->len, sizeof(value->len)) == 1
           && EVP_DigestUpdate(md, value->data, value->len) == 1
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_certmap_put_number(EVP_MD_CTX *md, ngx_uint_t n)
{
    return EVP_DigestUpdate(md, &n, sizeof(n)) == 1 ? NGX_OK : NGX_ERROR;
}


/* any of them may name a file of CAs, or what is not to be looked at */

static ngx_int_t
ngx_certmap_put_commands(EVP_MD_CTX *md, ngx_array_t *commands)
{
    ngx_uint_t     i;
    ngx_keyval_t  *command;

    if (commands == NULL) {
        return ngx_certmap_put_number(md, 0);
    }

    command = commands->elts;

    if (ngx_certmap_put_number(md, commands->nelts) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < commands->nelts; i++) {

        if (ngx_certmap_put(md, &command[i].key) != NGX_OK
            || ngx_certmap_put(md, &command[i].value) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * "ssl_ciphers" sets the level of security, which bounds a certificate's keys
 * and digests, and Suite B, which is among the flags of certificates
 */

static ngx_int_t
ngx_certmap_put_openssl(EVP_MD_CTX *md, SSL_CTX *ctx)
{
    ngx_uint_t          level, flags;
    X509_STORE         *store;
    X509_VERIFY_PARAM  *own, *stored;

    level = (ngx_uint_t) SSL_CTX_get_security_level(ctx);
    flags = (ngx_uint_t) SSL_CTX_set_cert_flags(ctx, 0); /* adds none */
    store = SSL_CTX_get_cert_store(ctx);
    own = SSL_CTX_get0_param(ctx);
    stored = X509_STORE_get0_param(store);

    if (ngx_certmap_put_number(md, level) != NGX_OK
        || ngx_certmap_put_number(md, flags) != NGX_OK
        || ngx_certmap_put_number(md, X509_VERIFY_PARAM_get_flags(own))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_certmap_put_number(md, X509_VERIFY_PARAM_get_flags(stored));
}


static ngx_int_t
ngx_certmap_put_accepted(EVP_MD_CTX *md, ngx_certmap_accepted_t *accepted)
{
    if (EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1
        || ngx_certmap_put_number(md, accepted->verify_depth) != NGX_OK
        || ngx_certmap_put_openssl(md, accepted->ssl->ctx) != NGX_OK
        || ngx_certmap_put_number(md, accepted->ocsp) != NGX_OK
        || ngx_certmap_put(md, &accepted->ocsp_responder) != NGX_OK
        || ngx_certmap_put(md, &accepted->client_certificate) != NGX_OK
        || ngx_certmap_put(md, &accepted->trusted_certificate) != NGX_OK
        || ngx_certmap_put(md, &accepted->crl) != NGX_OK
        || ngx_certmap_put(md, &accepted->ecdh_curve) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_certmap_put_commands(md, accepted->conf_commands);
}


/* the digest in hexadecimal: the library takes a text, files have any name */

static char *
ngx_certmap_realm_text(ngx_conf_t *cf, ngx_certmap_accepted_t *accepted)
{
    u_char     *text, *end, sha256[EVP_MAX_MD_SIZE];
    unsigned    len;
    ngx_int_t   rc;
    EVP_MD_CTX    *md;

    md = EVP_MD_CTX_new();
    if (md == NULL) {
        return NULL;
    }

    rc = ngx_certmap_put_accepted(md, accepted);

    if (rc == NGX_OK && EVP_DigestFinal_ex(md, sha256, &len) != 1) {
        rc = NGX_ERROR;
    }

    EVP_MD_CTX_free(md);

    if (rc != NGX_OK) {
        return NULL;
    }

    text = ngx_pnalloc(cf->pool, 2 * len + 1);
    if (text == NULL) {
        return NULL;
    }

    end = ngx_hex_dump(text, sha256, len);
    *end = '\0';

    return (char *) text;
}


char *
ngx_certmap_realm(ngx_conf_t *cf, ngx_certmap_accepted_t *accepted)
{
    char  *realm;

    realm = ngx_certmap_realm_text(cf, accepted);

    if (realm == NULL) {
        ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                      "certmap: no memory, or no SHA-256, for what a server{} "
                      "accepts");
        return NULL;
    }

    SSL_CTX_set_cert_verify_callback(accepted->ssl->ctx,
                                     certmap_service_keep_issuer, realm);

    return realm;
}


ngx_uint_t
ngx_certmap_same_realm(const char *one, const char *two)
{
    return one && two && (one == two || ngx_strcmp(one, two) == 0);
}


const char *
ngx_certmap_session_objection(ngx_connection_t *c, const char *realm)
{
    const char  *s;

    /* nobody's, or one that was not accepted: the answer will say so */
    if (SSL_get_verify_result(c->ssl->connection) == X509_V_OK
        && !certmap_service_session_is_of(c->ssl->connection, realm))
    {
        return "the TLS session is from another server{}, which accepts other "
               "certificates";
    }

    if (ngx_ssl_ocsp_get_status(c, &s) != NGX_OK) {
        return s;
    }

    return NULL;
}
