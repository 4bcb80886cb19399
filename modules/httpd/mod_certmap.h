/* SPDX-License-Identifier: MIT */
/*
 * What the files of mod_certmap share.  Names begin with mcm_; those of the
 * library with certmap_.
 *
 *   mcm_rules.c     rule files: loaded once, and kept over a restart
 *   mcm_ssl.c       what a virtual host accepts, read from mod_ssl's directives
 *   mcm_answer.c    the answer of a connection, and of a request
 *   mcm_authz.c     Require certmap-group, certmap-mapping, certmap-attribute
 *   mod_certmap.c   directives and hooks
 */

#ifndef MOD_CERTMAP_H
#define MOD_CERTMAP_H

#include <httpd.h>
#include <http_config.h>
#include <http_log.h>

#include <certmap/server.h>

APLOG_USE_MODULE(certmap);

/* -------- rules -------- */

typedef struct mcm_rules mcm_rules;
struct mcm_rules {
    const char *file;
    const char *site;   /* NULL: the server level */
    const char *shadow; /* NULL: none */
    enum certmap_service_format format;
    enum certmap_resumed resumed;

    apr_pool_t *pool;
    struct certmap_service *service;
    int generation;    /* of the configuration that has it */
    int loading;       /* the log is that of a start */
    const char *error; /* the first one while it was opened */
    mcm_rules *next;
};

/* The directive CertMapRules.  NULL, or what is wrong. */
const char *mcm_rules_directive(mcm_rules **rules, cmd_parms *cmd,
                                const char *args);

/* Closes those that the configuration, now read, has no more. */
void mcm_rules_close_unused(void);

/* -------- configuration -------- */

typedef enum {
    MCM_MODE_UNSET,
    MCM_MODE_OFF,
    MCM_MODE_OPTIONAL,
    MCM_MODE_REQUIRE
} mcm_mode;

typedef enum { MCM_VERIFY_UNSET, MCM_VERIFY_NONE, MCM_VERIFY_ASKS } mcm_verify;

typedef struct {
    mcm_mode mode;
    mcm_rules *rules;
    mcm_verify verify; /* SSLVerifyClient */
} mcm_dir_conf;

typedef struct {
    apr_table_t *settings; /* of mod_ssl: which certificates it accepts */
    const char *realm;     /* all of them; NULL: a server without TLS */
    int asks;              /* SSLVerifyClient is somewhere in it */
    int has_rules;         /* and so is CertMapRules */
} mcm_server_conf;

/* -------- mod_ssl -------- */

/* Rows of the table of directives, which mod_ssl has, too: httpd gives a
 * directive to every module that knows it. */
const char *mcm_ssl_setting(cmd_parms *cmd, void *dir, const char *args);
const char *mcm_ssl_verify_client(cmd_parms *cmd, void *dir, const char *args);

void mcm_ssl_pre_config(apr_pool_t *p);
void mcm_ssl_register_hooks(apr_pool_t *p);

/* What the virtual host of a handshake accepts; NULL: not known. */
const char *mcm_ssl_realm(const SSL *ssl);

/* -------- answers -------- */

typedef struct mcm_held mcm_held;

/* What a request has been answered.  It does not change until its end. */
typedef struct {
    mcm_rules *rules;
    mcm_held *held;      /* NULL: there is no answer */
    const char *missing; /* and why not */
    enum certmap_outcome outcome;
    const mcm_held *shown; /* whose texts the environment has */
    int refused;           /* and logged */
} mcm_request;

void mcm_answer_register_hooks(apr_pool_t *p);

/* Asks the rules of the request's directory.  Never NULL. */
mcm_request *mcm_ask(request_rec *r);

/* NULL where there is no answer. */
const struct certmap_answer *mcm_answer(const mcm_request *q);

/* Sets CERTMAP_..., which a log of the request finds, too. */
void mcm_answer_show(request_rec *r, mcm_request *q);

/* -------- Require -------- */

void mcm_authz_register(apr_pool_t *p);

#endif /* MOD_CERTMAP_H */
