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

#include "ngx_http_certmap_answer.h"


#define NGX_HTTP_CERTMAP_OFF        0
#define NGX_HTTP_CERTMAP_OPTIONAL   1
#define NGX_HTTP_CERTMAP_REQUIRE    2

#define NGX_HTTP_CERTMAP_TOO_EARLY  425   /* RFC 8470 */


typedef struct {
    ngx_array_t  rules;   /* ngx_certmap_rules_t * */
} ngx_http_certmap_main_conf_t;


typedef struct {
    ngx_uint_t            mode;
    ngx_certmap_rules_t  *rules;

    u_char               *file;   /* of the directive "certmap" */
    ngx_uint_t            line;
} ngx_http_certmap_loc_conf_t;


typedef struct {
    ngx_str_t                 name;
    enum certmap_answer_text  text;
    enum certmap_form         form;
} ngx_http_certmap_text_t;


extern ngx_module_t  ngx_http_certmap_module;

static ngx_http_get_variable_pt  ngx_http_certmap_next_remote_user;


static ngx_int_t
ngx_http_certmap_refuse(ngx_http_request_t *r, ngx_http_certmap_ref_t *ref)
{
    if (ref) {
        ref->refused = 1;
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "certmap: refused: %s",
                      certmap_answer_line(ref->held->answer));

    } else if (!r->connection->ssl) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "certmap: refused: the request came without TLS");

    } else if (!ngx_http_certmap_is_asked(r)) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "certmap: refused: the handshake was with another "
                      "server{}, which accepts other certificates");

    } else {
        ngx_log_error(NGX_LOG_CRIT, r->connection->log, 0,
                      "certmap: refused: no memory");
    }

    return NGX_HTTP_FORBIDDEN;
}


/*
 * Decides all but what "satisfy any" leaves open: this phase, unlike the access
 * phase, also runs in subrequests, and nothing overrules it.
 */

static ngx_int_t
ngx_http_certmap_preaccess_handler(ngx_http_request_t *r)
{
    ngx_http_certmap_ref_t       *ref;
    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_certmap_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_certmap_module);

    if (lcf->mode == NGX_HTTP_CERTMAP_OFF) {
        return NGX_DECLINED;
    }

    if (r->connection->ssl
        && !SSL_is_init_finished(r->connection->ssl->connection))
    {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "certmap: request in early data");
        return NGX_HTTP_CERTMAP_TOO_EARLY;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    ref = ngx_http_certmap_ask(r, lcf->rules);

    switch (ngx_http_certmap_outcome(r, ref)) {

    case CERTMAP_OUTCOME_ALLOW:
        ref->granted = 1;
        return NGX_DECLINED;

    case CERTMAP_OUTCOME_NONE:
    case CERTMAP_OUTCOME_UNVERIFIED:

        if (lcf->mode == NGX_HTTP_CERTMAP_OPTIONAL
            || clcf->satisfy == NGX_HTTP_SATISFY_ANY)
        {
            return NGX_DECLINED;
        }

        return ngx_http_certmap_refuse(r, ref);

    case CERTMAP_OUTCOME_DENY:
    case CERTMAP_OUTCOME_ERROR:
    default:
        return ngx_http_certmap_refuse(r, ref);
    }
}


/* under "satisfy any" an account is enough; without one, others may do */

static ngx_int_t
ngx_http_certmap_access_handler(ngx_http_request_t *r)
{
    ngx_http_certmap_ref_t       *ref;
    ngx_http_certmap_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_certmap_module);

    if (lcf->mode == NGX_HTTP_CERTMAP_OFF) {
        return NGX_DECLINED;
    }

    ref = ngx_http_certmap_ask(r, lcf->rules);

    if (ngx_http_certmap_outcome(r, ref) == CERTMAP_OUTCOME_ALLOW) {
        return NGX_OK;
    }

    if (lcf->mode == NGX_HTTP_CERTMAP_OPTIONAL) {
        return NGX_DECLINED;
    }

    return NGX_HTTP_FORBIDDEN;
}


