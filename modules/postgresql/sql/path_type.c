/* SPDX-License-Identifier: MIT */
/*
 * The type certmap_path: which field of a certificate, "subject.OU", as rules
 * write it.  It is no text, because a text has a collation, and what has one is
 * not sent to another server by postgres_fdw.
 *
 * Which paths there are, and what is wrong with one, the library knows: a path
 * is read as the condition "PATH present".
 */
#include "sql.h"

#include <ctype.h>
#include <utils/builtins.h>

#include <certmap/walk.h>

/* A subfield is a name, or an OID of CERTMAP_MAX_OID_SIZE octets; no one has one so long. */
#define MAX_PATH_SIZE MAX_SUBFIELD_SIZE

#define BEFORE "certmap 1; mapping \"-\" { when "
#define AFTER " present; deny; }"

PG_FUNCTION_INFO_V1(certmap_sql_path_in);
PG_FUNCTION_INFO_V1(certmap_sql_path_out);
PG_FUNCTION_INFO_V1(certmap_sql_path_recv);
PG_FUNCTION_INFO_V1(certmap_sql_path_send);

typedef struct
{
    Path       *path;
    bool        is_found;
} Found;

/* Of the library; raises no error. */
static bool
take_condition(void *ctx, const struct certmap_walk_item *item)
{
    Found      *found = ctx;
    Path       *path = found->path;
    struct certmap_view subfield;

    if (item->kind != CERTMAP_WALK_CONDITION)
        return true;
    subfield = item->condition->subfield;
    if (subfield.len > sizeof path->subfield)
        return false;
    path->field = item->condition->field;
    path->subfield_len = subfield.len;
    if (subfield.len > 0)
        memcpy(path->subfield, subfield.data, subfield.len);
    found->is_found = true;
    return false;
}

static void
refuse(const char *path, const char *why)
{
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
             errmsg("invalid certmap path: \"%s\"", path),
             errdetail("%s", why),
             errhint("Write a field as rules do: subject.OU, san.dns, serial.")));
}

/* No space, quote or brace: it is one token of the condition, or none. */
static void
check_characters(const char *path)
{
    size_t      len = strlen(path);

    if (len == 0)
        refuse(path, "It is empty.");
    if (len > MAX_PATH_SIZE)
        refuse(pnstrdup(path, 64), "It is too long.");
    for (const char *c = path; *c != '\0'; c++)
    {
        if (IS_HIGHBIT_SET(*c) || (!isalnum((unsigned char) *c) && *c != '.'))
            refuse(path, "A path has letters, digits and dots.");
    }
}

/* The condition, compiled; in the current context. */
static struct certmap_rules *
compile(const char *path, RulesMemory *memory)
{
    char       *text = psprintf("%s%s%s", BEFORE, path, AFTER);
    struct certmap_allocator allocator = certmap_sql_allocator(memory);
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    enum certmap_status status;

    options.allocator = &allocator;
    status = certmap_rules_parse(&rules, certmap_sql_view(text), &options, &err);
    if (status == CERTMAP_ERROR_MEMORY)
        certmap_sql_raise(status, &err);
    if (err.code == CERTMAP_CODE_UNKNOWN_FIELD || err.code == CERTMAP_CODE_UNKNOWN_SUBFIELD)
        refuse(path, certmap_sql_readable(certmap_sql_view(err.text)));
    if (status != CERTMAP_OK)
        refuse(path, "It is no field that has values.");
    return rules;
}

static void
look_up(Path *path, const char *text)
{
    RulesMemory memory = {.context = CurrentMemoryContext};
    struct certmap_rules *rules = compile(text, &memory);
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    Found       found = {path, false};
    enum certmap_status status = certmap_rules_walk(rules, 0, take_condition, &found, &err);

    path->needs = certmap_rules_needs(rules);
    certmap_rules_free(rules);
    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);
    if (!found.is_found)
        refuse(text, "It is no field that has values.");
}

/* A whole Name is always there, so that no condition asks whether it is. */
static bool
is_name(Path *path, const char *text)
{
    if (strcmp(text, "subject") == 0)
        *path = (Path) {CERTMAP_FIELD_SUBJECT, CERTMAP_PIECE_SUBJECT, 0, ""};
    else if (strcmp(text, "issuer") == 0)
        *path = (Path) {CERTMAP_FIELD_ISSUER, CERTMAP_PIECE_ISSUER, 0, ""};
    else
        return false;
    return true;
}

/* Raises an error that says why it is none. */
void
certmap_sql_read_path(Path *path, const char *text)
{
    check_characters(text);
    if (!is_name(path, text))
        look_up(path, text);
}

/*
 * A value is its text, which a later version reads anew: numbers of the library
 * are not on disk.
 */
static text *
from_text(const char *given)
{
    Path        path;

    certmap_sql_read_path(&path, given);
    return cstring_to_text(given);
}

static char *
to_text(FunctionCallInfo fcinfo)
{
    return text_to_cstring((text *) PG_GETARG_VARLENA_PP(0));
}

Datum
certmap_sql_path_in(PG_FUNCTION_ARGS)
{
    PG_RETURN_TEXT_P(from_text(PG_GETARG_CSTRING(0)));
}

Datum
certmap_sql_path_out(PG_FUNCTION_ARGS)
{
    PG_RETURN_CSTRING(to_text(fcinfo));
}

Datum
certmap_sql_path_recv(PG_FUNCTION_ARGS)
{
    PG_RETURN_TEXT_P(from_text(certmap_sql_received(fcinfo)));
}

Datum
certmap_sql_path_send(PG_FUNCTION_ARGS)
{
    PG_RETURN_BYTEA_P(certmap_sql_sent(to_text(fcinfo)));
}
