/* SPDX-License-Identifier: MIT */
#include "rule/positions.h"
#include "base/alloc.h"
#include "base/error.h"
#include "certmap/limits.h"
#include "rule/draft.h"

/* Two numbers of five bytes at most. */
_Static_assert((uint64_t)CERTMAP_MAX_MAPPINGS * 10 <= UINT32_MAX, "bytes are counted in 32 bits");

/* ---- numbers with a sign, which wrap ---- */

static uint32_t fold_sign(uint32_t difference) {
    return difference << 1 ^ (0 - (difference >> 31));
}

static uint32_t unfold_sign(uint32_t folded) {
    return folded >> 1 ^ (0 - (folded & 1));
}

/* ---- making ---- */

/* Positions that are being written; to is NULL where they are only counted. */
struct writing {
    uint8_t *to;
    size_t len;
    uint32_t line; /* of the mapping before */
};

static void put_number(struct writing *writing, uint32_t number) {
    if (writing->to == NULL)
        writing->len += cm_store_number_size(number);
    else
        writing->len = (size_t)(cm_store_put_number(writing->to + writing->len, number) - writing->to);
}

static void put_position(struct writing *writing, const struct cm_draft_mapping *mapping) {
    put_number(writing, fold_sign(mapping->line - writing->line));
    put_number(writing, mapping->column);
    writing->line = mapping->line;
}

/* Returns how many bytes all of them have; starts is NULL where they are only counted. */
static size_t put_all(uint32_t *starts, uint8_t *to, const struct cm_draft *draft) {
    struct writing writing = {.to = to};
    for (size_t i = 0; i < draft->rules->mapping_count; i++) {
        if (i % CM_POSITIONS_A_GROUP == 0) {
            writing.line = 0;
            if (starts != NULL)
                starts[i / CM_POSITIONS_A_GROUP] = (uint32_t)writing.len;
        }
        put_position(&writing, &draft->mappings[i]);
    }
    return writing.len;
}

static bool has_any(const struct cm_draft *draft) {
    bool any = false;
    for (size_t i = 0; i < draft->rules->mapping_count && !any; i++)
        any = draft->mappings[i].line > 0 || draft->mappings[i].column > 0;
    return any;
}

enum certmap_status cm_positions_make(const struct cm_draft *draft, struct certmap_diagnostic *err) {
    struct certmap_rules *rules = draft->rules;
    if (!has_any(draft))
        return CERTMAP_OK;
    const size_t groups = (rules->mapping_count + CM_POSITIONS_A_GROUP - 1) / CM_POSITIONS_A_GROUP;
    const size_t head = sizeof(struct cm_positions) + groups * sizeof(uint32_t);
    struct cm_positions *positions = cm_alloc(&rules->allocator, head + put_all(NULL, NULL, draft));
    if (positions == NULL)
        return cm_error_memory(err);
    positions->group_count = groups;
    (void)put_all(positions->starts, (uint8_t *)positions + head, draft);
    rules->positions = positions;
    return CERTMAP_OK;
}

/* ---- reading ---- */

struct cm_position cm_position_at(const struct certmap_rules *rules, size_t index) {
    const struct cm_positions *positions = rules->positions;
    struct cm_position position = {0, 0};
    CM_ASSERT(index < rules->mapping_count);
    if (positions == NULL)
        return position;
    const uint8_t *at = (const uint8_t *)(positions->starts + positions->group_count);
    at += positions->starts[index / CM_POSITIONS_A_GROUP];
    for (size_t i = 0; i <= index % CM_POSITIONS_A_GROUP; i++) {
        position.line += unfold_sign(cm_store_number(&at));
        position.column = cm_store_number(&at);
    }
    return position;
}
