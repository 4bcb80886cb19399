/* SPDX-License-Identifier: MIT */
/*
 * One thing of an answer: for a WHERE, a GROUP BY, an index.
 */
#include "sql.h"

#include <lib/stringinfo.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>

/* Of a log.  A longer one is written twice. */
#define USUAL_LINE_SIZE 512

PG_FUNCTION_INFO_V1(certmap_sql_decides);
PG_FUNCTION_INFO_V1(certmap_sql_allows);
PG_FUNCTION_INFO_V1(certmap_sql_denies);
PG_FUNCTION_INFO_V1(certmap_sql_account);
PG_FUNCTION_INFO_V1(certmap_sql_mapping);
PG_FUNCTION_INFO_V1(certmap_sql_answer);

static bool
is_decision(FunctionCallInfo fcinfo, enum certmap_decision decision)
{
    Answer      answer;

    certmap_sql_ask(fcinfo, &answer);
    return answer.is_known && answer.result.decision == decision;
}

static Datum
text_or_null(FunctionCallInfo fcinfo, text *value)
{
    if (value == NULL)
        PG_RETURN_NULL();
    PG_RETURN_TEXT_P(value);
}

Datum
certmap_sql_decides(PG_FUNCTION_ARGS)
{
    Answer      answer;
    Oid         type;

    certmap_sql_ask(fcinfo, &answer);
    type = answer.site->decision_type;
    if (!OidIsValid(type))
        type = get_func_rettype(fcinfo->flinfo->fn_oid);
    PG_RETURN_OID(certmap_sql_decision(answer.site, type, &answer));
}

Datum
certmap_sql_allows(PG_FUNCTION_ARGS)
{
    PG_RETURN_BOOL(is_decision(fcinfo, CERTMAP_ALLOW));
}

Datum
certmap_sql_denies(PG_FUNCTION_ARGS)
{
    PG_RETURN_BOOL(is_decision(fcinfo, CERTMAP_DENY));
}

Datum
certmap_sql_account(PG_FUNCTION_ARGS)
{
    Answer      answer;

    certmap_sql_ask(fcinfo, &answer);
    return text_or_null(fcinfo, certmap_sql_text(answer.result.account));
}

Datum
certmap_sql_mapping(PG_FUNCTION_ARGS)
{
    Answer      answer;

    certmap_sql_ask(fcinfo, &answer);
    return text_or_null(fcinfo, certmap_sql_text(answer.result.mapping));
}

/* The library's line of an answer.  Most have room in what the caller has; others are allocated. */
static struct certmap_view
line_of(const struct certmap_result *result, char *room, size_t size)
{
    size_t      len = 0;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    enum certmap_status status = certmap_result_format(room, size, &len, result, &err);

    if (status == CERTMAP_ERROR_BUFFER)
    {
        room = palloc(len + 1);
        status = certmap_result_format(room, len + 1, &len, result, &err);
    }
    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);
    return (struct certmap_view) {(const uint8_t *) room, len};
}

/* As a server's audit line, but for what only a connection has. */
Datum
certmap_sql_answer(PG_FUNCTION_ARGS)
{
    Answer      answer;
    char        room[USUAL_LINE_SIZE];
    StringInfoData out;

    certmap_sql_ask(fcinfo, &answer);
    initStringInfo(&out);
    if (answer.is_known)
        appendStringInfoString(&out, certmap_sql_readable(line_of(&answer.result, room,
                                                                  sizeof room)));
    else
        appendStringInfo(&out, "decision=error mapping=- account=- reason=%s",
                         certmap_code_name(answer.err.code));
    appendStringInfoString(&out, " rules=sha256:");
    appendStringInfoString(&out, answer.rules->hex);
    PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
