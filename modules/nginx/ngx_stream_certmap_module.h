/* SPDX-License-Identifier: MIT */
/* What the parts of the module for "stream" know of each other. */
#ifndef NGX_STREAM_CERTMAP_MODULE_H
#define NGX_STREAM_CERTMAP_MODULE_H

#include "ngx_certmap_answer.h"
#include "ngx_certmap_conf.h"
#include "ngx_certmap_realm.h"
#include <ngx_stream.h>
#include <ngx_stream_ssl_module.h>


typedef struct {
    ngx_certmap_conf_t             certmap;   /* first: directives look there */

    char                          *realm;     /* NULL: it asks for none */
    ngx_stream_content_handler_pt  next;      /* what the server{} is for */
} ngx_stream_certmap_srv_conf_t;


extern ngx_module_t  ngx_stream_certmap_module;


/* ngx_stream_certmap_access.c; after the configurations have been merged */
ngx_int_t ngx_stream_certmap_init_servers(ngx_conf_t *cf);

/*
 * The answer for the client: the same one to the end of the connection.  NULL:
 * there are no rules, there is an objection, or there is no memory.
 */
ngx_certmap_ref_t *ngx_stream_certmap_ask(ngx_stream_session_t *s);

/* ngx_stream_certmap_variables.c */
ngx_int_t ngx_stream_certmap_add_variables(ngx_conf_t *cf);

#endif
