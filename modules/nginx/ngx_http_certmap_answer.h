/* SPDX-License-Identifier: MIT */
/* The answer for a request, and what was made of it. */
#ifndef NGX_HTTP_CERTMAP_ANSWER_H
#define NGX_HTTP_CERTMAP_ANSWER_H

#include "ngx_certmap_answer.h"
#include "ngx_http_certmap_accepted.h"


/*
 * What was decided about a request.  Internal redirects clear its contexts, so
 * that it is in the pool, too; subrequests use the pool of the main request, so
 * that it says whose it is.
 */

typedef struct {
    ngx_http_request_t      *request;
    ngx_certmap_ref_t  *ref;        /* NULL: refused without an answer */
    ngx_uint_t               granted;    /* else refused */
} ngx_http_certmap_decision_t;


/*
 * The answer for this request: the same one to its end, whatever happens in the
 * meantime, so that what is logged and passed on is what has been checked.
 * NULL: there are no rules, there is an objection to the certificate
 * (ngx_http_certmap_objection), or there is no memory.
 */
ngx_certmap_ref_t *ngx_http_certmap_ask(ngx_http_request_t *r,
    ngx_certmap_rules_t *rules);

enum certmap_outcome ngx_http_certmap_outcome(ngx_http_request_t *r,
    ngx_certmap_ref_t *ref);

/* remembers the last decision about a request, and not about its parent */
ngx_int_t ngx_http_certmap_decide(ngx_http_request_t *r,
    ngx_certmap_ref_t *ref, ngx_uint_t granted);

/* that of a location before this one, or of a parent; NULL: there is none */
ngx_http_certmap_decision_t *ngx_http_certmap_decided(ngx_http_request_t *r);

#endif
