/* SPDX-License-Identifier: MIT */
#include "store.h"
#include "memory.h"
#include <string.h>

struct cm_kit_chunk {
    struct cm_kit_chunk *next;
    size_t size;
    size_t used;
    uint8_t bytes[];
};

enum { CHUNK_SIZE = 4096 };

static bool add_chunk(struct cm_kit_store *store, size_t size) {
    size_t room = size < CHUNK_SIZE ? CHUNK_SIZE : size;
    struct cm_kit_chunk *chunk = store->allocator.alloc(store->allocator.ctx, sizeof *chunk + room);
    if (chunk == NULL)
        return false;
    chunk->next = store->head;
    chunk->size = room;
    chunk->used = 0;
    store->head = chunk;
    return true;
}

uint8_t *cm_kit_store_bytes(struct cm_kit_store *store, size_t size) {
    if ((store->head == NULL || store->head->size - store->head->used < size) && !add_chunk(store, size))
        return NULL;
    uint8_t *bytes = store->head->bytes + store->head->used;
    store->head->used += size;
    return bytes;
}

struct certmap_view cm_kit_store_text(struct cm_kit_store *store, struct certmap_view text) {
    uint8_t *bytes = cm_kit_store_bytes(store, text.len + 1);
    if (bytes == NULL)
        return (struct certmap_view){NULL, 0};
    if (text.len > 0)
        memcpy(bytes, text.data, text.len);
    bytes[text.len] = 0;
    return (struct certmap_view){bytes, text.len};
}

void cm_kit_store_free(struct cm_kit_store *store) {
    while (store->head != NULL) {
        struct cm_kit_chunk *chunk = store->head;
        store->head = chunk->next;
        cm_kit_wipe(chunk->bytes, chunk->used);
        store->allocator.release(store->allocator.ctx, chunk);
    }
}
