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


typedef struct {
    ngx_array_t  rules;   /* ngx_certmap_rules_t * */
} ngx_http_certmap_main_conf_t;


static ngx_int_t
ngx_http_certmap_init(ngx_conf_t *cf)
{
    ngx_http_certmap_main_conf_t  *mcf;

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
ngx_http_certmap_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_certmap_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_certmap_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&mcf->rules, cf->pool, 4,
                       sizeof(ngx_certmap_rules_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return mcf;
}


static void *
ngx_http_certmap_create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_certmap_srv_conf_t));
}


static void *
ngx_http_certmap_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_certmap_loc_conf_t  *lcf;

    lcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_certmap_loc_conf_t));
    if (lcf == NULL) {
        return NULL;
    }

    lcf->mode = NGX_CONF_UNSET_UINT;
    lcf->rules = NGX_CONF_UNSET_PTR;

    return lcf;
}


static char *
ngx_http_certmap_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_certmap_loc_conf_t  *prev = parent;
    ngx_http_certmap_loc_conf_t  *conf = child;

    ngx_http_ssl_srv_conf_t      *sscf;
    ngx_http_core_srv_conf_t     *cscf;

    if (conf->mode == NGX_CONF_UNSET_UINT) {
        conf->file = prev->file;
        conf->line = prev->line;
    }

    ngx_conf_merge_uint_value(conf->mode, prev->mode, NGX_HTTP_CERTMAP_OFF);
    ngx_conf_merge_ptr_value(conf->rules, prev->rules, NULL);

    if (conf->mode == NGX_HTTP_CERTMAP_OFF) {
        return NGX_CONF_OK;
    }

    if (conf->rules == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"certmap\" has no rules in %s:%ui: "
                      "write \"certmap_rules FILE;\" there, or in server{} "
                      "or http{}", conf->file, conf->line);
        return NGX_CONF_ERROR;
    }

    sscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_ssl_module);

    if (sscf->verify == 0) {
        cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"certmap\" in %s:%ui applies to the server in %s:%ui, "
                      "which asks for no certificate: write "
                      "\"ssl_verify_client optional;\" there, or "
                      "\"certmap off;\"", conf->file, conf->line,
                      cscf->file_name, cscf->line);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_certmap_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_certmap_loc_conf_t  *lcf = conf;

    ngx_str_t                    *value;

    if (lcf->mode != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;
    lcf->file = cf->conf_file->file.name.data;
    lcf->line = cf->conf_file->line;

    if (ngx_certmap_choose(cf, &value[0], value[1].data, cmd->post, &lcf->mode)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_certmap_rules(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_certmap_loc_conf_t  *lcf = conf;

    ngx_http_certmap_main_conf_t  *mcf;

    if (lcf->rules != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_certmap_module);
    lcf->rules = ngx_certmap_rules(cf, &mcf->rules);

    return lcf->rules ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_conf_enum_t  ngx_http_certmap_modes[] = {
    { ngx_string("off"), NGX_HTTP_CERTMAP_OFF },
    { ngx_string("optional"), NGX_HTTP_CERTMAP_OPTIONAL },
    { ngx_string("require"), NGX_HTTP_CERTMAP_REQUIRE },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_http_certmap_commands[] = {

    { ngx_string("certmap"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_certmap_mode,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_certmap_modes },

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

    ngx_http_certmap_create_main_conf,     /* create main configuration */
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
