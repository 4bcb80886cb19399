/* SPDX-License-Identifier: MIT */
/*
 * The answers of a connection.  All its requests share them, under a lock:
 * mod_http2 runs streams on threads of their own.
 */

#include "mod_certmap.h"

#include <http_ssl.h>
#include <mod_ssl.h>

#include <apr_atomic.h>
#include <apr_lib.h>
#include <apr_optional_hooks.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>

#define PREFIX "CERTMAP_"
#define ATTRIBUTE PREFIX "ATTR_"

/* From mod_ssl_openssl.h, which is not everywhere. */
APR_DECLARE_EXTERNAL_HOOK(ssl, SSL, int, pre_handshake,
                          (conn_rec * c, SSL *ssl, int is_proxy))

typedef struct {
    const char *name;
    const char *value;
} mcm_variable;

/*
 * An answer with its environment.  The connection and the requests that were
 * answered with it hold it.  It is not in a pool: those of a connection must not
 * be used by the threads of its streams.
 */
struct mcm_held {
    volatile apr_uint32_t holders;
    struct certmap_answer *answer;
    mcm_variable *variables;
    size_t count;
    char *names; /* of attributes */
    const mcm_rules *rules;
    X509 *x509;     /* asked about: a certificate may come late */
    mcm_held *next; /* of the connection */
};

typedef struct {
    SSL *ssl;
    apr_thread_mutex_t *lock;
    mcm_held *kept; /* one for each set of rules that was asked */
    X509 *judged;   /* whether it was accepted here is known */
    int is_ours;
} mcm_conn;

static const struct {
    const char *name;
    enum certmap_answer_text text;
    enum certmap_form form;
} texts[] = {
    { PREFIX "ACCOUNT", CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_HEADER },
    { PREFIX "DOMAIN", CERTMAP_ANSWER_DOMAIN, CERTMAP_FORM_HEADER },
    { PREFIX "USER", CERTMAP_ANSWER_USER, CERTMAP_FORM_HEADER },
    { PREFIX "GROUPS", CERTMAP_ANSWER_GROUPS, CERTMAP_FORM_HEADER },
    { PREFIX "ASCII_ACCOUNT", CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_ASCII },
    { PREFIX "ASCII_USER", CERTMAP_ANSWER_USER, CERTMAP_FORM_ASCII },
    { PREFIX "ASCII_GROUPS", CERTMAP_ANSWER_GROUPS, CERTMAP_FORM_ASCII },
    { PREFIX "DECISION", CERTMAP_ANSWER_OUTCOME, CERTMAP_FORM_HEADER },
    { PREFIX "MAPPING", CERTMAP_ANSWER_MAPPING, CERTMAP_FORM_HEADER },
    { PREFIX "REASON", CERTMAP_ANSWER_REASON, CERTMAP_FORM_HEADER },
    { PREFIX "MESSAGE", CERTMAP_ANSWER_MESSAGE, CERTMAP_FORM_HEADER },
    { PREFIX "SHA256", CERTMAP_ANSWER_SHA256, CERTMAP_FORM_HEADER },
    { PREFIX "SERIAL", CERTMAP_ANSWER_SERIAL, CERTMAP_FORM_HEADER },
    { PREFIX "RULES_SHA256", CERTMAP_ANSWER_RULES, CERTMAP_FORM_HEADER },
};
#define TEXTS (sizeof(texts) / sizeof(*texts))

/* -------- an answer and its environment -------- */

static void drop(mcm_held *held)
{
    if (held == NULL || apr_atomic_dec32(&held->holders) != 0) {
        return;
    }
    certmap_answer_free(held->answer);
    X509_free(held->x509);
    free(held->variables);
    free(held->names);
    free(held);
}

static apr_status_t drop_cleanup(void *data)
{
    drop(data);
    return APR_SUCCESS;
}

static void add(mcm_held *held, const char *name, struct certmap_view value)
{
    size_t i;

    for (i = 0; i < held->count; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): added here */
        if (strcmp(held->variables[i].name, name) == 0) {
            return; /* "a-b" and "a_b": the first one counts */
        }
    }
    held->variables[held->count].name = name;
    held->variables[held->count++].value = (const char *)value.data;
}

/* The name of the variable of an attribute; returns what follows it. */
static char *put_name(char *to, struct certmap_view name)
{
    size_t i;

    memcpy(to, ATTRIBUTE, sizeof(ATTRIBUTE) - 1);
    to += sizeof(ATTRIBUTE) - 1;
    for (i = 0; i < name.len; i++) {
        *to++ =
            apr_isalnum(name.data[i]) ? (char)apr_toupper(name.data[i]) : '_';
    }
    *to++ = '\0';
    return to;
}