/* in the pool: an indexed variable is read until the request's end */

static ngx_int_t
ngx_http_certmap_set(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    struct certmap_view text)
{
    v->valid = 0;
    v->no_cacheable = 1;
    v->not_found = 1;

    if (text.len == 0) {
        return NGX_OK;
    }

    v->data = ngx_pnalloc(r->pool, text.len);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(v->data, text.data, text.len);
    v->len = (unsigned) text.len & 0x0fffffff;    /* it has 28 bits */
    v->valid = 1;
    v->not_found = 0;

    return NGX_OK;
}


/* what the rules of this location say, whatever its mode; NULL: nothing */

static struct certmap_answer *
ngx_http_certmap_answer(ngx_http_request_t *r)
{
    ngx_http_certmap_ref_t       *ref;
    ngx_http_certmap_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_certmap_module);
    ref = ngx_http_certmap_ask(r, lcf->rules);

    return ref ? ref->held->answer : NULL;
}


static ngx_int_t
ngx_http_certmap_text_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_certmap_text_t  *text = (ngx_http_certmap_text_t *) data;

    struct certmap_view       value = CERTMAP_NO_VIEW;
    struct certmap_answer    *answer;

    answer = ngx_http_certmap_answer(r);

    if (answer) {
        value = certmap_answer_text(answer, text->text, text->form);
    }

    return ngx_http_certmap_set(r, v, value);
}


static ngx_int_t
ngx_http_certmap_log_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    struct certmap_view     value = CERTMAP_NO_VIEW;
    struct certmap_answer  *answer;

    answer = ngx_http_certmap_answer(r);

    if (answer) {
        value = certmap_view_of(certmap_answer_line(answer));
    }

    return ngx_http_certmap_set(r, v, value);
}


static ngx_int_t
ngx_http_certmap_attribute_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t *var = (ngx_str_t *) data;

    size_t               prefix;
    struct certmap_view  name;

    prefix = sizeof("certmap_attr_") - 1;
    name.data = var->data + prefix;
    name.len = var->len - prefix;

    return ngx_http_certmap_set(r, v,
                            certmap_answer_attribute(ngx_http_certmap_answer(r),
                                                     name,
                                                     CERTMAP_FORM_HEADER));
}


#define ngx_http_certmap_text(name, text, form)                               \
    { ngx_string("certmap_" name), CERTMAP_ANSWER_##text, CERTMAP_FORM_##form }

static ngx_http_certmap_text_t  ngx_http_certmap_texts[] = {
    ngx_http_certmap_text("account", ACCOUNT, HEADER),
    ngx_http_certmap_text("domain", DOMAIN, HEADER),
    ngx_http_certmap_text("user", USER, HEADER),
    ngx_http_certmap_text("groups", GROUPS, HEADER),
    ngx_http_certmap_text("ascii_account", ACCOUNT, ASCII),
    ngx_http_certmap_text("ascii_user", USER, ASCII),
    ngx_http_certmap_text("ascii_groups", GROUPS, ASCII),
    ngx_http_certmap_text("decision", OUTCOME, HEADER),
    ngx_http_certmap_text("mapping", MAPPING, HEADER),
    ngx_http_certmap_text("reason", REASON, HEADER),
    ngx_http_certmap_text("message", MESSAGE, HEADER),
    ngx_http_certmap_text("sha256", SHA256, HEADER),
    ngx_http_certmap_text("serial", SERIAL, HEADER),
    ngx_http_certmap_text("rules_sha256", RULES, HEADER),
    { ngx_null_string, 0, 0 }
};


static ngx_http_variable_t  ngx_http_certmap_other_variables[] = {

    { ngx_string("certmap_log"), NULL, ngx_http_certmap_log_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("certmap_attr_"), NULL, ngx_http_certmap_attribute_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX, 0 },

      ngx_http_null_variable
};


/*
 * nginx takes $remote_user from the header "Authorization", whether somebody
 * has looked at the password or not.  Here it is the account, also where
 * try_files or error_page lead to; the client's word is left where "auth_basic"
 * may decide.
 */

static ngx_int_t
ngx_http_certmap_remote_user_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    enum certmap_outcome          outcome;
    struct certmap_view           value = CERTMAP_NO_VIEW;
    ngx_http_certmap_ref_t       *ref;
    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_certmap_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_certmap_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (lcf->mode != NGX_HTTP_CERTMAP_OFF) {
        ref = ngx_http_certmap_ask(r, lcf->rules);
        outcome = ngx_http_certmap_outcome(r, ref);

    } else {
        ref = ngx_http_certmap_decided(r);
        outcome = ref == NULL ? CERTMAP_OUTCOME_NONE
                              : ref->granted ? CERTMAP_OUTCOME_ALLOW
                                             : CERTMAP_OUTCOME_DENY;
    }

    if (outcome == CERTMAP_OUTCOME_ALLOW) {
        value = certmap_answer_text(ref->held->answer, CERTMAP_ANSWER_ACCOUNT,
                                    CERTMAP_FORM_HEADER);

    } else if ((outcome == CERTMAP_OUTCOME_NONE
                || outcome == CERTMAP_OUTCOME_UNVERIFIED)
               && (lcf->mode != NGX_HTTP_CERTMAP_REQUIRE
                   || clcf->satisfy == NGX_HTTP_SATISFY_ANY))
    {
        return ngx_http_certmap_next_remote_user(r, v, data);
    }

    return ngx_http_certmap_set(r, v, value);
}


