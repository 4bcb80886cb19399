/* SPDX-License-Identifier: MIT */
/*
 * Values of SQL that several functions make: items of a row, arrays, digests,
 * and the binary form of both types, which is their text.
 */
#include "sql.h"

#include <catalog/pg_type.h>
#include <libpq/pqformat.h>
#include <utils/array.h>
#include <utils/builtins.h>

/* NULL is SQL's. */
void
certmap_sql_set_text(Row *row, int column, text *value)
{
    row->values[column] = PointerGetDatum(value);
    row->nulls[column] = value == NULL;
}

/* text[] */
Datum
certmap_sql_array(Datum *items, bool *nulls, int count)
{
    int         bounds[1] = {1};

    if (count == 0)
        return PointerGetDatum(construct_empty_array(TEXTOID));
    return PointerGetDatum(construct_md_array(items, nulls, 1, &count, bounds, TEXTOID, -1,
                                              false, TYPALIGN_INT));
}

/* hex has room for two digits a byte, and a NUL. */
void
certmap_sql_hex(char *hex, const uint8 *bytes, Size size)
{
    hex[hex_encode((const char *) bytes, size, hex)] = '\0';
}

/* What a client sent: all of the message, in the database's encoding, without a NUL. */
char *
certmap_sql_received(FunctionCallInfo fcinfo)
{
    StringInfo  message = (StringInfo) PG_GETARG_POINTER(0);
    int         len;

    return pq_getmsgtext(message, message->len - message->cursor, &len);
}

bytea *
certmap_sql_sent(const char *given)
{
    StringInfoData message;

    pq_begintypsend(&message);
    pq_sendtext(&message, given, (int) strlen(given));
    return pq_endtypsend(&message);
}