static void add_attributes(mcm_held *held, size_t count)
{
    char *name = held->names;
    char *next;
    size_t i;

    for (i = 0; i < count; i++, name = next) {
        next = put_name(name, certmap_answer_attribute_name(held->answer, i));
        add(held, name,
            certmap_answer_item(held->answer, CERTMAP_ANSWER_LIST_ATTRIBUTES, i,
                                CERTMAP_FORM_HEADER));
    }
}

/* The variables' texts are those of the answer.  0: no memory. */
static int make_variables(mcm_held *held)
{
    size_t count =
        certmap_answer_count(held->answer, CERTMAP_ANSWER_LIST_ATTRIBUTES);
    size_t names = 1;
    size_t i;

    for (i = 0; i < count; i++) {
        names += sizeof(ATTRIBUTE)
                 + certmap_answer_attribute_name(held->answer, i).len;
    }
    held->variables = calloc(TEXTS + 1 + count, sizeof(*held->variables));
    held->names = malloc(names);
    if (held->variables == NULL || held->names == NULL) {
        return 0;
    }

    for (i = 0; i < TEXTS; i++) {
        struct certmap_view value =
            certmap_answer_text(held->answer, texts[i].text, texts[i].form);

        if (value.len > 0) {
            add(held, texts[i].name, value);
        }
    }
    add(held, PREFIX "LOG", certmap_view_of(certmap_answer_line(held->answer)));
    add_attributes(held, count);
    return 1;
}

static int is_variable(const char *name)
{
    return strncasecmp(name, PREFIX, sizeof(PREFIX) - 1) == 0;
}

/* A subrequest has the environment of its request, whose rules may be others. */
static void clear(request_rec *r)
{
    const apr_array_header_t *rows = apr_table_elts(r->subprocess_env);
    const apr_table_entry_t *row = (const apr_table_entry_t *)rows->elts;
    apr_table_t *others = apr_table_make(r->pool, rows->nelts);
    int i;

    for (i = 0; i < rows->nelts; i++) {
        if (!is_variable(row[i].key)) {
            apr_table_addn(others, row[i].key, row[i].val);
        }
    }
    r->subprocess_env = others;
}

void mcm_answer_show(request_rec *r, mcm_request *q)
{
    size_t i;

    if (q->held != NULL && q->shown == q->held) {
        return;
    }
    if (apr_table_get(r->subprocess_env, PREFIX "DECISION") != NULL) {
        clear(r);
    }
    for (i = 0; q->held != NULL && i < q->held->count; i++) {
        apr_table_setn(r->subprocess_env, q->held->variables[i].name,
                       q->held->variables[i].value);
    }
    /* mod_cache asks nobody before it answers others with what it has kept */
    apr_table_setn(r->subprocess_env, "no-cache", "1");
    q->shown = q->held;
}

/* -------- connections -------- */

static apr_status_t drop_connection(void *data)
{
    mcm_conn *conn = data;
    mcm_held *held;

    while ((held = conn->kept) != NULL) {
        conn->kept = held->next;
        drop(held);
    }
    X509_free(conn->judged);
    SSL_free(conn->ssl);
    return APR_SUCCESS;
}

/* mod_ssl frees its own SSL when the connection breaks, streams or not. */
static int pre_handshake(conn_rec *c, SSL *ssl, int is_proxy)
{
    mcm_conn *conn;

    if (is_proxy) {
        return APR_SUCCESS;
    }
    conn = apr_pcalloc(c->pool, sizeof(*conn));
    if (apr_thread_mutex_create(&conn->lock, APR_THREAD_MUTEX_DEFAULT, c->pool)
            != APR_SUCCESS
        || SSL_up_ref(ssl) != 1) {
        return APR_SUCCESS; /* its requests will be refused */
    }
    conn->ssl = ssl;
    apr_pool_cleanup_register(c->pool, conn, drop_connection,
                              apr_pool_cleanup_null);
    ap_set_module_config(c->conn_config, &certmap_module, conn);
    return APR_SUCCESS;
}

/* -------- asking -------- */

static mcm_held *ask_service(request_rec *r, mcm_conn *conn, mcm_rules *rules,
                             X509 *x509)
{
    mcm_held *held = calloc(1, sizeof(*held));

    if (held == NULL) {
        return NULL;
    }
    held->holders = 1;
    held->rules = rules;
    if (x509 != NULL && X509_up_ref(x509) == 1) {
        held->x509 = x509;
    }
    if (certmap_service_ask(rules->service, &held->answer, conn->ssl,
                            r->connection->client_ip, NULL)
            != CERTMAP_OK
        || !make_variables(held)) {
        drop(held);
        return NULL;
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "certmap: %s",
                  certmap_answer_line(held->answer));
    return held;
}

