/* SPDX-License-Identifier: MIT */
/*
 * Client certificates to accounts, by the rules of certmap:
 *
 *     CertMapRules FILE [PARAMETER...]        see mcm_rules.c
 *     CertMap off | optional | require
 *     AuthType CertMap
 *     Require certmap-group | certmap-mapping | certmap-attribute
 *
 * A child asks once for a connection and keeps the answer with it.  What is
 * refused is refused by every hook that has a say: "Satisfy Any" asks the next
 * one when one has refused.  docs/httpd.md is the manual.
 */

#include "mod_certmap.h"

#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include <apr_strings.h>

#define AUTH_TYPE "CertMap"

/* -------- requests -------- */

static mcm_mode mode_of(request_rec *r)
{
    mcm_dir_conf *dir =
        ap_get_module_config(r->per_dir_config, &certmap_module);

    return dir->mode;
}

static int refuse(request_rec *r, mcm_request *q)
{
    if (!q->refused) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "certmap: refused: %s",
                      q->held ? certmap_answer_line(mcm_answer(q))
                              : q->missing);
    }
    q->refused = 1;
    return HTTP_FORBIDDEN;
}

/* OK: there is an account, and it is the user.  DECLINED: there is none, and
 * others may know one. */
static int decide(request_rec *r)
{
    mcm_request *q;

    if (mode_of(r) <= MCM_MODE_OFF) {
        return DECLINED;
    }
    q = mcm_ask(r);
    mcm_answer_show(r, q);

    switch (q->outcome) {
    case CERTMAP_OUTCOME_ALLOW:
        r->user =
            (char *)certmap_answer_text(mcm_answer(q), CERTMAP_ANSWER_ACCOUNT,
                                        CERTMAP_FORM_HEADER)
                .data;
        r->ap_auth_type = (char *)AUTH_TYPE;
        return OK;

    case CERTMAP_OUTCOME_NONE:
    case CERTMAP_OUTCOME_UNVERIFIED:
        return mode_of(r) == MCM_MODE_OPTIONAL ? DECLINED : refuse(r, q);

    case CERTMAP_OUTCOME_DENY:
    case CERTMAP_OUTCOME_ERROR:
    default:
        return refuse(r, q);
    }
}

/* After mod_ssl, which may ask for a certificate, and may have made a user of a
 * certificate that no mapping knows or that is refused, by SSLUserName. */
static int check_access(request_rec *r)
{
    int status = decide(r);

    if (status != OK && mode_of(r) > MCM_MODE_OFF) {
        r->user = NULL;
        r->ap_auth_type = NULL;
    }
    return status == OK ? DECLINED : status;
}

/* Under "Satisfy Any" this comes when check_access has refused, and "Require all
 * granted" would let in whom the rules deny. */
static int check_access_ex(request_rec *r)
{
    return decide(r) == HTTP_FORBIDDEN ? HTTP_FORBIDDEN : DECLINED;
}

static int check_authn(request_rec *r)
{
    const char *type = ap_auth_type(r);
    int status = decide(r);

    if (status != DECLINED || type == NULL
        || strcasecmp(type, AUTH_TYPE) != 0) {
        return status;
    }
    if (mode_of(r) <= MCM_MODE_OFF) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      "certmap: AuthType CertMap does not work here: write "
                      "CertMap optional, or require, for %s",
                      r->uri);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return refuse(r, mcm_ask(r));
}

/* Another module may have answered before check_authn. */
static int check_authz(request_rec *r)
{
    return decide(r) == HTTP_FORBIDDEN ? HTTP_FORBIDDEN : DECLINED;
}

/* httpd checks no access where an internal redirect leads to the same
 * configuration. */
static int fixups(request_rec *r)
{
    if (mode_of(r) > MCM_MODE_OFF) {
        mcm_answer_show(r, mcm_ask(r));
    }
    return DECLINED;
}

/* -------- configuration -------- */

/* Where a directive is. */
typedef struct {
    const ap_directive_t *directive;
    server_rec *server;
    int off; /* it is CertMap off */
} mcm_use;

static apr_array_header_t *modes; /* mcm_use: CertMap */
static apr_array_header_t *rules; /* mcm_use: CertMapRules */

static void *create_dir(apr_pool_t *p, char *path)
{
    return apr_pcalloc(p, sizeof(mcm_dir_conf));
}

