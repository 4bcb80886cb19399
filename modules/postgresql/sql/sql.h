/* SPDX-License-Identifier: MIT */
/*
 * The extension for PostgreSQL: rules as a type, and functions that ask them of
 * a certificate in a column.
 *
 * module.c has the settings; memory.c, text.c, values.c and sink.c what the
 * others need of memory, encodings, values of SQL and JSON; rules_type.c and
 * path_type.c the two types;
 * cache.c the compiled rule sets of a backend; site.c what one call in a query
 * keeps from row to row; ask.c prepares a certificate and asks; decide.c,
 * same.c, match.c, field.c, explain.c and lint.c are the functions of SQL.
 *
 * An error of PostgreSQL is a longjmp.  It must not pass the library, which
 * would be left half done; so whatever the library calls back - allocator,
 * hash, progress, reports - calls nothing that can raise one, and says so by
 * its result; the error is raised when the library has returned.
 */
#ifndef CERTMAP_SQL_H
#define CERTMAP_SQL_H

#include <postgres.h>

#include <access/htup.h>
#include <datatype/timestamp.h>
#include <fmgr.h>
#include <utils/palloc.h>

#include <certmap/build.h>
#include <certmap/certmap.h>

/* A rule set is a value of PostgreSQL, which has 1 GB at most. */
#define RULES_DIGEST_SIZE CERTMAP_SHA256_SIZE

/* module.c */
extern int  certmap_sql_cache_size;     /* rule sets */
extern int  certmap_sql_rules_memory;   /* kB */

extern Size certmap_sql_memory_limit(void);

/* memory.c: the library's allocator on a context, which counts. */
typedef struct WatchedBlock WatchedBlock;
typedef struct WatchedBlocks WatchedBlocks;

typedef struct
{
    MemoryContext context;
    Size        limit;          /* bytes at one time; 0: none */
    Size        used;
    WatchedBlocks *blocks;      /* of blocks.c */
} RulesMemory;

/* blocks.c: for tests alone */
extern void *certmap_sql_take_block(RulesMemory *memory, Size size);
extern void certmap_sql_free_block(void *p);

extern struct certmap_allocator certmap_sql_allocator(RulesMemory *memory);
extern void *certmap_sql_alloc(RulesMemory *memory, Size size);
extern char *certmap_sql_copy(RulesMemory *memory, struct certmap_view text);
extern bool certmap_sql_go_on(void *ctx, size_t done, size_t total);
extern int  certmap_sql_sqlstate(enum certmap_status status);
extern void certmap_sql_raise_memory(void) pg_attribute_noreturn();
extern void certmap_sql_raise(enum certmap_status status,
                              const struct certmap_diagnostic *err)
            pg_attribute_noreturn();

/* text.c */
extern struct certmap_view certmap_sql_view(const char *text);
extern char *certmap_sql_converted(struct certmap_view view);
extern text *certmap_sql_text(struct certmap_view view);
extern char *certmap_sql_readable(struct certmap_view view);
extern char *certmap_sql_escaped(struct certmap_view view, const char *begin);
extern text *certmap_sql_readable_text(struct certmap_view view);
extern text *certmap_sql_code(enum certmap_code code);

/* values.c */
#define MAX_COLUMNS 9           /* certmap_match() and certmap_lint() have as many */

typedef struct
{
    Datum       values[MAX_COLUMNS];
    bool        nulls[MAX_COLUMNS];
} Row;

extern void certmap_sql_set_text(Row *row, int column, text *value);
extern Datum certmap_sql_array(Datum *items, bool *nulls, int count);
extern void certmap_sql_hex(char *hex, const uint8 *bytes, Size size);
extern char *certmap_sql_received(FunctionCallInfo fcinfo);
extern bytea *certmap_sql_sent(const char *given);

/* sink.c: JSON that is written while the library runs. */
typedef struct
{
    RulesMemory *memory;
    char       *data;
    Size        len;
    Size        room;
    bool        failed;         /* no memory: what is there is not whole */
} Sink;

