/* SPDX-License-Identifier: MIT */

#include "ngx_http_certmap_module.h"


static ngx_int_t
ngx_http_certmap_init_realm(ngx_conf_t *cf, ngx_http_conf_ctx_t *ctx)
{
    ngx_certmap_accepted_t        accepted;
    ngx_http_ssl_srv_conf_t      *sscf;
    ngx_http_certmap_srv_conf_t  *scf;

    sscf = ctx->srv_conf[ngx_http_ssl_module.ctx_index];
    scf = ctx->srv_conf[ngx_http_certmap_module.ctx_index];

    if (sscf->ssl.ctx == NULL || sscf->verify == 0) {
        return NGX_OK;
    }

    ngx_memzero(&accepted, sizeof(ngx_certmap_accepted_t));
    accepted.ssl = &sscf->ssl;
    accepted.verify_depth = sscf->verify_depth;
    accepted.ocsp = sscf->ocsp;
    accepted.ocsp_responder = sscf->ocsp_responder;
    accepted.client_certificate = sscf->client_certificate;
    accepted.trusted_certificate = sscf->trusted_certificate;
    accepted.crl = sscf->crl;
    accepted.ecdh_curve = sscf->ecdh_curve;
#if (nginx_version >= 1019004)
    accepted.conf_commands = sscf->conf_commands;
#endif

    scf->realm = ngx_certmap_realm(cf, &accepted);

    return scf->realm ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_certmap_init_realms(ngx_conf_t *cf)
{
    ngx_uint_t                   i;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {

        if (ngx_http_certmap_init_realm(cf, cscfp[i]->ctx) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* that of the server{} which the handshake was with; a subrequest has none */

static const char *
ngx_http_certmap_asked_realm(ngx_http_request_t *r)
{
    ngx_http_certmap_srv_conf_t  *scf;

    scf = r->main->http_connection->conf_ctx->srv_conf[
                                           ngx_http_certmap_module.ctx_index];

    return scf->realm;
}


static const char *
ngx_http_certmap_wanted_realm(ngx_http_request_t *r)
{
    ngx_http_certmap_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_certmap_module);

    return scf->realm;
}


/*
 * nginx refuses a Host other than the name in SNI with 421, but only where that
 * name was sent and known, and where the server{} of the Host asks for
 * certificates.  Otherwise "Host" could take a certificate to a server{} that
 * does not ask, or accepts other CAs.
 */

const char *
ngx_http_certmap_server_objection(ngx_http_request_t *r)
{
    if (r->connection->ssl == NULL) {
        return "the request came without TLS";
    }

    if (!ngx_certmap_same_realm(ngx_http_certmap_asked_realm(r),
                                ngx_http_certmap_wanted_realm(r)))
    {
        return "the handshake was with another server{}, which accepts other "
               "certificates";
    }

    return NULL;
}


const char *
ngx_http_certmap_session_objection(ngx_http_request_t *r)
{
    return ngx_certmap_session_objection(r->connection,
                                         ngx_http_certmap_asked_realm(r));
}


const char *
ngx_http_certmap_objection(ngx_http_request_t *r)
{
    const char  *objection;

    objection = ngx_http_certmap_server_objection(r);

    return objection ? objection : ngx_http_certmap_session_objection(r);
}
