/* SPDX-License-Identifier: MIT */
/*
 * May this certificate connect as this role?
 *
 * pg_hba.conf lets a client in, and nothing can do so in its stead; what a
 * ClientAuthentication_hook can do is to refuse.  So the line is "hostssl ...
 * trust clientcert=verify-ca", which lets every certificate of the CA in as
 * every role, and it is here that only the accounts of the rules are.
 */
#include "certmap_pg.h"

#include <access/parallel.h>
#include <fmgr.h>
#include <libpq/auth.h>
#include <libpq/libpq-be.h>
#include <miscadmin.h>
#include <postmaster/postmaster.h>
#include <utils/guc.h>
#include <utils/memutils.h>

#include <certmap/names.h>

PG_MODULE_MAGIC;

/* NOLINTNEXTLINE(*-reserved-identifier,cert-dcl*): the name is PostgreSQL's */
extern PGDLLEXPORT void _PG_init(void);

static ClientAuthentication_hook_type next_hook;

static struct certmap_view
view_of(const char *text)
{
    return (struct certmap_view) {(const uint8_t *) text, strlen(text)};
}

static bool
view_is(struct certmap_view view, const char *text)
{
    return view.len == strlen(text) && memcmp(view.data, text, view.len) == 0;
}

/* What a client has written, for the log: quoted, in one line. */
static const char *
quoted(const char *text)
{
    /* a byte is \xHH at most, a control character \u{HH} */
    size_t      len = 6 * strlen(text) + 3;
    char       *out = palloc(len);

    if (certmap_text_escape(out, len, &len, view_of(text), true, NULL) != CERTMAP_OK)
        return "\"?\"";
    return out;
}

/*
 * The account that is this role; no data without one.  A part of an account is
 * compared only where the rules say which part it is: of the first one.  Taking
 * it out of the text here would let a certificate choose it, by a backslash in
 * its Name.
 */
static struct certmap_view
account_of_role(const struct certmap_answer *answer, const char *role)
{
    size_t      i = 0;
    size_t      n = certmap_answer_count(answer, CERTMAP_ANSWER_LIST_ACCOUNTS);
    struct certmap_view account;

    if (n > 0 && certmap_name == CERTMAP_NAME_USER)
    {
        if (view_is(certmap_answer_text(answer, CERTMAP_ANSWER_USER,
                                        CERTMAP_FORM_PLAIN), role))
            return certmap_answer_text(answer, CERTMAP_ANSWER_ACCOUNT,
                                       CERTMAP_FORM_PLAIN);
        i = 1;
    }

    for (; i < n; i++)
    {
        account = certmap_answer_item(answer, CERTMAP_ANSWER_LIST_ACCOUNTS, i,
                                      CERTMAP_FORM_PLAIN);
        if (view_is(account, role))
            return account;
    }

    return (struct certmap_view) CERTMAP_NO_VIEW;
}

/* Why the role is refused although the rules allow an account. */
static const char *
why_not_role(const struct certmap_answer *answer, const char *role)
{
    struct certmap_view account, user;

    account = certmap_answer_text(answer, CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_PLAIN);
    user = certmap_answer_text(answer, CERTMAP_ANSWER_USER, CERTMAP_FORM_PLAIN);

    if (account.len >= NAMEDATALEN)
        return "the account is longer than the name of a role can be";
    if (certmap_name == CERTMAP_NAME_ACCOUNT && view_is(user, role))
        return "the role is a part of the account, and certmap.name = 'account'"
            " compares the whole";
    if (certmap_name == CERTMAP_NAME_USER && view_is(account, role))
        return "the role is the whole account, and certmap.name = 'user'"
            " compares the part without the domain";
    return "the role is not among the accounts of the certificate";
}

/*
 * Asks the rules.  Returns why the client is refused, for the log; NULL if it
 * is not.
 */
