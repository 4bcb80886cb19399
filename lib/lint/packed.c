/* SPDX-License-Identifier: MIT */
#include "packed.h"
#include <string.h>

static void put(struct cm_lint_packing *packing, uint8_t octet) {
    uint8_t *byte = packing->failed ? NULL : cm_lint_array_add(packing->bytes, packing->allocator, 1);
    packing->failed = byte == NULL;
    if (byte != NULL)
        *byte = octet;
}

void cm_lint_pack_number(struct cm_lint_packing *packing, uint64_t number) {
    for (; number > 0x7F; number >>= 7)
        put(packing, (uint8_t)(number | 0x80));
    put(packing, (uint8_t)number);
}

void cm_lint_pack_text(struct cm_lint_packing *packing, struct certmap_view text) {
    cm_lint_pack_number(packing, text.len);
    for (size_t i = 0; i < text.len; i++)
        put(packing, text.data[i]);
    put(packing, 0);
}

uint64_t cm_lint_unpack_number(const uint8_t **at) {
    uint64_t number = 0;
    unsigned shift = 0;
    for (; **at > 0x7F; shift += 7)
        number |= (uint64_t)(*(*at)++ & 0x7F) << shift;
    return number | (uint64_t) * (*at)++ << shift;
}

struct certmap_view cm_lint_unpack_text(const uint8_t **at) {
    const size_t len = (size_t)cm_lint_unpack_number(at);
    const struct certmap_view text = {*at, len};
    *at += len + 1;
    return text;
}