static void *merge_dir(apr_pool_t *p, void *base, void *more)
{
    const mcm_dir_conf *outer = base;
    const mcm_dir_conf *inner = more;
    mcm_dir_conf *conf = apr_palloc(p, sizeof(*conf));

    conf->mode = inner->mode != MCM_MODE_UNSET ? inner->mode : outer->mode;
    conf->rules = inner->rules != NULL ? inner->rules : outer->rules;
    conf->verify =
        inner->verify != MCM_VERIFY_UNSET ? inner->verify : outer->verify;
    return conf;
}

static void *create_server(apr_pool_t *p, server_rec *s)
{
    mcm_server_conf *conf = apr_pcalloc(p, sizeof(*conf));

    conf->settings = apr_table_make(p, 4);
    return conf;
}

static void *merge_server(apr_pool_t *p, void *base, void *more)
{
    const mcm_server_conf *main_server = base;
    const mcm_server_conf *own = more;
    mcm_server_conf *conf = apr_pmemdup(p, own, sizeof(*conf));

    conf->settings = apr_table_copy(p, main_server->settings);
    apr_table_overlap(conf->settings, own->settings, APR_OVERLAP_TABLES_SET);
    conf->asks |= main_server->asks;
    conf->has_rules |= main_server->has_rules;
    return conf;
}

static const char *set_rules(cmd_parms *cmd, void *dir, const char *args)
{
    mcm_dir_conf *conf = dir;
    mcm_server_conf *server =
        ap_get_module_config(cmd->server->module_config, &certmap_module);
    const char *error = ap_check_cmd_context(cmd, NOT_IN_LIMIT);

    if (error != NULL) {
        return error;
    }
    if (conf->rules != NULL) {
        return "CertMapRules: it is there twice";
    }
    error = mcm_rules_directive(&conf->rules, cmd, args);
    if (error != NULL) {
        conf->rules = NULL;
        return apr_pstrcat(cmd->pool, "CertMapRules: ", error, NULL);
    }
    server->has_rules = 1;
    APR_ARRAY_PUSH(rules, mcm_use) =
        (mcm_use){ cmd->directive, cmd->server, 0 };
    return NULL;
}

static const char *set_mode(cmd_parms *cmd, void *dir, const char *word)
{
    mcm_dir_conf *conf = dir;
    /* it would be about every method */
    const char *error = ap_check_cmd_context(cmd, NOT_IN_LIMIT);

    if (error != NULL) {
        return error;
    }
    if (conf->mode != MCM_MODE_UNSET) {
        return "CertMap: it is there twice";
    }
    if (strcasecmp(word, "off") == 0) {
        conf->mode = MCM_MODE_OFF;
    }
    else if (strcasecmp(word, "optional") == 0) {
        conf->mode = MCM_MODE_OPTIONAL;
    }
    else if (strcasecmp(word, "require") == 0) {
        conf->mode = MCM_MODE_REQUIRE;
    }
    else {
        return apr_psprintf(cmd->pool,
                            "CertMap: invalid value \"%s\": write "
                            "one of off, optional, require",
                            word);
    }
    APR_ARRAY_PUSH(modes, mcm_use) =
        (mcm_use){ cmd->directive, cmd->server, conf->mode == MCM_MODE_OFF };
    return NULL;
}

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    modes = apr_array_make(pconf, 8, sizeof(mcm_use));
    rules = apr_array_make(pconf, 8, sizeof(mcm_use));
    mcm_ssl_pre_config(pconf);
    return OK;
}

static int complain(const mcm_use *use, const char *what)
{
    ap_log_error(APLOG_MARK, APLOG_EMERG, 0, NULL,
                 "certmap: CertMap in %s:%d %s", use->directive->filename,
                 use->directive->line_num, what);
    return HTTP_INTERNAL_SERVER_ERROR;
}

/* Whether a use can work at all.  What a section lacks, though another one of
 * the server has it, is refused when a request comes. */
static int check_use(const mcm_use *use, server_rec *main_server)
{
    mcm_server_conf *conf;
    server_rec *s;
    int asks = 0;
    int has_rules = 0;

    for (s = main_server; s != NULL; s = s->next) {
        if (s == use->server || use->server == main_server) {
            conf = ap_get_module_config(s->module_config, &certmap_module);
            asks |= conf->asks;
            has_rules |= conf->has_rules;
        }
    }
    if (!has_rules) {
        return complain(use, "has no rules: write \"CertMapRules FILE\" there, "
                             "or for the server");
    }
    if (!asks) {
        return complain(use, "applies to a server that asks for no "
                             "certificate: write \"SSLVerifyClient optional\" "
                             "there, or \"CertMap off\"");
    }
    return OK;
}

