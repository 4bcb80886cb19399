/* SPDX-License-Identifier: MIT */

#include "ngx_stream_certmap_module.h"


/* what the rules of this server{} say, whatever its mode; NULL: nothing */

static struct certmap_answer *
ngx_stream_certmap_answer(ngx_stream_session_t *s)
{
    ngx_certmap_ref_t  *ref;

    ref = ngx_stream_certmap_ask(s);

    return ref ? ref->held->answer : NULL;
}


static ngx_int_t
ngx_stream_certmap_text_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data)
{
    ngx_certmap_text_t     *text = (ngx_certmap_text_t *) data;

    struct certmap_view     value = CERTMAP_NO_VIEW;
    struct certmap_answer  *answer;

    answer = ngx_stream_certmap_answer(s);

    if (answer) {
        value = certmap_answer_text(answer, text->text, text->form);
    }

    return ngx_certmap_set_value(s->connection->pool, v, value);
}


static ngx_int_t
ngx_stream_certmap_log_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data)
{
    struct certmap_view     value = CERTMAP_NO_VIEW;
    struct certmap_answer  *answer;

    answer = ngx_stream_certmap_answer(s);

    if (answer) {
        value = certmap_view_of(certmap_answer_line(answer));
    }

    return ngx_certmap_set_value(s->connection->pool, v, value);
}


static ngx_int_t
ngx_stream_certmap_attribute_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  *var = (ngx_str_t *) data;

    return ngx_certmap_set_value(s->connection->pool, v,
                         ngx_certmap_attribute(ngx_stream_certmap_answer(s),
                                               var));
}


static ngx_stream_variable_t  ngx_stream_certmap_other_variables[] = {

    { ngx_string("certmap_log"), NULL, ngx_stream_certmap_log_variable, 0,
      NGX_STREAM_VAR_NOCACHEABLE, 0 },

    { ngx_string("certmap_attr_"), NULL, ngx_stream_certmap_attribute_variable,
      0, NGX_STREAM_VAR_NOCACHEABLE|NGX_STREAM_VAR_PREFIX, 0 },

      ngx_stream_null_variable
};


ngx_int_t
ngx_stream_certmap_add_variables(ngx_conf_t *cf)
{
    ngx_certmap_text_t     *text;
    ngx_stream_variable_t  *var, *v;

    for (text = ngx_certmap_texts; text->name.len; text++) {
        var = ngx_stream_add_variable(cf, &text->name,
                                      NGX_STREAM_VAR_NOCACHEABLE);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = ngx_stream_certmap_text_variable;
        var->data = (uintptr_t) text;
    }

    for (v = ngx_stream_certmap_other_variables; v->name.len; v++) {
        var = ngx_stream_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
    }

    return NGX_OK;
}
