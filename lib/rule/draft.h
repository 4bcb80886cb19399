/* SPDX-License-Identifier: MIT */
/* A rule set while it is being built: everything in arrays of its own that grow.
 *
 *     mappings    [ name | nodes | outputs | line ... ]                    in order of trial
 *     nodes       [ ALL 6 | CONDITION 0 | ANY 3 | CONDITION 7 | ... ]      as in rules.h, but the value of a CONDITION is
 *                                                                          its number
 *     conditions  [ path, operator | count | operands ]                    each once
 *     text        [ "Contoso staff" | "CONTOSO\portal" | operands | ... ]  what the others point at, in pieces that do not
 *                                                                          move, and are released as the store is written
 *
 * Paths, Names, prefixes and outputs are those of the rules already. layout.h makes the store of the rest. */
#ifndef CM_RULE_DRAFT_H
#define CM_RULE_DRAFT_H

#include "rule/store.h"

/* No text. */
#define CM_TEXT_NONE UINT32_MAX

/* A piece of the text begins at each multiple of so many bytes: so large that the system has the memory of one again when
 * it is released, and small beside a rule set of which the peak matters. */
#define CM_DRAFT_PIECE_BITS 24
#define CM_DRAFT_PIECE ((size_t)1 << CM_DRAFT_PIECE_BITS)

/* What begins in so many bytes of text: all of the last of them, too, though its end may be after them. */
struct cm_draft_piece {
    uint8_t *bytes; /* NULL: nothing begins there, or it was released */
    size_t size;    /* that there is room for */
    size_t left;    /* bytes of what somebody will still read */
};

struct cm_draft_text {
    struct cm_draft_piece *pieces;
    size_t piece_count, piece_cap;
    size_t len; /* of all texts: where the next one begins */
};

/* The largest column that is kept. */
#define CM_MAX_COLUMN ((1u << 27) - 1)

struct cm_draft_mapping {
    uint32_t name;    /* in text, or CM_TEXT_NONE */
    uint32_t nodes;   /* its root */
    uint32_t outputs; /* plain: where the account is in text; else its first output, the account */
    uint32_t line;
    uint32_t column : 27;
    uint32_t kind : 2;
    uint32_t allow : 1;
    uint32_t plain : 1;
};

struct cm_draft_condition {
    struct cm_stored_condition stored;
    uint32_t count;    /* of operands; of a COUNT: the number */
    uint32_t operands; /* where the first one is in text */
    uint32_t len;      /* of all of them, in bytes */
};

struct cm_draft {
    struct certmap_rules *rules; /* what becomes the result; NULL: nothing begun */
    struct cm_draft_mapping *mappings;
    struct cm_node *nodes;
    struct cm_draft_condition *conditions;
    struct cm_draft_text text;
    size_t mapping_cap;
    size_t node_count, node_cap;
    size_t condition_count, condition_cap;
};

/* What begins at a place in the text. */
static inline const uint8_t *cm_draft_text_at(const struct cm_draft_text *text, uint32_t at) {
    CM_ASSERT(at < text->len && text->pieces[at >> CM_DRAFT_PIECE_BITS].bytes != NULL);
    return text->pieces[at >> CM_DRAFT_PIECE_BITS].bytes + (at & (CM_DRAFT_PIECE - 1));
}

static inline const struct cm_node *cm_draft_root(const struct cm_draft *draft, size_t mapping) {
    return &draft->nodes[draft->mappings[mapping].nodes];
}

static inline struct cm_condition cm_draft_condition_at(const struct cm_draft *draft, uint32_t number) {
    const struct cm_draft_condition *condition = &draft->conditions[number];
    const uint8_t *operands = condition->len > 0 ? cm_draft_text_at(&draft->text, condition->operands) : NULL;
    return cm_condition_of(draft->rules, &condition->stored, condition->count, operands);
}

/* Its name; data NULL where it has none. */
static inline struct certmap_view cm_draft_name(const struct cm_draft *draft, size_t mapping) {
    const uint32_t name = draft->mappings[mapping].name;
    if (name == CM_TEXT_NONE)
        return (struct certmap_view){NULL, 0};
    const uint8_t *at = cm_draft_text_at(&draft->text, name);
    return cm_store_string(&at);
}

/* Makes room for a text of so many bytes. False: no memory. */
bool cm_draft_text_reserve(struct cm_draft_text *text, size_t len, const struct certmap_allocator *allocator);

/* Adds at least one byte, all of which is then together at text->len as it was before; together they are at most
 * CERTMAP_MAX_RULES_TEXT. False: no memory. */
static inline bool cm_draft_text_add(struct cm_draft_text *text, struct certmap_view bytes,
                                     const struct certmap_allocator *allocator) {
    const size_t number = text->len >> CM_DRAFT_PIECE_BITS, before = text->len & (CM_DRAFT_PIECE - 1);
    CM_ASSERT(bytes.len > 0);
    const bool room = number < text->piece_count && before + bytes.len <= text->pieces[number].size;
    if (!room && !cm_draft_text_reserve(text, bytes.len, allocator))
        return false;
    struct cm_draft_piece *piece = &text->pieces[number];
    memcpy(piece->bytes + before, bytes.data, bytes.len);
    piece->left += bytes.len;
    text->len += bytes.len;
    return true;
}
/* Nobody will read so many bytes, which begin at a place. */
void cm_draft_text_drop(struct cm_draft_text *text, uint32_t at, size_t len);
/* The same; and a piece of which nobody will read anything is released. Nothing is added any more. */
void cm_draft_text_release(struct cm_draft_text *text, uint32_t at, size_t len,
                           const struct certmap_allocator *allocator);
void cm_draft_text_free(struct cm_draft_text *text, const struct certmap_allocator *allocator);
/* Frees what is the draft's own. */
void cm_draft_free(struct cm_draft *draft);

#endif
