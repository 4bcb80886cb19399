/* SPDX-License-Identifier: MIT */

#include "ngx_certmap_answer.h"


#define ngx_certmap_text(name, text, form)                               \
    { ngx_string("certmap_" name), CERTMAP_ANSWER_##text, CERTMAP_FORM_##form }

ngx_certmap_text_t  ngx_certmap_texts[] = {
    ngx_certmap_text("account", ACCOUNT, HEADER),
    ngx_certmap_text("domain", DOMAIN, HEADER),
    ngx_certmap_text("user", USER, HEADER),
    ngx_certmap_text("groups", GROUPS, HEADER),
    ngx_certmap_text("ascii_account", ACCOUNT, ASCII),
    ngx_certmap_text("ascii_user", USER, ASCII),
    ngx_certmap_text("ascii_groups", GROUPS, ASCII),
    ngx_certmap_text("decision", OUTCOME, HEADER),
    ngx_certmap_text("mapping", MAPPING, HEADER),
    ngx_certmap_text("reason", REASON, HEADER),
    ngx_certmap_text("message", MESSAGE, HEADER),
    ngx_certmap_text("sha256", SHA256, HEADER),
    ngx_certmap_text("serial", SERIAL, HEADER),
    ngx_certmap_text("rules_sha256", RULES, HEADER),
    { ngx_null_string, 0, 0 }
};


void
ngx_certmap_free(ngx_certmap_held_t *held)
{
    if (held->holders == 0) {
        certmap_answer_free(held->answer);
        ngx_free(held);
    }
}


static void
ngx_certmap_release(void *data)
{
    ngx_certmap_ref_t  *ref = data;

    ref->held->holders--;
    ngx_certmap_free(ref->held);
}


ngx_certmap_ref_t *
ngx_certmap_find(ngx_pool_t *pool, const ngx_certmap_rules_t *rules)
{
    ngx_pool_cleanup_t  *cln;
    ngx_certmap_ref_t   *ref;

    for (cln = pool->cleanup; cln; cln = cln->next) {

        if (cln->handler != ngx_certmap_release) {
            continue;
        }

        ref = cln->data;

        if (ref->held->rules == rules) {
            return ref;
        }
    }

    return NULL;
}


ngx_certmap_ref_t *
ngx_certmap_hold(ngx_pool_t *pool, ngx_certmap_held_t *held)
{
    ngx_pool_cleanup_t  *cln;
    ngx_certmap_ref_t   *ref;

    cln = ngx_pool_cleanup_add(pool, sizeof(ngx_certmap_ref_t));
    if (cln == NULL) {
        return NULL;
    }

    ref = cln->data;
    ref->held = held;
    held->holders++;

    cln->handler = ngx_certmap_release;

    return ref;
}


void
ngx_certmap_replace(ngx_certmap_ref_t *ref, ngx_certmap_held_t *held)
{
    ngx_certmap_release(ref);
    ref->held = held;
    held->holders++;
}


ngx_certmap_held_t *
ngx_certmap_ask(ngx_connection_t *c, ngx_certmap_rules_t *rules)
{
    u_char                    client[NGX_SOCKADDR_STRLEN + 1];
    ngx_certmap_held_t  *held;

    held = ngx_alloc(sizeof(ngx_certmap_held_t), c->log);
    if (held == NULL) {
        return NULL;
    }

    ngx_cpystrn(client, c->addr_text.data,
                ngx_min(c->addr_text.len + 1, sizeof(client)));

    held->rules = rules;
    held->holders = 0;

    if (certmap_service_ask(rules->service, &held->answer, c->ssl->connection,
                            (char *) client, NULL)
        != CERTMAP_OK)
    {
        ngx_free(held);
        return NULL;
    }

    ngx_log_error(NGX_LOG_INFO, c->log, 0, "certmap: %s",
                  certmap_answer_line(held->answer));

    return held;
}


ngx_int_t
ngx_certmap_set_value(ngx_pool_t *pool, ngx_variable_value_t *v,
    struct certmap_view text)
{
    v->valid = 0;
    v->no_cacheable = 1;
    v->not_found = 1;

    if (text.len == 0) {
        return NGX_OK;
    }

    v->data = ngx_pnalloc(pool, text.len);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(v->data, text.data, text.len);
    v->len = (unsigned) text.len & 0x0fffffff;    /* it has 28 bits */
    v->valid = 1;
    v->not_found = 0;

    return NGX_OK;
}


struct certmap_view
ngx_certmap_attribute(struct certmap_answer *answer, ngx_str_t *variable)
{
    size_t               prefix;
    struct certmap_view  name;

    prefix = sizeof("certmap_attr_") - 1;
    name.data = variable->data + prefix;
    name.len = variable->len - prefix;

    return certmap_answer_attribute(answer, name, CERTMAP_FORM_HEADER);
}
