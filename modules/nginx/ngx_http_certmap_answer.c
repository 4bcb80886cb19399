/* SPDX-License-Identifier: MIT */

#include "ngx_http_certmap_answer.h"


/* the connection that all streams of HTTP/2 share */

static ngx_connection_t *
ngx_http_certmap_connection(ngx_http_request_t *r)
{
#if (NGX_HTTP_V2)
    if (r->main->stream) {
        return r->main->stream->connection->connection;
    }
#endif

    return r->connection;
}


/*
 * The answer for this connection.  Its pool holds it, and not the SSL object:
 * OpenSSL would call a function of this module when "load_module" is gone.
 * Where the connection has one, its session has been looked at.
 */

static ngx_certmap_held_t *
ngx_http_certmap_ask_connection(ngx_http_request_t *r,
    ngx_certmap_rules_t *rules)
{
    ngx_connection_t    *c;
    ngx_certmap_ref_t   *ref;
    ngx_certmap_held_t  *held;

    c = ngx_http_certmap_connection(r);
    ref = ngx_certmap_find(c->pool, rules);

    if (ref
        && certmap_service_is_current(rules->service, ref->held->answer,
                                      ngx_time()))
    {
        return ref->held;
    }

    if (ref == NULL && ngx_http_certmap_session_objection(r)) {
        return NULL;
    }

    held = ngx_certmap_ask(r->connection, rules);

    if (held == NULL || !certmap_answer_may_be_kept(held->answer)) {
        return held;
    }

    if (ref) {
        ngx_certmap_replace(ref, held);

    } else {
        /* without memory for it the request alone will have the answer */
        (void) ngx_certmap_hold(c->pool, held);
    }

    return held;
}


ngx_certmap_ref_t *
ngx_http_certmap_ask(ngx_http_request_t *r, ngx_certmap_rules_t *rules)
{
    ngx_certmap_ref_t   *ref;
    ngx_certmap_held_t  *held;

    if (rules == NULL || ngx_http_certmap_server_objection(r)) {
        return NULL;
    }

    ref = ngx_certmap_find(r->pool, rules);

    if (ref && certmap_answer_may_be_kept(ref->held->answer)) {
        return ref;
    }

    held = ngx_http_certmap_ask_connection(r, rules);
    if (held == NULL) {
        return NULL;
    }

    ref = ngx_certmap_hold(r->pool, held);
    if (ref == NULL) {
        ngx_certmap_free(held);
    }

    return ref;
}


enum certmap_outcome
ngx_http_certmap_outcome(ngx_http_request_t *r, ngx_certmap_ref_t *ref)
{
    if (ref) {
        return certmap_answer_outcome(ref->held->answer);
    }

    return ngx_http_certmap_objection(r) ? CERTMAP_OUTCOME_UNVERIFIED
                                         : CERTMAP_OUTCOME_ERROR;
}


/* marks what ngx_http_certmap_decide has put into a pool */

static void
ngx_http_certmap_forget(void *data)
{
}


static ngx_http_certmap_decision_t *
ngx_http_certmap_find_decision(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t           *cln;
    ngx_http_certmap_decision_t  *decision;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {

        if (cln->handler != ngx_http_certmap_forget) {
            continue;
        }

        decision = cln->data;

        if (decision->request == r) {
            return decision;
        }
    }

    return NULL;
}


ngx_int_t
ngx_http_certmap_decide(ngx_http_request_t *r, ngx_certmap_ref_t *ref,
    ngx_uint_t granted)
{
    ngx_pool_cleanup_t           *cln;
    ngx_http_certmap_decision_t  *decision;

    decision = ngx_http_certmap_find_decision(r);

    if (decision == NULL) {
        cln = ngx_pool_cleanup_add(r->pool,
                                   sizeof(ngx_http_certmap_decision_t));
        if (cln == NULL) {
            return NGX_ERROR;
        }

        cln->handler = ngx_http_certmap_forget;
        decision = cln->data;
        decision->request = r;
    }

    decision->ref = ref;
    decision->granted = granted;

    return NGX_OK;
}


ngx_http_certmap_decision_t *
ngx_http_certmap_decided(ngx_http_request_t *r)
{
    ngx_http_certmap_decision_t  *decision;

    for ( /* void */ ; r; r = r->parent) {
        decision = ngx_http_certmap_find_decision(r);

        if (decision) {
            return decision;
        }
    }

    return NULL;
}
