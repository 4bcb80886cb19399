/* SPDX-License-Identifier: MIT */
#include "iis_store.h"
#include <stdlib.h>
#include <string.h>

/* ---- the allocator ---- */

static void *plain_alloc(void *ctx, size_t size) {
    (void)ctx;
    return malloc(size);
}

static void *plain_resize(void *ctx, void *p, size_t size) {
    (void)ctx;
    return realloc(p, size);
}

static void plain_release(void *ctx, void *p) {
    (void)ctx;
    free(p);
}

bool cm_iis_allocator_init(struct certmap_allocator *dst, const struct certmap_allocator *src) {
    static const struct certmap_allocator plain = {
        .alloc = plain_alloc, .resize = plain_resize, .release = plain_release};
    *dst = src != NULL ? *src : plain;
    return dst->alloc != NULL && dst->resize != NULL && dst->release != NULL && dst->reserved[0] == NULL &&
           dst->reserved[1] == NULL;
}

void cm_iis_release(const struct certmap_allocator *allocator, void *p) {
    if (p != NULL)
        allocator->release(allocator->ctx, p);
}

void *cm_iis_grow(const struct certmap_allocator *allocator, void *items, size_t *cap, size_t need, size_t item_size) {
    if (need <= *cap)
        return items;
    size_t room = need < 8 ? 8 : need;
    if (room < 2 * *cap)
        room = 2 * *cap;
    if (room > SIZE_MAX / 2 / item_size)
        return NULL;
    void *moved = items == NULL ? allocator->alloc(allocator->ctx, room * item_size)
                                : allocator->resize(allocator->ctx, items, room * item_size);
    if (moved != NULL)
        *cap = room;
    return moved;
}

void cm_iis_wipe(void *p, size_t len) {
    volatile uint8_t *bytes = p;
    while (len > 0)
        bytes[--len] = 0;
}

#if defined(__GNUC__)
#define CM_IIS_NOT_INLINE __attribute__((noinline))
#else
#define CM_IIS_NOT_INLINE
#endif

/* More than the importer and expat use below certmap_iis_load: about four KiB were measured. */
enum { STACK_SIZE = 16384 };

CM_IIS_NOT_INLINE void cm_iis_wipe_stack(void) {
    uint8_t room[STACK_SIZE];
    cm_iis_wipe(room, sizeof room);
}

/* ---- the store ---- */

struct cm_iis_chunk {
    struct cm_iis_chunk *next;
    size_t size;
    size_t used;
    uint8_t bytes[];
};

enum { CHUNK_SIZE = 4096 };

static bool add_chunk(struct cm_iis_store *store, size_t size) {
    size_t room = size < CHUNK_SIZE ? CHUNK_SIZE : size;
    struct cm_iis_chunk *chunk = store->allocator.alloc(store->allocator.ctx, sizeof *chunk + room);
    if (chunk == NULL)
        return false;
    chunk->next = store->head;
    chunk->size = room;
    chunk->used = 0;
    store->head = chunk;
    return true;
}

uint8_t *cm_iis_store_bytes(struct cm_iis_store *store, size_t size) {
    if ((store->head == NULL || store->head->size - store->head->used < size) && !add_chunk(store, size))
        return NULL;
    uint8_t *bytes = store->head->bytes + store->head->used;
    store->head->used += size;
    return bytes;
}

struct certmap_view cm_iis_store_text(struct cm_iis_store *store, struct certmap_view text) {
    uint8_t *bytes = cm_iis_store_bytes(store, text.len + 1);
    if (bytes == NULL)
        return (struct certmap_view){NULL, 0};
    if (text.len > 0)
        memcpy(bytes, text.data, text.len);
    bytes[text.len] = 0;
    return (struct certmap_view){bytes, text.len};
}

void cm_iis_store_free(struct cm_iis_store *store) {
    while (store->head != NULL) {
        struct cm_iis_chunk *chunk = store->head;
        store->head = chunk->next;
        cm_iis_wipe(chunk->bytes, chunk->used);
        store->allocator.release(store->allocator.ctx, chunk);
    }
}

/* ---- the set ---- */

bool cm_iis_set_begin(struct cm_iis_set *set, const struct certmap_allocator *allocator, size_t count) {
    size_t want = 16;
    while (want < 2 * count)
        want *= 2;
    struct cm_iis_set_slot *slots = cm_iis_grow(allocator, set->slots, &set->cap, want, sizeof *slots);
    if (slots == NULL)
        return false;
    memset(slots, 0, want * sizeof *slots);
    set->slots = slots;
    set->mask = want - 1;
    return true;
}

size_t cm_iis_set_add(struct cm_iis_set *set, uint64_t hash, size_t index,
                      bool (*same)(const void *things, size_t a, size_t b), const void *things) {
    for (size_t i = (size_t)(hash ^ hash >> 32);; i++) {
        struct cm_iis_set_slot *slot = &set->slots[i & set->mask];
        if (slot->index == 0) {
            *slot = (struct cm_iis_set_slot){hash, index + 1};
            return SIZE_MAX;
        }
        if (slot->hash == hash && same(things, slot->index - 1, index))
            return slot->index - 1;
    }
}

/* ---- hashes ---- */

static uint64_t mix(uint64_t hash, uint32_t value) {
    hash = (hash ^ value) * 0x9FB21C651E98DF25u;
    return hash ^ hash >> 32;
}

uint64_t cm_iis_hash_seed(const struct cm_iis_set *set, uint32_t generation) {
    return mix((uint64_t)(uintptr_t)set->slots, generation);
}

uint64_t cm_iis_hash(uint64_t hash, struct certmap_view bytes) {
    for (size_t i = 0; i < bytes.len; i++)
        hash = mix(hash, bytes.data[i]);
    return mix(hash, 0x100); /* an end, so that "ab" "c" is not "a" "bc" */
}
