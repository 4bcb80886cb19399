/* SPDX-License-Identifier: MIT */
/*
 * One thing of an answer: for a WHERE, a GROUP BY, an index.
 */
#include "sql.h"

#include <utils/builtins.h>
#include <utils/lsyscache.h>

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

/* The library's line of an answer. */
static char *
line_of(const struct certmap_result *result)
{
    size_t      len = 0;
    char       *line;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    enum certmap_status status;

    (void) certmap_result_format(NULL, 0, &len, result, NULL);
    line = palloc(len + 1);
    status = certmap_result_format(line, len + 1, &len, result, &err);
    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);
    return certmap_sql_readable(certmap_sql_view(line));
}

/* As a server's audit line, but for what only a connection has. */
Datum
certmap_sql_answer(PG_FUNCTION_ARGS)
{
    Answer      answer;
    const char *line;
    char        digest[2 * RULES_DIGEST_SIZE + 1] = "";

    certmap_sql_ask(fcinfo, &answer);
    if (answer.is_known)
        line = line_of(&answer.result);
    else
        line = psprintf("decision=error mapping=- account=- reason=%s",
                        certmap_code_name(answer.err.code));
    for (int i = 0; i < RULES_DIGEST_SIZE; i++)
        snprintf(digest + 2 * i, 3, "%02x", (unsigned int) answer.rules->digest[i]);
    PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s rules=sha256:%s", line, digest)));
}
