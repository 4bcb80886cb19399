/* SPDX-License-Identifier: MIT */
/*
 * Client certificates to accounts, for TLS without HTTP:
 *
 *     certmap_rules FILE [PARAMETER...];      see ngx_certmap_rules.h
 *     certmap off | optional | require;
 *
 * The phases named preaccess and access come before the handshake, and any
 * handler of a later one can end it for all that follow.  So what the server{}
 * is for - proxy_pass, return - is called by this module, or not at all.
 * docs/nginx.md is the manual.
 */

#include "ngx_stream_certmap_module.h"


static ngx_int_t
ngx_stream_certmap_init(ngx_conf_t *cf)
{
    ngx_certmap_main_conf_t  *mcf;

    mcf = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_certmap_module);

    return mcf->rules.nelts ? ngx_stream_certmap_init_servers(cf) : NGX_OK;
}


static void *
ngx_stream_certmap_create_srv_conf(ngx_conf_t *cf)
{
    ngx_stream_certmap_srv_conf_t  *scf;

    scf = ngx_pcalloc(cf->pool, sizeof(ngx_stream_certmap_srv_conf_t));
    if (scf == NULL) {
        return NULL;
    }

    ngx_certmap_init_conf(&scf->certmap);

    return scf;
}


static char *
ngx_stream_certmap_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_stream_certmap_srv_conf_t  *prev = parent;
    ngx_stream_certmap_srv_conf_t  *conf = child;

    ngx_stream_ssl_conf_t       *sscf;
    ngx_stream_core_srv_conf_t  *cscf;

    if (ngx_certmap_merge_conf(cf, &prev->certmap, &conf->certmap)
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    sscf = ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_ssl_module);

    if (conf->certmap.mode != NGX_CERTMAP_OFF && sscf->verify == 0) {
        cscf = ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module);

        return ngx_certmap_no_verify(cf, &conf->certmap, cscf->file_name,
                                     cscf->line);
    }

    return NGX_CONF_OK;
}


static char *
ngx_stream_certmap_rules(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_stream_certmap_srv_conf_t  *scf = conf;

    ngx_certmap_main_conf_t        *mcf;

    mcf = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_certmap_module);

    return ngx_certmap_set_rules(cf, mcf, &scf->certmap);
}


static ngx_command_t  ngx_stream_certmap_commands[] = {

    { ngx_string("certmap"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_certmap_mode,
      NGX_STREAM_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("certmap_rules"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_1MORE,
      ngx_stream_certmap_rules,
      NGX_STREAM_SRV_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_stream_module_t  ngx_stream_certmap_module_ctx = {
    ngx_stream_certmap_add_variables,      /* preconfiguration */
    ngx_stream_certmap_init,               /* postconfiguration */

    ngx_certmap_create_main_conf,          /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_stream_certmap_create_srv_conf,    /* create server configuration */
    ngx_stream_certmap_merge_srv_conf      /* merge server configuration */
};


ngx_module_t  ngx_stream_certmap_module = {
    NGX_MODULE_V1,
    &ngx_stream_certmap_module_ctx,        /* module context */
    ngx_stream_certmap_commands,           /* module directives */
    NGX_STREAM_MODULE,                     /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};
