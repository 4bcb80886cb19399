/* SPDX-License-Identifier: MIT */
#include "der.h"
#include <string.h>

static bool grow(struct cm_lint_der *der, size_t len) {
    const size_t have = cm_lint_der_len(der), cap = 2 * (have + len) + 256;
    uint8_t *bytes = cm_lint_pool_take(der->pool, cap, 1);
    if (bytes == NULL)
        return false;
    if (have > 0)
        memcpy(bytes + cap - have, der->bytes + der->start, have);
    der->bytes = bytes;
    der->start = cap - have;
    der->cap = cap;
    return true;
}

void cm_lint_der_bytes(struct cm_lint_der *der, const void *bytes, size_t len) {
    if (der->start < len && !grow(der, len))
        return;
    der->start -= len;
    if (len > 0)
        memcpy(der->bytes + der->start, bytes, len);
}

void cm_lint_der_wrap(struct cm_lint_der *der, unsigned tag, size_t before) {
    uint8_t head[2 + sizeof(size_t)];
    size_t len = cm_lint_der_len(der) - before, at = sizeof head;
    const size_t all = len;
    do {
        head[--at] = (uint8_t)(len & 0xFF);
        len >>= 8;
    } while (len > 0);
    if (all >= 0x80) {
        const size_t octets = sizeof head - at;
        head[--at] = (uint8_t)(0x80 | octets);
    }
    head[--at] = (uint8_t)tag;
    cm_lint_der_bytes(der, head + at, sizeof head - at);
}

void cm_lint_der_put(struct cm_lint_der *der, unsigned tag, struct certmap_view contents) {
    const size_t before = cm_lint_der_len(der);
    cm_lint_der_bytes(der, contents.data, contents.len);
    cm_lint_der_wrap(der, tag, before);
}
