/* SPDX-License-Identifier: MIT */
/*
 * certmap_field(): the values of a field, as rules compare them.
 *
 * NULL: nothing is known of it, because it is malformed, or what it is in is no
 * certificate.  A value that cannot be read is a NULL in the array.
 */
#include "sql.h"

#include <catalog/pg_type.h>
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

static Datum
make_array(Datum *items, bool *nulls, int count)
{
    int         bounds[1] = {1};

    if (count == 0)
        return PointerGetDatum(construct_empty_array(TEXTOID));
    return PointerGetDatum(construct_md_array(items, nulls, 1, &count, bounds, TEXTOID, -1,
                                              false, TYPALIGN_INT));
}

static Datum
values_of(struct certmap_peer *peer, PathValue path)
{
    size_t      n = certmap_peer_value_count(peer, path.field);
    Datum      *items = palloc(sizeof(Datum) * (n + 1));
    bool       *nulls = palloc(sizeof(bool) * (n + 1));
    int         count = 0;

    for (size_t i = 0; i < n; i++)
    {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
        enum certmap_status status = certmap_peer_value(peer, &value, path.field, i, &err);
        text       *item;

        if (status != CERTMAP_OK)
            certmap_sql_raise(status, &err);
        if (!is_of(&value, path.subfield))
            continue;
        item = certmap_sql_text(value.text);
        items[count] = PointerGetDatum(item);
        nulls[count++] = item == NULL;
    }
    return make_array(items, nulls, count);
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
    return make_array(&item, &is_null, 1);
}

Datum
certmap_sql_field(PG_FUNCTION_ARGS)
{
    CallSite   *site = certmap_sql_site(fcinfo);
    PathValue   path = certmap_sql_path_value(PG_GETARG_VARLENA_PP(1));
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    Given       given = {certmap_sql_bytes(PG_GETARG_BYTEA_PP(0)), CERTMAP_NO_VIEW,
                         DT_NOEND};

    if (!certmap_sql_prepare(site, &given, path.needs, &err)
        || certmap_peer_field_unknown(site->peer, path.field) != CERTMAP_CODE_NONE)
        PG_RETURN_NULL();
    if (path.subfield.len > 0
        || (path.field != CERTMAP_FIELD_SUBJECT && path.field != CERTMAP_FIELD_ISSUER))
        return values_of(site->peer, path);

    if (certmap_cert_from_der(&cert, given.der, &err) != CERTMAP_OK)
        PG_RETURN_NULL();
    return name_of(path.field == CERTMAP_FIELD_SUBJECT ? cert.subject : cert.issuer);
}
