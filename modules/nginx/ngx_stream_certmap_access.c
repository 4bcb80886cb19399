/* SPDX-License-Identifier: MIT */

#include "ngx_stream_certmap_module.h"


/* Why the certificate does not count; NULL: it does. */

static const char *
ngx_stream_certmap_objection(ngx_stream_session_t *s)
{
    ngx_stream_certmap_srv_conf_t  *scf;

    scf = ngx_stream_get_module_srv_conf(s, ngx_stream_certmap_module);

    if (s->connection->ssl == NULL) {
        return "the connection is without TLS";
    }

    if (scf->realm == NULL) {
        return "the server asks for no certificate";
    }

    return ngx_certmap_session_objection(s->connection, scf->realm);
}


ngx_certmap_ref_t *
ngx_stream_certmap_ask(ngx_stream_session_t *s)
{
    ngx_certmap_ref_t              *ref;
    ngx_certmap_held_t             *held;
    ngx_stream_certmap_srv_conf_t  *scf;

    ref = ngx_stream_get_module_ctx(s, ngx_stream_certmap_module);

    if (ref && certmap_answer_may_be_kept(ref->held->answer)) {
        return ref;
    }

    scf = ngx_stream_get_module_srv_conf(s, ngx_stream_certmap_module);

    if (scf->certmap.rules == NULL || ngx_stream_certmap_objection(s)) {
        return NULL;
    }

    held = ngx_certmap_ask(s->connection, scf->certmap.rules);
    if (held == NULL) {
        return NULL;
    }

    if (ref) {
        ngx_certmap_replace(ref, held);
        return ref;
    }

    ref = ngx_certmap_hold(s->connection->pool, held);
    if (ref == NULL) {
        ngx_certmap_free(held);
        return NULL;
    }

    ngx_stream_set_ctx(s, ref, ngx_stream_certmap_module);

    return ref;
}


/* without an answer: nobody, if there is a reason for that, else an error */

static enum certmap_outcome
ngx_stream_certmap_outcome(ngx_stream_session_t *s, ngx_certmap_ref_t *ref)
{
    if (ref) {
        return certmap_answer_outcome(ref->held->answer);
    }

    return ngx_stream_certmap_objection(s) ? CERTMAP_OUTCOME_UNVERIFIED
                                           : CERTMAP_OUTCOME_ERROR;
}


static ngx_uint_t
ngx_stream_certmap_is_admitted(ngx_stream_session_t *s, ngx_certmap_ref_t *ref)
{
    ngx_stream_certmap_srv_conf_t  *scf;

    /* early data, which others may have sent before */
    if (s->connection->ssl
        && !SSL_is_init_finished(s->connection->ssl->connection))
    {
        return 0;
    }

    scf = ngx_stream_get_module_srv_conf(s, ngx_stream_certmap_module);

    switch (ngx_stream_certmap_outcome(s, ref)) {

    case CERTMAP_OUTCOME_ALLOW:
        return 1;

    case CERTMAP_OUTCOME_NONE:
    case CERTMAP_OUTCOME_UNVERIFIED:
        return scf->certmap.mode == NGX_CERTMAP_OPTIONAL;

    case CERTMAP_OUTCOME_DENY:
    case CERTMAP_OUTCOME_ERROR:
    default:
        return 0;
    }
}


static void
ngx_stream_certmap_handler(ngx_stream_session_t *s)
{
    const char                     *why;
    ngx_certmap_ref_t              *ref;
    ngx_stream_certmap_srv_conf_t  *scf;

    scf = ngx_stream_get_module_srv_conf(s, ngx_stream_certmap_module);
    ref = ngx_stream_certmap_ask(s);

    if (ngx_stream_certmap_is_admitted(s, ref)) {
        scf->next(s);
        return;
    }

    why = ref ? certmap_answer_line(ref->held->answer)
              : ngx_stream_certmap_objection(s);

    ngx_log_error((why ? NGX_LOG_ERR : NGX_LOG_CRIT), s->connection->log, 0,
                  "certmap: refused: %s", why ? why : "no memory");

    ngx_stream_finalize_session(s, NGX_STREAM_FORBIDDEN);
}


static ngx_int_t
ngx_stream_certmap_init_realm(ngx_conf_t *cf, ngx_stream_ssl_conf_t *sscf,
    ngx_stream_certmap_srv_conf_t *scf)
{
    ngx_certmap_accepted_t  accepted;

    if (sscf->ssl.ctx == NULL || sscf->verify == 0) {
        return NGX_OK;
    }

    ngx_memzero(&accepted, sizeof(ngx_certmap_accepted_t));
    accepted.ssl = &sscf->ssl;
    accepted.verify_depth = sscf->verify_depth;
    accepted.client_certificate = sscf->client_certificate;
    accepted.trusted_certificate = sscf->trusted_certificate;
    accepted.crl = sscf->crl;
    accepted.ecdh_curve = sscf->ecdh_curve;
#if (nginx_version >= 1019004)
    accepted.conf_commands = sscf->conf_commands;
#endif
#if (nginx_version >= 1027002)
    accepted.ocsp = sscf->ocsp;
    accepted.ocsp_responder = sscf->ocsp_responder;
#endif

    scf->realm = ngx_certmap_realm(cf, &accepted);

    return scf->realm ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_stream_certmap_init_servers(ngx_conf_t *cf)
{
    ngx_uint_t                       i;
    ngx_stream_conf_ctx_t           *ctx;
    ngx_stream_core_srv_conf_t     **cscfp;
    ngx_stream_core_main_conf_t     *cmcf;
    ngx_stream_certmap_srv_conf_t   *scf;

    cmcf = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module);
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        ctx = cscfp[i]->ctx;
        scf = ctx->srv_conf[ngx_stream_certmap_module.ctx_index];

        if (ngx_stream_certmap_init_realm(cf,
                               ctx->srv_conf[ngx_stream_ssl_module.ctx_index],
                               scf)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (scf->certmap.mode != NGX_CERTMAP_OFF) {
            scf->next = cscfp[i]->handler;
            cscfp[i]->handler = ngx_stream_certmap_handler;
        }
    }

    return NGX_OK;
}
