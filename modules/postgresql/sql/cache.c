/* SPDX-License-Identifier: MIT */
/*
 * The compiled rule sets of a backend, by digest.
 *
 * A call in a running query pins its rule set.  What nobody pins stays until
 * there are more than certmap.cache_size, and then the one that was used least
 * recently goes.  A pinned one never goes: so a query over many rule sets has
 * those of its calls beside those of the cache.
 */
#include "sql.h"

#include <access/htup_details.h>
#include <funcapi.h>
#include <mb/pg_wchar.h>
#include <miscadmin.h>
#include <utils/memutils.h>

#include <certmap/diagnostic.h>

/* Characters of the digest by which pg_backend_memory_contexts names a set. */
#define IDENT_BYTES 6
/* Of a message with its line of the rules: a line has 100 characters at most. */
#define MESSAGE_SIZE 4096

static CompiledRules *compiled;
static MemoryContext cache_context;
static uint64 cache_clock;

/* Since the backend began; what certmap_cache() shows. */
static uint64 compilations;
static uint64 evictions;

PG_FUNCTION_INFO_V1(certmap_sql_cache);

CompiledRules *
certmap_sql_find(const uint8 *digest)
{
    for (CompiledRules *rules = compiled; rules != NULL; rules = rules->next)
    {
        if (memcmp(rules->digest, digest, RULES_DIGEST_SIZE) == 0)
        {
            rules->used = ++cache_clock;
            return rules;
        }
    }
    return NULL;
}

static void
drop(CompiledRules *rules)
{
    CompiledRules **link = &compiled;

    while (*link != rules)
        link = &(*link)->next;
    *link = rules->next;
    evictions++;
    /* of the library nothing is left: all of it was in the context */
    MemoryContextDelete(rules->context);
}

/* Once it has dropped all it can there is no room, but for what is pinned. */
void
certmap_sql_trim(void)
{
    for (;;)
    {
        CompiledRules *oldest = NULL;
        int         count = 0;

        for (CompiledRules *rules = compiled; rules != NULL; rules = rules->next)
        {
            count++;
            if (rules->pins == 0 && (oldest == NULL || rules->used < oldest->used))
                oldest = rules;
        }
        if (count <= certmap_sql_cache_size || oldest == NULL)
            return;
        drop(oldest);
    }
}

void
certmap_sql_pin(CompiledRules *rules)
{
    rules->pins++;
}

void
certmap_sql_unpin(CompiledRules *rules)
{
    Assert(rules->pins > 0);
    rules->pins--;
}

/* ---- compiling */

/* U+FFFD, of which the excerpt has one for what nobody could see, is none of a client of another encoding. */
static void
replace_replacements(char *text)
{
    static const char replacement[] = "\xEF\xBF\xBD";

    for (char *at = text; (at = strstr(at, replacement)) != NULL;)
    {
        *at++ = '?';
        memmove(at, at + 2, strlen(at + 2) + 1);
    }
}

/* The line of the rules with a caret under it, which the library writes after its message. */
static const char *
excerpt(const struct certmap_diagnostic *err, struct certmap_view source)
{
    char       *message = palloc(MESSAGE_SIZE);
    size_t      len;
    const char *line;

    if (certmap_diagnostic_format(message, MESSAGE_SIZE, &len, err, source,
                                  CERTMAP_DIAGNOSTIC_PLAIN, NULL) != CERTMAP_OK)
        return "";
    line = strchr(message, '\n');
    if (line != NULL && pg_get_client_encoding() != PG_UTF8)
        replace_replacements(strchr(message, '\n'));
    return line == NULL ? "" : certmap_sql_readable(certmap_sql_view(line));
}

static const char *
hint(const struct certmap_diagnostic *err, struct certmap_view source)
{
    if (err->code == CERTMAP_CODE_MEMORY_LIMIT)
        return "certmap.rules_memory is the limit; a superuser can raise it.";
    if (err->code == CERTMAP_CODE_NO_LOADER)
        return "Rules in a database read no file. Write the digests instead: certmap convert.";
    if (source.len > 0 && source.data[0] == '<')
        return "An IIS file has to be converted first: certmap convert.";
    return NULL;
}

