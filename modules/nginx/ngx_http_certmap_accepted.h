/* SPDX-License-Identifier: MIT */
/* Whether a request may have the certificate that its connection has. */
#ifndef NGX_HTTP_CERTMAP_ACCEPTED_H
#define NGX_HTTP_CERTMAP_ACCEPTED_H

#include "ngx_certmap_realm.h"
#include <ngx_http.h>


typedef struct {
    char  *realm;   /* NULL: the server asks for no certificate */
} ngx_http_certmap_srv_conf_t;


/* the realm of each server{}; after their configurations have been merged */
ngx_int_t ngx_http_certmap_init_realms(ngx_conf_t *cf);

/*
 * Why the server{} of the request does not count the certificate as one that it
 * has accepted; NULL: it does.  The first looks at where the request has come
 * to, and costs nothing; the second at the connection, always with the same
 * result; the third at both.
 */
const char *ngx_http_certmap_server_objection(ngx_http_request_t *r);
const char *ngx_http_certmap_session_objection(ngx_http_request_t *r);
const char *ngx_http_certmap_objection(ngx_http_request_t *r);

#endif
