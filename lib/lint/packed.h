/* SPDX-License-Identifier: MIT */
/* Numbers and texts in few bytes: what is kept of each of a million mappings, and looked at for a few. A number is 7 bits an
 * octet, the lowest first, and the last octet below 128; a text is its length, its bytes, and a zero.
 *
 *     300, "net"    AC 02 | 03 6E 65 74 00 */
#ifndef CM_LINT_PACKED_H
#define CM_LINT_PACKED_H

#include "array.h"

struct cm_lint_packing {
    struct cm_lint_array *bytes; /* of uint8_t, to which is added */
    const struct certmap_allocator *allocator;
    bool failed; /* there was no memory */
};

void cm_lint_pack_number(struct cm_lint_packing *packing, uint64_t number);
void cm_lint_pack_text(struct cm_lint_packing *packing, struct certmap_view text);

/* What was packed is read: nothing of it is a stranger's. The text is where it was packed. */
uint64_t cm_lint_unpack_number(const uint8_t **at);
struct certmap_view cm_lint_unpack_text(const uint8_t **at);

#endif