static ngx_int_t
ngx_http_certmap_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t      *var, *v;
    ngx_http_certmap_text_t  *text;

    for (text = ngx_http_certmap_texts; text->name.len; text++) {
        var = ngx_http_add_variable(cf, &text->name, NGX_HTTP_VAR_NOCACHEABLE);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = ngx_http_certmap_text_variable;
        var->data = (uintptr_t) text;
    }

    for (v = ngx_http_certmap_other_variables; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
    }

    return NGX_OK;
}


/* $remote_user cannot be added anew; nothing has used its handler yet */

static ngx_int_t
ngx_http_certmap_replace_remote_user(ngx_conf_t *cf)
{
    ngx_str_t                   name = ngx_string("remote_user");

    ngx_uint_t                  i;
    ngx_hash_key_t             *key;
    ngx_http_variable_t        *var;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    key = cmcf->variables_keys->keys.elts;

    for (i = 0; i < cmcf->variables_keys->keys.nelts; i++) {

        if (!ngx_certmap_equal(&key[i].key, &name)) {
            continue;
        }

        var = key[i].value;
        ngx_http_certmap_next_remote_user = var->get_handler;
        var->get_handler = ngx_http_certmap_remote_user_variable;
        var->flags |= NGX_HTTP_VAR_NOCACHEABLE;

        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "there is no variable \"%V\"",
                       &name);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_certmap_add_handler(ngx_conf_t *cf, ngx_http_phases phase,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}


static ngx_int_t
ngx_http_certmap_init(ngx_conf_t *cf)
{
    ngx_uint_t                     i;
    ngx_http_ssl_srv_conf_t       *sscf;
    ngx_http_core_srv_conf_t     **cscfp;
    ngx_http_core_main_conf_t     *cmcf;
    ngx_http_certmap_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_certmap_module);

    if (mcf->rules.nelts == 0) {
        return NGX_OK;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        sscf = cscfp[i]->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

        if (sscf->ssl.ctx && sscf->verify) {
            SSL_CTX_set_cert_verify_callback(sscf->ssl.ctx,
                                             certmap_service_keep_issuer, NULL);
        }
    }

    if (ngx_http_certmap_replace_remote_user(cf) != NGX_OK
        || ngx_http_certmap_add_handler(cf, NGX_HTTP_PREACCESS_PHASE,
                                        ngx_http_certmap_preaccess_handler)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_certmap_add_handler(cf, NGX_HTTP_ACCESS_PHASE,
                                        ngx_http_certmap_access_handler);
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

    NULL,                                  /* create server configuration */
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
