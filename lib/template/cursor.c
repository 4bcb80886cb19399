/* SPDX-License-Identifier: MIT */
#include "template/cursor.h"

unsigned cm_cursor_peek(const struct cm_cursor *cursor) {
    return cursor->at < cursor->count ? cursor->all[cursor->at].code : CM_SYMBOL_END;
}

bool cm_cursor_accept(struct cm_cursor *cursor, unsigned code) {
    const bool found = cm_cursor_peek(cursor) == code;
    cursor->at += found;
    return found;
}

bool cm_is_letter(unsigned code) {
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

bool cm_is_digit(unsigned code) {
    return code >= '0' && code <= '9';
}

bool cm_is_hex_digit(unsigned code) {
    return cm_is_digit(code) || (code >= 'a' && code <= 'f') || (code >= 'A' && code <= 'F');
}

bool cm_cursor_accept_hex_pair(struct cm_cursor *cursor) {
    for (size_t i = 0; i < 2; i++, cursor->at++)
        if (!cm_is_hex_digit(cm_cursor_peek(cursor)))
            return false;
    return true;
}

static bool accept_number(struct cm_cursor *cursor) {
    const size_t begin = cursor->at;
    while (cm_is_digit(cm_cursor_peek(cursor)))
        cursor->at++;
    return cursor->at > begin;
}

bool cm_cursor_accept_oid(struct cm_cursor *cursor) {
    if (cm_is_letter(cm_cursor_peek(cursor))) {
        for (unsigned code = 'a'; cm_is_letter(code) || cm_is_digit(code) || code == '-'; code = cm_cursor_peek(cursor))
            cursor->at++;
        return true;
    }
    bool dotted = false;
    while (accept_number(cursor)) {
        if (!cm_cursor_accept(cursor, '.'))
            return dotted;
        dotted = true;
    }
    return false;
}

const char *cm_cursor_fault(const struct cm_cursor *cursor, const char *placeholder, const char *other) {
    return cm_cursor_peek(cursor) == CM_SYMBOL_PLACEHOLDER ? placeholder : other;
}