static void
raise_invalid(const struct certmap_diagnostic *err, struct certmap_view source)
{
    const char *name = certmap_code_name(err->code);
    const char *what = hint(err, source);
    const char *text = certmap_sql_readable(certmap_sql_view(err->text));
    const char *where = "";

    /* after the library has returned, whose progress function said to stop */
    CHECK_FOR_INTERRUPTS();

    if (err->line > 0)
        where = psprintf(" line %zu, column %zu:", err->line, err->column);
    ereport(ERROR,
            (errcode(certmap_sql_sqlstate(err->status)),
             errmsg("invalid certmap rules:%s %s", where, text),
             errdetail("Code %d (%s).%s", (int) err->code, name == NULL ? "" : name,
                       err->line > 0 ? excerpt(err, source) : ""),
             what == NULL ? 0 : errhint("%s", what)));
}

/*
 * Makes rules of a text, in the context of memory; raises an error that says
 * where the mistake is.  options and build lack what every caller wants.  There
 * is no loader of issuer files: rules that name one are an error.
 */
void
certmap_sql_parse(struct certmap_rules **rules, struct certmap_view text,
                  RulesMemory *memory, struct certmap_parse_options options,
                  struct certmap_build_options build)
{
    struct certmap_allocator allocator = certmap_sql_allocator(memory);
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;

    build.memory = certmap_sql_memory_limit();
    build.progress = certmap_sql_go_on;
    options.allocator = &allocator;
    options.build = &build;

    if (certmap_rules_parse(rules, text, &options, &err) != CERTMAP_OK)
        raise_invalid(&err, text);
}

static MemoryContext
new_context(const uint8 *digest)
{
    char        ident[2 * IDENT_BYTES + 1];
    MemoryContext context;

    if (cache_context == NULL)
        cache_context = AllocSetContextCreate(TopMemoryContext, "certmap cache",
                                              ALLOCSET_SMALL_SIZES);

    /* the caller's until it is whole, so that an error drops it */
    context = AllocSetContextCreate(CurrentMemoryContext, "certmap rules",
                                    ALLOCSET_DEFAULT_SIZES);
    certmap_sql_hex(ident, digest, IDENT_BYTES);
    MemoryContextCopyAndSetIdentifier(context, ident);
    return context;
}

/* Not pinned: certmap_sql_trim() may drop it. */
CompiledRules *
certmap_sql_compile(const RulesValue *value)
{
    MemoryContext context = new_context(value->digest);
    CompiledRules *rules = MemoryContextAllocZero(context, sizeof *rules);
    const struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    const struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;

    rules->context = context;
    rules->memory.context = context;
    memcpy(rules->digest, value->digest, RULES_DIGEST_SIZE);
    certmap_sql_hex(rules->hex, value->digest, RULES_DIGEST_SIZE);

    compilations++;
    certmap_sql_parse(&rules->rules, value->text, &rules->memory, options, build);
    rules->needs = certmap_rules_needs(rules->rules);

    MemoryContextSetParent(context, cache_context);
    rules->used = ++cache_clock;
    rules->next = compiled;
    compiled = rules;
    return rules;
}

/* ---- what a backend has */

/* One row: compilations, evictions, rule sets, those pinned, their bytes. */
Datum
certmap_sql_cache(PG_FUNCTION_ARGS)
{
    TupleDesc   shape;
    Datum       values[5];
    bool        nulls[5] = {false, false, false, false, false};
    int64       count = 0;
    int64       pinned = 0;
    int64       bytes = 0;

    if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "certmap_cache() is not declared as in its extension");

    for (const CompiledRules *rules = compiled; rules != NULL; rules = rules->next)
    {
        count++;
        pinned += rules->pins > 0;
        bytes += (int64) MemoryContextMemAllocated(rules->context, true);
    }

    values[0] = Int64GetDatum((int64) compilations);
    values[1] = Int64GetDatum((int64) evictions);
    values[2] = Int64GetDatum(count);
    values[3] = Int64GetDatum(pinned);
    values[4] = Int64GetDatum(bytes);
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls)));
}
