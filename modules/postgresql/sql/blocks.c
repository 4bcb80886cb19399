/* SPDX-License-Identifier: MIT */
/*
 * For the tests under valgrind, in certmap_sql_watched.so alone: the library's
 * memory as blocks of malloc(), so that valgrind sees where each begins and
 * ends.  Within a block of a context it cannot.  They end with the context, as
 * what palloc() gives does.
 */
#include "sql.h"

#include <stdlib.h>

#include <utils/memutils.h>

struct WatchedBlock
{
    WatchedBlock *next;
    WatchedBlock *previous;
};

/* In the context. */
struct WatchedBlocks
{
    WatchedBlock head;          /* of a ring */
    MemoryContextCallback ending;
};

/* A header as before what palloc() gives, so that a block is as aligned. */
#define LINK_SIZE MAXALIGN(sizeof(WatchedBlock))

static void
end_blocks(void *arg)
{
    WatchedBlocks *blocks = arg;
    WatchedBlock *block = blocks->head.next;

    while (block != &blocks->head)
    {
        WatchedBlock *next = block->next;

        free(block);
        block = next;
    }
}

static WatchedBlocks *
new_blocks(MemoryContext context)
{
    WatchedBlocks *blocks = MemoryContextAllocExtended(context, sizeof *blocks,
                                                       MCXT_ALLOC_NO_OOM);

    if (blocks == NULL)
        return NULL;
    blocks->head.next = blocks->head.previous = &blocks->head;
    blocks->ending.func = end_blocks;
    blocks->ending.arg = blocks;
    MemoryContextRegisterResetCallback(context, &blocks->ending);
    return blocks;
}

void *
certmap_sql_take_block(RulesMemory *memory, Size size)
{
    WatchedBlock *block;
    WatchedBlock *head;

    if (memory->blocks == NULL)
        memory->blocks = new_blocks(memory->context);
    if (memory->blocks == NULL || (block = malloc(size + LINK_SIZE)) == NULL)
        return NULL;

    head = &memory->blocks->head;
    block->next = head->next;
    block->previous = head;
    head->next->previous = block;
    head->next = block;
    return (char *) block + LINK_SIZE;
}

void
certmap_sql_free_block(void *p)
{
    WatchedBlock *block = (WatchedBlock *) ((char *) p - LINK_SIZE);

    block->next->previous = block->previous;
    block->previous->next = block->next;
    free(block);
}
