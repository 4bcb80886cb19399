/* SPDX-License-Identifier: MIT */

#include "ngx_certmap_rules.h"


static ngx_conf_enum_t  ngx_certmap_formats[] = {
    { ngx_string("native"), CERTMAP_SERVICE_NATIVE },
    { ngx_string("iis"), CERTMAP_SERVICE_IIS },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_certmap_resumed[] = {
    { ngx_string("keep"), CERTMAP_RESUMED_KEEP },
    { ngx_string("verify"), CERTMAP_RESUMED_VERIFY },
    { ngx_string("refuse-unknown"), CERTMAP_RESUMED_REFUSE_UNKNOWN },
    { ngx_null_string, 0 }
};


ngx_uint_t
ngx_certmap_equal(ngx_str_t *one, ngx_str_t *two)
{
    return one->len == two->len
           && ngx_memcmp(one->data, two->data, one->len) == 0;
}


ngx_int_t
ngx_certmap_choose(ngx_conf_t *cf, ngx_str_t *what, u_char *value,
    ngx_conf_enum_t *choices, ngx_uint_t *chosen)
{
    u_char      *p, names[128];
    ngx_uint_t   i;

    p = names;

    for (i = 0; choices[i].name.len; i++) {

        if (ngx_strcmp(choices[i].name.data, value) == 0) {
            *chosen = choices[i].value;
            return NGX_OK;
        }

        p = ngx_slprintf(p, names + sizeof(names), "%s%V", i ? ", " : "",
                         &choices[i].name);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%s\" of \"%V\": write one of %*s",
                       value, what, (size_t) (p - names), names);

    return NGX_ERROR;
}


/* the parameters, and which of them the directive has had */

static ngx_str_t  ngx_certmap_parameters[] = {
    ngx_string("format"),
    ngx_string("site"),
    ngx_string("resumed"),
    ngx_string("shadow"),
    ngx_null_string
};

#define NGX_CERTMAP_FORMAT   0
#define NGX_CERTMAP_SITE     1
#define NGX_CERTMAP_RESUMED  2


static ngx_int_t
ngx_certmap_set_parameter(ngx_conf_t *cf, ngx_certmap_rules_t *rules,
    ngx_uint_t parameter, ngx_str_t *value)
{
    ngx_str_t  *name;

    name = &ngx_certmap_parameters[parameter];

    switch (parameter) {

    case NGX_CERTMAP_FORMAT:
        return ngx_certmap_choose(cf, name, value->data, ngx_certmap_formats,
                                  &rules->format);

    case NGX_CERTMAP_RESUMED:
        return ngx_certmap_choose(cf, name, value->data, ngx_certmap_resumed,
                                  &rules->resumed);

    case NGX_CERTMAP_SITE:
        rules->site = *value;
        return NGX_OK;

    default: /* shadow */
        rules->shadow = *value;
        return ngx_conf_full_name(cf->cycle, &rules->shadow, 1);
    }
}


/* a parameter NAME=VALUE; "seen" has a bit for each that was there before */

static ngx_int_t
ngx_certmap_parameter(ngx_conf_t *cf, ngx_certmap_rules_t *rules,
    ngx_str_t *arg, ngx_uint_t *seen)
{
    u_char      *equals;
    ngx_str_t    name, value, *known;
    ngx_uint_t   i;

    equals = ngx_strlchr(arg->data, arg->data + arg->len, '=');

    if (equals == NULL || equals + 1 == arg->data + arg->len) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\": write NAME=VALUE", arg);
        return NGX_ERROR;
    }

    name.data = arg->data;
    name.len = (size_t) (equals - arg->data);
    value.data = equals + 1;
    value.len = arg->len - name.len - 1;
    known = ngx_certmap_parameters;

    for (i = 0; known[i].len; i++) {

        if (!ngx_certmap_equal(&known[i], &name)) {
            continue;
        }

        if (*seen & (1u << i)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate parameter \"%V\": write one \"%V\"",
                               arg, &name);
            return NGX_ERROR;
        }

        *seen |= 1u << i;

        return ngx_certmap_set_parameter(cf, rules, i, &value);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown parameter \"%V\": there are "
                       "format, site, resumed and shadow", &name);

    return NGX_ERROR;
}


/*
 * nginx takes quotes where a word begins with one.  Those in site="Default Web
 * Site" end three words later, and were meant as they look.  Takes the words of
 * a parameter, and returns how many; 0: an error.
 */