static const char *
ask(Port *port)
{
    const char *why = NULL;
    struct certmap_answer *answer = NULL;
    struct certmap_view account;
    enum certmap_outcome outcome;

    if (certmap_service == NULL || !port->ssl_in_use || port->ssl == NULL)
        return "certmap: there is no TLS connection to ask about";

    /* without an answer the outcome is an error */
    (void) certmap_service_ask(certmap_service, &answer, port->ssl,
                               port->remote_host, NULL);
    outcome = certmap_answer_outcome(answer);
    account = account_of_role(answer, port->user_name);

    if (account.data != NULL)
    {
        certmap_publish(answer, account);
        ereport(Log_connections ? LOG : DEBUG1,
                (errmsg("certmap: role=%s %s", quoted(port->user_name),
                        certmap_answer_line(answer))));
    }
    else if (outcome == CERTMAP_OUTCOME_ALLOW)
        why = psprintf("certmap: %s: role=%s %s",
                       why_not_role(answer, port->user_name),
                       quoted(port->user_name), certmap_answer_line(answer));
    else if (outcome != CERTMAP_OUTCOME_NONE
             || certmap_mode != CERTMAP_MODE_OPTIONAL
             || port->hba->auth_method == uaTrust)
        why = psprintf("certmap: role=%s %s", quoted(port->user_name),
                       certmap_answer_line(answer));

    certmap_answer_free(answer);
    return why;
}

/* As ask(), for a line of pg_hba.conf that may not be certmap's. */
static const char *
decide(Port *port)
{
    const HbaLine *line = port->hba;

    if (line->conntype == ctHostSSL && certmap_line_is_open(line))
        return "certmap: \"trust\" in a hostssl line without"
            " clientcert=verify-ca would let everybody in as any role";

    if (!certmap_line_wants_certificate(line))
        return NULL;

    if (certmap_mode != CERTMAP_MODE_OFF)
        return ask(port);

    if (line->auth_method == uaTrust)
        return "certmap: certmap.mode is off, and \"trust\" would let every"
            " certificate in as any role";

    return NULL;
}

/* Tells the client no more than PostgreSQL does of a certificate. */
static void
refuse(Port *port, const char *why)
{
    ereport(FATAL,
            (errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
             errmsg("certificate authentication failed for user \"%s\"",
                    port->user_name),
             errdetail_log("%s (line %d of pg_hba.conf)", why,
                           port->hba->linenumber)));
}

/* Others learn what became of the client, such as auth_delay. */
static void
authenticate(Port *port, int status)
{
    const char *why = status == STATUS_OK ? decide(port) : NULL;

    if (next_hook)
        next_hook(port, why ? STATUS_ERROR : status);

    if (why)
        refuse(port, why);
}

/*
 * The library is loaded by a session, and so not by the postmaster: nobody has
 * compared the role with a certificate.  pg_hba.conf's line is known until
 * PostgresMain() drops the memory of the postmaster.
 */
static void
init_in_session(void)
{
    if (InitializingParallelWorker)
        return;                 /* the leader has been here */

    if (PostmasterContext == NULL || MyProcPort == NULL || MyProcPort->hba == NULL)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("certmap has to be in shared_preload_libraries")));

    if (certmap_line_wants_certificate(MyProcPort->hba)
        && MyProcPort->hba->auth_method == uaTrust)
        refuse(MyProcPort, "certmap is not in shared_preload_libraries, and"
               " \"trust\" would let every certificate in as any role");

    ereport(WARNING,
            (errmsg("certmap is not in shared_preload_libraries: no certificate"
                    " is looked at")));
}

void
_PG_init(void)
{
    if (!process_shared_preload_libraries_in_progress)
    {
        init_in_session();
        certmap_define_answer();
        MarkGUCPrefixReserved("certmap");
        return;
    }

    certmap_define_settings();
    certmap_define_answer();
    MarkGUCPrefixReserved("certmap");

    /* "postgres --single" has no clients, and is for repairs */
    if (!IsPostmasterEnvironment)
        return;

    certmap_open_rules();
    certmap_check_hba();

    next_hook = ClientAuthentication_hook;
    ClientAuthentication_hook = authenticate;
}
