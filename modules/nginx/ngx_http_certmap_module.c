/* SPDX-License-Identifier: MIT */
/*
 * Client certificates to accounts, by the rules of certmap:
 *
 *     certmap_rules FILE [PARAMETER...];      see ngx_certmap_rules.h
 *     certmap off | optional | require;
 *
 * A worker asks once for a connection and keeps the answer with it.  What is
 * refused whatever else the client offers is refused in the preaccess phase,
 * before "satisfy" has a say.  docs/nginx.md is the manual.
 */

#include "ngx_http_certmap_module.h"


static ngx_int_t
ngx_http_certmap_init(ngx_conf_t *cf)
{
    ngx_certmap_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_certmap_module);

    if (mcf->rules.nelts == 0) {
        return NGX_OK;
    }

    if (ngx_http_certmap_init_realms(cf) != NGX_OK
        || ngx_http_certmap_replace_remote_user(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_certmap_init_access(cf);
}


static void *
ngx_http_certmap_create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_certmap_srv_conf_t));
}


static void *
ngx_http_certmap_create_loc_conf(ngx_conf_t *cf)
{
    ngx_certmap_conf_t  *lcf;

    lcf = ngx_pcalloc(cf->pool, sizeof(ngx_certmap_conf_t));
    if (lcf == NULL) {
        return NULL;
    }

    ngx_certmap_init_conf(lcf);

    return lcf;
}


static char *
ngx_http_certmap_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_certmap_conf_t  *prev = parent;
    ngx_certmap_conf_t  *conf = child;

    ngx_http_ssl_srv_conf_t   *sscf;
    ngx_http_core_srv_conf_t  *cscf;

    if (ngx_certmap_merge_conf(cf, prev, conf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    sscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_ssl_module);

    if (conf->mode != NGX_CERTMAP_OFF && sscf->verify == 0) {
        cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

        return ngx_certmap_no_verify(cf, conf, cscf->file_name, cscf->line);
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_certmap_rules(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_certmap_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_certmap_module);

    return ngx_certmap_set_rules(cf, mcf, conf);
}


static ngx_command_t  ngx_http_certmap_commands[] = {

    { ngx_string("certmap"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_certmap_mode,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("certmap_rules"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_certmap_rules,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_certmap_module_ctx = {
    ngx_http_certmap_add_variables,        /* preconfiguration */
    ngx_http_certmap_init,                 /* postconfiguration */

    ngx_certmap_create_main_conf,          /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_http_certmap_create_srv_conf,      /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_certmap_create_loc_conf,      /* create location configuration */
    ngx_http_certmap_merge_loc_conf        /* merge location configuration */
};


ngx_module_t  ngx_http_certmap_module = {
    NGX_MODULE_V1,
    &ngx_http_certmap_module_ctx,          /* module context */
    ngx_http_certmap_commands,             /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};