static ngx_uint_t
ngx_certmap_unquote(ngx_conf_t *cf, ngx_str_t *word, ngx_uint_t n,
    ngx_str_t *arg)
{
    u_char      *p, *quote;
    size_t       len;
    ngx_uint_t   i;

    *arg = word[0];

    quote = (u_char *) ngx_strstr(arg->data, "=\"");
    if (quote == NULL) {
        return 1;
    }

    for (len = 0, i = 0; i < n; i++) {
        len += word[i].len + 1;
    }

    arg->data = ngx_pnalloc(cf->pool, len);
    if (arg->data == NULL) {
        return 0;
    }

    len = (size_t) (quote + 1 - word[0].data);
    p = ngx_cpymem(arg->data, word[0].data, len);
    p = ngx_cpymem(p, quote + 2, word[0].len - len - 1);

    for (i = 0; p == arg->data + len || p[-1] != '"'; /* void */ ) {

        if (++i == n) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "the quote after \"%V\" has no end", &word[0]);
            return 0;
        }

        *p++ = ' ';
        p = ngx_cpymem(p, word[i].data, word[i].len);
    }

    *--p = '\0';
    arg->len = (size_t) (p - arg->data);

    return i + 1;
}


/* what the library finds in a rule file, and later what the shadow says */

static void
ngx_certmap_log(void *data, enum certmap_severity severity, const char *line)
{
    ngx_certmap_rules_t  *rules = data;

    ngx_uint_t  level;

    level = NGX_LOG_INFO;

    if (severity == CERTMAP_SEVERITY_ERROR) {
        level = NGX_LOG_EMERG;
        rules->errors++;

    } else if (severity == CERTMAP_SEVERITY_WARNING) {
        level = NGX_LOG_WARN;
    }

    if (rules->cf) {
        ngx_conf_log_error(level, rules->cf, 0, "certmap: %s", line);

    } else {
        ngx_log_error(level, ngx_cycle->log, 0, "certmap: %s", line);
    }
}


static void
ngx_certmap_close(void *data)
{
    ngx_certmap_rules_t  *rules = data;

    certmap_service_close(rules->service);
}


static ngx_int_t
ngx_certmap_open(ngx_conf_t *cf, ngx_certmap_rules_t *rules)
{
    ngx_pool_cleanup_t              *cln;
    struct certmap_diagnostic        err;
    enum certmap_status              status;
    struct certmap_service_options   options = CERTMAP_SERVICE_OPTIONS_INIT;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    options.file = (char *) rules->file.data;
    options.site = (char *) rules->site.data;
    options.format = (enum certmap_service_format) rules->format;
    options.resumed = (enum certmap_resumed) rules->resumed;
    options.shadow_file = (char *) rules->shadow.data;
    options.flags = CERTMAP_SERVICE_LOG_SHADOW;
    options.log = ngx_certmap_log;
    options.log_ctx = rules;

    rules->cf = cf;
    status = certmap_service_open(&rules->service, &options, &err);

    if (status != CERTMAP_OK && rules->errors == 0) {
        ngx_certmap_log(rules, CERTMAP_SEVERITY_ERROR, err.text);
    }

    rules->cf = NULL;

    if (status != CERTMAP_OK) {
        return NGX_ERROR;
    }

    cln->handler = ngx_certmap_close;
    cln->data = rules;

    return NGX_OK;
}


static ngx_certmap_rules_t *
ngx_certmap_find(ngx_array_t *all, ngx_certmap_rules_t *rules)
{
    ngx_uint_t             i;
    ngx_certmap_rules_t  **known;

    known = all->elts;

    for (i = 0; i < all->nelts; i++) {

        if (known[i]->format == rules->format
            && known[i]->resumed == rules->resumed
            && ngx_certmap_equal(&known[i]->file, &rules->file)
            && ngx_certmap_equal(&known[i]->site, &rules->site)
            && ngx_certmap_equal(&known[i]->shadow, &rules->shadow))
        {
            return known[i];
        }
    }

    return NULL;
}


ngx_certmap_rules_t *
ngx_certmap_rules(ngx_conf_t *cf, ngx_array_t *all)
{
    ngx_str_t            *value, arg;
    ngx_uint_t            i, n, seen;
    ngx_certmap_rules_t  *rules, *known, **added;

    rules = ngx_pcalloc(cf->pool, sizeof(ngx_certmap_rules_t));
    if (rules == NULL) {
        return NULL;
    }

    value = cf->args->elts;
    rules->file = value[1];
    rules->resumed = CERTMAP_RESUMED_KEEP;
    seen = 0;

    if (ngx_conf_full_name(cf->cycle, &rules->file, 1) != NGX_OK) {
        return NULL;
    }

    for (i = 2; i < cf->args->nelts; i += n) {
        n = ngx_certmap_unquote(cf, &value[i], cf->args->nelts - i, &arg);

        if (n == 0 || ngx_certmap_parameter(cf, rules, &arg, &seen) != NGX_OK) {
            return NULL;
        }
    }

    known = ngx_certmap_find(all, rules);
    if (known) {
        return known;
    }

    added = ngx_array_push(all);
    if (added == NULL || ngx_certmap_open(cf, rules) != NGX_OK) {
        return NULL;
    }

    *added = rules;

    return rules;
}