/* For the caller to drop; NULL: no memory. */
static mcm_held *ask_connection(request_rec *r, mcm_conn *conn,
                                mcm_rules *rules)
{
    X509 *x509 = SSL_get0_peer_certificate(conn->ssl);
    mcm_held **link = &conn->kept;
    mcm_held *held;

    while (*link != NULL && (*link)->rules != rules) {
        link = &(*link)->next;
    }
    held = *link;

    if (held == NULL || held->x509 != x509
        || !certmap_service_is_current(rules->service, held->answer,
                                       apr_time_sec(apr_time_now()))) {
        if (held != NULL) {
            *link = held->next;
            drop(held);
        }
        held = ask_service(r, conn, rules, x509);
        if (held == NULL || !certmap_answer_may_be_kept(held->answer)) {
            return held;
        }
        held->next = conn->kept;
        conn->kept = held;
    }
    apr_atomic_inc32(&held->holders);
    return held;
}

static mcm_conn *connection_of(request_rec *r)
{
    conn_rec *c = r->connection->master ? r->connection->master : r->connection;

    return ap_get_module_config(c->conn_config, &certmap_module);
}

/* Whether the certificate was accepted for this realm, and not in a session that
 * was made elsewhere. */
static int is_ours(mcm_conn *conn, const char *realm)
{
    X509 *x509 = SSL_get0_peer_certificate(conn->ssl);

    if (x509 != NULL && x509 == conn->judged) {
        return conn->is_ours;
    }
    X509_free(conn->judged);
    conn->judged = x509 != NULL && X509_up_ref(x509) == 1 ? x509 : NULL;
    conn->is_ours = certmap_service_session_is_of(conn->ssl, realm);
    return conn->is_ours;
}

/* Why the certificate of this connection is none for this request; NULL: it is
 * one. */
static const char *find_missing(request_rec *r, mcm_conn *conn,
                                const mcm_dir_conf *dir)
{
    mcm_server_conf *wanted =
        ap_get_module_config(r->server->module_config, &certmap_module);
    const char *realm;

    if (conn == NULL) {
        return ap_ssl_conn_is_ssl(r->connection)
                   ? "the connection is not mod_ssl's, or there is no memory"
                   : "the request came without TLS";
    }
    if (dir->rules == NULL) {
        return "there are no rules: write CertMapRules FILE";
    }
    if (dir->verify != MCM_VERIFY_ASKS) {
        return "nobody is asked for a certificate here: write "
               "SSLVerifyClient optional";
    }
    realm = mcm_ssl_realm(conn->ssl);
    if (realm == NULL || wanted->realm == NULL
        || strcmp(realm, wanted->realm) != 0) {
        return "the handshake was with another virtual host, which accepts "
               "other certificates";
    }
    if (!is_ours(conn, realm)) {
        return "the resumed session was made where other certificates are "
               "accepted";
    }
    return NULL;
}

static mcm_request *request_of(request_rec *r)
{
    mcm_request *q = ap_get_module_config(r->request_config, &certmap_module);

    if (q == NULL) {
        q = apr_pcalloc(r->pool, sizeof(*q));
        ap_set_module_config(r->request_config, &certmap_module, q);
    }
    return q;
}

mcm_request *mcm_ask(request_rec *r)
{
    mcm_dir_conf *dir =
        ap_get_module_config(r->per_dir_config, &certmap_module);
    mcm_conn *conn = connection_of(r);
    mcm_request *q = request_of(r);

    if (q->held != NULL && q->rules == dir->rules
        && dir->verify == MCM_VERIFY_ASKS
        && certmap_answer_may_be_kept(q->held->answer)) {
        return q;
    }
    q->held = NULL;
    q->rules = dir->rules;
    q->outcome = CERTMAP_OUTCOME_UNVERIFIED;

    if (conn != NULL) {
        apr_thread_mutex_lock(conn->lock);
    }
    q->missing = find_missing(r, conn, dir);
    if (q->missing == NULL) {
        q->held = ask_connection(r, conn, dir->rules);
    }
    if (conn != NULL) {
        apr_thread_mutex_unlock(conn->lock);
    }

    if (q->held != NULL) {
        apr_pool_cleanup_register(r->pool, q->held, drop_cleanup,
                                  apr_pool_cleanup_null);
        q->outcome = certmap_answer_outcome(q->held->answer);
    }
    else if (q->missing == NULL) {
        q->missing = "no memory";
        q->outcome = CERTMAP_OUTCOME_ERROR;
    }
    return q;
}

const struct certmap_answer *mcm_answer(const mcm_request *q)
{
    return q->held ? q->held->answer : NULL;
}

void mcm_answer_register_hooks(apr_pool_t *p)
{
    APR_OPTIONAL_HOOK(ssl, pre_handshake, pre_handshake, NULL, NULL,
                      APR_HOOK_MIDDLE);
}
