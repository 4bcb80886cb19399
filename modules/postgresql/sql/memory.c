/* SPDX-License-Identifier: MIT */
/*
 * The library's memory is PostgreSQL's: a context is dropped at an error as at
 * an end, and shows in pg_backend_memory_contexts.
 *
 * palloc() and repalloc() raise an error where there is no memory, which must
 * not pass the library: hence MCXT_ALLOC_NO_OOM, and a resize by hand.
 */
#include "sql.h"

#include <miscadmin.h>
#include <utils/memutils.h>

/* Its size is before each block, so that a resize knows how much there is. */
#define HEAD_SIZE MAXALIGN(sizeof(Size))

static bool
has_room(const RulesMemory *memory, Size size)
{
    if (size > MaxAllocHugeSize - HEAD_SIZE)
        return false;
    return memory->limit == 0
        || (memory->used <= memory->limit && size <= memory->limit - memory->used);
}

#ifdef CERTMAP_SQL_WATCHED
#define take_block certmap_sql_take_block
#define free_block certmap_sql_free_block
#else
#define free_block pfree

static void *
take_block(RulesMemory *memory, Size size)
{
    return MemoryContextAllocExtended(memory->context, size,
                                      MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
}
#endif

void *
certmap_sql_alloc(RulesMemory *memory, Size size)
{
    char       *head;

    if (!has_room(memory, size))
        return NULL;

    head = take_block(memory, size + HEAD_SIZE);
    if (head == NULL)
        return NULL;

    memcpy(head, &size, sizeof size);
    memory->used += size;
    return head + HEAD_SIZE;
}

static void *
allocate(void *ctx, size_t size)
{
    return certmap_sql_alloc(ctx, size);
}

static Size
size_of(const void *p)
{
    Size        size;

    memcpy(&size, (const char *) p - HEAD_SIZE, sizeof size);
    return size;
}

static void
release(void *ctx, void *p)
{
    RulesMemory *memory = ctx;

    memory->used -= size_of(p);
    free_block((char *) p - HEAD_SIZE);
}

static void *
resize(void *ctx, void *p, size_t size)
{
    void       *fresh;

    if (p == NULL)
        return allocate(ctx, size);

    fresh = allocate(ctx, size);
    if (fresh == NULL)
        return NULL;

    memcpy(fresh, p, Min(size, size_of(p)));
    release(ctx, p);
    return fresh;
}

/* memory has to outlive what is made with it. */
struct certmap_allocator
certmap_sql_allocator(RulesMemory *memory)
{
    return (struct certmap_allocator) {allocate, resize, release, memory, {NULL, NULL}};
}

/* With a NUL after it; NULL where there is no memory. */
char *
certmap_sql_copy(RulesMemory *memory, struct certmap_view view)
{
    char       *copy = certmap_sql_alloc(memory, view.len + 1);

    if (copy == NULL)
        return NULL;
    if (view.len > 0)
        memcpy(copy, view.data, view.len);
    copy[view.len] = '\0';
    return copy;
}

/* The library's progress function: a cancelled query, or a backend that is to end. */
bool
certmap_sql_go_on(void *ctx, size_t done, size_t total)
{
    (void) ctx;
    (void) done;
    (void) total;
    return !(QueryCancelPending || ProcDiePending);
}

int
certmap_sql_sqlstate(enum certmap_status status)
{
    switch (status)
    {
        case CERTMAP_ERROR_MEMORY:
            return ERRCODE_OUT_OF_MEMORY;
        case CERTMAP_ERROR_LIMIT:
            return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
        case CERTMAP_ERROR_CANCELLED:
            return ERRCODE_QUERY_CANCELED;
        case CERTMAP_ERROR_SYNTAX:
            return ERRCODE_INVALID_TEXT_REPRESENTATION;
        case CERTMAP_OK:
        case CERTMAP_ERROR_ARGUMENT:
        case CERTMAP_ERROR_CERTIFICATE:
        case CERTMAP_ERROR_BUFFER:
        case CERTMAP_ERROR_UNVERIFIED:
        default:
            return ERRCODE_INTERNAL_ERROR;
    }
}

void
certmap_sql_raise_memory(void)
{
    ereport(ERROR,
            (errcode(ERRCODE_OUT_OF_MEMORY),
             errmsg("certmap: out of memory"),
             errhint("certmap.rules_memory may be the limit.")));
}

/* An error of a call that is neither about rules nor about a certificate. */
void
certmap_sql_raise(enum certmap_status status, const struct certmap_diagnostic *err)
{
    CHECK_FOR_INTERRUPTS();
    if (status == CERTMAP_ERROR_MEMORY)
        certmap_sql_raise_memory();
    ereport(ERROR,
            (errcode(certmap_sql_sqlstate(status)),
             errmsg("certmap: %s", certmap_sql_readable(certmap_sql_view(err->text)))));
}
