/* SPDX-License-Identifier: MIT */
/*
 * What pg_hba.conf says of certificates.  The lines that PostgreSQL has parsed
 * are its own until there is a connection, so the file is read once more, when
 * the server starts and when it reads its configuration again.
 */
#include "certmap_pg.h"

#include <miscadmin.h>
#include <storage/fd.h>
#include <utils/guc.h>
#include <utils/memutils.h>
#include <utils/varlena.h>

bool
certmap_line_wants_certificate(const HbaLine *line)
{
    return line->clientcert != clientCertOff || line->auth_method == uaCert;
}

/* Whether everybody gets in as anybody, from another machine. */
bool
certmap_line_is_open(const HbaLine *line)
{
    return line->auth_method == uaTrust && line->conntype != ctLocal
        && !certmap_line_wants_certificate(line);
}

static bool
is_for_replication(const HbaLine *line)
{
    ListCell   *cell;

    foreach(cell, line->databases)
    {
        const AuthToken *token = lfirst(cell);

        if (!token->quoted && strcmp(token->string, "replication") == 0)
            return true;
    }

    return false;
}

/* Whether a name of a library is this one: "certmap", or a path to it. */
static bool
is_certmap(const char *library)
{
    const char *slash = strrchr(library, '/');
    const char *base = slash ? slash + 1 : library;

    return strcmp(base, "certmap") == 0 || strcmp(base, "certmap.so") == 0;
}

/*
 * What a file says of the setting, or NULL.  While the files are read again the
 * variable may still have the value of before: they are applied line by line.
 */
static const char *
libraries_in_files(void)
{
    ConfigVariable *first = NULL;
    ConfigVariable *last = NULL;
    const char *value = NULL;

    if (!ParseConfigFile(ConfigFileName, true, NULL, 0, 0, DEBUG3, &first, &last)
        || !ParseConfigFile(PG_AUTOCONF_FILENAME, false, NULL, 0, 0, DEBUG3,
                            &first, &last))
        return NULL;

    for (const ConfigVariable *item = first; item != NULL; item = item->next)
    {
        if (!item->ignore && item->errmsg == NULL
            && pg_strcasecmp(item->name, "session_preload_libraries") == 0)
            value = item->value;    /* the last one counts */
    }

    return value;
}

static bool
sessions_load_certmap(void)
{
    const char *libraries = session_preload_libraries_string;
    List       *names;
    ListCell   *cell;
    bool        found = false;

    /* what the command line says is not overruled by a file */
    if (certmap_source_of("session_preload_libraries") <= PGC_S_FILE)
        libraries = libraries_in_files();

    if (libraries == NULL
        || !SplitDirectoriesString(pstrdup(libraries), ',', &names))
        return false;

    foreach(cell, names)
        found = found || is_certmap(lfirst(cell));

    return found;
}

/* A line that is open as soon as this module is not there. */
static void
check_trust(const HbaLine *line, bool locked)
{
    if (is_for_replication(line))
        ereport(WARNING,
                (errmsg("certmap: \"%s\" line %d: without certmap in"
                        " shared_preload_libraries this line would let every"
                        " certificate replicate",
                        HbaFileName, line->linenumber),
                 errhint("Replication does not load session_preload_libraries."
                         " Write another method in place of \"trust\": with"
                         " \"cert\" certmap is asked, too.")));
    else if (!locked)
        ereport(WARNING,
                (errmsg("certmap: \"%s\" line %d: without certmap in"
                        " shared_preload_libraries this line would let every"
                        " certificate in as any role",
                        HbaFileName, line->linenumber),
                 errhint("Write certmap into session_preload_libraries, too:"
                         " then sessions are refused, other than those of"
                         " replication.")));
}

static void
check_line(const HbaLine *line, bool locked)
{
    if (certmap_line_is_open(line))
        ereport(WARNING,
                (errmsg(line->conntype == ctHostSSL
                        ? "certmap: \"%s\" line %d: \"trust\" without"
                        " clientcert=verify-ca is refused"
                        : "certmap: \"%s\" line %d: \"trust\" lets everybody in"
                        " as any role, whatever the rules say",
                        HbaFileName, line->linenumber),
                 errhint("Write \"hostssl ... trust clientcert=verify-ca\", or"
                         " another method.")));

    if (line->auth_method == uaTrust && certmap_line_wants_certificate(line))
        check_trust(line, locked);
}

/* What PostgreSQL cannot parse it reports itself. */
static void
check_lines(List *lines)
{
    bool        locked = sessions_load_certmap();
    bool        asked = false;
    ListCell   *cell;

    foreach(cell, lines)
    {
        TokenizedAuthLine *tokens = lfirst(cell);
        HbaLine    *line = NULL;

        if (tokens->err_msg == NULL)
            line = parse_hba_line(tokens, DEBUG3);
        if (line == NULL)
            continue;

        asked = asked || certmap_line_wants_certificate(line);
        check_line(line, locked);
    }

    if (!asked)
        ereport(WARNING,
                (errmsg("certmap: no line of \"%s\" asks for a certificate:"
                        " the rules are not used", HbaFileName),
                 errhint("Write \"hostssl all all all trust"
                         " clientcert=verify-ca\".")));
}

void
certmap_check_hba(void)
{
    List       *lines = NIL;
    FILE       *file = AllocateFile(HbaFileName, "r");
    MemoryContext context, old;

    if (file == NULL)
        return;                 /* PostgreSQL says so */

    context = AllocSetContextCreate(CurrentMemoryContext, "certmap hba",
                                    ALLOCSET_SMALL_SIZES);
    old = MemoryContextSwitchTo(context);
    (void) tokenize_auth_file(HbaFileName, file, &lines, DEBUG3);
    FreeFile(file);
    check_lines(lines);
    MemoryContextSwitchTo(old);
    MemoryContextDelete(context);   /* and that of the tokens in it */
}
