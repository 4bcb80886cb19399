/* SPDX-License-Identifier: MIT */
/*
 * certmap_match(): all of an answer, as a row.
 */
#include "sql.h"

#include <access/htup_details.h>
#include <funcapi.h>
#include <utils/jsonb.h>

PG_FUNCTION_INFO_V1(certmap_sql_match);

/* The columns, as certmap--*.sql declares them. */
enum
{
    COLUMN_DECISION, COLUMN_ACCOUNT, COLUMN_DOMAIN, COLUMN_USERNAME, COLUMN_MAPPING,
    COLUMN_REASON, COLUMN_GROUPS, COLUMN_ATTRIBUTES, COLUMN_ACCOUNTS, COLUMNS
};

StaticAssertDecl(COLUMNS <= MAX_COLUMNS, "a Row has a place for each column");

/* An item that the database's encoding cannot hold is NULL. */
static Datum
array_of(const struct certmap_view *views, size_t count)
{
    Datum      *items = palloc(sizeof(Datum) * (count + 1));
    bool       *nulls = palloc(sizeof(bool) * (count + 1));

    for (size_t i = 0; i < count; i++)
    {
        text       *item = certmap_sql_text(views[i]);

        items[i] = PointerGetDatum(item);
        nulls[i] = item == NULL;
    }
    return certmap_sql_array(items, nulls, (int) count);
}

static JsonbValue
json_text(text *value)
{
    JsonbValue  json = {.type = jbvNull};

    if (value != NULL)
    {
        json.type = jbvString;
        json.val.string.val = VARDATA_ANY(value);
        json.val.string.len = (int) VARSIZE_ANY_EXHDR(value);
    }
    return json;
}

static Datum
attributes_of(const struct certmap_result *result)
{
    JsonbParseState *state = NULL;
    JsonbValue *object;

    (void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
    for (size_t i = 0; i < result->attribute_count; i++)
    {
        const struct certmap_attribute *attribute = &result->attributes[i];
        /* a name is the rules', and has a text whatever the encoding */
        JsonbValue  name = json_text(certmap_sql_readable_text(attribute->name));
        JsonbValue  value = json_text(certmap_sql_text(attribute->value));

        (void) pushJsonbValue(&state, WJB_KEY, &name);
        (void) pushJsonbValue(&state, WJB_VALUE, &value);
    }
    object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
    return JsonbPGetDatum(JsonbValueToJsonb(object));
}

static void
fill(Row *row, const Answer *answer)
{
    const struct certmap_result *result = &answer->result;

    memset(row->nulls, 0, sizeof row->nulls);
    certmap_sql_set_text(row, COLUMN_ACCOUNT, certmap_sql_text(result->account));
    certmap_sql_set_text(row, COLUMN_DOMAIN, certmap_sql_text(result->domain));
    certmap_sql_set_text(row, COLUMN_USERNAME, certmap_sql_text(result->user));
    certmap_sql_set_text(row, COLUMN_MAPPING, certmap_sql_text(result->mapping));
    certmap_sql_set_text(row, COLUMN_REASON, certmap_sql_reason(answer));
    row->values[COLUMN_GROUPS] = array_of(result->groups, result->group_count);
    row->values[COLUMN_ATTRIBUTES] = attributes_of(result);
    row->values[COLUMN_ACCOUNTS] = array_of(result->accounts, result->account_count);
}

/* Looked up once: it is made of rows of the catalogue. */
static TupleDesc
shape_of(FunctionCallInfo fcinfo, CallSite *site)
{
    TupleDesc   shape;
    MemoryContext before;

    if (site->shape != NULL)
        return site->shape;
    if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE
        || shape->natts != COLUMNS)
        elog(ERROR, "certmap_match() is not declared as in its extension");
    before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
    site->shape = BlessTupleDesc(CreateTupleDescCopy(shape));
    MemoryContextSwitchTo(before);
    return site->shape;
}

Datum
certmap_sql_match(PG_FUNCTION_ARGS)
{
    CallSite   *site = certmap_sql_site(fcinfo);
    TupleDesc   shape = shape_of(fcinfo, site);
    Answer      answer;
    Row         row;
    Oid         value;

    certmap_sql_ask(fcinfo, &answer);
    value = certmap_sql_decision(site, TupleDescAttr(shape, COLUMN_DECISION)->atttypid,
                                 &answer);
    fill(&row, &answer);
    row.values[COLUMN_DECISION] = ObjectIdGetDatum(value);
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(shape, row.values, row.nulls)));
}
