/* SPDX-License-Identifier: MIT */

#include "ngx_http_certmap_module.h"


#define NGX_HTTP_CERTMAP_TOO_EARLY  425   /* RFC 8470 */


/* remembered for $remote_user, whatever page the error leads to */

static ngx_int_t
ngx_http_certmap_refuse(ngx_http_request_t *r, ngx_certmap_ref_t *ref)
{
    const char  *why;

    if (ref) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "certmap: refused: %s",
                      certmap_answer_line(ref->held->answer));

    } else {
        why = ngx_http_certmap_objection(r);

        ngx_log_error((why ? NGX_LOG_ERR : NGX_LOG_CRIT), r->connection->log,
                      0, "certmap: refused: %s", why ? why : "no memory");
    }

    return ngx_http_certmap_decide(r, ref, 0) == NGX_OK
           ? NGX_HTTP_FORBIDDEN : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_int_t
ngx_http_certmap_grant(ngx_http_request_t *r, ngx_certmap_ref_t *ref)
{
    return ngx_http_certmap_decide(r, ref, 1) == NGX_OK
           ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_int_t
ngx_http_certmap_refuse_early(ngx_http_request_t *r)
{
    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "certmap: request in early data");

    return ngx_http_certmap_decide(r, NULL, 0) == NGX_OK
           ? NGX_HTTP_CERTMAP_TOO_EARLY : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/*
 * Decides all but what "satisfy any" leaves open: this phase, unlike the access
 * phase, also runs in subrequests, and nothing overrules it.
 */

static ngx_int_t
ngx_http_certmap_preaccess_handler(ngx_http_request_t *r)
{
    ngx_certmap_ref_t         *ref;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_certmap_conf_t        *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_certmap_module);

    if (lcf->mode == NGX_CERTMAP_OFF) {
        return NGX_DECLINED;
    }

    if (r->connection->ssl
        && !SSL_is_init_finished(r->connection->ssl->connection))
    {
        return ngx_http_certmap_refuse_early(r);
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    ref = ngx_http_certmap_ask(r, lcf->rules);

    switch (ngx_http_certmap_outcome(r, ref)) {

    case CERTMAP_OUTCOME_ALLOW:
        return ngx_http_certmap_grant(r, ref);

    case CERTMAP_OUTCOME_NONE:
    case CERTMAP_OUTCOME_UNVERIFIED:

        if (lcf->mode == NGX_CERTMAP_OPTIONAL
            || clcf->satisfy == NGX_HTTP_SATISFY_ANY)
        {
            return NGX_DECLINED;
        }

        return ngx_http_certmap_refuse(r, ref);

    case CERTMAP_OUTCOME_DENY:
    case CERTMAP_OUTCOME_ERROR:
    default:
        return ngx_http_certmap_refuse(r, ref);
    }
}


/* under "satisfy any" an account is enough; without one, others may do */

static ngx_int_t
ngx_http_certmap_access_handler(ngx_http_request_t *r)
{
    ngx_certmap_ref_t   *ref;
    ngx_certmap_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_certmap_module);

    if (lcf->mode == NGX_CERTMAP_OFF) {
        return NGX_DECLINED;
    }

    ref = ngx_http_certmap_ask(r, lcf->rules);

    if (ngx_http_certmap_outcome(r, ref) == CERTMAP_OUTCOME_ALLOW) {
        return NGX_OK;
    }

    if (lcf->mode == NGX_CERTMAP_OPTIONAL) {
        return NGX_DECLINED;
    }

    return NGX_HTTP_FORBIDDEN;
}


static ngx_int_t
ngx_http_certmap_add_handler(ngx_conf_t *cf, ngx_http_phases phase,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}


ngx_int_t
ngx_http_certmap_init_access(ngx_conf_t *cf)
{
    if (ngx_http_certmap_add_handler(cf, NGX_HTTP_PREACCESS_PHASE,
                                     ngx_http_certmap_preaccess_handler)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_certmap_add_handler(cf, NGX_HTTP_ACCESS_PHASE,
                                        ngx_http_certmap_access_handler);
}
