/* SPDX-License-Identifier: MIT */
/*
 * certmap_same(old, new, certificate): whether two rule sets give it the same
 * answer.  The certificate is prepared once.
 *
 * The second match writes over the first one's texts in the peer; so the first
 * answer is copied, and the second compared with the copy.
 */
#include "sql.h"

#include <lib/stringinfo.h>

PG_FUNCTION_INFO_V1(certmap_sql_same);

static void
add_number(StringInfo out, uint64 number)
{
    appendBinaryStringInfo(out, (const char *) &number, sizeof number);
}

/* With its length before it, so that no two lists of texts are the same bytes. */
static void
add_view(StringInfo out, struct certmap_view view)
{
    add_number(out, view.data == NULL ? UINT64_MAX : view.len);
    if (view.len > 0)
        appendBinaryStringInfo(out, (const char *) view.data, (int) view.len);
}

/*
 * What a server does with an answer: decision, accounts, groups, attributes.
 * Not the mapping that gave it, nor the reason.
 */
static void
add_answer(StringInfo out, const struct certmap_result *result)
{
    add_number(out, result->decision);
    add_view(out, result->domain);
    add_view(out, result->user);
    add_number(out, result->principals);
    add_number(out, result->account_count);
    for (size_t i = 0; i < result->account_count; i++)
        add_view(out, result->accounts[i]);
    add_number(out, result->group_count);
    for (size_t i = 0; i < result->group_count; i++)
        add_view(out, result->groups[i]);
    add_number(out, result->attribute_count);
    for (size_t i = 0; i < result->attribute_count; i++)
    {
        add_view(out, result->attributes[i].name);
        add_view(out, result->attributes[i].value);
    }
}

static void
ask_and_add(StringInfo out, const CompiledRules *rules, struct certmap_peer *peer)
{
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    enum certmap_status status = certmap_match(rules->rules, peer, &result, &err);

    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);
    initStringInfo(out);
    add_answer(out, &result);
}

/* True for what is no certificate: it is an error under both. */
Datum
certmap_sql_same(PG_FUNCTION_ARGS)
{
    CallSite   *site = certmap_sql_site(fcinfo);
    const CompiledRules *before = certmap_sql_rules_arg(fcinfo, site, 0);
    const CompiledRules *after = certmap_sql_rules_arg(fcinfo, site, 1);
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    Given       given;
    StringInfoData a;
    StringInfoData b;
    bool        same;

    if (before == after)
        PG_RETURN_BOOL(true);
    given = certmap_sql_given(fcinfo, 2);
    if (!certmap_sql_prepare(site, &given, before->needs | after->needs, &err))
        PG_RETURN_BOOL(true);

    ask_and_add(&a, before, site->peer);
    ask_and_add(&b, after, site->peer);
    same = a.len == b.len && memcmp(a.data, b.data, (size_t) a.len) == 0;
    pfree(a.data);
    pfree(b.data);
    PG_RETURN_BOOL(same);
}