/* Rules that nobody asks, in a server and in those that have what it has. */
static void check_rules(const mcm_use *use, const server_rec *main_server)
{
    int i;

    for (i = 0; i < modes->nelts; i++) {
        const mcm_use *mode = &APR_ARRAY_IDX(modes, i, mcm_use);

        if (mode->server == use->server || mode->server == main_server
            || use->server == main_server) {
            return;
        }
    }
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, NULL,
                 "certmap: CertMapRules in %s:%d has no effect: write "
                 "\"CertMap require\" or \"CertMap optional\" in the places "
                 "that it is for",
                 use->directive->filename, use->directive->line_num);
}

static int check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                        server_rec *s)
{
    int i;

    for (i = 0; i < modes->nelts; i++) {
        const mcm_use *mode = &APR_ARRAY_IDX(modes, i, mcm_use);

        if (!mode->off && check_use(mode, s) != OK) {
            return HTTP_INTERNAL_SERVER_ERROR;
        }
    }
    for (i = 0; i < rules->nelts; i++) {
        check_rules(&APR_ARRAY_IDX(rules, i, mcm_use), s);
    }
    mcm_rules_close_unused();
    return OK;
}

/* mod_ssl says where its directives are allowed. */
#define SETTING(name)                                                          \
    AP_INIT_RAW_ARGS(name, mcm_ssl_setting, NULL, RSRC_CONF | OR_ALL,          \
                     "read by mod_certmap, too")

static const command_rec commands[] = {
    AP_INIT_RAW_ARGS("CertMapRules", set_rules, NULL, RSRC_CONF | ACCESS_CONF,
                     "a rule file, and format=, site=, resumed=, shadow="),
    AP_INIT_TAKE1("CertMap", set_mode, NULL, RSRC_CONF | ACCESS_CONF,
                  "off, optional or require"),
    AP_INIT_RAW_ARGS("SSLVerifyClient", mcm_ssl_verify_client, NULL,
                     RSRC_CONF | OR_ALL, "read by mod_certmap, too"),
    SETTING("SSLCACertificateFile"),
    SETTING("SSLCACertificatePath"),
    SETTING("SSLCARevocationFile"),
    SETTING("SSLCARevocationPath"),
    SETTING("SSLCARevocationCheck"),
    SETTING("SSLVerifyDepth"),
    SETTING("SSLOCSPEnable"),
    SETTING("SSLOCSPDefaultResponder"),
    SETTING("SSLOCSPOverrideResponder"),
    SETTING("SSLOCSPResponderCertificateFile"),
    SETTING("SSLOCSPProxyURL"),
    SETTING("SSLOCSPNoVerify"),
    SETTING("SSLOCSPResponseTimeSkew"),
    SETTING("SSLOCSPResponseMaxAge"),
    SETTING("SSLOCSPUseRequestNonce"),
    SETTING("SSLOpenSSLConfCmd"),
    { NULL }
};

static void register_hooks(apr_pool_t *p)
{
    static const char *const after_ssl[] = { "mod_ssl.c", NULL };
    static const char *const before[] = { "mod_access_compat.c",
                                          "mod_authz_core.c", NULL };

    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(check_config, NULL, NULL, APR_HOOK_MIDDLE);
    mcm_ssl_register_hooks(p);
    mcm_answer_register_hooks(p);

    ap_hook_check_access(check_access, after_ssl, before, APR_HOOK_MIDDLE,
                         AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_access_ex(check_access_ex, NULL, before, APR_HOOK_FIRST,
                            AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authn(check_authn, NULL, after_ssl, APR_HOOK_FIRST,
                        AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authz(check_authz, NULL, before, APR_HOOK_FIRST,
                        AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_fixups(fixups, NULL, NULL, APR_HOOK_REALLY_FIRST);
    mcm_authz_register(p);
}

module AP_MODULE_DECLARE_DATA certmap_module = {
    STANDARD20_MODULE_STUFF, create_dir,   merge_dir,
    create_server,           merge_server, commands,
    register_hooks
};
