/* SPDX-License-Identifier: MIT */
/*
 * What "certmap_rules" says, for each protocol's module alike:
 *
 *     certmap_rules FILE [format=native|iis] [site=NAME]
 *                   [resumed=keep|verify|refuse-unknown] [shadow=FILE];
 *
 * The file is loaded with the configuration: in the master, so that its owner
 * may be root, and the workers share the memory.
 */
#ifndef NGX_CERTMAP_RULES_H
#define NGX_CERTMAP_RULES_H

#include <ngx_config.h>
#include <ngx_core.h>

#include <certmap/server.h>


typedef struct {
    ngx_str_t                file;
    ngx_str_t                site;
    ngx_str_t                shadow;
    ngx_uint_t               format;
    ngx_uint_t               resumed;

    struct certmap_service  *service;
    ngx_conf_t              *cf;       /* while it is being loaded */
    ngx_uint_t               errors;   /* of that */
} ngx_certmap_rules_t;


/*
 * The rules of the directive that is being read, which are loaded unless equal
 * ones are in "all", of ngx_certmap_rules_t *.  NULL: the error is logged.
 */
ngx_certmap_rules_t *ngx_certmap_rules(ngx_conf_t *cf, ngx_array_t *all);

/* one of these words, or an error that lists them */
ngx_int_t ngx_certmap_choose(ngx_conf_t *cf, ngx_str_t *what, u_char *value,
    ngx_conf_enum_t *choices, ngx_uint_t *chosen);

ngx_uint_t ngx_certmap_equal(ngx_str_t *one, ngx_str_t *two);

#endif
