/* SPDX-License-Identifier: MIT */
/*
 * What one call in a query keeps from row to row: its rule sets, pinned, and a
 * prepared certificate, whose memory is used again.
 *
 * It is dropped with the memory of the query, at its end as after an error.
 */
#include "sql.h"

#include <access/detoast.h>
#include <access/toast_internals.h>
#include <storage/proc.h>
#include <utils/memutils.h>

StaticAssertDecl(sizeof(struct varatt_external) == sizeof(((HeldRules *) 0)->place),
                 "HeldRules has room for a place of the toast table");

/* The peer's memory has gone already: contexts drop their children first. */
static void
end_site(void *arg)
{
    CallSite   *site = arg;

    for (int i = 0; i < RULES_OF_A_CALL; i++)
    {
        if (site->held[i].rules != NULL)
            certmap_sql_unpin(site->held[i].rules);
        site->held[i].rules = NULL;
    }
    certmap_sql_trim();
}

static CallSite *
new_site(FmgrInfo *function)
{
    CallSite   *site = MemoryContextAllocZero(function->fn_mcxt, sizeof *site);
    struct certmap_allocator allocator = certmap_sql_allocator(&site->memory);
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    enum certmap_status status;

    site->memory.context = AllocSetContextCreate(function->fn_mcxt,
                                                 "certmap certificate",
                                                 ALLOCSET_SMALL_SIZES);
    status = certmap_peer_new(&site->peer, &allocator, &err);
    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);

    site->ending.func = end_site;
    site->ending.arg = site;
    MemoryContextRegisterResetCallback(function->fn_mcxt, &site->ending);
    return site;
}

CallSite *
certmap_sql_site(FunctionCallInfo fcinfo)
{
    if (fcinfo->flinfo->fn_extra == NULL)
        fcinfo->flinfo->fn_extra = new_site(fcinfo->flinfo);
    return fcinfo->flinfo->fn_extra;
}

static uint32
this_transaction(void)
{
    return MyProc == NULL ? 0 : MyProc->lxid;
}

/*
 * Whether it is the very value that was looked at before: the same place of the
 * same table, and in the same transaction, because a place can be given to
 * another value when nobody can see the first one any more.
 */
static bool
is_same_place(const HeldRules *held, const struct varlena *raw)
{
    return held->rules != NULL && held->is_toasted && VARATT_IS_EXTERNAL_ONDISK(raw)
        && held->transaction != 0 && held->transaction == this_transaction()
        && memcmp(held->place, VARDATA_EXTERNAL(raw), sizeof held->place) == 0;
}

static void
note_place(HeldRules *held, const struct varlena *raw)
{
    held->is_toasted = VARATT_IS_EXTERNAL_ONDISK(raw);
    held->transaction = this_transaction();
    if (held->is_toasted)
        memcpy(held->place, VARDATA_EXTERNAL(raw), sizeof held->place);
}

/* Only the beginning of what is stored elsewhere, or compressed, is read. */
static struct varlena *
beginning(struct varlena *raw)
{
    if (!VARATT_IS_EXTERNAL(raw) && !VARATT_IS_COMPRESSED(raw))
        return raw;
    return pg_detoast_datum_slice(raw, 0, RULES_DIGEST_SIZE);
}

static void
hold(HeldRules *held, struct varlena *raw, CompiledRules *rules)
{
    if (rules == NULL)
    {
        struct varlena *whole = pg_detoast_datum_packed(raw);
        RulesValue  value = certmap_sql_rules_value(whole, true);

        certmap_sql_check_digest(&value);
        rules = certmap_sql_compile(&value);
        if (whole != raw)
            pfree(whole);
    }

    /* pinned before there is a trim, which would drop what nobody pins */
    certmap_sql_pin(rules);
    if (held->rules != NULL)
        certmap_sql_unpin(held->rules);
    held->rules = rules;
    certmap_sql_trim();
}

/* The compiled rules that are argument arg, of which a call has two at most. */
CompiledRules *
certmap_sql_rules_arg(FunctionCallInfo fcinfo, CallSite *site, int arg)
{
    HeldRules  *held = &site->held[arg];
    struct varlena *raw = (struct varlena *) PG_GETARG_POINTER(arg);
    struct varlena *begin;
    const uint8 *digest;

    if (is_same_place(held, raw))
        return held->rules;

    begin = beginning(raw);
    digest = certmap_sql_rules_value(begin, false).digest;
    if (held->rules == NULL || memcmp(held->rules->digest, digest, RULES_DIGEST_SIZE) != 0)
        hold(held, raw, certmap_sql_find(digest));
    note_place(held, raw);
    if (begin != raw)
        pfree(begin);
    return held->rules;
}