extern void certmap_sql_put_bytes(Sink *sink, const char *bytes, Size len);
extern void certmap_sql_put(Sink *sink, const char *text);
extern void certmap_sql_put_number(Sink *sink, size_t number);
extern void certmap_sql_put_string(Sink *sink, struct certmap_view view);
extern Datum certmap_sql_jsonb(Sink *sink);

/* rules_type.c: what is in a certmap_rules, its header taken off */
typedef struct
{
    const uint8 *digest;
    struct certmap_view text;   /* as UTF-8; no data: it was not looked at */
} RulesValue;

extern RulesValue certmap_sql_rules_value(const struct varlena *rules, bool whole);
extern void certmap_sql_check_digest(const RulesValue *value);

/* path_type.c: what a certmap_path means to this version */
#define MAX_SUBFIELD_SIZE 1024  /* as long as the longest path */

typedef struct
{
    enum certmap_field field;
    unsigned    needs;
    Size        subfield_len;   /* 0: the field has none */
    char        subfield[MAX_SUBFIELD_SIZE];    /* canonical */
} Path;

extern void certmap_sql_read_path(Path *path, const char *text);

/* cache.c */
typedef struct CompiledRules
{
    struct CompiledRules *next;
    uint8       digest[RULES_DIGEST_SIZE];
    char        hex[2 * RULES_DIGEST_SIZE + 1];
    struct certmap_rules *rules;
    unsigned    needs;
    MemoryContext context;
    RulesMemory memory;
    int         pins;           /* calls of running queries that use it */
    uint64      used;           /* when, by the cache's own clock */
} CompiledRules;

extern CompiledRules *certmap_sql_find(const uint8 *digest);
extern CompiledRules *certmap_sql_compile(const RulesValue *value);
extern void certmap_sql_pin(CompiledRules *rules);
extern void certmap_sql_unpin(CompiledRules *rules);
extern void certmap_sql_trim(void);
extern void certmap_sql_parse(struct certmap_rules **rules, struct certmap_view text,
                              RulesMemory *memory,
                              struct certmap_parse_options options,
                              struct certmap_build_options build);

/* site.c */
#define RULES_OF_A_CALL 2       /* certmap_same() has two rule sets */

typedef struct
{
    CompiledRules *rules;       /* pinned; NULL: none yet */
    bool        is_toasted;
    uint32      transaction;    /* in which the place was looked at */
    char        place[16];      /* a struct varatt_external */
} HeldRules;

typedef struct
{
    HeldRules   held[RULES_OF_A_CALL];
    struct certmap_peer *peer;
    RulesMemory memory;
    MemoryContextCallback ending;
    Oid         decision_type;
    Oid         decisions[4];
    struct TupleDescData *shape;/* of certmap_match(); NULL: not looked up yet */
    struct varlena *path_text;  /* of certmap_field(): what path was read from */
    Path       *path;
} CallSite;

extern CallSite *certmap_sql_site(FunctionCallInfo fcinfo);
extern CompiledRules *certmap_sql_rules_arg(FunctionCallInfo fcinfo, CallSite *site,
                                            int arg);

/* ask.c */
typedef struct
{
    CallSite   *site;
    CompiledRules *rules;
    bool        is_known;       /* else err says why there is no answer */
    struct certmap_result result;
    struct certmap_diagnostic err;
} Answer;

/* A certificate, and what is known beside it. */
typedef struct
{
    struct certmap_view der;
    struct certmap_view issuer; /* len 0: not supplied */
    TimestampTz at;             /* not finite: not supplied */
} Given;

extern struct certmap_view certmap_sql_bytes(const bytea *bytes);
extern Given certmap_sql_given(FunctionCallInfo fcinfo, int arg);
extern bool certmap_sql_prepare(CallSite *site, const Given *given, unsigned needs,
                                struct certmap_diagnostic *err);
extern void certmap_sql_ask(FunctionCallInfo fcinfo, Answer *answer);
extern Oid  certmap_sql_decision(CallSite *site, Oid type, const Answer *answer);
extern const char *certmap_sql_decision_name(const Answer *answer);
extern text *certmap_sql_reason(const Answer *answer);

#endif
