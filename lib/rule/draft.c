/* SPDX-License-Identifier: MIT */
#include "rule/draft.h"
#include "base/alloc.h"

/* ---- text ---- */

/* More room in a piece than what begins in it mostly needs: the last text rarely ends after it. */
#define MORE_ROOM 4096

/* The first piece grows by doubling, as most rule sets have no other. One that a text is too long for grows to its end. */
static bool have_room(struct cm_draft_piece *piece, size_t need, bool first,
                      const struct certmap_allocator *allocator) {
    size_t size = piece->size;
    uint8_t *bytes;
    if (piece->bytes != NULL && need <= size)
        return true;
    if (first && need <= CM_DRAFT_PIECE) {
        bytes = cm_array_reserve(allocator, piece->bytes, &size, need, 1);
    } else {
        size = need > CM_DRAFT_PIECE + MORE_ROOM ? need : CM_DRAFT_PIECE + MORE_ROOM;
        bytes = cm_resize(allocator, piece->bytes, size);
    }
    if (bytes == NULL)
        return false;
    piece->bytes = bytes;
    piece->size = size;
    return true;
}

/* The piece in which the next text begins. */
static struct cm_draft_piece *last_piece(struct cm_draft_text *text, const struct certmap_allocator *allocator) {
    const size_t number = text->len >> CM_DRAFT_PIECE_BITS;
    struct cm_draft_piece *pieces =
        cm_array_reserve(allocator, text->pieces, &text->piece_cap, number + 1, sizeof *text->pieces);
    if (pieces == NULL)
        return NULL;
    text->pieces = pieces;
    while (text->piece_count <= number)
        pieces[text->piece_count++] = (struct cm_draft_piece){.bytes = NULL};
    return &pieces[number];
}

bool cm_draft_text_reserve(struct cm_draft_text *text, size_t len, const struct certmap_allocator *allocator) {
    const size_t before = text->len & (CM_DRAFT_PIECE - 1);
    struct cm_draft_piece *piece = last_piece(text, allocator);
    return piece != NULL && have_room(piece, before + len, piece == text->pieces, allocator);
}

void cm_draft_text_drop(struct cm_draft_text *text, uint32_t at, size_t len) {
    struct cm_draft_piece *piece = &text->pieces[at >> CM_DRAFT_PIECE_BITS];
    CM_ASSERT(piece->bytes != NULL && len <= piece->left);
    piece->left -= len;
}

void cm_draft_text_release(struct cm_draft_text *text, uint32_t at, size_t len,
                           const struct certmap_allocator *allocator) {
    struct cm_draft_piece *piece = &text->pieces[at >> CM_DRAFT_PIECE_BITS];
    cm_draft_text_drop(text, at, len);
    if (piece->left > 0)
        return;
    cm_release(allocator, piece->bytes);
    *piece = (struct cm_draft_piece){.bytes = NULL};
}

void cm_draft_text_free(struct cm_draft_text *text, const struct certmap_allocator *allocator) {
    for (size_t i = 0; i < text->piece_count; i++)
        cm_release(allocator, text->pieces[i].bytes);
    cm_release(allocator, text->pieces);
    *text = (struct cm_draft_text){.pieces = NULL};
}

/* ---- all of it ---- */

void cm_draft_free(struct cm_draft *draft) {
    if (draft->rules == NULL)
        return;
    const struct certmap_allocator *own = &draft->rules->allocator;
    cm_release(own, draft->mappings);
    cm_release(own, draft->nodes);
    cm_release(own, draft->conditions);
    cm_draft_text_free(&draft->text, own);
    *draft = (struct cm_draft){.rules = draft->rules};
}
