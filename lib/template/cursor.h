/* SPDX-License-Identifier: MIT */
/* Reading a text with placeholders, symbol by symbol, when rules are loaded. */
#ifndef CM_TEMPLATE_CURSOR_H
#define CM_TEMPLATE_CURSOR_H

#include "template/template.h"

struct cm_cursor {
    const struct cm_symbol *all;
    size_t count;
    size_t at;
};

/* The symbol at the cursor: a byte, CM_SYMBOL_PLACEHOLDER, or CM_SYMBOL_END. */
#define CM_SYMBOL_END 257
unsigned cm_cursor_peek(const struct cm_cursor *cursor);
/* Goes on after the symbol if it is this one. */
bool cm_cursor_accept(struct cm_cursor *cursor, unsigned code);
bool cm_is_letter(unsigned code);
bool cm_is_digit(unsigned code);
bool cm_is_hex_digit(unsigned code);
/* Goes on after two hexadecimal digits. */
bool cm_cursor_accept_hex_pair(struct cm_cursor *cursor);
/* Goes on after a name or a dotted OID (RFC 4512 1.4). */
bool cm_cursor_accept_oid(struct cm_cursor *cursor);
/* What is wrong at the cursor: placeholder if a placeholder is there, else other. */
const char *cm_cursor_fault(const struct cm_cursor *cursor, const char *placeholder, const char *other);

#endif
