/* SPDX-License-Identifier: MIT */
/*
 * certmap_field(): the values of a field, as rules compare them.
 *
 * NULL: nothing is known of it, because it is malformed, or what it is in is no
 * certificate.  A value that cannot be read is a NULL in the array.
 */
#include "sql.h"

#include <utils/array.h>
#include <utils/builtins.h>

#include <certmap/explain.h>
#include <certmap/names.h>

/* "any" is every attribute. */
#define ANY_SUBFIELD "any"

PG_FUNCTION_INFO_V1(certmap_sql_field);

static bool
is_text(struct certmap_view view, const char *text)
{
    return view.len == strlen(text) && memcmp(view.data, text, view.len) == 0;
}

static bool
is_same_view(struct certmap_view a, struct certmap_view b)
{
    return a.len == b.len && a.len > 0 && memcmp(a.data, b.data, a.len) == 0;
}

static bool
is_of(const struct certmap_value *value, struct certmap_view subfield)
{
    return subfield.len == 0 || is_text(subfield, ANY_SUBFIELD)
        || is_same_view(value->subfield, subfield) || is_same_view(value->oid, subfield);
}

/* NULL: they are too many. */
static ArrayType *
values_of(struct certmap_peer *peer, const Path *path)
{
    const struct certmap_view subfield = {(const uint8_t *) path->subfield, path->subfield_len};
    size_t      n = certmap_peer_value_count(peer, path->field);
    Datum      *items = palloc(sizeof(Datum) * (n + 1));
    bool       *nulls = palloc(sizeof(bool) * (n + 1));
    int         count = 0;

    for (size_t i = 0; i < n; i++)
    {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
        enum certmap_status status = certmap_peer_value(peer, &value, path->field, i, &err);
        text       *item;

        if (status == CERTMAP_ERROR_LIMIT)
            return NULL;        /* more than a certificate may take: one stranger's must not end a query */
        if (status != CERTMAP_OK)
            certmap_sql_raise(status, &err);
        if (!is_of(&value, subfield))
            continue;
        item = certmap_sql_text(value.text);
        items[count] = PointerGetDatum(item);
        nulls[count++] = item == NULL;
    }
    return DatumGetArrayTypeP(certmap_sql_array(items, nulls, count));
}

/* The whole Name, RFC 4514; an array of one. */
static Datum
name_of(struct certmap_view name)
{
    size_t      len = 0;
    char       *out;
    text       *whole;
    Datum       item;
    bool        is_null;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    enum certmap_status status;

    (void) certmap_name_to_text(NULL, 0, &len, name, CERTMAP_NAME_RFC4514,
                                CERTMAP_NAME_ROOT_LAST, NULL);
    out = palloc(len + 1);
    status = certmap_name_to_text(out, len + 1, &len, name, CERTMAP_NAME_RFC4514,
                                  CERTMAP_NAME_ROOT_LAST, &err);
    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);
    whole = certmap_sql_text(certmap_sql_view(out));
    item = PointerGetDatum(whole);
    is_null = whole == NULL;
    return certmap_sql_array(&item, &is_null, 1);
}

static bool
is_same_text(const struct varlena *a, const struct varlena *b)
{
    return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b)
        && memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* What the second argument means; read once, while it is the same from row to row. */
static const Path *
path_of(FunctionCallInfo fcinfo, CallSite *site)
{
    struct varlena *given = PG_GETARG_VARLENA_PP(1);
    MemoryContext context = fcinfo->flinfo->fn_mcxt;
    struct varlena *kept;

    if (site->path_text != NULL && is_same_text(site->path_text, given))
        return site->path;
    if (site->path == NULL)
        site->path = MemoryContextAlloc(context, sizeof *site->path);

    kept = MemoryContextAlloc(context, VARSIZE_ANY(given));
    memcpy(kept, given, VARSIZE_ANY(given));
    if (site->path_text != NULL)
        pfree(site->path_text);
    site->path_text = NULL;     /* an error leaves nothing that is read by half */
    certmap_sql_read_path(site->path, text_to_cstring((text *) given));
    site->path_text = kept;
    return site->path;
}

/* The certificate has been read once, and so is not refused here. */
static Datum
whole_name(const Path *path, struct certmap_view der)
{
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;

    if (certmap_cert_from_der(&cert, der, &err) != CERTMAP_OK)
        certmap_sql_raise(err.status, &err);
    return name_of(path->field == CERTMAP_FIELD_SUBJECT ? cert.subject : cert.issuer);
}

Datum
certmap_sql_field(PG_FUNCTION_ARGS)
{
    CallSite   *site = certmap_sql_site(fcinfo);
    const Path *path = path_of(fcinfo, site);
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    Given       given = {certmap_sql_bytes(PG_GETARG_BYTEA_PP(0)), CERTMAP_NO_VIEW,
                         DT_NOEND};
    ArrayType  *values;

    if (!certmap_sql_prepare(site, &given, path->needs, &err)
        || certmap_peer_field_unknown(site->peer, path->field) != CERTMAP_CODE_NONE)
        PG_RETURN_NULL();
    if (path->subfield_len == 0
        && (path->field == CERTMAP_FIELD_SUBJECT || path->field == CERTMAP_FIELD_ISSUER))
        return whole_name(path, given.der);
    values = values_of(site->peer, path);
    if (values == NULL)
        PG_RETURN_NULL();
    PG_RETURN_ARRAYTYPE_P(values);
}
