/* SPDX-License-Identifier: MIT */
/* The answer for a connection, and who holds it. */
#ifndef NGX_HTTP_CERTMAP_ANSWER_H
#define NGX_HTTP_CERTMAP_ANSWER_H

#include "ngx_certmap_rules.h"
#include <ngx_http.h>


/* an answer, held by the connection and by each request that got it */

typedef struct {
    ngx_certmap_rules_t    *rules;
    struct certmap_answer  *answer;
    ngx_uint_t              holders;
} ngx_http_certmap_held_t;


/* one holder: the data of a cleanup in the pool of a connection or request */

typedef struct {
    ngx_http_certmap_held_t  *held;
    unsigned                  granted:1;   /* this request, by this answer */
    unsigned                  refused:1;
} ngx_http_certmap_ref_t;


/* Whether the certificate was accepted by what this server{} accepts. */
ngx_uint_t ngx_http_certmap_is_asked(ngx_http_request_t *r);

/*
 * The answer for this request: the same one to its end, whatever happens in the
 * meantime, so that what is logged and passed on is what has been checked.
 * NULL: there are no rules, this server has not asked for a certificate, or
 * there is no memory.
 */
ngx_http_certmap_ref_t *ngx_http_certmap_ask(ngx_http_request_t *r,
    ngx_certmap_rules_t *rules);

enum certmap_outcome ngx_http_certmap_outcome(ngx_http_request_t *r,
    ngx_http_certmap_ref_t *ref);

/* what a location before this one has made of the request; NULL: nothing */
ngx_http_certmap_ref_t *ngx_http_certmap_decided(ngx_http_request_t *r);

#endif
