/* SPDX-License-Identifier: MIT */

#include "ngx_http_certmap_module.h"


static ngx_http_get_variable_pt  ngx_http_certmap_next_remote_user;


/* what the rules of this location say, whatever its mode; NULL: nothing */

static struct certmap_answer *
ngx_http_certmap_answer(ngx_http_request_t *r)
{
    ngx_certmap_ref_t   *ref;
    ngx_certmap_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_certmap_module);
    ref = ngx_http_certmap_ask(r, lcf->rules);

    return ref ? ref->held->answer : NULL;
}


static ngx_int_t
ngx_http_certmap_text_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_certmap_text_t  *text = (ngx_certmap_text_t *) data;

    struct certmap_view     value = CERTMAP_NO_VIEW;
    struct certmap_answer  *answer;

    answer = ngx_http_certmap_answer(r);

    if (answer) {
        value = certmap_answer_text(answer, text->text, text->form);
    }

    return ngx_certmap_set_value(r->pool, v, value);
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

    return ngx_certmap_set_value(r->pool, v, value);
}


static ngx_int_t
ngx_http_certmap_attribute_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  *var = (ngx_str_t *) data;

    return ngx_certmap_set_value(r->pool, v,
                           ngx_certmap_attribute(ngx_http_certmap_answer(r),
                                                 var));
}


static ngx_http_variable_t  ngx_http_certmap_other_variables[] = {

    { ngx_string("certmap_log"), NULL, ngx_http_certmap_log_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("certmap_attr_"), NULL, ngx_http_certmap_attribute_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX, 0 },

      ngx_http_null_variable
};


static ngx_int_t
ngx_http_certmap_set_account(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, ngx_certmap_ref_t *ref)
{
    return ngx_certmap_set_value(r->pool, v,
                                certmap_answer_text(ref->held->answer,
                                                    CERTMAP_ANSWER_ACCOUNT,
                                                    CERTMAP_FORM_HEADER));
}


/* where nothing is looked at: who was let in, or refused, on the way here */

static ngx_int_t
ngx_http_certmap_decided_user(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_certmap_decision_t  *decision;

    decision = ngx_http_certmap_decided(r);

    if (decision == NULL) {
        return ngx_http_certmap_next_remote_user(r, v, data);
    }

    if (decision->granted) {
        return ngx_http_certmap_set_account(r, v, decision->ref);
    }

    return ngx_certmap_set_value(r->pool, v, certmap_no_view());
}


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
    ngx_certmap_ref_t         *ref;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_certmap_conf_t        *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_certmap_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (lcf->mode == NGX_CERTMAP_OFF) {
        return ngx_http_certmap_decided_user(r, v, data);
    }

    ref = ngx_http_certmap_ask(r, lcf->rules);

    switch (ngx_http_certmap_outcome(r, ref)) {

    case CERTMAP_OUTCOME_ALLOW:
        return ngx_http_certmap_set_account(r, v, ref);

    case CERTMAP_OUTCOME_NONE:
    case CERTMAP_OUTCOME_UNVERIFIED:

        if (lcf->mode != NGX_CERTMAP_REQUIRE
            || clcf->satisfy == NGX_HTTP_SATISFY_ANY)
        {
            return ngx_http_certmap_next_remote_user(r, v, data);
        }

        break;

    case CERTMAP_OUTCOME_DENY:
    case CERTMAP_OUTCOME_ERROR:
    default:
        break;
    }

    return ngx_certmap_set_value(r->pool, v, certmap_no_view());
}


ngx_int_t
ngx_http_certmap_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;
    ngx_certmap_text_t   *text;

    for (text = ngx_certmap_texts; text->name.len; text++) {
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


/* $remote_user cannot be added anew */

ngx_int_t
ngx_http_certmap_replace_remote_user(ngx_conf_t *cf)
{
    ngx_str_t  name = ngx_string("remote_user");

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
