/* SPDX-License-Identifier: MIT */
/* Small operations on views. */
#ifndef CM_BASE_VIEW_H
#define CM_BASE_VIEW_H

#include "certmap/certmap.h"
#include <string.h>

/* A view of a string literal, without its NUL. */
#define CM_VIEW(literal) ((struct certmap_view){(const uint8_t *)(literal), sizeof(literal) - 1})
/* The same as an initialiser of a constant. */
#define CM_VIEW_OF(literal)                                                                                            \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define CM_VIEW_NONE ((struct certmap_view){NULL, 0})

static inline struct certmap_view cm_view(const void *data, size_t len) {
    return (struct certmap_view){(const uint8_t *)data, len};
}

static inline bool cm_view_equal(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The value of a hexadecimal digit; 16 for what is none. */
static inline unsigned cm_hex_value(uint8_t c) {
    if (c >= '0' && c <= '9')
        return c - (unsigned)'0';
    if (c >= 'a' && c <= 'f')
        return c - (unsigned)'a' + 10;
    return c >= 'A' && c <= 'F' ? c - (unsigned)'A' + 10 : 16;
}

/* Whether there is data wherever there is a length. */
static inline bool cm_view_sound(struct certmap_view view) {
    return view.data != NULL || view.len == 0;
}

#endif
