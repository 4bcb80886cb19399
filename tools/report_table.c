/* SPDX-License-Identifier: MIT */
#include "report_table.h"
#include "hash.h"
#include <stdlib.h>
#include <string.h>

void *tool_grow(void *items, size_t count, size_t *cap, size_t size) {
    if (count == *cap) {
        const size_t wanted = *cap == 0 ? 16 : 2 * *cap;
        if (wanted > SIZE_MAX / size)
            tool_no_memory();
        items = realloc(items, wanted * size);
        if (items == NULL)
            tool_no_memory();
        *cap = wanted;
    }
    memset((char *)items + count * size, 0, size);
    return items;
}

static uint64_t hash_of(struct certmap_view key) {
    uint8_t digest[CERTMAP_SHA512_SIZE];
    uint64_t hash;
    if (!tool_hash(NULL, digest, CERTMAP_HASH_SHA256, key))
        tool_no_memory();
    memcpy(&hash, digest, sizeof hash);
    return hash;
}

/* Where the key is, or belongs. There is a slot that is free. */
static size_t find_slot(const struct tool_table *table, struct certmap_view key, uint64_t hash) {
    size_t slot = (size_t)(hash & (table->slot_count - 1));
    while (table->slots[slot] != 0) {
        const struct tool_table_key *other = &table->keys[table->slots[slot] - 1];
        if (other->hash == hash && other->len == key.len &&
            (key.len == 0 || memcmp(other->bytes, key.data, key.len) == 0))
            break;
        slot = (slot + 1) & (table->slot_count - 1);
    }
    return slot;
}

/* Half of the slots at most are taken. */
static void make_room(struct tool_table *table) {
    if (2 * (table->count + 1) <= table->slot_count)
        return;
    const size_t count = table->slot_count == 0 ? 64 : 2 * table->slot_count;
    free(table->slots);
    table->slots = tool_alloc(count * sizeof *table->slots);
    memset(table->slots, 0, count * sizeof *table->slots);
    table->slot_count = count;
    for (size_t i = 0; i < table->count; i++)
        table->slots[find_slot(table, tool_table_key_at(table, i), table->keys[i].hash)] = (uint32_t)(i + 1);
}

size_t tool_table_add(struct tool_table *table, struct certmap_view key) {
    const uint64_t hash = hash_of(key);
    make_room(table);
    const size_t slot = find_slot(table, key, hash);
    if (table->slots[slot] != 0)
        return table->slots[slot] - 1;
    if (table->count >= table->limit)
        return SIZE_MAX;
    table->keys = tool_grow(table->keys, table->count, &table->cap, sizeof *table->keys);
    struct tool_table_key *added = &table->keys[table->count];
    *added = (struct tool_table_key){tool_alloc(key.len), key.len, hash};
    if (key.len > 0)
        memcpy(added->bytes, key.data, key.len);
    table->slots[slot] = (uint32_t)++table->count;
    return table->count - 1;
}

struct certmap_view tool_table_key_at(const struct tool_table *table, size_t index) {
    return (struct certmap_view){table->keys[index].bytes, table->keys[index].len};
}

void tool_table_free(struct tool_table *table) {
    for (size_t i = 0; i < table->count; i++)
        free(table->keys[i].bytes);
    free(table->keys);
    free(table->slots);
    *table = (struct tool_table){.limit = table->limit};
}
