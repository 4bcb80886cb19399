/* SPDX-License-Identifier: MIT */
/* What the parts of the module know of each other. */
#ifndef NGX_HTTP_CERTMAP_MODULE_H
#define NGX_HTTP_CERTMAP_MODULE_H

#include "ngx_certmap_conf.h"
#include "ngx_http_certmap_answer.h"


extern ngx_module_t  ngx_http_certmap_module;


/* ngx_http_certmap_access.c: the phases in which requests are refused */
ngx_int_t ngx_http_certmap_init_access(ngx_conf_t *cf);

/* ngx_http_certmap_variables.c; the second before $remote_user is used */
ngx_int_t ngx_http_certmap_add_variables(ngx_conf_t *cf);
ngx_int_t ngx_http_certmap_replace_remote_user(ngx_conf_t *cf);

#endif
