/* SPDX-License-Identifier: MIT */
/* Distinguished Names as text, RFC 4514 3:
 *
 *     name   = rdn { "," rdn }        rdn = ava { "+" ava }        ava = oid "=" ( "#" hex | string )
 *     string = { character | pair | placeholder }     not with a space at an end, or # at the begin, that is no pair
 *     pair   = "\" ( special | space | "#" | "=" | hex hex ) */
#include "template/language.h"
#include <string.h>

static const char *const no_placeholder =
    "a placeholder in a DN belongs after =, in a value that does not begin with #";

static bool is_special(unsigned code) {
    return code != 0 && code < 0x80 && strchr("\"+,;<>\\", (int)code) != NULL;
}

static bool ends_value(unsigned code) {
    return code == ',' || code == '+' || code == CM_SYMBOL_END;
}

/* Behind the backslash. */
static bool take_pair(struct cm_cursor *cursor) {
    const unsigned code = cm_cursor_peek(cursor);
    if (is_special(code) || code == ' ' || code == '#' || code == '=')
        return cm_cursor_accept(cursor, code);
    return cm_cursor_accept_hex_pair(cursor);
}

static const char *take_string(struct cm_cursor *cursor) {
    bool space = cm_cursor_peek(cursor) == ' ';
    if (space)
        return "a space at the begin of a value in a DN is written \\20, in a rule \\\\20";
    for (unsigned code = cm_cursor_peek(cursor); !ends_value(code); code = cm_cursor_peek(cursor)) {
        space = code == ' ';
        if (is_special(code) && code != '\\')
            return "this character in a value of a DN belongs after a backslash, in a rule \\\\";
        cursor->at++;
        if (code == '\\' && !take_pair(cursor))
            return "a backslash in a DN belongs before a special character or two hexadecimal digits (RFC 4514)";
    }
    if (!space)
        return NULL;
    cursor->at--;
    return "a space at the end of a value in a DN is written \\20, in a rule \\\\20";
}

static const char *take_hex(struct cm_cursor *cursor) {
    do
        if (!cm_cursor_accept_hex_pair(cursor))
            return cm_cursor_fault(cursor, no_placeholder, "a value of a DN after # is pairs of hexadecimal digits");
    while (!ends_value(cm_cursor_peek(cursor)));
    return NULL;
}

static const char *take_ava(struct cm_cursor *cursor) {
    if (!cm_cursor_accept_oid(cursor))
        return cm_cursor_fault(cursor, no_placeholder, "expected an attribute type in a DN (RFC 4514)");
    if (!cm_cursor_accept(cursor, '='))
        return cm_cursor_fault(cursor, no_placeholder, "expected = after an attribute type in a DN (RFC 4514)");
    return cm_cursor_accept(cursor, '#') ? take_hex(cursor) : take_string(cursor);
}

const char *cm_language_dn_check(struct cm_cursor *cursor) {
    const char *wrong;
    do
        wrong = take_ava(cursor);
    while (wrong == NULL && (cm_cursor_accept(cursor, ',') || cm_cursor_accept(cursor, '+')));
    return wrong;
}

/* RFC 4514 2.4. A space or # at an end of the value is escaped also where literal text is beside it. Goes through
 * the value once. */
void cm_language_dn_put(struct cm_out *out, struct certmap_view value) {
    for (size_t i = 0; i < value.len; i++) {
        const uint8_t c = value.data[i];
        const bool first = i == 0, last = i + 1 == value.len;
        if (is_special(c) || (c == ' ' && (first || last)) || (c == '#' && first))
            cm_out_char(out, '\\');
        cm_out_char(out, (char)c);
    }
}
