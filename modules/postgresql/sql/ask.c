/* SPDX-License-Identifier: MIT */
/*
 * A certificate, and the answer of the rules.
 *
 * What is no certificate is an answer, "error", and no error of PostgreSQL: a
 * query over a million ends with all of them counted.
 */
#include "sql.h"

#include <access/htup_details.h>
#include <catalog/pg_enum.h>
#include <lib/stringinfo.h>
#include <openssl/evp.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
#include <utils/timestamp.h>

/* After the argument that is a certificate. */
#define TIME_ARG 1
#define ISSUER_ARG 2

#define EPOCH_DIFFERENCE \
    ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

static const char *const decision_names[] = {"none", "allow", "deny", "error"};

/* As the library asks for digests, while it prepares; OpenSSL raises no error of PostgreSQL's. */
static bool
compute_digest(void *ctx, uint8_t *digest, enum certmap_hash hash,
               struct certmap_view data)
{
    const EVP_MD *md = NULL;

    (void) ctx;
    if (hash == CERTMAP_HASH_SHA256)
        md = EVP_sha256();
    else if (hash == CERTMAP_HASH_SHA1)
        md = EVP_sha1();
    else if (hash == CERTMAP_HASH_SHA512)
        md = EVP_sha512();
    return md != NULL && EVP_Digest(data.data, data.len, digest, NULL, md, NULL) == 1;
}

/* 0, as the library has it, for a time that is not given. */
static int64
unix_time(TimestampTz at)
{
    int64       seconds;

    if (TIMESTAMP_NOT_FINITE(at))
        return 0;
    seconds = at / USECS_PER_SEC;
    if (at % USECS_PER_SEC < 0)
        seconds--;
    return seconds + EPOCH_DIFFERENCE;
}

struct certmap_view
certmap_sql_bytes(const bytea *bytes)
{
    return (struct certmap_view) {(const uint8_t *) VARDATA_ANY(bytes),
                                  VARSIZE_ANY_EXHDR(bytes)};
}

/* The certificate that is argument arg, with the time and its issuer after it. */
Given
certmap_sql_given(FunctionCallInfo fcinfo, int arg)
{
    return (Given) {certmap_sql_bytes(PG_GETARG_BYTEA_PP(arg)),
                    certmap_sql_bytes(PG_GETARG_BYTEA_PP(arg + ISSUER_ARG)),
                    PG_GETARG_TIMESTAMPTZ(arg + TIME_ARG)};
}

/*
 * Prepares a certificate for questions that need these pieces of it.  False: it
 * is none, and err says why.  It points into what is given: for this row only.
 */
bool
certmap_sql_prepare(CallSite *site, const Given *given, unsigned needs,
                    struct certmap_diagnostic *err)
{
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    enum certmap_status status;

    if (certmap_cert_from_der(&cert, given->der, err) != CERTMAP_OK)
        return false;

    cert.hash = compute_digest;
    cert.time = unix_time(given->at);
    if (given->issuer.len > 0)
        cert.issuer_certificate = given->issuer;

    certmap_cert_restrict(&cert, needs);
    status = certmap_peer_set(site->peer, &cert, err);
    if (status == CERTMAP_ERROR_MEMORY)
        certmap_sql_raise(status, err);
    return status == CERTMAP_OK;
}

/* Of a function whose arguments are rules, a certificate, the time and the issuer. */
void
certmap_sql_ask(FunctionCallInfo fcinfo, Answer *answer)
{
    Given       given = certmap_sql_given(fcinfo, 1);

    *answer = (Answer) {.result = CERTMAP_RESULT_INIT, .err = CERTMAP_DIAGNOSTIC_INIT};
    answer->site = certmap_sql_site(fcinfo);
    answer->rules = certmap_sql_rules_arg(fcinfo, answer->site, 0);
    answer->is_known =
        certmap_sql_prepare(answer->site, &given, answer->rules->needs, &answer->err)
        && certmap_match(answer->rules->rules, answer->site->peer, &answer->result,
                         &answer->err) == CERTMAP_OK;
}

static int
decision_number(const Answer *answer)
{
    return answer->is_known ? (int) answer->result.decision : 3;
}

const char *
certmap_sql_decision_name(const Answer *answer)
{
    return decision_names[decision_number(answer)];
}

static Oid
enum_value(Oid type, const char *label)
{
    HeapTuple   tuple = SearchSysCache2(ENUMTYPOIDNAME, ObjectIdGetDatum(type),
                                        CStringGetDatum(label));
    Oid         value;

    if (!HeapTupleIsValid(tuple))
        ereport(ERROR,
                (errcode(ERRCODE_INTERNAL_ERROR),
                 errmsg("the type of certmap's decisions has no value \"%s\"", label)));
    value = ((Form_pg_enum) GETSTRUCT(tuple))->oid;
    ReleaseSysCache(tuple);
    return value;
}

/* The decision as a value of the enumeration, which the site remembers. */
Oid
certmap_sql_decision(CallSite *site, Oid type, const Answer *answer)
{
    if (site->decision_type != type)
    {
        for (size_t i = 0; i < lengthof(decision_names); i++)
            site->decisions[i] = enum_value(type, decision_names[i]);
        site->decision_type = type;
    }
    return site->decisions[decision_number(answer)];
}

/* Why; NULL where a mapping decided plainly. */
text *
certmap_sql_reason(const Answer *answer)
{
    return certmap_sql_code(answer->is_known ? answer->result.reason : answer->err.code);
}
