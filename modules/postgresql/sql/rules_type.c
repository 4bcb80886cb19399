/* SPDX-License-Identifier: MIT */
/*
 * The type certmap_rules: the SHA-256 of a rule text, and the text, as UTF-8.
 *
 * A value that is there is one that loads: the text is compiled when it is
 * input.  The digest comes first, so that whoever has the rules compiled reads
 * 32 bytes of a value of 19 MB, and no more.
 */
#include "sql.h"

#include <common/hashfn.h>
#include <mb/pg_wchar.h>
#include <openssl/evp.h>
#include <utils/builtins.h>
#include <utils/memutils.h>

PG_FUNCTION_INFO_V1(certmap_sql_rules_in);
PG_FUNCTION_INFO_V1(certmap_sql_rules_out);
PG_FUNCTION_INFO_V1(certmap_sql_rules_recv);
PG_FUNCTION_INFO_V1(certmap_sql_rules_send);
PG_FUNCTION_INFO_V1(certmap_sql_rules_eq);
PG_FUNCTION_INFO_V1(certmap_sql_rules_ne);
PG_FUNCTION_INFO_V1(certmap_sql_rules_hash);
PG_FUNCTION_INFO_V1(certmap_sql_rules_hash_extended);
PG_FUNCTION_INFO_V1(certmap_sql_digest);

/* Of rules that are detoasted, or of their beginning: then without the text. */
RulesValue
certmap_sql_rules_value(const struct varlena *rules, bool whole)
{
    const uint8 *data = (const uint8 *) VARDATA_ANY(rules);
    Size        len = VARSIZE_ANY_EXHDR(rules);
    RulesValue  value = {data, CERTMAP_NO_VIEW};

    if (len < RULES_DIGEST_SIZE)
        ereport(ERROR,
                (errcode(ERRCODE_DATA_CORRUPTED),
                 errmsg("a value of type certmap_rules has %zu bytes", len)));
    if (whole)
        value.text = (struct certmap_view) {data + RULES_DIGEST_SIZE,
                                            len - RULES_DIGEST_SIZE};
    return value;
}

static void
compute_digest(uint8 digest[RULES_DIGEST_SIZE], const void *utf8, Size len)
{
    if (EVP_Digest(utf8, len, digest, NULL, EVP_sha256(), NULL) != 1)
        ereport(ERROR,
                (errcode(ERRCODE_INTERNAL_ERROR),
                 errmsg("the digest of certmap rules cannot be computed")));
}

/*
 * Of rules that were stored, before they are compiled: by the digest they are
 * found again, and must not answer in the place of others.
 */
void
certmap_sql_check_digest(const RulesValue *value)
{
    uint8       digest[RULES_DIGEST_SIZE];

    compute_digest(digest, value->text.data, value->text.len);
    if (memcmp(digest, value->digest, RULES_DIGEST_SIZE) != 0)
        ereport(ERROR,
                (errcode(ERRCODE_DATA_CORRUPTED),
                 errmsg("a value of type certmap_rules is not the text that its digest is of")));
}

/* The datum for a text in the database's encoding. */
static struct varlena *
from_text(char *given)
{
    const char *utf8 = pg_server_to_any(given, (int) strlen(given), PG_UTF8);
    Size        len = strlen(utf8);
    Size        size = VARHDRSZ + RULES_DIGEST_SIZE + len;
    struct varlena *rules;
    RulesValue  value;

    if (size > MaxAllocSize)
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("certmap rules of %zu bytes are too long for a value", len)));

    rules = palloc(size);
    SET_VARSIZE(rules, size);
    memcpy(VARDATA(rules) + RULES_DIGEST_SIZE, utf8, len);
    compute_digest((uint8 *) VARDATA(rules), utf8, len);

    value = certmap_sql_rules_value(rules, true);
    if (certmap_sql_find(value.digest) == NULL)
        (void) certmap_sql_compile(&value);
    certmap_sql_trim();
    return rules;
}

static char *
to_text(FunctionCallInfo fcinfo)
{
    RulesValue  value = certmap_sql_rules_value(PG_GETARG_VARLENA_PP(0), true);
    char       *copy = pnstrdup((const char *) value.text.data, value.text.len);

    return pg_any_to_server(copy, (int) value.text.len, PG_UTF8);
}

Datum
certmap_sql_rules_in(PG_FUNCTION_ARGS)
{
    PG_RETURN_POINTER(from_text(PG_GETARG_CSTRING(0)));
}

Datum
certmap_sql_rules_out(PG_FUNCTION_ARGS)
{
    PG_RETURN_CSTRING(to_text(fcinfo));
}

/* In binary, too, it is the text: what is compiled from it has no outer form. */
Datum
certmap_sql_rules_recv(PG_FUNCTION_ARGS)
{
    PG_RETURN_POINTER(from_text(certmap_sql_received(fcinfo)));
}

Datum
certmap_sql_rules_send(PG_FUNCTION_ARGS)
{
    PG_RETURN_BYTEA_P(certmap_sql_sent(to_text(fcinfo)));
}

/* The digest of an argument, of which no more is read. */
static void
digest_of(uint8 digest[RULES_DIGEST_SIZE], FunctionCallInfo fcinfo, int arg)
{
    struct varlena *begin = PG_DETOAST_DATUM_SLICE(PG_GETARG_DATUM(arg), 0,
                                                   RULES_DIGEST_SIZE);

    memcpy(digest, certmap_sql_rules_value(begin, false).digest, RULES_DIGEST_SIZE);
}

static bool
is_same(FunctionCallInfo fcinfo)
{
    uint8       a[RULES_DIGEST_SIZE];
    uint8       b[RULES_DIGEST_SIZE];

    digest_of(a, fcinfo, 0);
    digest_of(b, fcinfo, 1);
    return memcmp(a, b, sizeof a) == 0;
}

Datum
certmap_sql_rules_eq(PG_FUNCTION_ARGS)
{
    PG_RETURN_BOOL(is_same(fcinfo));
}

Datum
certmap_sql_rules_ne(PG_FUNCTION_ARGS)
{
    PG_RETURN_BOOL(!is_same(fcinfo));
}

Datum
certmap_sql_rules_hash(PG_FUNCTION_ARGS)
{
    uint8       digest[RULES_DIGEST_SIZE];

    digest_of(digest, fcinfo, 0);
    return hash_any(digest, sizeof digest);
}

Datum
certmap_sql_rules_hash_extended(PG_FUNCTION_ARGS)
{
    uint8       digest[RULES_DIGEST_SIZE];

    digest_of(digest, fcinfo, 0);
    return hash_any_extended(digest, sizeof digest, (uint64) PG_GETARG_INT64(1));
}

/* As `sha256sum FILE` has it, and `rules=sha256:` of a server's log. */
Datum
certmap_sql_digest(PG_FUNCTION_ARGS)
{
    uint8       digest[RULES_DIGEST_SIZE];
    char        hex[2 * RULES_DIGEST_SIZE + 1];

    digest_of(digest, fcinfo, 0);
    certmap_sql_hex(hex, digest, sizeof digest);
    PG_RETURN_TEXT_P(cstring_to_text(hex));
}
