/* SPDX-License-Identifier: MIT */
/* "certmap" and "certmap_rules" of one level of the configuration. */
#ifndef NGX_CERTMAP_CONF_H
#define NGX_CERTMAP_CONF_H

#include "ngx_certmap_rules.h"


#define NGX_CERTMAP_OFF        0
#define NGX_CERTMAP_OPTIONAL   1
#define NGX_CERTMAP_REQUIRE    2


typedef struct {
    ngx_uint_t            mode;
    ngx_certmap_rules_t  *rules;

    u_char               *file;   /* of the directive "certmap" */
    ngx_uint_t            line;
} ngx_certmap_conf_t;


/* all rules of one protocol, of ngx_certmap_rules_t * */

typedef struct {
    ngx_array_t  rules;
} ngx_certmap_main_conf_t;


void *ngx_certmap_create_main_conf(ngx_conf_t *cf);

void ngx_certmap_init_conf(ngx_certmap_conf_t *conf);

/* inherits what is not said; an error if there is a mode without rules */
char *ngx_certmap_merge_conf(ngx_conf_t *cf, ngx_certmap_conf_t *prev,
    ngx_certmap_conf_t *conf);

/* the error of a mode in a server{}, of that place, without certificates */
char *ngx_certmap_no_verify(ngx_conf_t *cf, ngx_certmap_conf_t *conf,
    u_char *file, ngx_uint_t line);

/* the handler of "certmap"; the data begin with an ngx_certmap_conf_t */
char *ngx_certmap_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *data);

/* what a handler of "certmap_rules" does */
char *ngx_certmap_set_rules(ngx_conf_t *cf, ngx_certmap_main_conf_t *mcf,
    ngx_certmap_conf_t *conf);

#endif
