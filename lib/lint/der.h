/* SPDX-License-Identifier: MIT */
/* Writing DER from its end, so that each length is known when it is written:
 *
 *     bytes [ ................ | 30 | 82 .. | contents ............ ]
 *                                ^ start                            ^ cap */
#ifndef CM_LINT_DER_H
#define CM_LINT_DER_H

#include "pool.h"

enum {
    CM_LINT_INTEGER = 0x02,
    CM_LINT_BIT_STRING = 0x03,
    CM_LINT_OCTET_STRING = 0x04,
    CM_LINT_OID = 0x06,
    CM_LINT_UTF8 = 0x0C,
    CM_LINT_GENERALIZED_TIME = 0x18,
    CM_LINT_UTC_TIME = 0x17,
    CM_LINT_GENERAL_STRING = 0x1B,
    CM_LINT_SEQUENCE = 0x30,
    CM_LINT_SET = 0x31
};

struct cm_lint_der {
    struct cm_lint_pool *pool;
    uint8_t *bytes;
    size_t cap, start;
};

static inline size_t cm_lint_der_len(const struct cm_lint_der *der) {
    return der->cap - der->start;
}

static inline struct certmap_view cm_lint_der_view(const struct cm_lint_der *der) {
    return (struct certmap_view){der->bytes + der->start, der->cap - der->start};
}

/* Puts bytes in front of what there is. Without memory nothing is there, and the pool says so. */
void cm_lint_der_bytes(struct cm_lint_der *der, const void *bytes, size_t len);
/* Puts a tag and a length in front of what was written since there were so many bytes. */
void cm_lint_der_wrap(struct cm_lint_der *der, unsigned tag, size_t before);
/* The same of these contents. */
void cm_lint_der_put(struct cm_lint_der *der, unsigned tag, struct certmap_view contents);

#endif
