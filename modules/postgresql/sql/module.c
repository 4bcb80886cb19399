/* SPDX-License-Identifier: MIT */
/*
 * What is loaded, and its settings.
 */
#include "sql.h"

#include <limits.h>
#include <miscadmin.h>
#include <utils/builtins.h>
#include <utils/guc.h>

#include <certmap/names.h>

PG_MODULE_MAGIC;

/* What a backend keeps by default: the rules in force, those before, drafts. */
#define DEFAULT_CACHE_SIZE 8
/* Of 100,000 mappings a set has 10 MB; a thousand of those are the limit. */
#define MAX_CACHE_SIZE 1024
/* In kB.  A set of a million mappings takes about 200 MB while it is loaded. */
#define DEFAULT_RULES_MEMORY (256 * 1024)
#define MIN_RULES_MEMORY 64

int         certmap_sql_cache_size;
int         certmap_sql_rules_memory;

/* NOLINTNEXTLINE(*-reserved-identifier,cert-dcl*): the name is PostgreSQL's */
extern PGDLLEXPORT void _PG_init(void);

PG_FUNCTION_INFO_V1(certmap_sql_version);

Size
certmap_sql_memory_limit(void)
{
    return (Size) certmap_sql_rules_memory * 1024;
}

/*
 * Both settings are a superuser's: together they bound what rules of others may
 * cost each backend.
 */
void
_PG_init(void)
{
    DefineCustomIntVariable("certmap.cache_size",
                            "Compiled rule sets that a backend keeps.", NULL,
                            &certmap_sql_cache_size, DEFAULT_CACHE_SIZE, 0,
                            MAX_CACHE_SIZE, PGC_SUSET, 0, NULL, NULL, NULL);
    DefineCustomIntVariable("certmap.rules_memory",
                            "The most that compiling a rule set may take.", NULL,
                            &certmap_sql_rules_memory, DEFAULT_RULES_MEMORY,
                            MIN_RULES_MEMORY, MAX_KILOBYTES, PGC_SUSET,
                            GUC_UNIT_KB, NULL, NULL, NULL);

    /* settings of the module for logins, if that one is loaded afterwards */
    if (!process_shared_preload_libraries_in_progress)
        MarkGUCPrefixReserved("certmap");
}

/* What the answers of a server depend on, and what an index was built with. */
Datum
certmap_sql_version(PG_FUNCTION_ARGS)
{
    PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s, Unicode %s", CERTMAP_VERSION,
                                              certmap_unicode_version())));
}
