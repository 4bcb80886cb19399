/* SPDX-License-Identifier: MIT */
/* Which bytes the pieces of each probe have, so that few places of a value are looked up. */
#include "base/alloc.h"
#include "base/assert.h"
#include "index/state.h"
#include "index/tuning.h"

/* A table for one more probe, or the last one: with the bytes of several probes it lets more through, and is right. */
static bool open_table(struct cm_build *build, uint32_t *number) {
    *number = CM_MAX_GRAM_TABLES - 1;
    if (build->gram_count == CM_MAX_GRAM_TABLES)
        return true;
    struct cm_gram_bytes *grams =
        cm_array_reserve(build->allocator, build->grams, &build->gram_cap, build->gram_count + 1, sizeof *grams);
    if (grams == NULL)
        return false;
    build->grams = grams;
    *number = (uint32_t)build->gram_count;
    grams[build->gram_count++] = (struct cm_gram_bytes){{0}};
    return true;
}

static bool open_probe(struct cm_build *build, const struct cm_key *key) {
    uint32_t table = 0;
    return (key->probe.shape != CM_KEY_GRAM || open_table(build, &table)) &&
           cm_words_add(&build->grams_of, table, build->allocator);
}

bool cm_grams_note(struct cm_build *build, uint32_t probe, const struct cm_key *key) {
    CM_ASSERT(probe <= build->grams_of.count);
    if (probe == build->grams_of.count && !open_probe(build, key))
        return false;
    if (key->probe.shape != CM_KEY_GRAM)
        return true;
    CM_ASSERT(key->probe.length <= CM_MAX_GRAM);
    struct cm_gram_bytes *bytes = &build->grams[build->grams_of.at[probe]];
    for (size_t i = 0; i < key->probe.length; i++)
        bytes->places[key->bytes[i]] |= (uint8_t)(1u << i);
    return true;
}
