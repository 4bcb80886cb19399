/* SPDX-License-Identifier: MIT */
/* The texts of a file, which an importer keeps until its end, in the memory of the caller. */
#ifndef CM_FORMATS_KIT_STORE_H
#define CM_FORMATS_KIT_STORE_H

#include "certmap/build.h"

/* Bytes in chunks that never move. Every chunk is wiped before it is released.
 *
 *     head -> [next | size | used | bytes ......] -> [next | size | used | bytes ...] -> NULL */
struct cm_kit_store {
    struct certmap_allocator allocator;
    struct cm_kit_chunk *head;
};

/* Room for bytes, of no alignment; NULL when there is no memory. */
uint8_t *cm_kit_store_bytes(struct cm_kit_store *store, size_t size);
/* A copy of text with a NUL after its end. data is NULL on failure only. */
struct certmap_view cm_kit_store_text(struct cm_kit_store *store, struct certmap_view text);
void cm_kit_store_free(struct cm_kit_store *store);

#endif
