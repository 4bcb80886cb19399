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
#include <libpq/pqformat.h>
#include <utils/builtins.h>

#include <certmap/walk.h>

/* A subfield is a name, or an OID of CERTMAP_MAX_OID_SIZE octets; no one has one so long. */
#define MAX_PATH_SIZE 1024

#define BEFORE "certmap 1; mapping \"-\" { when "
#define AFTER " present; deny; }"

/* The value, after its header: this, the canonical subfield, and the path. */
typedef struct
{
    uint32      needs;
    uint16      field;
    uint16      subfield_len;
} PathHead;

PG_FUNCTION_INFO_V1(certmap_sql_path_in);
PG_FUNCTION_INFO_V1(certmap_sql_path_out);
PG_FUNCTION_INFO_V1(certmap_sql_path_recv);
PG_FUNCTION_INFO_V1(certmap_sql_path_send);

typedef struct
{
    PathHead    head;
    char        subfield[MAX_PATH_SIZE];
    bool        is_found;
} Found;

/* Of the library; raises no error. */
static bool
take_condition(void *ctx, const struct certmap_walk_item *item)
{
    Found      *found = ctx;
    struct certmap_view subfield;

    if (item->kind != CERTMAP_WALK_CONDITION)
        return true;
    subfield = item->condition->subfield;
    if (subfield.len > sizeof found->subfield)
        return false;
    found->head.field = (uint16) item->condition->field;
    found->head.subfield_len = (uint16) subfield.len;
    if (subfield.len > 0)
        memcpy(found->subfield, subfield.data, subfield.len);
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

static void
look_up(Found *found, const char *path)
{
    char       *text = psprintf("%s%s%s", BEFORE, path, AFTER);
    RulesMemory memory = {CurrentMemoryContext, 0, 0};
    struct certmap_allocator allocator = certmap_sql_allocator(&memory);
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

    found->head.needs = certmap_rules_needs(rules);
    status = certmap_rules_walk(rules, 0, take_condition, found, &err);
    certmap_rules_free(rules);
    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);
    if (!found->is_found)
        refuse(path, "It is no field that has values.");
}

/* A whole Name is always there, so that no condition asks whether it is. */
static bool
is_name(Found *found, const char *path)
{
    if (strcmp(path, "subject") == 0)
        found->head = (PathHead) {CERTMAP_PIECE_SUBJECT, CERTMAP_FIELD_SUBJECT, 0};
    else if (strcmp(path, "issuer") == 0)
        found->head = (PathHead) {CERTMAP_PIECE_ISSUER, CERTMAP_FIELD_ISSUER, 0};
    else
        return false;
    return true;
}

static struct varlena *
from_text(const char *path)
{
    Found       found = {{0, 0, 0}, "", false};
    Size        len = strlen(path);
    Size        size;
    struct varlena *value;
    char       *at;

    check_characters(path);
    if (!is_name(&found, path))
        look_up(&found, path);

    size = VARHDRSZ + sizeof found.head + found.head.subfield_len + len;
    value = palloc(size);
    SET_VARSIZE(value, size);
    at = VARDATA(value);
    memcpy(at, &found.head, sizeof found.head);
    memcpy(at + sizeof found.head, found.subfield, found.head.subfield_len);
    memcpy(at + sizeof found.head + found.head.subfield_len, path, len);
    return value;
}

static PathHead
head_of(const struct varlena *path)
{
    PathHead    head;
    Size        len = VARSIZE_ANY_EXHDR(path);

    if (len >= sizeof head)
    {
        memcpy(&head, VARDATA_ANY(path), sizeof head);
        if (len >= sizeof head + head.subfield_len
            && certmap_field_name((enum certmap_field) head.field) != NULL)
            return head;
    }
    ereport(ERROR,
            (errcode(ERRCODE_DATA_CORRUPTED),
             errmsg("a value of type certmap_path is not one")));
}

PathValue
certmap_sql_path_value(const struct varlena *path)
{
    PathHead    head = head_of(path);
    const uint8 *subfield = (const uint8 *) VARDATA_ANY(path) + sizeof head;

    return (PathValue) {(enum certmap_field) head.field, head.needs,
                        {subfield, head.subfield_len}};
}

static char *
to_text(FunctionCallInfo fcinfo)
{
    const struct varlena *path = PG_GETARG_VARLENA_PP(0);
    Size        before = sizeof(PathHead) + head_of(path).subfield_len;

    return pnstrdup(VARDATA_ANY(path) + before, VARSIZE_ANY_EXHDR(path) - before);
}

Datum
certmap_sql_path_in(PG_FUNCTION_ARGS)
{
    PG_RETURN_POINTER(from_text(PG_GETARG_CSTRING(0)));
}

Datum
certmap_sql_path_out(PG_FUNCTION_ARGS)
{
    PG_RETURN_CSTRING(to_text(fcinfo));
}

Datum
certmap_sql_path_recv(PG_FUNCTION_ARGS)
{
    StringInfo  message = (StringInfo) PG_GETARG_POINTER(0);
    int         len;

    PG_RETURN_POINTER(from_text(pq_getmsgtext(message, message->len - message->cursor,
                                              &len)));
}

Datum
certmap_sql_path_send(PG_FUNCTION_ARGS)
{
    const char *path = to_text(fcinfo);
    StringInfoData message;

    pq_begintypsend(&message);
    pq_sendtext(&message, path, (int) strlen(path));
    PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
