/* SPDX-License-Identifier: MIT */
/*
 * certmap_match(): all of an answer, as a row.
 */
#include "sql.h"

#include <access/htup_details.h>
#include <catalog/pg_type.h>
#include <funcapi.h>
#include <lib/stringinfo.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/fmgrprotos.h>
#include <utils/json.h>

PG_FUNCTION_INFO_V1(certmap_sql_match);

/* The columns, as certmap--*.sql declares them. */
enum
{
    COLUMN_DECISION, COLUMN_ACCOUNT, COLUMN_DOMAIN, COLUMN_USERNAME, COLUMN_MAPPING,
    COLUMN_REASON, COLUMN_GROUPS, COLUMN_ATTRIBUTES, COLUMN_ACCOUNTS, COLUMNS
};

typedef struct
{
    Datum       values[COLUMNS];
    bool        nulls[COLUMNS];
} Row;

static void
set_text(Row *row, int column, text *value)
{
    row->values[column] = PointerGetDatum(value);
    row->nulls[column] = value == NULL;
}

/* An item that the database's encoding cannot hold is NULL. */
static Datum
array_of(const struct certmap_view *views, size_t count)
{
    Datum      *items = palloc(sizeof(Datum) * (count + 1));
    bool       *nulls = palloc(sizeof(bool) * (count + 1));
    int         dims[1] = {(int) count};
    int         bounds[1] = {1};

    if (count == 0)
        return PointerGetDatum(construct_empty_array(TEXTOID));
    for (size_t i = 0; i < count; i++)
    {
        text       *item = certmap_sql_text(views[i]);

        items[i] = PointerGetDatum(item);
        nulls[i] = item == NULL;
    }
    return PointerGetDatum(construct_md_array(items, nulls, 1, dims, bounds, TEXTOID, -1,
                                              false, TYPALIGN_INT));
}

static void
add_json_text(StringInfo out, text *value)
{
    if (value == NULL)
        appendStringInfoString(out, "null");
    else
        escape_json(out, text_to_cstring(value));
}

static Datum
attributes_of(const struct certmap_result *result)
{
    StringInfoData out;

    initStringInfo(&out);
    appendStringInfoChar(&out, '{');
    for (size_t i = 0; i < result->attribute_count; i++)
    {
        const struct certmap_attribute *attribute = &result->attributes[i];

        if (i > 0)
            appendStringInfoChar(&out, ',');
        /* a name is the rules', and has a text whatever the encoding */
        add_json_text(&out, certmap_sql_readable_text(attribute->name));
        appendStringInfoChar(&out, ':');
        add_json_text(&out, certmap_sql_text(attribute->value));
    }
    appendStringInfoChar(&out, '}');
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

static void
fill(Row *row, const Answer *answer)
{
    const struct certmap_result *result = &answer->result;

    memset(row->nulls, 0, sizeof row->nulls);
    set_text(row, COLUMN_ACCOUNT, certmap_sql_text(result->account));
    set_text(row, COLUMN_DOMAIN, certmap_sql_text(result->domain));
    set_text(row, COLUMN_USERNAME, certmap_sql_text(result->user));
    set_text(row, COLUMN_MAPPING, certmap_sql_text(result->mapping));
    set_text(row, COLUMN_REASON, certmap_sql_reason(answer));
    row->values[COLUMN_GROUPS] = array_of(result->groups, result->group_count);
    row->values[COLUMN_ATTRIBUTES] = attributes_of(result);
    row->values[COLUMN_ACCOUNTS] = array_of(result->accounts, result->account_count);
}

Datum
certmap_sql_match(PG_FUNCTION_ARGS)
{
    Answer      answer;
    TupleDesc   shape;
    Row         row;
    Oid         value;

    if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE
        || shape->natts != COLUMNS)
        elog(ERROR, "certmap_match() is not declared as in its extension");

    certmap_sql_ask(fcinfo, &answer);
    value = certmap_sql_decision(answer.site,
                                 TupleDescAttr(shape, COLUMN_DECISION)->atttypid, &answer);
    fill(&row, &answer);
    row.values[COLUMN_DECISION] = ObjectIdGetDatum(value);
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), row.values,
                                                      row.nulls)));
}
