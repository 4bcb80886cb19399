/* SPDX-License-Identifier: MIT */

#include "ngx_certmap_conf.h"


static ngx_conf_enum_t  ngx_certmap_modes[] = {
    { ngx_string("off"), NGX_CERTMAP_OFF },
    { ngx_string("optional"), NGX_CERTMAP_OPTIONAL },
    { ngx_string("require"), NGX_CERTMAP_REQUIRE },
    { ngx_null_string, 0 }
};


void *
ngx_certmap_create_main_conf(ngx_conf_t *cf)
{
    ngx_certmap_main_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_certmap_main_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&conf->rules, cf->pool, 4,
                       sizeof(ngx_certmap_rules_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return conf;
}


void
ngx_certmap_init_conf(ngx_certmap_conf_t *conf)
{
    conf->mode = NGX_CONF_UNSET_UINT;
    conf->rules = NGX_CONF_UNSET_PTR;
}


char *
ngx_certmap_merge_conf(ngx_conf_t *cf, ngx_certmap_conf_t *prev,
    ngx_certmap_conf_t *conf)
{
    if (conf->mode == NGX_CONF_UNSET_UINT) {
        conf->file = prev->file;
        conf->line = prev->line;
    }

    ngx_conf_merge_uint_value(conf->mode, prev->mode, NGX_CERTMAP_OFF);
    ngx_conf_merge_ptr_value(conf->rules, prev->rules, NULL);

    if (conf->mode != NGX_CERTMAP_OFF && conf->rules == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"certmap\" has no rules in %s:%ui: "
                      "write \"certmap_rules FILE;\" there, or around it",
                      conf->file, conf->line);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_certmap_no_verify(ngx_conf_t *cf, ngx_certmap_conf_t *conf, u_char *file,
    ngx_uint_t line)
{
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"certmap\" in %s:%ui applies to the server in %s:%ui, "
                  "which asks for no certificate: write "
                  "\"ssl_verify_client optional;\" there, or \"certmap off;\"",
                  conf->file, conf->line, file, line);

    return NGX_CONF_ERROR;
}


char *
ngx_certmap_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_certmap_conf_t  *conf = data;

    ngx_str_t  *value;

    if (conf->mode != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;
    conf->file = cf->conf_file->file.name.data;
    conf->line = cf->conf_file->line;

    if (ngx_certmap_choose(cf, &value[0], value[1].data, ngx_certmap_modes,
                           &conf->mode)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_certmap_set_rules(ngx_conf_t *cf, ngx_certmap_main_conf_t *mcf,
    ngx_certmap_conf_t *conf)
{
    if (conf->rules != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    conf->rules = ngx_certmap_rules(cf, &mcf->rules);

    return conf->rules ? NGX_CONF_OK : NGX_CONF_ERROR;
}
